# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `client` with raw responses, sync and async."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.service_info import ServiceInfo


class RootRawResponse:
    """The methods of `client`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def ping(self, **options: Unpack[CallOptions]) -> RawResponse[ServiceInfo]:
        """Ask the service for its version."""
        from ..api.client.ping import request

        return self._caller.call(request(), True, **options)


class AsyncRootRawResponse:
    """The methods of `client`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def ping(self, **options: Unpack[CallOptions]) -> RawResponse[ServiceInfo]:
        """Ask the service for its version."""
        from ..api.client.ping import request

        return await self._caller.call(request(), True, **options)
