"""A chart of any result, without saving anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol, get_args

from infino.charts import checks
from infino.charts.drawings import Drawing, TableDrawing
from infino.charts.echarts import to_echarts
from infino.core.errors import ValidationError

Kind = Literal["bar", "horizontalBar", "line", "area", "scatter", "pie", "heatmap", "metric", "gauge", "table"]


class PlottableResult(Protocol):
    """What every result is: columns with names, and rows."""

    @property
    def names(self) -> list[str]:
        """Names of the columns in order."""
        ...

    def rows(self) -> Any:
        """The rows as tuples."""
        ...


def plot(
    result: PlottableResult,
    kind: Kind = "bar",
    *,
    x: str | None = None,
    y: str | Sequence[str] | None = None,
    series: str | None = None,
    title: str = "",
) -> Drawing:
    """Draw the rows of a result.

    Args:
        result: The result of a query.
        kind: Kind of chart.
        x: Column of the axis; when None the first that holds no numbers (the first that does, for a scatter).
        y: Column or columns of values; the first of numbers that is left when None.
        series: Column that splits into series; the second axis of a heatmap.
        title: Title of the chart.

    Returns:
        A drawing: `to_html()`, `to_png()`, and shown in notebooks.

    Raises:
        ValidationError: This is not a result, it has no such column, or the kind of chart shows less than the result.

    Examples:
        >>> result = client.query.sql("SELECT carrier, avg(dep_delay) AS late FROM flights GROUP BY 1")
        >>> plot(result, "bar", x="carrier", y="late").to_html("late.html")
    """
    if kind not in get_args(Kind):
        problem = f"there is no chart {kind!r}; there are {', '.join(get_args(Kind))}"
        raise ValidationError(problem, operation="charts.plot")
    if not hasattr(result, "names") or not hasattr(result, "rows"):
        problem = f"this draws the result of a query, not {type(result).__name__}"
        raise ValidationError(problem, operation="charts.plot")
    names = list(result.names)
    wanted = [y] if isinstance(y, str) else list(y or ())
    for name in (x, series, *wanted):
        if name is not None and name not in names:
            problem = f"there is no column {name!r}; there are {', '.join(names) or 'none'}"
            raise ValidationError(problem, operation="charts.plot")
    if kind not in ("table", "metric", "gauge"):  # these show every column, or the only row
        checks.written(kind, {"x": x, "y": wanted, "series": series})
    rows = [dict(zip(names, map(_shown, row), strict=True)) for row in result.rows()]
    if kind in ("metric", "gauge") and len(rows) > 1:
        problem = f"a {kind} shows one row; the result has {len(rows):,}"
        raise ValidationError(problem, operation="charts.plot")
    numbers = [name for name in names if any(_is_number(row[name]) for row in rows)]
    if x is None:
        left = [name for name in names if name != series and name not in wanted]
        # A scatter has numbers on both axes; any other chart is labelled along x.
        x = next((name for name in left if (name in numbers) == (kind == "scatter")), None)
        # All are numbers: the first labels the axis, as long as another one is left to be drawn.
        x = x or (left[0] if len(left) > 1 or (left and wanted) else None)
    wanted = wanted or [name for name in numbers if name not in (x, series)][:1]
    columns = [{"name": name, "type": "number" if name in numbers else "string"} for name in names]
    binding = {"x": x, "y": wanted, "series": series, "value": wanted[0] if wanted else None}
    data = {"columns": columns, "rows": rows, "metadata": {"binding": binding}}
    drawing = to_echarts({"title": title, "chart": {"type": kind}}, data)
    # A dashboard shows a table with a note instead; here somebody has asked for this very chart.
    if isinstance(drawing, TableDrawing) and drawing.note:
        raise ValidationError(drawing.note, operation="charts.plot")
    return drawing


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> Any:
    """A value as a chart takes it: a decimal as a number, times as ISO text, the rest as it is."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
