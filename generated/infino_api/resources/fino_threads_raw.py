"""The resource `fino.threads` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.thread import Thread
    from ..models.thread_source import ThreadSource


class FinoThreadsRawResponse:
    """The methods of `fino.threads`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        *,
        name: str | None = None,
        sources: Sequence[ThreadSource | Mapping[str, Any]] | None = None,
        streaming: bool | None = None,
        workflow_name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Thread]:
        """Start a conversation."""
        from ..api.fino_threads.create import request

        call = request(
            name=name, sources=sources, streaming=streaming, workflow_name=workflow_name, metadata=metadata
        )
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a conversation."""
        from ..api.fino_threads.delete import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Thread]:
        """Read a conversation with its messages."""
        from ..api.fino_threads.get import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Thread]]:
        """List the conversations."""
        from ..api.fino_threads.list_all import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def update(
        self,
        id: str,
        *,
        name: str | None = None,
        sources: Sequence[ThreadSource | Mapping[str, Any]] | None = None,
        streaming: bool | None = None,
        workflow_name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Thread]:
        """Change a conversation's settings."""
        from ..api.fino_threads.update import request

        call = request(
            id,
            name=name,
            sources=sources,
            streaming=streaming,
            workflow_name=workflow_name,
            metadata=metadata,
        )
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


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
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Thread]:
        """Start a conversation."""
        from ..api.fino_threads.create import request

        call = request(
            name=name, sources=sources, streaming=streaming, workflow_name=workflow_name, metadata=metadata
        )
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a conversation."""
        from ..api.fino_threads.delete import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Thread]:
        """Read a conversation with its messages."""
        from ..api.fino_threads.get import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Thread]]:
        """List the conversations."""
        from ..api.fino_threads.list_all import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def update(
        self,
        id: str,
        *,
        name: str | None = None,
        sources: Sequence[ThreadSource | Mapping[str, Any]] | None = None,
        streaming: bool | None = None,
        workflow_name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Thread]:
        """Change a conversation's settings."""
        from ..api.fino_threads.update import request

        call = request(
            id,
            name=name,
            sources=sources,
            streaming=streaming,
            workflow_name=workflow_name,
            metadata=metadata,
        )
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
