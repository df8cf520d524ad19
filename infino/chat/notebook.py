"""An answer as HTML for notebooks: text, table and chart, with everything from outside escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from infino.charts.svg import chart_svg
from infino.chat.table import AnswerTable
from infino.core.redaction import printable_lines

ROWS_SHOWN = 20
_CODE = re.compile(r"`([^`\n]+)`")
_BOLD = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
_ITALIC = re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_BULLET = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+(.*)")


def answer_html(
    text: str,
    table: AnswerTable | None,
    *,
    chart: Mapping[str, Any] | None,
    sql: str | None,
    querydsl: Mapping[str, Any] | None,
    suggestions: Sequence[str],
    complete: bool,
) -> str:
    """Write an answer as HTML: one `<div>` without scripts, which opens offline."""
    parts = [markdown_html(text)]
    if table is not None:
        parts.append(table._repr_html_())
    if chart:
        parts.append(chart_svg(chart) or "")
    for name, query in (("SQL", sql), ("QueryDSL", _indented(querydsl))):
        if query:
            parts.append(f"<details><summary>{name}</summary><pre>{escape(query)}</pre></details>")
    if suggestions:
        items = "".join(f"<li>{escape(question)}</li>" for question in suggestions)
        parts.append(f"<p>Ask next:</p><ul>{items}</ul>")
    if not complete:
        parts.append("<p><em>The answer is not complete.</em></p>")
    return printable_lines("<div>" + "".join(parts) + "</div>")


def _indented(querydsl: Mapping[str, Any] | None) -> str | None:
    import json

    return json.dumps(querydsl, indent=2, ensure_ascii=False) if querydsl else None


def markdown_html(text: str) -> str:
    """Write the simple part of markdown as HTML: headings, lists, code, bold and italic; no links, no raw HTML."""
    return "".join(_blocks(text.splitlines()))


def _blocks(lines: list[str]) -> Iterator[str]:
    paragraph: list[str] = []
    items: list[str] = []
    code: list[str] | None = None
    # The empty line at the end closes whatever is open.
    for line in [*lines, ""]:
        if code is not None and not line.startswith("```"):
            code.append(line)
            continue
        bullet, heading = _BULLET.fullmatch(line), _HEADING.fullmatch(line)
        fence = line.startswith("```")
        if paragraph and (fence or bullet or heading or not line.strip()):
            yield f"<p>{_inline(' '.join(paragraph))}</p>"
            paragraph = []
        if items and not bullet:
            yield "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
            items = []
        if fence:
            if code is not None:
                yield f"<pre>{escape(chr(10).join(code))}</pre>"
            code = [] if code is None else None
        elif heading:
            # Below the headings of the notebook itself.
            level = min(len(heading[1]) + 2, 6)
            yield f"<h{level}>{_inline(heading[2])}</h{level}>"
        elif bullet:
            items.append(bullet[1])
        elif line.strip():
            paragraph.append(line.strip())
    if code:
        yield f"<pre>{escape(chr(10).join(code))}</pre>"


def _inline(text: str) -> str:
    # With one group in the pattern every second piece is what stood between backticks.
    pieces = _CODE.split(text)
    for index, piece in enumerate(pieces):
        # Escaped before any tag is added, so that nothing from outside becomes one.
        safe = escape(piece)
        if index % 2:
            pieces[index] = f"<code>{safe}</code>"
        else:
            pieces[index] = _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", safe))
    return "".join(pieces)
