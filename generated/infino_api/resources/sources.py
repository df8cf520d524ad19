"""The resource `sources`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.source import Source
    from .sources_raw import AsyncSourcesRawResponse, SourcesRawResponse


class SourcesResource:
    """The kinds of stores that can be connected.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> SourcesRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .sources_raw import SourcesRawResponse

        return SourcesRawResponse(self._caller)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> SyncPage[Source]:
        """List the kinds of stores that can be connected.

        Each kind tells its category, how it is queried and how it authenticates.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The kinds of stores.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> [source.id for source in client.sources.list()]
        """
        from infino.runtime.page import SyncPage

        from ..api.sources.list_all import request

        return SyncPage(
            lambda start: self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
        )


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

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPage[Source]:
        """List the kinds of stores that can be connected.

        Each kind tells its category, how it is queried and how it authenticates.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The kinds of stores.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> [source.id async for source in client.sources.list()]
        """
        from infino.runtime.page import AsyncPage

        from ..api.sources.list_all import request

        return AsyncPage(
            lambda start: self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
        )
