from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class ChartMapping(Model):
    """Which column goes where.

    Attributes:
        x: Column name, or an object with column and bucket.
        y: Columns of values.
        series: Column that splits into series.
        top: How many groups to show.
        other_bucket: True to gather the rest as Other.
    """

    x: Any | None = None
    y: list[str] | None = None
    series: str | None = None
    top: int | None = None
    other_bucket: bool | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("x", ("x",), readers.anything),
        Field("y", ("y",), readers.items(readers.text)),
        Field("series", ("series", "series_split_by"), readers.text),
        Field("top", ("top",), readers.integer),
        Field("other_bucket", ("other_bucket",), readers.flag),
    )
