# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `alerts.notify`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.alert_receipt import AlertReceipt
    from ...models.notify_action import NotifyAction


_READ = shapes.receipt(readers.model("alert_receipt", "AlertReceipt"))


def request(
    destination_id: str,
    *,
    subject: str | Mapping[str, Any],
    message: str | Mapping[str, Any],
    action: NotifyAction | Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
) -> Call[AlertReceipt]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        body: As application/json: For example `{"destination_id": "ch1", "action":
            {"subject_template": {"source": "Late flights"}, "message_template": {"source": "Three
            are late."}}, "context": {}}`.
        200: Its status is `sent` once it is sent. As application/json: For example `{"status":
            "sent"}`.
    """
    return Call(
        operation="alerts.notify",
        method="POST",
        path="/alerts/notify",
        json=encode.body_object(
            (
                ((), "destination_id", encode.words(destination_id, "destination_id"), False),
                (("action",), "subject_template", encode.wrapped(subject, "source", "subject"), False),
                (("action",), "message_template", encode.wrapped(message, "source", "message"), False),
                ((), "action", encode.mapping(action, "action", optional=True), False),
                ((), "context", encode.mapping(context, "context", optional=True) or {}, False),
            )
        ),
        content_type="application/json",
        retry="never",
        experimental=True,
        parse=_READ,
    )
