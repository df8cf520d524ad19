"""What drivers give, as JSON can carry it: every digit, and a type for every column even where it has no value."""

from __future__ import annotations

import base64
import datetime
import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs

from infino.local.catalogue.kinds import SAFE_INTEGER
from infino.local.http import illegal
from infino.local.sql.result import FIRST_BATCH, LONGEST, rows_at_once
from infino.local.values import exact
from infino.local.values.families import FLOATS, INTEGERS, LOCAL_MOMENTS, WIDE_INTEGERS, ZONED_MOMENTS
from infino.local.values.tags import real_name, tagged

MOMENT = re.compile(r"(\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(?:([+-]\d\d)(?::?(\d\d))?)?", re.ASCII)
DECLARED = {
    **dict.fromkeys(("bool", "boolean"), "boolean"),
    **dict.fromkeys(("int2", "int4", "int8", "oid", *map(str.lower, INTEGERS | WIDE_INTEGERS)), "long"),
    **dict.fromkeys(("float4", "float8", *map(str.lower, FLOATS)), "double"),
    **dict.fromkeys(("numeric", "decimal", "bignum"), "decimal"),
    **dict.fromkeys(("timestamptz", "datetime", *map(str.lower, LOCAL_MOMENTS | ZONED_MOMENTS)), "timestamp"),
    "date": "date",
    **dict.fromkeys(("time", "timetz", "time with time zone", "time_ns"), "time"),
    "interval": "interval",
    **dict.fromkeys(("json", "jsonb"), "json"),
}  # fmt: skip
"""What drivers call types -> what the answer calls them."""
MYSQL = {
    0: "decimal", 1: "long", 2: "long", 3: "long", 4: "double", 5: "double", 7: "timestamp", 8: "long", 9: "long",
    10: "date", 11: "time", 12: "timestamp", 13: "long", 246: "decimal",
}  # fmt: skip
"""Type codes of the MySQL protocol -> what the answer calls them."""


ENDS = {"long": 2**63, "double": SAFE_INTEGER}
"""Type of a column -> where the whole numbers end that it tells apart."""
TAGGED = "(tagged)"
"""Stands behind the type of lists and objects with numbers that JSON has none for: inside of them are tags."""


class NoJson(ValueError):
    """A value that no JSON number can be."""


@attrs.frozen
class DriverRows:
    """Columns and rows of one statement.

    Args:
        columns: Name and type of each.
        rows: The driver's own values.
        milliseconds: How long the statement took.
    """

    columns: tuple[tuple[str, str], ...]
    rows: list[list[Any]]
    milliseconds: int

    def shown(self) -> list[list[Any]]:
        """Return the rows as an answer has them: what JSON has no number for is text in a column of its type."""
        kinds = [kind for _, kind in self.columns]
        return [[shown(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in self.rows]


def answered(names: Sequence[str], declared: Sequence[str | None], rows: list[list[Any]], spent: int) -> DriverRows:
    """Return an answer, each column typed by what the driver declares, else by its values.

    Args:
        names: The names of the columns.
        declared: What the driver calls their types, where it does.
        rows: The driver's own values.
        spent: Milliseconds.
    """
    kinds = []
    for place, given in enumerate(declared):
        values = [row[place] for row in rows if row[place] is not None]
        kind = (given and (given if given in DECLARED.values() else DECLARED.get(given.lower()))) or kind_of(values)
        end = ENDS.get(kind)
        if end is not None and any(isinstance(value, int) and not -end <= value < end for value in values):
            kind = "decimal"
        holds_others = kind in ("array", "object", "json") and any(map(needs_tags, values))
        kinds.append(f"{kind}{TAGGED}" if holds_others else kind)
    return DriverRows(tuple(zip(names, kinds, strict=True)), rows, spent)


def document(text: bytes | str) -> Any:
    """A JSON value of a store, digit for digit; its text where no value is all of it, as with a name given twice.

    Examples:
        >>> document('{"a": 1.50}'), document('{"a": 1, "a": 2}')
        ({'a': Decimal('1.50')}, '{"a": 1, "a": 2}')
    """
    try:
        return exact.loads(text)
    except ValueError:  # a name given twice, too many levels, or a number beyond a double
        return text if isinstance(text, str) else text.decode()


def needs_tags(value: Any) -> bool:
    """Tell whether a value is a number that JSON has none for, or holds one."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple | set) else ()
    no_json = isinstance(value, Decimal) or (isinstance(value, float) and not math.isfinite(value))
    return no_json or beyond_64_bits(value) or any(map(needs_tags, inner))


def beyond_64_bits(value: Any) -> bool:
    """Tell whether a value is a whole number that many readers of JSON have no room for."""
    return isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63


def kind_of(values: Sequence[Any]) -> str:
    """The name of a column's type, from all of its values that are not null."""
    found = {_name_of(value) for value in values}
    if found == {"long", "double"}:
        return "double"
    return found.pop() if len(found) == 1 else "keyword"


def _name_of(value: Any) -> str:
    named: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "boolean"), (int, "long"), (float, "double"), (Decimal, "decimal"), (datetime.datetime, "timestamp"),
        (datetime.date, "date"), ((datetime.time, datetime.timedelta), "time"), ((list, tuple, set), "array"),
        (dict, "object"),
    )  # fmt: skip
    return next((name for kind, name in named if isinstance(value, kind)), "keyword")


def shown(value: Any, kind: str) -> Any:
    """A driver's value in an answer."""
    if value is None:
        return None
    if kind.endswith(TAGGED):
        return tagged(inside(value), decimals=True)
    if kind == "decimal" and isinstance(value, int | float | Decimal) and math.isfinite(value):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return real_name(value)
    if beyond_64_bits(value):
        return str(value)
    return plain(value, lambda inner: shown(inner, ""))


def inside(value: Any) -> Any:
    """A driver's value inside a list or object, in which numbers stay what they are."""
    if isinstance(value, Decimal | float):
        return value
    if beyond_64_bits(value):
        return Decimal(value)
    return plain(value, inside) if needs_tags(value) else shown(value, "")


def stored(value: Any) -> Any:
    """A driver's value in a record: a number with every digit, or a reason why it can't be one.

    Raises:
        NoJson: NaN or an infinity.
    """
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        raise NoJson(f"{value} is not a number that a record can hold")
    if isinstance(value, Decimal):
        return value
    if beyond_64_bits(value):
        return Decimal(value)
    return plain(value, stored)


def plain(value: Any, inner: Any) -> Any:
    """A driver's value as JSON has it; what it holds goes through `inner`."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime.timedelta):
        return duration(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, list | tuple | set):
        return [inner(item) for item in value]
    if isinstance(value, dict):
        return {str(key): inner(item) for key, item in value.items()}
    return str(value)


def duration(value: datetime.timedelta) -> str:
    """A time of day or a longer duration as `[-]HH:MM:SS[.ffffff]`.

    Examples:
        >>> duration(datetime.timedelta(hours=26, microseconds=5))
        '26:00:00.000005'
    """
    whole = abs(value)
    seconds, micros = whole.days * 86_400 + whole.seconds, whole.microseconds
    hours, rest = divmod(seconds, 3600)
    text = f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}" + (f".{micros:06d}" if micros else "")
    return f"-{text}" if value < datetime.timedelta() else text


def iso(text: str) -> str:
    """A moment as a database writes it, as ISO 8601; `infinity` and years before Christ stay as they are.

    Examples:
        >>> iso("2024-01-01 10:00:00.5+02"), iso("infinity")
        ('2024-01-01T10:00:00.5+02:00', 'infinity')
    """
    found = MOMENT.fullmatch(text)
    if found is None:
        return text
    zone = f"{found[3]}:{found[4] or '00'}" if found[3] else ""
    return f"{found[1]}T{found[2]}{zone}"


def taken(fetch: Callable[[int], Sequence[Sequence[Any]]], limit: int) -> list[list[Any]]:
    """Return all rows of an answer, taken a few at a time as long as nobody knows how large they are.

    Args:
        fetch: Gives the next rows, as many as it is told.
        limit: The most rows.

    Raises:
        Problem: 400 when there are more, or too many bytes: an answer is never cut.
    """
    rows: list[list[Any]] = []
    size, step = 0, FIRST_BATCH
    while found := fetch(min(step, limit + 1 - len(rows))):
        rows += map(list, found)
        size += sum(len(value) if isinstance(value, str | bytes) else 8 for row in found for value in row)
        if len(rows) > limit or size > LONGEST:
            many = f"{limit:,} rows" if len(rows) > limit else f"{LONGEST:,} bytes"
            reason = f"the query gives more than {many}, and no answer is cut: narrow it down, or add a LIMIT"
            raise illegal(reason)
        step = rows_at_once(len(rows), size)
    return rows


def record(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as a record.

    Raises:
        NoJson: A value that a record can't hold, with its column.
    """
    made = {}
    for name, value in row.items():
        try:
            made[name] = stored(value)
        except NoJson as error:
            raise NoJson(f"[{name}]: {error}") from None
    return made
