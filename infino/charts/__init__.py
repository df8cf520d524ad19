"""Charts: written in Python, drawn by ECharts, as SVG, or as pages that open offline."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.charts.builders import Dashboard as Dashboard
    from infino.charts.builders import Visualization as Visualization
    from infino.charts.builders import divider as divider
    from infino.charts.builders import markdown as markdown
    from infino.charts.drawings import ChartDrawing as ChartDrawing
    from infino.charts.drawings import Drawing as Drawing
    from infino.charts.drawings import MetricDrawing as MetricDrawing
    from infino.charts.drawings import TableDrawing as TableDrawing
    from infino.charts.echarts import to_echarts as to_echarts
    from infino.charts.html import PagePanel as PagePanel
    from infino.charts.html import page as page
    from infino.charts.parts import Field as Field
    from infino.charts.parts import Metric as Metric
    from infino.charts.parts import avg as avg
    from infino.charts.parts import count as count
    from infino.charts.parts import field as field
    from infino.charts.parts import highest as highest
    from infino.charts.parts import lowest as lowest
    from infino.charts.parts import total as total
    from infino.charts.plotting import plot as plot
    from infino.charts.static import chart_page as chart_page
    from infino.charts.svg import chart_svg as chart_svg

# Answers and results of dashboards stand on a part of this room and are not to load the rest.
_HOMES = {
    **dict.fromkeys(("Dashboard", "Visualization", "divider", "markdown"), "builders"),
    **dict.fromkeys(("ChartDrawing", "Drawing", "MetricDrawing", "TableDrawing"), "drawings"),
    **dict.fromkeys(("Field", "Metric", "avg", "count", "field", "highest", "lowest", "total"), "parts"),
    **dict.fromkeys(("PagePanel", "page"), "html"),
    "to_echarts": "echarts",
    "plot": "plotting",
    "chart_page": "static",
    "chart_svg": "svg",
}
__all__ = [
    "ChartDrawing", "Dashboard", "Drawing", "Field", "Metric", "MetricDrawing", "PagePanel", "TableDrawing",
    "Visualization", "avg", "chart_page", "chart_svg", "count", "divider", "field", "highest", "lowest", "markdown",
    "page", "plot", "to_echarts", "total",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"infino.charts.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
