# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `dashboards` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.dashboard import Dashboard


class DashboardsRawResponse:
    """The methods of `dashboards`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def create(
        self, dashboard: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Dashboard]:
        """Save a dashboard."""
        from ..api.dashboards.create import request

        return self._caller.call(request(dashboard), True, **options)

    def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a dashboard."""
        from ..api.dashboards.delete import request

        return self._caller.call(request(id), True, **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[Dashboard]:
        """Read a dashboard."""
        from ..api.dashboards.get import request

        return self._caller.call(request(id), True, **options)

    def list(
        self, *, limit: int | None = None, offset: int | None = None, **options: Unpack[CallOptions]
    ) -> RawResponse[builtins.list[Dashboard]]:
        """List the saved dashboards."""
        from ..api.dashboards.list_all import request

        return self._caller.call(request(limit=limit, offset=offset), True, **options)

    def replace(
        self, id: str, dashboard: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Dashboard]:
        """Replace a dashboard as a whole."""
        from ..api.dashboards.replace import request

        return self._caller.call(request(id, dashboard), True, **options)

    def update(
        self, id: str, changes: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Dashboard]:
        """Change a dashboard."""
        from ..api.dashboards.update import request

        return self._caller.call(request(id, changes), True, **options)


class AsyncDashboardsRawResponse:
    """The methods of `dashboards`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self, dashboard: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Dashboard]:
        """Save a dashboard."""
        from ..api.dashboards.create import request

        return await self._caller.call(request(dashboard), True, **options)

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a dashboard."""
        from ..api.dashboards.delete import request

        return await self._caller.call(request(id), True, **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[Dashboard]:
        """Read a dashboard."""
        from ..api.dashboards.get import request

        return await self._caller.call(request(id), True, **options)

    async def list(
        self, *, limit: int | None = None, offset: int | None = None, **options: Unpack[CallOptions]
    ) -> RawResponse[builtins.list[Dashboard]]:
        """List the saved dashboards."""
        from ..api.dashboards.list_all import request

        return await self._caller.call(request(limit=limit, offset=offset), True, **options)

    async def replace(
        self, id: str, dashboard: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Dashboard]:
        """Replace a dashboard as a whole."""
        from ..api.dashboards.replace import request

        return await self._caller.call(request(id, dashboard), True, **options)

    async def update(
        self, id: str, changes: Dashboard | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Dashboard]:
        """Change a dashboard."""
        from ..api.dashboards.update import request

        return await self._caller.call(request(id, changes), True, **options)
