"""What of an ECharts option can be drawn, read tolerantly into plain numbers and names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import attrs

Kind = Literal["line", "bar", "scatter", "pie"]
KINDS: tuple[Kind, ...] = ("line", "bar", "scatter", "pie")
# As many as a picture of this width can show, and a limit to what a stranger's option may cost.
POINT_LIMIT = 5_000


@attrs.frozen
class PlottedSeries:
    """One series: its y values, and its x values where they are numbers."""

    name: str
    kind: Kind
    y: list[float | None]
    x: list[float] | None = None
    area: bool = False
    stack: str | None = None


@attrs.frozen
class Plot:
    """A chart that can be drawn."""

    title: str
    series: list[PlottedSeries]
    labels: list[str]
    horizontal: bool = False
    x_name: str = ""
    y_name: str = ""


def read_option(option: Mapping[str, Any]) -> Plot | None:
    """Read an ECharts option.

    Args:
        option: The option object.

    Returns:
        What can be drawn of it; ``None`` when nothing can.
    """
    x_axis, y_axis = _first(option.get("xAxis")), _first(option.get("yAxis"))
    horizontal = y_axis.get("type") == "category" and x_axis.get("type") != "category"
    labels = _labels((y_axis if horizontal else x_axis).get("data"))
    series: list[PlottedSeries] = []
    for entry in _list(option.get("series")):
        read = _series(entry, f"series {len(series) + 1}")
        if read is None:
            continue
        found, names = read
        labels = labels or names
        series.append(found)
    if series:
        # A pie and axes do not share a picture; what comes first decides.
        series = series[:1] if series[0].kind == "pie" else [one for one in series if one.kind != "pie"]
    if all(value is None for one in series for value in one.y):
        return None
    # Bars stand side by side at equal distances, so numbers along the axis become labels.
    if any(one.x is None or one.kind == "bar" for one in series):
        labels = _label_all(labels, series)
        series = [attrs.evolve(one, x=None) for one in series]
    return Plot(
        title=_text(_first(option.get("title")).get("text")),
        series=series,
        labels=labels,
        horizontal=horizontal,
        x_name=_text(x_axis.get("name")),
        y_name=_text(y_axis.get("name")),
    )


def _label_all(labels: list[str], series: list[PlottedSeries]) -> list[str]:
    """Give each place along the axis a label: a name, else the number that lies there, else its place."""
    longest = max(len(one.y) for one in series)
    numbers = max((one.x or [] for one in series), key=len)
    spare = [f"{value:g}" for value in numbers] + [str(place) for place in range(len(numbers) + 1, longest + 1)]
    return labels + spare[len(labels) :]


def _series(entry: Any, name: str) -> tuple[PlottedSeries, list[str]] | None:
    if not isinstance(entry, dict) or entry.get("type", "line") not in KINDS:
        return None
    x: list[float] = []
    y: list[float | None] = []
    names: list[str] = []
    for point in _list(entry.get("data"))[:POINT_LIMIT]:
        value = point
        if isinstance(point, dict):
            value = point.get("value")
            names.append(_text(point.get("name")) or str(len(names) + 1))
        if isinstance(value, list) and len(value) >= 2:
            left = number(value[0])
            if left is None:
                names.append(str(value[0]))
            else:
                x.append(left)
            value = value[1]
        y.append(number(value))
    numeric = x if x and len(x) == len(y) else None
    stack = entry.get("stack")
    return (
        PlottedSeries(
            name=_text(entry.get("name")) or name,
            kind=entry.get("type", "line"),
            y=y,
            x=numeric,
            area=isinstance(entry.get("areaStyle"), dict),
            stack=str(stack) if stack else None,
        ),
        names if len(names) == len(y) else [],
    )


def number_of(value: Any) -> float | None:
    """Read a finite number, also out of text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def number(value: Any) -> float | None:
    """Read a number that can be drawn; anything else is a gap."""
    found = number_of(value)
    # Close to the largest float, sums and differences of the scale would overflow.
    return found if found is not None and abs(found) < 1e300 else None


def _labels(data: Any) -> list[str]:
    return [_text(item.get("value")) if isinstance(item, dict) else str(item) for item in _list(data)[:POINT_LIMIT]]


def _first(value: Any) -> Mapping[str, Any]:
    if isinstance(value, list):
        value = value[0] if value else {}
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
