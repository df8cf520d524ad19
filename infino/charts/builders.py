"""Visualizations and dashboards written in Python: they read well, complete in editors, and become plain specs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any, Final, Literal, Self, TypeVar, get_args

from infino_api.models.visualization import Visualization as SavedVisualization

from infino.charts import checks
from infino.charts.checks import Bucket
from infino.charts.parts import Metric, checked_filter, refuse, span_of_time
from infino.runtime.model import Model

Position = Literal["top", "right", "bottom", "left"]
GRID: Final = 48
# What the service gives to panels without a height.
_PANEL_HEIGHT: Final = 15
_NUMBERS = ("metric", "gauge")
P = TypeVar("P", list[Any], dict[str, Any])


class _Spec(Mapping[str, Any]):
    """A spec that is never changed: each method gives another one."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        # Copied in and out, so that a spec which others still hold cannot be changed through it.
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
    def from_spec(cls, spec: Mapping[str, Any] | Model) -> Self:
        """Take a spec as it is; `from_spec(d).to_spec() == d` whatever it holds.

        Args:
            spec: The spec, or a saved object.

        Raises:
            ValidationError: It is neither.
        """
        if not isinstance(spec, Mapping | Model):
            raise refuse(f"a spec is an object, not {type(spec).__name__}")
        return cls(spec.to_dict() if isinstance(spec, Model) else spec)

    def to_spec(self) -> dict[str, Any]:
        """Return the plain spec."""
        return deepcopy(self._spec)

    def _with(self, **parts: Any) -> Self:
        return type(self)({**self._spec, **parts})

    def _part(self, name: str, kind: type[P]) -> P:
        """A part that a step adds to; a spec that was taken as it is may have nothing or anything there."""
        found = self._spec.get(name)
        if found is None:
            return kind()
        if not isinstance(found, kind):
            raise refuse(f"{name} of the spec must be a {kind.__name__}, not {found!r}")
        return found

    def tagged(self, *tags: str) -> Self:
        """Add tags."""
        for tag in tags:
            checks.texts(tag=tag)
        return self._with(tags=[*self._part("tags", list), *tags])

    def where(self, *filters: Mapping[str, Any]) -> Self:
        """Add saved filters.

        Args:
            filters: Made by `field(...)`.

        Raises:
            ValidationError: One is not a filter.
        """
        return self._with(filters=[*self._part("filters", list), *map(checked_filter, filters)])

    def during(self, start: datetime | str | int, end: datetime | str | int) -> Self:
        """Save a span of time.

        Args:
            start: First moment: datetime, ISO text, or milliseconds since 1970; UTC where it names no zone.
            end: Last moment.

        Raises:
            ValidationError: One is not a moment, or the last comes before the first.
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
        checks.title(title, "visualization")
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
        return str(self._part("chart", dict).get("type") or "bar")

    def sql(
        self,
        dataset: str,
        *,
        x: str | None = None,
        bucket: Bucket | None = None,
        y: str | Sequence[str] = (),
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
        checks.source(dataset, limit, time_column)
        columns = [y] if isinstance(y, str) else list(y)
        given = {
            "x": x, "bucket": bucket, "y": columns, "series": series, "metric": metric, "top": top,
            "other": other or None, "descending": descending,
        }  # fmt: skip
        checks.built(self.kind, given)
        made = metric or Metric("count")
        sql: dict[str, Any] = {}
        if self.kind not in ("scatter", "table"):
            column = {} if made.column is None else {"column": made.column}
            # An id of our own, to order by.
            sql["metrics"] = [{"id": "m", "function": made.function, **column}]
            if descending is not None:
                sql["order_by"] = [{"metric_id": "m", "direction": "desc" if descending else "asc"}]
        sql |= {key: value for key, value in (("limit", limit), ("time_column", time_column)) if value is not None}
        mapping: dict[str, Any] = {}
        if x is not None:
            mapping["x"] = {"column": x, "bucket": bucket} if bucket else x
        if columns:
            mapping["y"] = columns
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
        y: str | Sequence[str] = (),
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
        if not isinstance(statement, str) or not statement.strip():
            raise refuse("query() needs a SELECT")
        checks.source(dataset, limit, time_column)
        given = {"x": x, "y": [y] if isinstance(y, str) else list(y), "series": series}
        checks.written(self.kind, given)
        sql: dict[str, Any] = {"raw_query": statement}
        sql |= {key: value for key, value in (("limit", limit), ("time_column", time_column)) if value is not None}
        mapping = {key: value for key, value in given.items() if value}
        return self._with(source={"kind": "sql", "index": dataset, "sql": sql}, mapping=mapping)

    def legend(self, position: Position | None = "top") -> Self:
        """Show the legend at a side, or hide it with None."""
        if position is not None and position not in get_args(Position):
            raise refuse(f"the place of a legend is one of {', '.join(get_args(Position))}, not {position!r}")
        if self.kind in (*_NUMBERS, "table"):
            raise refuse(f"a {self.kind} has no legend")
        looks = {"show": False} if position is None else {"show": True, "position": position}
        return self._looks(legend=looks)

    def donut(self, ratio: float) -> Self:
        """Give a pie a hole: 0 for none, nearly 1 for a ring."""
        if self.kind != "pie" or not isinstance(ratio, int | float) or not 0 <= ratio < 1:
            raise refuse("donut() is for pies; the ratio lies between 0 and 1")
        return self._looks(pie_donut_ratio=ratio)

    def number(
        self,
        *,
        prefix: str | None = None,
        suffix: str | None = None,
        decimals: int | None = None,
        thousands_separator: bool | None = None,
        abbreviate: bool | None = None,
    ) -> Self:
        """Say how a metric or gauge is written: `number(suffix=" min", decimals=1)`; what is None stays."""
        if self.kind not in _NUMBERS:
            raise refuse(f"a {self.kind} is not a single number")
        checks.whole("decimals", decimals, 0, 20)
        given = {
            "prefix": prefix, "suffix": suffix, "decimals": decimals, "thousands_separator": thousands_separator,
            "abbreviate": abbreviate,
        }  # fmt: skip
        before = self._part("options", dict).get("metric_formatting") or {}
        written = {key: value for key, value in given.items() if value is not None}
        return self._looks(metric_formatting={**before, **written})

    def _looks(self, **looks: Any) -> Self:
        return self._with(options={**self._part("options", dict), **looks})


def markdown(text: str) -> dict[str, Any]:
    """A panel of text.

    Args:
        text: Markdown.

    Examples:
        >>> Dashboard("Delays").row(markdown("# January"))
    """
    checks.texts(text=text)
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
        checks.title(title, "dashboard")
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
        for width in wide:
            checks.whole("a width", width, 1)
        checks.whole("height", height, 1)
        if len(wide) != len(panels) or not panels or sum(wide) > GRID:
            raise refuse(f"a row needs one width for each panel, {GRID} in all at most")
        there = self._part("panels", list)
        taken = {one.get("id") for one in there if isinstance(one, Mapping)}
        # The service names panels `panel_<n>`, too; a number that is taken already is passed over.
        ids = (id for at in range(len(there), 2 * len(there) + GRID + 1) if (id := f"panel_{at}") not in taken)
        y = max(map(_bottom, there), default=0)
        made = []
        for at, (panel, width) in enumerate(zip(panels, wide, strict=True)):
            layout = {"x": sum(wide[:at]), "y": y, "w": width, "h": height}
            given = _panel(panel)
            made.append({**given, "id": given.get("id") or next(ids), "layout": layout})
        return self._with(panels=[*there, *made])

    def refreshed(self, seconds: int) -> Self:
        """Ask viewers to run it again every so often."""
        checks.whole("seconds", seconds, 1)
        return self._with(options={**self._part("options", dict), "refresh_interval": seconds})


def _bottom(panel: Any) -> int:
    """The row below a panel; one without a place is put below the others by the service."""
    layout = panel.get("layout") if isinstance(panel, Mapping) else None
    if not isinstance(layout, Mapping):
        return 0
    return int((layout.get("y") or 0) + (layout.get("h") or _PANEL_HEIGHT))


def _panel(given: Any) -> dict[str, Any]:
    id = given.id if isinstance(given, SavedVisualization) else given
    if isinstance(id, str) and id:
        return {"kind": "visualization", "viz_id": id}
    if isinstance(given, Mapping):
        kind = given.get("kind") or "visualization"
        needed = {"visualization": "viz_id", "markdown": "content"}.get(kind)
        if kind == "divider" or (needed and given.get(needed)):
            return {**given, "kind": kind}
    problem = "a panel is the id of a saved visualization, markdown(...) or divider(...)"
    raise refuse(f"{problem}, not {type(given).__name__}")
