# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ChartMapping`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ChartMapping(Model):
    """Which column goes where.

    Attributes:
        x: Column name, or an object with column and bucket.
        y: Columns of values.
        series: Column that splits into series.
        top: How many groups to show.
        other_bucket: True to gather the rest as Other.
    """

    x: Any = optional()
    y: list[str] | None = optional()
    series: str | None = optional()
    top: int | None = optional()
    other_bucket: bool | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("x", ("x",), readers.anything),
        WireField("y", ("y",), readers.items(readers.text)),
        WireField("series", ("series", "series_split_by"), readers.text),
        WireField("top", ("top",), readers.integer),
        WireField("other_bucket", ("other_bucket",), readers.flag),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ChartMapping")
