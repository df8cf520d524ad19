# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.connection import Connection


_READ = shapes.many(
    readers.model("connection", "Connection"), "connections", identity=("id", "connection_id")
)


def request() -> Call[list[Connection]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The connections. As application/json: For example `[{"id": "c1", "type":
            "elasticsearch", "status": "connected", "config": {"name": "logs"}}]`.
    """
    return Call(
        operation="connections.list", method="GET", path="/sources/connections", retry="safe", parse=_READ
    )
