# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `MetricFormatting`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class MetricFormatting(Model):
    """How a number is written.

    Attributes:
        prefix: Text before it.
        suffix: Text after it.
        decimals: Digits after the point.
        thousands_separator: True, or the separator itself.
        abbreviate: True for 1.2k instead of 1200.
    """

    prefix: str | None = optional()
    suffix: str | None = optional()
    decimals: int | None = optional()
    thousands_separator: Any = optional()
    abbreviate: bool | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("prefix", ("prefix",), readers.text),
        WireField("suffix", ("suffix",), readers.text),
        WireField("decimals", ("decimals",), readers.integer),
        WireField("thousands_separator", ("thousands_separator",), readers.anything),
        WireField("abbreviate", ("abbreviate",), readers.flag),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "MetricFormatting")
