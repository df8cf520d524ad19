# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `connections` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.plans.connections import NativeResult
    from infino.results.sql import SqlResult
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.connection import Connection
    from ..models.connection_config import ConnectionConfig
    from ..models.remote_dataset import RemoteDataset
    from ..models.web_result import WebResult


class ConnectionsRawResponse:
    """The methods of `connections`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def create(
        self,
        source_type: str,
        *,
        name: str,
        config: ConnectionConfig | Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[Connection]:
        """Connect another store."""
        from ..api.connections.create import request

        return self._caller.call(request(source_type, name=name, config=config), True, **options)

    def datasets(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[RemoteDataset]]:
        """List the datasets of a connected store."""
        from ..api.connections.datasets import request

        return self._caller.call(request(id), True, **options)

    def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Remove a connection."""
        from ..api.connections.delete import request

        return self._caller.call(request(id), True, **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[Connection]:
        """Read a connection."""
        from ..api.connections.get import request

        return self._caller.call(request(id), True, **options)

    def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Connection]]:
        """List the connections to other stores."""
        from ..api.connections.list_all import request

        return self._caller.call(request(), True, **options)

    def metadata(self, id: str, dataset: str, **options: Unpack[CallOptions]) -> RawResponse[dict[str, Any]]:
        """Describe a dataset of a connected store."""
        from ..api.connections.metadata import request

        return self._caller.call(request(id, dataset), True, **options)

    def query(
        self, id: str, dataset: str, query: str | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[NativeResult]:
        """Query a connected store in its own language."""
        from infino.plans.connections import query as request

        return self._caller.call(request(id, dataset, query), True, **options)

    def sql(self, id: str, q: str, **options: Unpack[CallOptions]) -> RawResponse[SqlResult]:
        """Run SQL on a connected store, without naming a dataset. Experimental: only unreleased gateways answer this."""
        from infino.plans.connections import sql as request

        return self._caller.call(request(id, q), True, **options)

    def update(
        self, id: str, config: Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Connection]:
        """Change the configuration of a connection; only the given fields change."""
        from infino.plans.connections import update as request

        return self._caller.call(request(id, config), True, **options)

    def web_search(
        self, id: str, query: str, *, max_results: int = 10, **options: Unpack[CallOptions]
    ) -> RawResponse[builtins.list[WebResult]]:
        """Search the web through a connection."""
        from ..api.connections.web_search import request

        return self._caller.call(request(id, query, max_results=max_results), True, **options)


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
        **options: Unpack[CallOptions],
    ) -> RawResponse[Connection]:
        """Connect another store."""
        from ..api.connections.create import request

        return await self._caller.call(request(source_type, name=name, config=config), True, **options)

    async def datasets(
        self, id: str, **options: Unpack[CallOptions]
    ) -> RawResponse[builtins.list[RemoteDataset]]:
        """List the datasets of a connected store."""
        from ..api.connections.datasets import request

        return await self._caller.call(request(id), True, **options)

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Remove a connection."""
        from ..api.connections.delete import request

        return await self._caller.call(request(id), True, **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[Connection]:
        """Read a connection."""
        from ..api.connections.get import request

        return await self._caller.call(request(id), True, **options)

    async def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Connection]]:
        """List the connections to other stores."""
        from ..api.connections.list_all import request

        return await self._caller.call(request(), True, **options)

    async def metadata(
        self, id: str, dataset: str, **options: Unpack[CallOptions]
    ) -> RawResponse[dict[str, Any]]:
        """Describe a dataset of a connected store."""
        from ..api.connections.metadata import request

        return await self._caller.call(request(id, dataset), True, **options)

    async def query(
        self, id: str, dataset: str, query: str | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[NativeResult]:
        """Query a connected store in its own language."""
        from infino.plans.connections import query as request

        return await self._caller.call(request(id, dataset, query), True, **options)

    async def sql(self, id: str, q: str, **options: Unpack[CallOptions]) -> RawResponse[SqlResult]:
        """Run SQL on a connected store, without naming a dataset. Experimental: only unreleased gateways answer this."""
        from infino.plans.connections import sql as request

        return await self._caller.call(request(id, q), True, **options)

    async def update(
        self, id: str, config: Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Connection]:
        """Change the configuration of a connection; only the given fields change."""
        from infino.plans.connections import update as request

        return await self._caller.call(request(id, config), True, **options)

    async def web_search(
        self, id: str, query: str, *, max_results: int = 10, **options: Unpack[CallOptions]
    ) -> RawResponse[builtins.list[WebResult]]:
        """Search the web through a connection."""
        from ..api.connections.web_search import request

        return await self._caller.call(request(id, query, max_results=max_results), True, **options)
