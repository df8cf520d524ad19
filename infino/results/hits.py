"""Search hits as a table: natively where they are regular, else as decoded objects."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

import attrs

from infino.core.codec import has_long_numbers
from infino.core.errors import DecodeError
from infino.core.extras import require
from infino.results import arrays, native
from infino.results.arrays import ArrowTable, ListTable, Table
from infino.results.column import Column, Kind, exact_loads, unique_names
from infino.results.decode import Slot, bare_column
from infino.results.native import NotNative

# Bytes below which the tolerant decoder is quicker.
_SMALLEST: Final = 4000
_SAMPLE: Final = 64
_FIRST = re.compile(rb'[{,]\s*"hits"\s*:\s*\[\s*((\{"[A-Za-z_]+":))')
# Sixteen digits or more may not fit into the 53 bits of a float (2**53 has sixteen).
_LONG_INTEGER = re.compile(rb"(?<![0-9.])[0-9]{16,}(?![0-9.eE])")
_FIELDS: Final = ("_index", "_id", "_score", "_source")
_NUMBERS: Final = frozenset({int, float, Decimal, type(None)})  # first values of columns where others may change


@attrs.frozen
class OpenedHits:
    """An answer with its hits apart."""

    answer: Mapping[str, Any]
    hits: Sequence[Mapping[str, Any]] = attrs.field(repr=False)


def open_answer(content: bytes) -> OpenedHits:
    """Decode an answer of a search, whatever is missing from it."""
    answer = exact_loads(content)
    if not isinstance(answer, dict):
        raise DecodeError(f"the answer is {type(answer).__name__} where search hits were expected")
    outer = answer.get("hits")
    hits = outer.get("hits") if isinstance(outer, dict) else outer
    kept = hits if isinstance(hits, list) else []
    if set(map(type, kept)) - {dict}:
        kept = [hit for hit in kept if isinstance(hit, dict)]
    rest = {name: value for name, value in outer.items() if name != "hits"} if isinstance(outer, dict) else {}
    return OpenedHits({**answer, "hits": rest}, kept)


def source_of(hit: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document of a hit: `_source`, or `fields` where a search asked for these instead."""
    source = hit.get("_source")
    if not isinstance(source, dict):
        source = hit.get("fields")
    return source if isinstance(source, dict) else {}


def rows_of(hits: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    """The rows of `tolerant_table`, or None where they are not just what the hits hold."""
    try:
        rows = [{"_id": hit["_id"], "_score": hit["_score"], **hit["_source"]} for hit in hits]
        shape = tuple(rows[0])
        widths = set(map(len, map(itemgetter("_source"), hits)))
    except (KeyError, TypeError, IndexError):
        return None
    # Where a document has an `_id` of its own there are fewer names than `_id`, `_score` and its fields.
    if widths != {len(shape) - 2} or not all(map(shape.__eq__, map(tuple, rows))):
        return None
    for name in shape:
        # A column that begins with anything else keeps its values, whatever follows.
        if name == "_score" or type(rows[0][name]) in _NUMBERS:
            kinds = set(map(type, map(itemgetter(name), rows)))
            changing = int in kinds and not kinds.isdisjoint({float, Decimal})
            if changing or (name == "_score" and not kinds <= {float, type(None)}):
                return None
    return rows


def tolerant_table(hits: Sequence[Mapping[str, Any]]) -> ListTable:
    """One row per hit: `_id`, `_score`, and the fields of the document."""
    sources: list[Any] = [hit.get("_source") for hit in hits]
    if set(map(type, sources)) != {dict}:
        sources = list(map(source_of, hits))
    shapes = list(dict.fromkeys(map(tuple, sources)))
    fields = _ordered(shapes)
    names = unique_names(["_id", "_score", *fields])
    cells = [[hit.get("_id") for hit in hits], [hit.get("_score") for hit in hits]]
    cells += [[source.get(field) for source in sources] for field in fields]
    built = [
        bare_column(Slot(name, name, declared), values)
        for name, values, declared in zip(names, cells, [None, "double", *[None] * len(fields)], strict=True)
    ]
    columns = tuple(attrs.evolve(column, declared=None) for column, _ in built)
    return ListTable(columns, len(hits), [values for _, values in built])


def _ordered(shapes: Sequence[tuple[str, ...]]) -> list[str]:
    """Field names: those of the first document in its order, then the others by name."""
    first = shapes[0] if shapes else ()
    # By name, because documents of a dataset differ and the order must not depend on which comes first.
    return [*first, *sorted({name for shape in shapes for name in shape} - set(first))]


def native_table(content: bytes) -> tuple[Table, Mapping[str, Any]]:
    """Read the hits of an answer straight into Arrow."""
    found = _FIRST.search(content) if len(content) >= _SMALLEST else None
    if found is None:
        raise NotNative
    cut = native.cut_rows(content, found.start(1), found[2], lambda answer: (answer.get("hits") or {}).get("hits"))
    sample = _sample(cut.lines)
    if not all(isinstance(hit, dict) and isinstance(hit.get("_source"), dict) for hit in sample):
        raise NotNative
    # `sort`, `highlight` and the like are asked for through `hits()`, which decodes everything anyway.
    if any(hit.keys() - set(_FIELDS) for hit in sample):
        raise NotNative
    pa = arrays.arrow()
    fields = _ordered([tuple(hit["_source"]) for hit in sample])
    types = {name: _type(pa, [hit["_source"].get(name) for hit in sample]) for name in fields}
    schema = pa.schema(
        [
            ("_index", pa.string()),
            ("_id", pa.string()),
            ("_score", pa.float64()),
            ("_source", pa.struct(list(types.items()))),
        ]
    )
    table = native.read_lines(cut.lines, schema)
    source = table.column("_source")
    if source.null_count:
        raise NotNative
    if _beyond_floats(pa, source) and _LONG_INTEGER.search(cut.lines):
        raise NotNative
    found_columns = [table.column("_id"), table.column("_score"), *native.children(pa, source, len(fields))]
    names = unique_names(["_id", "_score", *fields])
    columns = [Column(name, _kind(pa, array)) for name, array in zip(names, found_columns, strict=True)]
    settled = _settled(pa, found_columns, columns)
    # Last, for it reads the whole text, as the tolerant decoder does again where anything above has said no.
    if _has_floats(pa, source.type) and has_long_numbers(cut.lines):
        raise NotNative
    answer = dict(cut.envelope)
    answer["hits"] = {name: value for name, value in answer["hits"].items() if name != "hits"}
    return ArrowTable(tuple(columns), len(source), settled), answer


def _sample(lines: bytes) -> list[Any]:
    """Hits from all over the answer, decoded, to learn the types from."""
    starts = [0]
    # Spread over the answer: fields that only later documents have are found, too.
    step = max(1, len(lines) // _SAMPLE)
    for number in range(_SAMPLE):
        start = lines.find(b"\n", max(starts[-1], number * step)) + 1
        if not start:
            break
        starts.append(start)
    try:
        return [json.loads(lines[start : (lines.find(b"\n", start) + 1 or len(lines) + 1) - 1]) for start in starts]
    except ValueError as error:
        raise NotNative from error


def _type(pa: Any, values: Sequence[Any]) -> Any:
    """The Arrow type that all these values have."""
    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    if not kinds:
        return pa.null()
    # `settle` does the same, once it has looked at the digits; here `_beyond_floats` looks.
    if kinds == {int, float}:
        return pa.float64()
    if len(kinds) > 1:
        raise NotNative
    simple = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    (kind,) = kinds
    if kind in simple:
        return simple[kind]
    if kind is list:
        return pa.list_(_type(pa, [item for value in present for item in value]))
    names = list(dict.fromkeys(name for value in present for name in value))
    # An object without fields: Arrow reads it, but cannot tell it from null.
    if not names:
        raise NotNative
    return pa.struct([(name, _type(pa, [value.get(name) for value in present])) for name in names])


def _kind(pa: Any, array: Any) -> Kind:
    kind = array.type
    if pa.types.is_null(kind) or array.null_count == len(array):
        return "null"
    if pa.types.is_struct(kind):
        return "object"
    if pa.types.is_list(kind):
        return "array"
    simple: dict[Any, Kind] = {
        pa.string(): "string",
        pa.bool_(): "boolean",
        pa.int64(): "integer",
        pa.float64(): "float",
    }
    return simple[kind]


def _settled(pa: Any, found: Sequence[Any], columns: Sequence[Column]) -> list[Any]:
    for array in found:
        if pa.types.is_nested(array.type) and any(_has_gaps(pa, chunk) for chunk in array.chunks):
            raise NotNative
    return [
        pa.chunked_array([pa.nulls(len(array))]) if column.type == "null" else array
        for array, column in zip(found, columns, strict=True)
    ]


def _has_floats(pa: Any, kind: Any) -> bool:
    """Whether a type holds floats, which may have been decimals of more digits."""
    if pa.types.is_nested(kind):
        return any(_has_floats(pa, kind.field(index).type) for index in range(kind.num_fields))
    return bool(pa.types.is_floating(kind))


def _beyond_floats(pa: Any, array: Any) -> bool:
    """Whether a float is so large that it may have been an integer of which digits were lost."""
    if pa.types.is_floating(array.type):
        pc = require("pyarrow.compute", "arrow", "this conversion")
        return pc.any(pc.greater_equal(pc.abs(array), float(2**53))).as_py() is True
    if pa.types.is_struct(array.type) or pa.types.is_list(array.type):
        return any(_beyond_floats(pa, child) for chunk in array.chunks for child in _parts(pa, chunk))
    return False


def _parts(pa: Any, array: Any) -> list[Any]:
    """The fields of a struct, or the items of a list."""
    found = array.flatten()
    return [pa.chunked_array([part]) for part in (found if pa.types.is_struct(array.type) else [found])]


def _has_gaps(pa: Any, array: Any) -> bool:
    """Whether some object lacks a field that others have: Arrow would show null where there was nothing."""
    if pa.types.is_list(array.type):
        return _has_gaps(pa, array.flatten())
    if pa.types.is_struct(array.type):
        children = array.flatten()
        return any(child.null_count > array.null_count or _has_gaps(pa, child) for child in children)
    return False
