"""Columns and their kinds, and the words by which the service names them."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, TypeAlias

import attrs

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
        case decimal.Decimal():
            return "decimal"
        case datetime.datetime():
            return "timestamp"
        case list() | tuple():
            return "array"
        case dict():
            return "object"
        case _:
            return "mixed"


def unite(kinds: Iterable[Kind]) -> Kind:
    """The kind of a column whose values have these kinds."""
    found = set(kinds) - {"null"}
    if not found:
        return "null"
    if len(found) == 1:
        return found.pop()
    if found == {"integer", "float"}:
        return "float"
    if found == {"integer", "decimal"}:
        return "decimal"
    if found <= TIME_KINDS | {"string"}:
        return "string"
    return "mixed"


def unique_names(names: Sequence[str]) -> list[str]:
    """Names with repeated ones numbered: `a`, `a` becomes `a`, `a_2`; names in first use keep theirs."""
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
