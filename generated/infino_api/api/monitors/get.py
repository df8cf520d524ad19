# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `monitors.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.monitor import Monitor


_READ = shapes.whole(readers.model("monitor", "Monitor"))


def request(id: str) -> Call[Monitor]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"m1"`.
        200: The monitor. As application/json: For example `{"_id": "m1", "name": "late-flights"}`.
    """
    return Call(
        operation="monitors.get",
        method="GET",
        path=f"/monitor/{encode.segment(id, 'id')}",
        retry="safe",
        experimental=True,
        parse=_READ,
    )
