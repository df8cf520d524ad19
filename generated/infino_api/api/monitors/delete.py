# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `monitors.delete`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call


def request(id: str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"m1"`.
        200: True when the monitor is gone. As application/json: For example `{"acknowledged":
            true}`.
    """
    return Call(
        operation="monitors.delete",
        method="DELETE",
        path=f"/monitor/{encode.segment(id, 'id')}",
        retry="safe",
        experimental=True,
        recover=shapes.gone,
        parse=shapes.flag,
    )
