# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `monitors`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.alert_receipt import AlertReceipt
    from ..models.monitor import Monitor
    from .monitors_raw import AsyncMonitorsRawResponse, MonitorsRawResponse


class MonitorsResource:
    """Watches that raise alerts.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> MonitorsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .monitors_raw import MonitorsRawResponse

        return MonitorsRawResponse(self._caller)

    def create(self, document: Monitor | Mapping[str, Any] | str, **options: Unpack[CallOptions]) -> Monitor:
        """Create a monitor.

        It watches data and raises alerts. Not repeated once it may have been processed. Experimental:
        only unreleased gateways answer this.

        Args:
            document: The monitor as a model, an object, or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The monitor, as far as the service tells.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.monitors.create({"name": "late-flights"})
        """
        from ..api.monitors.create import request

        return self._caller.call(request(document), **options)

    def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a monitor.

        It raises no more alerts. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the monitor.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the monitor is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.monitors.delete("m1")
        """
        from ..api.monitors.delete import request

        return self._caller.call(request(id), **options)

    def execute(
        self, id: str, context: Mapping[str, Any] | None = None, **options: Unpack[CallOptions]
    ) -> AlertReceipt:
        """Run a monitor now.

        Its alerts may notify people. Not repeated once it may have been processed. Experimental: only
        unreleased gateways answer this.

        Args:
            id: Id of the monitor.
            context: What the run is told beside the document of the monitor.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            What came of it.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.monitors.execute("m1")
        """
        from ..api.monitors.execute import request

        return self._caller.call(request(id, context), **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> Monitor:
        """Read a monitor.

        Answers its whole document. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the monitor.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The monitor.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.monitors.get("m1")
        """
        from ..api.monitors.get import request

        return self._caller.call(request(id), **options)

    def list(self, **options: Unpack[CallOptions]) -> SyncPage[Monitor]:
        """List the monitors.

        All of them, without pages. Experimental: only unreleased gateways answer this. Further pages
        are read while iterating, until one is empty. What is deleted meanwhile moves what follows it,
        so that items may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The monitors.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [monitor.name for monitor in client.monitors.list()]
        """
        from infino.runtime.page import SyncPage

        from ..api.monitors.list_all import request

        return SyncPage(self._caller.call(request(), **options))

    def update(
        self, id: str, document: Monitor | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> Monitor:
        """Change a monitor.

        Only the given keys change. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the monitor.
            document: The keys to change as a model, an object, or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The monitor, as far as the service tells.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.monitors.update("m1", {"name": "very-late-flights"})
        """
        from ..api.monitors.update import request

        return self._caller.call(request(id, document), **options)


class AsyncMonitorsResource:
    """Watches that raise alerts.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncMonitorsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .monitors_raw import AsyncMonitorsRawResponse

        return AsyncMonitorsRawResponse(self._caller)

    async def create(
        self, document: Monitor | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> Monitor:
        """Create a monitor.

        It watches data and raises alerts. Not repeated once it may have been processed. Experimental:
        only unreleased gateways answer this.

        Args:
            document: The monitor as a model, an object, or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The monitor, as far as the service tells.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.monitors.create({"name": "late-flights"})
        """
        from ..api.monitors.create import request

        return await self._caller.call(request(document), **options)

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a monitor.

        It raises no more alerts. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the monitor.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the monitor is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.monitors.delete("m1")
        """
        from ..api.monitors.delete import request

        return await self._caller.call(request(id), **options)

    async def execute(
        self, id: str, context: Mapping[str, Any] | None = None, **options: Unpack[CallOptions]
    ) -> AlertReceipt:
        """Run a monitor now.

        Its alerts may notify people. Not repeated once it may have been processed. Experimental: only
        unreleased gateways answer this.

        Args:
            id: Id of the monitor.
            context: What the run is told beside the document of the monitor.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            What came of it.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.monitors.execute("m1")
        """
        from ..api.monitors.execute import request

        return await self._caller.call(request(id, context), **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> Monitor:
        """Read a monitor.

        Answers its whole document. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the monitor.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The monitor.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.monitors.get("m1")
        """
        from ..api.monitors.get import request

        return await self._caller.call(request(id), **options)

    def list(self, **options: Unpack[CallOptions]) -> AsyncPage[Monitor]:
        """List the monitors.

        All of them, without pages. Experimental: only unreleased gateways answer this. Further pages
        are read while iterating, until one is empty. What is deleted meanwhile moves what follows it,
        so that items may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The monitors.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [monitor.name async for monitor in client.monitors.list()]
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.monitors.list_all import request

        check_options(options, "monitors.list")
        return AsyncPage(lambda _start: self._caller.call(request(), **options))

    async def update(
        self, id: str, document: Monitor | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> Monitor:
        """Change a monitor.

        Only the given keys change. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the monitor.
            document: The keys to change as a model, an object, or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The monitor, as far as the service tells.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.monitors.update("m1", {"name": "very-late-flights"})
        """
        from ..api.monitors.update import request

        return await self._caller.call(request(id, document), **options)
