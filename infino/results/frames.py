"""Tables as frames of Arrow, pandas and polars, and for files that know no nesting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infino.core.extras import require
from infino.results import arrays
from infino.results.arrays import ListTable, Table
from infino.results.column import Column, as_times

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


def to_arrow(table: Table) -> pyarrow.Table:
    """Build an Arrow table, each column in the type that loses nothing."""
    pa = arrays.arrow()
    fields, columns = [], []
    for index, column in enumerate(table.columns):
        array = table.array(index)
        metadata = arrays.MIXED if column.type == "mixed" else None
        fields.append(pa.field(column.name, array.type, metadata=metadata))
        columns.append(array)
    arrow: pyarrow.Table = pa.Table.from_arrays(columns, schema=pa.schema(fields))
    return arrow


def to_polars(table: Table) -> polars.DataFrame:
    """Build a polars frame; what polars has no type for is text."""
    pl: Any = require("polars", "polars", "to_polars()")
    if isinstance(table, ListTable):
        series = [_plain_series(pl, column, table.values(index)) for index, column in enumerate(table.columns)]
        if all(found is not None for found in series):
            return pl.DataFrame(series)  # type: ignore[no-any-return]  # polars is loaded by name
    pa = arrays.arrow()
    arrow = to_arrow(table)
    # polars has no decimal256: through text, and whole numbers on to its Int128 where they fit.
    wide = [index for index, field in enumerate(arrow.schema) if pa.types.is_decimal256(field.type)]
    for index in wide:
        arrow = arrow.set_column(index, arrow.schema.field(index).name, arrow.column(index).cast(pa.string()))
    frame: polars.DataFrame = pl.from_arrow(arrow)
    whole = [table.columns[index].name for index in wide if table.columns[index].type == "integer"]
    for name in whole:
        # Not strict: what does not fit becomes null, and then the column stays text.
        numbers = frame[name].cast(pl.Int128, strict=False)
        if numbers.null_count() == frame[name].null_count():
            frame = frame.with_columns(numbers)
    return frame


def _plain_series(pl: Any, column: Column, values: list[Any]) -> Any:
    """A column of a plain type as a series, or None; what makes arrays of Arrow out of lists would import pandas."""
    kind = {"string": pl.String, "float": pl.Float64, "boolean": pl.Boolean, "null": pl.Null, "date": pl.Date}
    if column.type == "integer":
        small = all(value is None or -(2**63) <= value < 2**63 for value in values)
        return pl.Series(column.name, values, pl.Int64) if small else None
    if column.type == "date":
        values = as_times("date", values)
        if any(isinstance(value, str) for value in values):
            return None
    if column.type not in kind:
        return None
    try:
        return pl.Series(column.name, values, kind[column.type])
    except (UnicodeEncodeError, TypeError):
        return None


def to_pandas(table: Table, *, backend: str) -> pandas.DataFrame:
    """Build a pandas frame, each column in the type that loses nothing."""
    pd: Any = require("pandas", "pandas", "to_pandas()")
    pa = require("pyarrow", "pandas", "to_pandas()")
    # numpy's integers and booleans have no null; without these pandas would make floats and lose digits.
    nullable: dict[Any, Any] = {
        pa.int64(): pd.Int64Dtype(), pa.uint64(): pd.UInt64Dtype(), pa.bool_(): pd.BooleanDtype(),
    }  # fmt: skip
    # Columns of one sort are converted together: frames of hundreds of columns cost no more than their values.
    plain: dict[int, Any] = {}
    gaps: dict[int, Any] = {}
    others: dict[int, Any] = {}
    for index, column in enumerate(table.columns):
        # As Python objects: pandas would show arrays of numpy inside of its cells.
        if backend == "default" and column.type in ("mixed", "array", "object"):
            others[index] = pd.Series(table.values(index), dtype=object)
            continue
        array = table.array(index)
        if backend == "pyarrow" or _has_both(pa, array):
            others[index] = pd.Series(_in_arrow(pd, pa, array))
        elif _beyond(pa, column.type, array):
            others[index] = pd.Series(table.values(index), dtype=object)
        else:
            (gaps if array.null_count and array.type in nullable else plain)[index] = array
    parts = [
        pa.Table.from_arrays([*group.values()], [*map(str, group)]).to_pandas(date_as_object=False, types_mapper=mapper)
        for group, mapper in ((plain, None), (gaps, nullable.get))
        if group
    ]
    places = [*plain, *gaps, *others]
    parts += others.values()
    frame: pandas.DataFrame = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=range(table.length))
    # Put back in the order of the answer after they were converted in groups.
    if places != sorted(places):
        frame = frame.take(sorted(range(len(places)), key=places.__getitem__), axis=1)
    # Set at the end, for two columns may have one name.
    frame.columns = pd.Index([column.name for column in table.columns])
    return frame


def _beyond(pa: Any, kind: str, array: Any) -> bool:
    """Whether pandas has no type of its own for what Arrow holds."""
    if kind == "decimal":
        return not pa.types.is_decimal(array.type)
    if kind == "time" and pa.types.is_time(array.type):  # a time of Python ends at microseconds
        nanoseconds = array.cast(pa.int64()).to_pylist()
        return any(value is not None and value % 1000 for value in nanoseconds)
    return kind == "integer" and not pa.types.is_integer(array.type)


def _in_arrow(pd: Any, pa: Any, array: Any) -> Any:
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return pd.array(whole, dtype=pd.ArrowDtype(array.type))


def _has_both(pa: Any, array: Any) -> bool:
    """Whether there are nulls and NaN, for which numpy has one value; Arrow keeps them apart."""
    if not array.null_count or not pa.types.is_floating(array.type):
        return False
    pc = require("pyarrow.compute", "arrow", "to_pandas()")
    return bool(pc.any(pc.is_nan(array)).as_py())


def flat(arrow: Any) -> Any:
    """The table with lists and structs written as JSON text."""
    pa = require("pyarrow", "arrow", "to_csv()")
    for index, field in enumerate(arrow.schema):
        if pa.types.is_nested(field.type):
            texts = [
                None if value is None else json.dumps(value, ensure_ascii=False, default=str)
                for value in arrow.column(index).to_pylist()
            ]
            arrow = arrow.set_column(index, field.name, pa.array(texts, pa.string()))
        elif pa.types.is_decimal256(field.type):
            arrow = arrow.set_column(index, field.name, arrow.column(index).cast(pa.string()))
    return arrow
