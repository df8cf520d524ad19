# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `NotificationChannel`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, optional, secret_extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class NotificationChannel(Model):
    """A place that notifications go to. Its settings may hold secrets, such as the address of a
    webhook.

    Attributes:
        id: Id of the channel.
        name: Name of the channel.
        type: email, slack or webhook.
    """

    id: str = optional()
    name: str | None = optional()
    type: str | None = optional()
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("_id", "id", "channel_id"), readers.text, read_only=True, required=True),
        WireField("name", ("name",), readers.text),
        WireField("type", ("type",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "NotificationChannel")
