from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class NotifyAction(Model):
    """What is sent.

    Attributes:
        subject: The subject, or an object with the template.
        message: The message, or an object with the template.
    """

    subject: dict[str, Any] | None = None
    message: dict[str, Any] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("subject", ("subject_template",), readers.mapping),
        Field("message", ("message_template",), readers.mapping),
    )
