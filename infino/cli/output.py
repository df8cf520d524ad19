"""Results on a terminal: tables that fit, rows beneath each other, and files for other programs."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import attrs
import click

from infino.core.redaction import printable, printable_json, printable_lines

if TYPE_CHECKING:
    from infino.cli.session import Session

# Characters of a cell, of one where room is short, and of a line where there is no terminal.
CELL, NARROW, WIDTH = 40, 16, 160
SHOWN = 50
# Columns that go after all others, and those that go first.
_TELL_MUCH = ("status", "state")
_TELL_LITTLE = ("_id", "uuid", "pri", "rep", "docs.deleted", "pri.store.size")


@attrs.frozen
class Hints:
    """What to type to see the columns and rows that a table leaves out."""

    columns: str = "--output vertical shows all"
    rows: str = "--output csv prints all"


WITH_LIMIT = Hints(rows="--limit shows more, --output csv prints all")
IN_SHELL = Hints("\\x shows all", "\\limit N shows more, \\o csv prints all")


@attrs.frozen
class Rows:
    """Columns and their rows, whatever they came from."""

    names: Sequence[str]
    rows: Callable[[], Iterable[Sequence[Any]]]
    length: int | None = None
    result: Any = None
    single: bool = False
    hints: Hints = Hints()


def as_rows(value: Any) -> Rows:
    """Read a result, a page, a model or plain JSON as rows.

    Args:
        value: What a method of the client gave.

    Returns:
        The rows; a single object is one row.
    """
    if hasattr(value, "columns") and callable(getattr(value, "rows", None)):
        return Rows([column.name for column in value.columns], value.rows, len(value), value)
    items = [_plain(one) for one in _items(value)]
    if any(not isinstance(item, Mapping) for item in items):
        return Rows(["value"], lambda: ([item] for item in items), len(items))
    names = list(dict.fromkeys(name for item in items for name in item))
    return Rows(names, lambda: ([item.get(name) for name in names] for item in items), len(items))


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, str | bytes | Mapping) or hasattr(value, "to_dict") or not isinstance(value, Iterable):
        return [value]
    return value


def _plain(value: Any) -> Any:
    to_dict: Any = getattr(value, "to_dict", None)
    if to_dict is None:
        return value
    found = to_dict()
    # What the document describes goes before what a service adds: the middle is what a narrow table leaves out.
    known = [field.names[0] for field in getattr(value, "FIELDS", ())]
    return {**{name: found[name] for name in known if name in found}, **found}


def text_of(value: Any) -> str:
    """One cell: nothing for null, JSON for what is nested, ISO for times."""
    if value is None:
        return ""
    if isinstance(value, Mapping | list | tuple):
        from infino.core.codec import dumps

        return printable(dumps(value).decode())
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return printable(value)


def write(
    value: Any, form: str | None, *, limit: int | None = SHOWN, single: bool = False, hints: Hints | None = None
) -> None:
    """Print a value in the form that was asked for.

    Args:
        value: A result, a page, a model, or plain JSON.
        form: One of `session.FORMS`; a table when None, or rows beneath each other for a single object.
        limit: Rows of a table at most; None for all. The forms for programs print all rows.
        single: Whether the value is one object.
        hints: What to type to see more; as of a command without `--limit` when None.
    """
    found = attrs.evolve(as_rows(value), single=single, hints=hints or Hints())
    if form is None:
        form = "vertical" if single else "table"
    if form == "table":
        _table(found, limit)
    elif form == "vertical":
        _vertical(found, limit)
    else:
        FOR_PROGRAMS[form](found)


def _table(found: Rows, limit: int | None) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Without a terminal the size would be a guess of 80 columns: pipes and files are given more.
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH
    rows = [[text_of(cell) for cell in row] for row in islice(found.rows(), limit)]
    heads = [printable(name) for name in found.names]
    widths = _widths(heads, rows, CELL)
    if _needed(widths) > room:
        # Headings break at their underscores and cells are cut, before a column has to go.
        heads = [head.replace("_", "_\n") for head in heads]
        # What an object is called stays whole: it is what the next command is given.
        whole = widths[:1] if found.names[0].endswith("id") else []
        widths = whole + _widths(heads, rows, NARROW)[len(whole) :]
    if not heads:
        click.echo("nothing to show", err=True)
        return
    kept = fitting(widths, room, spare=_tell_little(found.names, rows), keep=_places(found.names, _TELL_MUCH))
    if not kept:
        _vertical(found, limit)
        return
    gap = next((at + 1 for at, (left, right) in enumerate(pairwise(kept)) if right > left + 1), None)
    shown: list[int | None] = [*kept]
    if gap is not None:
        shown.insert(gap, None)
    table = Table(highlight=False)
    for at in shown:
        table.add_column(
            Text("…" if at is None else heads[at]),
            max_width=1 if at is None else widths[at],
            overflow="ellipsis",
            no_wrap=True,
        )
    for row in rows:
        table.add_row(*[Text("…" if at is None else row[at]) for at in shown])
    Console(width=room, highlight=False).print(table)
    left_out = [printable(name) for at, name in enumerate(found.names) if at not in kept]
    if left_out:
        click.echo(
            f"{len(kept)} of {len(found.names)} columns; left out: {', '.join(left_out)} ({found.hints.columns})",
            err=True,
        )
    _more(found, len(rows))


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> list[int]:
    from rich.cells import cell_len

    lines = [max(map(cell_len, head.split("\n")), default=0) for head in heads]
    return [
        max(1, line, min(most, max((cell_len(row[at]) for row in rows), default=0))) for at, line in enumerate(lines)
    ]


def _needed(widths: Sequence[int]) -> int:
    # A column takes its text, a blank on each side and a line.
    return sum(width + 3 for width in widths) + 1


def _tell_little(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Columns that tell little where room is short: what the service made for itself, what is empty or nested."""
    empty = [at for at in range(len(names)) if rows and not any(row[at] for row in rows)]
    nested = [at for at in range(len(names)) if any(row[at].startswith(("{", "[{")) for row in rows)]
    return [*_places(names, _TELL_LITTLE), *empty, *nested]


def _places(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    return [names.index(name) for name in wanted if name in names]


def _more(found: Rows, shown: int) -> None:
    if found.length is not None and found.length > shown:
        click.echo(f"{shown} of {found.length} rows; {found.hints.rows}", err=True)


def fitting(widths: Sequence[int], room: int, spare: Sequence[int] = (), keep: Sequence[int] = ()) -> list[int]:
    """Choose the columns that fit, leaving out those in the middle first.

    Args:
        widths: Width of each column in characters.
        room: Width of the terminal in characters.
        spare: Places of columns that go before all others, in this order.
        keep: Places of columns that go after all others.

    Returns:
        The places of the columns that stay; empty when not even two of several fit.
    """
    kept = list(range(len(widths)))
    while len(kept) > 1 and _needed([widths[at] for at in kept]) + (4 if len(kept) < len(widths) else 0) > room:
        # The middle goes first: the columns at the beginning name the row.
        others = [at for at in kept if at not in keep] or kept
        kept.remove(next((at for at in spare if at in kept), others[len(others) // 2]))
    return kept if len(kept) > 1 or len(widths) <= 1 else []


def _vertical(found: Rows, limit: int | None) -> None:
    width = max((len(name) for name in found.names), default=0)
    count = 0
    for count, row in enumerate(islice(found.rows(), limit), 1):
        if found.length != 1:
            click.echo(f"- {count} -")
        for name, cell in zip(found.names, row, strict=True):
            click.echo(f"{printable(name).ljust(width)}  {text_of(cell)}")
    _more(found, count)


def _csv(found: Rows) -> None:
    # Values as they are where a program reads them: its line breaks belong to the data. A terminal would obey them.
    shown: Callable[[Any], Any] = _shown_cell if sys.stdout.isatty() else _csv_cell
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([shown(name) for name in found.names])
    writer.writerows([shown(cell) for cell in row] for row in found.rows())


def _csv_cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, Mapping | list | tuple) else value


def _shown_cell(value: Any) -> Any:
    return None if value is None else printable(_csv_cell(value))


def _objects(found: Rows) -> Iterator[str]:
    from infino.core.codec import dumps

    for row in found.rows():
        yield dumps(dict(zip(found.names, row, strict=True))).decode()


def _ndjson(found: Rows) -> None:
    for line in _objects(found):
        say_json(line)


def _json(found: Rows) -> None:
    objects = ",\n ".join(_objects(found))
    say_json(objects if found.single else f"[{objects}]")


def say_json(text: str) -> None:
    """Print JSON as it is, and on a terminal with the escapes that keep it from steering this.

    Args:
        text: JSON.
    """
    click.echo(printable_json(text) if sys.stdout.isatty() else text)


def say_text(text: str | bytes) -> None:
    """Print text or a file's bytes as they are, and on a terminal with the escapes that keep them from steering this.

    Args:
        text: What to print.
    """
    if sys.stdout.isatty():
        click.echo(printable_lines(text if isinstance(text, str) else text.decode("utf-8", "backslashreplace")))
    elif isinstance(text, bytes):
        sys.stdout.buffer.write(text)
    else:
        click.echo(text, color=True)  # click would leave out what steers a terminal, and a program gets it all


def _parquet(found: Rows) -> None:
    if sys.stdout.isatty():
        raise click.UsageError("Parquet is not text: redirect it, as in `infino sql ... -o parquet > rows.parquet`.")
    from infino.core.extras import require

    parquet = require("pyarrow.parquet", "arrow", "--output parquet")
    arrow = require("pyarrow", "arrow", "--output parquet")
    table = (
        found.result.to_arrow()
        if found.result is not None
        else arrow.Table.from_pylist([dict(zip(found.names, row, strict=True)) for row in found.rows()])
    )
    # Parquet keeps track of its place in the file, and a pipe cannot tell one.
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    sys.stdout.buffer.write(buffer.getvalue())


FOR_PROGRAMS: Mapping[str, Callable[[Rows], None]] = {
    "csv": _csv,
    "json": _json,
    "ndjson": _ndjson,
    "parquet": _parquet,
}


def show_sql(session: Session, result: Any, limit: int, hints: Hints = WITH_LIMIT) -> None:
    """Print rows; of a statement that wrote, how many it changed."""
    changed = result.stats.affected_rows
    # A question that finds nothing is a table without rows: only what wrote says how much.
    if changed is not None and not len(result) and not result.columns:
        session.say(f"{changed} {'record' if changed == 1 else 'records'} changed")
    else:
        write(result, session.output, limit=limit, hints=hints)
