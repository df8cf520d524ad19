# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `fino` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions


class FinoRawResponse:
    """The methods of `fino`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = "user",
        extra: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[str]:
        """Send a message to a conversation."""
        from ..api.fino.send import request

        return self._caller.call(request(thread_id, text, role=role, extra=extra), True, **options)


class AsyncFinoRawResponse:
    """The methods of `fino`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = "user",
        extra: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[str]:
        """Send a message to a conversation."""
        from ..api.fino.send import request

        return await self._caller.call(request(thread_id, text, role=role, extra=extra), True, **options)
