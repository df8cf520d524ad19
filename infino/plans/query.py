"""The calls of `client.query`: values bound into SQL, moments of any form, and answers as tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import attrs
from infino_api.api.query import dsl as _dsl
from infino_api.api.query import execute as _execute
from infino_api.api.query import promql as _promql
from infino_api.api.query import promql_range as _promql_range
from infino_api.api.query import sql as _sql

from infino.core.times import Moment, Span, parse_span, to_seconds
from infino.plans.binding import Params, bind
from infino.plans.statement import reads_only
from infino.results.prom import PromResult
from infino.results.search import SearchResult
from infino.results.sql import SqlResult
from infino.runtime.call import Call


def sql(q: str, params: Params | None = None) -> Call[SqlResult]:
    """Run an SQL statement that reads; it is repeated after failures that may pass (one that writes is not).

    Args:
        q: The statement, with `?` or `:name` where values go.
        params: The values, in a list for `?` or a mapping for `:name`.

    Returns:
        The rows.

    Raises:
        QueryError: The statement failed inside a successful answer.
        ValidationError: Values and placeholders don't match.

    Examples:
        >>> client.query.sql("SELECT count(*) FROM flights WHERE carrier = ?", ["UA"]).scalar()
    """
    statement = bind(q, params)
    call = _sql.request(statement)
    # A write that came this way is not repeated either.
    retry = call.retry if reads_only(statement) else "never"
    # As bytes: a table decodes itself from them, column by column, when it is asked.
    return attrs.evolve(call, retry=retry, accept="bytes", parse=partial(SqlResult, statement=statement))


def execute(q: str, params: Params | None = None) -> Call[SqlResult]:
    """Run an SQL statement that writes; it is never sent again when it may have been processed.

    Args:
        q: The statement, with `?` or `:name` where values go.
        params: The values, in a list for `?` or a mapping for `:name`.

    Returns:
        The result; `.stats.affected_rows` counts what was written.

    Raises:
        QueryError: The statement failed inside a successful answer.
        ValidationError: Values and placeholders don't match.

    Examples:
        >>> client.query.execute("INSERT INTO airlines (_id, name) VALUES (?, ?)", ["ZZ", "Zed Air"])
    """
    statement = bind(q, params)
    return attrs.evolve(_execute.request(statement), accept="bytes", parse=partial(SqlResult, statement=statement))


def dsl(dataset: str, body: Mapping[str, Any]) -> Call[SearchResult]:
    """Search a dataset with QueryDSL.

    Args:
        dataset: Name of the dataset.
        body: The search: `query`, `aggs`, `size`, `from`, `sort`, `_source`.

    Returns:
        Hits and aggregations.

    Examples:
        >>> client.query.dsl("flights", {"query": {"term": {"carrier.keyword": "UA"}}, "size": 5}).hits()[0].id
    """
    return attrs.evolve(_dsl.request(dataset, body), accept="bytes", parse=SearchResult)


def promql(expr: str, *, at: Moment | None = None, dataset: str | None = None) -> Call[PromResult]:
    """Evaluate a PromQL expression at one moment.

    Args:
        expr: The expression.
        at: The moment: datetime, Unix seconds, ISO text or `now-6h`; now when None.
        dataset: Dataset that holds the metrics; all when None.

    Returns:
        The samples.

    Raises:
        QueryError: The expression failed inside a successful answer.

    Examples:
        >>> client.query.promql("sum(up) by (job)", at="now-5m", dataset="web.aly").to_pandas()
    """
    call = _promql.request(expr, at=None if at is None else to_seconds(at), dataset=dataset)
    return attrs.evolve(call, accept="bytes", parse=partial(PromResult, expression=expr))


def promql_range(expr: str, *, start: Moment, end: Moment, step: Span, dataset: str | None = None) -> Call[PromResult]:
    """Evaluate a PromQL expression over a span of time.

    Args:
        expr: The expression.
        start: The first moment: datetime, Unix seconds, ISO text or `now-6h`.
        end: The last moment, included.
        step: Time between values: timedelta, seconds, or text such as `30s`.
        dataset: Dataset that holds the metrics; all when None.

    Returns:
        The samples, one per step and series.

    Raises:
        QueryError: The expression failed inside a successful answer.

    Examples:
        >>> client.query.promql_range("up", start="now-1h", end="now", step="1m").to_pandas(shape="wide")
    """
    # One moment for both ends, so that `now-1h` to `now` is exactly an hour.
    now = datetime.now(UTC)
    call = _promql_range.request(
        expr, start=to_seconds(start, now), end=to_seconds(end, now), step=str(parse_span(step)), dataset=dataset
    )
    return attrs.evolve(call, accept="bytes", parse=partial(PromResult, expression=expr))
