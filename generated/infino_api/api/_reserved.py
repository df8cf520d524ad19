# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""First path segments that belong to the service."""

RESERVED = frozenset(
    (
        "_connectors",
        "_conversation",
        "_flush",
        "_local",
        "account",
        "alert",
        "alert-history",
        "alerts",
        "dashboards",
        "fino",
        "import",
        "metadata",
        "monitor",
        "monitors",
        "promql",
        "role",
        "roles",
        "source",
        "sources",
        "sql",
        "user",
        "users",
        "visualizations",
    )
)
