# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `EnrichReceipt`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class EnrichReceipt(Model):
    """What the service says of a policy.

    Attributes:
        acknowledged: True when it was taken.
        status: State in a word.
        message: Text for people.
    """

    acknowledged: bool | None = optional()
    status: str | None = optional()
    message: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("acknowledged", ("acknowledged",), readers.flag),
        WireField("status", ("status",), readers.text),
        WireField("message", ("message",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "EnrichReceipt")
