"""What all aggregations share: the level they run at, and how they read their options and fields."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import attrs

from infino.local.http import Problem, unsupported
from infino.local.querydsl.aggs.tree import Node
from infino.local.querydsl.fields import SearchField
from infino.local.querydsl.highlight import Mark
from infino.local.querydsl.options import check_options
from infino.local.querydsl.plan import SearchPlan
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.reading import as_text, short
from infino.local.querydsl.sorting import check_values

MAX_BUCKETS = 65_536
Result = dict[str, Any]
Documents = Mapping[int, tuple[str, dict[str, Any]]]
"""Number -> id and document."""
OVER_RANGES = ("value_count", "cardinality", "histogram", "date_histogram")
"""Aggregations over fields of ranges."""


@attrs.frozen
class Level:
    """The documents of all buckets at one depth.

    Args:
        base: The table of documents, with their columns; `d` numbers them.
        rows: SQL for use after FROM: the columns of the documents, and `b`, the number of the bucket each is in.
        size: How many buckets there are; one without documents has no row.
    """

    base: str
    rows: str
    size: int

    @classmethod
    def root(cls, base: str) -> Level:
        """Return the level of one bucket that holds every document of a table."""
        return cls(base, f"(select *, 0 as b from {base}) r", 1)

    @classmethod
    def within(cls, base: str, assigned: str, size: int) -> Level:
        """Return the level of buckets that a table of (d, b) assigns documents to."""
        return cls(base, f"(select m.*, a.b from {assigned} a join {base} m on m.d = a.d) r", size)


@attrs.frozen
class Context:
    """What aggregations are prepared with.

    Args:
        plan: Collects the columns they read.
        compile_filter: Compiles a query into an SQL condition.
        documents: Returns number -> id and document as the caller may see it.
        versions: Returns number -> what is wanted of its version, or of its sequence number.
        marks_of: Returns what a query of its own would highlight.
        part: Returns the context of the objects at a path.
        outer: The context of the documents that the objects are in, where it is about objects.
    """

    plan: SearchPlan
    compile_filter: Callable[[Any], str]
    documents: Callable[[list[int]], Documents]
    versions: Callable[[list[int], bool, bool], dict[int, dict[str, int]]]
    marks_of: Callable[[Any], Mapping[str, Sequence[Mark]]]
    part: Callable[[str], Context]
    outer: Context | None = None


class Running(Protocol):
    """What runs aggregations at a level."""

    plan: SearchPlan
    outer: tuple[Running, str] | None

    def into(self, part: SearchPlan, base: str) -> Running:
        """Return what runs aggregations over objects of the documents in a table."""
        ...

    def run(self, level: Level, works: Sequence[Aggregation]) -> list[Result]:
        """Return the results of aggregations for each bucket of a level."""
        ...

    def everything(self) -> Level:
        """Return the level of all documents of the dataset, matched or not."""
        ...


class Aggregation(ABC):
    """One aggregation, prepared: its options are checked and its columns registered.

    Args:
        node: What was asked for.
        context: Gives the plan.
        children: The prepared aggregations inside it.
    """

    parent = True
    """Whether it may hold other aggregations."""
    apart = False
    """Whether it tells values apart, so that numbers which a double would merge stay two."""
    histogram = False
    """Whether its buckets follow each other, so that one can be compared to the one before."""

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        self.node = node
        self.context = context
        self.children = children
        self.check()
        if children and not self.parent:
            raise illegal(f"Aggregator [{short(node.name)}] of type [{node.kind}] cannot accept sub-aggregations")

    @classmethod
    def context_inside(cls, node: Node, context: Context) -> Context:
        """Return the context of the aggregations inside one."""
        return context

    def check(self) -> None:
        """Refuse options that do not exist or would not act."""
        check_options(self.node.kind, self.node.options)

    @abstractmethod
    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return a result for each bucket of the level."""

    def field(self) -> SearchField:
        """Return the field that the options name."""
        name = self.node.options.get("field")
        if not isinstance(name, str):
            raise illegal("Required one of fields [field, script], but none were specified. ")
        found = self.context.plan.fields[name]
        check_values(found)
        if found.kind == "range" and self.node.kind not in OVER_RANGES:
            raise self.unfit(name, found.type)
        if found.kind == "range" and self.node.options.get("missing") is not None:
            raise unsupported(f"[missing] in [{self.node.kind}] of the field [{name}], which is one of ranges")
        return found.told_apart() if self.apart else found

    def unfit(self, name: str, kind: str) -> Problem:
        """Return the 400 for a field of a kind that this does not work on."""
        return illegal(f"Field [{name}] of type [{kind}] is not supported for aggregation [{self.node.kind}]")

    def column(self, field: SearchField, unmapped: str = "varchar") -> str:
        """Return the column of the matched documents that holds a field.

        Args:
            field: The field.
            unmapped: The SQL type to take for a field that no document has.
        """
        if field.kind == "none":
            return f"null::{unmapped}"
        return self.context.plan.output(self.context.plan.column(field))

    def date_format(self, field: SearchField) -> str | None:
        """Return the `format` of dates, that of the mapping if none is asked for; numbers have none here."""
        pattern = self.node.options.get("format")
        if pattern is None:
            return field.format or None
        if field.kind not in ("date", "none") and field.type != "date_range":
            raise unsupported(f"[format] in [{self.node.kind}] of the field [{short(field.name)}], which is not a date")
        return as_text(pattern, "format")


def tell_buckets(count: int) -> None:
    """Refuse more buckets than an answer may have."""
    if count > MAX_BUCKETS:
        raise illegal(
            f"Trying to create too many buckets. Must be less than or equal to: [{MAX_BUCKETS}] but this number of "
            "buckets was exceeded. This limit can be set by changing the [search.max_buckets] cluster level setting."
        )
