# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `alerts` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.alert_event import AlertEvent
    from ..models.alert_receipt import AlertReceipt
    from ..models.notification_channel import NotificationChannel
    from ..models.notify_action import NotifyAction


class AlertsRawResponse:
    """The methods of `alerts`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def configure(
        self, config: Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[AlertReceipt]:
        """Set how the account is notified."""
        from ..api.alerts.configure import request

        return self._caller.call(request(config), True, **options)

    def create(
        self, document: NotificationChannel | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[NotificationChannel]:
        """Create a notification channel."""
        from ..api.alerts.create import request

        return self._caller.call(request(document), True, **options)

    def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a notification channel."""
        from ..api.alerts.delete import request

        return self._caller.call(request(id), True, **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[NotificationChannel]:
        """Read a notification channel."""
        from ..api.alerts.get import request

        return self._caller.call(request(id), True, **options)

    def history(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[AlertEvent]]:
        """List the alerts that were raised."""
        from ..api.alerts.history import request

        return self._caller.call(request(), True, **options)

    def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[NotificationChannel]]:
        """List the notification channels."""
        from ..api.alerts.list_all import request

        return self._caller.call(request(), True, **options)

    def notify(
        self,
        destination_id: str,
        *,
        subject: str | Mapping[str, Any],
        message: str | Mapping[str, Any],
        action: NotifyAction | Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[AlertReceipt]:
        """Send a notification now."""
        from ..api.alerts.notify import request

        return self._caller.call(
            request(destination_id, subject=subject, message=message, action=action, context=context),
            True,
            **options,
        )

    def update(
        self, id: str, document: NotificationChannel | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[NotificationChannel]:
        """Change a notification channel."""
        from ..api.alerts.update import request

        return self._caller.call(request(id, document), True, **options)


class AsyncAlertsRawResponse:
    """The methods of `alerts`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def configure(
        self, config: Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[AlertReceipt]:
        """Set how the account is notified."""
        from ..api.alerts.configure import request

        return await self._caller.call(request(config), True, **options)

    async def create(
        self, document: NotificationChannel | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[NotificationChannel]:
        """Create a notification channel."""
        from ..api.alerts.create import request

        return await self._caller.call(request(document), True, **options)

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a notification channel."""
        from ..api.alerts.delete import request

        return await self._caller.call(request(id), True, **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[NotificationChannel]:
        """Read a notification channel."""
        from ..api.alerts.get import request

        return await self._caller.call(request(id), True, **options)

    async def history(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[AlertEvent]]:
        """List the alerts that were raised."""
        from ..api.alerts.history import request

        return await self._caller.call(request(), True, **options)

    async def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[NotificationChannel]]:
        """List the notification channels."""
        from ..api.alerts.list_all import request

        return await self._caller.call(request(), True, **options)

    async def notify(
        self,
        destination_id: str,
        *,
        subject: str | Mapping[str, Any],
        message: str | Mapping[str, Any],
        action: NotifyAction | Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse[AlertReceipt]:
        """Send a notification now."""
        from ..api.alerts.notify import request

        return await self._caller.call(
            request(destination_id, subject=subject, message=message, action=action, context=context),
            True,
            **options,
        )

    async def update(
        self, id: str, document: NotificationChannel | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[NotificationChannel]:
        """Change a notification channel."""
        from ..api.alerts.update import request

        return await self._caller.call(request(id, document), True, **options)
