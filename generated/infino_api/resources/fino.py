"""The resource `fino`, sync and async."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..runtime.call import AsyncCaller, Caller
    from .fino_raw import AsyncFinoRawResponse, FinoRawResponse
    from .fino_threads import AsyncFinoThreadsResource, FinoThreadsResource


class FinoResource:
    """
    Questions in plain language.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
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


class AsyncFinoResource:
    """
    Questions in plain language.

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
