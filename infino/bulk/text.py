"""JSON arrays and CSV, read as they stream."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from infino.bulk.encode import Unsendable
from infino.core.errors import ValidationError

_BETWEEN = re.compile(r"[\s,]*")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,999})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,6})?\Z")
SAMPLE = 1000
FIELD_LIMIT = 1 << 30  # characters of a CSV field; what is too large for a request is rejected by its position


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def exact(text: str) -> float | Decimal:
    """Return a number that keeps every digit.

    Args:
        text: A number with a fraction or an exponent.
    """
    if len(text) <= 16 and "e" not in text and "E" not in text:
        return float(text)  # 15 digits always come back from a float
    number, written = float(text), Decimal(text)
    return number if math.isfinite(number) and Decimal(repr(number)) == written else written


def _opened(stream: io.BufferedReader, newline: str | None = None) -> io.TextIOWrapper:
    """Read text; bytes that are not UTF-8 stay as lone surrogates, so that just their record is refused."""
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline=newline)


def json_array(stream: io.BufferedReader) -> Iterator[Any]:
    """Yield the elements of a JSON array without holding it whole.

    Args:
        stream: Bytes, unpacked.

    Raises:
        ValidationError: The text is not an array, or breaks off.
    """
    text = _opened(stream)
    decoder = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=exact)
    buffer, count, step, at = text.read(65536).lstrip(), 0, 1 << 18, 1
    if not buffer.startswith("["):
        raise ValidationError("the source is not a JSON array")
    try:
        while True:
            at = _BETWEEN.match(buffer, at).end()  # type: ignore[union-attr]  # matches the empty text too
            if buffer[at : at + 1] == "]":
                if (buffer[at + 1 :] + text.read()).strip():
                    raise ValidationError(f"there is text behind the end of the JSON array, after {count} records")
                return
            try:
                element, at = decoder.raw_decode(buffer, at)
            except RecursionError:
                raise ValidationError(f"the JSON array is malformed at record {count}: nested too deep") from None
            except ValueError as error:
                more = text.read(step)
                if not more:
                    raise ValidationError(f"the JSON array is malformed at record {count}: {error}") from None
                buffer, at, step = buffer[at:] + more, 0, max(1 << 18, len(buffer))
                continue
            yield element
            count += 1
            if at > 1 << 17:
                buffer, at, step = buffer[at:], 0, 1 << 18
    finally:
        text.detach()


def csv_records(stream: io.BufferedReader, delimiter: str = ",") -> Iterator[Any]:
    """Yield the rows of a CSV file with a header as records; empty fields become null.

    Numbers and booleans are recognised by column, from the first 1000 rows; a later value that does not fit stays
    text. Numbers keep every digit.

    Args:
        stream: Bytes, unpacked.
        delimiter: What separates fields.
    """
    csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))
    text = _opened(stream, newline="")
    rows = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        header = next(rows, None)
        if header is None:
            return
        if len(set(header)) != len(header) or "" in header:
            raise ValidationError("the header of the CSV file has empty or repeated names")
        sample = [row for row in islice(rows, SAMPLE) if row]
        kinds = [_kind([row[at] for row in sample if at < len(row) and row[at]]) for at in range(len(header))]
        for row in sample:
            yield _record(header, kinds, row)
        for row in rows:
            if row:
                yield _record(header, kinds, row)
    except csv.Error as error:
        raise ValidationError(f"the CSV file is malformed near line {rows.line_num}: {error}") from None
    finally:
        text.detach()


def _record(header: list[str], kinds: list[Callable[[str], Any]], row: list[str]) -> Any:
    if len(row) != len(header):
        return Unsendable("bad_row", f"the row has {len(row)} fields and the header {len(header)}")
    return {name: kind(value) if value else None for name, kind, value in zip(header, kinds, row, strict=True)}


def _kind(values: list[str]) -> Callable[[str], Any]:
    if not values:
        return str
    if all(map(_WHOLE.match, values)):
        return _whole
    if all(map(_DECIMAL.match, values)):
        return _decimal
    if {value.lower() for value in values} <= {"true", "false"}:
        return _truth
    return str


def _whole(value: str) -> Any:
    return int(value) if _WHOLE.match(value) else _decimal(value)


def _decimal(value: str) -> Any:
    return exact(value) if _DECIMAL.match(value) else value


def _truth(value: str) -> Any:
    return {"true": True, "false": False}.get(value.lower(), value)
