"""How values are read out of the text of a document: in SQL, and where no SQL does it, in Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from infino.local.catalogue.shape import paths_of
from infino.local.values.exact import dumps, loads
from infino.local.values.paths import literal, steps_of

EXACT_TEXTS, EXACT_OBJECTS = "exact_texts", "exact_objects"
"""The names of the functions of this module in SQL."""


def value_expression(
    kinds: Mapping[str, frozenset[str]],
    kind: str,
    exact: Collection[str] = (),
    *,
    scalars_only: bool = False,
    listed: bool = False,
) -> str:
    """Return SQL over `_source` for the value of a field, or for the list of its values where a list was seen.

    That is what SQL shows of a field: also values of other types than it mostly has, and nulls within a list.

    Args:
        kinds: The kinds and paths of its values.
        kind: The SQL type of one value.
        exact: The paths at which the engine's own reader would bend a number.
        scalars_only: Whether to leave out values that are objects; such values are texts.
        listed: Whether values at several paths are a list, though none is inside one; else the first one counts.
    """

    def value_at(path: str) -> str:
        return scalar_at(path) if scalars_only else any_value_at(path, kind, path in exact)

    paths = paths_of({name: found for name, found in kinds.items() if name != "ARRAY"})
    scalars = [path for path in sorted(paths) if "[*]" not in path]
    arrays = [path for path in sorted(paths) if "[*]" in path]
    for path in sorted(kinds.get("ARRAY", ()), reverse=True):  # an empty list; one inside another comes first
        if not any(found.startswith(f"{path}[*]") for found in arrays):
            arrays.append(f"{path}[*]")
    empty = [path for path in sorted(kinds.get("ARRAY", ())) if "[*]" not in path]
    if not arrays:
        found = list(map(value_at, scalars))
        if listed:
            return f"[{', '.join(found)}]"
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"
    plain = scalars_only or kind.startswith("DECIMAL")  # read without lists in any case
    mixed = frozenset() if plain else holding_lists(arrays, kinds).difference(exact)
    parts = [without_lists(path, kind) if path in mixed else value_at(path) for path in arrays]
    for path in scalars:
        value = value_at(path)
        is_array = f"json_type(_source, {literal(path)}) IN ('ARRAY', 'NULL')"
        parts.append(f"CASE WHEN {value} IS NULL OR {is_array} THEN []::{kind}[] ELSE [{value}] END")
    joined = parts[0]
    for part in parts[1:]:
        joined = f"list_concat({joined}, {part})"
    nothing = f"[]::{kind}[]"
    if not empty:
        return f"nullif({joined}, {nothing})"
    is_empty = " OR ".join(f"{json_at(path)}::VARCHAR = '[]'" for path in empty)
    return f"coalesce(nullif({joined}, {nothing}), CASE WHEN {is_empty} THEN {nothing} END)"


def comparable(
    paths: Collection[str], types: Iterable[str], convert: Callable[[str], str], null: str | None = None
) -> str:
    """Return SQL for the value at one path, or for the list of all values at several paths or inside a list.

    That is what the query language compares: values of some types only, each converted, and no null among several.

    Args:
        paths: The JSON paths.
        types: The JSON types that count: a path may hold an object in another document, whose text is no value.
        convert: Returns SQL for what the text of a value stands for; null for nothing.
        null: What stands for a null, if anything.
    """
    names = ", ".join(map(literal, types)) or "null"

    def checked(kind: str, text: str) -> str:
        instead = "" if null is None else f" when {kind} = 'NULL' then {literal(null)}"
        return convert(f"(case when {kind} in ({names}) then {text}{instead} end)")

    if not is_list(paths):
        (path,) = paths
        return checked(f"json_type(_source, {literal(path)})", text_at(path))
    found = [json_at(path) if "[*]" in path else f"[{json_at(path)}]" for path in paths]
    every = found[0] if len(found) == 1 else f"flatten([{', '.join(found)}])"
    value = checked("json_type(j)", "json_extract_string(j, '$')")
    return f"list_filter(list_transform({every}, lambda j: {value}), lambda v: v is not null)"


def is_list(paths: Collection[str]) -> bool:
    """Tell whether a document may hold several values at some paths."""
    return len(paths) != 1 or "[*]" in next(iter(paths))


def scalar_at(path: str) -> str:
    """Return what `text_at` does, without the texts of objects and lists."""
    if "[*]" not in path:
        return f"CASE WHEN json_type(_source, {literal(path)}) NOT IN ('OBJECT', 'ARRAY') THEN {text_at(path)} END"
    plain = f"list_filter({json_at(path)}, lambda v: json_type(v) NOT IN ('OBJECT', 'ARRAY'))"
    return f"list_transform({plain}, lambda v: json_extract_string(v, '$'))"


def holding_lists(paths: Iterable[str], kinds: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the paths whose values may be lists, which are no values: what is in them is at a path of its own."""
    within = [*paths_of(kinds), *(f"{path}[*]" for path in kinds.get("ARRAY", ()))]
    return frozenset(path for path in paths if any(found.startswith(f"{path}[*]") for found in within))


def without_lists(path: str, kind: str) -> str:
    """Return SQL for the list of the values at a path with `[*]`, nulls too, but without those that are lists.

    Args:
        path: The JSON path.
        kind: The SQL type of one value.
    """
    plain = f"list_filter({json_at(path)}, lambda v: json_type(v) <> 'ARRAY')"
    texts = f"list_transform({plain}, lambda v: json_extract_string(v, '$'))"
    return texts if kind == "VARCHAR" else f"TRY_CAST({texts} AS {kind}[])"


def objects_at(path: str, *, exact: bool) -> str:
    """Return SQL for the list of the objects at a path.

    Args:
        path: The JSON path.
        exact: Whether they may hold numbers that the engine's own reader would bend.
    """
    if exact:
        return f"coalesce({EXACT_OBJECTS}(_source, {literal(json.dumps(steps_of(path)))}), [])"
    values = f"coalesce({json_at(path)}, [])" if "[*]" in path else f"[{json_at(path)}]"
    return f"list_filter({values}, lambda x: coalesce(json_type(x) = 'OBJECT', false))::varchar[]"


def json_at(path: str) -> str:
    """Return SQL for the JSON at a path, or for the list of what is at a path with `[*]`."""
    return f"json_extract(_source, {literal(path)})"


def text_at(path: str) -> str:
    """Return SQL for the text at a path, or for the list of the texts at a path with `[*]`."""
    return f"json_extract_string(_source, {literal(path)})"


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
    return text_at(path) if kind == "VARCHAR" else f"TRY_CAST({text_at(path)} AS {kind}{'[]' if many else ''})"


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
        for value in values_at(loads(source), json.loads(steps))
        if value is not None
    ]
    return found or None


def exact_objects(source: str, steps: str) -> list[str] | None:
    """Return the JSON of each object at a path, digit for digit.

    Args:
        source: The document.
        steps: As for `exact_texts`.
    """
    found = values_at(loads(source), json.loads(steps))
    return [dumps(value).decode() for value in found if isinstance(value, dict)] or None


def values_at(document: Any, steps: Iterable[str | None]) -> list[Any]:
    """Return the values at a path of a document, given as `steps_of` has it."""
    values = [document]
    for key in steps:
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
