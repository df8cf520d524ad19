"""Turns a query object into a clause: finds the compiler of its kind, and bounds depth and size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from infino.local.http import Problem, unsupported
from infino.local.querydsl.fields import SearchField
from infino.local.querydsl.highlight import Mark
from infino.local.querydsl.options import check_query
from infino.local.querydsl.plan import Clause, SearchPlan
from infino.local.querydsl.problems import illegal, parsing, token
from infino.local.querydsl.reading import short

MAX_DEPTH = 30
MAX_CLAUSES = 1024
TOO_MANY = "too_many_nested_clauses"
KNOWN_ELSEWHERE = frozenset(
    [
        "combined_fields",
        "common",
        "distance_feature",
        "function_score",
        "geo_bounding_box",
        "geo_distance",
        "geo_polygon",
        "geo_shape",
        "has_child",
        "has_parent",
        "intervals",
        "knn",
        "knn_query",
        "more_like_this",
        "neural",
        "parent_id",
        "percolate",
        "pinned",
        "rank_feature",
        "rule",
        "rule_query",
        "script",
        "script_score",
        "semantic",
        "shape",
        "span_containing",
        "span_first",
        "span_multi",
        "span_near",
        "span_not",
        "span_or",
        "span_term",
        "span_within",
        "sparse_vector",
        "terms_set",
        "text_expansion",
        "weighted_tokens",
        "wrapper",
        "xy_shape",
    ]
)

Handler = Callable[["Compiler", Any], Clause]


class Compiler:
    """Compiles queries into a plan.

    Args:
        plan: Where columns, values and text hits are collected.
        handlers: Query kind -> its compiler.
        scoring: Whether scores are wanted at all.
        naming: Whether the queries with a `_name` are remembered, to tell which of them a hit meets.

    Examples:
        >>> Compiler(plan, HANDLERS).query({"term": {"carrier.keyword": "UA"}}).match
        'coalesce(c0 = $b0, false)'
    """

    def __init__(
        self, plan: SearchPlan, handlers: Mapping[str, Handler], *, scoring: bool = True, naming: bool = False
    ) -> None:
        self.plan = plan
        self._naming = naming
        self.scoring = scoring
        self._handlers = handlers
        self._depth = 0
        self._clauses = 0
        self._marking = True

    def query(self, body: Any) -> Clause:
        """Compile one query object.

        Args:
            body: An object with the kind of the query as its only member.

        Raises:
            Problem: 400 when it is malformed, 501 when its kind exists but is not supported here.
        """
        kind, options = read_kind(body)
        handler = self._handlers.get(kind)
        if handler is None:
            if kind in KNOWN_ELSEWHERE:
                raise unsupported(f"the query [{kind}]")
            raise parsing(f"unknown query [{short(kind)}]")
        if self._depth >= MAX_DEPTH:
            raise illegal(
                f"The nested depth of the query exceeds the maximum nested depth [{MAX_DEPTH}] for bool queries set in "
                "[indices.query.bool.max_nested_depth]"
            )
        self._depth += 1
        before = self._clauses
        try:
            clause = handler(self, options)
        finally:
            self._depth -= 1
        if self._clauses == before:
            self.count()
        if self._naming:
            self._remember(options, clause)
        return clause

    def _remember(self, options: dict[str, Any], clause: Clause) -> None:
        """Keep the condition of a query that has a name: its own, or in the options of its one field."""
        given = [options, *(value for value in options.values() if isinstance(value, dict))]
        name = next((one["_name"] for one in given if one.get("_name") is not None), None)
        if isinstance(name, str):
            self.plan.named[name] = clause.match

    def count(self, clauses: int = 1) -> None:
        """Count clauses against the greatest number a query may have, as Lucene does: each word, phrase, value or
        pattern in each field is one, what holds others is none; a query that counts none itself is one.
        """
        self._clauses += clauses
        if self._clauses > MAX_CLAUSES:
            raise Problem(
                400,
                TOO_MANY,
                f"Query contains too many nested clauses; maxClauseCount is set to {MAX_CLAUSES}",
            )

    def mark(self, field: SearchField, mark: Mark) -> None:
        """Remember what a positive query on a field would highlight."""
        if self._marking:
            self.plan.mark(field, mark)

    @contextmanager
    def inside(self, plan: SearchPlan) -> Iterator[None]:
        """Compile queries on other documents, whose names are not told of those that hold them."""
        before = self.plan, self._naming
        self.plan, self._naming = plan, False
        try:
            yield
        finally:
            self.plan, self._naming = before

    @contextmanager
    def filtering(self, *, negative: bool = False) -> Iterator[None]:
        """Compile queries whose scores nobody reads.

        Args:
            negative: Whether they exclude documents, so that they highlight nothing.
        """
        before = self.scoring, self._marking
        self.scoring = False
        self._marking = self._marking and not negative
        try:
            yield
        finally:
            self.scoring, self._marking = before


def read_kind(body: Any) -> tuple[str, Any]:
    """Return the kind and the options of a query object."""
    if not isinstance(body, dict):
        raise parsing("[_na] query malformed, must start with start_object")
    if not body:
        raise illegal("query malformed, empty clause found")
    kind, options = next(iter(body.items()))
    if not isinstance(options, dict):
        raise parsing(f"[{short(str(kind))}] query malformed, no start_object after query name")
    if len(body) > 1:
        raise parsing(f"[{short(str(kind))}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]")
    return str(kind), options


def single_field(kind: str, body: dict[str, Any], value_key: str) -> tuple[str, dict[str, Any]]:
    """Return the field and the options of a query of the form `{field: value}` or `{field: {...}}`.

    Args:
        kind: The query kind, for messages.
        body: What stands under the kind.
        value_key: The option that the short form stands for.
    """
    outer: dict[str, Any] = {
        name: body[name] for name in ("boost", "_name") if name in body and not isinstance(body[name], dict)
    }
    names = [name for name in body if name not in outer]
    if not names:
        raise parsing(f"[{kind}] query malformed, a field name is required")
    if len(names) > 1:
        raise parsing(
            f"[{kind}] query doesn't support multiple fields, found [{short(names[0])}] and [{short(names[1])}]"
        )
    name, given = names[0], body[names[0]]
    if isinstance(given, list):
        raise parsing(
            f"[{kind}] query does not support array of values"
            if kind == "term"
            else f"[{kind}] unknown token [{token(given)}] after [{short(name)}]"
        )
    options = dict(given) if isinstance(given, dict) else {value_key: given}
    check_query(kind, options)
    return name, {**outer, **options}
