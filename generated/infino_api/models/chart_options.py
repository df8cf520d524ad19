# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ChartOptions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .metric_formatting import MetricFormatting


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ChartOptions(Model):
    """Looks of a chart.

    Attributes:
        legend: show and position.
        bar_max_width: Widest bar in pixels.
        pie_donut_ratio: Size of the hole, 0 for none.
        metric_formatting: How a number is written.
    """

    legend: dict[str, Any] | None = optional()
    bar_max_width: float | None = optional()
    pie_donut_ratio: float | None = optional()
    metric_formatting: MetricFormatting | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("legend", ("legend",), readers.mapping),
        WireField("bar_max_width", ("bar_max_width",), readers.number),
        WireField("pie_donut_ratio", ("pie_donut_ratio",), readers.number),
        WireField(
            "metric_formatting",
            ("metric_formatting",),
            readers.model("metric_formatting", "MetricFormatting"),
        ),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ChartOptions")
