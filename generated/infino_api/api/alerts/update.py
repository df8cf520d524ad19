# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `alerts.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.notification_channel import NotificationChannel


def request(id: str, document: NotificationChannel | Mapping[str, Any] | str) -> Call[NotificationChannel]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        channel_id: For example `"ch1"`.
        body: As application/json: For example `{"name": "night shift"}`. As application/yaml: For
            example `"name: night shift\\n"`.
        200: The channel, as far as the service tells. As application/json: For example `{"_id":
            "ch1", "name": "night shift", "type": "slack"}`.
    """
    _json, _raw, _type = encode.document(document, "alerts.update")
    return Call(
        operation="alerts.update",
        method="PATCH",
        path=f"/alert/{encode.segment(id, 'id')}",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="safe",
        experimental=True,
        parse=shapes.receipt(
            readers.model("notification_channel", "NotificationChannel"), "_id", "id", "channel_id", known=id
        ),
    )
