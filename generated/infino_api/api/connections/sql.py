# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.sql`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json


def request(id: str, q: str) -> Call[Json]:
    """Plan the call; see the resource method of the same name.

    Run SQL on a connected store

    Like a query, without naming a dataset.

    On the wire:
        id: Id of the connection; on creation the kind of store.
        q: The statement.
        id: For example `"c1"`.
        body: The statement. As application/json: For example `{"query": "SELECT 1"}`.
        200: The rows. As application/json: For example `{"statement_type": "Select", "columns":
            [{"name": "n", "type": "integer"}], "rows": [[1]]}`.
    """
    return Call(
        operation="connections.sql",
        method="POST",
        path=f"/source/{encode.segment(id, 'id')}/sql",
        json=encode.body_object((((), "query", encode.words(q, "q"), False),)),
        content_type="application/json",
        retry="safe",
        experimental=True,
        parse=shapes.raw,
    )
