# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `sources` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.source import Source


class SourcesRawResponse:
    """The methods of `sources`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Source]]:
        """List the kinds of stores that can be connected."""
        from ..api.sources.list_all import request

        return self._caller.call(request(), True, **options)


class AsyncSourcesRawResponse:
    """The methods of `sources`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Source]]:
        """List the kinds of stores that can be connected."""
        from ..api.sources.list_all import request

        return await self._caller.call(request(), True, **options)
