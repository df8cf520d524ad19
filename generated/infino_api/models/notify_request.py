# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `NotifyRequest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras

if TYPE_CHECKING:
    from .notify_action import NotifyAction


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class NotifyRequest(Model):
    """One notification.

    Attributes:
        destination_id: Id of the notification channel.
        action: Further fields of the action.
        context: What the templates see. The service's default is {}.
    """

    destination_id: str = always()
    action: NotifyAction = always()
    context: dict[str, Any] = always()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("destination_id", ("destination_id",), readers.text, required=True),
        WireField("action", ("action",), readers.model("notify_action", "NotifyAction"), required=True),
        WireField("context", ("context",), readers.mapping, required=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "NotifyRequest")
