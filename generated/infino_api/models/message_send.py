from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class MessageSend(Model):
    """One message to a thread.

    Attributes:
        thread_id: Id of the thread.
        text: The text, or an object with the content as the service takes it.
        role: Who speaks.
    """

    thread_id: str | None = None
    text: dict[str, Any] | None = None
    role: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("thread_id", ("thread_id",), readers.text),
        Field("text", ("content",), readers.mapping),
        Field("role", ("role",), readers.text),
    )
