# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `fino.threads`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.thread import Thread
    from ..models.thread_source import ThreadSource
    from .fino_threads_messages import AsyncFinoThreadsMessagesResource, FinoThreadsMessagesResource
    from .fino_threads_raw import AsyncFinoThreadsRawResponse, FinoThreadsRawResponse


class FinoThreadsResource:
    """Conversations and their settings.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> FinoThreadsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .fino_threads_raw import FinoThreadsRawResponse

        return FinoThreadsRawResponse(self._caller)

    @cached_property
    def messages(self) -> FinoThreadsMessagesResource:
        """The messages of a conversation."""
        from .fino_threads_messages import FinoThreadsMessagesResource

        return FinoThreadsMessagesResource(self._caller)

    def create(
        self,
        *,
        name: str | None = None,
        sources: Sequence[ThreadSource | Mapping[str, Any]] | None = None,
        streaming: bool | None = None,
        workflow_name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> Thread:
        """Start a conversation.

        With sources the thread may only use those; without, the service chooses. A streaming thread
        sends its answers piece by piece. Not repeated once it may have been processed.

        Args:
            name: Name of the thread.
            sources: What the thread may use; the service chooses when it is not given.
            streaming: True for answers piece by piece.
            workflow_name: Workflow that answers.
            metadata: Free-form notes.
            extra: Further fields of the body, sent as they are.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The new thread.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.fino.threads.create(name="Delays", sources=[{"index_name": "flights", "connection_id": "infino"}])
        """
        from ..api.fino_threads.create import request

        return self._caller.call(
            request(
                name=name,
                sources=sources,
                streaming=streaming,
                workflow_name=workflow_name,
                metadata=metadata,
                extra=extra,
            ),
            **options,
        )

    def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a conversation.

        The thread and its messages are gone afterwards.

        Args:
            id: Id of the thread.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the thread is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.fino.threads.delete("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11")
        """
        from ..api.fino_threads.delete import request

        return self._caller.call(request(id), **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> Thread:
        """Read a conversation with its messages.

        Answers the thread and all messages so far.

        Args:
            id: Id of the thread.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The thread.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.fino.threads.get("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11")
        """
        from ..api.fino_threads.get import request

        return self._caller.call(request(id), **options)

    def list(self, **options: Unpack[CallOptions]) -> SyncPage[Thread]:
        """List the conversations.

        Every thread the user owns or shares. Further pages are read while iterating, until one is
        empty. What is deleted meanwhile moves what follows it, so that items may be passed over: take
        `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The threads.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> for thread in client.fino.threads.list():
            ...     print(thread.id, thread.name)
        """
        from infino.runtime.page import SyncPage

        from ..api.fino_threads.list_all import request

        return SyncPage(self._caller.call(request(), **options))

    def update(
        self,
        id: str,
        *,
        name: str | None = None,
        sources: Sequence[ThreadSource | Mapping[str, Any]] | None = None,
        streaming: bool | None = None,
        workflow_name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> Thread:
        """Change a conversation's settings.

        Only the given settings change.

        Args:
            id: Id of the thread.
            name: Name of the thread.
            sources: What the thread may use; the service chooses when it is not given.
            streaming: True for answers piece by piece.
            workflow_name: Workflow that answers.
            metadata: Free-form notes.
            extra: Further fields of the body, sent as they are.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The thread as it is now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.fino.threads.update("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11", name="Late flights")
        """
        from ..api.fino_threads.update import request

        return self._caller.call(
            request(
                id,
                name=name,
                sources=sources,
                streaming=streaming,
                workflow_name=workflow_name,
                metadata=metadata,
                extra=extra,
            ),
            **options,
        )


class AsyncFinoThreadsResource:
    """Conversations and their settings.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncFinoThreadsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .fino_threads_raw import AsyncFinoThreadsRawResponse

        return AsyncFinoThreadsRawResponse(self._caller)

    @cached_property
    def messages(self) -> AsyncFinoThreadsMessagesResource:
        """The messages of a conversation."""
        from .fino_threads_messages import AsyncFinoThreadsMessagesResource

        return AsyncFinoThreadsMessagesResource(self._caller)

    async def create(
        self,
        *,
        name: str | None = None,
        sources: Sequence[ThreadSource | Mapping[str, Any]] | None = None,
        streaming: bool | None = None,
        workflow_name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> Thread:
        """Start a conversation.

        With sources the thread may only use those; without, the service chooses. A streaming thread
        sends its answers piece by piece. Not repeated once it may have been processed.

        Args:
            name: Name of the thread.
            sources: What the thread may use; the service chooses when it is not given.
            streaming: True for answers piece by piece.
            workflow_name: Workflow that answers.
            metadata: Free-form notes.
            extra: Further fields of the body, sent as they are.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The new thread.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.fino.threads.create(name="Delays", sources=[{"index_name": "flights", "connection_id": "infino"}])
        """
        from ..api.fino_threads.create import request

        return await self._caller.call(
            request(
                name=name,
                sources=sources,
                streaming=streaming,
                workflow_name=workflow_name,
                metadata=metadata,
                extra=extra,
            ),
            **options,
        )

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a conversation.

        The thread and its messages are gone afterwards.

        Args:
            id: Id of the thread.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the thread is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.fino.threads.delete("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11")
        """
        from ..api.fino_threads.delete import request

        return await self._caller.call(request(id), **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> Thread:
        """Read a conversation with its messages.

        Answers the thread and all messages so far.

        Args:
            id: Id of the thread.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The thread.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.fino.threads.get("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11")
        """
        from ..api.fino_threads.get import request

        return await self._caller.call(request(id), **options)

    def list(self, **options: Unpack[CallOptions]) -> AsyncPage[Thread]:
        """List the conversations.

        Every thread the user owns or shares. Further pages are read while iterating, until one is
        empty. What is deleted meanwhile moves what follows it, so that items may be passed over: take
        `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The threads.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> async for thread in client.fino.threads.list():
            ...     print(thread.id, thread.name)
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.fino_threads.list_all import request

        check_options(options, "fino.threads.list")
        return AsyncPage(lambda _start: self._caller.call(request(), **options))

    async def update(
        self,
        id: str,
        *,
        name: str | None = None,
        sources: Sequence[ThreadSource | Mapping[str, Any]] | None = None,
        streaming: bool | None = None,
        workflow_name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> Thread:
        """Change a conversation's settings.

        Only the given settings change.

        Args:
            id: Id of the thread.
            name: Name of the thread.
            sources: What the thread may use; the service chooses when it is not given.
            streaming: True for answers piece by piece.
            workflow_name: Workflow that answers.
            metadata: Free-form notes.
            extra: Further fields of the body, sent as they are.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The thread as it is now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.fino.threads.update("7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11", name="Late flights")
        """
        from ..api.fino_threads.update import request

        return await self._caller.call(
            request(
                id,
                name=name,
                sources=sources,
                streaming=streaming,
                workflow_name=workflow_name,
                metadata=metadata,
                extra=extra,
            ),
            **options,
        )
