# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `monitors` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.alert_receipt import AlertReceipt
    from ..models.monitor import Monitor


class MonitorsRawResponse:
    """The methods of `monitors`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def create(
        self, document: Monitor | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[Monitor]:
        """Create a monitor."""
        from ..api.monitors.create import request

        return self._caller.call(request(document), True, **options)

    def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a monitor."""
        from ..api.monitors.delete import request

        return self._caller.call(request(id), True, **options)

    def execute(
        self, id: str, context: Mapping[str, Any] | None = None, **options: Unpack[CallOptions]
    ) -> RawResponse[AlertReceipt]:
        """Run a monitor now."""
        from ..api.monitors.execute import request

        return self._caller.call(request(id, context), True, **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[Monitor]:
        """Read a monitor."""
        from ..api.monitors.get import request

        return self._caller.call(request(id), True, **options)

    def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Monitor]]:
        """List the monitors."""
        from ..api.monitors.list_all import request

        return self._caller.call(request(), True, **options)

    def update(
        self, id: str, document: Monitor | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[Monitor]:
        """Change a monitor."""
        from ..api.monitors.update import request

        return self._caller.call(request(id, document), True, **options)


class AsyncMonitorsRawResponse:
    """The methods of `monitors`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self, document: Monitor | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[Monitor]:
        """Create a monitor."""
        from ..api.monitors.create import request

        return await self._caller.call(request(document), True, **options)

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a monitor."""
        from ..api.monitors.delete import request

        return await self._caller.call(request(id), True, **options)

    async def execute(
        self, id: str, context: Mapping[str, Any] | None = None, **options: Unpack[CallOptions]
    ) -> RawResponse[AlertReceipt]:
        """Run a monitor now."""
        from ..api.monitors.execute import request

        return await self._caller.call(request(id, context), True, **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[Monitor]:
        """Read a monitor."""
        from ..api.monitors.get import request

        return await self._caller.call(request(id), True, **options)

    async def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Monitor]]:
        """List the monitors."""
        from ..api.monitors.list_all import request

        return await self._caller.call(request(), True, **options)

    async def update(
        self, id: str, document: Monitor | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[Monitor]:
        """Change a monitor."""
        from ..api.monitors.update import request

        return await self._caller.call(request(id, document), True, **options)
