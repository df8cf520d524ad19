"""The resource `monitors` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.alert_receipt import AlertReceipt
    from ..models.monitor import Monitor


class MonitorsRawResponse:
    """The methods of `monitors`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        document: Monitor | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Monitor]:
        """Create a monitor."""
        from ..api.monitors.create import request

        call = request(document)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a monitor."""
        from ..api.monitors.delete import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def execute(
        self,
        id: str,
        *,
        context: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[AlertReceipt]:
        """Run a monitor now."""
        from ..api.monitors.execute import request

        call = request(id, context=context)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Monitor]:
        """Read a monitor."""
        from ..api.monitors.get import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Monitor]]:
        """List the monitors."""
        from ..api.monitors.list_all import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def update(
        self,
        id: str,
        document: Monitor | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Monitor]:
        """Change a monitor."""
        from ..api.monitors.update import request

        call = request(id, document)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncMonitorsRawResponse:
    """The methods of `monitors`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self,
        document: Monitor | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Monitor]:
        """Create a monitor."""
        from ..api.monitors.create import request

        call = request(document)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a monitor."""
        from ..api.monitors.delete import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def execute(
        self,
        id: str,
        *,
        context: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[AlertReceipt]:
        """Run a monitor now."""
        from ..api.monitors.execute import request

        call = request(id, context=context)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Monitor]:
        """Read a monitor."""
        from ..api.monitors.get import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Monitor]]:
        """List the monitors."""
        from ..api.monitors.list_all import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def update(
        self,
        id: str,
        document: Monitor | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Monitor]:
        """Change a monitor."""
        from ..api.monitors.update import request

        call = request(id, document)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
