"""A dashboard of eight panels over the flights, as specs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DASHBOARD_ID = "flights"
_DELAY = {"id": "m", "function": "avg", "column": "dep_delay"}
_COUNT = {"id": "m", "function": "count"}
_LARGEST_FIRST = [{"metric_id": "m", "direction": "desc"}]
_LATEST = (
    "SELECT carrier, flight, origin, dest, month, day, dep_delay FROM flights "
    "WHERE dep_delay IS NOT NULL ORDER BY dep_delay DESC LIMIT 50"
)
# Column, row, width and height of each panel on the grid of 48 columns.
_PLACES = (
    (0, 0, 12, 6), (12, 0, 12, 6), (24, 0, 24, 16), (0, 6, 24, 10),
    (0, 16, 24, 16), (24, 16, 24, 16), (0, 32, 24, 18), (24, 32, 24, 18),
)  # fmt: skip


def _spec(title: str, kind: str, metric: Mapping[str, str] | None, **parts: Any) -> dict[str, Any]:
    mapping = {key: parts.pop(key) for key in ("x", "series") if key in parts}
    options = parts.pop("options", {})
    sql = {"metrics": [metric] if metric else [], "time_column": "time_hour", **parts}
    source = {"kind": "sql", "index": "flights", "sql": sql}
    described = {"title": title, "source": source, "chart": {"type": kind}, "mapping": mapping}
    return {**described, "options": options, "tags": ["flights"]}


def visualizations() -> dict[str, dict[str, Any]]:
    """Return the visualizations by the ids they are saved under.

    Returns:
        Id and spec of each, in the order of the panels.
    """
    days = {"column": "time_hour", "bucket": "day"}
    minutes = {"metric_formatting": {"suffix": " min", "decimals": 1}}
    specs = (
        _spec("Flights", "metric", _COUNT),
        _spec("Average departure delay", "metric", _DELAY, options=minutes),
        _spec("Flights a day", "line", _COUNT, x=days, limit=400),
        _spec("Flights by origin", "pie", _COUNT, x="origin"),
        _spec(
            "Average departure delay by airline, minutes", "bar", _DELAY, x="carrier", order_by=_LARGEST_FIRST, limit=15
        ),
        _spec("Average departure delay by hour and month", "heatmap", _DELAY, x="hour", series="month", limit=300),
        _spec("Busiest destinations", "horizontalBar", _COUNT, x="dest", order_by=_LARGEST_FIRST, limit=12),
        _spec("Longest departure delays", "table", None, raw_query=_LATEST),
    )
    return {f"{DASHBOARD_ID}-{number}": spec for number, spec in enumerate(specs, 1)}


def dashboard() -> dict[str, Any]:
    """Return the dashboard, its panels in their places."""
    panels = [
        {"kind": "visualization", "viz_id": id, "layout": dict(zip("xywh", place, strict=True))}
        for id, place in zip(visualizations(), _PLACES, strict=True)
    ]
    return {"title": "Flights from New York, 2013", "panels": panels, "tags": ["flights"]}
