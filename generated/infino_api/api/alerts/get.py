# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `alerts.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.notification_channel import NotificationChannel


_READ = shapes.whole(readers.model("notification_channel", "NotificationChannel"))


def request(id: str) -> Call[NotificationChannel]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        channel_id: For example `"ch1"`.
        200: The channel. As application/json: For example `{"_id": "ch1", "name": "on-call",
            "type": "slack"}`.
    """
    return Call(
        operation="alerts.get",
        method="GET",
        path=f"/alert/{encode.segment(id, 'id')}",
        retry="safe",
        experimental=True,
        parse=_READ,
    )
