"""Visualizations and dashboards written in Python: they read well, complete in editors, and become plain specs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any, Final, Literal, Self, get_args

from infino.charts.parts import Metric, span_of_time
from infino.core.errors import ValidationError

Bucket = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
Position = Literal["top", "right", "bottom", "left"]
GRID: Final = 48
_NUMBERS = ("metric", "gauge")
_SPLIT = ("bar", "horizontalBar", "line", "area", "heatmap")


class _Spec(Mapping[str, Any]):
    """A spec that is never changed: each method gives another one."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._spec = deepcopy(dict(spec))

    def __getitem__(self, key: str) -> Any:
        return deepcopy(self._spec[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._spec)

    def __len__(self) -> int:
        return len(self._spec)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._spec!r})"

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Self:
        """Take a spec as it is; `from_spec(d).to_spec() == d` whatever it holds.

        Args:
            spec: The spec, such as the attributes of a saved object.
        """
        return cls(spec)

    def to_spec(self) -> dict[str, Any]:
        """Return the plain spec."""
        return deepcopy(self._spec)

    def _with(self, **parts: Any) -> Self:
        return type(self)({**self._spec, **parts})

    def tagged(self, *tags: str) -> Self:
        """Add tags."""
        return self._with(tags=[*self._spec.get("tags", []), *tags])

    def where(self, *filters: Mapping[str, Any]) -> Self:
        """Add saved filters.

        Args:
            filters: Made by `field(...)`.
        """
        return self._with(filters=[*self._spec.get("filters", []), *map(dict, filters)])

    def during(self, start: datetime | str | int, end: datetime | str | int) -> Self:
        """Save a span of time.

        Args:
            start: First moment: datetime, ISO text, or milliseconds since 1970; UTC where it names no zone.
            end: Last moment.

        Raises:
            ValidationError: One is no moment, or the last comes before the first.
        """
        return self._with(time_range=span_of_time(start, end))


class Visualization(_Spec):
    """A chart to save: its kind by name, then where its data comes from.

    Examples:
        >>> late = Visualization.bar("Late by carrier").sql(
        ...     "flights", x="carrier", metric=avg("dep_delay"), top=10, other=True
        ... )
        >>> client.visualizations.create(late)
    """

    @classmethod
    def _of(cls, kind: str, title: str, description: str | None) -> Self:
        if not title.strip():
            raise ValidationError("a visualization needs a title", operation="charts")
        described = {} if description is None else {"description": description}
        return cls({"title": title, **described, "chart": {"type": kind}})

    @classmethod
    def bar(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a chart of bars."""
        return cls._of("bar", title, description)

    @classmethod
    def horizontal_bar(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a chart of bars that lie."""
        return cls._of("horizontalBar", title, description)

    @classmethod
    def line(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a chart of lines."""
        return cls._of("line", title, description)

    @classmethod
    def area(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a chart of areas."""
        return cls._of("area", title, description)

    @classmethod
    def scatter(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a chart of points."""
        return cls._of("scatter", title, description)

    @classmethod
    def pie(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a pie."""
        return cls._of("pie", title, description)

    @classmethod
    def heatmap(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a map of coloured cells."""
        return cls._of("heatmap", title, description)

    @classmethod
    def metric(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a single number."""
        return cls._of("metric", title, description)

    @classmethod
    def gauge(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a gauge."""
        return cls._of("gauge", title, description)

    @classmethod
    def table(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a table."""
        return cls._of("table", title, description)

    @property
    def kind(self) -> str:
        """The kind of chart."""
        return str(self._spec.get("chart", {}).get("type", "bar"))

    def sql(
        self,
        dataset: str,
        *,
        x: str | None = None,
        bucket: Bucket | None = None,
        y: Sequence[str] = (),
        series: str | None = None,
        metric: Metric | None = None,
        top: int | None = None,
        other: bool = False,
        descending: bool | None = None,
        limit: int | None = None,
        time_column: str | None = None,
    ) -> Self:
        """Let the service write the query: groups of `x` (and `series`), and one metric.

        Args:
            dataset: Name of the dataset.
            x: Column of the axis.
            bucket: Span of time that `x` is cut into.
            y: Columns of a scatter (one) or a table.
            series: Column that splits into series; the second axis of a heatmap.
            metric: What is computed; the number of records when None.
            top: How many groups to show, with `other=True`.
            other: Gather the rest as Other.
            descending: Order by the metric, largest first (True) or last (False); by `x` when None.
            limit: Rows at most; 50 when None.
            time_column: Column that spans of time apply to; `@timestamp` when None.

        Returns:
            The visualization.

        Raises:
            ValidationError: Something of it would have no effect; the code in brackets is the service's own warning.

        Examples:
            >>> Visualization.line("A day").sql("flights", x="time_hour", bucket="hour", series="origin")
        """
        _check_source(dataset, limit)
        self._check(x, bucket, y, series, metric, top, other)
        made = metric or Metric("count")
        sql: dict[str, Any] = {}
        if self.kind not in ("scatter", "table"):
            column = {} if made.column is None else {"column": made.column}
            sql["metrics"] = [{"id": "m", "function": made.function, **column}]
            if descending is not None:
                sql["order_by"] = [{"metric_id": "m", "direction": "desc" if descending else "asc"}]
        sql |= {key: value for key, value in (("limit", limit), ("time_column", time_column)) if value is not None}
        mapping: dict[str, Any] = {}
        if x is not None:
            mapping["x"] = {"column": x, "bucket": bucket} if bucket else x
        if y:
            mapping["y"] = list(y)
        mapping |= {key: value for key, value in (("series", series), ("top", top)) if value is not None}
        if other:
            mapping["other_bucket"] = True
        return self._with(source={"kind": "sql", "index": dataset, "sql": sql}, mapping=mapping)

    def query(
        self,
        dataset: str,
        statement: str,
        *,
        x: str | None = None,
        y: Sequence[str] = (),
        series: str | None = None,
        limit: int | None = None,
        time_column: str | None = None,
    ) -> Self:
        """Write the query out.

        Args:
            dataset: Dataset that filters apply to.
            statement: The SELECT.
            x: Column of the axis; the first that is not a number when None.
            y: Columns of values; the first that is a number when empty.
            series: Column that splits into series.
            limit: Rows at most, where the statement has no LIMIT.
            time_column: Column that spans of time apply to.

        Returns:
            The visualization.

        Examples:
            >>> statement = "SELECT carrier, avg(dep_delay) AS d FROM flights GROUP BY 1"
            >>> Visualization.bar("Late").query("flights", statement)
        """
        if not statement.strip():
            raise ValidationError("query() needs a SELECT", operation="charts")
        _check_source(dataset, limit)
        sql: dict[str, Any] = {"raw_query": statement}
        sql |= {key: value for key, value in (("limit", limit), ("time_column", time_column)) if value is not None}
        mapping = {key: value for key, value in (("x", x), ("y", list(y)), ("series", series)) if value}
        return self._with(source={"kind": "sql", "index": dataset, "sql": sql}, mapping=mapping)

    def _check(
        self, x: str | None, bucket: str | None, y: Sequence[str], series: str | None, metric: Metric | None,
        top: int | None, other: bool,
    ) -> None:  # fmt: skip
        kind = self.kind
        wrong = {
            "missing_x_axis_for_chart": x is None and kind not in (*_NUMBERS, "table") and f"a {kind} needs x",
            "missing_series_for_heatmap": kind == "heatmap"
            and not series
            and "a heatmap needs series for its second axis",
            "multi_y_truncated": kind == "scatter" and len(y) != 1 and "a scatter needs exactly one column in y",
            "mapping_y_ignored_for_aggregating_chart": (
                bool(y) and kind not in ("scatter", "table") and f"a {kind} computes its metric; y has no effect"
            ),
            "top_n_without_other_bucket_use_limit": (
                top is not None and not other and "top works with other=True; without it use limit"
            ),
            "unknown_bucket": bucket is not None
            and bucket not in get_args(Bucket)
            and f"bucket is one of {', '.join(get_args(Bucket))}",
            "top_n_zero_ignored": top is not None and top < 1 and "top must be 1 or more",
            "top_n_other_bucket_incompatible_with_bucket": (
                bool(bucket)
                and (top is not None or other)
                and "an axis cut into times shows all of them; leave out top and other"
            ),
            "top_n_other_bucket_unsupported_on_non_x": other and top is None and "other=True needs top",
            "unused_part": (
                metric is not None and kind in ("scatter", "table") and f"a {kind} shows columns; metric has no effect"
            )
            or (series is not None and kind not in _SPLIT and f"a {kind} has no series"),
        }
        for code, problem in wrong.items():
            if problem:
                raise ValidationError(f"{problem} ({code})", operation="charts")

    def legend(self, position: Position | None = "top") -> Self:
        """Show the legend at a side, or hide it with None."""
        looks = {"show": False} if position is None else {"show": True, "position": position}
        return self._looks(legend=looks)

    def donut(self, ratio: float) -> Self:
        """Give a pie a hole: 0 for none, nearly 1 for a ring."""
        if self.kind != "pie" or not 0 <= ratio < 1:
            raise ValidationError("donut() is for pies; the ratio lies between 0 and 1", operation="charts")
        return self._looks(pie_donut_ratio=ratio)

    def number(
        self,
        *,
        prefix: str | None = None,
        suffix: str | None = None,
        decimals: int | None = None,
        abbreviate: bool | None = None,
    ) -> Self:
        """Say how a metric or gauge is written: `number(suffix=" min", decimals=1)`."""
        if self.kind not in _NUMBERS:
            raise ValidationError(f"a {self.kind} is not a single number", operation="charts")
        given = {"prefix": prefix, "suffix": suffix, "decimals": decimals, "abbreviate": abbreviate}
        return self._looks(metric_formatting={key: value for key, value in given.items() if value is not None})

    def _looks(self, **looks: Any) -> Self:
        return self._with(options={**self._spec.get("options", {}), **looks})


def _check_source(dataset: str, limit: int | None) -> None:
    if not dataset.strip():
        raise ValidationError("a visualization needs the name of its dataset", operation="charts")
    if limit is not None and limit < 1:
        raise ValidationError("limit must be 1 or more", operation="charts")


def markdown(text: str) -> dict[str, Any]:
    """A panel of text.

    Args:
        text: Markdown.

    Examples:
        >>> Dashboard("Delays").row(markdown("# January"))
    """
    return {"kind": "markdown", "content": text}


def divider(label: str | None = None) -> dict[str, Any]:
    """A line between panels.

    Args:
        label: What stands at the line.

    Examples:
        >>> Dashboard("Delays").row(divider("By origin"), height=2)
    """
    return {"kind": "divider", **({} if label is None else {"label": label})}


class Dashboard(_Spec):
    """A dashboard to save, row by row on the grid of 48 columns.

    Examples:
        >>> Dashboard.titled("Delays").row(late.id, share.id).row(markdown("# Notes"), height=6)
    """

    @classmethod
    def titled(cls, title: str, *, description: str | None = None) -> Self:
        """Begin a dashboard."""
        if not title.strip():
            raise ValidationError("a dashboard needs a title", operation="charts")
        return cls({"title": title, **({} if description is None else {"description": description}), "panels": []})

    def row(self, *panels: Any, height: int = 15, widths: Sequence[int] | None = None) -> Self:
        """Add panels side by side, below those that are there.

        Args:
            panels: Ids of visualizations, saved visualizations, or `markdown(...)` and `divider(...)`.
            height: Rows of about 22 pixels.
            widths: Columns of each panel, 48 together at most; equal ones when None.

        Returns:
            The dashboard.

        Raises:
            ValidationError: A panel is nothing of the kind, or the widths don't fit.
        """
        wide = list(widths) if widths is not None else [GRID // max(1, len(panels))] * len(panels)
        if len(wide) != len(panels) or not panels or any(one < 1 for one in wide) or sum(wide) > GRID or height < 1:
            problem = (
                f"a row takes a width of 1 or more for each panel, {GRID} together at most, and a height of 1 or more"
            )
            raise ValidationError(problem, operation="charts")
        there = self._spec.get("panels", [])
        y = max((one["layout"]["y"] + one["layout"]["h"] for one in there if one.get("layout")), default=0)
        made = []
        for at, (panel, width) in enumerate(zip(panels, wide, strict=True)):
            layout = {"x": sum(wide[:at]), "y": y, "w": width, "h": height}
            made.append({"id": f"panel_{len(there) + at}", **_panel(panel), "layout": layout})
        return self._with(panels=[*there, *made])

    def refreshed(self, seconds: int) -> Self:
        """Ask viewers to run it again every so often."""
        return self._with(options={**self._spec.get("options", {}), "refresh_interval": seconds})


def _panel(given: Any) -> dict[str, Any]:
    if isinstance(given, str) and given:
        return {"kind": "visualization", "viz_id": given}
    if isinstance(given, Mapping) and given.get("kind") in ("markdown", "divider", "visualization"):
        return dict(given)
    id = getattr(given, "id", None)
    if isinstance(id, str) and id:
        return {"kind": "visualization", "viz_id": id}
    raise ValidationError(
        f"a panel is the id of a saved visualization, markdown(...) or divider(...), not {type(given).__name__}",
        operation="charts",
    )
