"""`client.query` of the async client: SQL, QueryDSL and PromQL, with their answers as tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from infino_api.resources.query import AsyncQueryResource
from infino_api.resources.query_raw import AsyncQueryRawResponse

from infino.core.times import Moment, Span
from infino.plans.binding import Params
from infino.resources.query_plans import plan_dsl, plan_execute, plan_promql, plan_range, plan_sql
from infino.results.prom import PromResult
from infino.results.scan import Scan
from infino.results.search import Hit, SearchResult
from infino.results.sql import SqlResult
from infino.runtime.call import RawResponse

if TYPE_CHECKING:
    from infino.caller import AsyncCaller
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts

Headers = Mapping[str, str]


class AsyncQuery(AsyncQueryResource):
    """Queries over datasets.

    A result is decoded when first asked for. To keep a large one off the event loop, convert it in a thread:
    `await asyncio.to_thread(result.to_pandas)`.

    Args:
        caller: Makes the calls.
    """

    _caller: AsyncCaller

    @cached_property
    def with_raw_response(self) -> AsyncQueryRaw:
        """The same methods, answering with status, headers and the typed value."""
        return AsyncQueryRaw(self._caller)

    async def sql(
        self,
        q: str,
        params: Params | None = None,
        *,
        timeout: float | Timeouts | None = None,  # noqa: ASYNC109  # a budget for all attempts, kept by the transport
        headers: Headers | None = None,
        retry: RetryPolicy | None = None,
    ) -> SqlResult:
        """Run an SQL statement that reads; it is repeated after failures that may pass (one that writes is not).

        Args:
            q: The statement, with `?` or `:name` where values go.
            params: The values, in a list for `?` or a mapping for `:name`.
            timeout: Seconds for the whole call; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The rows.

        Raises:
            QueryError: The statement failed inside a successful answer.
            ValidationError: Values and placeholders don't match.
            InfinoError: The call failed; the subclass tells how.

        Example:
            >>> (await client.query.sql("SELECT count(*) FROM flights WHERE carrier = ?", ["UA"])).scalar()
            58665
        """
        return await self._caller.call(plan_sql(q, params), timeout=timeout, headers=headers, retry=retry)

    async def execute(
        self,
        q: str,
        params: Params | None = None,
        *,
        timeout: float | Timeouts | None = None,  # noqa: ASYNC109  # a budget for all attempts, kept by the transport
        headers: Headers | None = None,
        retry: RetryPolicy | None = None,
    ) -> SqlResult:
        """Run an SQL statement that writes; it is never sent again when it may have been processed.

        Args:
            q: The statement, with `?` or `:name` where values go.
            params: The values, in a list for `?` or a mapping for `:name`.
            timeout: Seconds for the whole call; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The result; `.stats.affected_rows` counts what was written.

        Raises:
            QueryError: The statement failed inside a successful answer.
            ValidationError: Values and placeholders don't match.
            InfinoError: The call failed; the subclass tells how.

        Example:
            >>> await client.query.execute("INSERT INTO airlines (_id, name) VALUES (?, ?)", ["ZZ", "Zed Air"])
        """
        return await self._caller.call(plan_execute(q, params), timeout=timeout, headers=headers, retry=retry)

    async def dsl(
        self,
        dataset: str,
        body: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,  # noqa: ASYNC109  # a budget for all attempts, kept by the transport
        headers: Headers | None = None,
        retry: RetryPolicy | None = None,
    ) -> SearchResult:
        """Search a dataset with QueryDSL.

        Args:
            dataset: Name of the dataset.
            body: The search: `query`, `aggs`, `size`, `from`, `sort`, `_source`.
            timeout: Seconds for the whole call; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            Hits and aggregations.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Example:
            >>> result = await client.query.dsl("flights", {"query": {"term": {"carrier.keyword": "UA"}}, "size": 5})
            >>> result.hits()[0].id
            '1'
        """
        return await self._caller.call(plan_dsl(dataset, body), timeout=timeout, headers=headers, retry=retry)

    def scan(
        self,
        dataset: str,
        body: Mapping[str, Any] | None = None,
        *,
        page_size: int = 1000,
        limit: int | None = None,
        timeout: float | Timeouts | None = None,  # a budget for all attempts, kept by the transport
        headers: Headers | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncIterator[Hit]:
        """Go through any number of hits; one page at a time is in memory.

        Args:
            dataset: Name of the dataset.
            body: The search, without `size`, `from` and `search_after`.
            page_size: Hits per request.
            limit: Hits at most, or None for all.
            timeout: Seconds for each request; the client's setting when None.
            headers: Extra headers of each request.
            retry: Retry policy of each request; the client's setting when None.

        Returns:
            An async iterator of hits, in the order of `sort` with `_id` to decide between equals.

        Raises:
            ValidationError: The body pages by itself.
            InfinoError: A request failed; the subclass tells how.

        Example:
            >>> async for hit in client.query.scan("flights", {"query": {"term": {"carrier.keyword": "UA"}}}):
            ...     print(hit.id)
        """
        return self._scan(dataset, Scan(body, page_size, limit), timeout=timeout, headers=headers, retry=retry)

    async def _scan(self, dataset: str, scan: Scan, **options: Any) -> AsyncIterator[Hit]:
        while not scan.done:
            body = scan.next_body()
            page = await self.dsl(dataset, body, **options)
            for hit in await asyncio.to_thread(scan.take, page, body["size"]):
                yield hit

    async def promql(
        self,
        expr: str,
        *,
        at: Moment | None = None,
        dataset: str | None = None,
        timeout: float | Timeouts | None = None,  # noqa: ASYNC109  # a budget for all attempts, kept by the transport
        headers: Headers | None = None,
        retry: RetryPolicy | None = None,
    ) -> PromResult:
        """Evaluate a PromQL expression at one moment.

        Args:
            expr: The expression.
            at: The moment: datetime, Unix seconds, ISO text or `now-6h`; now when None.
            dataset: Dataset that holds the metrics; all when None.
            timeout: Seconds for the whole call; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The samples.

        Raises:
            QueryError: The expression failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Example:
            >>> (await client.query.promql("sum(up) by (job)", at="now-5m", dataset="web.aly")).to_pandas()
        """
        plan = plan_promql(expr, at, dataset)
        return await self._caller.call(plan, timeout=timeout, headers=headers, retry=retry)

    async def promql_range(
        self,
        expr: str,
        *,
        start: Moment,
        end: Moment,
        step: Span,
        dataset: str | None = None,
        timeout: float | Timeouts | None = None,  # noqa: ASYNC109  # a budget for all attempts, kept by the transport
        headers: Headers | None = None,
        retry: RetryPolicy | None = None,
    ) -> PromResult:
        """Evaluate a PromQL expression over a span of time.

        Args:
            expr: The expression.
            start: The first moment: datetime, Unix seconds, ISO text or `now-6h`.
            end: The last moment, included.
            step: Time between values: timedelta, seconds, or text such as `30s`.
            dataset: Dataset that holds the metrics; all when None.
            timeout: Seconds for the whole call; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The samples, one per step and series.

        Raises:
            QueryError: The expression failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Example:
            >>> (await client.query.promql_range("up", start="now-1h", end="now", step="1m")).to_pandas(shape="wide")
        """
        plan = plan_range(expr, start, end, step, dataset)
        return await self._caller.call(plan, timeout=timeout, headers=headers, retry=retry)


class AsyncQueryRaw(AsyncQueryRawResponse):
    """The methods of `query`, answering with status, headers and the typed value."""

    _caller: AsyncCaller

    async def sql(self, q: str, params: Params | None = None, **options: Any) -> RawResponse[SqlResult]:
        """Run an SQL statement that reads."""
        return await self._caller.raw(plan_sql(q, params), **options)

    async def execute(self, q: str, params: Params | None = None, **options: Any) -> RawResponse[SqlResult]:
        """Run an SQL statement that writes."""
        return await self._caller.raw(plan_execute(q, params), **options)

    async def dsl(self, dataset: str, body: Mapping[str, Any], **options: Any) -> RawResponse[SearchResult]:
        """Search a dataset with QueryDSL."""
        return await self._caller.raw(plan_dsl(dataset, body), **options)

    async def promql(
        self, expr: str, *, at: Moment | None = None, dataset: str | None = None, **options: Any
    ) -> RawResponse[PromResult]:
        """Evaluate a PromQL expression at one moment."""
        return await self._caller.raw(plan_promql(expr, at, dataset), **options)

    async def promql_range(
        self, expr: str, *, start: Moment, end: Moment, step: Span, dataset: str | None = None, **options: Any
    ) -> RawResponse[PromResult]:
        """Evaluate a PromQL expression over a span of time."""
        return await self._caller.raw(plan_range(expr, start, end, step, dataset), **options)
