# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `fino.threads` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.thread import Thread
    from ..models.thread_source import ThreadSource


class FinoThreadsRawResponse:
    """The methods of `fino.threads`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

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
    ) -> RawResponse[Thread]:
        """Start a conversation."""
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
            True,
            **options,
        )

    def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a conversation."""
        from ..api.fino_threads.delete import request

        return self._caller.call(request(id), True, **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[Thread]:
        """Read a conversation with its messages."""
        from ..api.fino_threads.get import request

        return self._caller.call(request(id), True, **options)

    def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Thread]]:
        """List the conversations."""
        from ..api.fino_threads.list_all import request

        return self._caller.call(request(), True, **options)

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
    ) -> RawResponse[Thread]:
        """Change a conversation's settings."""
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
            True,
            **options,
        )


class AsyncFinoThreadsRawResponse:
    """The methods of `fino.threads`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

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
    ) -> RawResponse[Thread]:
        """Start a conversation."""
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
            True,
            **options,
        )

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a conversation."""
        from ..api.fino_threads.delete import request

        return await self._caller.call(request(id), True, **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[Thread]:
        """Read a conversation with its messages."""
        from ..api.fino_threads.get import request

        return await self._caller.call(request(id), True, **options)

    async def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Thread]]:
        """List the conversations."""
        from ..api.fino_threads.list_all import request

        return await self._caller.call(request(), True, **options)

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
    ) -> RawResponse[Thread]:
        """Change a conversation's settings."""
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
            True,
            **options,
        )
