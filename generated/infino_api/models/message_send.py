# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `MessageSend`."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class MessageSend(Model):
    """One message to a thread.

    Attributes:
        thread_id: Id of the thread.
        text: The text, or an object with the content as the service takes it.
        role: Who speaks. The service's default is "user".
    """

    thread_id: str = always()
    text: dict[str, Any] = always()
    role: Literal["user", "assistant", "system"] | str = always()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("thread_id", ("thread_id",), readers.text, required=True),
        WireField("text", ("content",), readers.mapping, required=True),
        WireField("role", ("role",), readers.text, required=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "MessageSend")
