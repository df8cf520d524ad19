"""A socket as programs of 0.7 use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any


class OldSocket:
    """A connection with the few methods of the websockets library that programs of 0.7 used."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def send(self, message: str) -> None:
        """Send one text message."""
        await self._socket.send(message, 60.0)

    async def recv(self) -> str | bytes:
        """Wait for the next message."""
        message: str | bytes = await self._socket.receive(3600.0)
        return message

    async def close(self) -> None:
        """Close the connection."""
        await self._socket.close()

    async def __aenter__(self) -> OldSocket:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        from infino.websocket import SocketClosed

        try:
            while True:
                yield await self.recv()
        except SocketClosed:
            return
