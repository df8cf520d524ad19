"""The resource `connections`, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, Json
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.connection import Connection
    from ..models.connection_config import ConnectionConfig
    from ..models.remote_dataset import RemoteDataset
    from ..models.web_result import WebResult
    from .connections_raw import AsyncConnectionsRawResponse, ConnectionsRawResponse


class ConnectionsResource:
    """Connections to other stores, and queries on them.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> ConnectionsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .connections_raw import ConnectionsRawResponse

        return ConnectionsRawResponse(self._caller)

    def create(
        self,
        source_type: str,
        *,
        name: str,
        config: ConnectionConfig | Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Connection:
        """Connect another store.

        The fields of the configuration depend on the kind of store, such as `base_url` and `username`.
        Not repeated once it may have been processed.

        Args:
            source_type: Id of the connection; on creation the kind of store.
            name: Name of the connection.
            config: Fields of the kind of store, such as base_url, username and password.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The new connection.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.connections.create("elasticsearch", name="logs", config={"base_url": "https://search.example.com"})
        """
        from ..api.connections.create import request

        return self._caller.call(
            request(source_type, name=name, config=config), timeout=timeout, headers=headers, retry=retry
        )

    def datasets(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> SyncPage[RemoteDataset]:
        """List the datasets of a connected store.

        Tables or indexes, with their row counts where the store tells. Experimental: only unreleased
        gateways answer this.

        Args:
            id: Id of the connection; on creation the kind of store.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The datasets.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.connections.datasets("c1")
        """
        from infino.runtime.page import SyncPage

        from ..api.connections.datasets import request

        return SyncPage(
            lambda start: self._caller.call(request(id), timeout=timeout, headers=headers, retry=retry)
        )

    def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Remove a connection.

        The other store is not touched.

        Args:
            id: Id of the connection; on creation the kind of store.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when the connection is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.connections.delete("c1")
        """
        from ..api.connections.delete import request

        return self._caller.call(request(id), timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Connection:
        """Read a connection.

        Answers its kind, state and configuration.

        Args:
            id: Id of the connection; on creation the kind of store.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The connection.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.connections.get("c1")
        """
        from ..api.connections.get import request

        return self._caller.call(request(id), timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> SyncPage[Connection]:
        """List the connections to other stores.

        Every connection the user may use; secrets in their configuration are hidden by the service.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The connections.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> for connection in client.connections.list():
            ...     print(connection.id, connection.status)
        """
        from infino.runtime.page import SyncPage

        from ..api.connections.list_all import request

        return SyncPage(
            lambda start: self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
        )

    def metadata(
        self,
        id: str,
        dataset: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> dict[str, Any]:
        """Describe a dataset of a connected store.

        Columns of a table, or mappings and settings of an index.

        Args:
            id: Id of the connection; on creation the kind of store.
            dataset: Name of an index, or of the database of a SQL store.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The description in the store's own form.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.connections.metadata("c1", "logs-2026")
        """
        from ..api.connections.metadata import request

        return self._caller.call(request(id, dataset), timeout=timeout, headers=headers, retry=retry)

    def query(
        self,
        id: str,
        dataset: str,
        query: str | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Query a connected store in its own language.

        SQL text for SQL stores, a QueryDSL object for search stores. Old gateways only answer this as a
        GET with a body.

        Args:
            id: Id of the connection; on creation the kind of store.
            dataset: Name of an index, or of the database of a SQL store.
            query: SQL text, or a QueryDSL object, which is sent as its JSON text.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The answer in the store's own form.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.connections.query("c1", "sales", "SELECT count(*) FROM orders")
        """
        from ..api.connections.query import request

        return self._caller.call(request(id, dataset, query), timeout=timeout, headers=headers, retry=retry)

    def sql(
        self,
        id: str,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Run SQL on a connected store.

        Like a query, without naming a dataset. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the connection; on creation the kind of store.
            q: The statement.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The rows.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.connections.sql("c1", "SELECT 1")
        """
        from ..api.connections.sql import request

        return self._caller.call(request(id, q), timeout=timeout, headers=headers, retry=retry)

    def update(
        self,
        id: str,
        config: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Connection:
        """Change the configuration of a connection.

        Only the given fields change.

        Args:
            id: Id of the connection; on creation the kind of store.
            config: The fields to change.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The connection as it is now, as far as the gateway tells.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.connections.update("c1", {"timeout_secs": 30})
        """
        from ..api.connections.update import request

        return self._caller.call(request(id, config), timeout=timeout, headers=headers, retry=retry)

    def web_search(
        self,
        id: str,
        query: str,
        *,
        max_results: int = 10,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> builtins.list[WebResult]:
        """Search the web through a connection.

        Answers titles, addresses and snippets. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the connection; on creation the kind of store.
            query: What to look for.
            max_results: How many results at most.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The results, best first.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.connections.web_search("c1", "observability trends", max_results=5)
        """
        from ..api.connections.web_search import request

        return self._caller.call(
            request(id, query, max_results=max_results), timeout=timeout, headers=headers, retry=retry
        )


class AsyncConnectionsResource:
    """Connections to other stores, and queries on them.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncConnectionsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .connections_raw import AsyncConnectionsRawResponse

        return AsyncConnectionsRawResponse(self._caller)

    async def create(
        self,
        source_type: str,
        *,
        name: str,
        config: ConnectionConfig | Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Connection:
        """Connect another store.

        The fields of the configuration depend on the kind of store, such as `base_url` and `username`.
        Not repeated once it may have been processed.

        Args:
            source_type: Id of the connection; on creation the kind of store.
            name: Name of the connection.
            config: Fields of the kind of store, such as base_url, username and password.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The new connection.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.connections.create("elasticsearch", name="logs", config={"base_url": "https://search.example.com"})
        """
        from ..api.connections.create import request

        return await self._caller.call(
            request(source_type, name=name, config=config), timeout=timeout, headers=headers, retry=retry
        )

    def datasets(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPage[RemoteDataset]:
        """List the datasets of a connected store.

        Tables or indexes, with their row counts where the store tells. Experimental: only unreleased
        gateways answer this.

        Args:
            id: Id of the connection; on creation the kind of store.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The datasets.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.connections.datasets("c1")
        """
        from infino.runtime.page import AsyncPage

        from ..api.connections.datasets import request

        return AsyncPage(
            lambda start: self._caller.call(request(id), timeout=timeout, headers=headers, retry=retry)
        )

    async def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Remove a connection.

        The other store is not touched.

        Args:
            id: Id of the connection; on creation the kind of store.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when the connection is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.connections.delete("c1")
        """
        from ..api.connections.delete import request

        return await self._caller.call(request(id), timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Connection:
        """Read a connection.

        Answers its kind, state and configuration.

        Args:
            id: Id of the connection; on creation the kind of store.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The connection.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.connections.get("c1")
        """
        from ..api.connections.get import request

        return await self._caller.call(request(id), timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPage[Connection]:
        """List the connections to other stores.

        Every connection the user may use; secrets in their configuration are hidden by the service.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The connections.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> async for connection in client.connections.list():
            ...     print(connection.id, connection.status)
        """
        from infino.runtime.page import AsyncPage

        from ..api.connections.list_all import request

        return AsyncPage(
            lambda start: self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
        )

    async def metadata(
        self,
        id: str,
        dataset: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> dict[str, Any]:
        """Describe a dataset of a connected store.

        Columns of a table, or mappings and settings of an index.

        Args:
            id: Id of the connection; on creation the kind of store.
            dataset: Name of an index, or of the database of a SQL store.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The description in the store's own form.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.connections.metadata("c1", "logs-2026")
        """
        from ..api.connections.metadata import request

        return await self._caller.call(request(id, dataset), timeout=timeout, headers=headers, retry=retry)

    async def query(
        self,
        id: str,
        dataset: str,
        query: str | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Query a connected store in its own language.

        SQL text for SQL stores, a QueryDSL object for search stores. Old gateways only answer this as a
        GET with a body.

        Args:
            id: Id of the connection; on creation the kind of store.
            dataset: Name of an index, or of the database of a SQL store.
            query: SQL text, or a QueryDSL object, which is sent as its JSON text.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The answer in the store's own form.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.connections.query("c1", "sales", "SELECT count(*) FROM orders")
        """
        from ..api.connections.query import request

        return await self._caller.call(
            request(id, dataset, query), timeout=timeout, headers=headers, retry=retry
        )

    async def sql(
        self,
        id: str,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Json:
        """Run SQL on a connected store.

        Like a query, without naming a dataset. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the connection; on creation the kind of store.
            q: The statement.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The rows.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.connections.sql("c1", "SELECT 1")
        """
        from ..api.connections.sql import request

        return await self._caller.call(request(id, q), timeout=timeout, headers=headers, retry=retry)

    async def update(
        self,
        id: str,
        config: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Connection:
        """Change the configuration of a connection.

        Only the given fields change.

        Args:
            id: Id of the connection; on creation the kind of store.
            config: The fields to change.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The connection as it is now, as far as the gateway tells.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.connections.update("c1", {"timeout_secs": 30})
        """
        from ..api.connections.update import request

        return await self._caller.call(request(id, config), timeout=timeout, headers=headers, retry=retry)

    async def web_search(
        self,
        id: str,
        query: str,
        *,
        max_results: int = 10,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> builtins.list[WebResult]:
        """Search the web through a connection.

        Answers titles, addresses and snippets. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the connection; on creation the kind of store.
            query: What to look for.
            max_results: How many results at most.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The results, best first.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.connections.web_search("c1", "observability trends", max_results=5)
        """
        from ..api.connections.web_search import request

        return await self._caller.call(
            request(id, query, max_results=max_results), timeout=timeout, headers=headers, retry=retry
        )
