from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, secret_extras


@attrs.define(kw_only=True, repr=False)
class NotificationChannel(Model):
    """A place that notifications go to. Its settings may hold secrets, such as the address of a
    webhook.

    Attributes:
        id: Id of the channel.
        name: Name of the channel.
        type: email, slack or webhook.
    """

    id: str | None = None
    name: str | None = None
    type: str | None = None
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", ("_id", "id", "channel_id"), readers.text, True),
        Field("name", ("name",), readers.text),
        Field("type", ("type",), readers.text),
    )
