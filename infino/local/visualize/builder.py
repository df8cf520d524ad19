"""The query of a visualization: written out, or built from its mapping and metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from infino.local.http import Problem
from infino.local.store import identifier, literal

BUCKETS = ("minute", "hour", "day", "week", "month", "quarter", "year")
FUNCTIONS = ("count", "sum", "avg", "min", "max", "none")
AXIS = ("bar", "horizontalBar", "line", "area")
SPLIT = (*AXIS, "heatmap")
NUMBERS = ("metric", "gauge")
Node = Mapping[str, Any]
Warn = Callable[[str, str], None]


@attrs.frozen
class Built:
    """A query and what its columns mean.

    Args:
        sql: The query, without its limit.
        limit: Rows at most; None when the query has a limit of its own.
        offset: Rows to skip.
        binding: The columns of the axes.
    """

    sql: str
    limit: int | None
    offset: int
    binding: dict[str, Any]


@attrs.frozen
class GroupMetric:
    """What is computed for each group."""

    id: str | None
    function: str
    column: str | None
    alias: str
    expression: str


def build(spec: Node, relation: str, conditions: Sequence[str], warn: Warn) -> Built:
    """Write the query of a visualization.

    Args:
        spec: The visualization, whole.
        relation: What to read from: the dataset's name, quoted.
        conditions: SQL conditions that all must hold.
        warn: Takes code and text of what is off but not refused.

    Returns:
        The query.
    """
    sql, mapping, chart = spec["source"]["sql"], spec["mapping"], spec["chart"]["type"]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    limit, offset = _whole(sql.get("limit"), 50, "limit"), _whole(sql.get("offset"), 0, "offset")
    _retired(sql, warn)
    metric = _metric(spec, chart, warn)
    x, bucket = _axis(mapping.get("x"))
    if chart == "table":
        names = ", ".join(identifier(name) for name in mapping.get("y") or ()) or "*"
        order = _order(sql, None, metric, (), warn)
        return Built(f"SELECT {names} FROM {relation}{where}{order}", limit, offset, bound())
    if chart in NUMBERS:
        picked = f"SELECT {metric.expression} AS {identifier(metric.alias)} FROM {relation}{where}"
        return Built(picked, limit, offset, bound(value=metric.alias))
    if x is None:
        warn("missing_x_axis_for_chart", f"a {chart} needs mapping.x; every column is shown")
        return Built(f"SELECT * FROM {relation}{where}", limit, offset, bound())
    if chart == "scatter":
        return _scatter(spec, x, relation, where, limit, offset, warn)
    return _grouped(spec, (x, bucket), metric, relation, where, (limit, offset), warn)


def _grouped(
    spec: Node,
    axis: tuple[str, str | None],
    metric: GroupMetric,
    relation: str,
    where: str,
    page: tuple[int, int],
    warn: Warn,
) -> Built:
    chart, mapping, sql = spec["chart"]["type"], spec["mapping"], spec["source"]["sql"]
    x, bucket = axis
    series = mapping.get("series") if chart in SPLIT else None
    if chart == "heatmap" and not series:
        warn("missing_series_for_heatmap", "a heatmap needs mapping.series for its second axis")
    if mapping.get("y") and chart != "scatter" and metric.function == "count":
        warn("mapping_y_ignored_for_aggregating_chart", "mapping.y is ignored: the metric is computed")
    shown = _bucketed(x, bucket) if bucket else identifier(x)
    top = mapping.get("top")
    if top is not None:
        shown = _top(mapping, x, bucket, shown, metric, relation, where, warn) or shown
    elif chart in ("pie", "bar", "horizontalBar") and not bucket:
        warn("high_cardinality_no_top_n", "")
    names = [(shown, x), *([(identifier(series), series)] if series else [])]
    columns = ", ".join(f"{expression} AS {identifier(name)}" for expression, name in names)
    group = "" if metric.function == "none" else f" GROUP BY {', '.join(str(at + 1) for at in range(len(names)))}"
    order = _order(sql, x, metric, [name for _, name in names], warn)
    statement = (
        f"SELECT {columns}, {metric.expression} AS {identifier(metric.alias)} FROM {relation}{where}{group}{order}"
    )
    return Built(statement, *page, bound(x=x, y=[metric.alias], series=series or None))


def _scatter(spec: Node, x: str, relation: str, where: str, limit: int, offset: int, warn: Warn) -> Built:
    y = list(spec["mapping"].get("y") or ())
    if len(y) > 1:
        warn("multi_y_truncated", "a scatter shows the first column of mapping.y only")
    if not y:
        return Built(f"SELECT {identifier(x)} FROM {relation}{where}", limit, offset, bound(x=x))
    picked = f"SELECT {identifier(x)}, {identifier(y[0])} FROM {relation}{where}"
    return Built(picked, limit, offset, bound(x=x, y=[y[0]]))


def bound(
    x: str | None = None, y: Sequence[str] = (), series: str | None = None, value: str | None = None
) -> dict[str, Any]:
    """The binding that an answer publishes."""
    return {"x": x, "y": list(y), "series": series, "value": value}


def _axis(x: Any) -> tuple[str | None, str | None]:
    if isinstance(x, Mapping):
        bucket = x.get("bucket")
        if bucket is not None and bucket not in BUCKETS:
            reason = f"mapping.x.bucket is {bucket!r}, not one of {', '.join(BUCKETS)}"
            raise Problem(400, "illegal_argument_exception", reason)
        return (str(x["column"]) if x.get("column") else None), bucket
    return (str(x) if x else None), None


def _bucketed(column: str, bucket: str) -> str:
    return f"date_trunc({literal(bucket)}, {identifier(column)})"


def _metric(spec: Node, chart: str, warn: Warn) -> GroupMetric:
    given = [one for one in spec["source"]["sql"].get("metrics") or () if isinstance(one, Mapping)]
    if len(given) > 1:
        warn("multi_metric_truncated", "only the first metric is used")
    y = list(spec["mapping"].get("y") or ())
    if given:
        one = given[0]
        function, column = str(one.get("function") or "count"), one.get("column")
    else:
        one = {}
        function = str(spec.get("aggregation_type") or "count")
        column = y[0] if y and function != "count" else None
    if function not in FUNCTIONS:
        warn("unknown_aggregation_function", f"{function} is unknown; count is used")
        function, column = "count", None
    if function != "count" and not column and not one.get("custom_expression"):
        function = "count"
    if function == "count" and column:
        warn("metric_column_unused_with_count_aggregation", f"count counts records; {column} is not used")
    plain = str(column or "").strip('"`')
    alias = str(
        one.get("alias") or ("count" if function == "count" else plain if function == "none" else f"{function}_{plain}")
    )
    if one.get("custom_expression"):
        expression = str(one["custom_expression"])
    elif function == "count":
        expression = "count(*)"
    else:
        expression = identifier(plain) if function == "none" else f"{function}({identifier(plain)})"
    return GroupMetric(one.get("id"), function, plain or None, alias, expression)


def _top(
    mapping: Node, x: str, bucket: str | None, shown: str, metric: GroupMetric, relation: str, where: str, warn: Warn
) -> str | None:
    """The first axis with all but the largest groups gathered as Other; None when top says nothing here."""
    top = mapping["top"]
    if bucket:
        warn("top_n_other_bucket_incompatible_with_bucket", "mapping.top is ignored: the axis is cut into times")
    elif not mapping.get("other_bucket"):
        warn(
            "top_n_without_other_bucket_use_limit", "mapping.top works with other_bucket; use source.sql.limit instead"
        )
    elif not isinstance(top, int) or isinstance(top, bool) or top < 1:
        warn("top_n_zero_ignored", "mapping.top must be 1 or more")
    else:
        first = (
            f"SELECT {identifier(x)} FROM {relation}{where} GROUP BY 1 ORDER BY {metric.expression} DESC, 1 LIMIT {top}"
        )
        return f"CASE WHEN {identifier(x)} IN ({first}) THEN {identifier(x)}::VARCHAR ELSE 'Other' END"
    return None


def _order(sql: Node, x: str | None, metric: GroupMetric, names: Sequence[str], warn: Warn) -> str:
    parts = []
    for one in sql.get("order_by") or ():
        direction = "DESC" if str(one.get("direction", "")).lower() == "desc" else "ASC"
        if one.get("metric_id") is not None:
            if one["metric_id"] != metric.id:
                warn("order_by_metric_id_unresolved", f"there is no metric {one['metric_id']}; its order is dropped")
                continue
            parts.append(f"{identifier(metric.alias)} {direction}")
            continue
        column = str(one.get("column") or "")
        if one.get("function"):
            if one["function"] in FUNCTIONS and one["function"] != "none":
                counted = "count(*)" if one["function"] == "count" else f"{one['function']}({identifier(column)})"
                parts.append(f"{counted} {direction}")
                continue
            warn("order_by_function_unknown", f"{one['function']} is unknown; the column itself orders")
        if names and column not in (*names, metric.alias):
            warn("order_by_column_unrecognized", f"{column} is not shown; its order is dropped")
            continue
        parts.append(f"{identifier(column)} {direction}")
    if not parts and x is not None:
        parts = [identifier(x)]
    return f" ORDER BY {', '.join(parts)}" if parts else ""


def _retired(sql: Node, warn: Warn) -> None:
    for one in sql.get("dimensions") or ():
        if isinstance(one, Mapping) and one.get("date_interval"):
            warn("dimension_date_interval_ignored", "dimensions are retired; use mapping.x.bucket")
        if isinstance(one, Mapping) and one.get("custom_expression"):
            warn("dimension_custom_expression_ignored", "dimensions are retired")


def _whole(value: Any, default: int, name: str) -> int:
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Problem(400, "illegal_argument_exception", f"source.sql.{name} must be a whole number, 0 or more")
    return value


def overridden(spec: Node, warn: Warn) -> None:
    """Warn of parts that a query written out leaves without effect."""
    sql, mapping = spec["source"]["sql"], spec["mapping"]
    parts = [name for name in ("metrics", "order_by") if sql.get(name)]
    parts += [name for name in ("top", "other_bucket") if mapping.get(name)]
    if isinstance(mapping.get("x"), Mapping) and mapping["x"].get("bucket"):
        parts.append("x.bucket")
    if parts:
        warn("raw_query_overrides_builder_fields", f"raw_query leaves without effect: {', '.join(parts)}")
