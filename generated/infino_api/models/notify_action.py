# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `NotifyAction`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class NotifyAction(Model):
    """What is sent.

    Attributes:
        subject: The subject, or an object with the template.
        message: The message, or an object with the template.
    """

    subject: dict[str, Any] = optional()
    message: dict[str, Any] = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("subject", ("subject_template",), readers.mapping, required=True),
        WireField("message", ("message_template",), readers.mapping, required=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "NotifyAction")
