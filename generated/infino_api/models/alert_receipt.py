# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `AlertReceipt`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, optional, secret_extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class AlertReceipt(Model):
    """What the service says of what it was told to do.

    Attributes:
        acknowledged: True when it was taken.
        status: State in a word, such as sent.
        message: Text for people.
    """

    acknowledged: bool | None = optional()
    status: str | None = optional()
    message: str | None = optional()
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("acknowledged", ("acknowledged",), readers.flag),
        WireField("status", ("status",), readers.text),
        WireField("message", ("message",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "AlertReceipt")
