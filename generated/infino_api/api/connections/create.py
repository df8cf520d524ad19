# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.connection import Connection
    from ...models.connection_config import ConnectionConfig


_READ = shapes.whole(readers.model("connection", "Connection"))


def request(
    source_type: str, *, name: str, config: ConnectionConfig | Mapping[str, Any] | None = None
) -> Call[Connection]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"c1"`.
        body: As application/json: For example `{"config": {"name": "logs", "base_url":
            "https://search.example.com", "username": "reader", "password": "secret"}}`.
        200: The new connection. As application/json: For example `{"connection_id": "c1",
            "message": "connected", "created_at": "2026-01-02T03:04:05.123456789+00:00"}`.
    """
    return Call(
        operation="connections.create",
        method="POST",
        path=f"/source/{encode.segment(source_type, 'source_type')}",
        json=encode.body_object(
            (
                (("config",), "name", encode.words(name, "name"), False),
                ((), "config", encode.mapping(config, "config", optional=True), False),
            )
        ),
        content_type="application/json",
        retry="never",
        parse=_READ,
    )
