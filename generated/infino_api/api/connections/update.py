# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.connection import Connection


def request(id: str, config: Mapping[str, Any]) -> Call[Connection]:
    """Plan the call; see the resource method of the same name.

    Change the configuration of a connection

    Only the given fields change.

    On the wire:
        id: Id of the connection; on creation the kind of store.
        config: The fields to change.
        id: For example `"c1"`.
        body: The fields to change. As application/json: For example `{"config": {"timeout_secs":
            30}}`.
        200: The connection as it is now, as far as the gateway tells. As application/json: For
            example `{"id": "c1", "status": "connected"}`.
    """
    return Call(
        operation="connections.update",
        method="PATCH",
        path=f"/source/{encode.segment(id, 'id')}",
        json=encode.body_object((((), "config", encode.mapping(config, "config"), False),)),
        content_type="application/json",
        retry="safe",
        parse=shapes.receipt(readers.model("connection", "Connection"), "id", "connection_id", known=id),
    )
