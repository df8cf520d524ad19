from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras

if TYPE_CHECKING:
    from .notify_action import NotifyAction


@attrs.define(kw_only=True, repr=False)
class NotifyRequest(Model):
    """One notification.

    Attributes:
        destination_id: Id of the notification channel.
        action: Further fields of the action.
        context: What the templates see.
    """

    destination_id: str | None = None
    action: NotifyAction | None = None
    context: dict[str, Any] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("destination_id", ("destination_id",), readers.text),
        Field("action", ("action",), readers.model("notify_action", "NotifyAction")),
        Field("context", ("context",), readers.mapping),
    )
