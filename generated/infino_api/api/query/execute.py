# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `query.execute`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json


def request(q: str) -> Call[Json]:
    """Plan the call; see the resource method of the same name.

    Run a SQL statement that writes

    INSERT, UPDATE, UPSERT or DELETE.

    On the wire:
        q: The statement.
        body: The statement. As application/json: For example `{"query": "SELECT carrier FROM
            flights LIMIT 10"}`.
        200: The rows, or what a write changed. As application/json: For example `{"execution_time":
            3, "statement_type": "Select", "affected_rows": 1, "columns": [{"alias": null, "name":
            {"Column": {"name": "carrier", "table_identifier": null}}, "data_type": "String"}],
            "rows": [{"values": {"carrier": {"String": "AA"}}}], "error_message": null}`.
    """
    return Call(
        operation="query.execute",
        method="POST",
        path="/sql",
        json=encode.body_object((((), "query", encode.words(q, "q"), False),)),
        content_type="application/json",
        retry="never",
        parse=shapes.raw,
    )
