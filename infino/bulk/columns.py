"""Frames to records as JSON: polars does the work, and no record becomes a Python object."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from infino.bulk.chunk import Rejection, Template
from infino.bulk.options import BulkOptions
from infino.core.extras import optional

_ESCAPED = b'"\\' + bytes(range(32))
_KINDS = "String Boolean Date Categorical Enum Null Float32 Float64 Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64"
PLAIN = frozenset(_KINDS.split())
_PER_SECOND = {"ms": 1000, "us": 1_000_000, "ns": 1_000_000_000}
_FAR = 95_000_000  # days from 1970, a little less than polars can write
_WHOLE_MINUTES = 1096  # days from 1970, since which no zone has seconds in its offset


def written(polars: Any, column: Any, kind: Any) -> Any:
    """Return a column as polars writes it exactly, with times as text; None where it cannot."""
    if isinstance(kind, polars.Datetime):
        zone = "" if kind.time_zone is None else "%:z"
        return column.dt.to_string(f"%Y-%m-%dT%H:%M:%S%.f{zone}")
    if isinstance(kind, polars.Time):
        return column.dt.to_string("%H:%M:%S%.f")
    if str(kind.base_type()) in PLAIN:
        return column
    if isinstance(kind, polars.List | polars.Array):
        inner = written(polars, polars.element(), kind.inner)
        if inner is None or not _has_times(polars, kind.inner):
            return None if inner is None else column
        return (column if isinstance(kind, polars.List) else column.arr.to_list()).list.eval(inner)
    if isinstance(kind, polars.Struct) and kind.fields:
        parts = {field.name: written(polars, column.struct.field(field.name), field.dtype) for field in kind.fields}
        if any(part is None for part in parts.values()):
            return None
        if not _has_times(polars, kind):
            return column
        struct = polars.struct([part.alias(name) for name, part in parts.items()])
        return polars.when(column.is_null()).then(None).otherwise(struct)
    return None


def _has_times(polars: Any, kind: Any) -> bool:
    if isinstance(kind, polars.Struct):
        return any(_has_times(polars, field.dtype) for field in kind.fields)
    if isinstance(kind, polars.List | polars.Array):
        return _has_times(polars, kind.inner)
    return isinstance(kind, polars.Datetime | polars.Time)


def in_range(polars: Any, column: Any) -> bool:
    """Return whether polars writes every value of a column.

    It gives up on times far from today, drops the seconds of an offset, and writes null for an infinity.
    """
    kind = column.dtype
    if isinstance(kind, polars.Struct):
        return all(in_range(polars, column.struct.field(field.name)) for field in kind.fields)
    if isinstance(kind, polars.List | polars.Array):
        inner = kind.inner
        plain = str(inner.base_type()) in PLAIN and inner != polars.Date and not inner.is_float()
        return plain or in_range(polars, column.explode())
    if kind.is_float():
        return not column.is_infinite().any()
    if not isinstance(kind, polars.Date | polars.Datetime):
        return True
    day = 1 if isinstance(kind, polars.Date) else 86_400 * _PER_SECOND[kind.time_unit]
    named = getattr(kind, "time_zone", None) not in (None, "UTC")
    counts = column.to_physical()
    least, most = counts.min(), counts.max()
    return least is None or bool((_WHOLE_MINUTES if named else -_FAR) * day <= least and most <= _FAR * day)


class ColumnIds:
    """The ids of a chunk as a column of polars."""

    def __init__(self, column: Any) -> None:
        self._column = column
        self._first, self._last = column.min(), column.max()
        self._hashes: Any = None

    def meets(self, other: ColumnIds) -> bool:
        """Return whether any id may be in both; a rare clash of hashes only costs a little waiting."""
        if self._last < other._first or other._last < self._first:
            return False
        return bool(self._hashed().is_in(other._hashed().implode()).any())

    def _hashed(self) -> Any:
        if self._hashes is None:
            self._hashes = self._column.hash()
        return self._hashes

    def names(self) -> set[bytes]:
        """Return the ids; none of them needs an escape."""
        return {name.encode() for name in self._column}

    def joined(self, others: list[ColumnIds]) -> ColumnIds:
        """Return the ids of several batches as one column."""
        return (
            ColumnIds(optional("polars").concat([self._column, *(other._column for other in others)]))
            if others
            else self
        )


class EncodedFrame:
    """A batch of records as a column of text, action and document lines: no record becomes a Python object."""

    def __init__(self, records: Any, names: Any, start: int) -> None:
        self._whole, self._ends = _spelled(records)
        self._names = names
        self.positions: Sequence[int] = range(start, start + len(records))
        self.failures: list[Rejection] = []
        self.size: int = self._ends[-1]

    def __len__(self) -> int:
        return len(self.positions)

    def ends(self) -> Any:
        return self._ends

    def body(self, at: int, end: int) -> bytes | memoryview:
        return self._whole[self._ends[at - 1] if at else 0 : self._ends[end - 1]]

    def ids(self, at: int, end: int) -> ColumnIds | None:
        return None if self._names is None else ColumnIds(self._names.slice(at, end - at))


def _spelled(records: Any) -> tuple[bytes | memoryview, Any]:
    """The bytes of a column of text, and where each value ends: in Arrow it lies in memory just so."""
    polars = optional("polars")
    try:
        _, ends, whole = records.to_arrow(compat_level=polars.CompatLevel.oldest()).buffers()
    except ImportError:  # without pyarrow
        return records.str.join("").cast(polars.Binary).item(), records.str.len_bytes().cast(int).cum_sum()
    return memoryview(whole), memoryview(ends).cast("q")[1 : len(records) + 1]


class FrameEncoder:
    """Writes the records of polars frames."""

    def __init__(self, options: BulkOptions) -> None:
        self._template, self._id = Template.of(options), options.id
        self._polars: Any = None  # loaded with the first frame: it takes long, and sources without columns need none
        self._documents: dict[tuple[Any, ...], Any] = {}

    @classmethod
    def of(cls, options: BulkOptions) -> FrameEncoder | None:
        """Return the encoder for an upload, or None where each record must be seen."""
        suits = options.op in ("index", "create", "update") and not callable(options.id)
        return cls(options) if suits else None

    def suits(self, frame: Any) -> bool:
        """Return whether the result would be exactly that of the careful encoder."""
        if frame is None or not frame.width:
            return False
        self._polars = self._polars or optional("polars")
        return self._document(frame) is not None and self._good_ids(frame)

    def _document(self, frame: Any) -> Any:
        """An expression for the document lines; it is kept, for frames of a source are of one kind."""
        key = tuple(frame.schema.items())
        if key not in self._documents:
            self._documents[key] = self._plan(frame)
        return self._documents[key]

    def _plan(self, frame: Any) -> Any:
        polars = self._polars
        # The name "_id" belongs to the service: used as id, it leaves the document.
        columns = [(name, kind) for name, kind in frame.schema.items() if not (name == self._id == "_id")]
        runs = [(ready, list(run)) for ready, run in groupby(columns, lambda column: column[1] == polars.Binary)]
        parts: list[Any] = []
        for ready, run in runs:
            if ready:
                for name, _ in run:
                    key = f"{json.dumps(name, ensure_ascii=False)}:"
                    parts += [polars.lit(f",{key}" if parts else key), polars.col(name).cast(polars.String)]
                continue
            found = [written(polars, polars.col(name), kind) for name, kind in run]
            if any(column is None for column in found):
                return None
            named = [column.alias(name) for column, (name, _) in zip(found, run, strict=True)]
            text = polars.struct(named).struct.json_encode()
            if len(runs) == 1:
                return text
            text = text.str.strip_prefix("{").str.strip_suffix("}")
            parts += [polars.lit(","), text] if parts else [text]
        return polars.concat_str(polars.lit("{"), *parts, polars.lit("}")) if parts else None

    def _good_ids(self, frame: Any) -> bool:
        if self._id is None:
            return True
        if self._id not in frame.columns:
            return False
        column = frame[self._id]
        if column.null_count():
            return False
        if column.dtype == self._polars.String:
            return safe_ids(column, self._polars)
        return bool(column.dtype.is_integer())

    def encode(self, frame: Any, start: int) -> EncodedFrame:
        """Encode the rows of a frame."""
        polars, template = self._polars, self._template
        parts = [polars.lit(template.before.decode())]
        if self._id is not None:
            parts += [polars.col(self._id).cast(polars.String), polars.lit(template.between.decode())]
        parts += [self._document(frame), polars.lit(template.after.decode())]
        records = frame.select(polars.concat_str(*parts)).to_series()
        return EncodedFrame(records, None if self._id is None else frame[self._id].cast(polars.String), start)


def safe_ids(column: Any, polars: Any) -> bool:
    """Return whether no id is empty or would need an escape in JSON."""
    whole = column.str.join("").cast(polars.Binary).item()
    return bool(column.min() != "" and len(whole.translate(None, _ESCAPED)) == len(whole))  # the empty one sorts first
