# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `alerts.history`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.alert_event import AlertEvent


_READ = shapes.many(
    readers.model("alert_event", "AlertEvent"), "history", "alerts", identity=("_id", "id", "alert_id")
)


def request() -> Call[list[AlertEvent]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The alerts. As application/json: For example `[{"_id": "a1"}]`.
    """
    return Call(
        operation="alerts.history",
        method="GET",
        path="/alert-history",
        retry="safe",
        experimental=True,
        parse=_READ,
    )
