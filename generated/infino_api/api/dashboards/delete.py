# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `dashboards.delete`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call


def request(id: str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"d1"`.
        200: True when the dashboard is gone. As application/json: For example `{"deleted": true}`.
    """
    return Call(
        operation="dashboards.delete",
        method="DELETE",
        path=f"/dashboards/{encode.segment(id, 'id')}",
        retry="safe",
        recover=shapes.gone,
        parse=shapes.flag,
    )
