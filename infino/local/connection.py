"""Connections that bring nothing do not keep others out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Protocol
else:  # or h11's, where httptools isn't there
    from uvicorn.protocols.http.auto import AutoHTTPProtocol as Protocol

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]  # the module doesn't exist on this platform

HEAD_SECONDS = 20.0
"""Within which the head of a request must be whole, from its first byte or from the connection on."""
MOST = 1000
FILES_EACH = 4
"""The process keeps so many times as many descriptors as it has connections."""


def most_connections() -> int:
    """Return how many connections may be open: a thousand, or fewer where the process may not open many files."""
    if resource is None:
        return MOST
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST if files == resource.RLIM_INFINITY else max(16, min(MOST, files // FILES_EACH))


def protocol(most: int) -> type[asyncio.Protocol]:
    """Return the class of the connections of one gateway.

    Args:
        most: How many may be open; of more, the one that has waited longest for a request is closed.
    """
    waiting: dict[KeptConnection, None] = {}

    class KeptConnection(Protocol):
        """One connection, which waits until the head of a request is there."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._timer: asyncio.TimerHandle | None = None
            self._upgraded = False

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its base says
            super().connection_made(transport)
            waiting[self] = None
            self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)
            if len(self.connections) > most:
                next(iter(waiting)).transport.close()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is None or self.cycle.response_complete:
                waiting.setdefault(self)
                if self._timer is None and not self._upgraded:
                    self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)
            else:
                self._heard()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            if self.cycle is None or self.cycle.response_complete:
                waiting.setdefault(self)

        def handle_websocket_upgrade(self, *arguments: Any) -> None:
            self._upgraded = True
            super().handle_websocket_upgrade(*arguments)
            self._heard()

        def connection_lost(self, exc: Exception | None) -> None:
            self._heard()
            super().connection_lost(exc)

        def _heard(self) -> None:
            waiting.pop(self, None)
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    return KeptConnection
