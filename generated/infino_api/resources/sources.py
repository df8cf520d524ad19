# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `sources`, sync and async."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.source import Source
    from .sources_raw import AsyncSourcesRawResponse, SourcesRawResponse


class SourcesResource:
    """The kinds of stores that can be connected.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> SourcesRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .sources_raw import SourcesRawResponse

        return SourcesRawResponse(self._caller)

    def list(self, **options: Unpack[CallOptions]) -> SyncPage[Source]:
        """List the kinds of stores that can be connected.

        Each kind tells its category, how it is queried and how it authenticates. Further pages are read
        while iterating, until one is empty. What is deleted meanwhile moves what follows it, so that
        items may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The kinds of stores.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [source.id for source in client.sources.list()]
        """
        from infino.runtime.page import SyncPage

        from ..api.sources.list_all import request

        return SyncPage(self._caller.call(request(), **options))


class AsyncSourcesResource:
    """The kinds of stores that can be connected.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncSourcesRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .sources_raw import AsyncSourcesRawResponse

        return AsyncSourcesRawResponse(self._caller)

    def list(self, **options: Unpack[CallOptions]) -> AsyncPage[Source]:
        """List the kinds of stores that can be connected.

        Each kind tells its category, how it is queried and how it authenticates. Further pages are read
        while iterating, until one is empty. What is deleted meanwhile moves what follows it, so that
        items may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The kinds of stores.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [source.id async for source in client.sources.list()]
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.sources.list_all import request

        check_options(options, "sources.list")
        return AsyncPage(lambda _start: self._caller.call(request(), **options))
