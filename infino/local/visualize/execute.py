"""Runs a visualization for a caller: rows, what its columns mean, which filters held, and what is off."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from infino.local.http import illegal
from infino.local.sources.catalogue import KINDS
from infino.local.visualize import forms
from infino.local.visualize.builder import Built, QueryBuilder, bound, overridden, page
from infino.local.visualize.documents import axis_column
from infino.local.visualize.filters import Conditions, conditions, merged, time_filter
from infino.local.visualize.origins import Origin, origin

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway

MANY_GROUPS = 15
Node = Mapping[str, Any]


def execute(gateway: Gateway, principal: Principal, spec: Node, request: Node) -> dict[str, Any]:
    """Run a visualization.

    Args:
        gateway: The gateway.
        principal: Who asks; sees only what access rules allow.
        spec: The visualization, whole.
        request: `filters` and `time_range` of this run.

    Returns:
        The body of the answer.

    Raises:
        Problem: 400, 403, 404, or 501 for what only the service runs.
    """
    started = time.perf_counter()
    source = spec["source"]
    warnings: list[dict[str, str]] = []

    def warn(code: str, message: str) -> None:
        warnings.append({"code": code, "message": message})

    for name in forms.unknown({**{key: spec.get(key) for key in forms.RUN}, **request}, forms.RUN):
        warn("unknown_member", f"{name} is unknown; it is not used")
    connector = source.get("connector_id")
    if connector and connector not in KINDS:
        warn("unknown_connector_id", f"there is no connector {connector}; GET /sources lists them")
    place = origin(gateway, principal, source)
    raw = (source["sql"].get("raw_query") or "").strip().rstrip(";").rstrip()
    filters = _filters(spec, request)
    types = place.types(bool(filters) or not raw)
    found = conditions(filters, source["index"], types, place.dialect)
    if raw:
        overridden(spec, warn)
        built, found = _written(raw, spec, place, found)
    else:
        built = QueryBuilder(spec, types, found.sql, place.dialect, warn).build()
    # One row more than asked for tells whether there are more.
    rows, columns = place.rows(_limited(built, place, 1))
    if built.cut is not None:  # some stores have no moments, and give what was cut as text
        columns = [{**one, "type": "date"} if one["name"] == built.cut else one for one in columns]
    truncated = built.limit is not None and len(rows) > built.limit
    rows = rows if built.limit is None else rows[: built.limit]
    if len(rows) <= MANY_GROUPS:
        warnings = [one for one in warnings if one["code"] != "high_cardinality_no_top_n"]
    metadata = {
        "source_kind": source["kind"],
        "row_count": len(rows),
        "truncated": truncated,
        "took_ms": int((time.perf_counter() - started) * 1000),
        "executed_query": _limited(built, place),
        "filters_applied": list(found.applied),
        "filters_skipped": [dict(one) for one in found.skipped],
        "warnings": [one if one["message"] else {**one, "message": _MANY} for one in warnings],
        "binding": _raw_binding(spec, columns) if raw else built.binding,
    }
    return {"columns": columns, "rows": rows, "metadata": metadata}


_MANY = f"more than {MANY_GROUPS} groups; mapping.top with other_bucket keeps the largest"


def _filters(spec: Node, request: Node) -> list[Node]:
    given = request.get("filters") or []
    asked = request.get("time_range")
    if asked and isinstance(asked, Mapping) and not {"from", "to"} <= asked.keys():
        raise illegal("time_range needs both from and to")
    span = asked or spec.get("time_range")
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise illegal("filters must be a list of objects")
    if span is not None and not isinstance(span, Mapping):
        raise illegal("time_range must be an object with from and to")
    column = spec["source"]["sql"].get("time_column") or "@timestamp"
    return [*merged(spec.get("filters") or [], given, spec["source"]["index"]), *time_filter(span, column)]


def _written(raw: str, spec: Node, place: Origin, found: Conditions) -> tuple[Built, Conditions]:
    """A query that is written out: filters narrow its table, under the table's own name."""
    limit, offset = page(spec)
    own_limit = place.limits(raw)
    if found.sql:
        narrowed = place.narrowed(raw, " AND ".join(found.sql))
        if narrowed is None:
            reason = f"raw_query does not read {spec['source']['index']} in a way that a filter can be put before"
            skipped = [*found.skipped, *({"field": field, "reason": reason} for field in found.applied)]
            found = Conditions((), (), tuple(skipped))
        raw = narrowed or raw
    return Built(raw, None if own_limit else limit, offset, bound()), found


def _limited(built: Built, place: Origin, more: int = 0) -> str:
    return built.sql if built.limit is None else place.dialect.limited(built.sql, built.limit + more, built.offset)


def _raw_binding(spec: Node, columns: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Which column goes where: as the mapping says, else the first that fits."""
    names = [column["name"] for column in columns]
    numbers = [column["name"] for column in columns if column["type"] == "number"]
    chart, mapping = spec["chart"]["type"], spec["mapping"]
    if chart == "table":
        return bound()
    hinted = [name for name in mapping.get("y") or () if name in names]
    if chart in ("metric", "gauge"):
        return bound(value=next(iter([*hinted, *numbers, *names]), None))
    x = axis_column(mapping.get("x"))
    if x not in names:
        x = next((name for name in names if name not in numbers), None)
        if chart == "scatter":
            x = numbers[0] if numbers else None
    series = mapping.get("series") if mapping.get("series") in names else None
    y = hinted or [name for name in numbers if name not in (x, series)][:1]
    return bound(x=x, y=y, series=series)
