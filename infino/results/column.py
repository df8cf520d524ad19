"""The table of types, way out: kinds of columns, the words by which the service names them, and single values."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, TypeAlias

import attrs

from infino.core.codec import exact, has_long_numbers, plain, standard
from infino.core.errors import DecodeError

Kind: TypeAlias = Literal[
    "string",
    "integer",
    "float",
    "decimal",
    "boolean",
    "timestamp",
    "date",
    "time",
    "array",
    "object",
    "null",
    "mixed",
]

TIME_KINDS: Final[frozenset[str]] = frozenset({"timestamp", "date", "time"})

TAGS: Final[dict[str, Kind]] = {
    "String": "string",
    **dict.fromkeys(("Integer", "Int", "Int32", "Int64", "Long", "UInt64", "BigInt"), "integer"),
    **dict.fromkeys(("Float", "Float32", "Float64", "Double", "Number"), "float"),
    "Decimal": "decimal",
    **dict.fromkeys(("Boolean", "Bool"), "boolean"),
    **dict.fromkeys(("DateTime", "Timestamp", "ISO8601Date"), "timestamp"),
    "Date": "date",
    "Time": "time",
    **dict.fromkeys(("Array", "List"), "array"),
    **dict.fromkeys(("Object", "Map", "Struct", "Json"), "object"),
    "Null": "null",
}
"""Tags of engine rows. The service may have more: an unknown one keeps its value and is noted aside."""

_DECLARED: Final[dict[str, Kind]] = {
    **dict.fromkeys(("string", "text", "keyword", "varchar", "char", "utf8", "ip", "binary", "uuid"), "string"),
    **dict.fromkeys(("byte", "short", "integer", "int", "long", "bigint", "smallint", "tinyint", "hugeint"), "integer"),
    **dict.fromkeys(("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"), "integer"),
    **dict.fromkeys(("half_float", "float", "double", "scaled_float", "real", "float32", "float64"), "float"),
    **dict.fromkeys(("number",), "float"),
    **dict.fromkeys(("decimal", "numeric"), "decimal"),
    **dict.fromkeys(("boolean", "bool"), "boolean"),
    **dict.fromkeys(("datetime", "timestamp", "timestamptz", "iso8601date"), "timestamp"),
    "date": "date",
    "time": "time",
    **dict.fromkeys(("array", "list", "nested"), "array"),
    **dict.fromkeys(("object", "map", "struct", "json"), "object"),
    **dict.fromkeys(("null", "undefined"), "null"),
}


@attrs.frozen
class Column:
    """One column of a result.

    Args:
        name: Name, made unique within the result.
        type: What its values are, judged by the values themselves where there are any.
        declared: The service's own word for the type, or None.
    """

    name: str
    type: Kind
    declared: str | None = None


def declared_kind(declared: str | None) -> Kind | None:
    """The kind a declared type stands for, or None where the word is unknown."""
    if not declared:
        return None
    word = declared.strip().lower().partition("(")[0].strip()
    return _DECLARED.get(word.removesuffix(" with time zone").removesuffix(" without time zone"))


def value_kind(value: Any) -> Kind:
    """The kind of one decoded Python value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "float"
        case str():
            return "string"
        case Decimal():
            return "decimal"
        case datetime():
            return "timestamp"
        case list() | tuple():
            return "array"
        case dict():
            return "object"
        case _:
            return "mixed"


_OFTEN: Final[tuple[Any, ...]] = (None, True, 0, 0.0, "", Decimal(), [], {})
_KINDS: Final[dict[type, Kind]] = {type(value): value_kind(value) for value in _OFTEN}


def kinds_of(values: Sequence[Any]) -> set[Kind]:
    """The kinds of many values: one of each type that the table does not have is looked at."""
    return {
        _KINDS.get(kind) or value_kind(next(value for value in values if type(value) is kind))
        for kind in set(map(type, values))
    }


def unite(kinds: Iterable[Kind]) -> Kind:
    """The kind of a column whose values have these kinds."""
    found = set(kinds) - {"null"}
    if not found:
        return "null"
    if len(found) == 1:
        return found.pop()
    # In JSON a float column may hold `1` for `1.0`; `settle` looks whether digits would be lost.
    if found == {"integer", "float"}:
        return "float"
    if found == {"integer", "decimal"}:
        return "decimal"
    if found <= TIME_KINDS | {"string"}:
        return "string"
    return "mixed"


def unique_names(names: Sequence[str]) -> list[str]:
    """Names with repeated ones numbered: `a`, `a` becomes `a`, `a_2`; names in first use keep theirs."""
    # `a`, `a`, `a_2` must become `a`, `a_3`, `a_2`: the last one had its name first.
    taken = set(names)
    seen: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 2
        while candidate in seen or (candidate != name and candidate in taken):
            candidate, number = f"{name}_{number}", number + 1
        seen.add(candidate)
        result.append(candidate)
    return result


WHOLE: Final = r"^-?[0-9]+$"
REAL: Final = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_WHOLE, _REAL = re.compile(WHOLE), re.compile(REAL)
SPECIAL: Final = {
    **dict.fromkeys(("nan", "+nan", "-nan"), float("nan")),
    **dict.fromkeys(("inf", "+inf", "infinity", "+infinity"), float("inf")),
    **dict.fromkeys(("-inf", "-infinity"), float("-inf")),
}
"""Floats that JSON numbers cannot write, by their lower-case spelling."""


def exact_loads(content: bytes, *, duplicates: bool = False, reals: bool = True) -> Any:
    """Decode JSON so that no number loses a digit.

    `duplicates` keeps repeated keys of one object, numbered; without `reals` all fractions are floats of the service.
    """
    try:
        if duplicates:
            return standard(content, object_pairs_hook=_numbered)
        # The fast parser refuses NaN and lone surrogates.
        # It also rounds what no float can hold, so long numbers are kept from it.
        if not has_long_numbers(content, reals=reals):
            with suppress(ValueError):
                return plain(content)
        return standard(content, parse_float=exact if reals else None)
    except ValueError as error:
        raise DecodeError(f"the answer is not JSON: {error}") from error


def _numbered(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    decoded = dict(pairs)
    if len(decoded) == len(pairs):
        return decoded
    return dict(zip(unique_names([name for name, _ in pairs]), (value for _, value in pairs), strict=True))


def untag(cell: Any) -> tuple[Kind, Any, str | None]:
    """Take one cell of an engine row, such as `{"Integer": 1}`, out of its tag; one that is not known is given too."""
    if cell is None or cell == "Null":
        return "null", None, None
    if not isinstance(cell, dict) or len(cell) != 1:
        return value_kind(cell), cell, None
    # The engine writes a value as Rust's serde does an enum: one key, the variant. One without content is a plain text.
    ((tag, inner),) = cell.items()
    kind = TAGS.get(tag)
    if kind is None:
        return value_kind(inner), inner, tag
    if inner is None or kind == "null":
        return "null", None, None
    value = _coerce(kind, inner)
    found = value_kind(value)
    # Times stay text; any other value that did not turn into what its tag says is what it is.
    return (kind if kind in TIME_KINDS and found == "string" else found), value, None


def _coerce(kind: Kind, inner: Any) -> Any:
    match kind:
        case "integer":
            return _whole(inner)
        case "float":
            return real(inner)
        case "decimal":
            return as_decimal(inner)
        case "array" | "object" if isinstance(inner, list):
            return _elements(inner)
        case "array" | "object" if isinstance(inner, dict):
            return {name: nested(value) for name, value in inner.items()}
        case _:
            return inner


def _whole(inner: Any) -> Any:
    # Integers beyond 53 bits are written as text by services that think of JavaScript.
    if isinstance(inner, str) and _WHOLE.match(inner):
        return int(inner)
    if isinstance(inner, float) and inner.is_integer():
        return int(inner)
    return inner


def real(inner: Any) -> Any:
    """A float out of a number or its text; anything else comes back as it is."""
    if isinstance(inner, int) and not isinstance(inner, bool):
        try:
            return float(inner)
        except OverflowError:
            return inner
    if isinstance(inner, str):
        found = float(inner) if _REAL.match(inner) else SPECIAL.get(inner.lower())
        # Digits that no float can hold stay text; only what says infinity is one.
        return inner if found is None or (math.isinf(found) and inner[-1].isdigit()) else found
    return inner


def as_decimal(inner: Any) -> Any:
    """A decimal out of a whole number or text; anything else comes back as it is."""
    if isinstance(inner, str):
        if _REAL.match(inner):
            try:
                return Decimal(inner)
            except InvalidOperation:
                return inner
        special = SPECIAL.get(inner.lower())
        return inner if special is None else Decimal(special)
    if isinstance(inner, int) and not isinstance(inner, bool):
        return Decimal(inner)
    return inner


def _elements(values: list[Any]) -> list[Any]:
    # "Null" stands for null only between tagged neighbours: in a list of bare strings it is a string.
    bare = any(isinstance(value, str) and value != "Null" for value in values)
    return [value if bare and isinstance(value, str) else nested(value) for value in values]


def nested(value: Any) -> Any:
    """A value inside a list or object, out of its tag where it has one, and so are those inside of it."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in TAGS:
            return untag(value)[1]
        return {name: nested(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return _elements(value)
    return None if value == "Null" else value


_FINER = re.compile(r"\.\d{6}\d*[1-9]")
_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def as_times(kind: str, values: list[Any]) -> list[Any]:
    """Times of a column as Python objects, or as they are where one of them would lose digits."""
    read = _READERS.get(kind)
    if read is None or any(isinstance(value, str) and _FINER.search(value) for value in values):
        return values
    try:
        found = [read(value) if isinstance(value, str) else value for value in values]
    except ValueError:
        return values
    # Times with a zone and times without one cannot be compared, so that one column must not hold both.
    zoned = {value.tzinfo is not None for value in found if isinstance(value, datetime)}
    return values if len(zoned) > 1 else found
