"""The resource `fino` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse


class FinoRawResponse:
    """The methods of `fino`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: str = "user",
        extra: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[str]:
        """Send a message to a conversation."""
        from ..api.fino.send import request

        call = request(thread_id, text, role=role, extra=extra)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncFinoRawResponse:
    """The methods of `fino`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: str = "user",
        extra: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[str]:
        """Send a message to a conversation."""
        from ..api.fino.send import request

        call = request(thread_id, text, role=role, extra=extra)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
