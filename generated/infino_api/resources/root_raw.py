"""The resource `client` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.service_info import ServiceInfo


class RootRawResponse:
    """The methods of `client`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def ping(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[ServiceInfo]:
        """Ask the service for its version."""
        from ..api.client.ping import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncRootRawResponse:
    """The methods of `client`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def ping(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[ServiceInfo]:
        """Ask the service for its version."""
        from ..api.client.ping import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
