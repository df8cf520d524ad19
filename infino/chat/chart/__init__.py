"""Charts without a browser library: an ECharts option drawn as SVG, and pages that open offline."""

from __future__ import annotations

from infino.chat.chart.page import chart_page
from infino.chat.chart.svg import chart_svg

__all__ = ["chart_page", "chart_svg"]
