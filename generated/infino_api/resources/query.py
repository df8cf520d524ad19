# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `query`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.core.times import Moment, Span
    from infino.plans.statement import Params
    from infino.results.prom import PromResult
    from infino.results.search import SearchResult
    from infino.results.sql import SqlResult
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions

    from .query_raw import AsyncQueryRawResponse, QueryRawResponse


class QueryResource:
    """Queries over datasets.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> QueryRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .query_raw import QueryRawResponse

        return QueryRawResponse(self._caller)

    def dsl(self, dataset: str, body: Mapping[str, Any], **options: Unpack[CallOptions]) -> SearchResult:
        """Search a dataset with QueryDSL.

        Args:
            dataset: Name of the dataset.
            body: The search: `query`, `aggs`, `size`, `from`, `sort`, `_source`.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            Hits and aggregations.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.query.dsl("flights", {"query": {"term": {"carrier.keyword": "UA"}}, "size": 5}).hits()[0].id
        """
        from infino.plans.query import dsl as request

        return self._caller.call(request(dataset, body), **options)

    def execute(self, q: str, params: Params | None = None, **options: Unpack[CallOptions]) -> SqlResult:
        """Run an SQL statement that writes; it is never sent again when it may have been processed.

        Args:
            q: The statement, with `?` or `:name` where values go.
            params: The values, in a list for `?` or a mapping for `:name`.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The result; `.stats.affected_rows` counts what was written.

        Raises:
            QueryError: The statement failed inside a successful answer.
            ValidationError: Values and placeholders don't match.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.query.execute("INSERT INTO airlines (_id, name) VALUES (?, ?)", ["ZZ", "Zed Air"])
        """
        from infino.plans.statement import execute as request

        return self._caller.call(request(q, params), **options)

    def promql(
        self,
        expr: str,
        *,
        at: Moment | None = None,
        dataset: str | None = None,
        **options: Unpack[CallOptions],
    ) -> PromResult:
        """Evaluate a PromQL expression at one moment.

        Args:
            expr: The expression.
            at: The moment: datetime, Unix seconds, ISO text or `now-6h`; now when None.
            dataset: Dataset that holds the metrics; all when None.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The samples.

        Raises:
            QueryError: The expression failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.query.promql("sum(up) by (job)", at="now-5m", dataset="web.aly").to_pandas()
        """
        from infino.plans.query import promql as request

        return self._caller.call(request(expr, at=at, dataset=dataset), **options)

    def promql_range(
        self,
        expr: str,
        *,
        start: Moment,
        end: Moment,
        step: Span,
        dataset: str | None = None,
        **options: Unpack[CallOptions],
    ) -> PromResult:
        """Evaluate a PromQL expression over a span of time.

        Args:
            expr: The expression.
            start: The first moment: datetime, Unix seconds, ISO text or `now-6h`.
            end: The last moment, included.
            step: Time between values: timedelta, seconds, or text such as `30s`.
            dataset: Dataset that holds the metrics; all when None.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The samples, one per step and series.

        Raises:
            QueryError: The expression failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.query.promql_range("up", start="now-1h", end="now", step="1m").to_pandas(shape="wide")
        """
        from infino.plans.query import promql_range as request

        return self._caller.call(request(expr, start=start, end=end, step=step, dataset=dataset), **options)

    def sql(self, q: str, params: Params | None = None, **options: Unpack[CallOptions]) -> SqlResult:
        """Run an SQL statement that reads; it is repeated after failures that may pass (one that writes is not).

        Args:
            q: The statement, with `?` or `:name` where values go.
            params: The values, in a list for `?` or a mapping for `:name`.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The rows.

        Raises:
            QueryError: The statement failed inside a successful answer.
            ValidationError: Values and placeholders don't match.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.query.sql("SELECT count(*) FROM flights WHERE carrier = ?", ["UA"]).scalar()
        """
        from infino.plans.statement import sql as request

        return self._caller.call(request(q, params), **options)


class AsyncQueryResource:
    """Queries over datasets.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncQueryRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .query_raw import AsyncQueryRawResponse

        return AsyncQueryRawResponse(self._caller)

    async def dsl(
        self, dataset: str, body: Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> SearchResult:
        """Search a dataset with QueryDSL.

        Args:
            dataset: Name of the dataset.
            body: The search: `query`, `aggs`, `size`, `from`, `sort`, `_source`.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            Hits and aggregations.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.query.dsl("flights", {"query": {"term": {"carrier.keyword": "UA"}}, "size": 5})).hits()[0].id
        """
        from infino.plans.query import dsl as request

        return await self._caller.call(request(dataset, body), **options)

    async def execute(
        self, q: str, params: Params | None = None, **options: Unpack[CallOptions]
    ) -> SqlResult:
        """Run an SQL statement that writes; it is never sent again when it may have been processed.

        Args:
            q: The statement, with `?` or `:name` where values go.
            params: The values, in a list for `?` or a mapping for `:name`.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The result; `.stats.affected_rows` counts what was written.

        Raises:
            QueryError: The statement failed inside a successful answer.
            ValidationError: Values and placeholders don't match.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.query.execute("INSERT INTO airlines (_id, name) VALUES (?, ?)", ["ZZ", "Zed Air"])
        """
        from infino.plans.statement import execute as request

        return await self._caller.call(request(q, params), **options)

    async def promql(
        self,
        expr: str,
        *,
        at: Moment | None = None,
        dataset: str | None = None,
        **options: Unpack[CallOptions],
    ) -> PromResult:
        """Evaluate a PromQL expression at one moment.

        Args:
            expr: The expression.
            at: The moment: datetime, Unix seconds, ISO text or `now-6h`; now when None.
            dataset: Dataset that holds the metrics; all when None.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The samples.

        Raises:
            QueryError: The expression failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.query.promql("sum(up) by (job)", at="now-5m", dataset="web.aly")).to_pandas()
        """
        from infino.plans.query import promql as request

        return await self._caller.call(request(expr, at=at, dataset=dataset), **options)

    async def promql_range(
        self,
        expr: str,
        *,
        start: Moment,
        end: Moment,
        step: Span,
        dataset: str | None = None,
        **options: Unpack[CallOptions],
    ) -> PromResult:
        """Evaluate a PromQL expression over a span of time.

        Args:
            expr: The expression.
            start: The first moment: datetime, Unix seconds, ISO text or `now-6h`.
            end: The last moment, included.
            step: Time between values: timedelta, seconds, or text such as `30s`.
            dataset: Dataset that holds the metrics; all when None.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The samples, one per step and series.

        Raises:
            QueryError: The expression failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.query.promql_range("up", start="now-1h", end="now", step="1m")).to_pandas(shape="wide")
        """
        from infino.plans.query import promql_range as request

        return await self._caller.call(
            request(expr, start=start, end=end, step=step, dataset=dataset), **options
        )

    async def sql(self, q: str, params: Params | None = None, **options: Unpack[CallOptions]) -> SqlResult:
        """Run an SQL statement that reads; it is repeated after failures that may pass (one that writes is not).

        Args:
            q: The statement, with `?` or `:name` where values go.
            params: The values, in a list for `?` or a mapping for `:name`.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The rows.

        Raises:
            QueryError: The statement failed inside a successful answer.
            ValidationError: Values and placeholders don't match.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.query.sql("SELECT count(*) FROM flights WHERE carrier = ?", ["UA"])).scalar()
        """
        from infino.plans.statement import sql as request

        return await self._caller.call(request(q, params), **options)
