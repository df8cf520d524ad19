"""Metrics: numbers about the values of a field in each bucket, all of a level in one statement."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from infino.local.querydsl.aggs.base import Aggregation, Context, Level, Result, Running
from infino.local.querydsl.aggs.tree import Node
from infino.local.querydsl.fields import shortest
from infino.local.querydsl.numbers import number_literal, number_of, number_sql
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.reading import as_boolean, as_number, as_text, listed, short
from infino.local.querydsl.termlevel import boolean_of
from infino.local.values.dates import DEFAULT_FORMAT, DateContext, read_date, show_date


class AggregationMetric(Aggregation):
    """A metric over the values of one field."""

    parent = False
    numeric = True

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        field = context.plan.fields[str(node.options.get("field"))]
        if self.numeric and field.kind in ("text", "keyword", "range"):
            raise self.unfit(short(field.name), field.kind)
        self.on = self.field()
        self.dated = self.on.kind == "date"
        self.format = self.date_format(self.on)
        self.value = self._value()

    def _value(self) -> str:
        """Return the SQL of the value, or of the list of values."""
        kind = self.on.kind
        missing = self.node.options.get("missing")
        stand_in = None if missing is None else self._stand_in(missing)
        if kind == "none":
            return stand_in or "null::double"
        column = self.column(self.on)
        if kind == "boolean":
            column = f"list_transform({column}, lambda x: x::int)" if self.on.many else f"({column})::int"
        elif kind == "keyword" and self.on.many:
            column = f"list_distinct({column})"
        if stand_in is None:
            return column
        if self.on.many:
            return f"(case when len({column}) = 0 then [{stand_in}] else {column} end)"
        return f"coalesce({column}, {stand_in})"

    def _stand_in(self, missing: Any) -> str:
        """Return the SQL of the value that stands for none."""
        kind = self.on.kind
        if kind == "date":
            return str(read_date(missing, DateContext(self.context.plan.now, format=self.format or DEFAULT_FORMAT)))
        if kind == "keyword" or (kind == "none" and not self.numeric):
            return self.context.plan.bind(as_text(missing, "missing")) + "::varchar"
        if kind == "boolean":
            return str(int(boolean_of(missing)))
        if kind == "decimal":
            return number_sql(self.on, missing, "missing")
        return number_literal(number_of(missing))

    @property
    def many(self) -> bool:
        """Whether the value is a list."""
        return self.on.many and self.on.kind != "none"

    @abstractmethod
    def expressions(self, value: str) -> list[str]:
        """Return the SQL aggregates over a value; all are NULL or zero without values."""

    @abstractmethod
    def result(self, values: Sequence[Any]) -> Result:
        """Return the result of what the aggregates gave."""

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return the results of this metric alone."""
        return metric_results(runner, level, [self])[0]

    def shown(self, value: float | Decimal | None) -> Result:
        """Return a single value as the answer has it."""
        if value is None or not math.isfinite(value):
            return {"value": None}
        value = shortest(value)
        if self.dated:
            return {"value": value, "value_as_string": show_date(int(value), self.format)}
        return {"value": value}


def metric_results(runner: Running, level: Level, metrics: Sequence[AggregationMetric]) -> list[list[Result]]:
    """Return the results of metrics that read the same rows, from one statement.

    Args:
        runner: Runs SQL.
        level: The buckets.
        metrics: Either one metric over lists, or any number over single values.

    Returns:
        For each metric, a result for each bucket.
    """
    rows, value = level.rows, metrics[0].value
    if metrics[0].many:
        rows, value = f"(select b, unnest({value}) as v from {level.rows}) u", "v"
    expressions = [metric.expressions(value if metric.many else metric.value) for metric in metrics]
    every = [expression for some in expressions for expression in some]
    found = {row[0]: row[1:] for row in runner.plan.run(f"select b, {', '.join(every)} from {rows} group by b")}
    results: list[list[Result]] = []
    at = 0
    for metric, some in zip(metrics, expressions, strict=True):
        empty = metric.empty() if isinstance(metric, Counted) else (None,) * len(some)
        spans = [found[number][at : at + len(some)] if number in found else empty for number in range(level.size)]
        results.append([metric.result(values) for values in spans])
        at += len(some)
    return results


class Counted(AggregationMetric):
    """A metric that is zero, not absent, without values."""

    def empty(self) -> Sequence[Any]:
        """Return what the aggregates of no rows give."""
        return (0,) * len(self.expressions("v"))


class Average(AggregationMetric):
    """`avg`."""

    def expressions(self, value: str) -> list[str]:
        return [f"avg(({value})::double)"]

    def result(self, values: Sequence[Any]) -> Result:
        return self.shown(values[0])


class Sum(Counted):
    """`sum`."""

    def expressions(self, value: str) -> list[str]:
        return [f"coalesce(sum(({value})::double), 0.0)"]

    def result(self, values: Sequence[Any]) -> Result:
        return self.shown(float(values[0]))


class Least(AggregationMetric):
    """`min`."""

    apart = True

    def expressions(self, value: str) -> list[str]:
        return [f"min({value})"]

    def result(self, values: Sequence[Any]) -> Result:
        return self.shown(values[0])


class Greatest(AggregationMetric):
    """`max`."""

    apart = True

    def expressions(self, value: str) -> list[str]:
        return [f"max({value})"]

    def result(self, values: Sequence[Any]) -> Result:
        return self.shown(values[0])


class ValueCount(Counted):
    """`value_count`."""

    numeric = False

    def expressions(self, value: str) -> list[str]:
        return [f"count({value})"]

    def result(self, values: Sequence[Any]) -> Result:
        return {"value": values[0]}


class Cardinality(Counted):
    """`cardinality`, counted exactly."""

    numeric = False
    apart = True

    def expressions(self, value: str) -> list[str]:
        return [f"count(distinct {value})"]

    def result(self, values: Sequence[Any]) -> Result:
        return {"value": values[0]}


class Stats(AggregationMetric):
    """`stats`."""

    def expressions(self, value: str) -> list[str]:
        number = f"({value})::double"
        return [f"count({value})", f"min({number})", f"max({number})", f"avg({number})", f"sum({number})"]

    def result(self, values: Sequence[Any]) -> Result:
        count, least, greatest, average, total = values
        made: Result = {"count": count or 0, "min": least, "max": greatest, "avg": average, "sum": total or 0.0}
        if self.dated and count:
            for name in ("min", "max", "avg", "sum"):
                made[f"{name}_as_string"] = show_date(int(made[name]), self.format)
        return made


class ExtendedStats(Stats):
    """`extended_stats`."""

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        self.sigma = as_number(node.options.get("sigma", 2.0), "sigma")
        if self.sigma < 0:
            raise illegal(f"[sigma] must be greater than or equal to 0. Found [{self.sigma}] in [{short(node.name)}]")

    def expressions(self, value: str) -> list[str]:
        number = f"({value})::double"
        return [
            *super().expressions(value),
            f"sum({number} * {number})",
            f"var_pop({number})",
            f"case when count({value}) > 1 then var_samp({number}) end",
        ]

    def result(self, values: Sequence[Any]) -> Result:
        count, average = values[0] or 0, values[3]
        squares, population, sample = values[5:]
        deviations = {
            "std_deviation": root(population),
            "std_deviation_population": root(population),
            "std_deviation_sampling": root(sample),
        }
        bounds = {
            "upper": beyond(average, self.sigma, population),
            "lower": beyond(average, -self.sigma, population),
            "upper_population": beyond(average, self.sigma, population),
            "lower_population": beyond(average, -self.sigma, population),
            "upper_sampling": beyond(average, self.sigma, sample),
            "lower_sampling": beyond(average, -self.sigma, sample),
        }
        return {
            **super().result(values[:5]),
            "sum_of_squares": squares if count else None,
            "variance": population,
            "variance_population": population,
            "variance_sampling": sample,
            **deviations,
            "std_deviation_bounds": bounds,
        }


def root(value: float | None) -> float | None:
    """Return the square root of a variance, if there is one."""
    return None if value is None else math.sqrt(max(value, 0.0))


def beyond(average: float | None, sigma: float, variance: float | None) -> float | None:
    """Return the average plus so many standard deviations."""
    deviation = root(variance)
    return None if average is None or deviation is None else average + sigma * deviation


class Percentiles(AggregationMetric):
    """`percentiles`, as a t-digest answers them while each value is a centroid of its own.

    A value stands in the middle of its share: the value number i of n sorted ones, counted from 0, is the quantile
    (i + 1/2) / n; between two of them it is interpolated, and beyond the first and the last it stays.
    Source: T. Dunning and O. Ertl, Computing extremely accurate quantiles using t-digests, arXiv:1902.04023.
    """

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        given = node.options.get("percents", [1, 5, 25, 50, 75, 95, 99])
        self.percents = [as_number(percent, "percents") for percent in listed(given)]
        if not self.percents:
            raise illegal("[percents] must not be empty")
        for percent in self.percents:
            if not 0 <= percent <= 100:
                raise illegal(f"percent must be in [0,100], got [{percent}]: [{short(node.name)}]")
        self.keyed = as_boolean(node.options.get("keyed", True), "keyed")

    def expressions(self, value: str) -> list[str]:
        shares = ", ".join(repr(percent / 100) for percent in self.percents)
        number = f"({value})::double"
        place = "greatest(0.0, least(len(l) - 1.0, q * len(l) - 0.5))"
        low, high = f"l[floor({place})::bigint + 1]", f"l[ceil({place})::bigint + 1]"
        between = f"{low} + ({high} - {low}) * ({place} - floor({place}))"
        values = f"list({number} order by {number}) filter (where {number} is not null)"
        return [f"list_transform([{values}], lambda l: list_transform([{shares}], lambda q: {between}))[1]"]

    def result(self, values: Sequence[Any]) -> Result:
        pairs = zip(self.percents, values[0] or [None] * len(self.percents), strict=True)
        shown = [(str(percent), percent, self.shown(value)) for percent, value in pairs]
        if not self.keyed:
            return {"values": [{"key": percent, **one} for _, percent, one in shown]}
        return {"values": {name + end.removeprefix("value"): v for name, _, one in shown for end, v in one.items()}}


METRICS: dict[str, type[AggregationMetric]] = {
    "avg": Average, "sum": Sum, "min": Least, "max": Greatest, "value_count": ValueCount,
    "cardinality": Cardinality, "stats": Stats, "extended_stats": ExtendedStats, "percentiles": Percentiles,
}  # fmt: skip
