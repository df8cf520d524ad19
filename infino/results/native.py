"""Engine-tagged rows straight into Arrow, without a Python object per value.

The rows are cut out of the raw bytes and handed to Arrow's JSON reader with a schema that follows from the
first rows. Every shortcut on bytes below rests on one fact: inside a JSON string a quote is always escaped, so
`{"` followed by a letter can only be the start of a key. What the reader does not accept to the letter (other
tags, other keys, numbers that don't fit) is not native: the caller falls back to the tolerant decoder.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any, Final

import attrs

from infino.core.extras import MissingDependencyError, require
from infino.results import arrays
from infino.results.arrays import ArrowTable
from infino.results.column import REAL, SPECIAL, TAGS, WHOLE, Column, Kind, declared_kind
from infino.results.decode import Decoded, Slot, headers, match

_SMALLEST: Final = 2000
"""Bytes below which the tolerant decoder is quicker."""
_LARGE: Final = 1 << 24
"""Bytes from which decoding without Arrow takes longer than its import."""
_SMALLEST_BLOCK: Final = 1 << 20
_LARGEST_BLOCK: Final = 1 << 24
_SAMPLE: Final = 64
_SAMPLE_BYTES: Final = 1 << 16
_TEXT: Final = "~"
"""Last letter of a tag whose value is text where a number is usual."""
_FIRST_ROW = re.compile(rb'([{,]\s*"rows"\s*:\s*\[\s*)(\{"values":)')
_END = re.compile(rb"\s*\]")
_NUMBERS: Final = frozenset({"integer", "float"})
# Names that JSON writes without escapes, so that their bytes can be searched for.
_PLAIN_NAME = re.compile(r"[A-Za-z_@][A-Za-z0-9_.@ -]*\Z")
# A NUL cannot stand unescaped in JSON, so no answer holds this text by accident.
_MARK: Final = "\x00rows\x00"


class NotNative(Exception):
    """These bytes need the tolerant decoder."""


@attrs.define(eq=False, slots=False)
class Cut:
    """Rows cut out of an answer: `opening` starts every row, and `gap` stands between a key and its value."""

    envelope: dict[str, Any]
    rows: bytes = attrs.field(repr=False)
    opening: bytes
    gap: str

    @cached_property
    def lines(self) -> bytes:
        """The rows, one to a line."""
        return self._split(self.rows)

    def sample(self) -> list[Any]:
        """The first rows decoded, to learn their types from."""
        joint, end = b"}," + self.gap.encode() + self.opening, -1
        for _ in range(_SAMPLE):
            end = self.rows.find(joint, end + 1)
            if end < 0 or end > _SAMPLE_BYTES:
                break
        first = self.rows if end < 0 else self.rows[: end + 1]
        try:
            return [json.loads(line) for line in self._split(first).split(b"\n")]
        except ValueError as error:
            raise NotNative from error

    def _split(self, rows: bytes) -> bytes:
        # Of equal length on purpose: that is replaced several times faster.
        lines = rows.replace(b"}," + self.opening, b"}\n" + self.opening)
        return lines.replace(b"}, " + self.opening, b"}\n " + self.opening) if self.gap else lines


def decode(content: bytes) -> Decoded:
    """Decode an engine-tagged SQL answer."""
    if len(content) < _SMALLEST:
        raise NotNative
    found = _FIRST_ROW.search(content)
    if found is None:
        raise NotNative
    cut = cut_rows(content, found.start(2), b'{"values":', lambda kept: kept.get("rows"))
    envelope = {name: value for name, value in cut.envelope.items() if name != "rows"}
    return Decoded(_tagged_table(cut), envelope, {})


def cut_rows(content: bytes, start: int, opening: bytes, find: Callable[[dict[str, Any]], Any]) -> Cut:
    """Cut an array of like objects, the first of which starts there, out of an answer.

    `find` proves that it was that array that was cut: it finds the mark that stands for it in the envelope.
    """
    # Decoded from the last row on, so that the end of the array is found by a parser and not by looking for a bracket.
    last = content.rfind(opening)
    try:
        tail = content[last:].decode()
        _, length = json.JSONDecoder().raw_decode(tail)
        # `raw_decode` counts characters, and this needs bytes.
        end = last + len(tail[:length].encode())
        closing = _END.match(content, end)
        if closing is None:
            raise NotNative
        before = content[:start].rstrip()[:-1]
        envelope = json.loads(before + json.dumps(_MARK).encode() + content[closing.end() :])
    except ValueError as error:
        raise NotNative from error
    if not isinstance(envelope, dict) or find(envelope) != _MARK:
        raise NotNative
    return Cut(envelope, content[start:end], opening, " " if content.startswith(b" ", start + len(opening)) else "")


def read_lines(lines: bytes, schema: Any) -> Any:
    """Read JSON lines with exactly this schema."""
    pa = arrays.arrow()
    reader = require("pyarrow.json", "arrow", "this conversion")
    # An unknown field is an error: ignoring it would lose a column in silence.
    options = reader.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    # Each block has builders for all columns, which for hundreds of them cost as much as a megabyte of rows.
    blocks = reader.ReadOptions(block_size=min(max(len(lines) // 4, _SMALLEST_BLOCK), _LARGEST_BLOCK))
    try:
        table = reader.read_json(pa.py_buffer(lines), parse_options=options, read_options=blocks)
        # The reader does not check UTF-8 by itself.
        table.validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError) as error:
        raise NotNative from error
    return table


def _tagged_table(cut: Cut) -> ArrowTable:
    sample = cut.sample()
    keys, tags = _learn(sample, cut.rows)
    known = set(filter(None, tags.values()))
    # What the first rows don't have, the others mostly don't have either: then it is not looked for at first.
    cells = [cell for row in sample for cell in row["values"].values() if cell is not None]
    if not any(cell == "Null" or _is_text_number(cell) for cell in cells):
        nulls = any("Null" in cell for cell in cells)
        try:
            return _read_tagged(_plain_nulls(cut) if nulls else cut.lines, cut, keys, tags, frozenset())
        except NotNative:
            # The whole text is searched only after the quick way failed.
            if not _may_be_odd(cut):
                raise
    lines, texts = _normalise(cut, keys, known)
    return _read_tagged(lines, cut, keys, tags, texts)


def _plain_nulls(cut: Cut) -> bytes:
    """The lines with tagged nulls as JSON null, in the same length: that is replaced in place, much faster."""
    tagged = f'{{"Null":{cut.gap}null}}'.encode()
    return cut.lines.replace(tagged, b"null".ljust(len(tagged)))


def _is_text_number(cell: Mapping[str, Any]) -> bool:
    return any(TAGS.get(tag) in _NUMBERS and isinstance(value, str) for tag, value in cell.items())


def _may_be_odd(cut: Cut) -> bool:
    return b'"Null"' in cut.lines or any(
        f'{{"{tag}":{cut.gap}"'.encode() in cut.lines for tag, kind in TAGS.items() if kind in _NUMBERS
    )


def _read_tagged(
    lines: bytes, cut: Cut, keys: Sequence[str], tags: Mapping[str, str | None], texts: Collection[str]
) -> ArrowTable:
    pa = arrays.arrow()
    fields = [(key, _cell_type(pa, tags[key], texts)) for key in keys]
    rows = read_lines(lines, pa.schema([("values", pa.struct(fields))])).column("values")
    if rows.null_count:
        raise NotNative
    cells = dict(zip(keys, children(pa, rows, len(keys)), strict=True))
    columns: list[Column] = []
    physical: list[Any] = []
    for slot in match(headers(cut.envelope), keys):
        column, array, gaps = _column(pa, slot, tags.get(slot.key), cells.get(slot.key), len(rows))
        # A cell without a value is `{tag: null}` or `{}`, and only one of the two is null.
        if gaps and b"{}" in lines:
            raise NotNative
        columns.append(column)
        physical.append(array)
    return ArrowTable(tuple(columns), len(rows), physical)


def _learn(rows: Sequence[Any], lines: bytes) -> tuple[list[str], dict[str, str | None]]:
    tags: dict[str, str | None] = {}
    for row in rows:
        cells = row.get("values") if isinstance(row, dict) and len(row) == 1 else None
        if not isinstance(cells, dict):
            raise NotNative
        for key, cell in cells.items():
            tag = _tag_of(cell)
            if tags.setdefault(key, tag) is None:
                tags[key] = tag
    for key, tag in tags.items():
        tags[key] = tag or _search_tag(key, lines)
    return list(tags), tags


def _tag_of(cell: Any) -> str | None:
    if cell is None or cell == "Null":
        return None
    if not isinstance(cell, dict) or len(cell) != 1:
        raise NotNative
    (tag,) = cell
    kind = TAGS.get(tag)
    if kind is None or kind in ("array", "object"):
        raise NotNative
    return None if kind == "null" else tag


def _search_tag(key: str, lines: bytes) -> str | None:
    """The tag of a column whose first rows are all null."""
    name = re.escape(json.dumps(key, ensure_ascii=False).encode())
    for found in re.finditer(name + rb':\s?\{"([A-Za-z0-9]+)":', lines):
        tag = found[1].decode()
        if tag != "Null":
            return _tag_of({tag: 0})
    return None


def _normalise(cut: Cut, keys: Sequence[str], tags: set[str]) -> tuple[bytes, frozenset[str]]:
    """Write nulls as JSON null, and numbers in text under a tag of their own; say which tags those are.

    Every replacement has the length of what it replaces.
    """
    gap = cut.gap
    lines = _plain_nulls(cut)
    if f':{gap}"Null"'.encode() in lines:
        for key in keys:
            if not _PLAIN_NAME.match(key) or key in TAGS:
                raise NotNative
            name = f'"{key}":{gap}'.encode()
            lines = lines.replace(name + b'"Null"', name + b"null  ")
    texts = set()
    for tag in tags:
        # A number in quotes under a tag of numbers, such as `{"Integer":"1"}`.
        plain = f'{{"{tag}":{gap}"'.encode()
        if TAGS[tag] in _NUMBERS and plain in lines:
            lines = lines.replace(plain, f'{{"{_text_tag(tag)}":{gap}"'.encode())
            texts.add(tag)
    return lines, frozenset(texts)


def _text_tag(tag: str) -> str:
    # Of the same length as the tag, so that the text can be replaced in place.
    return tag[:-1] + _TEXT


def _cell_type(pa: Any, tag: str | None, texts: Collection[str]) -> Any:
    if tag is None:
        return pa.null()
    kinds = {"integer": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}
    fields = [(tag, kinds.get(TAGS[tag], pa.string()))]
    if tag in texts:
        fields.append((_text_tag(tag), pa.string()))
    return pa.struct(fields)


def children(pa: Any, column: Any, width: int) -> list[Any]:
    """The fields of a struct column as columns, nulls of the struct included."""
    chunks = [chunk.flatten() for chunk in column.chunks]
    types = [field.type for field in column.type]
    return [pa.chunked_array([chunk[index] for chunk in chunks], types[index]) for index in range(width)]


def _column(pa: Any, slot: Slot, tag: str | None, cells: Any, count: int) -> tuple[Column, Any, bool]:
    """A column, its array, and whether there are cells with a tag but no value."""
    if tag is None or cells is None:
        return *_settled(pa, slot, None, None, count), False
    fields = children(pa, cells, cells.type.num_fields)
    values = fields[0]
    _refuse_overflow(pa, values)
    if len(fields) == 2:
        # A cell with both a number and a text.
        if values.null_count + fields[1].null_count < count:
            raise NotNative
        values = _merge(pa, TAGS[tag], values, fields[1])
    return *_settled(pa, slot, tag, values, count), values.null_count > cells.null_count


def _settled(pa: Any, slot: Slot, tag: str | None, values: Any, count: int) -> tuple[Column, Any]:
    """A column and its array, where nothing at all has the type that was declared."""
    if tag is None or values is None or values.null_count == count:
        kind: Kind = declared_kind(slot.declared) or "null"
        return Column(slot.name, kind, slot.declared), absent(pa, kind, count)
    if TAGS[tag] == "decimal" and not _all_match(values, REAL):
        raise NotNative
    return Column(slot.name, TAGS[tag], slot.declared), values


def _refuse_overflow(pa: Any, values: Any) -> None:
    """JSON numbers are finite: what came out infinite was too large to be read."""
    if values.type == pa.float64():
        pc = require("pyarrow.compute", "arrow", "this conversion")
        if pc.any(pc.is_inf(values)).as_py():
            raise NotNative


def absent(pa: Any, kind: Kind, count: int) -> Any:
    """A column without any value, in the type its kind has on the wire."""
    if kind in ("string", "decimal", "timestamp", "date", "time"):
        return pa.chunked_array([pa.nulls(count, pa.string())])
    return pa.chunked_array([arrays.from_values(kind, [None] * count)])


def _all_match(texts: Any, pattern: str) -> bool:
    pc = require("pyarrow.compute", "arrow", "this conversion")
    return pc.all(pc.match_substring_regex(texts, pattern)).as_py() is not False


def _merge(pa: Any, kind: Kind, numbers: Any, texts: Any) -> Any:
    """Numbers with those that were written as text."""
    pc = require("pyarrow.compute", "arrow", "this conversion")
    allowed = WHOLE if kind == "integer" else f"{REAL}|^(?i:{'|'.join(map(re.escape, SPECIAL))})$"
    if not _all_match(texts, allowed):
        raise NotNative
    with suppress(pa.ArrowInvalid):
        found = pc.cast(texts.combine_chunks(), numbers.type)
        # Digits that no float can hold are not infinite.
        beyond = kind == "float" and pc.any(pc.and_(pc.is_inf(found), pc.match_substring_regex(texts, REAL))).as_py()
        if not beyond:
            return pc.coalesce(numbers, found)
    raise NotNative


def available(content: bytes) -> bool:
    """Whether Arrow is installed, and is loaded already or worth its import.

    Rows in Python need no Arrow, whose import takes longer than decoding an answer of moderate size. Whoever asks for a
    frame loads it first.
    """
    if "pyarrow" not in sys.modules and len(content) < _LARGE:
        return False
    with suppress(MissingDependencyError):
        require("pyarrow.json", "arrow", "this conversion")
        return True
    return False
