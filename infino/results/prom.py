"""The result of a PromQL query."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

import attrs

from infino.core.errors import QueryError, ValidationError
from infino.core.extras import require
from infino.results import series
from infino.results.arrays import Table
from infino.results.column import exact_loads
from infino.results.tabular import Tabular

if TYPE_CHECKING:
    import pandas

    from infino.charts.drawings import Drawing
    from infino.charts.plotting import Kind

# The envelope of Prometheus' HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview
_SUCCESS = re.compile(rb'\s*\{\s*"status"\s*:\s*"success"')
_ERROR = re.compile(rb'"(?:status"\s*:\s*"error|errorType|error)"')


@attrs.frozen
class PromStats:
    """What the service says about a query.

    Args:
        warnings: Warnings.
        infos: Remarks.
    """

    warnings: tuple[str, ...]
    infos: tuple[str, ...]


class PromResult(Tabular):
    """The samples a PromQL query gave: labels as columns, then `time` (UTC) and `value`.

    Args:
        content: The body of the answer.
        expression: The expression, for error messages.

    Raises:
        QueryError: The answer says that the query failed.

    Examples:
        >>> client.query.promql("sum(up) by (job)").to_dicts()
        [{'job': 'api', 'time': datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc), 'value': 3.0}]
    """

    def __init__(self, content: bytes, *, expression: str | None = None) -> None:
        self.raw = content
        self.expression = expression
        # A label may have such a name or value: only an answer that does not begin as a success is decoded here.
        if not _SUCCESS.match(content) and _ERROR.search(content):
            with self._decoding():
                self._refuse_failure()

    def _refuse_failure(self) -> None:
        answer = exact_loads(self.raw)
        if not isinstance(answer, Mapping) or answer.get("status") == "success":
            return
        reason = answer.get("error") or answer.get("errorType")
        if isinstance(reason, Mapping):
            reason = reason.get("reason") or reason.get("type")
        if reason or answer.get("status") == "error":
            raise QueryError(
                str(reason or "the query failed"),
                code=answer.get("errorType"),
                query=self.expression,
                body=answer,
            )

    @cached_property
    def _series(self) -> series.Series:
        with self._decoding():
            return series.read(self.raw)

    @cached_property
    def _table(self) -> Table:
        return series.long_table(self._series)

    @property
    def type(self) -> str:
        """What kind of answer it is: `vector`, `matrix`, `scalar` or `string`."""
        return self._series.type

    @property
    def stats(self) -> PromStats:
        """Warnings and remarks of the service.

        Returns:
            The statistics.

        Examples:
            >>> client.query.promql("up").stats.warnings
            ()
        """
        answer = self._series.envelope
        return PromStats(_words(answer.get("warnings")), _words(answer.get("infos")))

    @property
    def labels(self) -> Sequence[Mapping[str, str]]:
        """The labels of each series, in the order of the answer."""
        return self._series.labels

    def scalar(self) -> Any:
        """The one value of a scalar, a string, or a vector with one sample.

        Returns:
            A float, or text for a string.

        Raises:
            ValidationError: There is not exactly one sample.

        Examples:
            >>> client.query.promql("count(up)").scalar()
            3.0
        """
        if len(self) != 1:
            raise ValidationError(f"scalar() needs exactly one sample, and this result has {len(self)}")
        return self.column("value")[0]

    def to_pandas(
        self,
        *,
        shape: Literal["long", "wide"] = "long",
        dtype_backend: Literal["default", "pyarrow"] = "default",
    ) -> pandas.DataFrame:
        """The result as a pandas frame.

        Args:
            shape: `long` has one row per sample and labels as columns; `wide` has one column per series and the
                time as index.
            dtype_backend: `pyarrow` keeps every column in its Arrow type (long shape only).

        Returns:
            A `pandas.DataFrame`.

        Raises:
            ValidationError: The shape is unknown, or the answer has no series, or is `wide` and a series has two
                samples at one time.
            MissingDependencyError: pandas or pyarrow is not installed.

        Examples:
            >>> client.query.promql_range("up", start="now-1h", end="now", step="1m").to_pandas(shape="wide")
        """
        if shape == "long":
            return super().to_pandas(dtype_backend=dtype_backend)
        if shape != "wide":
            raise ValidationError(f"the shape {shape!r} is not known; give 'long' or 'wide'")
        return self._wide()

    def plot(
        self,
        kind: Kind | None = None,
        *,
        x: str | None = None,
        y: str | Sequence[str] | None = None,
        series: str | None = None,
        title: str = "",
    ) -> Drawing:
        """Draw the samples: a range as one line for each series, a moment as one bar for each.

        Args:
            kind: Kind of chart; lines for a range, bars for a moment when None.
            x: Column of the axis; the time of a range, the selector (`series`) of a moment when None.
            y: Column of values; `value` when None.
            series: Column that splits into series: a label, or `series` for all of them, as when None.
            title: Title of the chart; the expression when empty.

        Returns:
            A drawing.

        Raises:
            ValidationError: There is no such column.

        Examples:
            >>> client.query.promql_range("up", start="now-1h", end="now", step="1m").plot().to_html("up.html")
        """
        from infino.charts.plotting import plot

        over_time = self.type == "matrix"
        if over_time and series is None and len(self.labels) > 1:
            series = "series"
        x = x or ("time" if over_time else "series")
        return plot(
            _Named(self), kind or ("line" if over_time else "bar"), x=x, y=y or "value", series=series,
            title=title or self.expression or "",
        )  # fmt: skip

    def _wide(self) -> pandas.DataFrame:
        pd: Any = require("pandas", "pandas", "to_pandas()")
        columns = self.series()
        # `concat` aligns by time, and would fail or multiply rows.
        if any(column.index.has_duplicates for column in columns):
            raise ValidationError("a series has two samples at one time: only the shape 'long' holds them")
        frame: pandas.DataFrame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=pd.DatetimeIndex([]))
        # Sorted, so that the name of a column does not depend on the order in which the service writes labels.
        names = [tuple(sorted(labels.items())) for labels in self.labels]
        frame.columns = pd.Index([_selector(dict(name)) for name in names])
        frame = frame.sort_index()
        frame.index.name = "time"
        return frame

    def series(self) -> list[pandas.Series[float]]:
        """Every series as a pandas series with a DatetimeIndex in UTC.

        Returns:
            One series per set of labels; its name is the selector, its labels are in `.attrs`.

        Raises:
            ValidationError: The answer has no series.
            MissingDependencyError: pandas or pyarrow is not installed.

        Examples:
            >>> cpu, = client.query.promql_range("cpu", start="now-1h", end="now", step="1m").series()
        """
        pd: Any = require("pandas", "pandas", "series()")
        if self.type not in ("matrix", "vector"):
            raise ValidationError(f"a {self.type} has no series")
        times, values, ends = series.samples(self._series)
        built = []
        start = 0
        for labels, end in zip(self.labels, ends, strict=True):
            index = pd.DatetimeIndex(times[start:end], tz="UTC", name="time")
            one = pd.Series(values[start:end], index=index, name=_selector(labels))
            one.attrs.update(labels)
            built.append(one)
            start = end
        return built


class _Named:
    """The samples with the selector of their series as first column."""

    def __init__(self, result: PromResult) -> None:
        self.names = ["series", *result.names]
        self._result = result

    def rows(self) -> Iterator[tuple[Any, ...]]:
        labels = self._result.names[:-2]

        @cache
        def selector(*values: str | None) -> str:
            """Written once for each series, which may have thousands of samples."""
            return _selector({name: value for name, value in zip(labels, values, strict=True) if value is not None})

        for row in self._result.rows():
            yield (selector(*row[:-2]), *row)


def _selector(labels: Mapping[str, str]) -> str:
    # Strings of PromQL are quoted and escaped like those of JSON.
    inside = ",".join(
        f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in labels.items() if name != "__name__"
    )
    return f"{labels.get('__name__', '')}{{{inside}}}" if inside else labels.get("__name__", "{}")


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
