# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.query`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json


def request(id: str, dataset: str, query: str | Mapping[str, Any]) -> Call[Json]:
    """Plan the call; see the resource method of the same name.

    Query a connected store in its own language

    SQL text for SQL stores, a QueryDSL object for search stores. Old gateways only answer this as a
    GET with a body.

    On the wire:
        id: Id of the connection; on creation the kind of store.
        dataset: Name of an index, or of the database of a SQL store.
        query: SQL text, or a QueryDSL object, which is sent as its JSON text.
        id: For example `"c1"`.
        dataset: For example `"sales"`.
        x-infino-connection-id: The id of the connection once more. For example `"c1"`.
        body: The query as text. As application/json: For example `{"query": "SELECT 1 AS n"}`.
        200: The answer in the store's own form. As application/json: For example
            `{"execution_time": 12, "statement_type": "SELECT", "columns": [{"display_name": "n",
            "data_type": "INT"}], "rows": [[1]], "error_message": ""}`.
    """
    return Call(
        operation="connections.query",
        method="POST",
        path=f"/source/{encode.segment(id, 'id')}/{encode.segment(dataset, 'dataset')}/dsl",
        headers=encode.headers((("x-infino-connection-id", id),)),
        json=encode.body_object((((), "query", encode.as_text(query, "query"), False),)),
        content_type="application/json",
        retry="safe",
        get_with_body=True,
        parse=shapes.raw,
    )
