"""Columns and whole blocks of lines to request bodies: polars does the work, and no record becomes a Python object."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import Any

from infino.bulk.options import BulkOptions

_ESCAPED = b'"\\' + bytes(range(32))
_KINDS = "String Boolean Date Categorical Enum Null Float32 Float64 Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64"
PLAIN = frozenset(_KINDS.split())
_PER_SECOND = {"ms": 1000, "us": 1_000_000, "ns": 1_000_000_000}
_FAR = 95_000_000  # days from 1970, a little less than polars can write
_WHOLE_MINUTES = 1096  # days from 1970, since which no zone has seconds in its offset
_NOBODY = "\x00"  # a field to ask for where only the check counts
_PLAIN_NAME = re.compile(r"[ !#-.0-\[\]-~]+\Z")  # no other spelling in JSON than with \u escapes
_SPELLED = re.compile(rb"\\u00[2-7]")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def load_polars() -> Any:
    """Return the polars module, or None."""
    try:
        import polars
    except ImportError:
        return None
    return polars


def written(polars: Any, column: Any, kind: Any) -> Any:
    """Return a column as polars writes it exactly: times as text, and anything else as it is.

    Args:
        polars: The module.
        column: An expression.
        kind: Its type.

    Returns:
        An expression, or None where polars would not write the value as it is.
    """
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
    """Return whether polars writes every time of a column: it gives up far from today, and drops seconds of offsets.

    Args:
        polars: The module.
        column: A series of any type.
    """
    kind = column.dtype
    if isinstance(kind, polars.Struct):
        return all(in_range(polars, column.struct.field(field.name)) for field in kind.fields)
    if isinstance(kind, polars.List | polars.Array):
        inner = kind.inner
        plain = str(inner.base_type()) in PLAIN and inner != polars.Date
        return plain or in_range(polars, column.explode())
    if not isinstance(kind, polars.Date | polars.Datetime):
        return True
    day = 1 if isinstance(kind, polars.Date) else 86_400 * _PER_SECOND[kind.time_unit]
    named = getattr(kind, "time_zone", None) not in (None, "UTC")
    counts = column.to_physical()
    least, most = counts.min(), counts.max()
    return least is None or bool((_WHOLE_MINUTES if named else -_FAR) * day <= least and most <= _FAR * day)


class ColumnIds:
    """The ids of a chunk as a column.

    Args:
        column: A polars series of text.
    """

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


class FrameEncoder:
    """Writes the records of polars frames.

    Args:
        op: `index`, `create` or `update`.
        id: Column that holds the id, or None.
        upsert: With `update`: create the record where there is none.
    """

    def __init__(self, op: str, id: str | None, upsert: bool) -> None:
        self._op, self._id, self._upsert = op, id, upsert
        self._polars: Any = None  # loaded with the first frame: it takes long, and sources without columns need none
        self._documents: dict[tuple[Any, ...], Any] = {}

    def suits(self, frame: Any) -> bool:
        """Return whether the result would be exactly that of the careful encoder.

        Args:
            frame: A frame as `Batch.frame` returns it, or None.
        """
        if frame is None or not frame.width:
            return False
        self._polars = self._polars or load_polars()
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

    def body(self, frame: Any) -> tuple[bytes, ColumnIds | None]:
        """Return the request body for all rows of a frame, and the ids.

        Args:
            frame: A frame for which `suits` holds.
        """
        polars, document = self._polars, self._document(frame)
        name = None if self._id is None else polars.col(self._id).cast(polars.String)
        body = frame.select(compose(polars, self._op, self._upsert, name, document)).item()
        ids = None if self._id is None else ColumnIds(frame[self._id].cast(polars.String))
        return body, ids


def safe_ids(column: Any, polars: Any) -> bool:
    """Return whether no id is empty or would need an escape in JSON.

    Args:
        column: A series of text without nulls.
        polars: The module.
    """
    whole = column.str.join("").cast(polars.Binary).item()
    return bool(column.min() != "" and len(whole.translate(None, _ESCAPED)) == len(whole))  # the empty one sorts first


def compose(polars: Any, op: str, upsert: bool, name: Any, document: Any) -> Any:
    """Return one expression from columns to a request body: the text of single rows is never seen by Python.

    Args:
        polars: The module.
        op: `index`, `create` or `update`.
        upsert: With `update`: create the record where there is none.
        name: Expression of the id, or None.
        document: Expression of the document line.
    """
    between, after = "\n", "\n"
    if op == "update":
        between = '\n{"doc":'
        after = ',"doc_as_upsert":true}\n' if upsert else "}\n"
    head = f'{{"{op}":{{'
    if name is None:
        parts = [polars.lit(head + "}}" + between), document]
    else:
        parts = [polars.lit(head + '"_id":"'), name, polars.lit('"}}' + between), document]
    return polars.concat_str(*parts, polars.lit(after)).str.join("").cast(polars.Binary)


class LineColumns:
    """Writes the records of whole blocks of lines.

    Args:
        op: `index`, `create` or `update`.
        id: Field that holds the id, or None.
        upsert: With `update`: create the record where there is none.
    """

    def __init__(self, op: str, id: str | None, upsert: bool) -> None:
        self._op, self._id, self._upsert = op, id, upsert
        self._polars = load_polars()
        self._key = json.dumps(id)

    @classmethod
    def of(cls, options: BulkOptions) -> LineColumns | None:
        """Return the encoder for an upload, or None where its lines must become objects."""
        identity = options.id
        if options.op not in ("index", "create", "update") or load_polars() is None:
            return None
        if identity is not None and (not isinstance(identity, str) or identity == "_id"):
            return None
        if identity is not None and not _PLAIN_NAME.match(identity):
            return None
        return cls(options.op, identity, options.upsert)

    def frame(self, block: bytes) -> Any:
        """Return lines beside their ids, as columns; None where it is not certain that each is fine.

        Args:
            block: Lines without blank ones between.
        """
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").removesuffix(b"\r")
        if not block.startswith(b"{") or not block.endswith((b"}\n", b"}")) or b"\r" in block:
            return None
        if b"\\" in block and _SURROGATE.search(block):
            return None  # polars takes half a pair
        polars = self._polars
        try:
            schema = {self._id or _NOBODY: polars.String}
            ids = polars.read_ndjson(block, schema=schema).to_series()  # strict: one object in each line
            lines = self._lines(block)
        except Exception:  # polars raises types of its own: whatever is odd is looked at line by line
            return None
        if len(ids) != len(lines):
            return None
        frame = polars.DataFrame([lines, ids.alias("id")])
        return frame if self._id is None or self._certain(block, frame) else None

    def _lines(self, block: bytes) -> Any:
        polars = self._polars
        if hasattr(polars, "scan_lines"):  # recent releases have it, and it is faster
            return polars.scan_lines(block, name="line").collect().to_series()
        whole = polars.Series("line", [block.removesuffix(b"\n")], polars.Binary)
        return whole.cast(polars.String).str.split("\n").explode()

    def _certain(self, block: bytes, frame: Any) -> bool:
        """Whether the ids are what a careful reader finds: text or whole numbers, each named once in its line."""
        polars, lines, ids = self._polars, frame["line"], frame["id"]
        if ids.null_count() or not safe_ids(ids, polars):
            return False
        if b"\\" in block and _SPELLED.search(block):
            return False  # the name may be there a second time, spelled otherwise
        if lines.str.count_matches(polars.escape_regex(self._key)).max() > 1:
            return False
        for mark in (f'{self._key}:"', f'{self._key}: "'):
            if lines.str.contains(mark, literal=True).all():
                return True
        numbers = lines.str.extract(re.escape(self._key).replace("/", "\\/") + r"\s*:\s*(-?[0-9]{1,18})\s*[,}]")
        return bool((numbers == ids).all() and not numbers.null_count())

    def body(self, frame: Any) -> tuple[bytes, ColumnIds | None]:
        """Return the request body for all rows of a frame, and the ids.

        Args:
            frame: As `frame` returned it, or a part of it.
        """
        polars = self._polars
        name = None if self._id is None else polars.col("id")
        body = frame.select(compose(polars, self._op, self._upsert, name, polars.col("line"))).item()
        return body, None if name is None else ColumnIds(frame["id"])
