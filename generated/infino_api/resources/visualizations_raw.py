# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `visualizations` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.filter_ import Filter
    from ..models.visualization import Visualization
    from ..models.visualization_data import VisualizationData


class VisualizationsRawResponse:
    """The methods of `visualizations`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def create(
        self, visualization: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Visualization]:
        """Save a visualization."""
        from ..api.visualizations.create import request

        return self._caller.call(request(visualization), True, **options)

    def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a visualization."""
        from ..api.visualizations.delete import request

        return self._caller.call(request(id), True, **options)

    def execute(
        self,
        id: str,
        *,
        filters: Sequence[Filter | Mapping[str, Any]] | None = None,
        time_range: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[VisualizationData]:
        """Run the query of a visualization."""
        from ..api.visualizations.execute import request

        return self._caller.call(request(id, filters=filters, time_range=time_range), True, **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[Visualization]:
        """Read a visualization."""
        from ..api.visualizations.get import request

        return self._caller.call(request(id), True, **options)

    def list(
        self, *, limit: int | None = None, offset: int | None = None, **options: Unpack[CallOptions]
    ) -> RawResponse[builtins.list[Visualization]]:
        """List the saved visualizations."""
        from ..api.visualizations.list_all import request

        return self._caller.call(request(limit=limit, offset=offset), True, **options)

    def replace(
        self, id: str, visualization: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Visualization]:
        """Replace a visualization as a whole."""
        from ..api.visualizations.replace import request

        return self._caller.call(request(id, visualization), True, **options)

    def update(
        self, id: str, changes: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Visualization]:
        """Change a visualization."""
        from ..api.visualizations.update import request

        return self._caller.call(request(id, changes), True, **options)


class AsyncVisualizationsRawResponse:
    """The methods of `visualizations`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self, visualization: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Visualization]:
        """Save a visualization."""
        from ..api.visualizations.create import request

        return await self._caller.call(request(visualization), True, **options)

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a visualization."""
        from ..api.visualizations.delete import request

        return await self._caller.call(request(id), True, **options)

    async def execute(
        self,
        id: str,
        *,
        filters: Sequence[Filter | Mapping[str, Any]] | None = None,
        time_range: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[VisualizationData]:
        """Run the query of a visualization."""
        from ..api.visualizations.execute import request

        return await self._caller.call(request(id, filters=filters, time_range=time_range), True, **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[Visualization]:
        """Read a visualization."""
        from ..api.visualizations.get import request

        return await self._caller.call(request(id), True, **options)

    async def list(
        self, *, limit: int | None = None, offset: int | None = None, **options: Unpack[CallOptions]
    ) -> RawResponse[builtins.list[Visualization]]:
        """List the saved visualizations."""
        from ..api.visualizations.list_all import request

        return await self._caller.call(request(limit=limit, offset=offset), True, **options)

    async def replace(
        self, id: str, visualization: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Visualization]:
        """Replace a visualization as a whole."""
        from ..api.visualizations.replace import request

        return await self._caller.call(request(id, visualization), True, **options)

    async def update(
        self, id: str, changes: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[Visualization]:
        """Change a visualization."""
        from ..api.visualizations.update import request

        return await self._caller.call(request(id, changes), True, **options)
