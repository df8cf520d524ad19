"""Visualizations and their data as Apache ECharts options; nothing is sent or drawn here."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs
from infino_api.models.binding import Binding
from infino_api.models.chart_options import ChartOptions
from infino_api.models.visualization import Visualization
from infino_api.models.visualization_data import VisualizationData

from infino.charts.drawings import ChartDrawing, Drawing, MetricDrawing, Option, Rows, TableDrawing
from infino.charts.option import number_of
from infino.core.errors import ValidationError
from infino.runtime.errors import ParseError
from infino.runtime.model import Model
from infino.runtime.shapes import envelope

M = TypeVar("M", bound=Model)
NULL = "(no value)"
NO_SHARE = "a pie shows shares of a whole, and a negative value has no share; use bars"


def to_echarts(
    visualization: Visualization | Mapping[str, Any], data: VisualizationData | Mapping[str, Any]
) -> Drawing:
    """Turn a visualization and its data into what can be drawn.

    The columns are those that the service bound to the axes (`data.metadata.binding`).

    Args:
        visualization: From `client.visualizations.get`, or an object of the same form.
        data: From `client.visualizations.execute`, or an object of the same form.

    Returns:
        A `ChartDrawing`, `TableDrawing` or `MetricDrawing`; without rows, or without the columns that the chart
        needs, a table.

    Raises:
        ValidationError: An argument has another form.

    Examples:
        >>> drawing = to_echarts(client.visualizations.get("v1"), client.visualizations.execute("v1"))
        >>> if isinstance(drawing, ChartDrawing):
        ...     print(json.dumps(drawing.option))
    """
    shown, found = _model(Visualization, visualization), _model(VisualizationData, data)
    title, rows, columns = shown.title or "", found.rows or [], found.columns or []
    # A kind that a later gateway may add is drawn as bars rather than refused.
    kind = (shown.chart.type if shown.chart else None) or "bar"
    options = shown.options or ChartOptions()
    binding = (found.metadata.binding if found.metadata else None) or Binding()
    if kind in ("metric", "gauge"):
        # Gateways before 0.6 send no binding.
        number = next((column.name for column in columns if column.type == "number"), None)
        value = _finite(rows[0].get(binding.value or number or "")) if rows else None
        return MetricDrawing(title=title, value=value, formatting=options.metric_formatting)
    draw = None if kind == "table" else _DRAWN.get(kind, _bars)
    incomplete = not binding.x or not binding.y or (kind == "heatmap" and not binding.series)
    if draw is None or incomplete or not rows:
        return TableDrawing(title=title, columns=columns, rows=rows)
    if kind == "pie" and any(_is_negative(row.get(name)) for name in (binding.y or ())[:1] for row in rows):
        return TableDrawing(title=title, columns=columns, rows=rows, note=NO_SHARE)
    option = {"title": {"text": title, "left": "center"}, **draw(binding, rows, kind, options)}
    if options.legend is not None:
        option["legend"] = _legend(options.legend)
    return ChartDrawing(title=title, option=option)


def _model(kind: type[M], given: M | Mapping[str, Any]) -> M:
    if isinstance(given, kind):
        return given
    try:
        return envelope(kind.from_dict)(given)
    except ParseError as error:
        problem = f"this does not read as a {kind.__name__}: {error}"
    raise ValidationError(problem, operation="charts.to_echarts")


def _legend(given: Mapping[str, Any]) -> Option:
    position = given.get("position") or "top"
    upright = position in ("left", "right")
    # The title stands at the top, so a legend there begins below it.
    place = {position: 28 if position == "top" else 0}
    return {"show": bool(given.get("show", True)), "orient": "vertical" if upright else "horizontal", **place}


def _bars(binding: Binding, rows: Rows, kind: str, options: ChartOptions) -> Option:
    """Draw bars, lines and areas; what is not known becomes bars."""
    x, y, split = binding.x or "", binding.y or [], binding.series
    places = _along(rows, x, split, in_order=kind in ("line", "area"))
    series: dict[str, list[Any]] = {}
    for name in (None,) if split is None else dict.fromkeys(_label(row.get(split)) for row in rows):
        for measure in y:
            shown = measure if name is None else name if len(y) == 1 else f"{name}, {measure}"
            cells = {place: _finite(row.get(measure)) for place, row in places.rows[name]}
            series[shown] = [cells.get(place) for place in range(len(places.labels))]
    look: Option = {"type": "line" if kind in ("line", "area") else "bar"}
    if kind == "area":
        look["areaStyle"] = {}
    if kind == "horizontalBar":
        look["label"] = {"show": True, "position": "right"}
    if options.bar_max_width is not None and look["type"] == "bar":
        look["barMaxWidth"] = options.bar_max_width
    axes = ({"type": "category", "data": places.labels, "name": x}, {"type": "value"})
    x_axis, y_axis = reversed(axes) if kind == "horizontalBar" else axes
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 28} if len(series) > 1 else {"show": False},
        "grid": {"left": "3%", "right": "8%", "bottom": "8%", "containLabel": True},
        "xAxis": x_axis,
        "yAxis": y_axis,
        "series": [{"name": name, **look, "data": column} for name, column in series.items()],
    }


@attrs.frozen
class _Places:
    """Where along the axis each row of each series stands.

    Args:
        labels: What stands there.
        rows: Place and row of each series.
    """

    labels: list[str]
    rows: Mapping[str | None, list[tuple[int, Mapping[str, Any]]]]


def _along(rows: Rows, x: str, split: str | None, *, in_order: bool) -> _Places:
    """Give every row its place: without a split one each, with one the place of its value.

    A value that a series has twice takes a second place, for what is not aggregated must not be overwritten. Times
    stand in order of time, and so do numbers along a line; other values in order of first sight.
    """
    found: list[tuple[str | None, tuple[Any, int], Mapping[str, Any]]] = []
    seen: dict[tuple[str | None, str], int] = {}
    for number, row in enumerate(rows):
        name = None if split is None else _label(row.get(split))
        value = row.get(x)
        again = seen.get((name, _label(value)), 0) if split is not None else number
        seen[name, _label(value)] = again + 1
        found.append((name, (value, again), row))
    # A second row of one value has a key of its own: (value, how often it came before in its series).
    keys = list(dict.fromkeys((_label(value), again) for _, (value, again), _ in found))
    if split is not None or in_order:
        order = _order([value for _, (value, _), _ in found], numbers=in_order)
        if order is not None:
            keys.sort(key=lambda key: (order[key[0]], key[1]))
    place = {key: number for number, key in enumerate(keys)}
    placed: dict[str | None, list[tuple[int, Mapping[str, Any]]]] = {}
    for name, (value, again), row in found:
        placed.setdefault(name, []).append((place[_label(value), again], row))
    return _Places(_shortened([label for label, _ in keys]), placed)


_ZONED = re.compile(r":.*(Z|[+-]\d\d:?\d\d)$")
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")


def _order(values: Sequence[Any], *, numbers: bool) -> dict[str, float] | None:
    """Return the order of values that are all times (or, where wanted, all numbers), by their labels."""
    for read in (_moment, number_of) if numbers else (_moment,):
        found = {_label(value): read(value) for value in values if value is not None}
        known = {label: place for label, place in found.items() if place is not None}
        if known and len(known) == len(found):
            # Nulls stand first.
            return {**known, NULL: -math.inf}
    return None


def _moment(value: Any) -> float | None:
    """Read a day or moment that there is; 2013-02-31 is a word."""
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        return None
    try:
        found = datetime.fromisoformat(value)
        # Without a zone they are UTC, as the service has them; only the order counts here.
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00:00(\.0+)?(Z|[+-]00:?00)?")


def _shortened(labels: list[str]) -> list[str]:
    """Days are written as days: midnights lose their time where all labels are midnights."""
    found = [_MIDNIGHT.fullmatch(label) for label in labels]
    return [match[1] for match in found if match] if found and all(found) else labels


def _label(value: Any) -> str:
    """What stands at an axis; nothing is told apart from the word None."""
    return NULL if value is None else str(value)


def _is_negative(value: Any) -> bool:
    return isinstance(value, int | float) and value < 0


_NOT_FINITE = ("NaN", "Infinity", "-Infinity")


def _finite(value: Any) -> Any:
    """A value that can be drawn: what is not a finite number is a gap, also where an answer has it as a word."""
    return None if (isinstance(value, float) and not math.isfinite(value)) or value in _NOT_FINITE else value


def _pie(binding: Binding, rows: Rows, kind: str, options: ChartOptions) -> Option:
    x, y = binding.x or "", (binding.y or [""])[0]
    # A ratio of the outer radius, which is 70 %.
    hole = "40%" if options.pie_donut_ratio is None else f"{70 * options.pie_donut_ratio:g}%"
    names = _shortened([_label(row.get(x)) for row in rows])
    slices = [{"name": name, "value": _finite(row.get(y)) or 0} for name, row in zip(names, rows, strict=True)]
    return {
        "tooltip": {"trigger": "item"},
        "legend": {"orient": "horizontal", "bottom": 0},
        "series": [{"name": y, "type": "pie", "radius": [hole, "70%"], "data": slices}],
    }


def _scatter(binding: Binding, rows: Rows, kind: str, options: ChartOptions) -> Option:
    x, y = binding.x or "", (binding.y or [""])[0]
    across, up = _axis_of(rows, x), _axis_of(rows, y)
    points = [[_place(across, row.get(x)), _place(up, row.get(y))] for row in rows]
    return {
        "tooltip": {"trigger": "item"},
        "xAxis": across,
        "yAxis": up,
        "series": [{"name": y, "type": "scatter", "data": points}],
    }


def _place(axis: Option, value: Any) -> Any:
    """Where a value stands: to ECharts a number among words counts them, and a time without a zone is a local one."""
    if axis["type"] == "category":
        return _label(value)
    if axis["type"] == "time" and isinstance(value, str) and not _ZONED.search(value):
        return f"{value}T00:00:00Z" if len(value) == len("2013-01-01") else f"{value}Z"
    return _finite(value)


def _axis_of(rows: Rows, name: str) -> Option:
    """An axis of numbers; of times or of words where a value is one."""
    texts = [row[name] for row in rows if isinstance(row.get(name), str)]
    if not texts:
        return {"type": "value", "name": name}
    if all(_moment(text) is not None for text in texts):
        return {"type": "time", "name": name}
    return {"type": "category", "name": name, "data": list(dict.fromkeys(_label(row.get(name)) for row in rows))}


def _heatmap(binding: Binding, rows: Rows, kind: str, options: ChartOptions) -> Option:
    x, split, y = binding.x or "", binding.series or "", (binding.y or [""])[0]
    across, down = _places(row.get(x) for row in rows), _places(row.get(split) for row in rows)
    cells = _summed([[across[_label(row.get(x))], down[_label(row.get(split))], _finite(row.get(y))] for row in rows])
    numbers = [cell[2] for cell in cells if isinstance(cell[2], int | float) and number_of(cell[2]) is not None]
    shadow = {"shadowBlur": 10, "shadowColor": "rgba(0, 0, 0, 0.5)"}
    return {
        "tooltip": {"position": "top"},
        "xAxis": {"type": "category", "data": _shortened(list(across)), "splitArea": {"show": True}},
        "yAxis": {"type": "category", "data": _shortened(list(down)), "splitArea": {"show": True}},
        "visualMap": {
            # ECharts colours nothing when both ends are equal.
            "min": min([0, *numbers]),
            "max": max(numbers, default=0) or 1,
            "calculable": True,
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
        },
        "series": [
            {
                "name": y,
                "type": "heatmap",
                "data": cells,
                "label": {"show": True, "fontSize": 10},
                "emphasis": {"itemStyle": shadow},
            }
        ],
    }


def _summed(cells: Iterable[list[Any]]) -> list[list[Any]]:
    """Cells of one place become one: drawn over each other, all but the last would be lost."""
    found: dict[tuple[int, int], Any] = {}
    for across, down, value in cells:
        place = across, down
        before: Any = found.get(place)
        both = isinstance(value, int | float) and isinstance(before, int | float)
        found[place] = before + value if both else before if value is None else value
    return [[*place, value] for place, value in found.items()]


def _places(values: Iterable[Any]) -> dict[str, int]:
    """Number the names of an axis in their order: that of times or numbers where all are such, else that of text."""
    held = list(values)
    names, order = dict.fromkeys(map(_label, held)), _order(held, numbers=True)
    ordered = sorted(names) if order is None else sorted(names, key=order.__getitem__)
    return {name: place for place, name in enumerate(ordered)}


_DRAWN: Mapping[str, Callable[[Binding, Rows, str, ChartOptions], Option]] = {
    "pie": _pie,
    "scatter": _scatter,
    "heatmap": _heatmap,
}
