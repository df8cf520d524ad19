"""Buckets: assigning documents to them, running what is inside them, and those that are chosen by a condition."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import attrs

from infino.local.catalogue.sortable import address_text, shown
from infino.local.querydsl.aggs.base import Aggregation, Context, Level, Result, Running, tell_buckets
from infino.local.querydsl.aggs.tree import Node
from infino.local.querydsl.fields import NUMERIC, SearchField, sorted_text
from infino.local.querydsl.numbers import number_sql, number_test
from infino.local.querydsl.options import check_options
from infino.local.querydsl.problems import illegal, parsing
from infino.local.querydsl.reading import as_boolean, as_number, as_object, as_text, short
from infino.local.querydsl.termlevel import network_ends
from infino.local.values.dates import DEFAULT_FORMAT, DateContext, read_date, read_zone, show_date


@attrs.define
class AggregationBucket:
    """One bucket of one parent.

    Args:
        parent: The number of the bucket it is in.
        key: Its key as SQL has it.
        shown: What the answer says of it besides the results inside.
        count: How many documents it has.
    """

    parent: int
    key: Any
    shown: Result
    count: int
    inner: Result = attrs.field(factory=dict)

    def answer(self) -> Result:
        """Return the bucket as the answer has it."""
        return {**self.shown, "doc_count": self.count, **self.inner}


class BucketAggregation(Aggregation):
    """An aggregation that puts documents into buckets by a key."""

    key_type = "varchar"

    @abstractmethod
    def keys(self, level: Level) -> str:
        """Return the SQL of (d, p, k): each document with its parent bucket and each of its keys."""

    def fill(self, runner: Running, level: Level, buckets: Sequence[AggregationBucket]) -> None:
        """Run the aggregations inside the buckets."""
        tell_buckets(len(buckets))
        inner = [child for child in self.children if not getattr(child, "pipeline", False)]
        if not inner or not buckets:
            return
        plan = runner.plan
        parents = plan.bind([bucket.parent for bucket in buckets])
        keys = plan.bind([None if bucket.key is None else str(bucket.key) for bucket in buckets])
        chosen = (
            f"select unnest({parents}::bigint[]) p, unnest({keys}::varchar[]::{self.key_type}[]) k,"
            f" unnest(range({len(buckets)})) b"
        )
        assigned = plan.table(
            f"select keys.d, chosen.b from ({self.keys(level)}) keys join ({chosen}) chosen"
            " on keys.p = chosen.p and keys.k is not distinct from chosen.k"
        )
        below = Level.within(level.base, assigned, len(buckets))
        for bucket, result in zip(buckets, runner.run(below, inner), strict=True):
            bucket.inner = result

    def grouped(self, buckets: Sequence[AggregationBucket], size: int) -> list[list[AggregationBucket]]:
        """Return the buckets of each parent, with the pipelines over them applied."""
        groups: list[list[AggregationBucket]] = [[] for _ in range(size)]
        for bucket in buckets:
            groups[bucket.parent].append(bucket)
        for child in self.children:
            apply = getattr(child, "apply", None)
            if apply is not None:
                groups = [apply(group) for group in groups]
        return groups


def keyed(level: Level, key: str, *tests: str) -> str:
    """Return the SQL of (d, p, k): each document with its parent bucket and each of its keys that pass all tests.

    Args:
        level: The buckets.
        key: The SQL of a document's keys, a row each; NULL is none.
        tests: SQL conditions of `k`.
    """
    where = " and ".join(["k is not null", *tests])
    return f"select * from (select d, b as p, {key} as k from {level.rows}) where {where}"


class Choice(BucketAggregation):
    """Buckets that are chosen by conditions; a document may be in several."""

    key_type = "bigint"
    keyed = False

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        self.choices: list[tuple[Result, str]] = self.read_choices()

    @abstractmethod
    def read_choices(self) -> list[tuple[Result, str]]:
        """Return what the answer says of each bucket, and the SQL condition of its documents."""

    def keys(self, level: Level) -> str:
        """Return each document with the number of each choice that it meets."""
        cases = [f"case when {condition} then {n} end" for n, (_, condition) in enumerate(self.choices)]
        each = cases[0] if len(cases) == 1 else f"unnest([{', '.join(cases)}]::bigint[])"
        return keyed(level, each)

    def filled(self, runner: Running, level: Level) -> list[list[AggregationBucket]]:
        """Return the buckets of each parent."""
        counted: dict[tuple[int, int], int] = {}
        if self.choices:
            sql = f"select p, k, count(*) from ({self.keys(level)}) group by p, k"
            counted = {(parent, key): count for parent, key, count in runner.plan.run(sql)}
        buckets = [
            AggregationBucket(parent, number, dict(shown), counted.get((parent, number), 0))
            for parent in range(level.size)
            for number, (shown, _) in enumerate(self.choices)
        ]
        self.fill(runner, level, buckets)
        return self.grouped(buckets, level.size)

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return the buckets of each parent as a list, or as an object when keyed."""
        return [answer_of(group, self.keyed) for group in self.filled(runner, level)]


def answer_of(group: Sequence[AggregationBucket], keyed: bool, *, keep_key: bool = False) -> Result:
    """Return buckets as the answer has them: a list, or an object by key."""
    if not keyed:
        return {"buckets": [bucket.answer() for bucket in group]}
    made: Result = {}
    for bucket in group:
        shown = bucket.answer()
        name = shown.get("key_as_string", shown.get("key"))
        made[str(name)] = {key: value for key, value in shown.items() if key != "key" or keep_key}
    return {"buckets": made}


# --- one bucket


class Single(Choice):
    """One bucket."""

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return the bucket of each parent."""
        return [group[0].answer() if group else {"doc_count": 0} for group in self.filled(runner, level)]


class Filter(Single):
    """`filter`."""

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        self.query = node.options
        super().__init__(attrs.evolve(node, options={}), context, children)

    def read_choices(self) -> list[tuple[Result, str]]:
        query = self.query or {"match_all": {}}
        return [({}, self.context.plan.output(self.context.compile_filter(query)))]


class Missing(Single):
    """`missing`: documents without a value."""

    def read_choices(self) -> list[tuple[Result, str]]:
        name = self.node.options.get("field")
        if not isinstance(name, str):
            raise illegal("Required one of fields [field, script], but none were specified. ")
        if self.node.options.get("missing") is not None:
            return [({}, "false")]  # with a value to stand for none, no document is without one
        held = self.context.compile_filter({"exists": {"field": name}})
        return [({}, f"not {self.context.plan.output(held)}")]


class Global(Single):
    """`global`: all documents, whatever the query."""

    def read_choices(self) -> list[tuple[Result, str]]:
        return [({}, "true")]

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return the one bucket."""
        return super().results(runner, runner.everything())


# --- several


class Filters(Choice):
    """`filters`: named, or in a list."""

    def read_choices(self) -> list[tuple[Result, str]]:
        given, plan = self.node.options.get("filters"), self.context.plan
        if not isinstance(given, dict | list) or not given:
            raise illegal("[filters] cannot be empty")
        self.keyed = isinstance(given, dict) and as_boolean(self.node.options.get("keyed", True), "keyed")
        named = given.items() if isinstance(given, dict) else [(None, query) for query in given]
        made = [
            ({} if name is None else {"key": name}, plan.output(self.context.compile_filter(query)))
            for name, query in named
        ]
        other = self.node.options.get("other_bucket_key")
        if other is not None or as_boolean(self.node.options.get("other_bucket", False), "other_bucket"):
            rest = " and ".join(f"not {condition}" for _, condition in made)
            made.append(
                ({} if isinstance(given, list) else {"key": as_text(other or "_other_", "other_bucket_key")}, rest)
            )
        return made


class RangeBuckets(Choice):
    """Buckets between two ends."""

    def ranges(self) -> list[Any]:
        """Return the ranges that are asked for."""
        self.keyed = as_boolean(self.node.options.get("keyed", False), "keyed")
        ranges = self.node.options.get("ranges")
        if not isinstance(ranges, list) or not ranges:
            raise illegal(f"No [ranges] specified for the [{short(self.node.name)}] aggregation")
        return ranges


class Range(RangeBuckets):
    """`range`: buckets of numbers, from included, to excluded."""

    apart = True

    def read_choices(self) -> list[tuple[Result, str]]:
        self.on = self.field()
        if self.on.kind not in (*NUMERIC, "date", "none"):
            raise self.unfit(self.on.name, self.on.kind)
        self.format = self.date_format(self.on)
        made = []
        for item in self.ranges():
            options = as_object(item, "ranges")
            check_options("ranges", options)
            low, high = self.bound(options, "from"), self.bound(options, "to")
            made.append((low, high, options.get("key")))
        made.sort(key=lambda item: (item[0] is not None, item[0] or 0, item[1] is None, item[1] or 0))
        return [(self.shown(low, high, key), self.condition(low, high)) for low, high, key in made]

    def bound(self, options: dict[str, Any], name: str) -> float | None:
        """Return one end of a range."""
        return None if options.get(name) is None else as_number(options[name], name)

    def condition(self, low: float | None, high: float | None) -> str:
        """Return the SQL condition of a range."""
        ends = [(operator, end) for operator, end in ((">=", low), ("<", high)) if end is not None]
        tests = [
            number_test(self.on, operator, end)("x") if self.on.kind in NUMERIC else f"x {operator} {end!r}::double"
            for operator, end in ends
        ]
        return any_value(
            self.on, self.column(self.on, "double"), " and ".join(tests) or "x is not null", self._missing()
        )

    def _missing(self) -> str | None:
        given = self.node.options.get("missing")
        if given is None or self.on.kind in NUMERIC:
            return None if given is None else number_sql(self.on, given, "missing")
        return repr(as_number(given, "missing"))

    def shown(self, low: float | None, high: float | None, key: Any) -> Result:
        """Return what the answer says of a range."""
        name = f"{'*' if low is None else low}-{'*' if high is None else high}"
        ends = {"from": low, "to": high}
        return {
            "key": name if key is None else as_text(key, "key"),
            **{end: value for end, value in ends.items() if value is not None},
        }


def any_value(field: SearchField, column: str, condition: str, missing: str | None = None) -> str:
    """Return the SQL condition that some value `x` of a field meets a condition."""
    if field.many and field.kind != "none":
        values = f"(case when len({column}) = 0 then [{missing}] else {column} end)" if missing else column
        return f"len(list_filter({values}, lambda x: {condition})) > 0"
    value = f"coalesce({column}, {missing})" if missing else f"({column})"
    return f"coalesce(list_transform([{value}], lambda x: {condition})[1], false)"


class DateRange(Range):
    """`date_range`."""

    def _dates(self) -> DateContext:
        options = self.node.options
        zone = read_zone(options.get("time_zone", "UTC"))
        return DateContext(self.context.plan.now, zone, self.format or DEFAULT_FORMAT)

    def bound(self, options: dict[str, Any], name: str) -> float | None:
        if options.get(name) is None:
            return None
        if isinstance(options[name], list | dict):
            raise parsing(f"[date_range] [{name}] must be a date")
        return read_date(options[name], self._dates())

    def _missing(self) -> str | None:
        given = self.node.options.get("missing")
        return None if given is None else str(read_date(given, self._dates()))

    def shown(self, low: float | None, high: float | None, key: Any) -> Result:
        zone, pattern = read_zone(self.node.options.get("time_zone", "UTC")), self.format
        texts = {
            end: show_date(int(value), pattern, zone)
            for end, value in (("from", low), ("to", high))
            if value is not None
        }
        made = super().shown(low, high, key)
        if key is None:
            made["key"] = f"{texts.get('from', '*')}-{texts.get('to', '*')}"
        for end, text in texts.items():
            made[f"{end}_as_string"] = text
        return made


class AddressRange(RangeBuckets):
    """`ip_range`: buckets of addresses between two of them, or in a network."""

    def read_choices(self) -> list[tuple[Result, str]]:
        self.on = self.field()
        if self.on.kind != "none" and self.on.type != "ip":
            raise self.unfit(self.on.name, self.on.kind)
        made = [self._ends(as_object(item, "ranges")) for item in self.ranges()]
        made.sort(key=lambda item: (item[1] or "", item[2] is None, item[2] or ""))
        return [self._choice(*item) for item in made]

    def _ends(self, options: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
        """Return the key of a range that has one, and its ends as the engine compares them."""
        check_options("ip_ranges", options)
        key = None if options.get("key") is None else as_text(options["key"], "key")
        if (mask := options.get("mask")) is None:
            low, high = (
                None if options.get(end) is None else sorted_text("ip", as_text(options[end], end))
                for end in ("from", "to")
            )
            return key, low, high
        if "from" in options or "to" in options:
            raise illegal("a range of [ip_range] has either [mask], or [from] and [to]")
        first, last = network_ends(as_text(mask, "mask"))
        beyond = int(last, 16) + 1
        return key or str(mask), first, address_text(beyond) if beyond < 2**128 else None

    def _choice(self, key: str | None, low: str | None, high: str | None) -> tuple[Result, str]:
        names = [None if end is None else shown("ip", end) for end in (low, high)]
        plan, given = self.context.plan, self.node.options.get("missing")
        missing = None if given is None else plan.bind(sorted_text("ip", as_text(given, "missing")))
        tests = [f"x {sign} {plan.bind(end)}" for sign, end in ((">=", low), ("<", high)) if end is not None]
        made = {"key": key if key is not None else "-".join(name or "*" for name in names)}
        made |= {end: name for end, name in zip(("from", "to"), names, strict=True) if name is not None}
        return made, any_value(self.on, self.column(self.on), " and ".join(tests) or "x is not null", missing)


CHOICES: dict[str, type[Choice]] = {
    "filter": Filter, "missing": Missing, "global": Global, "filters": Filters, "range": Range,
    "date_range": DateRange, "ip_range": AddressRange,
}  # fmt: skip
