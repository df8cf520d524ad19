"""The resource `query`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, Json

    from .query_raw import AsyncQueryRawResponse, QueryRawResponse


class QueryResource:
    """Queries over datasets.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> QueryRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .query_raw import QueryRawResponse

        return QueryRawResponse(self._caller)

    def dsl(
        self,
        dataset: str,
        body: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Search a dataset with QueryDSL.

        Takes `query`, `aggs`, `size`, `from`, `sort`, `_source` and `track_total_hits`. Old gateways
        only answer this as a GET with a body.

        Args:
            dataset: Name of the dataset.
            body: The search.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            Hits and aggregations.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.query.dsl("flights", {"query": {"term": {"carrier.keyword": "AA"}}, "size": 5})
        """
        from ..api.query.dsl import request

        return self._caller.call(request(dataset, body), timeout=timeout, headers=headers, retry=retry)

    def execute(
        self,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Run a SQL statement that writes.

        INSERT, UPDATE, UPSERT or DELETE. Not repeated once it may have been processed.

        Args:
            q: The statement.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The rows, or what a write changed.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.query.execute("INSERT INTO airlines (_id, name) VALUES ('ZZ', 'Zed Air')")
        """
        from ..api.query.execute import request

        return self._caller.call(request(q), timeout=timeout, headers=headers, retry=retry)

    def promql(
        self,
        expr: str,
        *,
        at: float | None = None,
        dataset: str | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Evaluate a PromQL expression at one moment.

        Without a time the service takes now; without a dataset it takes all metrics.

        Args:
            expr: The expression.
            at: Moment in Unix seconds.
            dataset: Dataset whose metrics are meant.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            A vector, matrix, scalar or string.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.query.promql("sum(rate(http_requests_total[5m])) by (code)", dataset="web.aly")
        """
        from ..api.query.promql import request

        return self._caller.call(
            request(expr, at=at, dataset=dataset), timeout=timeout, headers=headers, retry=retry
        )

    def promql_range(
        self,
        expr: str,
        *,
        start: float,
        end: float,
        step: str,
        dataset: str | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Evaluate a PromQL expression over a span of time.

        Answers one value per step from start to end, both included.

        Args:
            expr: The expression.
            start: First moment in Unix seconds.
            end: Last moment in Unix seconds.
            step: Distance of the moments as seconds or a duration such as 30s.
            dataset: Dataset whose metrics are meant.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            A matrix.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.query.promql_range("up", start=1735689600, end=1735693200, step="60s")
        """
        from ..api.query.promql_range import request

        return self._caller.call(
            request(expr, start=start, end=end, step=step, dataset=dataset),
            timeout=timeout,
            headers=headers,
            retry=retry,
        )

    def sql(
        self,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Run a SQL statement that reads.

        Names with a hyphen, a dot or an `@` need double quotes. A failed statement can come back as a
        200 with an `error_message`. Old gateways only answer this as a GET with a body.

        Args:
            q: The statement.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The rows, or what a write changed.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.query.sql("SELECT carrier, count(*) AS flights FROM flights GROUP BY carrier")
        """
        from ..api.query.sql import request

        return self._caller.call(request(q), timeout=timeout, headers=headers, retry=retry)


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
        self,
        dataset: str,
        body: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Search a dataset with QueryDSL.

        Takes `query`, `aggs`, `size`, `from`, `sort`, `_source` and `track_total_hits`. Old gateways
        only answer this as a GET with a body.

        Args:
            dataset: Name of the dataset.
            body: The search.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            Hits and aggregations.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.query.dsl("flights", {"query": {"term": {"carrier.keyword": "AA"}}, "size": 5})
        """
        from ..api.query.dsl import request

        return await self._caller.call(request(dataset, body), timeout=timeout, headers=headers, retry=retry)

    async def execute(
        self,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Run a SQL statement that writes.

        INSERT, UPDATE, UPSERT or DELETE. Not repeated once it may have been processed.

        Args:
            q: The statement.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The rows, or what a write changed.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.query.execute("INSERT INTO airlines (_id, name) VALUES ('ZZ', 'Zed Air')")
        """
        from ..api.query.execute import request

        return await self._caller.call(request(q), timeout=timeout, headers=headers, retry=retry)

    async def promql(
        self,
        expr: str,
        *,
        at: float | None = None,
        dataset: str | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Evaluate a PromQL expression at one moment.

        Without a time the service takes now; without a dataset it takes all metrics.

        Args:
            expr: The expression.
            at: Moment in Unix seconds.
            dataset: Dataset whose metrics are meant.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            A vector, matrix, scalar or string.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.query.promql("sum(rate(http_requests_total[5m])) by (code)", dataset="web.aly")
        """
        from ..api.query.promql import request

        return await self._caller.call(
            request(expr, at=at, dataset=dataset), timeout=timeout, headers=headers, retry=retry
        )

    async def promql_range(
        self,
        expr: str,
        *,
        start: float,
        end: float,
        step: str,
        dataset: str | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Evaluate a PromQL expression over a span of time.

        Answers one value per step from start to end, both included.

        Args:
            expr: The expression.
            start: First moment in Unix seconds.
            end: Last moment in Unix seconds.
            step: Distance of the moments as seconds or a duration such as 30s.
            dataset: Dataset whose metrics are meant.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            A matrix.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.query.promql_range("up", start=1735689600, end=1735693200, step="60s")
        """
        from ..api.query.promql_range import request

        return await self._caller.call(
            request(expr, start=start, end=end, step=step, dataset=dataset),
            timeout=timeout,
            headers=headers,
            retry=retry,
        )

    async def sql(
        self,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Run a SQL statement that reads.

        Names with a hyphen, a dot or an `@` need double quotes. A failed statement can come back as a
        200 with an `error_message`. Old gateways only answer this as a GET with a body.

        Args:
            q: The statement.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The rows, or what a write changed.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.query.sql("SELECT carrier, count(*) AS flights FROM flights GROUP BY carrier")
        """
        from ..api.query.sql import request

        return await self._caller.call(request(q), timeout=timeout, headers=headers, retry=retry)
