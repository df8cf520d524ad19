# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.connection import Connection


_READ = shapes.whole(readers.model("connection", "Connection"))


def request(id: str) -> Call[Connection]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"c1"`.
        200: The connection. As application/json: For example `{"id": "c1", "type": "elasticsearch",
            "status": "connected", "config": {"name": "logs"}}`.
    """
    return Call(
        operation="connections.get",
        method="GET",
        path=f"/source/{encode.segment(id, 'id')}",
        retry="safe",
        parse=_READ,
    )
