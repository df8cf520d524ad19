"""Reading uploaded files: JSON arrays, JSON lines and CSV, record by record, with what is wrong of each bad one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import attrs
import orjson

from infino.local.http import Problem
from infino.local.values import exact

FORMATS = ("json", "jsonl", "csv", "auto")
SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
LONGEST_CELL = 10 * 1024 * 1024


@attrs.frozen
class Bad:
    """A record that can't be read: where it stands, from 1, and why."""

    position: int
    reason: str


Record: TypeAlias = "bytes | Bad"


def detect(filename: str, path: Path) -> str:
    """The format of a file, by its name, else by its first character."""
    by_name = SUFFIXES.get(Path(filename).suffix.lower())
    if by_name:
        return by_name
    with path.open("rb") as file:
        start = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")
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


def _jsonl(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        for position, line in enumerate(file, 1):
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
    csv.field_size_limit(LONGEST_CELL)
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file, strict=True)
        try:
            header = next(rows, [])
            if not header or len(set(header)) != len(header):
                raise Problem(400, "parse_exception", "the first row must name each column once")
            for row in rows:
                if not row:
                    continue
                if len(row) != len(header):
                    yield Bad(rows.line_num, f"line {rows.line_num}: {len(row)} cells for {len(header)} columns")
                    continue
                yield orjson.dumps({name: cell_value(cell) for name, cell in zip(header, row, strict=True)})
        except (csv.Error, UnicodeDecodeError) as error:
            yield Bad(rows.line_num, f"after line {rows.line_num}: {error}; the rest of the file can't be read")


def cell_value(cell: str) -> str | int | float | bool | None:
    """A cell's value: a number only where its text is the number's own, so that codes such as 007 stay text.

    Example:
        >>> [cell_value(text) for text in ("42", "007", "1.5", "true", "", "1e3", "UA")]
        [42, '007', 1.5, True, None, '1e3', 'UA']
    """
    if cell == "":
        return None
    if cell in {"true", "false"}:
        return cell == "true"
    if cell[-1].isdigit() and (cell[0].isdigit() or cell[0] == "-") and len(cell) < 19:
        for number in (int, float):
            try:
                value = number(cell)
            except ValueError:
                continue
            if repr(value) == cell:
                return value
    return cell
