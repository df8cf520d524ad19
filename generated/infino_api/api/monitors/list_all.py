# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `monitors.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.monitor import Monitor


_READ = shapes.many(readers.model("monitor", "Monitor"), "monitors", identity=("_id", "id", "monitor_id"))


def request() -> Call[list[Monitor]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The monitors. As application/json: For example `[{"_id": "m1", "name":
            "late-flights"}]`.
    """
    return Call(
        operation="monitors.list",
        method="GET",
        path="/monitors",
        retry="safe",
        experimental=True,
        parse=_READ,
    )
