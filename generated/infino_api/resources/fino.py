# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `fino`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions

    from .fino_raw import AsyncFinoRawResponse, FinoRawResponse
    from .fino_threads import AsyncFinoThreadsResource, FinoThreadsResource


class FinoResource:
    """Questions in plain language.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> FinoRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .fino_raw import FinoRawResponse

        return FinoRawResponse(self._caller)

    @cached_property
    def threads(self) -> FinoThreadsResource:
        """Conversations and their settings."""
        from .fino_threads import FinoThreadsResource

        return FinoThreadsResource(self._caller)

    def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = "user",
        extra: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> str:
        """Send a message to a conversation.

        The answer comes over the WebSocket of the thread. Not repeated once it may have been processed.

        Args:
            thread_id: Id of the thread.
            text: The text, or an object with the content as the service takes it.
            role: Who speaks. The service's default is "user".
            extra: Further fields of the body, sent as they are.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The id of the message.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.fino.send("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11", "Which carrier is late most often?")
        """
        from ..api.fino.send import request

        return self._caller.call(request(thread_id, text, role=role, extra=extra), **options)


class AsyncFinoResource:
    """Questions in plain language.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncFinoRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .fino_raw import AsyncFinoRawResponse

        return AsyncFinoRawResponse(self._caller)

    @cached_property
    def threads(self) -> AsyncFinoThreadsResource:
        """Conversations and their settings."""
        from .fino_threads import AsyncFinoThreadsResource

        return AsyncFinoThreadsResource(self._caller)

    async def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = "user",
        extra: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> str:
        """Send a message to a conversation.

        The answer comes over the WebSocket of the thread. Not repeated once it may have been processed.

        Args:
            thread_id: Id of the thread.
            text: The text, or an object with the content as the service takes it.
            role: Who speaks. The service's default is "user".
            extra: Further fields of the body, sent as they are.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The id of the message.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.fino.send("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11", "Which carrier is late most often?")
        """
        from ..api.fino.send import request

        return await self._caller.call(request(thread_id, text, role=role, extra=extra), **options)
