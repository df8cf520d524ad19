"""Charts: visualizations and their data as ECharts options, as SVG, and as pages that open offline."""

from __future__ import annotations

from infino.charts.echarts import ChartDrawing, Drawing, MetricDrawing, TableDrawing, to_echarts
from infino.charts.html import PagePanel, page
from infino.charts.static import chart_page
from infino.charts.svg import chart_svg

__all__ = [
    "ChartDrawing",
    "Drawing",
    "MetricDrawing",
    "PagePanel",
    "TableDrawing",
    "chart_page",
    "chart_svg",
    "page",
    "to_echarts",
]
