"""Sources with columns, as batches: frames of pandas and polars, relations, Arrow data and files of columns.

A batch has two faces. As a frame of polars, whole columns become JSON without a Python object for each value; as
records, each value is looked at. Both give the same JSON: a column that polars would not write just so is written
value by value beside the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import closing, nullcontext
from copy import copy
from itertools import chain
from typing import Any, Final

import attrs

from infino.bulk import columns
from infino.bulk.encode import Unsendable, encode_value, key_text
from infino.core.codec import as_written
from infino.core.errors import ValidationError
from infino.core.extras import MissingDependencyError, optional

ROWS = 20_000
SAMPLE = 100
BATCH_BYTES = 1 << 25  # of columns held at once
AHEAD = 20  # batches that polars may take of a Parquet file in advance; left alone it takes ever more
_NOT_IN_ARROW: Final = re.compile(r"\b(?:UHUGEINT|BIT|BIGNUM|VARINT|TIME WITH TIME ZONE)\b")
_KEYS: Final = ("decryption_properties", "parquet_decryption_config")
_CERTAIN: Final = ("string", "boolean", "integer", "empty")  # objects that Arrow takes over as they are


def missing(what: str) -> MissingDependencyError:
    """Return the error for a source that needs an extra."""
    return MissingDependencyError(
        f"reading {what} needs pyarrow: pip install 'infino-sdk[arrow]' (or [polars], which is faster)"
    )


def is_table(kind: type[Any]) -> bool:
    """Return whether objects of a type are frames, series, tables, relations or streams of columns."""
    return hasattr(kind, "__arrow_c_stream__") or hasattr(kind, "__arrow_c_array__") or _library(kind) != ""


def has_columns(source: Any) -> bool:
    """Return whether a source is a table of some kind; `is_table` of its type."""
    return is_table(type(source))


def _library(kind: Any) -> str:
    module = kind.__module__.split(".", 1)[0]
    known = module in ("polars", "pandas") and kind.__name__ in ("DataFrame", "LazyFrame", "Series")
    return module if known else ""


def as_error(error: BaseException) -> Exception:
    """Return an error, what panics in Rust as one like any other; what ends the program is raised again."""
    if isinstance(error, Exception):
        return error
    # By name: it comes from the Rust part of polars and is not an `Exception`, but the program can go on.
    if type(error).__name__ == "PanicException":
        return ValidationError(f"the columns of the source cannot be read: {error}")
    raise error


def errors() -> tuple[type[BaseException], ...]:
    """Return what the libraries raise for a file that they cannot read."""
    polars, pyarrow = optional("polars"), optional("pyarrow")
    return (
        *([polars.exceptions.PolarsError, polars.exceptions.PanicException] if polars is not None else []),
        *([pyarrow.ArrowException] if pyarrow is not None else []),
    )


@attrs.frozen(eq=False)
class Numbers:
    """A column of numbers that are written already, as JSON writes them."""

    texts: Any = attrs.field(repr=False)

    def values(self) -> list[Any]:
        """Return the numbers, with every digit."""
        return [None if text is None else as_written(text) for text in self.texts.to_pylist()]


def rows_of(elements: list[Any]) -> list[Any]:
    """Return what a stream gave, with the rows that `DataFrame.iterrows` gives as records.

    A series of pandas whose labels are text is such a row, not a column.
    """
    if not any(kind.__name__ == "Series" and _library(kind) == "pandas" for kind in set(map(type, elements))):
        return elements
    return [_row(element) if _library(type(element)) == "pandas" else element for element in elements]


def _row(element: Any) -> Any:
    labels = list(element.index) if type(element).__name__ == "Series" else []
    if not labels or not all(isinstance(label, str) for label in labels):
        return element
    columns.check_names(labels, "a row of the source")
    return dict(zip(labels, element, strict=True))


def stream_of(source: Any) -> Iterator[Any] | None:
    """Return the tables of an object that hands them out one by one, such as a dataset, or None."""
    module, found = type(source).__module__.split(".", 1)[0], None
    if module == "pyarrow":
        found = _batches_of(source)
    elif module == "pandas" and hasattr(source, "__next__"):
        found = source
    return None if found is None else iter(found)


def _check_intervals(file: Any) -> None:
    """Refuse intervals of Parquet, which pyarrow hands over as bytes that say nothing."""
    for column in (file.schema.column(at) for at in range(len(file.schema))):
        if column.converted_type == "INTERVAL":
            raise ValidationError(f"the column {column.path!r} holds intervals of Parquet: write it as text")


def _batches_of(source: Any) -> Any:
    """Batches of an object of pyarrow that reads files: left alone, it takes ever more of them in advance."""
    if hasattr(source, "iter_batches"):
        _check_intervals(source)
        groups = range(source.num_row_groups)  # one by one, for what was read of any is kept until the last
        return (batch for group in groups for batch in source.iter_batches(row_groups=[group]))
    if type(source).__name__ in ("ParquetDataset", "ORCFile"):  # which reads stripes, but keeps something of each
        kind = "" if hasattr(source, "fragments") else ", format='orc'"
        raise ValidationError(f"{type(source).__name__} reads into memory: pass pyarrow.dataset.dataset(path{kind})")
    if not hasattr(source, "scanner"):
        return source.to_batches() if hasattr(source, "to_batches") else None
    # Only without threads it reads no more than is asked for.
    ahead = {"batch_size": ROWS, "batch_readahead": 1, "fragment_readahead": 1}
    settings: dict[str, Any] = {"use_threads": False, **ahead}
    options: Any = getattr(getattr(source, "format", None), "default_fragment_scan_options", None)
    if hasattr(options, "pre_buffer") and not any(getattr(options, name, None) for name in _KEYS):
        settings["fragment_scan_options"] = options = copy(options)  # which takes all over but the keys
        options.pre_buffer, options.use_buffered_stream = False, True
    return source.to_batches(**settings)


@attrs.define(eq=False)
class Batch:
    """Some rows of columns: series of polars, arrays of Arrow, `Numbers`, or lists of Python values."""

    names: list[str]
    columns: list[Any] = attrs.field(repr=False)
    height: int

    @classmethod
    def of_arrow(cls, batch: Any) -> Batch:
        """Return the batch of a table or record batch of Arrow."""
        return cls([field.name for field in batch.schema], list(batch.columns), batch.num_rows)

    @classmethod
    def of_polars(cls, frame: Any) -> Batch:
        """Return the batch of a polars frame."""
        return cls(frame.columns, frame.get_columns(), frame.height)

    def frame(self) -> Any:
        """Return the batch as a frame that `FrameEncoder` writes, or None where a value needs a look.

        Columns of bytes in it hold JSON that is written already.
        """
        polars = optional("polars")
        if polars is None:
            return None
        found = []
        for name, column in zip(self.names, self.columns, strict=True):
            try:
                found.append(_series(polars, name, column))
            except Unsendable:  # the careful encoder finds the record
                return None
        return polars.DataFrame(dict(zip(self.names, found, strict=True)))  # by name, for one may be empty

    def rows(self) -> list[dict[str, Any]]:
        """Return the batch as records."""
        values = [_values(column) for column in self.columns]
        if not values:
            return [{} for _ in range(self.height)]
        return [dict(zip(self.names, row, strict=True)) for row in zip(*values, strict=True)]


def _series(polars: Any, name: str, column: Any) -> Any:
    if isinstance(column, Numbers):
        return polars.from_arrow(column.texts).fill_null("null").cast(polars.Binary).alias(name)
    if isinstance(column, polars.Series):
        if columns.written(polars, polars.col(name), column.dtype) is not None and columns.in_range(polars, column):
            return column
    elif not isinstance(column, list):
        pa = optional("pyarrow")
        if columns.is_native(pa, column.type):
            try:
                if pa.types.is_timestamp(column.type) and column.type.unit == "s":  # polars would wrap around unseen
                    column.cast(pa.timestamp("ms", column.type.tz))
                series = polars.from_arrow(column).alias(name)
                if columns.in_range(polars, series):
                    return series
            except (polars.exceptions.PolarsError, polars.exceptions.PanicException, pa.ArrowInvalid):
                pass  # a type that this release does not have
    return polars.Series(name, list(map(encode_value, _values(column))), polars.Binary)


def _values(column: Any) -> list[Any]:
    if isinstance(column, list):
        return column
    if isinstance(column, Numbers):
        return column.values()
    pa, polars = optional("pyarrow"), optional("polars")
    if polars is not None and isinstance(column, polars.Series):
        return _polars_values(pa, polars, column)
    return columns.values_of(pa, column)


def _polars_values(pa: Any, polars: Any, series: Any) -> list[Any]:
    kind = series.dtype
    if kind == polars.String or kind == polars.Boolean or kind.is_integer() or kind == polars.Object:
        return list(series.to_list())
    if pa is not None:
        try:
            return columns.values_of(pa, series.to_arrow())
        except pa.ArrowInvalid as error:  # such as integers of 128 bits in a list, which Arrow does not have
            problem = f"the column {series.name!r} of the type {kind} cannot be read: {error}; cast what it holds"
            raise ValidationError(problem) from None
    text = columns.written(polars, polars.col(series.name), kind)
    if text is None and _has_nanoseconds(polars, kind):
        raise missing(f"durations with nanoseconds (the column {series.name!r})")
    return list((series if text is None else series.to_frame().select(text).to_series()).to_list())


def _has_nanoseconds(polars: Any, kind: Any) -> bool:
    return columns.any_within(
        polars, kind, lambda inner: isinstance(inner, polars.Time) or getattr(inner, "time_unit", None) == "ns"
    )


def batches(source: Any, index: bool | None = None) -> tuple[Iterator[Batch], int | None]:
    """Return an object with columns as batches, and its number of rows where it is known."""
    kind = _library(type(source))
    if kind and type(source).__name__ == "Series":
        if source.name is None or source.name == "":
            raise ValidationError("the series has no name, and a field needs one: give it a name, or pass a frame")
        source = source.to_frame()
    if kind == "polars":
        if hasattr(source, "collect_batches"):
            return map(Batch.of_polars, source.collect_batches(chunk_size=ROWS, maintain_order=True)), None
        if hasattr(source, "collect"):
            source = source.collect()
        return map(Batch.of_polars, source.iter_slices(ROWS)), source.height
    if kind == "pandas":
        return _pandas(source, optional("pyarrow"), index), len(source)
    return _arrow_object(source)


def _check_relation(source: Any) -> None:
    """Refuse columns of DuckDB of which it hands over something else than it shows."""
    for name, kind in zip(source.columns, map(str, source.types), strict=True):
        if found := _NOT_IN_ARROW.search(kind):
            raise ValidationError(
                f"the column {name!r} holds {found[0]}, which DuckDB does not hand over exactly: cast it to VARCHAR"
            )


def _arrow_object(source: Any) -> tuple[Iterator[Batch], int | None]:
    if type(source).__name__ == "DuckDBPyRelation":
        _check_relation(source)
    polars, pa = optional("polars"), optional("pyarrow")
    rows = getattr(source, "num_rows", None)
    if pa is not None:
        try:
            stream = hasattr(source, "__arrow_c_stream__")
            found = pa.RecordBatchReader.from_stream(source) if stream else pa.record_batch(source)
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError) as error:
            raise ValidationError(f"{type(source).__name__} holds no columns with names: {error}") from None
        try:
            columns.check_schema(pa, found.schema)
        except ValidationError:
            if stream:
                found.close()
            raise
        return of_arrow(found if stream else [found]), rows
    if polars is not None:
        return map(Batch.of_polars, polars.DataFrame(source).iter_slices(ROWS)), rows
    raise missing("Arrow data")


def of_arrow(found: Any) -> Iterator[Batch]:
    """Cut record batches of Arrow into batches of a moderate size."""
    with closing(found) if hasattr(found, "close") else nullcontext():  # else DuckDB takes no other query
        yield from _moderate(found)


def _moderate(found: Iterable[Any]) -> Iterator[Batch]:
    for batch in found:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if "decimal" not in str(column.type):  # HUGEINT of DuckDB has a digit more than its type says
                _check_values(name, column)
        step = _step(batch.nbytes, batch.num_rows)
        for at in range(0, batch.num_rows, step):
            yield Batch.of_arrow(batch.slice(at, step))


def _check_values(name: str, column: Any) -> None:
    """Refuse text that is not UTF-8, which would go out as it is."""
    try:
        column.validate(full=True)
    except ValueError as error:
        raise ValidationError(f"the column {name!r} is broken: {error}") from None


def file_batches(kind: str, path: Any, stream: Any) -> tuple[Iterator[Batch], int | None]:
    """Return a file of columns as batches, and its number of rows where it is known; `path` is None for a stream."""
    pa = optional("pyarrow")
    if kind == "parquet":
        return _parquet(path, stream, optional("polars"), pa)
    if pa is None:
        raise missing("Arrow files")
    schema, found = _arrow_file(stream, pa)
    columns.check_schema(pa, schema, "the file")
    return of_arrow(found), None


def _parquet(path: Any, stream: Any, polars: Any, pa: Any) -> tuple[Iterator[Batch], int | None]:
    lazy = None if polars is None or path is None else _scan(polars, path)
    if lazy is not None and polars is not None:
        # From the metadata of the file; nothing is read for it.
        rows = lazy.select(polars.len()).collect().item()
        step = _step(lazy.head(SAMPLE).collect().estimated_size(), min(rows, SAMPLE))
        if hasattr(lazy, "collect_batches"):
            parts = (lazy.slice(at, AHEAD * step) for at in range(0, rows, AHEAD * step))
            frames = (part.collect_batches(chunk_size=step, maintain_order=True) for part in parts)
            return map(Batch.of_polars, chain.from_iterable(frames)), rows
        return (Batch.of_polars(lazy.slice(at, step).collect()) for at in range(0, rows, step)), rows
    if pa is not None:
        from pyarrow import parquet

        file = parquet.ParquetFile(stream, pre_buffer=False)  # else it keeps what it has read of every group
        columns.check_schema(pa, file.schema_arrow, "the file")
        _check_intervals(file)
        groups = [file.metadata.row_group(group) for group in range(file.metadata.num_row_groups)]
        step = _step(sum(group.total_byte_size for group in groups), file.metadata.num_rows)
        return of_arrow(file.iter_batches(step)), file.metadata.num_rows
    if polars is None:
        raise missing("Parquet")
    frame = polars.read_parquet(stream)
    if any(_may_be_map(polars, kind) for kind in frame.dtypes):
        raise missing("a Parquet file with maps")
    return map(Batch.of_polars, frame.iter_slices(ROWS)), frame.height


def _scan(polars: Any, path: Any) -> Any:
    """The file as polars reads it, or None where a column needs pyarrow to come out exactly."""
    try:
        lazy = polars.scan_parquet(path, glob=False)
        schema = lazy.collect_schema()
    except polars.exceptions.PanicException:
        return None
    exact = all(
        # Integers of 128 bits too, which are written value by value: pyarrow does not have them.
        kind.is_integer() or columns.written(polars, polars.col(name), kind) is not None
        for name, kind in schema.items()
    )
    exact = exact and not any(_may_be_map(polars, kind) for kind in schema.dtypes()) and not _has_date64(schema, path)
    return lazy if exact else None


def _has_date64(schema: Any, path: Any) -> bool:
    """Whether a column holds dates that polars shows as moments, for Arrow counted them in milliseconds."""
    kinds = str(schema.dtypes())
    if "Datetime(time_unit='ms', time_zone=None)" not in kinds or optional("pyarrow") is None:
        return False
    from pyarrow import parquet

    dates = str(parquet.read_schema(path).types).count("date32[day]")
    return dates > kinds.count("Date") - kinds.count("Datetime")


def _may_be_map(polars: Any, kind: Any) -> bool:
    """A map of Parquet comes out of polars as a list of structs."""

    def suits(kind: Any) -> bool:
        inner: Any = getattr(kind, "inner", None)
        return isinstance(inner, polars.Struct) and [field.name for field in inner.fields] == ["key", "value"]

    return columns.any_within(polars, kind, suits)


def _step(size: int, rows: int) -> int:
    """How many rows to take at once, so that large ones do not fill the memory."""
    return max(1, min(ROWS, BATCH_BYTES * max(rows, 1) // max(size, 1)))


def _arrow_file(stream: Any, pa: Any) -> tuple[Any, Iterator[Any]]:
    if stream.peek(6).startswith(b"ARROW1"):
        file = pa.ipc.open_file(stream)
        return file.schema, (file.get_batch(at) for at in range(file.num_record_batches))
    reader = pa.ipc.open_stream(stream)
    return reader.schema, iter(reader)


def _pandas(source: Any, pa: Any, index: bool | None) -> Iterator[Batch]:
    levels = _levels(source, index)
    names = [_label(name) for name in [*levels.values(), *source.columns]]
    columns.check_names(names, "the frame")
    for at in range(0, len(source), ROWS):
        part = source.iloc[at : at + ROWS]
        found = [part.index.get_level_values(level) for level in levels]
        found += [part.iloc[:, position] for position in range(part.shape[1])]
        yield Batch(names, [_pandas_column(column, pa) for column in found], len(part))


def _label(name: Any) -> str:
    """A column's name as text, as it stands in a record of Python."""
    if name is None or name != name:  # NaN, which pandas makes of None
        raise ValidationError("a column of the frame has no name, and a field needs one: name it")
    try:
        return key_text(name, "the frame")
    except Unsendable:
        raise ValidationError(f"the name of the column {name!r} is not text: flatten the names of the frame") from None


def _levels(source: Any, index: bool | None) -> dict[int, Any]:
    """The levels of the index that are written, with their names."""
    labels = source.index
    counted = type(labels).__name__ == "RangeIndex" and labels.name is None
    if index is False or (counted and index is None):
        return {}
    several = labels.nlevels > 1
    named = {
        level: (f"level_{level}" if several else "index") if name is None else name
        for level, name in enumerate(labels.names)
    }
    # What `set_index(drop=False)` leaves twice is written once.
    return {
        level: name
        for level, name in named.items()
        if not (name in source.columns and labels.get_level_values(level).equals(_as_index(source.loc[:, name])))
    }


def _as_index(found: Any) -> Any:
    return found.set_axis(found).index if found.ndim == 1 else None


def _pandas_column(column: Any, pa: Any) -> Any:
    """A column of pandas as Arrow, or as Python values where Arrow would change them."""
    kind = column.dtype
    word = type(kind).__name__
    if word == "SparseDtype":
        return _pandas_column(column.astype(kind.subtype), pa)
    if getattr(kind, "kind", "") == "f" and getattr(kind, "itemsize", 8) < 8 and pa is None:
        return list(column.to_numpy())
    if pa is None or word in ("PeriodDtype", "IntervalDtype"):
        return list(column)
    if word == "CategoricalDtype" and type(kind.categories.dtype).__name__ == "ObjectDType":
        return list(column)
    if word == "ObjectDType":
        import pandas

        if pandas.api.types.infer_dtype(column, skipna=True) not in _CERTAIN:
            return list(column)
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):  # such as huge numbers
        return list(column)


def schema_text(source: Any) -> str:
    """Describe the columns of a source, to recognise it again."""
    if hasattr(source, "collect_schema"):
        schema: Any = source.collect_schema()
    elif _library(type(source)) == "pandas":
        frame = source.to_frame() if type(source).__name__ == "Series" else source
        schema = [(str(name), str(kind)) for name, kind in frame.dtypes.items()]
    else:
        schema = getattr(source, "schema", None)
        if callable(schema) or schema is None:
            schema = getattr(source, "dtypes", None) or getattr(source, "columns", None)
    return json.dumps(str(schema))
