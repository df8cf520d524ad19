"""SQL that builds a list or an object anew, where some of the values inside are to be written in another way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from duckdb.sqltypes import DuckDBPyType

from infino.local.values.families import LOCAL_MOMENTS, ZONED_MOMENTS
from infino.local.values.paths import identifier, literal

Rewrite: TypeAlias = Callable[[DuckDBPyType, str], "str | None"]
"""Takes a type and SQL for a value of it, gives SQL for how it is to be written, or None where it may stay."""

MOMENT = "system.main.replace({}::VARCHAR, ' ', 'T')"
"""SQL for a time as ISO 8601 writes it; by the engine's own function, for one of that name may stand before it."""
MOMENT_IN_UTC = (
    "CASE WHEN isfinite({0}::TIMESTAMPTZ) THEN "
    + MOMENT.format("({0} AT TIME ZONE 'UTC')")
    + " || '{zone}' ELSE {0}::VARCHAR END"
)
"""The same for a time with a zone, given how UTC is written; infinity has none."""
LONG_NUMBER = r"[\[:,\s]-?[0-9.]{{17}}"
NESTED = frozenset({"list", "array", "map", "struct"})


def moment(kind: DuckDBPyType, value: str, zone: str) -> str | None:
    """Return SQL for a time as ISO 8601, or None for a value that is none.

    Args:
        kind: Its type.
        value: SQL for it.
        zone: How UTC is written.
    """
    if kind.id.upper() in LOCAL_MOMENTS:
        return MOMENT.format(value)
    return MOMENT_IN_UTC.format(value, zone=zone) if kind.id.upper() in ZONED_MOMENTS else None


def single(kind: DuckDBPyType, value: str) -> str | None:
    """Return SQL for a float of 32 bits with no more digits than it has, or None for another value."""
    return f"{value}::VARCHAR::DOUBLE" if kind.id == "float" else None


def unbent(kind: DuckDBPyType, value: str) -> str | None:
    """Return SQL for JSON, refused where the engine would write another number, or None for another value."""
    if str(kind) != "JSON":
        return None
    refusal = "error('JSON inside a list or object has numbers of more digits than a double: select it by itself')"
    return f"CASE WHEN regexp_matches({value}::VARCHAR, '{LONG_NUMBER}') THEN {refusal} ELSE {value} END"


def rebuilt(kind: DuckDBPyType, value: str, rewrite: Rewrite, depth: int = 0) -> str:
    """Return SQL for a value in which each scalar is written as `rewrite` says.

    Args:
        kind: Its type.
        value: SQL for it, a template in which braces are doubled.
        rewrite: How scalars are written, and objects inside the value.
        depth: How many lists and objects the value is inside of.
    """
    if not _concerns(kind, rewrite):
        return value
    inner = f"e{depth}"
    if kind.id in ("list", "array"):
        return f"list_transform({value}, lambda {inner}: {rebuilt(parts(kind)[0][1], inner, rewrite, depth + 1)})"
    if kind.id == "map":
        key, content = f"{inner}.key", rebuilt(parts(kind)[1][1], f"{inner}.value", rewrite, depth + 1)
        entries = f"list_transform(map_entries({value}), lambda {inner}: {{{{'key': {key}, 'value': {content}}}}})"
        return _within(depth, kind, f"map_from_entries({entries})", rewrite)
    if kind.id == "struct":
        members = (
            f"{_braced(identifier(name))} := "
            + rebuilt(child, f"struct_extract({value}, {_braced(literal(name))})", rewrite, depth + 1)
            for name, child in parts(kind)
        )
        built = f"CASE WHEN {value} IS NOT NULL THEN struct_pack({', '.join(members)}) END"
        return _within(depth, kind, built, rewrite)
    return rewrite(kind, value) or value


def parts(kind: DuckDBPyType) -> list[tuple[str, DuckDBPyType]]:
    """Return the types inside a type, with the names that a struct gives them."""
    if kind.id not in NESTED:
        return []
    return [(name, child) for name, child in kind.children if isinstance(child, DuckDBPyType)]


def _concerns(kind: DuckDBPyType, rewrite: Rewrite) -> bool:
    inner = parts(kind)[kind.id == "map" :]
    return any(_concerns(child, rewrite) for _, child in inner) or rewrite(kind, "") is not None


def _within(depth: int, kind: DuckDBPyType, value: str, rewrite: Rewrite) -> str:
    return (rewrite(kind, value) if depth else None) or value


def _braced(text: str) -> str:
    """Return text as it must stand in a template."""
    return text.replace("{", "{{").replace("}", "}}")
