"""The calls of `client.query`, planned once for both clients."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import attrs
from infino_api.api.query import dsl, execute, promql, promql_range, sql

from infino.core.times import Moment, Span, parse_span, to_seconds
from infino.plans.binding import Params, bind
from infino.plans.statement import reads_only
from infino.results.prom import PromResult
from infino.results.search import SearchResult
from infino.results.sql import SqlResult
from infino.runtime.call import Call


def plan_sql(q: str, params: Params | None) -> Call[SqlResult]:
    """A statement that reads."""
    statement = bind(q, params)
    call = sql.request(statement)
    return attrs.evolve(
        call,
        # A write that came this way is not repeated either.
        retry=call.retry if reads_only(statement) else "never",
        accept="bytes",
        parse=partial(SqlResult, statement=statement),
    )


def plan_execute(q: str, params: Params | None) -> Call[SqlResult]:
    """A statement that writes."""
    statement = bind(q, params)
    # A write that may have happened is never sent again: the plan's retry class is `never`.
    return attrs.evolve(execute.request(statement), accept="bytes", parse=partial(SqlResult, statement=statement))


def plan_dsl(dataset: str, body: Mapping[str, Any]) -> Call[SearchResult]:
    """A search."""
    return attrs.evolve(dsl.request(dataset, body), accept="bytes", parse=SearchResult)


def plan_promql(expr: str, at: Moment | None, dataset: str | None) -> Call[PromResult]:
    """An expression at one moment."""
    call = promql.request(expr, at=None if at is None else to_seconds(at), dataset=dataset)
    return attrs.evolve(call, accept="bytes", parse=partial(PromResult, expression=expr))


def plan_range(expr: str, start: Moment, end: Moment, step: Span, dataset: str | None) -> Call[PromResult]:
    """An expression over a span of time."""
    now = datetime.now(UTC)
    call = promql_range.request(
        expr,
        start=to_seconds(start, now),
        end=to_seconds(end, now),
        step=str(parse_span(step)),
        dataset=dataset,
    )
    return attrs.evolve(call, accept="bytes", parse=partial(PromResult, expression=expr))
