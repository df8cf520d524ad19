"""The calls of `client.query` but those of SQL: moments of any form, and answers as tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import attrs
from infino_api.api.query import dsl as _dsl
from infino_api.api.query import promql as _promql
from infino_api.api.query import promql_range as _promql_range

from infino.core.times import Moment, Span, parse_span, to_seconds
from infino.results.prom import PromResult
from infino.results.search import SearchResult
from infino.runtime.call import Call


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
