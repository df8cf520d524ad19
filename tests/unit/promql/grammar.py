"""Writes PromQL at random: expressions that parse, over the metrics that `samples` writes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

START = 1_700_000_000_000
INTERVAL = 15_000
STEPS = 400
END = START + INTERVAL * STEPS

COUNTERS = ("requests_total", "bytes_total")
GAUGES = ("temperature", "queue_length", "balance")
BUCKETS = "latency_bucket"
BOUNDS = ("0.1", "0.5", "1", "5", "+Inf")
LABELS = ("job", "instance", "zone")
OVER_TIME = (
    "avg_over_time", "sum_over_time", "min_over_time", "max_over_time", "count_over_time", "last_over_time",
    "stddev_over_time", "stdvar_over_time", "present_over_time", "changes", "resets", "deriv", "delta", "idelta",
)  # fmt: skip
ELEMENTWISE = (
    "abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "deg", "rad", "sin", "cos", "tan", "atan",
    "sinh", "cosh", "tanh", "asinh", "acosh", "asin", "acos", "atanh", "timestamp", "sort", "sort_desc", "absent",
    "minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month", "year",
)  # fmt: skip
AGGREGATIONS = ("sum", "avg", "min", "max", "count", "group", "stddev", "stdvar")


def samples() -> Iterator[tuple[dict[str, str], list[tuple[int, float]]]]:
    """Give the same series every time: counters with resets, gauges with gaps and NaN, classic histograms."""
    rng = Random(20240229)
    for job in ("api", "web", "batch"):
        for instance in range(4):
            labels = {"job": job, "instance": f"i{instance}", "zone": "ab"[instance % 2]}
            for name in COUNTERS:
                yield {"__name__": name, **labels}, _counter(rng)
            for name in GAUGES:
                yield {"__name__": name, **labels}, _gauge(rng, odd=name == "balance")
        yield from _histogram(rng, job)


def _times(rng: Random) -> Iterator[int]:
    gap = rng.randrange(STEPS)
    jitter = rng.choice([0, 0, 700])
    for step in range(STEPS):
        if not gap <= step < gap + 30:
            yield START + step * INTERVAL + rng.randint(0, jitter)


def _counter(rng: Random) -> list[tuple[int, float]]:
    value, points = float(rng.randrange(100)), []
    for time in _times(rng):
        value = 0.0 if rng.random() < 0.01 else value + rng.randrange(20)
        points.append((time, value))
    return points


def _gauge(rng: Random, *, odd: bool) -> list[tuple[int, float]]:
    value, points = rng.uniform(-50, 50), []
    for time in _times(rng):
        value += rng.gauss(0, 3)
        strange = odd and rng.random() < 0.02
        points.append((time, rng.choice([math.nan, math.inf, -math.inf]) if strange else value))
    return points


def _histogram(rng: Random, job: str) -> Iterator[tuple[dict[str, str], list[tuple[int, float]]]]:
    counts, points = [0.0] * len(BOUNDS), [[] for _ in BOUNDS]
    for step in range(STEPS):
        grown = 0
        for place in range(len(BOUNDS)):
            grown += rng.randrange(5)
            counts[place] += grown
            points[place].append((START + step * INTERVAL, counts[place]))
    for bound, each in zip(BOUNDS, points, strict=True):
        yield {"__name__": BUCKETS, "job": job, "le": bound}, each


class Writer:
    """Writes expressions.

    Args:
        rng: Where the choices come from.
    """

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def duration(self) -> str:
        return self.rng.choice(["30s", "1m", "2m", "5m", "7m30s", "12m", "1h"])

    def matchers(self) -> str:
        choices = [
            'job="api"', 'job!="web"', 'instance=~"i[0-2]"', 'zone!~"a|c"', 'job=~"(?i)API|batch"', 'nothing=""',
            'zone="b"', 'instance!=""',
        ]  # fmt: skip
        chosen = self.rng.sample(choices, self.rng.choice([0, 0, 1, 2]))
        return "{" + ",".join(chosen) + "}" if chosen else ""

    def modifier(self) -> str:
        choices = ["", "", "", "", " offset 1m", " offset -3m", " offset 20m", " @ 1700003000", " @ end()"]
        return self.rng.choice([*choices, " @ start() offset 30s"])

    def selector(self) -> str:
        return self.rng.choice(COUNTERS + GAUGES) + self.matchers() + self.modifier()

    def range_vector(self, name: str, depth: int) -> str:
        if depth and self.rng.random() < 0.3:
            step = self.rng.choice(["", "30s", "45s", "2m"])
            return f"({self.vector(depth - 1)})[{self.duration()}:{step}]{self.modifier()}"
        return f"{name}{self.matchers()}[{self.duration()}]{self.modifier()}"

    def scalar(self) -> str:
        numbers = ["1", "0", "-2.5", "3e2", "0.5", "Inf", "NaN", "time()", "pi()", "100"]
        return self.rng.choice([*numbers, 'scalar(temperature{job="api",instance="i1"})', "scalar(temperature)"])

    def over_time(self, depth: int) -> str:
        choice = self.rng.randrange(6)
        if choice < 2:
            counter = self.rng.choice(COUNTERS)
            return f"{self.rng.choice(['rate', 'increase', 'irate'])}({self.range_vector(counter, depth)})"
        inner = self.range_vector(self.rng.choice(GAUGES), depth)
        if choice == 2:
            return f"quantile_over_time({self.rng.choice(['0', '0.3', '0.9', '1', '1.5', '-1'])}, {inner})"
        if choice == 3:
            # With `@`, Prometheus 2.42 lets the window slide over the samples of the first step.
            inner = f"{self.rng.choice(GAUGES)}{self.matchers()}[{self.duration()}]"
            return f"predict_linear({inner}, {self.rng.choice(['0', '60', '3600'])})"
        return f"{self.rng.choice(OVER_TIME)}({inner})"

    def grouping(self) -> str:
        names = ", ".join(self.rng.sample(LABELS, self.rng.randrange(3)))
        return self.rng.choice(["", f" by ({names}) ", f" without ({names}) "])

    def aggregation(self, depth: int) -> str:
        inner = self.vector(depth - 1)
        choice = self.rng.randrange(8)
        if choice == 0:
            return f"quantile{self.grouping()}({self.rng.choice(['0.5', '0', '0.95', '2'])}, {inner})"
        if choice == 1:
            name = self.rng.choice(["topk", "bottomk"])
            return f"{name}{self.grouping()}({self.rng.choice('123')}, temperature{self.matchers()})"
        if choice == 2:
            return f'count_values{self.grouping()}("value", floor({inner} / 50))'
        return f"{self.rng.choice(AGGREGATIONS)}{self.grouping()}({inner})"

    def binary(self, depth: int) -> str:
        left, right = self.vector(depth - 1), self.vector(depth - 1)
        arithmetic = self.rng.choice(["+", "-", "*", "/", "%", "^", "atan2"])
        comparison = self.rng.choice(["==", "!=", ">", "<", ">=", "<="]) + self.rng.choice(["", " bool"])
        operator = self.rng.choice([arithmetic, comparison])
        choice = self.rng.randrange(7)
        if choice == 0:
            return f"({left}) {operator} {self.scalar()}"
        if choice == 1:
            return f"{self.scalar()} {operator} ({left})"
        if choice == 2:
            word = self.rng.choice(["and", "or", "unless"])
            matching = self.rng.choice(["", "on(job)", "ignoring(zone)", "on(job, instance)"])
            return f"({left}) {word} {matching} ({right})"
        if choice == 3:
            one = f"sum by (job) ({right})"
            return f"({left}) {operator} on(job) group_left({self.rng.choice(['', 'zone'])}) ({one})"
        if choice == 4:
            one = f"max by (job) ({left})"
            return f"({one}) {operator} on(job) group_right ({right})"
        if choice == 5:
            return f"({left}) {operator} on(job, instance) ({right})"
        return f"({left}) {operator} ({right})"

    def labels(self, depth: int) -> str:
        inner = self.vector(depth - 1)
        return self.rng.choice(
            [
                f'label_replace({inner}, "new", "$1-x", "instance", "i(.*)")',
                f'label_replace({inner}, "zone", "${{n}}", "job", "(?P<n>a.)i|b(.*)")',
                f'label_join({inner}, "all", "/", "job", "instance", "nothing")',
            ]
        )

    def histogram(self) -> str:
        quantile = self.rng.choice(["0.5", "0.9", "0.99", "0", "1", "-1", "2"])
        inner = self.rng.choice([BUCKETS, f"rate({BUCKETS}[5m])", f"sum by (le) (increase({BUCKETS}[10m]))"])
        return f"histogram_quantile({quantile}, {inner})"

    def element(self, depth: int) -> str:
        inner = self.vector(depth - 1)
        return self.rng.choice(
            [
                f"{self.rng.choice(ELEMENTWISE)}({inner})",
                f"round({inner}, {self.rng.choice(['0.1', '5', '1'])})",
                f"clamp({inner}, -5, {self.rng.choice(['20', '-10'])})",
                f"clamp_min({inner}, {self.scalar()})",
                f"clamp_max({inner}, {self.scalar()})",
                f"-({inner})",
                f"absent_over_time({self.rng.choice(GAUGES)}{self.matchers()}[{self.duration()}])",
            ]
        )

    def vector(self, depth: int) -> str:
        """Write an instant vector whose parts nest at most so deep."""
        if depth <= 0:
            return self.selector()
        choice = self.rng.randrange(12)
        if choice < 3:
            return self.over_time(depth)
        if choice < 6:
            return self.aggregation(depth)
        if choice < 8:
            return self.binary(depth)
        if choice == 8:
            return self.labels(depth)
        if choice == 9:
            return self.histogram()
        return self.element(depth)
