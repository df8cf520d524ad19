"""Charts: written in Python, drawn by ECharts, as SVG, or as pages that open offline."""

from __future__ import annotations

from infino.charts.builders import Dashboard, Visualization, divider, markdown
from infino.charts.drawings import ChartDrawing, Drawing, MetricDrawing, TableDrawing
from infino.charts.echarts import to_echarts
from infino.charts.html import PagePanel, page
from infino.charts.parts import Field, Metric, avg, count, field, highest, lowest, total
from infino.charts.plot import plot
from infino.charts.static import chart_page
from infino.charts.svg import chart_svg

__all__ = [
    "ChartDrawing",
    "Dashboard",
    "Drawing",
    "Field",
    "Metric",
    "MetricDrawing",
    "PagePanel",
    "TableDrawing",
    "Visualization",
    "avg",
    "chart_page",
    "chart_svg",
    "count",
    "divider",
    "field",
    "highest",
    "lowest",
    "markdown",
    "page",
    "plot",
    "to_echarts",
    "total",
]
