"""What the pages ask for, each answered by a client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from infino.charts import PagePanel, TableDrawing, Visualization
from infino.charts.html import contents
from infino.core.errors import InfinoError, ValidationError
from infino.web.records import has_records, query

if TYPE_CHECKING:
    from infino import Infino
    from infino.resources.dashboards import PanelResult

Given = Mapping[str, Any]
SAVED_KINDS: Mapping[str, Callable[[str], Visualization]] = {
    "bar": Visualization.bar, "line": Visualization.line, "area": Visualization.area, "pie": Visualization.pie,
    "scatter": Visualization.scatter, "heatmap": Visualization.heatmap, "table": Visualization.table,
}  # fmt: skip
_FULL = {"x": 0, "y": 0, "w": 48, "h": 24}


def overview(client: Infino, given: Given) -> dict[str, Any]:
    """All dashboards and visualizations that the user sees."""
    return {
        "dashboards": [_line(one) for one in client.dashboards.list()],
        "visualizations": [
            {**_line(one), "kind": one.chart.type if one.chart else None} for one in client.visualizations.list()
        ],
    }


def _line(one: Any) -> dict[str, Any]:
    return {"id": one.id, "title": one.title, "description": one.description, "tags": list(one.tags or ())}


def dashboard(client: Infino, given: Given) -> dict[str, Any]:
    """A dashboard and what its panels show; the saved filters and span, until others are given."""
    id = _text(given, "id")
    chosen = "filters" in given
    filters, span = _view(given, {})
    found = client.dashboards.execute(
        id,
        filters=filters if chosen else None,
        time_range=(span or {}) if chosen or "time_range" in given else None,
    )
    # Once the reader has chosen filters, even none, those of the saved dashboard no longer apply.
    filters, span = _view(given, {} if chosen else found.dashboard.to_dict())
    options = found.dashboard.options.to_dict() if found.dashboard.options else {}
    return {
        "title": found.dashboard.title,
        "filters": filters,
        "time_range": span,
        "refresh": options.get("refresh_interval"),
        "panels": _panels(found.page_panels(), list(found)),
    }


def visualization(client: Infino, given: Given) -> dict[str, Any]:
    """One visualization, as a dashboard of one panel shows it."""
    # Here, because the models are many and the other pages do not need them.
    from infino.models import Dashboard, Panel
    from infino.resources.dashboards import DashboardResult, PanelResult

    id = _text(given, "id")
    shown = client.visualizations.get(id)
    filters, span = _view(given, {})
    panel = Panel.from_dict({"id": "panel_0", "viz_id": id, "layout": _FULL})
    try:
        data = client.visualizations.execute(id, filters=filters or None, time_range=span)
        result = PanelResult(panel, shown, data)
    except InfinoError as error:
        result = PanelResult(panel, shown, error=error)
    found = DashboardResult(Dashboard.from_dict({"id": id, "title": shown.title}), (result,))
    return {
        "title": shown.title, "filters": filters, "time_range": span, "refresh": None,
        "panels": _panels(found.page_panels(), [result]),
    }  # fmt: skip


def _panels(panels: list[PagePanel], results: list[PanelResult]) -> list[dict[str, Any]]:
    """The panels, each with what its marks stand for."""
    found = contents(panels)
    for panel, result in zip(found, results, strict=True):
        told, drawn = result.data.metadata if result.data else None, result.visualization
        if told is None or told.binding is None or drawn is None or not result.panel.viz_id:
            continue
        if has_records(drawn.to_dict()):
            skipped = [one.get("field") if isinstance(one, Mapping) else one for one in told.filters_skipped or ()]
            panel["records"] = {
                "visualization": result.panel.viz_id, "x": told.binding.x, "series": told.binding.series,
                "skipped": [name for name in skipped if name not in (told.filters_applied or ())],
            }  # fmt: skip
    return found


def records(client: Infino, given: Given) -> dict[str, Any]:
    """The records behind a row of a visualization."""
    spec = client.visualizations.get(_text(given, "visualization")).to_dict()
    row = given.get("row")
    if not isinstance(row, Mapping | None):
        raise ValidationError("row must be an object", operation="web.records")
    filters, span = _view(given, {})
    skipped = given.get("skipped") or ()
    if not isinstance(skipped, list | tuple):
        raise ValidationError("skipped must be a list of fields", operation="web.records")
    statement, values = query(spec, row, filters, span, skipped)
    result = client.query.sql(statement, values or None)
    columns: list[Any] = []
    drawing = TableDrawing(title="", columns=columns, rows=list(result))
    shown = statement if not values else f"{statement}\n-- ? = {', '.join(map(repr, map(str, values)))}"
    return {"panels": contents([PagePanel(title="Records", drawing=drawing, query=shown, layout=_FULL)])}


def ask(client: Infino, given: Given) -> dict[str, Any]:
    """A question to Fino, with what its chart can be saved as."""
    answer = client.fino.ask(_text(given, "question"), thread=given.get("thread") or None)
    return {
        "panels": contents(answer.panels()),
        "thread": answer.thread_id,
        "suggestions": list(answer.suggestions),
        "save": _savable(answer),
    }


def _savable(answer: Any) -> dict[str, Any] | None:
    """Title, kind, dataset and query of an answer in SQL over a dataset; others cannot be saved."""
    if not answer.sql or not answer.sources:
        return None
    series = (answer.chart or {}).get("series") or []
    first: Any = series[0] if isinstance(series, list) and series else series
    kind = first.get("type") if isinstance(first, Mapping) else None
    # ECharts has no type for areas: one is a line with an `areaStyle`.
    kind = "area" if kind == "line" and first.get("areaStyle") is not None else kind
    return {
        "title": answer.question, "kind": kind if kind in SAVED_KINDS else "table",
        "dataset": answer.sources[0].dataset, "sql": answer.sql,
    }  # fmt: skip


def save(client: Infino, given: Given) -> dict[str, Any]:
    """Save an answer's query as a visualization."""
    made = SAVED_KINDS.get(_text(given, "kind"))
    if made is None:
        raise ValidationError(f"kind must be one of {', '.join(SAVED_KINDS)}", operation="web.save")
    spec = made(_text(given, "title")).query(_text(given, "dataset"), _text(given, "sql"), limit=1000)
    return {"id": client.visualizations.create(spec).id}


def _view(given: Given, saved: Given) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    filters = given.get("filters", saved.get("filters")) or []
    span = given.get("time_range", saved.get("time_range")) or None
    if not isinstance(filters, list) or not all(isinstance(one, Mapping) for one in filters):
        raise ValidationError("filters must be a list of objects", operation="web")
    if not isinstance(span, Mapping | None):
        raise ValidationError("time_range must be an object", operation="web")
    ends = {key: span[key] for key in ("from", "to")} if span and span.get("from") and span.get("to") else None
    return [dict(one) for one in filters], ends


def _text(given: Given, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValidationError(f"{name} must be a text", operation="web")
    return value


ANSWERS: Mapping[str, Callable[[Infino, Given], dict[str, Any]]] = {
    "overview": overview, "dashboard": dashboard, "visualization": visualization, "records": records,
    "ask": ask, "save": save,
}  # fmt: skip
