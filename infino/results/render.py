"""How a table shows itself: as text in a shell, as HTML in a notebook."""

from __future__ import annotations

import html as markup
import json
from typing import Any, Final

from infino.results.arrays import Table

# How much a shell shows: rows, columns, and characters of a value there and in HTML.
_ROWS: Final = 10
_COLUMNS: Final = 20
_WIDTH: Final = 40
_CELL: Final = 60
_NUMBERS: Final = frozenset({"integer", "float", "decimal"})


def _shorten(value: Any, limit: int) -> str:
    match value:
        case str():
            # A long text is cut before it is formatted: showing a table must not cost its size.
            words = value[: limit + 1]
        case None:
            words = "null"
        case bool():
            words = "true" if value else "false"
        case dict() | list():
            words = json.dumps(value, ensure_ascii=False, default=str)
        case _:
            words = str(value)
    # Control characters of a value must not reach the terminal.
    words = "".join(character if character.isprintable() else " " for character in words[: limit + 1])
    return words if len(words) <= limit else words[: limit - 1] + "…"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _size(table: Table) -> str:
    return f"{_counted(table.length, 'row')} x {_counted(len(table.columns), 'column')}"


def _head(table: Table, rows: int) -> list[list[Any]]:
    count = min(rows, table.length)
    width = min(len(table.columns), _COLUMNS)
    return [table.values(index, 0, count) for index in range(width)]


def text(title: str, table: Table) -> str:
    """A table as text: title with its size, names, types, and the first rows."""
    lines = [f"{title}: {_size(table)}"]
    shown = _head(table, _ROWS)
    if shown:
        cells = [
            [_shorten(column.name, _WIDTH), column.type, *(_shorten(value, _WIDTH) for value in values)]
            for column, values in zip(table.columns, shown, strict=False)
        ]
        widths = [max(map(len, column)) for column in cells]
        right = [column.type in _NUMBERS for column in table.columns]
        lines += [
            "  ".join(
                cell.rjust(size) if number else cell.ljust(size)
                for cell, size, number in zip(line, widths, right, strict=False)
            ).rstrip()
            for line in zip(*cells, strict=True)
        ]
    lines += _remainder(table)
    return "\n".join(lines)


def _remainder(table: Table, rows: int = _ROWS) -> list[str]:
    more = []
    if table.length > rows:
        more.append(_counted(table.length - rows, "more row"))
    if len(table.columns) > _COLUMNS:
        more.append(_counted(len(table.columns) - _COLUMNS, "more column"))
    return [f"... {' and '.join(more)}"] if more else []


# Inline, because notebooks strip style sheets; grey with an opacity suits light and dark themes.
_STYLE: Final = (
    "border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums",
    "text-align:{};padding:4px 10px;border-bottom:2px solid rgba(128,128,128,.5);font-weight:600",
    "text-align:{};padding:3px 10px;border-bottom:1px solid rgba(128,128,128,.2);white-space:pre",
    "font-weight:400;font-size:11px;opacity:.65",
)


def html(table: Table, rows: int = 20) -> str:
    """A table as HTML: everything escaped, long values cut, types under the names."""
    shown = _head(table, rows)
    box, head, body, small = _STYLE
    sides = ["right" if column.type in _NUMBERS else "left" for column in table.columns]
    names = "".join(
        f'<th style="{head.format(side)}">{_safe(column.name)}<br><span style="{small}">{column.type}</span></th>'
        for column, side, _ in zip(table.columns, sides, shown, strict=False)
    )
    lines = "".join(
        "<tr>"
        + "".join(
            f'<td style="{body.format(side)}">{_cell(value)}</td>' for value, side in zip(line, sides, strict=False)
        )
        + "</tr>"
        for line in zip(*shown, strict=True)
    )
    more = "".join(f", {line.removeprefix('... ')}" for line in _remainder(table, rows))
    return (
        f'<div style="overflow-x:auto"><table style="{box}"><thead><tr>{names}</tr></thead>'
        f'<tbody>{lines}</tbody></table><p style="{small}">{_size(table)}{more}</p></div>'
    )


def _safe(value: Any) -> str:
    return markup.escape(_shorten(value, _CELL))


def _cell(value: Any) -> str:
    return '<span style="opacity:.5">null</span>' if value is None else _safe(value)
