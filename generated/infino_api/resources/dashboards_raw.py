"""The resource `dashboards` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.dashboard import Dashboard


class DashboardsRawResponse:
    """The methods of `dashboards`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        dashboard: Dashboard | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Dashboard]:
        """Save a dashboard."""
        from ..api.dashboards.create import request

        call = request(dashboard)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a dashboard."""
        from ..api.dashboards.delete import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Dashboard]:
        """Read a dashboard."""
        from ..api.dashboards.get import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        limit: int = 500,
        offset: int = 0,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Dashboard]]:
        """List the saved dashboards."""
        from ..api.dashboards.list_all import request

        call = request(limit=limit, offset=offset)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def replace(
        self,
        id: str,
        dashboard: Dashboard | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Dashboard]:
        """Replace a dashboard as a whole."""
        from ..api.dashboards.replace import request

        call = request(id, dashboard)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def update(
        self,
        id: str,
        changes: Dashboard | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Dashboard]:
        """Change a dashboard."""
        from ..api.dashboards.update import request

        call = request(id, changes)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncDashboardsRawResponse:
    """The methods of `dashboards`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self,
        dashboard: Dashboard | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Dashboard]:
        """Save a dashboard."""
        from ..api.dashboards.create import request

        call = request(dashboard)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a dashboard."""
        from ..api.dashboards.delete import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Dashboard]:
        """Read a dashboard."""
        from ..api.dashboards.get import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def list(
        self,
        *,
        limit: int = 500,
        offset: int = 0,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Dashboard]]:
        """List the saved dashboards."""
        from ..api.dashboards.list_all import request

        call = request(limit=limit, offset=offset)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def replace(
        self,
        id: str,
        dashboard: Dashboard | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Dashboard]:
        """Replace a dashboard as a whole."""
        from ..api.dashboards.replace import request

        call = request(id, dashboard)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def update(
        self,
        id: str,
        changes: Dashboard | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Dashboard]:
        """Change a dashboard."""
        from ..api.dashboards.update import request

        call = request(id, changes)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
