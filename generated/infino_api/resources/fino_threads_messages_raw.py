# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `fino.threads.messages` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions


class FinoThreadsMessagesRawResponse:
    """The methods of `fino.threads.messages`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def add(
        self,
        id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = "user",
        **options: Unpack[CallOptions],
    ) -> RawResponse[str]:
        """Add a message to a conversation."""
        from ..api.fino_threads_messages.add import request

        return self._caller.call(request(id, text, role=role), True, **options)

    def clear(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Remove all messages of a conversation."""
        from ..api.fino_threads_messages.clear import request

        return self._caller.call(request(id), True, **options)


class AsyncFinoThreadsMessagesRawResponse:
    """The methods of `fino.threads.messages`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def add(
        self,
        id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = "user",
        **options: Unpack[CallOptions],
    ) -> RawResponse[str]:
        """Add a message to a conversation."""
        from ..api.fino_threads_messages.add import request

        return await self._caller.call(request(id, text, role=role), True, **options)

    async def clear(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Remove all messages of a conversation."""
        from ..api.fino_threads_messages.clear import request

        return await self._caller.call(request(id), True, **options)
