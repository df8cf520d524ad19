# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `alerts.delete`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call


def request(id: str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        channel_id: For example `"ch1"`.
        200: True when the channel is gone. As application/json: For example `{"acknowledged":
            true}`.
    """
    return Call(
        operation="alerts.delete",
        method="DELETE",
        path=f"/alert/{encode.segment(id, 'id')}",
        retry="safe",
        experimental=True,
        recover=shapes.gone,
        parse=shapes.flag,
    )
