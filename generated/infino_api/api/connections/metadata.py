# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.metadata`."""

from __future__ import annotations

from typing import Any

from infino.runtime import encode
from infino.runtime import read as readers
from infino.runtime.call import Call


def request(id: str, dataset: str) -> Call[dict[str, Any]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"c1"`.
        dataset: For example `"sales"`.
        x-infino-connection-id: The id of the connection once more. For example `"c1"`.
        200: The description in the store's own form. As application/json: For example `{"columns":
            [{"name": "id", "type": "INT", "nullable": false}], "schema": "public", "table":
            "orders"}`.
    """
    return Call(
        operation="connections.metadata",
        method="GET",
        path=f"/source/{encode.segment(id, 'id')}/{encode.segment(dataset, 'dataset')}/metadata",
        headers=encode.headers((("x-infino-connection-id", id),)),
        retry="safe",
        parse=readers.mapping,
    )
