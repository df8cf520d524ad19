# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `alerts`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.alert_event import AlertEvent
    from ..models.alert_receipt import AlertReceipt
    from ..models.notification_channel import NotificationChannel
    from ..models.notify_action import NotifyAction
    from .alerts_raw import AlertsRawResponse, AsyncAlertsRawResponse


class AlertsResource:
    """Notification channels, and the alerts sent to them.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AlertsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .alerts_raw import AlertsRawResponse

        return AlertsRawResponse(self._caller)

    def configure(self, config: Mapping[str, Any] | str, **options: Unpack[CallOptions]) -> AlertReceipt:
        """Set how the account is notified.

        Takes the `Notifications` block of the service. Not repeated once it may have been processed.
        Experimental: only unreleased gateways answer this.

        Args:
            config: The block as an object or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            What the service says of it.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.alerts.configure("Notifications: {}")
        """
        from ..api.alerts.configure import request

        return self._caller.call(request(config), **options)

    def create(
        self, document: NotificationChannel | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> NotificationChannel:
        """Create a notification channel.

        By mail, Slack or a webhook. YAML text goes under its own media type. Not repeated once it may
        have been processed. Experimental: only unreleased gateways answer this.

        Args:
            document: The channel as a model, an object, or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The channel, as far as the service tells.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.alerts.create({"name": "on-call", "type": "slack"})
        """
        from ..api.alerts.create import request

        return self._caller.call(request(document), **options)

    def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a notification channel.

        Nothing is sent to it any more. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the notification channel.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the channel is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.alerts.delete("ch1")
        """
        from ..api.alerts.delete import request

        return self._caller.call(request(id), **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> NotificationChannel:
        """Read a notification channel.

        What it holds of secrets is kept out of every repr. Experimental: only unreleased gateways
        answer this.

        Args:
            id: Id of the notification channel.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The channel.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.alerts.get("ch1")
        """
        from ..api.alerts.get import request

        return self._caller.call(request(id), **options)

    def history(self, **options: Unpack[CallOptions]) -> SyncPage[AlertEvent]:
        """List the alerts that were raised.

        Past ones and those that still hold. Experimental: only unreleased gateways answer this. Further
        pages are read while iterating, until one is empty. What is deleted meanwhile moves what follows
        it, so that items may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The alerts.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> for alert in client.alerts.history():
            ...     print(alert.id, alert.additional_properties)
        """
        from infino.runtime.page import SyncPage

        from ..api.alerts.history import request

        return SyncPage(self._caller.call(request(), **options))

    def list(self, **options: Unpack[CallOptions]) -> SyncPage[NotificationChannel]:
        """List the notification channels.

        All of them, without pages. Experimental: only unreleased gateways answer this. Further pages
        are read while iterating, until one is empty. What is deleted meanwhile moves what follows it,
        so that items may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The channels.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [channel.name for channel in client.alerts.list()]
        """
        from infino.runtime.page import SyncPage

        from ..api.alerts.list_all import request

        return SyncPage(self._caller.call(request(), **options))

    def notify(
        self,
        destination_id: str,
        *,
        subject: str | Mapping[str, Any],
        message: str | Mapping[str, Any],
        action: NotifyAction | Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> AlertReceipt:
        """Send a notification now.

        Subject and message are templates, which see the context. Not repeated once it may have been
        processed. Experimental: only unreleased gateways answer this.

        Args:
            destination_id: Id of the notification channel.
            subject: The subject, or an object with the template.
            message: The message, or an object with the template.
            action: Further fields of the action.
            context: What the templates see. The service's default is {}.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            Its status is `sent` once it is sent.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.alerts.notify("ch1", subject="Late flights", message="Three are late.").status
        """
        from ..api.alerts.notify import request

        return self._caller.call(
            request(destination_id, subject=subject, message=message, action=action, context=context),
            **options,
        )

    def update(
        self, id: str, document: NotificationChannel | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> NotificationChannel:
        """Change a notification channel.

        Only the given keys change. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the notification channel.
            document: The keys to change as a model, an object, or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The channel, as far as the service tells.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.alerts.update("ch1", {"name": "night shift"})
        """
        from ..api.alerts.update import request

        return self._caller.call(request(id, document), **options)


class AsyncAlertsResource:
    """Notification channels, and the alerts sent to them.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncAlertsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .alerts_raw import AsyncAlertsRawResponse

        return AsyncAlertsRawResponse(self._caller)

    async def configure(
        self, config: Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> AlertReceipt:
        """Set how the account is notified.

        Takes the `Notifications` block of the service. Not repeated once it may have been processed.
        Experimental: only unreleased gateways answer this.

        Args:
            config: The block as an object or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            What the service says of it.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.alerts.configure("Notifications: {}")
        """
        from ..api.alerts.configure import request

        return await self._caller.call(request(config), **options)

    async def create(
        self, document: NotificationChannel | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> NotificationChannel:
        """Create a notification channel.

        By mail, Slack or a webhook. YAML text goes under its own media type. Not repeated once it may
        have been processed. Experimental: only unreleased gateways answer this.

        Args:
            document: The channel as a model, an object, or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The channel, as far as the service tells.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.alerts.create({"name": "on-call", "type": "slack"})
        """
        from ..api.alerts.create import request

        return await self._caller.call(request(document), **options)

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a notification channel.

        Nothing is sent to it any more. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the notification channel.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the channel is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.alerts.delete("ch1")
        """
        from ..api.alerts.delete import request

        return await self._caller.call(request(id), **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> NotificationChannel:
        """Read a notification channel.

        What it holds of secrets is kept out of every repr. Experimental: only unreleased gateways
        answer this.

        Args:
            id: Id of the notification channel.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The channel.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.alerts.get("ch1")
        """
        from ..api.alerts.get import request

        return await self._caller.call(request(id), **options)

    def history(self, **options: Unpack[CallOptions]) -> AsyncPage[AlertEvent]:
        """List the alerts that were raised.

        Past ones and those that still hold. Experimental: only unreleased gateways answer this. Further
        pages are read while iterating, until one is empty. What is deleted meanwhile moves what follows
        it, so that items may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The alerts.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> async for alert in client.alerts.history():
            ...     print(alert.id, alert.additional_properties)
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.alerts.history import request

        check_options(options, "alerts.history")
        return AsyncPage(lambda _start: self._caller.call(request(), **options))

    def list(self, **options: Unpack[CallOptions]) -> AsyncPage[NotificationChannel]:
        """List the notification channels.

        All of them, without pages. Experimental: only unreleased gateways answer this. Further pages
        are read while iterating, until one is empty. What is deleted meanwhile moves what follows it,
        so that items may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The channels.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [channel.name async for channel in client.alerts.list()]
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.alerts.list_all import request

        check_options(options, "alerts.list")
        return AsyncPage(lambda _start: self._caller.call(request(), **options))

    async def notify(
        self,
        destination_id: str,
        *,
        subject: str | Mapping[str, Any],
        message: str | Mapping[str, Any],
        action: NotifyAction | Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> AlertReceipt:
        """Send a notification now.

        Subject and message are templates, which see the context. Not repeated once it may have been
        processed. Experimental: only unreleased gateways answer this.

        Args:
            destination_id: Id of the notification channel.
            subject: The subject, or an object with the template.
            message: The message, or an object with the template.
            action: Further fields of the action.
            context: What the templates see. The service's default is {}.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            Its status is `sent` once it is sent.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.alerts.notify("ch1", subject="Late flights", message="Three are late.")).status
        """
        from ..api.alerts.notify import request

        return await self._caller.call(
            request(destination_id, subject=subject, message=message, action=action, context=context),
            **options,
        )

    async def update(
        self, id: str, document: NotificationChannel | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> NotificationChannel:
        """Change a notification channel.

        Only the given keys change. Experimental: only unreleased gateways answer this.

        Args:
            id: Id of the notification channel.
            document: The keys to change as a model, an object, or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The channel, as far as the service tells.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.alerts.update("ch1", {"name": "night shift"})
        """
        from ..api.alerts.update import request

        return await self._caller.call(request(id, document), **options)
