# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Warning_`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Warning_(Model):
    """Advice on a visualization.

    Attributes:
        code: Stable word.
        message: Text for people.
    """

    code: str | None = optional()
    message: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("code", ("code",), readers.text),
        WireField("message", ("message",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Warning")
