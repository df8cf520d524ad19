"""The resource `query` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, Json, RawResponse


class QueryRawResponse:
    """The methods of `query`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def dsl(
        self,
        dataset: str,
        body: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Search a dataset with QueryDSL."""
        from ..api.query.dsl import request

        call = request(dataset, body)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def execute(
        self,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Run a SQL statement that writes."""
        from ..api.query.execute import request

        call = request(q)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def promql(
        self,
        expr: str,
        *,
        at: float | None = None,
        dataset: str | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Evaluate a PromQL expression at one moment."""
        from ..api.query.promql import request

        call = request(expr, at=at, dataset=dataset)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

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
    ) -> RawResponse[Json]:
        """Evaluate a PromQL expression over a span of time."""
        from ..api.query.promql_range import request

        call = request(expr, start=start, end=end, step=step, dataset=dataset)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def sql(
        self,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Run a SQL statement that reads."""
        from ..api.query.sql import request

        call = request(q)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncQueryRawResponse:
    """The methods of `query`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def dsl(
        self,
        dataset: str,
        body: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Search a dataset with QueryDSL."""
        from ..api.query.dsl import request

        call = request(dataset, body)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def execute(
        self,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Run a SQL statement that writes."""
        from ..api.query.execute import request

        call = request(q)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def promql(
        self,
        expr: str,
        *,
        at: float | None = None,
        dataset: str | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Evaluate a PromQL expression at one moment."""
        from ..api.query.promql import request

        call = request(expr, at=at, dataset=dataset)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

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
    ) -> RawResponse[Json]:
        """Evaluate a PromQL expression over a span of time."""
        from ..api.query.promql_range import request

        call = request(expr, start=start, end=end, step=step, dataset=dataset)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def sql(
        self,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Run a SQL statement that reads."""
        from ..api.query.sql import request

        call = request(q)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
