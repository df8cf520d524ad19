# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `dashboards`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.dashboard import Dashboard
    from .dashboards_raw import AsyncDashboardsRawResponse, DashboardsRawResponse


class DashboardsResource:
    """Dashboards and their panels.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> DashboardsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .dashboards_raw import DashboardsRawResponse

        return DashboardsRawResponse(self._caller)

    def create(self, dashboard: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]) -> Dashboard:
        """Save a dashboard.

        The service adds id, times and defaults. Not repeated once it may have been processed.

        Args:
            dashboard: The dashboard.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dashboard as saved.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.dashboards.create({"title": "Delays", "panels": [{"viz_id": "v1"}]})
        """
        from ..api.dashboards.create import request

        return self._caller.call(request(dashboard), **options)

    def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a dashboard.

        Can't be undone.

        Args:
            id: Id of the dashboard.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the dashboard is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.dashboards.delete("d1")
        """
        from ..api.dashboards.delete import request

        return self._caller.call(request(id), **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> Dashboard:
        """Read a dashboard.

        Old forms are brought up to date by the service when read.

        Args:
            id: Id of the dashboard.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dashboard.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.dashboards.get("d1")
        """
        from ..api.dashboards.get import request

        return self._caller.call(request(id), **options)

    def list(
        self, *, limit: int | None = None, offset: int | None = None, **options: Unpack[CallOptions]
    ) -> SyncPage[Dashboard]:
        """List the saved dashboards.

        Pages by limit and offset; iterating reads all pages. Further pages are read while iterating,
        until one is empty. What is deleted meanwhile moves what follows it, so that items may be passed
        over: take `.all()` first, then delete.

        Args:
            limit: Size of a page; all pages are read when iterating. 1 to 1000; the service's default
                is 500.
            offset: How many items to skip. At least 0; the service's default is 0.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dashboards.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> for dashboard in client.dashboards.list():
            ...     print(dashboard.id, dashboard.title)
        """
        from infino.runtime.page import SyncPage

        from ..api.dashboards.list_all import request

        return SyncPage(
            self._caller.call(request(limit=limit, offset=offset), **options),
            lambda _start: self._caller.call(request(limit=limit, offset=_start), **options),
            limit,
            offset,
            "offset",
        )

    def replace(
        self, id: str, dashboard: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Dashboard:
        """Replace a dashboard as a whole.

        What is not given falls back to its default.

        Args:
            id: Id of the dashboard.
            dashboard: The whole dashboard.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dashboard as it is now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.dashboards.replace("d1", {"title": "Delays", "panels": [{"viz_id": "v1"}]})
        """
        from ..api.dashboards.replace import request

        return self._caller.call(request(id, dashboard), **options)

    def update(
        self, id: str, changes: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Dashboard:
        """Change a dashboard.

        A JSON merge patch, in which objects merge, null removes a key, and lists and values replace.

        Args:
            id: Id of the dashboard.
            changes: What changes.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dashboard as it is now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.dashboards.update("d1", {"title": "Delays by carrier"})
        """
        from ..api.dashboards.update import request

        return self._caller.call(request(id, changes), **options)


class AsyncDashboardsResource:
    """Dashboards and their panels.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncDashboardsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .dashboards_raw import AsyncDashboardsRawResponse

        return AsyncDashboardsRawResponse(self._caller)

    async def create(
        self, dashboard: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Dashboard:
        """Save a dashboard.

        The service adds id, times and defaults. Not repeated once it may have been processed.

        Args:
            dashboard: The dashboard.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dashboard as saved.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.dashboards.create({"title": "Delays", "panels": [{"viz_id": "v1"}]})
        """
        from ..api.dashboards.create import request

        return await self._caller.call(request(dashboard), **options)

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a dashboard.

        Can't be undone.

        Args:
            id: Id of the dashboard.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the dashboard is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.dashboards.delete("d1")
        """
        from ..api.dashboards.delete import request

        return await self._caller.call(request(id), **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> Dashboard:
        """Read a dashboard.

        Old forms are brought up to date by the service when read.

        Args:
            id: Id of the dashboard.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dashboard.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.dashboards.get("d1")
        """
        from ..api.dashboards.get import request

        return await self._caller.call(request(id), **options)

    def list(
        self, *, limit: int | None = None, offset: int | None = None, **options: Unpack[CallOptions]
    ) -> AsyncPage[Dashboard]:
        """List the saved dashboards.

        Pages by limit and offset; iterating reads all pages. Further pages are read while iterating,
        until one is empty. What is deleted meanwhile moves what follows it, so that items may be passed
        over: take `.all()` first, then delete.

        Args:
            limit: Size of a page; all pages are read when iterating. 1 to 1000; the service's default
                is 500.
            offset: How many items to skip. At least 0; the service's default is 0.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dashboards.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> async for dashboard in client.dashboards.list():
            ...     print(dashboard.id, dashboard.title)
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.dashboards.list_all import request

        check_options(options, "dashboards.list")
        return AsyncPage(
            lambda _start: self._caller.call(request(limit=limit, offset=_start), **options),
            limit,
            offset,
            "offset",
        )

    async def replace(
        self, id: str, dashboard: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Dashboard:
        """Replace a dashboard as a whole.

        What is not given falls back to its default.

        Args:
            id: Id of the dashboard.
            dashboard: The whole dashboard.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dashboard as it is now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.dashboards.replace("d1", {"title": "Delays", "panels": [{"viz_id": "v1"}]})
        """
        from ..api.dashboards.replace import request

        return await self._caller.call(request(id, dashboard), **options)

    async def update(
        self, id: str, changes: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Dashboard:
        """Change a dashboard.

        A JSON merge patch, in which objects merge, null removes a key, and lists and values replace.

        Args:
            id: Id of the dashboard.
            changes: What changes.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dashboard as it is now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.dashboards.update("d1", {"title": "Delays by carrier"})
        """
        from ..api.dashboards.update import request

        return await self._caller.call(request(id, changes), **options)
