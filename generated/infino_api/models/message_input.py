from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class MessageInput(Model):
    """One message.

    Attributes:
        text: The text, or an object with the content as the service takes it.
        role: Who speaks: user, assistant or system.
    """

    text: dict[str, Any] | None = None
    role: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("text", ("content",), readers.mapping),
        Field("role", ("role",), readers.text),
    )
