# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `roles.delete`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call


def request(name: str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        name: For example `"analyst"`.
        200: True when the role is gone. As application/json: For example `{"acknowledged": true}`.
    """
    return Call(
        operation="roles.delete",
        method="DELETE",
        path=f"/role/{encode.segment(name, 'name')}",
        retry="safe",
        recover=shapes.gone,
        parse=shapes.flag,
    )
