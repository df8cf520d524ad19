"""The query of a visualization: written out, or built from its mapping and metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from infino.local.http import illegal, unsupported
from infino.local.visualize.dialects import Dialect
from infino.local.visualize.documents import BUCKETS, axis_column

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
        cut: The column that is cut into spans of time, if one is.
    """

    sql: str
    limit: int | None
    offset: int
    binding: dict[str, Any]
    cut: str | None = None


@attrs.frozen
class GroupMetric:
    """What is computed for each group."""

    id: str | None
    function: str
    alias: str
    expression: str


@attrs.frozen
class QueryBuilder:
    """Writes the query of a visualization.

    Args:
        spec: The visualization, whole.
        types: The types of the columns by name; empty where they are not known.
        conditions: SQL conditions that all must hold.
        dialect: How queries are written.
        warn: Takes code and text of what is off but not refused.
    """

    spec: Node
    types: Mapping[str, str]
    conditions: Sequence[str]
    dialect: Dialect
    warn: Warn

    def build(self) -> Built:
        """Write the query."""
        sql, mapping, chart = self.spec["source"]["sql"], self.spec["mapping"], self.spec["chart"]["type"]
        _retired(sql, mapping, self.warn)
        metric = self._metric(chart)
        x, bucket = _axis(mapping.get("x"))
        if chart == "table":
            names = ", ".join(self._field(name) for name in mapping.get("y") or ()) or "*"
            return self._built(f"SELECT {names} {self._from()}{self._order(None, metric, ())}", bound())
        if chart in NUMBERS:
            picked = f"SELECT {metric.expression} AS {self._name(metric.alias)} {self._from()}"
            return self._built(picked, bound(value=metric.alias))
        # Not refused: the service shows something for every chart, and says what it is missing.
        if x is None:
            self.warn("missing_x_axis_for_chart", f"a {chart} needs mapping.x; every column is shown")
            return self._built(f"SELECT * {self._from()}", bound())
        if chart == "scatter":
            return self._scatter(x)
        return self._grouped(x, bucket, metric)

    def _built(self, sql: str, binding: dict[str, Any]) -> Built:
        return Built(sql, *page(self.spec), binding)

    def _name(self, name: str) -> str:
        return self.dialect.identifier(name)

    def _field(self, name: str) -> str:
        """Quote a field that is there; SQLite would take the name of any other for a text."""
        if self.types and name.lower() not in {known.lower() for known in self.types}:
            reason = f"there is no field [{name}] in {self.spec['source']['index']}"
            raise illegal(reason)
        return self._name(name)

    def _from(self) -> str:
        where = f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""
        return f"FROM {self._name(self.spec['source']['index'])}{where}"

    def _grouped(self, x: str, bucket: str | None, metric: GroupMetric) -> Built:
        chart, mapping = self.spec["chart"]["type"], self.spec["mapping"]
        series = mapping.get("series") if chart in SPLIT else None
        if chart == "heatmap" and not series:
            self.warn("missing_series_for_heatmap", "a heatmap needs mapping.series for its second axis")
        taken = {name.lower() for name in (x, series) if name}
        if metric.alias.lower() in taken:  # two columns of one name could not be told apart
            free = next(name for n in range(1, 4) if (name := f"{metric.alias}_{n}").lower() not in taken)
            metric = attrs.evolve(metric, alias=free)
        shown = self.dialect.truncated(self._field(x), bucket) if bucket else self._field(x)
        other = None
        if mapping.get("top") is not None:
            other = self._top(x, bucket, metric)
        elif chart in ("pie", "bar", "horizontalBar") and not bucket:
            self.warn("high_cardinality_no_top_n", "")
        second = [self._field(series)] if series and series.lower() != x.lower() else []
        # A store may not know a sub-select again that it is to group by; all of these know a place.
        groups = ["1" if other else shown, *second]
        names = [(other or shown, x), *((column, str(series)) for column in second)]
        columns = ", ".join(f"{expression} AS {self._name(name)}" for expression, name in names)
        group = "" if metric.function == "none" else f" GROUP BY {', '.join(groups)}"
        order = self._order(x, metric, [name for _, name in names])
        statement = f"SELECT {columns}, {metric.expression} AS {self._name(metric.alias)} {self._from()}{group}{order}"
        binding = bound(x=x, y=[metric.alias], series=(series if second else x) if series else None)
        return Built(statement, *page(self.spec), binding, x if bucket else None)

    def _scatter(self, x: str) -> Built:
        y = list(self.spec["mapping"].get("y") or ())
        if len(y) > 1:
            self.warn("multi_y_truncated", "a scatter shows the first column of mapping.y only")
        columns = ", ".join(map(self._field, (x, *y[:1])))
        return self._built(f"SELECT {columns} {self._from()}", bound(x=x, y=y[:1]))

    def _metric(self, chart: str) -> GroupMetric:
        # Newer documents name metrics; older ones say the same by `aggregation_type` and the first column of y.
        given = [one for one in self.spec["source"]["sql"].get("metrics") or () if isinstance(one, Mapping)]
        if len(given) > 1:
            self.warn("multi_metric_truncated", "only the first metric is used")
        y = list(self.spec["mapping"].get("y") or ())
        if given:
            one = given[0]
            function, column = str(one.get("function") or "count"), one.get("column")
        else:
            one = {}
            function = str(self.spec.get("aggregation_type") or "count")
            column = y[0] if y and function != "count" else None
        if function not in FUNCTIONS:
            self.warn("unknown_aggregation_function", f"{function} is unknown; count is used")
            function, column = "count", None
        if function != "count" and not column and not one.get("custom_expression"):
            self.warn("unknown_aggregation_function", f"{function} needs a column; count is used")
            function = "count"
        if chart not in ("scatter", "table") and y and y != [column]:
            self.warn("mapping_y_ignored_for_aggregating_chart", "mapping.y is ignored: the metric is computed")
        if function == "count" and column:
            self.warn("metric_column_unused_with_count_aggregation", f"count counts records; {column} is not used")
        # Documents may hold columns as they are quoted in SQL.
        plain = str(column or "").strip('"`')
        usual = "count" if function == "count" else plain if function == "none" else f"{function}_{plain}"
        if one.get("custom_expression"):
            expression = str(one["custom_expression"])
        elif function == "count":
            expression = "count(*)"
        else:
            expression = self._field(plain) if function == "none" else f"{function}({self._field(plain)})"
        return GroupMetric(one.get("id"), function, str(one.get("alias") or usual), expression)

    def _top(self, x: str, bucket: str | None, metric: GroupMetric) -> str | None:
        """The first axis with all but the largest groups gathered as Other; None when top says nothing here."""
        mapping = self.spec["mapping"]
        top, dialect = mapping["top"], self.dialect
        if bucket:
            self.warn(
                "top_n_other_bucket_incompatible_with_bucket", "mapping.top is ignored: the axis is cut into times"
            )
        elif not mapping.get("other_bucket"):
            why = "mapping.top works with other_bucket; use source.sql.limit instead"
            self.warn("top_n_without_other_bucket_use_limit", why)
        elif top < 1:
            self.warn("top_n_zero_ignored", "mapping.top must be 1 or more")
        elif not dialect.grouped_subqueries:
            raise unsupported(f"mapping.top with other_bucket over a connection in the dialect [{dialect.name}]")
        else:
            name = self._name(x)
            missing = f"{'AND' if self.conditions else 'WHERE'} {name} IS NOT NULL"
            largest = (
                f"SELECT {name} {self._from()} {missing} GROUP BY {name} ORDER BY {metric.expression} DESC, {name}"
            )
            # Some stores take no LIMIT right inside IN.
            first = f"SELECT {name} FROM ({dialect.limited(largest, top, 0)}) AS largest"
            return f"CASE WHEN {name} IN ({first}) THEN {dialect.as_text(name)} ELSE 'Other' END"
        return None

    def _order(self, x: str | None, metric: GroupMetric, names: Sequence[str]) -> str:
        parts = []
        for one in self.spec["source"]["sql"].get("order_by") or ():
            word = str(one.get("direction") or "asc").lower()
            direction = "DESC" if word == "desc" else "ASC"
            if word not in ("asc", "desc"):
                self.warn("order_by_direction_unknown", f"{word} is unknown; asc is used")
            if one.get("metric_id") is not None:
                if one["metric_id"] != metric.id:
                    why = f"there is no metric {one['metric_id']}; its order is dropped"
                    self.warn("order_by_metric_id_unresolved", why)
                    continue
                parts.append(f"{self._name(metric.alias)} {direction}")
                continue
            column = str(one.get("column") or "")
            if one.get("function"):
                if one["function"] in FUNCTIONS and one["function"] != "none":
                    counted = "count(*)" if one["function"] == "count" else f"{one['function']}({self._field(column)})"
                    parts.append(f"{counted} {direction}")
                    continue
                self.warn("order_by_function_unknown", f"{one['function']} is unknown; the column itself orders")
            # Only what is selected can be ordered by in all of these stores.
            if names and column not in (*names, metric.alias):
                self.warn("order_by_column_unrecognized", f"{column} is not shown; its order is dropped")
                continue
            parts.append(f"{self._name(column) if names else self._field(column)} {direction}")
        # Without any order the groups of a chart would change their places from call to call.
        if not parts and x is not None:
            parts = [self._name(x)]
        return f" ORDER BY {', '.join(parts)}" if parts else ""


def page(spec: Node) -> tuple[int, int]:
    """How many rows are shown, and how many are skipped before them."""
    sql = spec["source"]["sql"]
    limit = sql.get("limit")
    return 50 if limit is None else limit, sql.get("offset") or 0


def bound(
    x: str | None = None, y: Sequence[str] = (), series: str | None = None, value: str | None = None
) -> dict[str, Any]:
    """The binding that an answer publishes."""
    return {"x": x, "y": list(y), "series": series, "value": value}


def _axis(x: Any) -> tuple[str | None, str | None]:
    bucket = x.get("bucket") if isinstance(x, Mapping) else None
    if bucket is not None and bucket not in BUCKETS:
        reason = f"mapping.x.bucket is {bucket!r}, not one of {', '.join(BUCKETS)}"
        raise illegal(reason)
    column = axis_column(x)
    return (str(column) if column else None), bucket


def _retired(sql: Node, mapping: Node, warn: Warn) -> None:
    """Warn of what is left of retired dimensions, whose parts became those of the mapping where they could."""
    for one in sql.get("dimensions") or ():
        if not isinstance(one, Mapping):
            continue
        if one.get("date_interval") and _axis(mapping.get("x"))[1]:
            warn("x_bucket_conflicts_with_date_interval", "mapping.x.bucket holds; dimensions are retired")
        elif one.get("date_interval"):
            warn("dimension_date_interval_ignored", "dimensions are retired; use mapping.x.bucket")
        if one.get("custom_expression"):
            warn("dimension_custom_expression_ignored", "dimensions are retired")
        x = _axis(mapping.get("x"))[0]
        if one.get("column") not in (None, x) and (one.get("top") is not None or one.get("other_bucket") is not None):
            warn("top_n_other_bucket_unsupported_on_non_x", "top and other_bucket are for mapping.x")


def overridden(spec: Node, warn: Warn) -> None:
    """Warn of parts that a query written out leaves without effect."""
    sql, mapping = spec["source"]["sql"], spec["mapping"]
    parts = [name for name in ("metrics", "order_by") if sql.get(name)]
    parts += [name for name in ("top", "other_bucket") if mapping.get(name)]
    if isinstance(mapping.get("x"), Mapping) and mapping["x"].get("bucket"):
        parts.append("x.bucket")
    if parts:
        warn("raw_query_overrides_builder_fields", f"raw_query is used as it is, without {', '.join(parts)}")
