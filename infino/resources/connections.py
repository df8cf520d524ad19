"""`client.connections`: the generated methods, with the answers of queries as tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

import attrs
from infino_api.api.connections import query, sql
from infino_api.resources.connections import AsyncConnectionsResource, ConnectionsResource
from infino_api.resources.connections_raw import AsyncConnectionsRawResponse, ConnectionsRawResponse

from infino.core.codec import loads
from infino.plans.statement import never_writes, reads_only
from infino.resources.options import CallOptions
from infino.results.prom import PromResult
from infino.results.search import SearchResult
from infino.results.sql import SqlResult
from infino.runtime.call import Call, RawResponse

if TYPE_CHECKING:
    from infino.caller import AsyncCaller, SyncCaller
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts

NativeResult: TypeAlias = SqlResult | SearchResult | PromResult


def native(content: bytes) -> NativeResult:
    """Tell by its form what a store answered: hits of a search, samples of PromQL, or rows of SQL."""
    try:
        body = loads(content)
    except ValueError:
        body = None  # what is no JSON is no rows either, and `SqlResult` says so
    if isinstance(body, dict) and "hits" in body:
        return SearchResult(content)
    if isinstance(body, dict) and "data" in body and "status" in body:
        return PromResult(content)
    return SqlResult(content)


def plan_query(id: str, dataset: str, text: str | Mapping[str, Any]) -> Call[NativeResult]:
    """A query in the language of a connected store."""
    call = query.request(id, dataset, text)
    # A write that may have happened is not repeated; QueryDSL has none.
    retry = call.retry if not isinstance(text, str) or never_writes(text) else "never"
    return attrs.evolve(call, retry=retry, accept="bytes", parse=native)


def plan_sql(id: str, q: str) -> Call[SqlResult]:
    """A statement for a connected store."""
    call = sql.request(id, q)
    # A write that may have happened is not repeated.
    retry = call.retry if reads_only(q) else "never"
    return attrs.evolve(call, retry=retry, accept="bytes", parse=partial(SqlResult, statement=q))


class Connections(ConnectionsResource):
    """Connections to stores elsewhere.

    Args:
        caller: Makes the calls.
    """

    _caller: SyncCaller

    @cached_property
    def with_raw_response(self) -> ConnectionsRaw:
        """The same methods, answering with status, headers and the typed value."""
        return ConnectionsRaw(self._caller)

    def sql(self, id: str, q: str, **options: Unpack[CallOptions]) -> SqlResult:
        """Run SQL on a connected store, without naming a dataset. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the connection.
            q: The statement.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            The rows, decoded as they are read.

        Raises:
            QueryError: The statement failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Example:
            >>> client.connections.sql("c1", "SELECT 1").scalar()
            1
        """
        return self._caller.call(plan_sql(id, q), **options)

    def query(
        self,
        id: str,
        dataset: str,
        query: str | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> NativeResult:
        """Query a connected store in its own language.

        Args:
            id: Id of the connection.
            dataset: Name of an index, or of the database of an SQL store.
            query: SQL or PromQL text, or a QueryDSL object.
            timeout: Seconds for the whole call; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            An `SqlResult`, `SearchResult` or `PromResult`, by what the store answered.

        Raises:
            QueryError: The query failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Example:
            >>> client.connections.query("c1", "sales", "SELECT count(*) FROM orders").scalar()
            58665
        """
        return self._caller.call(plan_query(id, dataset, query), timeout=timeout, headers=headers, retry=retry)


class AsyncConnections(AsyncConnectionsResource):
    """Connections to stores elsewhere.

    Args:
        caller: Makes the calls.
    """

    _caller: AsyncCaller

    @cached_property
    def with_raw_response(self) -> AsyncConnectionsRaw:
        """The same methods, answering with status, headers and the typed value."""
        return AsyncConnectionsRaw(self._caller)

    async def sql(self, id: str, q: str, **options: Unpack[CallOptions]) -> SqlResult:
        """Run SQL on a connected store, without naming a dataset. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the connection.
            q: The statement.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            The rows, decoded as they are read.

        Raises:
            QueryError: The statement failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Example:
            >>> (await client.connections.sql("c1", "SELECT 1")).scalar()
            1
        """
        return await self._caller.call(plan_sql(id, q), **options)

    async def query(
        self,
        id: str,
        dataset: str,
        query: str | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,  # noqa: ASYNC109  # a budget for all attempts, kept by the transport
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> NativeResult:
        """Query a connected store in its own language; see `Connections.query`.

        Args:
            id: Id of the connection.
            dataset: Name of an index, or of the database of an SQL store.
            query: SQL or PromQL text, or a QueryDSL object.
            timeout: Seconds for the whole call; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            An `SqlResult`, `SearchResult` or `PromResult`, by what the store answered.

        Raises:
            QueryError: The query failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Example:
            >>> (await client.connections.query("c1", "sales", "SELECT count(*) FROM orders")).scalar()
            58665
        """
        call = plan_query(id, dataset, query)
        return await self._caller.call(call, timeout=timeout, headers=headers, retry=retry)


class ConnectionsRaw(ConnectionsRawResponse):
    """The methods of `connections`, answering with status, headers and the typed value."""

    def sql(self, id: str, q: str, **options: Unpack[CallOptions]) -> RawResponse[SqlResult]:
        """Run SQL on a connected store."""
        return self._caller.raw(plan_sql(id, q), **options)

    def query(
        self, id: str, dataset: str, query: str | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[NativeResult]:
        """Query a connected store in its own language."""
        return self._caller.raw(plan_query(id, dataset, query), **options)


class AsyncConnectionsRaw(AsyncConnectionsRawResponse):
    """The methods of `connections`, answering with status, headers and the typed value."""

    async def sql(self, id: str, q: str, **options: Unpack[CallOptions]) -> RawResponse[SqlResult]:
        """Run SQL on a connected store."""
        return await self._caller.raw(plan_sql(id, q), **options)

    async def query(
        self, id: str, dataset: str, query: str | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[NativeResult]:
        """Query a connected store in its own language."""
        return await self._caller.raw(plan_query(id, dataset, query), **options)
