# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `visualizations`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.filter_ import Filter
    from ..models.visualization import Visualization
    from ..models.visualization_data import VisualizationData
    from .visualizations_raw import AsyncVisualizationsRawResponse, VisualizationsRawResponse


class VisualizationsResource:
    """Saved charts.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> VisualizationsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .visualizations_raw import VisualizationsRawResponse

        return VisualizationsRawResponse(self._caller)

    def create(
        self, visualization: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Visualization:
        """Save a visualization.

        The service adds id, times and defaults. Not repeated once it may have been processed.

        Args:
            visualization: The visualization.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The visualization as saved.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.visualizations.create({"title": "Late flights", "source": {"kind": "sql", "index": "flights"}, "chart": {"type": "bar"}})
        """
        from ..api.visualizations.create import request

        return self._caller.call(request(visualization), **options)

    def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a visualization.

        Can't be undone.

        Args:
            id: Id of the visualization.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the visualization is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.visualizations.delete("v1")
        """
        from ..api.visualizations.delete import request

        return self._caller.call(request(id), **options)

    def execute(
        self,
        id: str,
        *,
        filters: Sequence[Filter | Mapping[str, Any]] | None = None,
        time_range: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> VisualizationData:
        """Run the query of a visualization.

        Filters add to the saved ones and replace those on the same field; a filter that can't be
        applied is told in the metadata and never fails the call.

        Args:
            id: Id of the visualization.
            filters: Filters beside the saved ones.
            time_range: Span with from and to, as ISO text or milliseconds.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            Columns, rows and how they were made.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.visualizations.execute("v1", filters=[{"field": "carrier", "operator": "is", "value": "AA"}])
        """
        from ..api.visualizations.execute import request

        return self._caller.call(request(id, filters=filters, time_range=time_range), **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> Visualization:
        """Read a visualization.

        Old forms are brought up to date by the service when read.

        Args:
            id: Id of the visualization.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The visualization.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.visualizations.get("v1")
        """
        from ..api.visualizations.get import request

        return self._caller.call(request(id), **options)

    def list(
        self, *, limit: int | None = None, offset: int | None = None, **options: Unpack[CallOptions]
    ) -> SyncPage[Visualization]:
        """List the saved visualizations.

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
            The visualizations.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> for visualization in client.visualizations.list():
            ...     print(visualization.id, visualization.title)
        """
        from infino.runtime.page import SyncPage

        from ..api.visualizations.list_all import request

        return SyncPage(
            self._caller.call(request(limit=limit, offset=offset), **options),
            lambda _start: self._caller.call(request(limit=limit, offset=_start), **options),
            limit,
            offset,
            "offset",
        )

    def replace(
        self, id: str, visualization: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Visualization:
        """Replace a visualization as a whole.

        What is not given falls back to its default.

        Args:
            id: Id of the visualization.
            visualization: The whole visualization.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The visualization as it is now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.visualizations.replace("v1", {"title": "Late flights", "source": {"kind": "sql", "index": "flights"}, "chart": {"type": "bar"}})
        """
        from ..api.visualizations.replace import request

        return self._caller.call(request(id, visualization), **options)

    def update(
        self, id: str, changes: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Visualization:
        """Change a visualization.

        A JSON merge patch, in which objects merge, null removes a key, and lists and values replace.

        Args:
            id: Id of the visualization.
            changes: What changes.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The visualization as it is now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.visualizations.update("v1", {"title": "Delays by carrier"})
        """
        from ..api.visualizations.update import request

        return self._caller.call(request(id, changes), **options)


class AsyncVisualizationsResource:
    """Saved charts.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncVisualizationsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .visualizations_raw import AsyncVisualizationsRawResponse

        return AsyncVisualizationsRawResponse(self._caller)

    async def create(
        self, visualization: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Visualization:
        """Save a visualization.

        The service adds id, times and defaults. Not repeated once it may have been processed.

        Args:
            visualization: The visualization.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The visualization as saved.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.visualizations.create({"title": "Late flights", "source": {"kind": "sql", "index": "flights"}, "chart": {"type": "bar"}})
        """
        from ..api.visualizations.create import request

        return await self._caller.call(request(visualization), **options)

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a visualization.

        Can't be undone.

        Args:
            id: Id of the visualization.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the visualization is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.visualizations.delete("v1")
        """
        from ..api.visualizations.delete import request

        return await self._caller.call(request(id), **options)

    async def execute(
        self,
        id: str,
        *,
        filters: Sequence[Filter | Mapping[str, Any]] | None = None,
        time_range: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> VisualizationData:
        """Run the query of a visualization.

        Filters add to the saved ones and replace those on the same field; a filter that can't be
        applied is told in the metadata and never fails the call.

        Args:
            id: Id of the visualization.
            filters: Filters beside the saved ones.
            time_range: Span with from and to, as ISO text or milliseconds.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            Columns, rows and how they were made.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.visualizations.execute("v1", filters=[{"field": "carrier", "operator": "is", "value": "AA"}])
        """
        from ..api.visualizations.execute import request

        return await self._caller.call(request(id, filters=filters, time_range=time_range), **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> Visualization:
        """Read a visualization.

        Old forms are brought up to date by the service when read.

        Args:
            id: Id of the visualization.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The visualization.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.visualizations.get("v1")
        """
        from ..api.visualizations.get import request

        return await self._caller.call(request(id), **options)

    def list(
        self, *, limit: int | None = None, offset: int | None = None, **options: Unpack[CallOptions]
    ) -> AsyncPage[Visualization]:
        """List the saved visualizations.

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
            The visualizations.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> async for visualization in client.visualizations.list():
            ...     print(visualization.id, visualization.title)
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.visualizations.list_all import request

        check_options(options, "visualizations.list")
        return AsyncPage(
            lambda _start: self._caller.call(request(limit=limit, offset=_start), **options),
            limit,
            offset,
            "offset",
        )

    async def replace(
        self, id: str, visualization: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Visualization:
        """Replace a visualization as a whole.

        What is not given falls back to its default.

        Args:
            id: Id of the visualization.
            visualization: The whole visualization.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The visualization as it is now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.visualizations.replace("v1", {"title": "Late flights", "source": {"kind": "sql", "index": "flights"}, "chart": {"type": "bar"}})
        """
        from ..api.visualizations.replace import request

        return await self._caller.call(request(id, visualization), **options)

    async def update(
        self, id: str, changes: Visualization | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> Visualization:
        """Change a visualization.

        A JSON merge patch, in which objects merge, null removes a key, and lists and values replace.

        Args:
            id: Id of the visualization.
            changes: What changes.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The visualization as it is now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.visualizations.update("v1", {"title": "Delays by carrier"})
        """
        from ..api.visualizations.update import request

        return await self._caller.call(request(id, changes), **options)
