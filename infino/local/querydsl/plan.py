"""What one search needs from the documents: columns, bound values and text hits, put together as SQL."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

import attrs
import duckdb

from infino.local.querydsl.fieldindex import FieldIndex, Hits
from infino.local.querydsl.fields import Fields, SearchField, rows_of
from infino.local.querydsl.highlight import Mark
from infino.local.querydsl.nested import objects_sql, objects_view
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.textindex import WAIT, indexes_of
from infino.local.sql.watchdog import untimed
from infino.local.store import DatasetView

BM25_K1 = 1.2
BM25_B = 0.75
BOUND = re.compile(r"\$(b[0-9a-f]{12}_\d+)")
"""The names of bound values in SQL."""


class Found:
    """Documents that were found already.

    Args:
        rows: The number and score of each, the best first.
        scored: Whether the scores are wanted.
    """

    def __init__(self, rows: Sequence[tuple[int, float]], scored: bool) -> None:
        self.count, self.scored = len(rows), scored
        self._rows = rows

    def keep_best(self, most: int) -> None:
        """Leave all but the best out of `numbers` and `scores`, but not out of `count`."""
        self._rows = self._rows[:most]

    @property
    def numbers(self) -> list[int]:
        """Their numbers."""
        return [number for number, _ in self._rows]

    @property
    def scores(self) -> list[float]:
        """What each is worth."""
        return [score for _, score in self._rows]


@attrs.frozen
class Clause:
    """A compiled query.

    Args:
        match: An SQL condition that is never NULL.
        score: The SQL score of a document that meets it.
        hits: The hits that it consists of, where that is so.
        boost: What their scores are multiplied by.
    """

    match: str
    score: str = "1.0"
    hits: Hits | Found | None = None
    boost: float = 1.0


EVERYTHING = Clause("true", "1.0")
NOTHING = Clause("false", "0.0")


class SearchPlan:
    """Collects what the parts of one search read, and runs its SQL.

    Values are always bound, never written into SQL; only JSON paths of the catalogue are, as quoted literals.

    Args:
        cursor: A cursor whose transaction is the snapshot to search.
        view: The dataset as the caller may see it.
        now: What `now` means in dates.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, view: DatasetView, now: datetime) -> None:
        self.cursor = cursor
        self.view = view
        self.now = now
        self.fields = Fields(view)
        self.marks: dict[str, list[Mark]] = {}
        self.named: dict[str, str] = {}
        # The prefix cannot be guessed, so that no field name inside a literal looks like a bound value.
        self._prefix = f"b{secrets.token_hex(6)}_"
        self._bound: dict[str, Any] = {}
        self._columns: dict[SearchField, str] = {}
        self._hits: list[Hits | Found] = []
        self._outputs: dict[str, str] = {}
        self._tables: list[str] = []
        self._fitting: dict[str, dict[str, bool]] = {}
        self._parts: dict[str, SearchPlan] = {}
        self.waited = 0.0  # seconds for text indexes, all fields together

    def bind(self, value: Any) -> str:
        """Return the SQL placeholder of a value."""
        name = f"{self._prefix}{len(self._bound)}"
        self._bound[name] = value
        return f"${name}"

    def numbers(self, numbers: Sequence[int]) -> str:
        """Return the SQL of numbers of documents, a row each, for a join, which reads nothing but these."""
        kind = "bigint" if self.view.numbered else "hugeint"
        return f"unnest({self.bind(list(numbers))}::{kind}[])"

    def column(self, field: SearchField) -> str:
        """Return the SQL column that holds a field's value, or its list of values when there may be many."""
        if field.computed:
            return field.computed
        return self._columns.setdefault(field, f"c{len(self._columns)}")

    @property
    def typed(self) -> bool:
        """Whether every column is one of the dataset's own, which cost next to nothing to read again."""
        return all(field.column is not None for field in self._columns)

    def holds(self, field: SearchField, condition: Callable[[str], str]) -> str:
        """Return the SQL condition that some value of a field meets a condition."""
        if field.kind == "none":
            return "false"
        column = self.column(field)
        if field.many:
            return f"(len(list_filter({column}, lambda x: {condition('x')})) > 0)"
        return f"coalesce({condition(column)}, false)"

    def join(self, hits: Hits | Found) -> Clause:
        """Return the clause of documents found in a text index, or among objects."""
        if not hits.count:
            return NOTHING
        column = f"hits.s{len(self._hits)}"
        self._hits.append(hits)
        return Clause(f"({column} is not null)", f"coalesce({column}, 0.0)" if hits.scored else "1.0", hits)

    def _joined(self) -> str:
        """Return the join with all hits of text indexes: a row a document, a column of scores a query.

        It is one join however many queries there are, for the engine takes minutes to order hundreds of them.
        """
        if not self._hits:
            return ""
        places = self.numbers([place for hits in self._hits for place in hits.numbers])
        scores = self.bind([score for hits in self._hits for score in hits.scores])
        found = f"select {places} i, unnest({scores}::double[]) s0"
        if len(self._hits) > 1:
            numbers = self.bind([number for number, hits in enumerate(self._hits) for _ in hits.numbers])
            columns = ", ".join(f"m[{number}] s{number}" for number in range(len(self._hits)))
            by_document = f"select i, map(list(n), list(s0)) m from ({found}, unnest({numbers}::bigint[]) n) group by i"
            found = f"select i, {columns} from ({by_document})"
        return f" left join ({found}) hits on hits.i = d"

    def check_expression(self, expression: str) -> None:
        """Refuse a regular expression that the engine finds too large, before any document is read."""
        try:
            self.cursor.execute("select regexp_full_match('', $1)", [expression]).fetchall()
        except duckdb.Error:
            raise illegal("Determinizing automaton would require too much effort: the pattern is too large") from None

    def matching(self, expression: str, texts: Sequence[str]) -> set[str]:
        """Return which of some texts a regular expression fits as a whole."""
        known = self._fitting.setdefault(expression, {})
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            sql = "select t, regexp_full_match(t, $1) from (select unnest($2::varchar[]) as t)"
            known.update(self.cursor.execute(sql, [expression, fresh]).fetchall())
        return {text for text in texts if known[text]}

    def output(self, expression: str) -> str:
        """Return the column of the matched documents that holds an expression."""
        return self._outputs.setdefault(expression, f"o{len(self._outputs)}")

    def mark(self, field: SearchField, mark: Mark) -> None:
        """Remember what to highlight in a field."""
        self.marks.setdefault(field.base, []).append(mark)

    def documents(self, select: str, where: str = "") -> str:
        """Return the SQL that selects from the documents, with their columns and text hits at hand."""
        inner = f"({rows_of(self.view, self._columns)}) docs"
        return f"select {select} from {inner}{self._joined()}{where and ' where ' + where}"

    def outputs(self) -> str:
        """Return the output columns as a part of a select list."""
        return "".join(f", {expression} as {name}" for expression, name in self._outputs.items())

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL with the values that it names."""
        used = {name: self._bound[name] for name in BOUND.findall(sql) if name in self._bound}
        return self.cursor.execute(sql, used).fetchall() if used else self.cursor.execute(sql).fetchall()

    def table(self, sql: str) -> str:
        """Keep the rows of a select in a temporary table and return its name."""
        name = f"search_{self._prefix}{len(self._tables)}"
        self.run(f"create temp table {name} as {sql}")
        self._tables.append(name)
        return name

    def part(self, path: str) -> SearchPlan:
        """Return the plan over the objects at a dotted name, each of which is a document there."""
        found = self._parts.get(path)
        if found is None:
            view = objects_view(self.view, path, self.table(objects_sql(self.view, path)))
            found = self._parts[path] = SearchPlan(self.cursor, view, self.now)
            found.marks = self.marks
        return found

    def close(self) -> None:
        """Drop the temporary tables."""
        for part in self._parts.values():
            part.close()
        while self._tables:
            self.cursor.execute(f"drop table if exists {self._tables.pop()}")


def any_of(conditions: Sequence[str]) -> str:
    """Return the SQL condition that at least one holds."""
    return joined(" or ", conditions) if conditions else "false"


def all_of(conditions: Sequence[str]) -> str:
    """Return the SQL condition that every one holds."""
    return joined(" and ", conditions) if conditions else "true"


def joined(word: str, conditions: Sequence[str]) -> str:
    """Join conditions as a balanced tree: the engine limits how deep an expression may be, not how long."""
    if len(conditions) < 3:
        return f"({word.join(conditions)})"
    middle = len(conditions) // 2
    return f"({joined(word, conditions[:middle])}{word}{joined(word, conditions[middle:])})"


def at_least(count: int, conditions: Sequence[str]) -> str:
    """Return the SQL condition that so many hold."""
    if count <= 0:
        return "true"
    if count > len(conditions):
        return "false"
    if count == 1:
        return any_of(conditions)
    if count == len(conditions):
        return all_of(conditions)
    numbers = ", ".join(f"{condition}::int" for condition in conditions)
    return f"(list_sum([{numbers}]) >= {count})"


def scored(clauses: Sequence[Clause]) -> list[str]:
    """Return the SQL score of each clause, zero where it doesn't match."""
    return [
        clause.score if clause.match == "true" else f"(case when {clause.match} then {clause.score} else 0.0 end)"
        for clause in clauses
        if clause.match != "false"
    ]


def total(scores: Sequence[str]) -> str:
    """Return the SQL sum of scores."""
    if len(scores) < 2:
        return scores[0] if scores else "0.0"
    return f"list_sum([{', '.join(scores)}])"


def boosted(clause: Clause, boost: float) -> Clause:
    """Multiply the score of a clause."""
    if boost == 1.0:
        return clause
    return attrs.evolve(clause, score=f"({clause.score} * {boost!r})", boost=clause.boost * boost)


def index_of(plan: SearchPlan, field: SearchField) -> FieldIndex:
    """Return the text index of a field as a search has it; what must be indexed for it is not the search's own time."""
    started = monotonic()
    try:
        with untimed():
            return indexes_of(plan.view).get(plan.cursor, plan.view, field, WAIT - plan.waited)
    finally:
        plan.waited += monotonic() - started
