# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `query` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.core.times import Moment, Span
    from infino.plans.statement import Params
    from infino.results.prom import PromResult
    from infino.results.search import SearchResult
    from infino.results.sql import SqlResult
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions


class QueryRawResponse:
    """The methods of `query`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def dsl(
        self, dataset: str, body: Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[SearchResult]:
        """Search a dataset with QueryDSL."""
        from infino.plans.query import dsl as request

        return self._caller.call(request(dataset, body), True, **options)

    def execute(
        self, q: str, params: Params | None = None, **options: Unpack[CallOptions]
    ) -> RawResponse[SqlResult]:
        """Run an SQL statement that writes; it is never sent again when it may have been processed."""
        from infino.plans.statement import execute as request

        return self._caller.call(request(q, params), True, **options)

    def promql(
        self,
        expr: str,
        *,
        at: Moment | None = None,
        dataset: str | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[PromResult]:
        """Evaluate a PromQL expression at one moment."""
        from infino.plans.query import promql as request

        return self._caller.call(request(expr, at=at, dataset=dataset), True, **options)

    def promql_range(
        self,
        expr: str,
        *,
        start: Moment,
        end: Moment,
        step: Span,
        dataset: str | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[PromResult]:
        """Evaluate a PromQL expression over a span of time."""
        from infino.plans.query import promql_range as request

        return self._caller.call(
            request(expr, start=start, end=end, step=step, dataset=dataset), True, **options
        )

    def sql(
        self, q: str, params: Params | None = None, **options: Unpack[CallOptions]
    ) -> RawResponse[SqlResult]:
        """Run an SQL statement that reads; it is repeated after failures that may pass (one that writes is not)."""
        from infino.plans.statement import sql as request

        return self._caller.call(request(q, params), True, **options)


class AsyncQueryRawResponse:
    """The methods of `query`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def dsl(
        self, dataset: str, body: Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[SearchResult]:
        """Search a dataset with QueryDSL."""
        from infino.plans.query import dsl as request

        return await self._caller.call(request(dataset, body), True, **options)

    async def execute(
        self, q: str, params: Params | None = None, **options: Unpack[CallOptions]
    ) -> RawResponse[SqlResult]:
        """Run an SQL statement that writes; it is never sent again when it may have been processed."""
        from infino.plans.statement import execute as request

        return await self._caller.call(request(q, params), True, **options)

    async def promql(
        self,
        expr: str,
        *,
        at: Moment | None = None,
        dataset: str | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[PromResult]:
        """Evaluate a PromQL expression at one moment."""
        from infino.plans.query import promql as request

        return await self._caller.call(request(expr, at=at, dataset=dataset), True, **options)

    async def promql_range(
        self,
        expr: str,
        *,
        start: Moment,
        end: Moment,
        step: Span,
        dataset: str | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[PromResult]:
        """Evaluate a PromQL expression over a span of time."""
        from infino.plans.query import promql_range as request

        return await self._caller.call(
            request(expr, start=start, end=end, step=step, dataset=dataset), True, **options
        )

    async def sql(
        self, q: str, params: Params | None = None, **options: Unpack[CallOptions]
    ) -> RawResponse[SqlResult]:
        """Run an SQL statement that reads; it is repeated after failures that may pass (one that writes is not)."""
        from infino.plans.statement import sql as request

        return await self._caller.call(request(q, params), True, **options)
