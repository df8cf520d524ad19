"""The resource `fino.threads.messages` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse


class FinoThreadsMessagesRawResponse:
    """The methods of `fino.threads.messages`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def add(
        self,
        id: str,
        text: str | Mapping[str, Any],
        *,
        role: str = "user",
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[str]:
        """Add a message to a conversation."""
        from ..api.fino_threads_messages.add import request

        call = request(id, text, role=role)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def clear(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Remove all messages of a conversation."""
        from ..api.fino_threads_messages.clear import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncFinoThreadsMessagesRawResponse:
    """The methods of `fino.threads.messages`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def add(
        self,
        id: str,
        text: str | Mapping[str, Any],
        *,
        role: str = "user",
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[str]:
        """Add a message to a conversation."""
        from ..api.fino_threads_messages.add import request

        call = request(id, text, role=role)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def clear(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Remove all messages of a conversation."""
        from ..api.fino_threads_messages.clear import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
