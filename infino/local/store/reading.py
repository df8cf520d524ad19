"""How values are read out of the text of a document: in SQL, and where no SQL does it, in Python."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from infino.local.catalogue.shape import paths_of
from infino.local.values.exact import dumps, loads
from infino.local.values.paths import literal, steps_of

EXACT_TEXTS, EXACT_OBJECTS = "exact_texts", "exact_objects"
"""The names of the functions of this module in SQL."""


def value_expression(
    kinds: Mapping[str, frozenset[str]], kind: str, exact: Collection[str] = (), *, scalars_only: bool = False
) -> str:
    """Return SQL over `_source` for the value of a field, or for the list of its values where a list was seen.

    Args:
        kinds: The kinds and paths of its values.
        kind: The SQL type of one value.
        exact: The paths at which the engine's own reader would bend a number.
        scalars_only: Whether to leave out values that are objects.
    """
    value_at = scalar_at if scalars_only else any_value_at
    paths = paths_of({name: found for name, found in kinds.items() if name != "ARRAY"})
    scalars = [path for path in sorted(paths) if "[*]" not in path]
    arrays = [path for path in sorted(paths) if "[*]" in path]
    for path in sorted(kinds.get("ARRAY", ()), reverse=True):  # an empty list; one inside another comes first
        if not any(found.startswith(f"{path}[*]") for found in arrays):
            arrays.append(f"{path}[*]")
    empty = [path for path in sorted(kinds.get("ARRAY", ())) if "[*]" not in path]
    if not arrays:
        found = [value_at(path, kind, path in exact) for path in scalars]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"
    # Where a value is a list itself, its values are at a path of their own, and its text is none of them.
    lists = kinds.get("ARRAY", frozenset()) if kind == "VARCHAR" else frozenset()
    parts = [(scalar_at if path in lists else value_at)(path, kind, path in exact) for path in arrays]
    for path in scalars:
        value = value_at(path, kind, path in exact)
        is_array = f"json_type(_source, {literal(path)}) IN ('ARRAY', 'NULL')"
        parts.append(f"CASE WHEN {value} IS NULL OR {is_array} THEN []::{kind}[] ELSE [{value}] END")
    joined = parts[0]
    for part in parts[1:]:
        joined = f"list_concat({joined}, {part})"
    nothing = f"[]::{kind}[]"
    if not empty:
        return f"nullif({joined}, {nothing})"
    is_empty = " OR ".join(f"json_extract(_source, {literal(path)})::VARCHAR = '[]'" for path in empty)
    return f"coalesce(nullif({joined}, {nothing}), CASE WHEN {is_empty} THEN {nothing} END)"


def scalar_at(path: str, kind: str, exact: bool = False) -> str:
    """Return what `any_value_at` does, without the values that are objects or lists of them."""
    if "[*]" not in path:
        is_plain = f"json_type(_source, {literal(path)}) NOT IN ('OBJECT', 'ARRAY')"
        return f"CASE WHEN {is_plain} THEN {any_value_at(path, kind, exact)} END"
    values = f"json_extract(_source, {literal(path)})"
    plain = f"list_filter({values}, lambda v: json_type(v) NOT IN ('OBJECT', 'ARRAY'))"
    texts = f"list_transform({plain}, lambda v: json_extract_string(v, '$'))"
    return texts if kind == "VARCHAR" else f"TRY_CAST({texts} AS {kind}[])"


def any_value_at(path: str, kind: str, exact: bool = False) -> str:
    """Return SQL for the value at a path of `_source`, or for the list of values at a path with `[*]`.

    Args:
        path: The JSON path.
        kind: The SQL type of one value.
        exact: Whether it may be a number that the engine's own reader would bend.
    """
    many = "[*]" in path
    if kind.startswith("DECIMAL"):
        return decimal_at(path, kind)
    if exact:
        texts = f"{EXACT_TEXTS}(_source, {literal(json.dumps(steps_of(path)))})"
        return texts if many else f"{texts}[1]"
    text = f"json_extract_string(_source, {literal(path)})"
    return text if kind == "VARCHAR" else f"TRY_CAST({text} AS {kind}{'[]' if many else ''})"


def exact_json(path: str) -> str:
    """Return SQL for the JSON at a path of `_source`, digit for digit."""
    return f"{any_value_at(path, 'VARCHAR', exact=True)}::JSON"


def decimal_at(path: str, kind: str) -> str:
    """Return SQL for a number at a path; only `json_transform` reads its digits, everything else reads a double."""
    steps = steps_of(path)
    shape: Any = kind
    for key in reversed(steps):
        shape = [shape] if key is None else {key: shape}
    found = f"json_transform(_source, {literal(json.dumps(shape, ensure_ascii=False))})"
    reached = inside(found, steps, 0)
    return f"list_filter({reached}, lambda v: v IS NOT NULL)" if None in steps else reached


def inside(value: str, steps: Sequence[str | None], depth: int) -> str:
    """Return SQL for what lies some steps inside a value; all places of lists are joined into one list."""
    if not steps:
        return value
    head, rest = steps[0], steps[1:]
    if head is not None:
        return inside(f"struct_extract({value}, {literal(head)})", rest, depth)
    if not rest:
        return value
    found = f"list_transform({value}, lambda e{depth}: {inside(f'e{depth}', rest, depth + 1)})"
    return f"flatten({found})" if None in rest else found


def exact_texts(source: str, steps: str) -> list[str] | None:
    """Return the text of each value at a path, digit for digit; the slow way, for numbers that no SQL type holds.

    Args:
        source: The document.
        steps: A JSON list of the path's keys, with null for any place in a list.
    """
    found = [
        value if isinstance(value, str) else dumps(value).decode()
        for value in values_at(source, steps)
        if value is not None
    ]
    return found or None


def exact_objects(source: str, steps: str) -> list[str] | None:
    """Return the JSON of each object at a path, digit for digit.

    Args:
        source: The document.
        steps: As for `exact_texts`.
    """
    return [dumps(value).decode() for value in values_at(source, steps) if isinstance(value, dict)] or None


def values_at(source: str, steps: str) -> list[Any]:
    """Return the values at a path of a document."""
    values: list[Any] = [loads(source)]
    for key in json.loads(steps):
        if key is None:
            values = [inner for value in values if isinstance(value, list) for inner in value]
        else:
            values = [value[key] for value in values if isinstance(value, dict) and key in value]
    return values


def values_of(source: Any, name: str) -> Iterator[Any]:
    """Yield the values of a dotted field in their order, through lists and whichever keys hold dots."""
    if isinstance(source, list):
        for item in source:
            yield from values_of(item, name)
    elif not name:
        yield source
    elif isinstance(source, dict):
        for key, value in source.items():
            if key == name:
                yield from values_of(value, "")
            elif name.startswith(key + "."):
                yield from values_of(value, name[len(key) + 1 :])
