"""Visualizations and their data as Apache ECharts options; nothing is sent or drawn here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar

import attrs
from infino_api.models.binding import Binding
from infino_api.models.chart_options import ChartOptions
from infino_api.models.metric_formatting import MetricFormatting
from infino_api.models.result_column import ResultColumn
from infino_api.models.visualization import Visualization
from infino_api.models.visualization_data import VisualizationData

from infino.core.errors import ValidationError
from infino.runtime.errors import ParseError
from infino.runtime.model import Model
from infino.runtime.shapes import envelope

__all__ = ["ChartDrawing", "Drawing", "MetricDrawing", "TableDrawing", "to_echarts"]

Option: TypeAlias = dict[str, Any]
Rows: TypeAlias = Sequence[Mapping[str, Any]]
M = TypeVar("M", bound=Model)


@attrs.frozen(kw_only=True)
class ChartDrawing:
    """A chart.

    Args:
        title: Title of the visualization.
        option: The option object that ECharts takes.
    """

    kind: ClassVar[Literal["echarts"]] = "echarts"
    title: str
    option: Option


@attrs.frozen(kw_only=True)
class TableDrawing:
    """A table: one that was asked for, or what is left when a chart cannot be drawn.

    Args:
        title: Title of the visualization.
        columns: Its columns.
        rows: Its rows, by column name.
    """

    kind: ClassVar[Literal["table"]] = "table"
    title: str
    columns: Sequence[ResultColumn]
    rows: Rows


@attrs.frozen(kw_only=True)
class MetricDrawing:
    """A single value.

    Args:
        title: Title of the visualization, which labels the value.
        value: The value; None when there is none.
        formatting: How it is to be written.
    """

    kind: ClassVar[Literal["metric"]] = "metric"
    title: str
    value: Any
    formatting: MetricFormatting | None = None


Drawing: TypeAlias = ChartDrawing | TableDrawing | MetricDrawing


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

    Example:
        >>> drawing = to_echarts(client.visualizations.get("v1"), client.visualizations.execute("v1"))
        >>> if isinstance(drawing, ChartDrawing):
        ...     print(json.dumps(drawing.option))
    """
    shown, found = _model(Visualization, visualization), _model(VisualizationData, data)
    title, rows, columns = shown.title or "", found.rows or [], found.columns or []
    kind = (shown.chart.type if shown.chart else None) or "bar"
    options = shown.options or ChartOptions()
    binding = (found.metadata.binding if found.metadata else None) or Binding()
    if kind in ("metric", "gauge"):
        number = next((column.name for column in columns if column.type == "number"), None)
        value = rows[0].get(binding.value or number or "") if rows else None
        return MetricDrawing(title=title, value=value, formatting=options.metric_formatting)
    draw = None if kind == "table" else _DRAWN.get(kind, _bars)
    incomplete = not binding.x or not binding.y or (kind == "heatmap" and not binding.series)
    if draw is None or incomplete or not rows:
        return TableDrawing(title=title, columns=columns, rows=rows)
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
        problem = f"this is no {kind.__name__}: {error}"
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
    if split is None:
        categories = [str(row.get(x)) for row in rows]
        values = {name: [row.get(name) for row in rows] for name in y}
    else:
        categories = list(dict.fromkeys(str(row.get(x)) for row in rows))
        cells = {(str(row.get(split)), str(row.get(x))): row.get(y[0]) for row in rows}
        names = dict.fromkeys(name for name, _ in cells)
        values = {name: [cells.get((name, category)) for category in categories] for name in names}
    look: Option = {"type": "line" if kind in ("line", "area") else "bar"}
    if kind == "area":
        look["areaStyle"] = {}
    if kind == "horizontalBar":
        look["label"] = {"show": True, "position": "right"}
    if options.bar_max_width is not None and look["type"] == "bar":
        look["barMaxWidth"] = options.bar_max_width
    axes = ({"type": "category", "data": categories, "name": x}, {"type": "value"})
    x_axis, y_axis = reversed(axes) if kind == "horizontalBar" else axes
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 28} if len(values) > 1 else {"show": False},
        "grid": {"left": "3%", "right": "8%", "bottom": "8%", "containLabel": True},
        "xAxis": x_axis,
        "yAxis": y_axis,
        "series": [{"name": name, **look, "data": column} for name, column in values.items()],
    }


def _pie(binding: Binding, rows: Rows, kind: str, options: ChartOptions) -> Option:
    x, y = binding.x or "", (binding.y or [""])[0]
    hole = "40%" if options.pie_donut_ratio is None else f"{70 * options.pie_donut_ratio:g}%"
    slices = [{"name": str(row.get(x)), "value": row.get(y) or 0} for row in rows]
    return {
        "tooltip": {"trigger": "item"},
        "legend": {"orient": "horizontal", "bottom": 0},
        "series": [{"name": y, "type": "pie", "radius": [hole, "70%"], "data": slices}],
    }


def _scatter(binding: Binding, rows: Rows, kind: str, options: ChartOptions) -> Option:
    x, y = binding.x or "", (binding.y or [""])[0]
    return {
        "tooltip": {"trigger": "item"},
        "xAxis": {"type": "value", "name": x},
        "yAxis": {"type": "value", "name": y},
        "series": [{"name": y, "type": "scatter", "data": [[row.get(x), row.get(y)] for row in rows]}],
    }


def _heatmap(binding: Binding, rows: Rows, kind: str, options: ChartOptions) -> Option:
    x, split, y = binding.x or "", binding.series or "", (binding.y or [""])[0]
    across, down = _places(row.get(x) for row in rows), _places(row.get(split) for row in rows)
    cells = [[across[str(row.get(x))], down[str(row.get(split))], row.get(y) or 0] for row in rows]
    numbers = [cell[2] for cell in cells if isinstance(cell[2], int | float) and math.isfinite(cell[2])]
    shadow = {"shadowBlur": 10, "shadowColor": "rgba(0, 0, 0, 0.5)"}
    return {
        "tooltip": {"position": "top"},
        "xAxis": {"type": "category", "data": list(across), "splitArea": {"show": True}},
        "yAxis": {"type": "category", "data": list(down), "splitArea": {"show": True}},
        "visualMap": {
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


def _places(values: Iterable[Any]) -> dict[str, int]:
    """Number the names of an axis in their order: that of numbers where all are numbers, else that of text."""
    names = dict.fromkeys(map(str, values))
    try:
        ordered = sorted(names, key=float)
    except ValueError:
        ordered = sorted(names)
    return {name: place for place, name in enumerate(ordered)}


_DRAWN: Mapping[str, Callable[[Binding, Rows, str, ChartOptions], Option]] = {
    "pie": _pie,
    "scatter": _scatter,
    "heatmap": _heatmap,
}
