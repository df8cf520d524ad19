"""Runs a search: compiles the query, keeps the matched documents, and builds the answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import attrs
import duckdb

from infino.local.disk import damaged_file
from infino.local.http import Problem, unsupported
from infino.local.querydsl import compound, fulltext, querystring, simplestring, termlevel
from infino.local.querydsl.aggs import Context, Documents, Level, Runner, asks_for, prepare, read_tree
from infino.local.querydsl.compiler import Compiler, Handler
from infino.local.querydsl.fieldindex import Hits
from infino.local.querydsl.fields import SearchField, rows_of
from infino.local.querydsl.highlight import Highlighter, Mark
from infino.local.querydsl.plan import EVERYTHING, Clause, Found, SearchPlan, boosted
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.request import Named, SearchRequest, read_request
from infino.local.querydsl.sorting import SortKey, after_condition, check_values, read_sort
from infino.local.querydsl.source import SourceFilter
from infino.local.store import DatasetView
from infino.local.store.reading import values_of
from infino.local.store.shown import ShownDocuments
from infino.local.values import exact
from infino.local.values.dates import show_nanos
from infino.local.values.patterns import name_pattern

Page = tuple[list[tuple[Any, ...]], int, float | None]
"""The rows of a page, of number, score and more; how many there are of all pages, and the best score of those."""
HANDLERS: dict[str, Handler] = {
    **compound.HANDLERS,
    **termlevel.HANDLERS,
    **fulltext.HANDLERS,
    **querystring.HANDLERS,
    **simplestring.HANDLERS,
}


def search(
    cursor: duckdb.DuckDBPyConnection,
    view: DatasetView,
    body: Any,
    *,
    now: datetime | None = None,
    start: int | None = None,
) -> dict[str, Any]:
    """Run a search and return the body of its answer.

    Args:
        cursor: A cursor in the transaction that is the snapshot to search.
        view: The dataset as the caller may see it.
        body: The decoded request.
        now: What `now` means in dates; the present moment by default.
        start: Which hit is the first of the page, in the place of what the body says.

    Returns:
        `took`, `timed_out`, `_shards`, `hits` and, when asked for, `aggregations`.

    Raises:
        Problem: 400 for a wrong query, 501 for a feature that is not supported here.

    Examples:
        >>> search(cursor, view, {"query": {"match": {"title": "storm"}}, "size": 3})["hits"]["total"]["value"]
        2
    """
    plan = SearchPlan(cursor, view, now or datetime.now(UTC))
    with guarded(plan):
        request = read_request(body)
        return Search(plan, request if start is None else attrs.evolve(request, start=start)).run()


def matching_ids(
    cursor: duckdb.DuckDBPyConnection, view: DatasetView, query: Any, *, now: datetime | None = None
) -> list[str]:
    """Return the ids of the documents that a query matches, in the order they are stored.

    Args:
        cursor: A cursor in the transaction that is the snapshot to search.
        view: The dataset as the caller may see it.
        query: A query object, or None for every document.
        now: What `now` means in dates; the present moment by default.

    Examples:
        >>> matching_ids(cursor, view, {"range": {"price": {"lt": 10}}})
        ['3', '7']
    """
    plan = SearchPlan(cursor, view, now or datetime.now(UTC))
    with guarded(plan):
        clause = EVERYTHING if query is None else Compiler(plan, HANDLERS, scoring=False).query(query)
        return [row[0] for row in plan.run(plan.documents("_id", clause.match) + " order by d")]


class guarded:  # noqa: N801  # reads as a statement
    """Drops what a plan keeps, and turns a limit of the engine into a 400 that repeats no document's text."""

    def __init__(self, plan: SearchPlan) -> None:
        self._plan = plan

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        with suppress(duckdb.Error):
            self._plan.close()
        if isinstance(error, UnicodeEncodeError):
            raise illegal("the request holds text that is not valid Unicode") from None
        if isinstance(error, duckdb.InterruptException):
            return
        if isinstance(error, duckdb.Error):
            raise damaged_file(error) or Problem(
                400,
                "search_phase_execution_exception",
                f"all shards failed: the engine refused ({type(error).__name__})",
            ) from error


class Search:
    """One search in the making.

    Args:
        plan: Where its parts are collected.
        request: The checked request.
    """

    def __init__(self, plan: SearchPlan, request: SearchRequest) -> None:
        self.plan = plan
        self.request = request
        self.started = time.perf_counter()
        self.sorted_by_score = request.sort is None or request.sort == []
        self.named: dict[str, str] = {}
        self.terminated = False
        self.wanted: list[tuple[SearchField, Named]] = []

    def run(self) -> dict[str, Any]:
        """Run it and return the answer."""
        request, plan = self.request, self.plan
        keys = read_sort(plan, request.sort) if not self.sorted_by_score else []
        tree = read_tree(request.aggregations or {})
        scoring = self._scoring(keys) or asks_for(tree, "top_hits")
        compiler = Compiler(plan, HANDLERS, scoring=scoring, naming=True)
        clause = EVERYTHING if request.query is None else compiler.query(request.query)
        for pattern, boost in request.boosts:
            if name_pattern(pattern)(plan.view.name):
                clause = boosted(clause, boost)
                break
        source = SourceFilter(request.source)
        self.wanted = wanted_fields(plan, request)
        marks = {name: list(found) for name, found in plan.marks.items()}
        highlighter = (
            Highlighter(request.highlight, plan.fields, marks, plan.matching, self.marks_of)
            if request.highlight is not None
            else None
        )
        shown = self._condition()
        self.named = {name: plan.output(match) for name, match in plan.named.items()}
        works = prepare(tree, self._context(plan))
        if clause.hits is not None and self._shows_hits_alone():
            matched, page = "", self._best(clause.hits, clause.boost)
        else:
            matched = self._matched(clause)
            page = self._page(matched, shown, keys)
        answer: dict[str, Any] = {
            "took": 0,
            "timed_out": False,
            "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
            "hits": self._hits(page, keys, source, highlighter, scoring),
        }
        if request.terminate_after:
            answer["terminated_early"] = self.terminated
        if request.aggregations is not None:
            runner = Runner(plan, self._everything)
            answer["aggregations"] = runner.run(Level.root(matched), works)[0]
        answer["took"] = int((time.perf_counter() - self.started) * 1000)
        return answer

    def _scoring(self, keys: Sequence[SortKey]) -> bool:
        request = self.request
        by_score = self.sorted_by_score or any(key.kind == "score" for key in keys)
        return request.track_scores or request.min_score is not None or (by_score and request.size > 0)

    def _context(self, plan: SearchPlan, outer: Context | None = None) -> Context:
        def compile_filter(query: Any) -> str:
            compiler = Compiler(plan, HANDLERS, scoring=False)
            with compiler.filtering(negative=True):
                return compiler.query(query).match

        def part(path: str) -> Context:
            return self._context(plan.part(path), context)

        context = Context(plan, compile_filter, self.documents, self.versions, self.marks_of, part, outer)
        return context

    def marks_of(self, query: Any) -> dict[str, list[Mark]]:
        """Return what a query of its own would highlight."""
        before, self.plan.marks = self.plan.marks, {}
        try:
            Compiler(self.plan, HANDLERS, scoring=False).query(query)
            return self.plan.marks
        finally:
            self.plan.marks = before

    def _everything(self) -> str:
        """Keep what is needed of all documents, and return the table they are in."""
        return self.plan.table(self.plan.documents(f"d, 1.0::double as _score{self.plan.outputs()}"))

    def _condition(self) -> str:
        """Return the condition of the documents that are shown, among those that are matched."""
        if self.request.post_filter is None:
            return "true"
        compiler = Compiler(self.plan, HANDLERS, scoring=False, naming=True)
        with compiler.filtering(negative=True):
            return self.plan.output(compiler.query(self.request.post_filter).match)

    def _shows_hits_alone(self) -> bool:
        """Tell whether nothing is wanted of the matched documents but how many there are, and the best."""
        request = self.request
        asked = (request.aggregations, request.min_score, request.post_filter, request.search_after, request.slice)
        more = any(given is not None for given in asked) or request.terminate_after or self.named
        return self.sorted_by_score and not more

    def _matched(self, clause: Clause) -> str:
        """Keep what is needed of the matched documents, and return the table they are in."""
        where = clause.match
        if self.request.min_score is not None:
            where += f" and {clause.score} >= {self.request.min_score!r}"
        if self.request.slice is not None:
            number, count = self.request.slice
            where += f" and md5_number_lower(_id) % {count} = {number}"
        select = f"d, ({clause.score})::double as _score{self.plan.outputs()}"
        documents, limit = self.plan.documents(select, where), self.request.terminate_after
        if not limit:  # where every document is matched, to keep what is easily read would take longer than all else
            again = where == "true" and (self.plan.typed or self.request.aggregations is None)
            return f"({documents})" if again else self.plan.table(documents)
        found = self.plan.table(f"{documents} order by d limit {limit + 1}")
        self.terminated = self.plan.run(f"select count(*) from {found}")[0][0] > limit
        return self.plan.table(f"select * from {found} order by d limit {limit}")

    def _hits(
        self,
        page: Page,
        keys: Sequence[SortKey],
        source: SourceFilter,
        highlighter: Highlighter | None,
        scoring: bool,
    ) -> dict[str, Any]:
        request = self.request
        show_score = self.sorted_by_score or request.track_scores or any(key.kind == "score" for key in keys)
        rows, total, best = page
        hits: dict[str, Any] = {}
        if request.tracked is not None:
            relation = "gte" if total > request.tracked else "eq"
            hits["total"] = {"value": min(total, request.tracked), "relation": relation}
        hits["max_score"] = best if show_score and scoring and request.size else None
        numbers = [row[0] for row in rows]
        documents = self.documents(numbers)
        versions = self.versions(numbers, request.version, request.sequence)
        fields = self._shown_fields(numbers, documents)
        hits["hits"] = [
            self._hit(row, *documents[n], versions.get(n, {}), fields[n], keys, source, highlighter, show_score)
            for row, n in zip(rows, numbers, strict=True)
        ]
        return hits

    def _best(self, hits: Hits | Found, boost: float) -> Page:
        """Return a page of the best hits of one text query; equal ones in the order of the index, page after page."""
        end = self.request.start + self.request.size
        hits.keep_best(max(1, end))
        page = list(zip(hits.numbers, hits.scores, strict=True))[self.request.start : end]
        rows = [(number, score * boost) for number, score in page]
        return rows, hits.count, hits.scores[0] * boost

    def _page(self, matched: str, shown: str, keys: Sequence[SortKey]) -> Page:
        """Return a page of the matched documents."""
        request, plan = self.request, self.plan
        total, best = plan.run(f"select count(*), max(_score) from {matched} where {shown}")[0]
        where = shown
        if request.search_after is not None:
            where += f" and {after_condition(plan, list(keys), request.search_after)}"
        order = ", ".join(key.order for key in keys) or "_score desc"
        columns = "".join(f", {key.sql}" for key in keys) + "".join(f", {met}" for met in self.named.values())
        rows = plan.run(
            f"select d, _score{columns} from {matched} where {where} order by {order}, d"
            f" limit {request.size} offset {request.start}"
        )
        return rows, total, best

    def versions(self, numbers: list[int], version: bool, sequence: bool) -> dict[int, dict[str, int]]:
        """Return number -> what the request wants to know of the version of a document."""
        if not numbers or not (version or sequence):
            return {}
        wanted = self.plan.numbers(numbers)
        rows = self.plan.run(f"select _seq, _version from {self.plan.view.table} where _seq in (select {wanted})")
        return {
            place: {
                **({"_version": number} if version else {}),
                **({"_seq_no": number - 1, "_primary_term": 1} if sequence else {}),
            }
            for place, number in rows
        }

    def documents(self, numbers: list[int]) -> Documents:
        """Return number -> id and document, as the caller may see it."""
        if not numbers:
            return {}
        found = self._texts(numbers)
        return {number: (name, self.plan.view.present(exact.loads(text))) for number, (name, text) in found.items()}

    def _texts(self, numbers: list[int]) -> dict[int, tuple[str, str]]:
        """Return number -> id and text of documents."""
        view = self.plan.view
        shown: ShownDocuments = view.kept("shown", ShownDocuments)
        lasting = view.numbered and not view.documents  # elsewhere, a number may come to name another document
        found = shown.find(view.uuid, numbers) if lasting else {}
        lacking = [number for number in numbers if number not in found]
        if lacking:
            wanted = self.plan.numbers(lacking)
            rows = self.plan.run(f"select _seq, _id, _source from {view.table} where _seq in (select {wanted})")
            read = {number: (name, text) for number, name, text in rows}
            if lasting:
                shown.keep(view.uuid, read)
            found |= read
        return found

    def _hit(
        self,
        row: tuple[Any, ...],
        name: str,
        document: dict[str, Any],
        versions: dict[str, int],
        shown: dict[str, list[Any]],
        keys: Sequence[SortKey],
        source: SourceFilter,
        highlighter: Highlighter | None,
        show_score: bool,
    ) -> dict[str, Any]:
        score = row[1] if show_score else None
        hit: dict[str, Any] = {"_index": self.plan.view.name, "_id": name, **versions, "_score": score}
        if source.wanted:
            hit["_source"] = source.show(document)
        if shown:
            hit["fields"] = shown
        if highlighter is not None and (marked := highlighter.show(document)):
            hit["highlight"] = marked
        if keys:
            hit["sort"] = [key.show(value) for key, value in zip(keys, row[2 : 2 + len(keys)], strict=True)]
        if met := [name for name, holds in zip(self.named, row[2 + len(keys) :], strict=True) if holds]:
            hit["matched_queries"] = met
        return hit

    def _shown_fields(self, numbers: list[int], documents: Documents) -> dict[int, dict[str, list[Any]]]:
        """Return number -> name -> values, of the fields that the answer shows by them."""
        plan, wanted = self.plan, self.wanted
        found: dict[int, dict[str, list[Any]]] = {number: {} for number in numbers}
        names = {field: f"v{place}" for place, field in enumerate(dict.fromkeys(field for field, _ in wanted))}
        read = {field: name for field, name in names.items() if not field.as_stored}
        if not numbers or not wanted:
            return found
        columns = "".join(f", {name}" for name in read.values())
        rows = plan.run(
            f"select d{columns} from ({rows_of(plan.view, read)}) where d in (select {plan.numbers(numbers)})"
        )
        for number, *values in rows:
            held = dict(zip(read, values, strict=True))
            for field, named in wanted:
                value = held.get(field) if field in read else list(values_of(documents[number][1], field.base))
                shown = shown_values(field, named, value if isinstance(value, list) else [value])
                if shown:
                    found[number][field.name] = shown
        return found


def wanted_fields(plan: SearchPlan, request: SearchRequest) -> list[tuple[SearchField, Named]]:
    """Return the fields that the answer shows by their values, with how each was asked for."""
    found = []
    for named in request.fields:
        if apart := plan.fields.apart(named.pattern):
            raise unsupported(f"[fields] of the objects in the nested field [{apart}]; ask for [_source]")
        for field in plan.fields.matching(named.pattern):
            if field.kind == "none":
                continue
            if named.sorted:
                check_values(field)
            if field.whole and (named.sorted or named.format is not None):
                raise unsupported(f"the values of [{field.name}] but as the document has them; ask for it in [fields]")
            if named.format is not None and field.kind != "date":
                raise unsupported(f"[format] of the field [{field.name}], which is not a date")
            found.append((field.finest(), named))
    return found


def shown_values(field: SearchField, named: Named, values: list[Any]) -> list[Any]:
    """Return the values of a field as `fields` and `docvalue_fields` show them."""
    values = [value for value in values if value is not None and (field.whole or not isinstance(value, dict))]
    if named.sorted:
        values = sorted(set(values) if field.kind == "keyword" else values)
    if field.kind == "date":
        pattern = None if named.format == "use_field_mapping" else named.format
        return [show_nanos(value * field.unit[0], pattern or field.format or None) for value in values]
    return [field.shown(value) for value in values]
