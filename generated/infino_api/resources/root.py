"""The resource `client`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..models.service_info import ServiceInfo
    from ..runtime.call import AsyncCaller, Caller
    from .datasets import AsyncDatasetsResource, DatasetsResource
    from .fino import AsyncFinoResource, FinoResource
    from .query import AsyncQueryResource, QueryResource
    from .records import AsyncRecordsResource, RecordsResource
    from .root_raw import AsyncRootRawResponse, RootRawResponse


class RootResources:
    """
    Calls on the service as a whole.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> RootRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .root_raw import RootRawResponse

        return RootRawResponse(self._caller)

    @cached_property
    def datasets(self) -> DatasetsResource:
        """Datasets and what describes them."""
        from .datasets import DatasetsResource

        return DatasetsResource(self._caller)

    @cached_property
    def fino(self) -> FinoResource:
        """Questions in plain language."""
        from .fino import FinoResource

        return FinoResource(self._caller)

    @cached_property
    def query(self) -> QueryResource:
        """Queries over datasets."""
        from .query import QueryResource

        return QueryResource(self._caller)

    @cached_property
    def records(self) -> RecordsResource:
        """The records of a dataset."""
        from .records import RecordsResource

        return RecordsResource(self._caller)

    def ping(
        self, *, timeout: float | None = None, headers: Mapping[str, str] | None = None, retry: Any = None
    ) -> ServiceInfo:
        """
        Ask the service for its version.

        The cheapest signed call, good for checking the endpoint and the keys.

        Args:
            timeout: Seconds for the whole call; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            What the gateway says of itself.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.ping().version
        """
        from ..api.client.ping import request

        return self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)


class AsyncRootResources:
    """
    Calls on the service as a whole.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncRootRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .root_raw import AsyncRootRawResponse

        return AsyncRootRawResponse(self._caller)

    @cached_property
    def datasets(self) -> AsyncDatasetsResource:
        """Datasets and what describes them."""
        from .datasets import AsyncDatasetsResource

        return AsyncDatasetsResource(self._caller)

    @cached_property
    def fino(self) -> AsyncFinoResource:
        """Questions in plain language."""
        from .fino import AsyncFinoResource

        return AsyncFinoResource(self._caller)

    @cached_property
    def query(self) -> AsyncQueryResource:
        """Queries over datasets."""
        from .query import AsyncQueryResource

        return AsyncQueryResource(self._caller)

    @cached_property
    def records(self) -> AsyncRecordsResource:
        """The records of a dataset."""
        from .records import AsyncRecordsResource

        return AsyncRecordsResource(self._caller)

    async def ping(
        self, *, timeout: float | None = None, headers: Mapping[str, str] | None = None, retry: Any = None
    ) -> ServiceInfo:
        """
        Ask the service for its version.

        The cheapest signed call, good for checking the endpoint and the keys.

        Args:
            timeout: Seconds for the whole call; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            What the gateway says of itself.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.ping().version
        """
        from ..api.client.ping import request

        return await self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
