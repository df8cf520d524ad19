"""Pipelines: numbers worked out from the buckets of other aggregations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from infino.local.querydsl.aggs.base import Aggregation, Context, Level, Result, Running
from infino.local.querydsl.aggs.buckets import AggregationBucket
from infino.local.querydsl.aggs.paths import missing, value_at
from infino.local.querydsl.aggs.tree import Node
from infino.local.querydsl.problems import illegal, parsing
from infino.local.querydsl.reading import as_integer, as_object, as_text, known, listed, short

GAPS = ("skip", "insert_zeros", "keep_values")
DERIVATIVE_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
UNIT = re.compile(r"(\d{1,6})?\s*(ms|s|m|h|d|w|second|minute|hour|day|week)", re.ASCII)


class Pipeline(Aggregation):
    """An aggregation over the buckets that it stands in."""

    parent = False
    pipeline = True
    ordered = True
    """Whether the buckets must follow each other."""

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        self.gap = node.options.get("gap_policy", "skip")
        if self.gap not in GAPS:
            raise illegal(
                f"Invalid gap policy: [{short(self.gap)}], accepted values: [insert_zeros, skip, keep_values]"
            )

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return nothing: a pipeline is applied to buckets."""
        return []

    def path(self) -> str:
        """Return the one path to the numbers."""
        given = self.node.options.get("buckets_path")
        if isinstance(given, list) and len(given) == 1:
            given = given[0]
        if not isinstance(given, str) or not given:
            raise parsing(
                f"Missing required field [buckets_path] for {self.node.kind} aggregation [{short(self.node.name)}]"
            )
        return given

    def apply(self, group: list[AggregationBucket]) -> list[AggregationBucket]:
        """Add to the buckets of one parent, reorder them or take some out."""
        return group

    def number(self, bucket: Result, path: str) -> float | None:
        """Return the number of one bucket of the answer, by the gap policy where it has no documents or no number."""
        found = value_at(bucket, path)
        if path == "_count" or self.gap == "keep_values" or (found is not None and bucket.get("doc_count")):
            return found
        return 0.0 if self.gap == "insert_zeros" else None


class CumulativeSum(Pipeline):
    """`cumulative_sum`."""

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        self.numbers = self.path()

    def apply(self, group: list[AggregationBucket]) -> list[AggregationBucket]:
        total = 0.0
        for bucket in group:
            total += self.number(bucket.answer(), self.numbers) or 0.0
            bucket.inner[self.node.name] = {"value": total}
        return group


class Derivative(Pipeline):
    """`derivative`."""

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        self.numbers = self.path()
        self.unit = read_unit(node.options.get("unit"))

    def apply(self, group: list[AggregationBucket]) -> list[AggregationBucket]:
        last: tuple[float, float] | None = None
        for bucket in group:
            value, place = self.number(bucket.answer(), self.numbers), value_at(bucket.answer(), "_key") or 0.0
            if value is None:
                continue
            if last is not None:
                made: Result = {"value": value - last[0]}
                if self.unit and place != last[1]:
                    made["normalized_value"] = made["value"] / ((place - last[1]) / self.unit)
                bucket.inner[self.node.name] = made
            last = (value, place)
        return group


def read_unit(given: Any) -> int:
    """Return the milliseconds of a unit such as `day` or `1d`; zero for none."""
    if given is None:
        return 0
    found = UNIT.fullmatch(as_text(given, "unit"))
    if found is None:
        raise illegal(f"failed to parse setting [derivative.unit] with value [{short(given)}]")
    letter = found[2] if found[2] in DERIVATIVE_UNITS else found[2][0]
    return max(1, int(found[1] or 1) * DERIVATIVE_UNITS[letter])


class BucketSort(Pipeline):
    """`bucket_sort`."""

    ordered = False

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        self.start = as_integer(node.options.get("from", 0), "from")
        self.size = None if node.options.get("size") is None else as_integer(node.options["size"], "size")
        if self.start < 0:
            raise illegal(f"[from] must be a non-negative integer: [{short(node.name)}]")
        if self.size is not None and self.size < 1:
            raise illegal(f"[size] must be a positive integer: [{short(node.name)}]")
        self.sorts: list[tuple[str, bool]] = []
        for item in listed(node.options.get("sort") or []):
            entries: dict[str, Any] = {item: {}} if isinstance(item, str) else as_object(item, "sort")
            for path, given in entries.items():
                order = given if isinstance(given, str) else as_object(given, "sort").get("order", "asc")
                if isinstance(given, dict):
                    known(given, ("order",), "bucket_sort")
                if str(order).lower() not in ("asc", "desc"):
                    raise illegal(f"Unknown SortOrder [{short(order)}]")
                self.sorts.append((path, str(order).lower() == "desc"))
        if not self.sorts and self.size is None and not self.start:
            raise illegal(
                f"[{short(node.name)}] is configured to perform nothing. "
                "Please set either of [sort, size, from] to use bucket_sort"
            )

    def apply(self, group: list[AggregationBucket]) -> list[AggregationBucket]:
        keyed = [(bucket, [self._key(bucket, path) for path, _ in self.sorts]) for bucket in group]
        kept = [pair for pair in keyed if self.gap != "skip" or not pair[1] or None not in pair[1]]
        for number in range(len(self.sorts) - 1, -1, -1):
            kept.sort(key=lambda pair: sortable(pair[1][number]), reverse=self.sorts[number][1])
        end = None if self.size is None else self.start + self.size
        return [bucket for bucket, _ in kept][self.start : end]

    def _key(self, bucket: AggregationBucket, path: str) -> Any:
        if path == "_key":
            key = bucket.shown.get("key")
            if isinstance(key, dict):
                raise illegal(f"[{short(self.node.name)}] can't sort by [_key], which has several parts here")
            return key
        return self.number(bucket.answer(), path)


def sortable(value: Any) -> tuple[bool, bool, Any]:
    """Return a sort key for a number, a text or nothing."""
    return (value is not None, isinstance(value, str), 0 if value is None else value)


class Sibling(Pipeline):
    """A number over all buckets of an aggregation beside it: `avg_bucket` and the like."""

    ordered = False
    sibling = True

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        self.first, _, self.rest = self.path().partition(">")
        if not self.rest:
            raise illegal(
                f"buckets_path must refer to a metric or _count inside a bucket aggregation: [{short(node.name)}]"
            )

    def over(self, results: Result) -> Result:
        """Return the number over the results of one bucket."""
        given = results.get(self.first)
        buckets = given.get("buckets") if isinstance(given, dict) else None
        if buckets is None:
            raise missing(self.first)
        entries = buckets.items() if isinstance(buckets, dict) else [(shown_key(bucket), bucket) for bucket in buckets]
        found = [(key, self.number(bucket, self.rest)) for key, bucket in entries]
        return self.summary([(key, value) for key, value in found if value is not None])

    def summary(self, found: Sequence[tuple[Any, float]]) -> Result:
        """Return the answer over (bucket key, number) pairs."""
        values = [value for _, value in found]
        kind = self.node.kind
        if kind == "sum_bucket":
            return {"value": sum(values)}
        if kind == "avg_bucket":
            return {"value": sum(values) / len(values) if values else None}
        if kind == "stats_bucket":
            least, greatest = (min(values), max(values)) if values else (None, None)
            average = sum(values) / len(values) if values else None
            return {"count": len(values), "min": least, "max": greatest, "avg": average, "sum": sum(values)}
        if not values:
            return {"value": None, "keys": []}
        best = min(values) if kind == "min_bucket" else max(values)
        return {"value": best, "keys": [str(key) for key, value in found if value == best]}


def shown_key(bucket: Result) -> Any:
    """Return the key of a bucket as text where it has one."""
    return bucket.get("key_as_string", bucket.get("key"))


PIPELINES: dict[str, type[Pipeline]] = {
    "cumulative_sum": CumulativeSum, "derivative": Derivative, "bucket_sort": BucketSort,
    "avg_bucket": Sibling, "sum_bucket": Sibling, "min_bucket": Sibling, "max_bucket": Sibling,
    "stats_bucket": Sibling,
}  # fmt: skip
