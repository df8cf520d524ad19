# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.query`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json
from infino.runtime.path import segment


def request(id: str, dataset: str, query: str | Mapping[str, Any]) -> Call[Json]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="connections.query",
        method="POST",
        path=f"/source/{segment(id, 'id')}/{segment(dataset, 'dataset')}/dsl",
        headers=encode.headers((("x-infino-connection-id", id),)),
        json=encode.body_object((((), "query", encode.as_text(query, "query"), False),)),
        content_type="application/json",
        retry="safe",
        get_with_body=True,
        parse=shapes.raw,
    )
