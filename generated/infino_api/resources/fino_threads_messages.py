# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `fino.threads.messages`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions

    from .fino_threads_messages_raw import AsyncFinoThreadsMessagesRawResponse, FinoThreadsMessagesRawResponse


class FinoThreadsMessagesResource:
    """The messages of a conversation.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> FinoThreadsMessagesRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .fino_threads_messages_raw import FinoThreadsMessagesRawResponse

        return FinoThreadsMessagesRawResponse(self._caller)

    def add(
        self,
        id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = "user",
        **options: Unpack[CallOptions],
    ) -> str:
        """Add a message to a conversation.

        The message is stored; no answer is asked for. Not repeated once it may have been processed.

        Args:
            id: Id of the thread.
            text: The text, or an object with the content as the service takes it.
            role: Who speaks: user, assistant or system. The service's default is "user".
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The id of the message.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.fino.threads.messages.add("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11", "Only flights from JFK.")
        """
        from ..api.fino_threads_messages.add import request

        return self._caller.call(request(id, text, role=role), **options)

    def clear(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Remove all messages of a conversation.

        The thread stays, with no messages.

        Args:
            id: Id of the thread.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the messages are gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.fino.threads.messages.clear("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11")
        """
        from ..api.fino_threads_messages.clear import request

        return self._caller.call(request(id), **options)


class AsyncFinoThreadsMessagesResource:
    """The messages of a conversation.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncFinoThreadsMessagesRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .fino_threads_messages_raw import AsyncFinoThreadsMessagesRawResponse

        return AsyncFinoThreadsMessagesRawResponse(self._caller)

    async def add(
        self,
        id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = "user",
        **options: Unpack[CallOptions],
    ) -> str:
        """Add a message to a conversation.

        The message is stored; no answer is asked for. Not repeated once it may have been processed.

        Args:
            id: Id of the thread.
            text: The text, or an object with the content as the service takes it.
            role: Who speaks: user, assistant or system. The service's default is "user".
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The id of the message.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.fino.threads.messages.add("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11", "Only flights from JFK.")
        """
        from ..api.fino_threads_messages.add import request

        return await self._caller.call(request(id, text, role=role), **options)

    async def clear(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Remove all messages of a conversation.

        The thread stays, with no messages.

        Args:
            id: Id of the thread.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the messages are gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.fino.threads.messages.clear("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11")
        """
        from ..api.fino_threads_messages.clear import request

        return await self._caller.call(request(id), **options)
