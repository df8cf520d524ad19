"""The resource `alerts` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.alert_event import AlertEvent
    from ..models.alert_receipt import AlertReceipt
    from ..models.notification_channel import NotificationChannel
    from ..models.notify_action import NotifyAction


class AlertsRawResponse:
    """The methods of `alerts`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def configure(
        self,
        config: Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[AlertReceipt]:
        """Set how the account is notified."""
        from ..api.alerts.configure import request

        call = request(config)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def create(
        self,
        document: NotificationChannel | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[NotificationChannel]:
        """Create a notification channel."""
        from ..api.alerts.create import request

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
        """Delete a notification channel."""
        from ..api.alerts.delete import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[NotificationChannel]:
        """Read a notification channel."""
        from ..api.alerts.get import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def history(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[AlertEvent]]:
        """List the alerts that were raised."""
        from ..api.alerts.history import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[NotificationChannel]]:
        """List the notification channels."""
        from ..api.alerts.list_all import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def notify(
        self,
        destination_id: str,
        *,
        subject: str | Mapping[str, Any],
        message: str | Mapping[str, Any],
        action: NotifyAction | Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[AlertReceipt]:
        """Send a notification now."""
        from ..api.alerts.notify import request

        call = request(destination_id, subject=subject, message=message, action=action, context=context)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def update(
        self,
        id: str,
        document: NotificationChannel | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[NotificationChannel]:
        """Change a notification channel."""
        from ..api.alerts.update import request

        call = request(id, document)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncAlertsRawResponse:
    """The methods of `alerts`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def configure(
        self,
        config: Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[AlertReceipt]:
        """Set how the account is notified."""
        from ..api.alerts.configure import request

        call = request(config)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def create(
        self,
        document: NotificationChannel | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[NotificationChannel]:
        """Create a notification channel."""
        from ..api.alerts.create import request

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
        """Delete a notification channel."""
        from ..api.alerts.delete import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[NotificationChannel]:
        """Read a notification channel."""
        from ..api.alerts.get import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def history(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[AlertEvent]]:
        """List the alerts that were raised."""
        from ..api.alerts.history import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[NotificationChannel]]:
        """List the notification channels."""
        from ..api.alerts.list_all import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def notify(
        self,
        destination_id: str,
        *,
        subject: str | Mapping[str, Any],
        message: str | Mapping[str, Any],
        action: NotifyAction | Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[AlertReceipt]:
        """Send a notification now."""
        from ..api.alerts.notify import request

        call = request(destination_id, subject=subject, message=message, action=action, context=context)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def update(
        self,
        id: str,
        document: NotificationChannel | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[NotificationChannel]:
        """Change a notification channel."""
        from ..api.alerts.update import request

        call = request(id, document)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
