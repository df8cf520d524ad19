"""Tables as frames of Arrow, pandas and polars, and for files that know no nesting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infino.core.extras import require
from infino.results import arrays
from infino.results.column import Column
from infino.results.table import ListTable, Table
from infino.results.values import as_times

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
    wide = [index for index, field in enumerate(arrow.schema) if pa.types.is_decimal256(field.type)]
    for index in wide:
        arrow = arrow.set_column(index, arrow.schema.field(index).name, arrow.column(index).cast(pa.string()))
    frame: polars.DataFrame = pl.from_arrow(arrow)
    whole = [table.columns[index].name for index in wide if table.columns[index].type == "integer"]
    for name in whole:
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
    """Build a pandas frame column by column, each in the type that loses nothing."""
    pd: Any = require("pandas", "pandas", "to_pandas()")
    pa = require("pyarrow", "pandas", "to_pandas()")
    columns: list[Any] = []
    for index, column in enumerate(table.columns):
        if backend == "default" and column.type in ("mixed", "array", "object"):
            columns.append(pd.Series(table.values(index), dtype=object))
            continue
        array = table.array(index)
        if backend == "pyarrow":
            whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
            columns.append(pd.Series(pd.array(whole, dtype=pd.ArrowDtype(array.type))))
        elif _beyond(pa, column.type, array):
            columns.append(pd.Series(table.values(index), dtype=object))
        else:
            columns.append(_series(pd, pa, array))
    frame: pandas.DataFrame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=range(table.length))
    frame.columns = pd.Index([column.name for column in table.columns])
    return frame


def _beyond(pa: Any, kind: str, array: Any) -> bool:
    if kind == "decimal":
        return not pa.types.is_decimal(array.type)
    return kind == "integer" and not pa.types.is_integer(array.type)


def _series(pd: Any, pa: Any, array: Any) -> Any:
    if array.null_count:
        if pa.types.is_integer(array.type):
            nullable = pd.UInt64Dtype() if pa.types.is_unsigned_integer(array.type) else pd.Int64Dtype()
            return pd.Series(nullable.__from_arrow__(array))
        if pa.types.is_boolean(array.type):
            return pd.Series(pd.BooleanDtype().__from_arrow__(array))
        if pa.types.is_floating(array.type) and _has_nan(array):
            # numpy has one value for both null and NaN; Arrow keeps them apart.
            whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
            return pd.Series(pd.array(whole, dtype=pd.ArrowDtype(array.type)))
    return array.to_pandas(date_as_object=False)


def _has_nan(array: Any) -> bool:
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
