# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.delete`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call


def request(id: str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"c1"`.
        200: True when the connection is gone. As application/json: For example `{"acknowledged":
            true}`.
    """
    return Call(
        operation="connections.delete",
        method="DELETE",
        path=f"/source/{encode.segment(id, 'id')}",
        retry="safe",
        recover=shapes.gone,
        parse=shapes.flag,
    )
