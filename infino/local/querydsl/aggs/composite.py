"""`composite`: a bucket for each combination of keys, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infino.local.http import unsupported
from infino.local.querydsl.aggs.base import Aggregation, Context, Level, Result, Running, tell_buckets
from infino.local.querydsl.aggs.buckets import AggregationBucket, BucketAggregation
from infino.local.querydsl.aggs.histograms import HISTOGRAMS, DateHistogram, Histogram
from infino.local.querydsl.aggs.terms import each_key, key_text
from infino.local.querydsl.aggs.tree import Node
from infino.local.querydsl.fields import SearchField
from infino.local.querydsl.options import check_options
from infino.local.querydsl.problems import illegal, parsing
from infino.local.querydsl.reading import as_boolean, as_integer, as_object, listed, short

ORDERING = ("order", "missing_bucket", "missing_order")


class CompositeSource:
    """One part of the key.

    Args:
        name: What the key calls it.
        given: An object with the kind of the source as its only member.
        context: Gives fields and columns.
    """

    def __init__(self, name: str, given: Any, context: Context) -> None:
        spec = as_object(given, "sources")
        if len(spec) != 1:
            raise parsing(f"a source of [composite] needs exactly one type, found [{short(', '.join(spec))}]")
        kind, options = next(iter(spec.items()))
        options = as_object(options, "sources")
        self.name = name
        if kind not in (*HISTOGRAMS, "terms"):
            raise unsupported(f"the source [{short(kind)}] of the aggregation [composite]")
        check_options(f"composite.{kind}", options)
        self.missing = as_boolean(options.get("missing_bucket", False), "missing_bucket")
        order = str(options.get("order", "asc")).lower()
        if order not in ("asc", "desc"):
            raise illegal(f"Unknown SortOrder [{short(order)}]")
        self.descending = order == "desc"
        self.nulls_first = self._nulls_first(options.get("missing_order"))
        inner = {key: value for key, value in options.items() if key not in ORDERING}
        self.buckets: Histogram | None = None
        self.field: SearchField
        if kind in HISTOGRAMS:
            made = HISTOGRAMS[kind](Node(name, kind, inner), context, ())
            assert isinstance(made, Histogram)
            self.buckets, self.field, self.type = made, made.on, made.key_type
            self.column = made.column_sql
        else:
            self._terms(inner, context)
        if self.field.kind == "range":
            raise illegal(f"Field [{self.field.name}] of type [{self.field.type}] is no source of [composite]")

    def _nulls_first(self, given: Any) -> bool:
        """Return whether the bucket without a value comes before all others."""
        place = "default" if given is None else str(given).lower()
        if place not in ("first", "last", "default"):
            raise illegal(f"Unknown missing_order [{short(given)}]: it is first, last or default")
        if place != "default" and not self.missing:
            raise illegal("missing_order can only be set if missing_bucket is true")
        return place == "first" or (place == "default" and not self.descending)

    def _terms(self, options: dict[str, Any], context: Context) -> None:
        reader = FieldReader(Node(self.name, "terms", options), context, ())
        self.field = reader.field()
        self.column = reader.column(self.field)
        self.type = self.field.sql_type

    def keys(self) -> str:
        """Return the SQL of a document's keys, a row each, which is NULL where it has none."""
        return each_key(self.column, self.field, None, None if self.buckets is None else self.buckets.bucket_sql)

    def show(self, key: Any) -> Any:
        """Return a key as the answer has it."""
        if key is None or self.buckets is None:
            return self.field.shown(key)
        shown = self.buckets.shown(key)
        wanted = isinstance(self.buckets, DateHistogram) and self.buckets.node.options.get("format")
        return shown["key_as_string"] if wanted else shown["key"]

    def read(self, value: Any, context: Context) -> Any:
        """Return a key of the request as SQL has it."""
        if value is None:
            return None
        if isinstance(self.buckets, DateHistogram):
            return self.buckets.floor(self.buckets.read_end(value))
        if self.buckets is not None:
            return self.buckets.read_end(value)
        return key_text(context, self.field, value, "after")


class FieldReader(Aggregation):
    """Reads the field of a source."""

    apart = True

    def check(self) -> None:
        """Check nothing: the source has."""

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Never called: a source has no results of its own."""
        return []


class Composite(BucketAggregation):
    """`composite`."""

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        given = node.options.get("sources")
        entries = [entry for item in listed(given or []) for entry in as_object(item, "sources").items()]
        if not entries:
            raise illegal("Composite [sources] cannot be null or empty")
        self.sources = [CompositeSource(name, spec, context) for name, spec in entries]
        names = [source.name for source in self.sources]
        if len(set(names)) < len(names):
            raise illegal("Composite source names must be unique, found duplicates")
        self.size = as_integer(node.options.get("size", 10), "size")
        if self.size < 1:
            raise illegal(f"[size] must be greater than 0. Found [{self.size}] in [{short(node.name)}]")
        tell_buckets(self.size)
        self.after = None if node.options.get("after") is None else as_object(node.options["after"], "after")
        if self.after is not None and set(self.after) != set(names):
            raise illegal(f"[after] has {len(self.after)} value(s) but [sources] has {len(names)}")

    def _parts(self, level: Level) -> str:
        """Return the SQL of each document with each combination of its keys in columns."""
        rows = level.rows
        for number, source in enumerate(self.sources):
            rows = f"(select *, {source.keys()} as k{number} from {rows}) r"
        present = [f"k{number} is not null" for number, source in enumerate(self.sources) if not source.missing]
        return f"select * from {rows}{' where ' if present else ''}{' and '.join(present)}"

    def _key(self) -> str:
        """Return the SQL of a whole key as one text."""
        parts = ", ".join(f"k{number}::varchar" for number in range(len(self.sources)))
        return f"to_json([{parts}])::varchar"

    def keys(self, level: Level) -> str:
        """Return each document with each of its whole keys."""
        return f"select d, 0 as p, {self._key()} as k from ({self._parts(level)})"

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return one page of buckets."""
        columns = [f"k{number}" for number in range(len(self.sources))]
        order = [
            f"k{number} {'desc' if source.descending else 'asc'} nulls {'first' if source.nulls_first else 'last'}"
            for number, source in enumerate(self.sources)
        ]
        rows = runner.plan.run(
            f"select {', '.join(columns)}, count(*), any_value({self._key()}) from ({self._parts(level)})"
            f" where {self._beyond()} group by {', '.join(columns)} order by {', '.join(order)} limit {self.size}"
        )
        buckets = [AggregationBucket(0, row[-1], {"key": self._shown(row[:-2])}, row[-2]) for row in rows]
        self.fill(runner, level, buckets)
        groups = self.grouped(buckets, 1)
        made: Result = {"buckets": [bucket.answer() for bucket in groups[0]]}
        if rows:
            made = {"after_key": self._shown(rows[-1][:-2]), **made}
        return [made]

    def _shown(self, keys: Sequence[Any]) -> dict[str, Any]:
        return {source.name: source.show(key) for source, key in zip(self.sources, keys, strict=True)}

    def _beyond(self) -> str:
        """Return the SQL condition of the keys after the last one of the page before."""
        if self.after is None:
            return "true"
        parts, level = [], "true"
        for number, source in enumerate(self.sources):
            key, value = f"k{number}", source.read(self.after[source.name], self.context)
            if value is None:
                beyond, same = (f"{key} is not null" if source.nulls_first else "false"), f"{key} is null"
            else:
                bound = f"{self.context.plan.bind(str(value))}::varchar::{source.type}"
                nulls_follow = str(not source.nulls_first).lower()
                beyond = f"coalesce({key} {'<' if source.descending else '>'} {bound}, {nulls_follow})"
                same = f"coalesce({key} = {bound}, false)"
            parts.append(f"({level} and {beyond})")
            level = f"{level} and {same}"
        return f"({' or '.join(parts)})"


COMPOSITE: dict[str, type[BucketAggregation]] = {"composite": Composite}
