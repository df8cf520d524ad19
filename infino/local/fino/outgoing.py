"""What goes out over one socket: frames and heartbeats, one at a time, spoiled where a fault says so."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.websockets import WebSocket, WebSocketDisconnect

from infino.local.faults import Fault
from infino.local.fino import frames
from infino.local.fino.frames import Frame

HEARTBEAT = 10.0  # seconds; well below the idle time after which clients give a silent socket up


class Dropped(Exception):
    """A fault ended the connection."""


class Outgoing:
    """The sending side of one accepted WebSocket.

    Args:
        websocket: The socket.
        fault: What to spoil: `drop_frames` ends it after so many frames (with `close_code`, else without a word),
            `close_code` alone ends it at the first question, `invalid_json` cuts every frame in half,
            `heartbeat_gap` keeps heartbeats back for so many seconds.
    """

    def __init__(self, websocket: WebSocket, fault: Fault | None) -> None:
        self._websocket = websocket
        self._fault = fault or Fault()
        self._lock = asyncio.Lock()
        self._sent = 0
        self._beating: asyncio.Task[None] | None = None

    async def send(self, frame: Frame) -> None:
        """Send one frame.

        Raises:
            Dropped: A fault ends the connection here.
        """
        async with self._lock:
            if self._fault.drop_frames is not None and self._sent >= self._fault.drop_frames:
                await self.drop()
            text = frames.encode(frame)
            await self._websocket.send_text(text[: len(text) // 2] if self._fault.invalid_json else text)
            self._sent += 1

    async def drop(self) -> None:
        """End the connection as the fault wants it."""
        if self._fault.close_code is not None:
            await self._websocket.close(self._fault.close_code)
        else:
            await self._websocket.close(1011, "dropped by a fault")
        raise Dropped

    async def question_arrived(self) -> None:
        """Let a fault act at the question."""
        if self._fault.close_code is not None and self._fault.drop_frames is None:
            await self.drop()

    async def __aenter__(self) -> Outgoing:
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._beating is not None:
            self._beating.cancel()
            # Whatever ended the heart ended the connection, and its reader has seen that too.
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError, Dropped):
                await self._beating

    async def _beat(self) -> None:
        await asyncio.sleep(self._fault.heartbeat_gap or 0)
        while True:
            await self.send(frames.heartbeat())
            await asyncio.sleep(HEARTBEAT)
