"""The resource `visualizations` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.filter_ import Filter
    from ..models.visualization import Visualization
    from ..models.visualization_data import VisualizationData


class VisualizationsRawResponse:
    """The methods of `visualizations`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        visualization: Visualization | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Visualization]:
        """Save a visualization."""
        from ..api.visualizations.create import request

        call = request(visualization)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a visualization."""
        from ..api.visualizations.delete import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def execute(
        self,
        id: str,
        *,
        filters: Sequence[Filter | Mapping[str, Any]] | None = None,
        time_range: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[VisualizationData]:
        """Run the query of a visualization."""
        from ..api.visualizations.execute import request

        call = request(id, filters=filters, time_range=time_range)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Visualization]:
        """Read a visualization."""
        from ..api.visualizations.get import request

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
    ) -> RawResponse[builtins.list[Visualization]]:
        """List the saved visualizations."""
        from ..api.visualizations.list_all import request

        call = request(limit=limit, offset=offset)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def replace(
        self,
        id: str,
        visualization: Visualization | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Visualization]:
        """Replace a visualization as a whole."""
        from ..api.visualizations.replace import request

        call = request(id, visualization)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def update(
        self,
        id: str,
        changes: Visualization | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Visualization]:
        """Change a visualization."""
        from ..api.visualizations.update import request

        call = request(id, changes)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncVisualizationsRawResponse:
    """The methods of `visualizations`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self,
        visualization: Visualization | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Visualization]:
        """Save a visualization."""
        from ..api.visualizations.create import request

        call = request(visualization)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a visualization."""
        from ..api.visualizations.delete import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def execute(
        self,
        id: str,
        *,
        filters: Sequence[Filter | Mapping[str, Any]] | None = None,
        time_range: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[VisualizationData]:
        """Run the query of a visualization."""
        from ..api.visualizations.execute import request

        call = request(id, filters=filters, time_range=time_range)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Visualization]:
        """Read a visualization."""
        from ..api.visualizations.get import request

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
    ) -> RawResponse[builtins.list[Visualization]]:
        """List the saved visualizations."""
        from ..api.visualizations.list_all import request

        call = request(limit=limit, offset=offset)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def replace(
        self,
        id: str,
        visualization: Visualization | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Visualization]:
        """Replace a visualization as a whole."""
        from ..api.visualizations.replace import request

        call = request(id, visualization)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def update(
        self,
        id: str,
        changes: Visualization | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Visualization]:
        """Change a visualization."""
        from ..api.visualizations.update import request

        call = request(id, changes)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
