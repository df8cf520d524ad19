"""Self-contained pages: charts, tables, numbers and texts in the places of a dashboard, which open offline."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import attrs

from infino.core.extras import MissingDependencyError

GRID, WIDTH, HEIGHT = 48, 48, 18
# What an option may bring that runs, links out or is read as HTML: none of it is needed to draw.
_DROPPED = frozenset({"link", "sublink", "target", "toolbox", "formatter", "graphic", "renderItem", "extraCssText"})


class Drawable(Protocol):
    """What a panel can show."""

    def content(self) -> dict[str, Any]:
        """What a page draws, as JSON can hold it."""
        ...


@attrs.frozen(kw_only=True)
class PagePanel:
    """One panel of a page.

    Args:
        title: Its title.
        show_title: Whether the title is seen; screen readers say it anyway.
        drawing: What it shows.
        rows: The rows behind a chart, by column name, to be looked at as a table.
        markdown: A text, instead of a drawing.
        error: Why there is nothing to show.
        query: The query behind it.
        notes: What the reader must know of it, such as filters that could not be applied.
        divider: Whether it is only a line between others.
        gap: Whether there is a gap between it and the next ones.
        layout: Column, row, width and height on a grid of 48 columns.
    """

    title: str = ""
    show_title: bool = True
    drawing: Drawable | None = None
    rows: Sequence[Mapping[str, Any]] | None = None
    markdown: str | None = None
    error: str | None = None
    query: str | None = None
    notes: Sequence[str] = ()
    divider: bool = False
    gap: bool = True
    layout: Mapping[str, int] = attrs.field(factory=dict)


def page(title: str, panels: Iterable[PagePanel]) -> str:
    """Write a page that needs nothing but itself: no network, no server.

    A content security policy lets only the page's own scripts run; texts are never read as HTML.

    Args:
        title: Title of the page.
        panels: What it shows, in order.

    Returns:
        HTML, about 1.1 MB larger than its data, for Apache ECharts is in it.

    Raises:
        MissingDependencyError: This installation came without Apache ECharts.

    Examples:
        >>> html = page("Delays", [PagePanel(title="Late", drawing=to_echarts(visualization, data))])
    """
    held = as_json({"panels": contents(panels)})
    library, script, style = asset("echarts.min.js"), asset("page.js"), asset("page.css")
    # Scripts by their hashes (CSP level 2): even if a text became markup, no script in it would run.
    policy = (
        f"default-src 'none'; script-src {_hash(library)} {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    # "<" as an escape keeps the data from ending its own element.
    data = held.replace("<", "\\u003c")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n<main></main>\n"
        f'<script type="application/json" id="data">{data}</script>\n'
        f"<script>{library}</script>\n<script>{script}</script>\n</body>\n</html>\n"
    )


def contents(panels: Iterable[PagePanel]) -> list[dict[str, Any]]:
    """Return panels as what the page's script draws.

    Args:
        panels: What to show, in order.

    Returns:
        One object for each panel.
    """
    return [_panel(number, one) for number, one in enumerate(panels)]


def as_json(value: Any) -> str:
    """Write what a page's script reads: no NaN, and what JSON does not know as text."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)


def framed(html: str, height: int = 420) -> str:
    """Put a page into a frame of a notebook, apart from what else is there."""
    held = escape(html, quote=True)
    # Without `allow-same-origin`, the page cannot reach the notebook around it.
    return f'<iframe sandbox="allow-scripts" srcdoc="{held}" width="100%" height="{height}" frameborder="0"></iframe>'


def written(text: str, path: str | os.PathLike[str] | None) -> str:
    """Write a page or a picture to a file, where there is to be one, and return it."""
    if path is not None:
        # A lone surrogate in the data has no UTF-8 form, and must not keep the page from being written.
        Path(path).write_text(text, encoding="utf-8", errors="replace")
    return text


def _panel(number: int, given: PagePanel) -> dict[str, Any]:
    default = {"x": 0, "y": 0 if given.layout else number * HEIGHT, "w": WIDTH, "h": HEIGHT}
    layout = {key: max(0, int(given.layout.get(key) or default[key])) for key in default}
    # A saved place may lie outside of the grid.
    layout["x"] = min(layout["x"], GRID - 1)
    found: dict[str, Any] = {"id": f"panel-{number}", "title": given.title, "layout": layout}
    found |= {} if given.show_title else {"untitled": True}
    found |= {} if given.gap else {"joined": True}
    found |= {"query": given.query} if given.query else {}
    found |= {"notes": list(given.notes)} if given.notes else {}
    if given.error is not None:
        return found | {"kind": "error", "message": given.error}
    if given.divider:
        return found | {"kind": "divider"}
    if given.markdown is not None:
        return found | {"kind": "markdown", "html": rendered(given.markdown)}
    if given.drawing is None:
        return found | {"kind": "table", **tabled([], [])}
    drawn = given.drawing.content()
    # A table is its rows.
    behind = tabled(list(given.rows[0]), given.rows) if given.rows and "rows" not in drawn else {}
    notes = [*given.notes, *drawn.get("notes", ())]
    return {**behind, **found, **drawn} | ({"notes": notes} if notes else {})


def tabled(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return rows as names and lists of cells."""
    return {"columns": list(names), "rows": [[clean(row.get(name)) for name in names] for row in rows]}


def clean(value: Any) -> Any:
    """Return a value that JSON can hold and a page can draw without running, linking or loading anything."""
    if isinstance(value, Mapping):
        return {str(key): clean(item) for key, item in value.items() if key not in _DROPPED}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > 2**53:
        return str(value)  # a browser would round it
    return value


def rendered(markdown: str) -> str:
    """Render markdown; HTML in it is shown as text, and links keep to addresses that cannot run anything."""
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        return f"<pre>{escape(markdown)}</pre>"
    # No images: they would be loaded from elsewhere, and tell that the page was opened.
    return str(MarkdownIt("commonmark", {"html": False}).enable("table").disable("image").render(markdown))


def asset(name: str) -> str:
    """Read a file that pages are made of.

    Raises:
        MissingDependencyError: This installation came without Apache ECharts.
    """
    try:
        return files("infino.charts").joinpath("assets", name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MissingDependencyError(
            "pages with charts need Apache ECharts, which released wheels bring; in a checkout run `make assets`"
        ) from None


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
