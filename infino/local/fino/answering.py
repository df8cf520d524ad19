"""From a question to the frames of its answer: plan, run read-only, describe, suggest."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from infino.local.fino import frames, openai
from infino.local.fino.frames import Frame
from infino.local.fino.plan import DatasetSchema, EarlierQuestion, NotUnderstood, Planner, QuestionPlan
from infino.local.fino.rules import RulesPlanner
from infino.local.http import Problem

SHOWN = 1000  # rows of an answer that go over the socket; the query itself is shown, so all can be asked for


@attrs.frozen
class QueryScope:
    """What an answer may look at: schemas the user may read, and a way to run one read-only statement as that user."""

    schemas: tuple[DatasetSchema, ...]
    run: Callable[[str], list[dict[str, Any]]]
    now: Callable[[], Any]


@attrs.frozen
class StoredAnswer:
    """One finished answer, kept in the thread."""

    summary: str
    sql: str = ""
    rows: Sequence[Mapping[str, Any]] = ()
    chart: Mapping[str, Any] | None = None
    suggestions: tuple[str, ...] = ()
    sources: tuple[Mapping[str, str], ...] = ()
    plan: QuestionPlan | None = None


def planner() -> Planner:
    """The language model that the environment names, else the offline rules."""
    return openai.from_environment(os.environ) or RulesPlanner()


def answer(
    question: str, scope: QueryScope, history: tuple[EarlierQuestion, ...], *, restricted: bool, streaming: bool
) -> Iterator[Frame | StoredAnswer]:
    """The frames of one answer as it comes about, and, before its last frames, the answer itself to be kept.

    Args:
        question: What the user asked.
        scope: What may be looked at.
        history: Earlier turns of the thread.
        restricted: Whether the thread names its sources, so that none is chosen here.
        streaming: Whether pieces are sent as they are ready and an `EOM` ends them, or one `result` at the end.

    Yields:
        Frames to send, and one `StoredAnswer`, so that who sees the last frame finds the answer in the thread.
    """
    chosen = planner()
    yield frames.update("router", "Reading the question", scope.now())
    try:
        plan = chosen.plan(question, scope.schemas, history)
        yield frames.update("query_planner", f"{chosen.label}: {plan.reading}", scope.now())
        sources = tuple({"index_name": plan.dataset, "connection_id": "infino"} for _ in [0] if plan.dataset)
        # A thread that names its sources knows them already; the service says only what it chose itself.
        if streaming and sources and not restricted:
            yield frames.partial("router", "sources", list(sources), scope.now())
        if streaming:
            yield frames.partial("sql_generator", "sql", plan.sql, scope.now())
        yield frames.update("fact_retriever", "Running the query", scope.now())
        rows = scope.run(plan.sql)
        done = describe(plan, rows, chosen.label, sources)
    except NotUnderstood as reason:
        yield frames.update("query_planner", chosen.label, scope.now())
        done = StoredAnswer(f"{reason}\n\n*{chosen.label}*", suggestions=suggestions(scope.schemas))
    except Problem as problem:
        yield frames.error("The query for this question failed.", f"{problem.type}: {problem.reason}")
        return
    # Before the last frames: whoever sees the end finds the answer in the thread.
    yield done
    yield from _finish(question, done, scope, streaming)


def _finish(question: str, done: StoredAnswer, scope: QueryScope, streaming: bool) -> Iterator[Frame]:
    if not streaming:
        whole = {
            "summary": done.summary,
            "rows": list(done.rows),
            "chart": done.chart,
            "sql": done.sql,
            "suggestions": done.suggestions,
            "sources": done.sources,
        }
        yield frames.result(question, str(uuid.uuid4()), whole, scope.now())
        return
    if done.plan is not None:
        yield frames.partial("fact_retriever", "data", {"df": list(done.rows)}, scope.now())
    yield frames.partial("fact_retriever", "summary", done.summary, scope.now())
    if done.chart:
        yield frames.update("visualization_agent", "Drawing a chart", scope.now())
        yield frames.partial("visualization_agent", "chart", done.chart, scope.now())
    yield frames.update("suggestion_agent", "Looking for what to ask next", scope.now())
    yield frames.partial("collector_agent", "smart_suggestion", list(done.suggestions), scope.now())
    yield frames.end(uuid.uuid4().hex, scope.now())


def describe(
    plan: QuestionPlan, rows: list[dict[str, Any]], label: str, sources: tuple[Mapping[str, str], ...]
) -> StoredAnswer:
    """The words, chart and suggestions that go with the rows of a plan."""
    kept = rows[:SHOWN]
    chart = None
    if (
        plan.category
        and plan.metric
        and len(kept) > 1
        and all(plan.category in row and plan.metric in row for row in kept)
    ):
        chart = frames.chart(plan.reading, plan.category, plan.metric, kept, line=plan.over_time)
    return StoredAnswer(
        summary=f"{_sentence(plan, kept, len(rows))}\n\n*{label}*, read as: {plan.reading}",
        sql=plan.sql,
        rows=kept,
        chart=chart,
        suggestions=_next_questions(plan),
        sources=sources,
        plan=plan,
    )


def _sentence(plan: QuestionPlan, rows: Sequence[Mapping[str, Any]], total: int) -> str:
    if not rows:
        return f"Nothing in **{plan.dataset}** matches."
    first = rows[0]
    if plan.metric is None or plan.metric not in first:
        return f"**{total:,}** rows of {plan.dataset}."
    value = _number(first[plan.metric])
    if plan.category is None or plan.category not in first:
        return f"The {plan.metric.replace('_', ' ')} is **{value}**."
    if plan.over_time:
        return f"**{total:,}** points over time, from {first[plan.category]} to {rows[-1][plan.category]}."
    # Several may share the first place; naming one of them alone would be wrong.
    level = [str(row[plan.category]) for row in rows if row[plan.metric] == first[plan.metric]]
    who = f"**{level[0]}** comes" if len(level) == 1 else f"**{', '.join(level[:5])}**{more(level[5:])} come"
    cut = f" These are {len(rows):,} of {total:,}." if total > len(rows) else ""
    return f"{who} first with {plan.metric.replace('_', ' ')} **{value}**.{cut}"


def more(names: Sequence[str]) -> str:
    """Say how many more there are."""
    return f" and {len(names):,} more" if names else ""


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def _next_questions(plan: QuestionPlan) -> tuple[str, ...]:
    if plan.metric is None:
        return (f"How many {plan.dataset} are there?",)
    questions = [] if plan.over_time else ["And over time?"]
    if plan.category is None:
        questions.append(f"Show {plan.dataset}")
    return (*questions, f"How many {plan.dataset} are there?")


def suggestions(schemas: tuple[DatasetSchema, ...]) -> tuple[str, ...]:
    """Questions that the rules are sure to understand, for the datasets there are."""
    asked = []
    for schema in schemas[:2]:
        numbers, texts = schema.of_kind("number"), schema.of_kind("text")
        asked.append(f"How many {schema.name} are there?")
        if numbers and texts:
            asked.append(f"What is the average {numbers[-1]} by {texts[0]} in {schema.name}?")
    return tuple(asked)
