"""The call of `alerts.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call
from infino.runtime.path import segment

if TYPE_CHECKING:
    from ...models.notification_channel import NotificationChannel


def request(id: str, document: NotificationChannel | Mapping[str, Any] | str) -> Call[NotificationChannel]:
    """Plan the call; see the resource method of the same name."""
    json, raw, content_type = encode.document(document, "alerts.update")
    return Call(
        operation="alerts.update",
        method="PATCH",
        path=f"/alert/{segment(id, 'id')}",
        json=json,
        content=raw,
        content_type=content_type,
        retry="safe",
        experimental=True,
        parse=shapes.receipt(readers.model("notification_channel", "NotificationChannel")),
    )
