"""The resource `connections` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, Json, RawResponse

    from ..models.connection import Connection
    from ..models.connection_config import ConnectionConfig
    from ..models.remote_dataset import RemoteDataset
    from ..models.web_result import WebResult


class ConnectionsRawResponse:
    """The methods of `connections`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        source_type: str,
        *,
        name: str,
        config: ConnectionConfig | Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Connection]:
        """Connect another store."""
        from ..api.connections.create import request

        call = request(source_type, name=name, config=config)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def datasets(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[RemoteDataset]]:
        """List the datasets of a connected store."""
        from ..api.connections.datasets import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Remove a connection."""
        from ..api.connections.delete import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Connection]:
        """Read a connection."""
        from ..api.connections.get import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Connection]]:
        """List the connections to other stores."""
        from ..api.connections.list_all import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def metadata(
        self,
        id: str,
        dataset: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[dict[str, Any]]:
        """Describe a dataset of a connected store."""
        from ..api.connections.metadata import request

        call = request(id, dataset)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def query(
        self,
        id: str,
        dataset: str,
        query: str | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Query a connected store in its own language."""
        from ..api.connections.query import request

        call = request(id, dataset, query)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def sql(
        self,
        id: str,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Run SQL on a connected store."""
        from ..api.connections.sql import request

        call = request(id, q)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def update(
        self,
        id: str,
        config: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Connection]:
        """Change the configuration of a connection."""
        from ..api.connections.update import request

        call = request(id, config)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def web_search(
        self,
        id: str,
        query: str,
        *,
        max_results: int = 10,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[WebResult]]:
        """Search the web through a connection."""
        from ..api.connections.web_search import request

        call = request(id, query, max_results=max_results)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncConnectionsRawResponse:
    """The methods of `connections`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self,
        source_type: str,
        *,
        name: str,
        config: ConnectionConfig | Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Connection]:
        """Connect another store."""
        from ..api.connections.create import request

        call = request(source_type, name=name, config=config)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def datasets(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[RemoteDataset]]:
        """List the datasets of a connected store."""
        from ..api.connections.datasets import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Remove a connection."""
        from ..api.connections.delete import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Connection]:
        """Read a connection."""
        from ..api.connections.get import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Connection]]:
        """List the connections to other stores."""
        from ..api.connections.list_all import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def metadata(
        self,
        id: str,
        dataset: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[dict[str, Any]]:
        """Describe a dataset of a connected store."""
        from ..api.connections.metadata import request

        call = request(id, dataset)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def query(
        self,
        id: str,
        dataset: str,
        query: str | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Query a connected store in its own language."""
        from ..api.connections.query import request

        call = request(id, dataset, query)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def sql(
        self,
        id: str,
        q: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Json]:
        """Run SQL on a connected store."""
        from ..api.connections.sql import request

        call = request(id, q)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def update(
        self,
        id: str,
        config: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Connection]:
        """Change the configuration of a connection."""
        from ..api.connections.update import request

        call = request(id, config)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def web_search(
        self,
        id: str,
        query: str,
        *,
        max_results: int = 10,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[WebResult]]:
        """Search the web through a connection."""
        from ..api.connections.web_search import request

        call = request(id, query, max_results=max_results)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
