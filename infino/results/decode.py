"""The tolerant decoder: every shape in which rows and columns have been seen, into one table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from operator import itemgetter
from typing import Any, Final

import attrs

from infino.core.errors import DecodeError
from infino.results.arrays import ListTable, Table
from infino.results.column import (
    TAGS,
    TIME_KINDS,
    Column,
    Kind,
    as_decimal,
    declared_kind,
    exact_loads,
    kinds_of,
    nested,
    real,
    unique_names,
    unite,
    untag,
)

_PYTHON: Final[Mapping[Kind, type]] = {
    **{"string": str, "integer": int, "float": float, "boolean": bool, "array": list, "object": dict},
    **{"timestamp": str, "date": str, "time": str},
}
_NESTED: Final = frozenset(tag for tag, kind in TAGS.items() if kind in ("array", "object"))
_TAGGED: Final = re.compile(b'\\{"(?:%s)":' % "|".join(TAGS).encode())


@attrs.frozen
class Header:
    """A column as the service declared it, None where it says nothing."""

    name: str | None
    declared: str | None = None


@attrs.frozen
class Slot:
    """Where one column comes from: the key of its values in the rows."""

    key: str
    name: str
    declared: str | None = None


@attrs.frozen
class Decoded:
    """Everything an SQL answer holds: rows, the rest of the answer, and unknown tags by column."""

    table: Table
    envelope: Mapping[str, Any]
    tags: Mapping[str, frozenset[str]]


def decode(content: bytes) -> Decoded:
    """Decode the bytes of an SQL answer, whatever its shape."""
    envelope, rows = _open(exact_loads(content, reals=b'"Json"' in content))
    declared = headers(envelope)
    names = [header.name for header in declared if header.name is not None]
    # Two columns of one name are two members of one object: JSON parsers keep the last, so it is read again with both.
    if len(set(names)) < len(names) and any(is_tagged(row) for row in rows[:1]):
        envelope, rows = _open(exact_loads(content, duplicates=True))
    table, tags = _table(declared, rows, content)
    return Decoded(table, envelope, tags)


def _open(answer: Any) -> tuple[dict[str, Any], list[Any]]:
    if isinstance(answer, list):
        return {}, answer
    if not isinstance(answer, dict):
        raise DecodeError(f"the answer is {type(answer).__name__} where a table was expected")
    # `datarows` is what OpenSearch's SQL answers with `format=jdbc`.
    for key in ("rows", "datarows", "data"):
        if isinstance(answer.get(key), list):
            return {name: value for name, value in answer.items() if name != key}, answer[key]
    return answer, []


def headers(envelope: Mapping[str, Any]) -> list[Header]:
    """The declared columns of an answer."""
    listed = envelope.get("columns") or envelope.get("schema") or []
    return [_header(entry) for entry in listed] if isinstance(listed, list) else []


def _header(entry: Any) -> Header:
    if isinstance(entry, str):
        return Header(entry)
    if not isinstance(entry, dict):
        return Header(None)
    declared = next((entry[key] for key in ("data_type", "type") if isinstance(entry.get(key), str)), None)
    # What the user wrote wins over the expression it stands for.
    alias = entry.get("alias")
    if isinstance(alias, str) and alias:
        return Header(alias, declared)
    name = entry.get("name", entry.get("display_name"))
    return Header(_expression_name(name), declared)


def _expression_name(name: Any) -> str | None:
    if isinstance(name, str):
        return name
    if not isinstance(name, dict) or len(name) != 1:
        return None
    # An expression: the variant of an enum, such as `{"Column": {"name": ...}}`.
    (inner,) = name.values()
    if isinstance(inner, dict):
        for key in ("name", "alias"):
            if isinstance(inner.get(key), str):
                return str(inner[key])
    return inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False, separators=(",", ":"))


def is_tagged(row: Any) -> bool:
    """Whether a row is of the engine's shape: nothing but `values`, an object."""
    return isinstance(row, dict) and len(row) == 1 and isinstance(row.get("values"), dict)


def match(declared: Sequence[Header], keys: Iterable[str]) -> list[Slot]:
    """Lay declared columns over the keys of the rows.

    A column is matched exactly, else without regard to case; one without a name takes the next key that is left. A
    repeated name whose value the rows don't carry (an object has one value per key) is not a column.
    """
    left = dict.fromkeys(keys)
    names = unique_names([header.name or f"column_{index}" for index, header in enumerate(declared, 1)])
    found: dict[int, str] = {}

    def take(index: int, key: str | None) -> None:
        if key is not None:
            found[index] = key
            del left[key]

    named = [index for index, header in enumerate(declared) if header.name is not None]
    for index in named:
        take(index, names[index] if names[index] in left else None)
    for index in named:
        if index not in found:
            # Some engines fold the case of unquoted aliases.
            folded = names[index].casefold()
            take(index, next((key for key in left if key.casefold() == folded), None))
    # Those without a name last, so that they take no key that belongs to a named one.
    for index in range(len(names)):
        if index not in found and index not in named:
            take(index, next(iter(left), None))
    slots = []
    for index, header in enumerate(declared):
        name = names[index] if header.name is not None else found.get(index, names[index])
        if index in found or header.name is None or name == header.name:
            slots.append(Slot(found.get(index, name), name, header.declared))
    return slots + [Slot(key, key) for key in left]


def _table(declared: list[Header], rows: list[Any], content: bytes) -> tuple[ListTable, dict[str, frozenset[str]]]:
    forms = set(map(type, rows))
    lists = list in forms
    tagged = not lists and any(is_tagged(row) for row in rows)
    if lists or forms <= {dict}:
        slots, columns = _by_position(declared, rows) if lists else _by_key(declared, rows)
    else:
        slots, columns = [Slot("value", "value")], [rows]
    uniform = _uniform_columns(columns, content) if tagged else [None] * len(slots)
    built: list[tuple[Column, list[Any]]] = []
    tags: dict[str, frozenset[str]] = {}
    for slot, cells, quick in zip(slots, columns, uniform, strict=True):
        if quick is not None:
            column, values = Column(slot.name, quick[0], slot.declared), quick[1]
        elif tagged:
            column, values, unknown = _tagged_column(slot, cells)
            if unknown:
                tags[slot.name] = unknown
        else:
            column, values = bare_column(slot, cells)
        built.append((column, values))
    table = ListTable(tuple(column for column, _ in built), len(rows), [values for _, values in built])
    return table, tags


def _by_position(declared: list[Header], rows: list[Any]) -> tuple[list[Slot], list[list[Any]]]:
    width = max([len(declared), *(len(row) for row in rows if isinstance(row, list))])
    padded = [*declared, *[Header(None)] * (width - len(declared))]
    names = unique_names([header.name or f"column_{index}" for index, header in enumerate(padded, 1)])
    slots = [Slot(name, name, header.declared) for name, header in zip(names, padded, strict=True)]
    even = [_as_list(row, names) for row in rows]
    return slots, [[row[index] if index < len(row) else None for row in even] for index in range(width)]


def _as_list(row: Any, names: list[str]) -> list[Any]:
    if isinstance(row, list):
        return row
    return [row.get(name) for name in names] if isinstance(row, dict) else [row]


def _by_key(declared: list[Header], rows: list[Any]) -> tuple[list[Slot], list[list[Any]]]:
    cells = _cells(rows)
    orders = dict.fromkeys(map(tuple, cells))  # keys as some row has them: nearly always one and the same tuple
    keys = dict.fromkeys(chain.from_iterable(orders))
    slots = match(declared, keys)
    # Every row has every key: `itemgetter` is several times faster than `get` in a loop.
    if all(len(order) == len(keys) for order in orders):
        return slots, [_picked(cells, slot.key) if slot.key in keys else [None] * len(cells) for slot in slots]
    return slots, [[row.get(slot.key) for row in cells] for slot in slots]


def _cells(rows: list[Any]) -> list[dict[str, Any]]:
    """The objects that hold the values of each row."""
    # One key in each row on average; `_picked` then shows whether it is `values`. No Python code runs for each row.
    if sum(map(len, rows)) == len(rows):
        with suppress(KeyError):
            inner = _picked(rows, "values")
            if set(map(type, inner)) <= {dict}:
                return inner
    return [row["values"] if is_tagged(row) else row for row in rows]


def _picked(objects: list[Any], key: str) -> list[Any]:
    """The value of one key that all have."""
    return list(map(itemgetter(key), objects))


def _uniform_columns(columns: list[list[Any]], content: bytes) -> list[tuple[Kind, list[Any]] | None]:
    """The kinds and values of the columns whose cells are all of one tag and as it says; None for any other column."""
    found = [_uniform(cells) for cells in columns]
    if any(tag in _NESTED for tag, _ in found):
        # Every tag in the text is that of a cell, so that no value inside a list or an object has one.
        bare = all(tag for tag, _ in found) and b"\\u00" not in content
        bare = bare and len(_TAGGED.findall(content)) == sum(map(len, columns))
        bare = bare and content.count(b'"Null"') == content.count(b'{"Null":null}')
        found = [("", None) if tag in _NESTED and not bare else (tag, values) for tag, values in found]
    return [None if values is None else (TAGS[tag], values) for tag, values in found]


def _uniform(cells: list[Any]) -> tuple[str, list[Any] | None]:
    """The one tag of a column and its values, or no values where a cell has another or is not as its tag says."""
    try:
        # As in `_cells`: a whole column is judged without Python code for each cell.
        if sum(map(len, cells)) != len(cells):
            return "", None
        tag = next(iter(cells[0]))
        values = _picked(cells, tag)
    except (TypeError, LookupError, StopIteration):  # some are null, or no cells
        if set(map(type, cells)) != {dict}:
            return "", None
        tags = set(chain.from_iterable(cells)) - {"Null"}
        tag = tags.pop() if len(tags) == 1 else ""
        values = [cell.get(tag) for cell in cells]
    suits = set(map(type, values)) - {type(None)} == {_PYTHON.get(TAGS.get(tag, "null"))}
    return (tag, values) if suits else ("", None)


def _tagged_column(slot: Slot, cells: list[Any]) -> tuple[Column, list[Any], frozenset[str]]:
    kinds: set[Kind] = set()
    unknown: set[str] = set()
    values = []
    for cell in cells:
        kind, value, tag = untag(cell)
        kinds.add(kind)
        if tag is not None:
            unknown.add(tag)
        values.append(value)
    kind, values = settle(unite(kinds), values)
    if kind == "null":
        kind = declared_kind(slot.declared) or "null"
    return Column(slot.name, kind, slot.declared), values, frozenset(unknown)


def bare_column(slot: Slot, cells: list[Any]) -> tuple[Column, list[Any]]:
    """A column of untagged values; what was declared decides where JSON has no type of its own."""
    wanted = declared_kind(slot.declared)
    # Such a column says that tags lie inside of its values; in others `{"String": 1}` may be a user's object.
    if (slot.declared or "").endswith("(tagged)"):
        cells = [nested(cell) for cell in cells]
    kind = unite(kinds_of(cells))
    if kind == "null":
        kind = wanted or "null"
    elif kind == "string" and wanted in TIME_KINDS:
        kind = wanted
    elif wanted == "float" and kind in ("integer", "string", "mixed"):
        cells = [real(cell) for cell in cells]
        kind = unite(kinds_of(cells))
    elif wanted == "decimal" and kind in ("string", "integer"):
        cells = [as_decimal(cell) for cell in cells]
        kind = unite(kinds_of(cells))
    kind, cells = settle(kind, cells)
    return Column(slot.name, kind, slot.declared), cells


def settle(kind: Kind, values: list[Any]) -> tuple[Kind, list[Any]]:
    """Bring the numbers of a column to one type, or call the column mixed where that would lose digits."""
    whole = kind in ("float", "decimal") and int in set(map(type, values))
    if kind == "float" and whole:
        floats = [real(value) for value in values]
        # `new != new` is NaN, which equals nothing.
        same = all(new == old or new != new for new, old in zip(floats, values, strict=True))
        return ("float", floats) if same and not any(isinstance(v, int) for v in floats) else ("mixed", values)
    if kind == "decimal" and whole:
        return kind, [as_decimal(value) for value in values]
    return kind, values
