"""One self-contained page with a chart, and with its option for those who have ECharts at hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from infino.charts.svg import chart_svg

_STYLE = (
    ":root{color-scheme:light dark}body{font-family:system-ui,sans-serif;margin:2rem auto;"
    "max-width:760px;padding:0 1rem}"
    "pre{overflow:auto;font-size:12px;padding:1rem;border:1px solid rgba(128,128,128,.35);border-radius:6px}"
)


def chart_page(option: Mapping[str, Any], title: str = "") -> str:
    """Write a chart as an HTML page that needs nothing but itself.

    Args:
        option: An ECharts option, as in `answer.chart`.
        title: Title of the page, such as the question.

    Returns:
        HTML without scripts; kinds of charts that cannot be drawn are shown as their option.

    Examples:
        >>> Path("chart.html").write_text(chart_page(answer.chart, answer.question))
    """
    source = escape(json.dumps(option, indent=2, ensure_ascii=False, default=str))
    drawing = chart_svg(option)
    opened = "" if drawing else " open"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title or 'chart')}</title><style>{_STYLE}</style></head><body>"
        f"<h2>{escape(title)}</h2>{drawing or ''}"
        f"<details{opened}><summary>ECharts option</summary><pre>{source}</pre></details></body></html>"
    )
