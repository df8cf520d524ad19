"""Drawings: a chart, a table or a single value, each shown as a page, a picture or in a notebook."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

import attrs
from infino_api.models.metric_formatting import MetricFormatting
from infino_api.models.result_column import ResultColumn

from infino.charts.html import PagePanel, clean, framed, page, save, tabled

Option: TypeAlias = dict[str, Any]
Rows: TypeAlias = Sequence[Mapping[str, Any]]


class _Shown:
    """What every drawing can do."""

    __slots__ = ()

    title: str

    def content(self) -> dict[str, Any]:
        """What a page draws, as JSON that can hold it."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return framed(self.to_html())

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """Write a page that opens offline.

        Args:
            path: File to write, where there is to be one.

        Returns:
            The page.

        Examples:
            >>> to_echarts(visualization, data).to_html("late.html")
        """
        return save(page(self.title, [PagePanel(drawing=self)]), path)

    def to_png(self, path: str | os.PathLike[str], *, width: int = 960, height: int = 540) -> Path:
        """Write a picture, drawn by a Chromium of this machine.

        Args:
            path: The file.
            width: Width in pixels.
            height: Height in pixels.

        Returns:
            The file.

        Examples:
            >>> to_echarts(visualization, data).to_png("late.png")
        """
        from infino.charts.browser import screenshot

        return screenshot(self.to_html(), path, width=width, height=height)


@attrs.frozen(kw_only=True)
class ChartDrawing(_Shown):
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

    def to_svg(self) -> str | None:
        """Draw it as SVG, without a browser; None for the kinds that only ECharts draws.

        Examples:
            >>> svg = to_echarts(visualization, data).to_svg()
        """
        from infino.charts.svg import chart_svg

        return chart_svg(self.option)

    def _repr_html_(self) -> str:
        return self.to_svg() or super()._repr_html_()


@attrs.frozen(kw_only=True)
class TableDrawing(_Shown):
    """A table: one that was asked for, or what is left when a chart cannot be drawn.

    Args:
        title: Title of the visualization.
        columns: Its columns.
        rows: Its rows, by column name.
    """

    kind: ClassVar[Literal["table"]] = "table"
    title: str
    columns: Sequence[ResultColumn]
    rows: Rows

    def content(self) -> dict[str, Any]:
        """The cells."""
        names = [str(column.name) for column in self.columns] or list(self.rows[0] if self.rows else ())
        return {"kind": "table", **tabled(names, self.rows)}


@attrs.frozen(kw_only=True)
class MetricDrawing(_Shown):
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
