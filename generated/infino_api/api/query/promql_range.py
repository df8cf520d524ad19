# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `query.promql_range`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json


def request(expr: str, *, start: float, end: float, step: str, dataset: str | None = None) -> Call[Json]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="query.promql_range",
        method="POST",
        path="/promql/query_range",
        form=encode.pairs(
            (("query", expr), ("start", start), ("end", end), ("step", step), ("index", dataset))
        ),
        content_type="application/x-www-form-urlencoded",
        retry="safe",
        parse=shapes.raw,
    )
