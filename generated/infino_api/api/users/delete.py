# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `users.delete`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call


def request(name: str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        name: For example `"ada"`.
        200: True when the user is gone. As application/json: For example `{"acknowledged": true}`.
    """
    return Call(
        operation="users.delete",
        method="DELETE",
        path=f"/user/{encode.segment(name, 'name')}",
        retry="safe",
        recover=shapes.gone,
        parse=shapes.flag,
    )
