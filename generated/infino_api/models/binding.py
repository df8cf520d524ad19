# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Binding`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Binding(Model):
    """Which columns a chart uses.

    Attributes:
        x: Column of the first axis.
        y: Columns of values.
        series: Column that splits into series.
        value: Column of a single value.
    """

    x: str | None = optional()
    y: list[str] | None = optional()
    series: str | None = optional()
    value: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("x", ("x",), readers.text),
        WireField("y", ("y",), readers.items(readers.text)),
        WireField("series", ("series", "series_split_by"), readers.text),
        WireField("value", ("value",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Binding")
