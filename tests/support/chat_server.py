"""A WebSocket server that follows a script, for faults that no well-meaning server plays."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import threading
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed

Script = Callable[["Peer"], Awaitable[None]]
HEARTBEAT: dict[str, Any] = {"type": "heartbeat", "message": "keep-alive"}


def update(text: str, sender: str = "router") -> dict[str, Any]:
    """A progress frame."""
    return {"content": {"type": "update", "sender": sender, "message": text}, "role": "assistant"}


def partial(sub_type: str, value: Any) -> dict[str, Any]:
    """A piece of an answer."""
    content = {"type": "partial", "sender": "agent", "sub_type": sub_type, "value": value}
    return {"content": content, "role": "assistant"}


def end(trace_id: str = "trace") -> dict[str, Any]:
    """The end of a streamed answer."""
    return {"content": {"type": "EOM", "trace_id": trace_id}, "role": "assistant"}


def result(summary: str, **more: Any) -> dict[str, Any]:
    """A whole answer."""
    return {"content": {"type": "result", "summary": summary, **more}, "role": "assistant"}


def timeline(text: str = "Done.", trace_id: str = "trace") -> list[dict[str, Any]]:
    """A short streamed answer."""
    return [
        HEARTBEAT,
        update("looking"),
        partial("sql", "SELECT 1"),
        partial("data", {"df": [{"n": 1}]}),
        partial("summary", text),
        end(trace_id),
    ]


class Peer:
    """One connection as the script sees it."""

    def __init__(self, server: ChatServer, connection: ServerConnection, number: int) -> None:
        self.server = server
        self.connection = connection
        self.number = number

    async def question(self) -> str:
        """Wait for the next question."""
        text = (await self.message())["content"]["user_query"]
        self.server.questions.append(text)
        return str(text)

    async def message(self) -> Any:
        """Wait for the next message, whatever it says."""
        message = json.loads(await self.connection.recv())
        self.server.messages.append(message)
        return message

    async def send(self, *items: dict[str, Any] | str | bytes) -> None:
        """Send frames: objects as JSON, text and bytes as they are."""
        for item in items:
            await self.connection.send(json.dumps(item) if isinstance(item, dict) else item)

    async def raw(self, data: bytes) -> None:
        """Put bytes on the wire below the protocol."""
        self.connection.transport.write(data)
        await asyncio.sleep(0.01)

    def drop(self) -> None:
        """Cut the connection, with no word."""
        self.connection.transport.abort()

    async def silence(self) -> None:
        """Say nothing until the client leaves."""
        await self.connection.wait_closed()


def frame_bytes(payload: bytes, opcode: int = 1) -> bytes:
    """One unmasked frame as it goes over the wire."""
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + payload


class ChatServer:
    """A server on a free loopback port; each connection follows the script.

    Args:
        script: What each connection does.
        refuse: Answers a handshake otherwise: gets its number from 1, gives status, headers and body, or None.
        tls: Speak TLS with this certificate.
    """

    def __init__(
        self,
        script: Script,
        refuse: Callable[[int], tuple[int, dict[str, str], bytes] | None] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.tls = tls
        self.script = script
        self.refuse = refuse
        self.questions: list[str] = []
        self.messages: list[Any] = []
        self.requests: list[Request] = []
        self.port = 0
        self._connections = 0
        self._loop = asyncio.new_event_loop()
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chat-server")

    @property
    def endpoint(self) -> str:
        """The address for a client."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        quiet = logging.Logger("chat-server", logging.CRITICAL + 1)
        options: dict[str, Any] = {"process_request": self._process, "max_size": None, "close_timeout": 0.2}
        options["ssl"] = self.tls
        async with serve(self._handle, "127.0.0.1", 0, logger=quiet, ping_interval=None, **options) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            self._ready.set()
            await self._stop.wait()

    def _process(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        refusal = self.refuse(len(self.requests)) if self.refuse else None
        if refusal is None:
            return None
        status, headers, body = refusal
        sent = Headers({"Content-Length": str(len(body)), "Connection": "close", **headers})
        return Response(status, HTTPStatus(status).phrase, sent, body)

    async def _handle(self, connection: ServerConnection) -> None:
        self._connections += 1
        try:
            await self.script(Peer(self, connection, self._connections))
        except ConnectionClosed:
            return

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()
