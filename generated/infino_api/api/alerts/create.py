# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `alerts.create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.notification_channel import NotificationChannel


_READ = shapes.receipt(
    readers.model("notification_channel", "NotificationChannel"), "_id", "id", "channel_id"
)


def request(document: NotificationChannel | Mapping[str, Any] | str) -> Call[NotificationChannel]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        body: As application/json: For example `{"name": "on-call", "type": "slack"}`. As
            application/yaml: For example `"name: on-call\\ntype: slack\\n"`.
        200: The channel, as far as the service tells. As application/json: For example `{"_id":
            "ch1", "name": "on-call", "type": "slack"}`.
    """
    _json, _raw, _type = encode.document(document, "alerts.create")
    return Call(
        operation="alerts.create",
        method="POST",
        path="/alert",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="never",
        experimental=True,
        parse=_READ,
    )
