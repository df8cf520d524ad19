"""Reading uploaded files: JSON arrays, JSON lines and CSV, record by record, with what is wrong of each bad one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, AnyStr, TypeAlias

import attrs
import orjson

from infino.local.http import Problem
from infino.local.values import exact

FORMATS = ("json", "jsonl", "csv", "auto")
SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
MARKS = {
    b"PAR1": "Parquet", b"ARROW1": "Arrow", b"Obj\x01": "Avro", b"ORC": "ORC", b"\x1f\x8b": "packed by gzip",
    b"PK\x03\x04": "a ZIP archive, as those of spreadsheets are", b"SQLite format 3\0": "a database of SQLite",
}  # fmt: skip
"""How files of other formats begin."""
# What is read as one piece takes memory as one piece, several times its size.
LONGEST_CELL, LONGEST_LINE, LONGEST_ARRAY = 10 * 1024**2, 100 * 1024**2, 100 * 1024**2
NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)


@attrs.frozen
class Bad:
    """A record that can't be read: where it stands, from 1, and why."""

    position: int
    reason: str


Record: TypeAlias = "bytes | Bad"


def detect(filename: str, path: Path) -> str:
    """The format of a file, by its name, else by its first character.

    Raises:
        Problem: 400 when it is of another format, which might be taken for a table of no rows.
    """
    by_name = SUFFIXES.get(Path(filename).suffix.lower())
    if by_name:
        return by_name
    with path.open("rb") as file:
        # The mark of UTF-8 may stand before the first character of any of these formats.
        start = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, name in MARKS.items():
        if start.startswith(mark):
            raise Problem(400, "parse_exception", f"the file is {name}, not JSON, JSON lines or CSV")
    return {b"[": "json", b"{": "jsonl"}.get(start[:1], "csv")


def records(path: Path, form: str) -> Iterator[Record]:
    """The records of a file, each as JSON text, or as what is wrong with it.

    Args:
        path: The file.
        form: json (an array of objects), jsonl (an object on each line) or csv (with a header row).

    Raises:
        Problem: 400 when the file as a whole is not of its format.
    """
    return {"json": _json, "jsonl": _jsonl, "csv": _csv}[form](path)


def _json(path: Path) -> Iterator[Record]:
    if path.stat().st_size > LONGEST_ARRAY:
        reason = f"an array of more than {LONGEST_ARRAY} bytes is not read; send JSON lines"
        raise Problem(400, "content_too_long", reason)
    try:
        values = exact.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (orjson.JSONDecodeError, exact.RepeatedKey, exact.TooDeep) as error:
        raise Problem(400, "parse_exception", f"the file is not JSON: {error}")
    if isinstance(values, dict):
        values = [values]
    if not isinstance(values, list):
        raise Problem(400, "parse_exception", "the file must hold an array of objects")
    for position, value in enumerate(values, 1):
        yield exact.dumps(value) if isinstance(value, dict) else Bad(position, "not an object")


def _lines(file: IO[AnyStr]) -> Iterator[AnyStr]:
    """The lines of a file, none of which is taken in whole when it is too long."""
    for line in iter(lambda: file.readline(LONGEST_LINE + 1), file.read(0)):
        if len(line) > LONGEST_LINE:
            raise Problem(400, "content_too_long", f"the file has a line of more than {LONGEST_LINE} bytes")
        yield line


def _jsonl(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        for position, line in enumerate(_lines(file), 1):
            text = line.strip().removeprefix(b"\xef\xbb\xbf")
            if not text:
                continue
            try:
                good = isinstance(exact.loads(text), dict)
            except (orjson.JSONDecodeError, exact.RepeatedKey, exact.TooDeep) as error:
                yield Bad(position, f"line {position}: {error}")
            else:
                yield text if good else Bad(position, f"line {position}: not an object")


def _csv(path: Path) -> Iterator[Record]:
    """The rows of a CSV file, each column typed by all of its cells, so that one word makes texts of all."""
    rows = _rows(path)
    header = next(rows, [])
    if isinstance(header, Bad):
        raise Problem(400, "parse_exception", f"the file is not CSV: {header.reason}")
    if not header or len(set(header)) != len(header):
        raise Problem(400, "parse_exception", "the first row must name each column once")
    if len(header) == 1 and (parted := next((sign for sign in ";\t|" if sign in header[0]), None)):
        raise Problem(400, "parse_exception", f"the columns must be separated by commas, not by {parted!r}")
    # Read twice: a column has its type only when its last cell was seen, and the file may not fit into memory.
    kinds = ["empty"] * len(header)
    for row in rows:
        if not isinstance(row, Bad) and len(row) == len(header):
            kinds = [joint_kind(kind, cell) for kind, cell in zip(kinds, row, strict=True)]
    rows = _rows(path)
    next(rows)
    for row in rows:
        if isinstance(row, Bad):
            yield row
        else:
            yield exact.dumps({n: cell_value(c, k) for n, c, k in zip(header, row, kinds, strict=True)})


def _rows(path: Path) -> Iterator[list[str] | Bad]:
    """The rows of a file; one that has another number of cells than the first, and what can't be read, is bad."""
    csv.field_size_limit(LONGEST_CELL)
    width = 0
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(_lines(file), strict=True)
        try:
            for row in rows:
                width = width or len(row)
                if row and len(row) != width:
                    yield Bad(rows.line_num, f"line {rows.line_num}: {len(row)} cells for {width} columns")
                elif row:
                    yield row
        # After this nobody knows where the next row begins.
        except (csv.Error, UnicodeDecodeError) as error:
            yield Bad(rows.line_num, f"after line {rows.line_num}: {error}; the rest of the file can't be read")


def joint_kind(kind: str, cell: str) -> str:
    """What a column is once one more cell is known: empty, number, boolean or text.

    A number is one only where its text is a JSON number without an exponent, so that codes such as 007 stay text.

    Examples:
        >>> joint_kind("empty", "1.50"), joint_kind("number", "007"), joint_kind("number", "")
        ('number', 'text', 'number')
    """
    if cell == "":
        return kind
    own = "boolean" if cell in ("true", "false") else "number" if NUMBER.fullmatch(cell) and cell != "-0" else "text"
    return own if kind in ("empty", own) else "text"


def cell_value(cell: str, kind: str) -> str | Decimal | bool | None:
    """A cell's value in a column of a kind; a number keeps its digits."""
    if cell == "":
        return None
    if kind == "boolean":
        return cell == "true"
    return Decimal(cell) if kind == "number" else cell
