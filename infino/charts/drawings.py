"""Drawings: a chart, a table or a single value, each shown as a page, a picture or in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeAlias

import attrs
from infino_api.models.metric_formatting import MetricFormatting
from infino_api.models.result_column import ResultColumn

from infino.charts.html import PagePanel, clean, tabled
from infino.charts.shown import Shown

Option: TypeAlias = dict[str, Any]
Rows: TypeAlias = Sequence[Mapping[str, Any]]


class _Drawing(Shown):
    """What every drawing can do."""

    __slots__ = ()

    title: str

    def content(self) -> dict[str, Any]:
        """What a page draws, as JSON that can hold it."""
        raise NotImplementedError

    def shown(self) -> tuple[str, list[PagePanel]]:
        """A page with it alone."""
        return self.title, [PagePanel(drawing=self)]


@attrs.frozen(kw_only=True)
class ChartDrawing(_Drawing):
    """A chart.

    Args:
        title: Title of the visualization.
        option: The option object that ECharts takes.
    """

    kind: ClassVar[Literal["echarts"]] = "echarts"
    title: str
    option: Option

    def content(self) -> dict[str, Any]:
        """The option, without what could run, link or load."""
        return {"kind": "echarts", "option": clean(self.option)}

    def _repr_html_(self) -> str:
        from infino.charts.svg import chart_svg

        # A notebook saves what it shows: a megabyte less for the kinds that need no ECharts.
        return chart_svg(self.option) or super()._repr_html_()


@attrs.frozen(kw_only=True)
class TableDrawing(_Drawing):
    """A table: one that was asked for, or what is left when a chart cannot be drawn.

    Args:
        title: Title of the visualization.
        columns: Its columns.
        rows: Its rows, by column name.
        note: Why it is not the chart that was asked for.
    """

    kind: ClassVar[Literal["table"]] = "table"
    title: str
    columns: Sequence[ResultColumn]
    rows: Rows
    note: str | None = None

    def content(self) -> dict[str, Any]:
        """The cells."""
        # Rows of a chat answer have no columns of their own, so the first row names them.
        names = [str(column.name) for column in self.columns] or list(self.rows[0] if self.rows else ())
        notes = {"notes": [self.note]} if self.note else {}
        return {"kind": "table", **tabled(names, self.rows), **notes}


@attrs.frozen(kw_only=True)
class MetricDrawing(_Drawing):
    """A single value.

    Args:
        title: Title of the visualization, which labels the value.
        value: The value; None when there is none.
        formatting: How it is to be written.
    """

    kind: ClassVar[Literal["metric"]] = "metric"
    title: str
    value: Any
    formatting: MetricFormatting | None = None

    def content(self) -> dict[str, Any]:
        """The value, and how it is to be written."""
        formatting = self.formatting.to_dict() if self.formatting else None
        return {"kind": "metric", "value": clean(self.value), "formatting": formatting}


Drawing: TypeAlias = ChartDrawing | TableDrawing | MetricDrawing
