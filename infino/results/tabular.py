"""What every result can do with its table: reading in Python, and conversion to the usual frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from html import escape
from itertools import repeat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from infino.core.errors import DecodeError, InfinoError, QueryError, ValidationError
from infino.core.extras import require
from infino.core.garbage import resting
from infino.results import arrays, frames, render
from infino.results.arrays import Table
from infino.results.column import TIME_KINDS, Column, as_times

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from infino.charts.drawings import Drawing
    from infino.charts.plotting import Kind

# Enough rows for the cost of a batch not to show, and few enough for the first to come at once.
_BATCH = 4096


def name_call(error: DecodeError | QueryError, operation: str | None, status: int | None) -> None:
    """Say in an error which call gave the answer, where the error does not say it.

    Args:
        error: The error.
        operation: The operation.
        status: HTTP status of the answer; only a `DecodeError` tells it.
    """
    error.operation = error.operation or operation
    if isinstance(error, DecodeError):
        error.status = error.status or status


class Tabular:
    """A table that is decoded when first asked for; the base of the results.

    Attributes:
        operation: The operation that gave it, such as `query.sql`, or None where it was made of bytes.
        status: HTTP status of the answer, or None.
    """

    operation: str | None = None
    status: int | None = None

    @contextmanager
    def _decoding(self) -> Iterator[None]:
        """Errors of decoding come long after the call: they name it all the same."""
        try:
            with resting():
                yield
        except (DecodeError, QueryError) as error:
            name_call(error, self.operation, self.status)
            raise
        except RecursionError:
            problem = "the answer is nested too deeply"
        else:
            return
        raise DecodeError(problem, operation=self.operation, status=self.status)

    @cached_property
    def _table(self) -> Table:
        raise NotImplementedError

    @property
    def _shown(self) -> Tabular:
        """What frames hold, and what is shown and drawn: the result itself, where there is nothing to say instead."""
        return self

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns: name, type, and the type the service declared.

        Returns:
            One `Column` per column, in order.

        Examples:
            >>> [column.name for column in client.query.sql("SELECT 1 AS one").columns]
            ['one']
        """
        return self._table.columns

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [column.name for column in self.columns]

    def __len__(self) -> int:
        return self._table.length

    def __bool__(self) -> bool:
        return len(self) > 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        names = self.names
        for row in self.rows():
            yield dict(zip(names, row, strict=True))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Go through the rows as tuples, decoding a few thousand at a time.

        Dates, times of day and timestamps are those of Python, with the zone that the answer has. A column with more
        digits of a second than six, or with another year than Python has, is ISO 8601 text throughout.

        Returns:
            An iterator of tuples in column order.

        Examples:
            >>> for carrier, delay in client.query.sql("SELECT carrier, delay FROM flights").rows():
            ...     print(carrier, delay)
        """
        table = self._table
        for start in range(0, table.length, _BATCH):
            stop = min(start + _BATCH, table.length)
            lists = [self._values(index, start, stop) for index in range(len(table.columns))]
            if lists:
                yield from zip(*lists, strict=True)
            else:
                # Rows without columns still count.
                yield from ((),) * (stop - start)

    def column(self, name: str) -> list[Any]:
        """The values of one column.

        Args:
            name: Name of the column, exact or in another case where only one column fits.

        Returns:
            Python values, None for null.

        Raises:
            ValidationError: No column has that name.

        Examples:
            >>> client.query.sql("SELECT carrier FROM flights").column("carrier")
            ['UA', 'AA', 'B6']
        """
        return self._values(self._index(name))

    @cached_property
    def _moments(self) -> dict[int, list[Any]]:
        """Columns of times as Python objects: one text that Python has no time for leaves its whole column text."""
        return {
            index: as_times(column.type, self._table.values(index))
            for index, column in enumerate(self._table.columns)
            if column.type in TIME_KINDS
        }

    def _values(self, index: int, start: int = 0, stop: int | None = None) -> list[Any]:
        if self._table.columns[index].type in TIME_KINDS:
            values = self._moments[index]
            return values if start == 0 and stop is None else values[start:stop]
        return self._table.values(index, start, stop)

    def _index(self, name: str) -> int:
        names = self.names
        if name in names:
            return names.index(name)
        folded = [index for index, other in enumerate(names) if other.casefold() == name.casefold()]
        if len(folded) == 1:
            return folded[0]
        raise ValidationError(f"there is no column {name!r}; the columns are: {', '.join(names) or 'none'}")

    def scalar(self) -> Any:
        """The one value of a result with one row and one column.

        Returns:
            The value; a time is the ISO 8601 text of the answer, digit for digit.

        Raises:
            ValidationError: The result has another shape.

        Examples:
            >>> client.query.sql("SELECT count(*) FROM flights").scalar()
            336776
        """
        if len(self) != 1 or len(self.columns) != 1:
            raise ValidationError(
                f"scalar() needs one row with one column, and this result has {len(self)} x {len(self.columns)}"
            )
        return self._table.values(0)[0]

    def one(self) -> dict[str, Any]:
        """The only row.

        Returns:
            The row as a dictionary.

        Raises:
            ValidationError: There are no rows, or several.

        Examples:
            >>> client.query.sql("SELECT min(delay) low, max(delay) high FROM flights").one()
            {'low': -43, 'high': 1301}
        """
        if len(self) != 1:
            raise ValidationError(f"one() needs exactly one row, and this result has {len(self)}")
        return next(iter(self))

    def to_dicts(self) -> list[dict[str, Any]]:
        """All rows as dictionaries.

        Returns:
            One dictionary per row.

        Examples:
            >>> client.query.sql("SELECT 1 AS one").to_dicts()
            [{'one': 1}]
        """
        with resting():
            return self._dicts()

    def _dicts(self) -> list[dict[str, Any]]:
        return list(map(dict, map(zip, repeat(self.names), self.rows())))

    def to_arrow(self) -> pyarrow.Table:
        """The result as an Arrow table.

        Columns tagged as times become timestamps (offsets as UTC instants, nine digits kept), integers beyond
        64 bits and decimals become decimals, values of several kinds become JSON text.

        Returns:
            A `pyarrow.Table`.

        Raises:
            MissingDependencyError: pyarrow is not installed.

        Examples:
            >>> client.query.sql("SELECT carrier FROM flights").to_arrow().schema
            carrier: string
        """
        arrays.arrow()  # loaded before decoding, which then goes straight into it
        with self._decoding():
            return frames.to_arrow(self._shown._table)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        arrow: Any = self.to_arrow()
        return arrow.__arrow_c_stream__(requested_schema)

    def to_pandas(self, *, dtype_backend: Literal["default", "pyarrow"] = "default") -> pandas.DataFrame:
        """The result as a pandas frame.

        Integers with nulls become `Int64` and booleans with nulls `boolean`, so that no digit is lost.

        Args:
            dtype_backend: `pyarrow` keeps every column in its Arrow type.

        Returns:
            A `pandas.DataFrame`.

        Raises:
            MissingDependencyError: pandas or pyarrow is not installed.

        Examples:
            >>> client.query.sql("SELECT carrier, count(*) n FROM flights GROUP BY 1").to_pandas()
              carrier      n
            0      UA  58665
        """
        arrays.arrow()
        with self._decoding():
            return frames.to_pandas(self._shown._table, backend=dtype_backend)

    def to_polars(self) -> polars.DataFrame:
        """The result as a polars frame.

        Whole numbers of up to 39 digits are `Int128`; longer ones, and decimals of more than 38 digits, are text.

        Returns:
            A `polars.DataFrame`.

        Raises:
            MissingDependencyError: polars or pyarrow is not installed.

        Examples:
            >>> client.query.sql("SELECT carrier FROM flights").to_polars().height
            336776
        """
        arrays.arrow()
        with self._decoding():
            return frames.to_polars(self._shown._table)

    def to_csv(self, target: str | Path | IO[bytes]) -> None:
        """Write the result as CSV with a header line.

        Args:
            target: Path, or a file opened for bytes.

        Raises:
            MissingDependencyError: pyarrow is not installed.

        Examples:
            >>> client.query.sql("SELECT * FROM flights").to_csv("flights.csv")
        """
        csv = require("pyarrow.csv", "arrow", "to_csv()")
        csv.write_csv(frames.flat(self.to_arrow()), target)

    def to_parquet(self, target: str | Path | IO[bytes]) -> None:
        """Write the result as a Parquet file.

        Args:
            target: Path, or a file opened for bytes.

        Raises:
            MissingDependencyError: pyarrow is not installed.

        Examples:
            >>> client.query.sql("SELECT * FROM flights").to_parquet("flights.parquet")
        """
        require("pyarrow.parquet", "arrow", "to_parquet()").write_table(self.to_arrow(), target)

    def plot(
        self,
        kind: Kind = "bar",
        *,
        x: str | None = None,
        y: str | Sequence[str] | None = None,
        series: str | None = None,
        title: str = "",
    ) -> Drawing:
        """Draw the rows; of a search that asked for no hits, its aggregations.

        Args:
            kind: Kind of chart.
            x: Column of the axis; the first that holds no numbers when None (of a scatter, the first that does).
            y: Column or columns of values; the first of numbers that is left when None.
            series: Column that splits into series; the second axis of a heatmap.
            title: Title of the chart.

        Returns:
            A drawing: it shows itself in notebooks, and has `to_html()` and `to_png()`.

        Raises:
            ValidationError: There is no such column.

        Examples:
            >>> result = client.query.sql("SELECT carrier, avg(dep_delay) AS late FROM flights GROUP BY 1")
            >>> result.plot("bar", x="carrier", y="late").to_html("late.html")
        """
        from infino.charts.plotting import plot

        return plot(self._shown, kind, x=x, y=y, series=series, title=title)

    @property
    def _title(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        try:
            return render.text(self._title, self._shown._table)
        except (InfinoError, RecursionError) as error:
            return f"{type(self).__name__}: {_unreadable(error)}"

    def _repr_html_(self) -> str:
        try:
            return render.html(self._shown._table)
        except (InfinoError, RecursionError) as error:
            return f"<p>{escape(_unreadable(error))}</p>"


def _unreadable(error: Exception) -> str:
    """Why a result cannot show itself; whoever asks for its values gets the error itself."""
    return f"cannot be read: {error if isinstance(error, InfinoError) else 'it is nested too deeply'}"
