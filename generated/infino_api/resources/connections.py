# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `connections`, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.plans.connections import NativeResult
    from infino.results.sql import SqlResult
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
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

    def __init__(self, caller: SyncCaller) -> None:
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
        **options: Unpack[CallOptions],
    ) -> Connection:
        """Connect another store.

        The fields of the configuration depend on the kind of store, such as `base_url` and `username`.
        Not repeated once it may have been processed.

        Args:
            source_type: Id of the connection; on creation the kind of store.
            name: Name of the connection.
            config: Fields of the kind of store, such as base_url, username and password.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The new connection.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.connections.create("elasticsearch", name="logs", config={"base_url": "https://search.example.com"})
        """
        from ..api.connections.create import request

        return self._caller.call(request(source_type, name=name, config=config), **options)

    def datasets(self, id: str, **options: Unpack[CallOptions]) -> SyncPage[RemoteDataset]:
        """List the datasets of a connected store.

        Tables or indexes, with their row counts where the store tells. Experimental: only unreleased
        gateways answer this. Further pages are read while iterating, until one is empty. What is
        deleted meanwhile moves what follows it, so that items may be passed over: take `.all()` first,
        then delete.

        Args:
            id: Id of the connection; on creation the kind of store.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The datasets.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.connections.datasets("c1")
        """
        from infino.runtime.page import SyncPage

        from ..api.connections.datasets import request

        return SyncPage(self._caller.call(request(id), **options))

    def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Remove a connection.

        The other store is not touched.

        Args:
            id: Id of the connection; on creation the kind of store.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the connection is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.connections.delete("c1")
        """
        from ..api.connections.delete import request

        return self._caller.call(request(id), **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> Connection:
        """Read a connection.

        Answers its kind, state and configuration.

        Args:
            id: Id of the connection; on creation the kind of store.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The connection.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.connections.get("c1")
        """
        from ..api.connections.get import request

        return self._caller.call(request(id), **options)

    def list(self, **options: Unpack[CallOptions]) -> SyncPage[Connection]:
        """List the connections to other stores.

        Every connection the user may use; secrets in their configuration are hidden by the service.
        Further pages are read while iterating, until one is empty. What is deleted meanwhile moves what
        follows it, so that items may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The connections.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> for connection in client.connections.list():
            ...     print(connection.id, connection.status)
        """
        from infino.runtime.page import SyncPage

        from ..api.connections.list_all import request

        return SyncPage(self._caller.call(request(), **options))

    def metadata(self, id: str, dataset: str, **options: Unpack[CallOptions]) -> dict[str, Any]:
        """Describe a dataset of a connected store.

        Columns of a table, or mappings and settings of an index.

        Args:
            id: Id of the connection; on creation the kind of store.
            dataset: Name of an index, or of the database of a SQL store.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The description in the store's own form. A free-form object.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.connections.metadata("c1", "logs-2026")
        """
        from ..api.connections.metadata import request

        return self._caller.call(request(id, dataset), **options)

    def query(
        self, id: str, dataset: str, query: str | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> NativeResult:
        """Query a connected store in its own language.

        Args:
            id: Id of the connection.
            dataset: Name of an index, or of the database of an SQL store.
            query: SQL or PromQL text, or a QueryDSL object.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            An `SqlResult`, `SearchResult` or `PromResult`, by what the store answered.

        Raises:
            QueryError: The query failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.connections.query("c1", "sales", "SELECT count(*) FROM orders").scalar()
            58665
        """
        from infino.plans.connections import query as request

        return self._caller.call(request(id, dataset, query), **options)

    def sql(self, id: str, q: str, **options: Unpack[CallOptions]) -> SqlResult:
        """Run SQL on a connected store, without naming a dataset. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the connection.
            q: The statement.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The rows, decoded as they are read.

        Raises:
            QueryError: The statement failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.connections.sql("c1", "SELECT 1").scalar()
            1
        """
        from infino.plans.connections import sql as request

        return self._caller.call(request(id, q), **options)

    def update(self, id: str, config: Mapping[str, Any], **options: Unpack[CallOptions]) -> Connection:
        """Change the configuration of a connection; only the given fields change.

        Args:
            id: Id of the connection.
            config: The fields to change; a whole body `{"config": {...}}`, as older programs sent it, is taken as well.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The connection as it is now, as far as the gateway tells.

        Raises:
            ValidationError: A whole body stands beside other fields.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.connections.update("c1", {"timeout_secs": 30})
        """
        from infino.plans.connections import update as request

        return self._caller.call(request(id, config), **options)

    def web_search(
        self, id: str, query: str, *, max_results: int = 10, **options: Unpack[CallOptions]
    ) -> builtins.list[WebResult]:
        """Search the web through a connection.

        Answers titles, addresses and snippets. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the connection; on creation the kind of store.
            query: What to look for.
            max_results: How many results at most. The service's default is 10.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The results, best first.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.connections.web_search("c1", "observability trends", max_results=5)
        """
        from ..api.connections.web_search import request

        return self._caller.call(request(id, query, max_results=max_results), **options)


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
        **options: Unpack[CallOptions],
    ) -> Connection:
        """Connect another store.

        The fields of the configuration depend on the kind of store, such as `base_url` and `username`.
        Not repeated once it may have been processed.

        Args:
            source_type: Id of the connection; on creation the kind of store.
            name: Name of the connection.
            config: Fields of the kind of store, such as base_url, username and password.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The new connection.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.connections.create("elasticsearch", name="logs", config={"base_url": "https://search.example.com"})
        """
        from ..api.connections.create import request

        return await self._caller.call(request(source_type, name=name, config=config), **options)

    def datasets(self, id: str, **options: Unpack[CallOptions]) -> AsyncPage[RemoteDataset]:
        """List the datasets of a connected store.

        Tables or indexes, with their row counts where the store tells. Experimental: only unreleased
        gateways answer this. Further pages are read while iterating, until one is empty. What is
        deleted meanwhile moves what follows it, so that items may be passed over: take `.all()` first,
        then delete.

        Args:
            id: Id of the connection; on creation the kind of store.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The datasets.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.connections.datasets("c1")
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.connections.datasets import request

        check_options(options, "connections.datasets")
        return AsyncPage(lambda _start: self._caller.call(request(id), **options))

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Remove a connection.

        The other store is not touched.

        Args:
            id: Id of the connection; on creation the kind of store.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the connection is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.connections.delete("c1")
        """
        from ..api.connections.delete import request

        return await self._caller.call(request(id), **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> Connection:
        """Read a connection.

        Answers its kind, state and configuration.

        Args:
            id: Id of the connection; on creation the kind of store.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The connection.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.connections.get("c1")
        """
        from ..api.connections.get import request

        return await self._caller.call(request(id), **options)

    def list(self, **options: Unpack[CallOptions]) -> AsyncPage[Connection]:
        """List the connections to other stores.

        Every connection the user may use; secrets in their configuration are hidden by the service.
        Further pages are read while iterating, until one is empty. What is deleted meanwhile moves what
        follows it, so that items may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The connections.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> async for connection in client.connections.list():
            ...     print(connection.id, connection.status)
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.connections.list_all import request

        check_options(options, "connections.list")
        return AsyncPage(lambda _start: self._caller.call(request(), **options))

    async def metadata(self, id: str, dataset: str, **options: Unpack[CallOptions]) -> dict[str, Any]:
        """Describe a dataset of a connected store.

        Columns of a table, or mappings and settings of an index.

        Args:
            id: Id of the connection; on creation the kind of store.
            dataset: Name of an index, or of the database of a SQL store.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The description in the store's own form. A free-form object.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.connections.metadata("c1", "logs-2026")
        """
        from ..api.connections.metadata import request

        return await self._caller.call(request(id, dataset), **options)

    async def query(
        self, id: str, dataset: str, query: str | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> NativeResult:
        """Query a connected store in its own language.

        Args:
            id: Id of the connection.
            dataset: Name of an index, or of the database of an SQL store.
            query: SQL or PromQL text, or a QueryDSL object.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            An `SqlResult`, `SearchResult` or `PromResult`, by what the store answered.

        Raises:
            QueryError: The query failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.connections.query("c1", "sales", "SELECT count(*) FROM orders")).scalar()
            58665
        """
        from infino.plans.connections import query as request

        return await self._caller.call(request(id, dataset, query), **options)

    async def sql(self, id: str, q: str, **options: Unpack[CallOptions]) -> SqlResult:
        """Run SQL on a connected store, without naming a dataset. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the connection.
            q: The statement.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The rows, decoded as they are read.

        Raises:
            QueryError: The statement failed inside a successful answer.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.connections.sql("c1", "SELECT 1")).scalar()
            1
        """
        from infino.plans.connections import sql as request

        return await self._caller.call(request(id, q), **options)

    async def update(self, id: str, config: Mapping[str, Any], **options: Unpack[CallOptions]) -> Connection:
        """Change the configuration of a connection; only the given fields change.

        Args:
            id: Id of the connection.
            config: The fields to change; a whole body `{"config": {...}}`, as older programs sent it, is taken as well.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The connection as it is now, as far as the gateway tells.

        Raises:
            ValidationError: A whole body stands beside other fields.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.connections.update("c1", {"timeout_secs": 30})
        """
        from infino.plans.connections import update as request

        return await self._caller.call(request(id, config), **options)

    async def web_search(
        self, id: str, query: str, *, max_results: int = 10, **options: Unpack[CallOptions]
    ) -> builtins.list[WebResult]:
        """Search the web through a connection.

        Answers titles, addresses and snippets. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the connection; on creation the kind of store.
            query: What to look for.
            max_results: How many results at most. The service's default is 10.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The results, best first.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.connections.web_search("c1", "observability trends", max_results=5)
        """
        from ..api.connections.web_search import request

        return await self._caller.call(request(id, query, max_results=max_results), **options)
