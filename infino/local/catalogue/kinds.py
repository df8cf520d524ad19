"""Kinds of values: what each JSON value is, which SQL type holds all values of a field without merging two of them.

| values seen | SQL type |
|---|---|
| integers | BIGINT, then HUGEINT, then VARCHAR |
| numbers | DOUBLE while each is its own shortest double, none is written as `1.50` and no integer is beyond 2^53; |
|         | DECIMAL(38, s), VARCHAR |
| dates | DATE |
| times | TIMESTAMP; TIMESTAMPTZ once a zone was given (those without one are UTC); `_NS` from the seventh digit on |
| booleans | BOOLEAN |
| anything else, or several of these | VARCHAR |
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import attrs

NO_SCALARS = frozenset({"NULL", "OBJECT", "ARRAY"})
FAR = "FAR"
"""Said of a field besides its values: some time is too far away to be counted in nanoseconds."""
SAFE_INTEGER = 2**53
SAFE_DIGITS = 15
"""What every double keeps of a decimal."""
LARGE_INTEGERS = frozenset({"BIGINT", "HUGEINT", "BIGNUM"})
INTEGERS = LARGE_INTEGERS | {"INTEGER"}
TIMES = frozenset({"DATE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMPTZ", "TIMESTAMPTZ_NS"})
JSON_NUMBERS = frozenset({"BIGINT", "UBIGINT", "HUGEINT", "DOUBLE"})
MOST_DIGITS = 38
TIME = re.compile(
    r"(\d{4})-\d\d-\d\d(?P<time>[T ]\d\d:\d\d(:\d\d(\.(?P<fraction>\d{1,9}))?)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)
DIGITS = re.compile(r"DECIMAL\((\d+),(\d+)\)")

Compared = Literal["long", "double", "boolean", "date", "text"]


@attrs.frozen
class TypeNames:
    """What an SQL type is called elsewhere.

    Args:
        infino: In a schema of the service.
        mapping: In a mapping.
        compared: How the query language compares its values.
        plain: To Fino's planner.
    """

    infino: str
    mapping: str
    compared: Compared
    plain: Literal["number", "boolean", "date", "text"]


NAMES = {
    "BIGINT": TypeNames("Integer", "long", "long", "number"),
    "HUGEINT": TypeNames("Integer", "unsigned_long", "long", "number"),
    "DOUBLE": TypeNames("Float", "double", "double", "number"),
    "DECIMAL": TypeNames("Float", "double", "double", "number"),
    "BOOLEAN": TypeNames("Boolean", "boolean", "boolean", "boolean"),
    "VARCHAR": TypeNames("String", "text", "text", "text"),
    **dict.fromkeys(TIMES, TypeNames("ISO8601Date", "date", "date", "date")),
}


def names_of(sql_type: str) -> TypeNames:
    """Return what an SQL type is called elsewhere.

    Examples:
        >>> names_of("DECIMAL(38,2)").mapping
        'double'
    """
    return NAMES.get(sql_type.partition("(")[0], NAMES["VARCHAR"])


def text_kinds(text: str) -> tuple[str, ...]:
    """Return the kinds of a string: a date, a time with or without zone and nanoseconds, or plain text.

    Examples:
        >>> text_kinds("2024-07-01T12:00:00+02:00"), text_kinds("later")
        (('TIMESTAMPTZ',), ('VARCHAR',))
    """
    # By form first: most texts are no times, and this is told without an exception.
    found = TIME.fullmatch(text)
    if found is None:
        return ("VARCHAR",)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return ("VARCHAR",)
    if not found["time"]:
        kind = "DATE"
    else:
        kind = ("TIMESTAMPTZ" if found["zone"] else "TIMESTAMP") + ("_NS" if len(found["fraction"] or "") > 6 else "")
    # 64 bits of nanoseconds reach from 1677 to 2262.
    return (kind,) if "1678" <= found[1] <= "2261" else (kind, FAR)


def integer_kinds(value: int | Decimal) -> tuple[str, ...]:
    """Return the kinds of a whole number, with its digits where it is beyond 64 bits."""
    if -SAFE_INTEGER <= value <= SAFE_INTEGER:
        return ("INTEGER",)
    if -(2**63) <= value < 2**63:
        return ("BIGINT",)
    kind = "HUGEINT" if -(2**127) <= value < 2**127 else "BIGNUM"
    return (kind, f"DECIMAL({len(str(abs(int(value))))},0)")  # abs() of a Decimal keeps 28 digits


def number_kinds(value: float | Decimal, *, closely: bool) -> tuple[str, ...]:
    """Return the kinds of a number.

    Args:
        value: The number; a `Decimal` where the float may be another.
        closely: Whether its digits are wanted even if it is its own shortest double.
    """
    if isinstance(value, Decimal):
        if _whole(value):
            return integer_kinds(value)
        shortest = Decimal(repr(float(value))) == value and not written_as_decimal(value)
        if shortest and not closely:
            return ("DOUBLE",)
        return ("DOUBLE", digits_kind(value)) if shortest else (digits_kind(value),)
    return ("DOUBLE", digits_kind(Decimal(repr(value)))) if closely else ("DOUBLE",)


def written_as_decimal(value: Decimal) -> bool:
    """Tell whether a number has a zero at the end of its fraction, as `1.50` has: no float is written so."""
    _, figures, exponent = value.as_tuple()
    return isinstance(exponent, int) and exponent < 0 and figures[-1] == 0


def _whole(value: Decimal) -> bool:
    return value.as_tuple().exponent == 0


def digits_kind(value: Decimal) -> str:
    """Return the kind that tells how many digits a number has before and after the point.

    Examples:
        >>> digits_kind(Decimal("12.345"))
        'DECIMAL(2,3)'
    """
    _, figures, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    fraction = max(0, -exponent)
    return f"DECIMAL({max(len(figures) + exponent, 1)},{fraction})"


def inexact(kinds: Iterable[str]) -> bool:
    """Tell whether some value is a number with a fraction that its double may not hold."""
    return any((found := DIGITS.fullmatch(kind)) is not None and found[2] != "0" for kind in kinds)


def needs_digits(kinds: Collection[str]) -> bool:
    """Tell whether doubles would merge neighbours among a field's values, so that the digits of each count."""
    return inexact(kinds) or ("DOUBLE" in kinds and not LARGE_INTEGERS.isdisjoint(kinds))


def beyond_doubles(kinds: Collection[str]) -> bool:
    """Tell whether two of a field's numbers may be one as doubles.

    Examples:
        >>> beyond_doubles({"INTEGER", "DECIMAL(3,2)"}), beyond_doubles({"BIGINT"})
        (False, True)
    """
    digits = (DIGITS.fullmatch(kind) for kind in kinds)
    return not LARGE_INTEGERS.isdisjoint(kinds) or any(f and int(f[1]) + int(f[2]) > SAFE_DIGITS for f in digits)


def values_of(kinds: Iterable[str]) -> frozenset[str]:
    """Return the kinds that are values."""
    return frozenset(kinds) - NO_SCALARS - {FAR}


def is_number(kind: str) -> bool:
    """Tell whether a kind is a number."""
    return kind in INTEGERS or kind == "DOUBLE" or kind.startswith("DECIMAL(")


def only_numbers(values: Collection[str]) -> bool:
    """Tell whether there are values, and all of them are numbers."""
    return bool(values) and all(map(is_number, values))


def sql_type(kinds: Collection[str]) -> str:
    """Return the narrowest SQL type that holds every value of a field, and no two different ones as one.

    Args:
        kinds: The kinds of its values.

    Examples:
        >>> sql_type({"INTEGER", "DOUBLE"}), sql_type({"HUGEINT", "DECIMAL(22,0)", "DOUBLE", "DECIMAL(1,1)"})
        ('DOUBLE', 'DECIMAL(38,1)')
    """
    seen = values_of(kinds)
    if "OBJECT" in kinds:
        return "VARCHAR"
    if only_numbers(seen):
        return _number_type(seen)
    if seen == {"BOOLEAN"}:
        return "BOOLEAN"
    if not seen or not seen <= TIMES:
        return "VARCHAR"
    if seen == {"DATE"}:
        return "DATE"
    fine = any(kind.endswith("_NS") for kind in seen)
    if fine and FAR in kinds:
        return "VARCHAR"
    return ("TIMESTAMPTZ" if any("TZ" in kind for kind in seen) else "TIMESTAMP") + ("_NS" if fine else "")


def _number_type(seen: frozenset[str]) -> str:
    if "DOUBLE" not in seen and not inexact(seen):
        if "BIGNUM" in seen:
            return "VARCHAR"
        return "HUGEINT" if "HUGEINT" in seen else "BIGINT"
    if not needs_digits(seen):
        return "DOUBLE"
    found = [(int(match[1]), int(match[2])) for kind in seen if (match := DIGITS.fullmatch(kind))]
    # Digits that a whole number of such a kind may have, for its kind does not tell how many it has.
    whole = max([width for width, _ in found] + [19 if "BIGINT" in seen else 16 if "INTEGER" in seen else 1])
    fraction = max([places for _, places in found], default=0)
    return f"DECIMAL({MOST_DIGITS},{fraction})" if whole + fraction <= MOST_DIGITS else "VARCHAR"


def compared(kinds: Collection[str]) -> Compared:
    """Return how the query language compares values of these kinds."""
    # Stored as text for its digits, and still a number to those who ask.
    if only_numbers(values_of(kinds)) and sql_type(kinds) == "VARCHAR":
        return "double"
    return names_of(sql_type(kinds)).compared


def json_types(kinds: Iterable[str]) -> frozenset[str]:
    """Return the names that the engine's `json_type` has for values of these kinds."""
    found: set[str] = set()
    for kind in values_of(kinds):
        found |= JSON_NUMBERS if is_number(kind) else {"BOOLEAN"} if kind == "BOOLEAN" else {"VARCHAR"}
    return frozenset(found)


def scalar_kinds(value: Any, *, closely: bool = False) -> tuple[str, ...]:
    """Return the kinds of a decoded JSON value that is neither an object nor a list."""
    if value is None:
        return ("NULL",)
    if value is True or value is False:
        return ("BOOLEAN",)
    if isinstance(value, int):
        return integer_kinds(value)
    if isinstance(value, str):
        return text_kinds(value)
    return number_kinds(value, closely=closely)
