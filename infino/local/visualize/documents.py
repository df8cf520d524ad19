"""Saved visualizations and dashboards as documents: defaults, older forms, merge patches and their envelopes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import attrs

from infino.local.http import Problem, illegal
from infino.local.visualize import forms

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.control import Document
    from infino.local.state import Gateway

Node = dict[str, Any]
SCHEMA_VERSION = 1
IMMUTABLE = ("id", "schema_version", "created_at", "updated_at", "created_by", "kind")
CHARTS = ("bar", "horizontalBar", "line", "area", "scatter", "pie", "heatmap", "metric", "gauge", "table")
BUCKETS = ("minute", "hour", "day", "week", "month", "quarter", "year")
PANELS = ("visualization", "markdown", "divider")
GRID, PANEL_WIDTH, PANEL_HEIGHT = 48, 24, 15

VISUALIZATION: Node = {
    "title": None,
    "description": None,
    "source": {
        "kind": "sql",
        "index": None,
        "connection_id": None,
        "connector_id": None,
        "sql": {
            "raw_query": None, "time_column": None, "limit": 50, "offset": 0,
            "metrics": [], "order_by": [], "dimensions": [],
        },
        "dsl": None,
        "promql": None,
    },
    "chart": {"type": "bar"},
    "mapping": {"x": None, "y": [], "series": None, "top": None, "other_bucket": None},
    "aggregation_type": None,
    "options": {"legend": None, "bar_max_width": None, "pie_donut_ratio": None, "metric_formatting": None},
    "filters": [],
    "time_range": None,
    "render": None,
    "tags": [],
}  # fmt: skip
DASHBOARD: Node = {
    "title": None,
    "panels": [],
    "options": {"use_margins": True, "hide_panel_titles": False, "refresh_interval": None},
    "filters": [],
    "time_range": None,
    "chat_thread_id": None,
    "tags": [],
}


def filled(defaults: Node, given: Mapping[str, Any], place: str = "") -> Node:
    """Return a document with what it leaves out; what it says stays, but a null in the place of an object or a list.

    Raises:
        Problem: 400 where something else stands in the place of an object or a list.
    """
    found = deepcopy(defaults)
    for key, value in given.items():
        default = found.get(key)
        if isinstance(default, dict | list):
            if value is None:
                continue
            if not isinstance(value, type(default)):
                kind = "an object" if isinstance(default, dict) else "a list"
                reason = f"{place}{key} must be {kind}, not {type(value).__name__}"
                raise illegal(reason)
        inner: Any = value
        found[key] = filled(default, inner, f"{place}{key}.") if isinstance(default, dict) else value
    return found


def patched(document: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396): objects merge, null removes, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    found = dict(document) if isinstance(document, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = patched(found.get(key), value)
    return found


def visualization(given: Mapping[str, Any]) -> Node:
    """Check a visualization and return it in the present form, whole.

    Raises:
        Problem: 400 that names what is missing or wrong.
    """
    found = filled(VISUALIZATION, _newer(given))
    forms.check(found, forms.VISUALIZATION)
    _titled(found)
    kind, chart = found["source"].get("kind"), found["chart"].get("type")
    if kind not in ("sql", "querydsl", "promql"):
        raise illegal(f"source.kind is {kind!r}, not sql, querydsl or promql")
    if not isinstance(found["source"].get("index"), str) or not found["source"]["index"]:
        raise illegal("source.index must name a dataset")
    if chart not in CHARTS:
        raise illegal(f"chart.type is {chart!r}, not one of {', '.join(CHARTS)}")
    for one in found["filters"]:
        named = isinstance(one, Mapping) and isinstance(one.get("field"), str) and isinstance(one.get("operator"), str)
        if not named or not one["field"]:
            raise illegal("a filter needs field and operator")
    if not isinstance(found["mapping"]["x"], str | Mapping | None):
        raise illegal("mapping.x is a column, or an object with column and bucket")
    return found


def dashboard(given: Mapping[str, Any]) -> Node:
    """Check a dashboard and return it whole, with every panel in its place.

    Raises:
        Problem: 400 that names what is missing or wrong.
    """
    found = filled(DASHBOARD, given)
    forms.check(found, forms.DASHBOARD)
    _titled(found)
    panels = found["panels"]
    ids = [panel["id"] for panel in panels if panel.get("id")]
    twice = next((id for place, id in enumerate(ids) if id in ids[:place]), None)
    if twice is not None:
        raise illegal(f"two panels have the id {twice!r}")
    found["panels"] = [_panel(number, panel, panels) for number, panel in enumerate(panels)]
    return found


def _free_id(number: int, panels: Sequence[Mapping[str, Any]]) -> str:
    """An id that no panel has, for the panel at a place."""
    taken = {panel.get("id") for panel in panels}
    free = [f"panel_{count}" for count in range(2 * len(panels)) if f"panel_{count}" not in taken]
    return free[sum(not panel.get("id") for panel in panels[:number])]


def _titled(found: Node) -> None:
    if not isinstance(found.get("title"), str) or not found["title"].strip():
        raise illegal("`title` is required")


def _panel(number: int, given: Mapping[str, Any], panels: Sequence[Mapping[str, Any]]) -> Node:
    defaults = {"id": _free_id(number, panels), "kind": "visualization"}
    panel = {**defaults, "title_override": None, **given, **{key: given.get(key) or defaults[key] for key in defaults}}
    kind = panel["kind"]
    if kind not in PANELS:
        raise illegal(f"panel {number}: kind is {kind!r}, not {', '.join(PANELS)}")
    for needed, of in (("viz_id", "visualization"), ("content", "markdown")):
        if kind == of and not panel.get(needed):
            raise illegal(f"panel {number}: a panel of kind {of} needs {needed}")
    placed = {key: value for key, value in (given.get("layout") or {}).items() if value is not None}
    # Panels without a place flow into two columns, below those that have one.
    flow = sum(1 for other in panels[:number] if not other.get("layout"))
    below = max(
        ((one.get("y") or 0) + (one.get("h") or 0) for other in panels if (one := other.get("layout"))), default=0
    )
    default = {
        "x": PANEL_WIDTH * (flow % 2), "y": below + PANEL_HEIGHT * (flow // 2), "w": PANEL_WIDTH, "h": PANEL_HEIGHT,
    }  # fmt: skip
    layout = {**default, **placed}
    if not 1 <= layout["w"] <= GRID or not 0 <= layout["x"] <= GRID - 1 or layout["y"] < 0 or layout["h"] < 1:
        reason = f"panel {number}: the grid has {GRID} columns; x is 0 to {GRID - 1}, w 1 to {GRID}, h 1 or more"
        raise illegal(reason)
    panel["layout"] = layout
    return panel


def _newer(given: Mapping[str, Any]) -> Node:
    """Read older forms; each is moved only where the present name says nothing."""
    found: Node = {key: deepcopy(value) for key, value in given.items()}
    mapping = found.get("mapping")
    if isinstance(mapping, dict):
        older = mapping.pop("series_split_by", None)
        if older is not None and mapping.get("series") is None:
            mapping["series"] = older
        bucket = mapping.pop("x_bucket", None)
        if bucket and isinstance(mapping.get("x"), str):
            mapping["x"] = {"column": mapping["x"], "bucket": bucket}
    source = found.get("source")
    if isinstance(mapping, dict) and isinstance(source, Mapping) and isinstance(source.get("sql"), dict):
        _take_dimensions(source["sql"], mapping)
    mode = found.pop("visualization_mode", None)
    chart = found.get("chart") or {}
    if mode in ("table", "metric") and isinstance(chart, Mapping):
        found["chart"] = {**chart, "type": mode}
    return found


def axis_column(x: Any) -> Any:
    """Return the column of `mapping.x`, which is one itself or an object that names it."""
    return x.get("column") if isinstance(x, Mapping) else x


def _take_dimensions(sql: Node, mapping: Node) -> None:
    """Move what retired dimensions say of the first axis to the mapping; what can't be moved stays, to be warned of."""
    dimensions, kept = sql.get("dimensions"), []
    if not isinstance(dimensions, list):
        return
    for given in dimensions:
        left = dict(given) if isinstance(given, Mapping) else given
        x = axis_column(mapping.get("x"))
        if isinstance(left, dict) and left.get("column") in (None, x):
            for key in ("top", "other_bucket"):
                if left.get(key) is not None and mapping.get(key) is None:
                    mapping[key] = left.pop(key)
            if left.get("date_interval") in BUCKETS and isinstance(mapping.get("x"), str):
                mapping["x"] = {"column": x, "bucket": left.pop("date_interval")}
        if not isinstance(left, dict) or any(value is not None for key, value in left.items() if key != "column"):
            kept.append(left)
    sql["dimensions"] = kept


@attrs.frozen
class Saved:
    """The saved objects of one kind.

    Args:
        gateway: The gateway.
        kind: `visualization` or `dashboard`.
    """

    gateway: Gateway
    kind: str

    def checked(self, given: Mapping[str, Any]) -> Node:
        """Check a document of this kind and fill in what it leaves out."""
        known = {key: value for key, value in given.items() if key not in IMMUTABLE}
        return visualization(known) if self.kind == "visualization" else dashboard(known)

    def envelope(self, stored: Document) -> Node:
        """Return a stored document as the service shows it."""
        attributes = {
            "id": stored.id, "kind": self.kind, "schema_version": SCHEMA_VERSION, **stored.body,
            "created_at": stored.created_at, "updated_at": stored.updated_at,
        }  # fmt: skip
        shown = ("id", "kind", "created_at", "updated_at")
        return {**{key: attributes[key] for key in shown}, "attributes": attributes}

    def read(self, principal: Principal, id: str) -> Document:
        """Return one document that the caller may see.

        Raises:
            Problem: 404; what one may not see is as good as missing.
        """
        stored = self.gateway.control.get(self.kind, id)
        if stored is None or not self.sees(principal, stored):
            raise Problem(404, "resource_not_found_exception", f"no {self.kind} [{id}]")
        return stored

    def sees(self, principal: Principal, stored: Document) -> bool:
        """Whether a caller may see a document: a visualization as its dataset, a dashboard as any of the account."""
        if principal.admin or stored.body.get("created_by") == principal.username or self.kind == "dashboard":
            return True
        return self._may(principal, "read", stored)

    def change(self, principal: Principal, id: str) -> Document:
        """Return one document that the caller may change: an own one, or one over a dataset that may be written.

        Raises:
            Problem: 403 or 404.
        """
        stored = self.read(principal, id)
        own = principal.admin or stored.body.get("created_by") == principal.username
        if not own and not (self.kind == "visualization" and self._may(principal, "write", stored)):
            reason = f"user [{principal.username}] may not change the {self.kind} [{id}] of another user"
            raise Problem(403, "security_exception", reason)
        return stored

    def _may(self, principal: Principal, action: str, stored: Document) -> bool:
        source = stored.body["source"]
        if source.get("connection_id"):
            return self.gateway.access.allows(principal, action, "connection", source["connection_id"])
        return self.gateway.access.allows(principal, action, "record", source["index"])

    def create(self, principal: Principal, given: Mapping[str, Any], id: str | None = None) -> Document:
        """Store a new document."""
        body = {**self.checked(given), "created_by": principal.username}
        return self.gateway.control.put(self.kind, id or uuid.uuid4().hex, body)

    def store(self, stored: Document, given: Mapping[str, Any]) -> Document:
        """Store another state of a document; who created it stays."""
        body = {**self.checked(given), "created_by": stored.body.get("created_by")}
        return self.gateway.control.put(self.kind, stored.id, body)
