"""Columns to lines: polars writes the JSON of whole frames, so that no row becomes a Python object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from infino.core.errors import ValidationError

ROWS = 20_000
SAMPLE = 100
BATCH_BYTES = 1 << 25  # of columns held at once
_ESCAPED = b'"\\' + bytes(range(32))
_KINDS = "String Boolean Date Categorical Enum Null Float32 Float64 Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64"
PLAIN = frozenset(_KINDS.split())


def load_polars() -> Any:
    """Return the polars module, or None."""
    try:
        import polars
    except ImportError:
        return None
    return polars


def load_pyarrow() -> Any:
    """Return the pyarrow module, or None."""
    try:
        import pyarrow
    except ImportError:
        return None
    return pyarrow


def missing(what: str) -> ValidationError:
    """Return the error for a source that needs an extra."""
    return ValidationError(
        f"reading {what} needs pyarrow: pip install 'infino-sdk[arrow]' (or [polars], which is faster)"
    )


def errors() -> tuple[type[Exception], ...]:
    """Return what the libraries raise for a file that they cannot read."""
    polars, pyarrow = load_polars(), load_pyarrow()
    return (
        *([polars.exceptions.PolarsError] if polars is not None else []),
        *([pyarrow.ArrowException] if pyarrow is not None else []),
    )


def frames(source: Any, kind: str, stream: Any = None) -> tuple[Iterator[Any], int | None]:
    """Return batches of columns, and the number of rows where it is known.

    Args:
        source: An object with columns, or the path of a file.
        kind: `parquet`, `arrow`, or `object`.
        stream: The open file, for the first two.

    Returns:
        Frames of polars, or record batches of pyarrow where polars is missing.
    """
    polars, pyarrow = load_polars(), load_pyarrow()
    if kind == "parquet":
        return _parquet(source, stream, polars, pyarrow)
    if kind == "arrow":
        if pyarrow is None:
            raise missing("Arrow files")
        reader = _arrow_file(stream, pyarrow)
        return _frames_of(iter(reader), polars), None
    return _object_frames(source, polars, pyarrow)


def _parquet(path: Any, stream: Any, polars: Any, pyarrow: Any) -> tuple[Iterator[Any], int | None]:
    if polars is not None and path is not None:
        lazy = polars.scan_parquet(path, glob=False)
        rows = lazy.select(polars.len()).collect().item()
        step = _step(lazy.head(SAMPLE).collect().estimated_size(), min(rows, SAMPLE))
        if hasattr(lazy, "collect_batches"):
            return lazy.collect_batches(chunk_size=step, maintain_order=True), rows
        return (lazy.slice(at, step).collect() for at in range(0, rows, step)), rows
    if pyarrow is not None:
        from pyarrow import parquet

        file = parquet.ParquetFile(stream)
        groups = [file.metadata.row_group(group) for group in range(file.metadata.num_row_groups)]
        step = _step(sum(group.total_byte_size for group in groups), file.metadata.num_rows)
        return _frames_of(file.iter_batches(step), polars), file.metadata.num_rows
    if polars is None:
        raise missing("Parquet")
    frame = polars.read_parquet(stream)
    return frame.iter_slices(ROWS), frame.height


def _step(size: int, rows: int) -> int:
    """How many rows to take at once, so that large ones do not fill the memory.

    Args:
        size: Bytes of some rows.
        rows: How many these are.
    """
    return max(1, min(ROWS, BATCH_BYTES * max(rows, 1) // max(size, 1)))


def _arrow_file(stream: Any, pyarrow: Any) -> Any:
    if stream.peek(6).startswith(b"ARROW1"):
        return _batches(pyarrow.ipc.open_file(stream))
    return pyarrow.ipc.open_stream(stream)


def _batches(file: Any) -> Iterator[Any]:
    for index in range(file.num_record_batches):
        yield file.get_batch(index)


def _object_frames(source: Any, polars: Any, pyarrow: Any) -> tuple[Iterator[Any], int | None]:
    module = type(source).__module__.split(".", 1)[0]
    if module == "polars":
        if hasattr(source, "collect_batches"):
            return source.collect_batches(chunk_size=ROWS, maintain_order=True), None
        return source.iter_slices(ROWS), source.height
    if module == "pandas":
        return _pandas(source, polars, pyarrow), len(source)
    rows = getattr(source, "num_rows", None)
    if pyarrow is not None:
        reader = pyarrow.RecordBatchReader.from_stream(source)
        return _frames_of(iter(reader), polars), rows
    if polars is not None:
        return polars.DataFrame(source).iter_slices(ROWS), rows
    raise missing("Arrow data")


def _pandas(source: Any, polars: Any, pyarrow: Any) -> Iterator[Any]:
    """A named index becomes a column; rows that Arrow does not understand become records."""
    named = [name for name in source.index.names if name is not None and name not in source.columns]
    for at in range(0, len(source), ROWS):
        part = source.iloc[at : at + ROWS]
        part = part.reset_index(level=named) if named else part
        if pyarrow is None:
            yield part.to_dict("records")
            continue
        try:
            table = pyarrow.Table.from_pandas(part, preserve_index=False)
        except (pyarrow.ArrowException, OverflowError):  # values of several kinds in one column, or huge ones
            yield part.to_dict("records")
        else:
            yield from _frames_of(iter([table]), polars)


def _frames_of(batches: Iterator[Any], polars: Any) -> Iterator[Any]:
    for batch in batches:
        step = _step(batch.nbytes, batch.num_rows)
        # polars would make bytes of these.
        foreign = any(getattr(field.type, "extension_name", "") == "arrow.uuid" for field in batch.schema)
        for at in range(0, batch.num_rows, step):  # a table may come as one huge batch
            part = batch.slice(at, step)
            yield part if polars is None or foreign else _polars_frame(part, polars)


def _polars_frame(part: Any, polars: Any) -> Any:
    try:
        return polars.from_arrow(part)
    except polars.exceptions.PolarsError:  # a type that it does not have, such as an interval of months
        return part


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Return a frame as records, for values that only the careful encoder writes exactly."""
    if isinstance(frame, list):
        return frame
    if not hasattr(frame, "to_dicts"):
        return list(frame.to_pylist())
    polars = load_polars()
    # Python's own times end at microseconds.
    precise = [_time_text(polars, name, kind) for name, kind in frame.schema.items() if _is_time(polars, kind)]
    return list(frame.with_columns(precise).to_dicts())


def _is_time(polars: Any, kind: Any) -> bool:
    return isinstance(kind, polars.Datetime)


def _time_text(polars: Any, name: str, kind: Any) -> Any:
    zone = "" if kind.time_zone is None else "%:z"
    return polars.col(name).dt.to_string(f"%Y-%m-%dT%H:%M:%S%.f{zone}").alias(name)


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
        self._polars = load_polars()
        self._casts: dict[tuple[Any, ...], list[Any] | None] = {}

    def suits(self, frame: Any) -> bool:
        """Return whether the result would be exactly that of the careful encoder."""
        if self._polars is None or not isinstance(frame, self._polars.DataFrame) or not frame.width:
            return False
        return self._expressions(frame) is not None and self._good_ids(frame)

    def _expressions(self, frame: Any) -> list[Any] | None:
        key = tuple(frame.schema.items())
        if key not in self._casts:
            self._casts[key] = self._plan(frame)
        return self._casts[key]

    def _plan(self, frame: Any) -> list[Any] | None:
        polars, columns = self._polars, []
        for name, kind in frame.schema.items():
            if name == "_id" and self._id == "_id":
                continue  # the name belongs to the service: used as id, it leaves the document
            if _is_time(polars, kind):
                columns.append(_time_text(polars, name, kind))
            elif _is_plain(kind, polars):
                columns.append(polars.col(name))
            else:
                return None
        return columns or None

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
        polars, columns = self._polars, self._expressions(frame)
        document = polars.struct(columns).struct.json_encode()
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


def _is_plain(kind: Any, polars: Any) -> bool:
    if isinstance(kind, polars.List | polars.Array):
        return _is_plain(kind.inner, polars)
    if isinstance(kind, polars.Struct):
        return all(_is_plain(field.dtype, polars) for field in kind.fields)
    return str(kind.base_type()) in PLAIN


def schema_text(source: Any) -> str:
    """Describe the columns of a source, to recognise it again."""
    if hasattr(source, "collect_schema"):
        schema: Any = source.collect_schema()
    elif type(source).__module__.split(".", 1)[0] == "pandas":
        schema = [(str(name), str(kind)) for name, kind in source.dtypes.items()]
    else:
        schema = getattr(source, "schema", None)
        if callable(schema) or schema is None:
            schema = getattr(source, "dtypes", None) or getattr(source, "columns", None)
    return json.dumps(str(schema))
