from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class Binding(Model):
    """Which columns a chart uses.

    Attributes:
        x: Column of the first axis.
        y: Columns of values.
        series: Column that splits into series.
        value: Column of a single value.
    """

    x: str | None = None
    y: list[str] | None = None
    series: str | None = None
    value: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("x", ("x",), readers.text),
        Field("y", ("y",), readers.items(readers.text)),
        Field("series", ("series", "series_split_by"), readers.text),
        Field("value", ("value",), readers.text),
    )
