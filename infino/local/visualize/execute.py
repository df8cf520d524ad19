"""Runs a visualization for a caller: rows, what its columns mean, which filters held, and what is off."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from infino.local.http import Problem, unsupported
from infino.local.sql import ask
from infino.local.sql.question import readable
from infino.local.sql.tokens import find, tokens
from infino.local.store import identifier
from infino.local.visualize.builder import Built, bound, build, overridden
from infino.local.visualize.filters import Conditions, conditions, merged, time_filter

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway

KINDS = {
    "Integer": "number", "Float": "number", "Decimal": "number", "Boolean": "boolean",
    "Date": "date", "DateTime": "date", "Null": "null",
}  # fmt: skip
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
    if source["kind"] != "sql":
        raise unsupported(f"visualizations over {source['kind']}")
    if source.get("connection_id") or source.get("connector_id"):
        raise unsupported("visualizations over a connection")
    warnings: list[dict[str, str]] = []

    def warn(code: str, message: str) -> None:
        warnings.append({"code": code, "message": message})

    dataset = str(source["index"])
    types = _types(gateway, principal, dataset)
    found = _conditions(spec, request, types)
    raw = (source["sql"].get("raw_query") or "").strip().rstrip(";")
    if raw:
        overridden(spec, warn)
        built, found = _written(raw, spec, dataset, found)
    else:
        built = build(spec, identifier(dataset), found.sql, warn)
    rows, columns = _run(gateway, principal, built)
    truncated = built.limit is not None and len(rows) > built.limit
    rows = rows if built.limit is None else rows[: built.limit]
    if len(rows) <= MANY_GROUPS:
        warnings = [one for one in warnings if one["code"] != "high_cardinality_no_top_n"]
    metadata = {
        "source_kind": source["kind"],
        "row_count": len(rows),
        "truncated": truncated,
        "took_ms": int((time.perf_counter() - started) * 1000),
        "executed_query": _limited(built, built.limit),
        "filters_applied": list(found.applied),
        "filters_skipped": [dict(one) for one in found.skipped],
        "warnings": [one if one["message"] else {**one, "message": _MANY} for one in warnings],
        "binding": _raw_binding(spec, columns) if raw else built.binding,
    }
    return {"columns": columns, "rows": rows, "metadata": metadata}


_MANY = f"more than {MANY_GROUPS} groups; mapping.top with other_bucket keeps the largest"


def _types(gateway: Gateway, principal: Principal, dataset: str) -> dict[str, str]:
    with gateway.store.reading() as cursor:
        view = readable(gateway, principal, cursor, dataset)
    if view is None:
        raise Problem(404, "index_not_found_exception", f"no such dataset [{dataset}]")
    return {column.name: column.type for column in view.columns}


def _conditions(spec: Node, request: Node, types: Mapping[str, str]) -> Conditions:
    given = request.get("filters") or []
    asked = request.get("time_range")
    if asked and isinstance(asked, Mapping) and not {"from", "to"} <= asked.keys():
        raise Problem(400, "illegal_argument_exception", "time_range needs both from and to")
    span = asked or spec.get("time_range")
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise Problem(400, "illegal_argument_exception", "filters must be a list of objects")
    if span is not None and not isinstance(span, Mapping):
        raise Problem(400, "illegal_argument_exception", "time_range must be an object with from and to")
    column = spec["source"]["sql"].get("time_column") or "@timestamp"
    return conditions([*merged(spec.get("filters") or [], given), *time_filter(span, column)], types)


def _written(raw: str, spec: Node, dataset: str, found: Conditions) -> tuple[Built, Conditions]:
    """A query that is written out: filters narrow its dataset, under the dataset's own name."""
    sql = spec["source"]["sql"]
    own_limit = find(tokens(raw), "LIMIT") is not None
    if found.sql:
        name = identifier(dataset)
        narrowed = f"{name} AS (SELECT * FROM {name} WHERE {' AND '.join(found.sql)})"
        first = tokens(raw)[0]
        rest = raw.encode()[first.end :].decode()  # places are those of bytes
        raw = f"WITH {narrowed}, {rest}" if first.word == "WITH" else f"WITH {narrowed} {raw}"
    return Built(raw, None if own_limit else int(sql.get("limit") or 50), int(sql.get("offset") or 0), bound()), found


def _limited(built: Built, limit: int | None) -> str:
    if limit is None:
        return built.sql
    return f"{built.sql} LIMIT {limit}" + (f" OFFSET {built.offset}" if built.offset else "")


def _run(gateway: Gateway, principal: Principal, built: Built) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    # One row more than asked for tells whether there are more.
    statement = _limited(built, None if built.limit is None else built.limit + 1)
    answer = orjson.loads(ask(gateway, principal, statement, flat=True))
    names = {column["alias"]: column["data_type"].partition("(")[0] for column in answer["columns"]}
    rows = answer["rows"]
    for name in (name for name, kind in names.items() if kind == "Decimal"):
        for row in rows:
            row[name] = None if row[name] is None else Decimal(row[name])
    return rows, [{"name": name, "type": KINDS.get(kind, "string")} for name, kind in names.items()]


def _raw_binding(spec: Node, columns: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Which column goes where: as the mapping says, else the first that fits."""
    names = [column["name"] for column in columns]
    numbers = [column["name"] for column in columns if column["type"] == "number"]
    chart, mapping = spec["chart"]["type"], spec["mapping"]
    if chart == "table":
        return bound()
    if chart in ("metric", "gauge"):
        return bound(value=numbers[0] if numbers else None)
    x = mapping["x"].get("column") if isinstance(mapping.get("x"), Mapping) else mapping.get("x")
    if x not in names:
        x = next((name for name in names if name not in numbers), None)
        if chart == "scatter":
            x = numbers[0] if numbers else None
    series = mapping.get("series") if mapping.get("series") in names else None
    y = [name for name in mapping.get("y") or () if name in names]
    y = y or [name for name in numbers if name not in (x, series)][:1]
    return bound(x=x, y=y, series=series)
