# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `alerts.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.notification_channel import NotificationChannel


_READ = shapes.many(
    readers.model("notification_channel", "NotificationChannel"),
    "channels",
    "alerts",
    identity=("_id", "id", "channel_id"),
)


def request() -> Call[list[NotificationChannel]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The channels. As application/json: For example `[{"_id": "ch1", "name": "on-call",
            "type": "slack"}]`.
    """
    return Call(
        operation="alerts.list", method="GET", path="/alerts", retry="safe", experimental=True, parse=_READ
    )
