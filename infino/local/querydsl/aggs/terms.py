"""`terms`: a bucket for each value of a field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from infino.local.querydsl.aggs.base import MAX_BUCKETS, Aggregation, Context, Level, Result, Running
from infino.local.querydsl.aggs.buckets import AggregationBucket, BucketAggregation, answer_of, keyed
from infino.local.querydsl.aggs.paths import value_at
from infino.local.querydsl.aggs.tree import Node
from infino.local.querydsl.fields import NUMERIC, SearchField
from infino.local.querydsl.numbers import number_text
from infino.local.querydsl.problems import illegal, parsing
from infino.local.querydsl.reading import as_boolean, as_integer, as_object, as_text, listed, short
from infino.local.querydsl.regexps import RegexpReader
from infino.local.querydsl.termlevel import boolean_of
from infino.local.values.dates import DEFAULT_FORMAT, DateContext, read_date, show_date

Shown = dict[str, Any]


def show_key(field: SearchField, key: Any, pattern: str | None = None) -> Shown:
    """Return what the answer says of a key."""
    if field.kind == "boolean":
        return {"key": int(key), "key_as_string": "true" if key else "false"}
    if field.kind == "date":
        return {"key": key, "key_as_string": show_date(key, pattern)}
    return {"key": field.shown(key)}


def key_value(context: Context, field: SearchField, value: Any) -> str | None:
    """Return the text of a value of the request as the keys of a field are, or None where no key can be it."""
    if field.kind in NUMERIC:
        return number_text(field, value)
    if field.kind == "boolean":
        return str(boolean_of(value))
    if field.kind == "date":
        return str(read_date(value, DateContext(context.plan.now, format=field.format or DEFAULT_FORMAT)))
    return field.compared(as_text(value, "terms"))


def key_text(context: Context, field: SearchField, value: Any, where: str) -> str:
    """Return what `key_value` does, or raise the 400 for a value that no key can be."""
    found = key_value(context, field, value)
    if found is None:
        raise illegal(f"[{where}] {short(value)} can't stand among the values of the field [{short(field.name)}]")
    return found


def each_key(column: str, field: SearchField, missing: str | None, key: Callable[[str], str] | None = None) -> str:
    """Return the SQL of a document's distinct keys, a row each, which is NULL where it has none.

    The key of a single value is made without a list, which would take the engine ten times as long.

    Args:
        column: The column of the values.
        field: Their field.
        missing: The SQL of what stands for none, if anything.
        key: Returns the SQL of the key of a value, where that is another.
    """
    if field.kind == "none" or not field.many:
        value = f"coalesce({column}, {missing})" if missing else column
        return key(value) if key else value
    keys = f"list_distinct({column})"
    if missing:
        keys = f"(case when len({column}) = 0 then [{missing}] else {keys} end)"
    if key:
        keys = f"list_distinct(list_transform({keys}, lambda x: {key('x')}))"
    return f"unnest(case when len({keys}) > 0 then {keys} else [null] end)"


class Terms(BucketAggregation):
    """`terms`, counted exactly: nothing is left out as sharded engines do."""

    apart = True

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        self.on = self.field()
        self.format = self.date_format(self.on)
        shown = node.options.get("show_term_doc_count_error") or False
        self.errors = {"doc_count_error_upper_bound": 0} if as_boolean(shown, "show_term_doc_count_error") else {}
        self.key_type = self.on.sql_type
        self.size = as_integer(node.options.get("size", 10), "size")
        if self.size < 1:
            raise illegal(f"[size] must be greater than 0. Found [{self.size}] in [{short(node.name)}]")
        self.least = as_integer(node.options.get("min_doc_count", 1), "min_doc_count")
        if self.least < 0:
            raise illegal(
                f"[min_doc_count] must be greater than or equal to 0. Found [{self.least}] in [{short(node.name)}]"
            )
        self.column_sql = self.column(self.on)
        self.order = read_order(node.options.get("order"))
        self.chosen = self._chosen()
        missing = node.options.get("missing")
        self.missing = None if missing is None else self._bound(missing)

    def _bound(self, value: Any) -> str:
        key = key_text(self.context, self.on, value, "missing")
        return f"{self.context.plan.bind(key)}::varchar::{self.key_type}"

    def _chosen(self) -> list[str]:
        """Return the SQL conditions of the keys `k` that `include` and `exclude` leave."""
        tests = []
        for name, sign in (("include", ""), ("exclude", "not ")):
            given = self.node.options.get(name)
            if isinstance(given, dict):
                raise illegal("partitions of terms are not supported by the local gateway")
            if isinstance(given, str):
                if self.on.kind not in ("keyword", "none") or self.on.sorted:
                    raise illegal(
                        f"Aggregation [{short(self.node.name)}] cannot support regular expression style "
                        "include/exclude settings as they can only be applied to string fields. "
                        "Use an array of values for include/exclude clauses"
                    )
                expression = RegexpReader(given).translate()
                self.context.plan.check_expression(expression)
                tests.append(f"{sign}regexp_full_match(k::varchar, {self.context.plan.bind(expression)})")
            elif given is not None:
                found = [key_value(self.context, self.on, value) for value in listed(given)]
                keys = self.context.plan.bind([key for key in found if key is not None])
                tests.append(f"{sign}list_contains({keys}::varchar[]::{self.key_type}[], k)")
        return tests

    def keys(self, level: Level) -> str:
        """Return each document with each of its terms."""
        return keyed(level, each_key(self.column_sql, self.on, self.missing), *self.chosen)

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return the greatest buckets of each parent."""
        by_key = all(path in ("_count", "_key", "_term") for path, _ in self.order)
        found, totals = self._counted(runner, level, cut=by_key and self.least > 0)
        if self.least == 0:
            self._add_empty(runner, level, found)
        buckets = [
            AggregationBucket(parent, key, {**show_key(self.on, key, self.format), **self.errors}, count)
            for parent, key, count in found
        ]
        if by_key:
            buckets = self._ordered(buckets, level.size)
        self.fill(runner, level, buckets)
        if not by_key:
            buckets = self._ordered(buckets, level.size)
        kept = [0] * level.size
        for bucket in buckets:
            kept[bucket.parent] += bucket.count
        return [
            {
                "doc_count_error_upper_bound": 0,
                "sum_other_doc_count": max(0, totals.get(parent, 0) - kept[parent]),
                **answer_of(group, False),
            }
            for parent, group in enumerate(self.grouped(buckets, level.size))
        ]

    def _counted(
        self, runner: Running, level: Level, *, cut: bool
    ) -> tuple[list[tuple[int, Any, int]], dict[int, int]]:
        order = ", ".join(
            f"{'n' if path == '_count' else 'k'} {'desc' if descending else 'asc'}" for path, descending in self.order
        )
        size = self.size if cut else MAX_BUCKETS + 1
        place = f"row_number() over (partition by p order by {order if cut else 'n desc'}, k)"
        rows = runner.plan.run(
            f"select p, k, n, sum(n) over (partition by p) as total from (select p, k, count(*) as n"
            f" from ({self.keys(level)}) group by p, k) where n >= {max(self.least, 1)} qualify {place} <= {size}"
        )
        return [row[:3] for row in rows], {row[0]: int(row[3]) for row in rows}

    def _add_empty(self, runner: Running, level: Level, found: list[tuple[int, Any, int]]) -> None:
        """Add the keys that only documents outside the query have."""
        have = {(parent, key) for parent, key, _ in found}
        sql = f"select distinct k from ({self.keys(runner.everything())})"
        every = [row[0] for row in runner.plan.run(sql)]
        found += [(parent, key, 0) for parent in range(level.size) for key in every if (parent, key) not in have]

    def _ordered(self, buckets: list[AggregationBucket], size: int) -> list[AggregationBucket]:
        groups: list[list[AggregationBucket]] = [[] for _ in range(size)]
        for bucket in sorted(buckets, key=lambda bucket: bucket.key):
            groups[bucket.parent].append(bucket)
        for group in groups:
            for path, descending in reversed(self.order):
                group.sort(key=sort_value(path, descending), reverse=descending)
        return [bucket for group in groups for bucket in group[: self.size]]


def sort_value(path: str, descending: bool) -> Callable[[AggregationBucket], Any]:
    """Return what buckets are sorted by; those without a value come last either way."""

    def value(bucket: AggregationBucket) -> Any:
        if path == "_count":
            return (0, bucket.count)
        if path in ("_key", "_term"):
            return (0, bucket.key)
        found = value_at(bucket.answer(), path)
        absent = found is None
        return (absent is not descending, 0.0 if absent else found)

    return value


def read_order(given: Any) -> list[tuple[str, bool]]:
    """Return the (path, descending) pairs of an `order` element; ties go by key."""
    if given is None:
        return [("_count", True)]
    order: list[tuple[str, bool]] = []
    for item in listed(given):
        for path, direction in as_object(item, "order").items():
            word = str(direction).lower()
            if word not in ("asc", "desc"):
                raise parsing(f"Unknown order direction [{short(direction)}]")
            order.append((path, word == "desc"))
    if not order:
        raise parsing("Must specify at least one field for [order]")
    return order


TERMS: dict[str, type[BucketAggregation]] = {"terms": Terms}
