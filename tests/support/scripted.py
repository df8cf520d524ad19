"""A server that does exactly what a test writes down, byte by byte, on a loopback socket."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from typing import Any, Self

import attrs

Script = Callable[["Exchange"], None]


@attrs.define
class Received:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The one value of a header, or None."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} came {len(values)} times"
        return values[0] if values else None


class Exchange:
    """One request on one connection, and the means to answer it, well or badly."""

    def __init__(self, connection: socket.socket, request: Received | None, stopping: threading.Event) -> None:
        self.connection = connection
        self.request = request
        self._stopping = stopping

    def send(self, data: bytes) -> None:
        """Send raw bytes."""
        self.connection.sendall(data)

    def answer(
        self, status: int = 200, body: bytes = b"{}", headers: Sequence[tuple[str, str]] = (), reason: str = "X"
    ) -> None:
        """Send a well-formed answer."""
        lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body)}"]
        if not any(name.lower() == "content-type" for name, _ in headers):
            lines.append("Content-Type: application/json")
        lines += [f"{name}: {value}" for name, value in headers]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def reset(self) -> None:
        """Break the connection with a reset instead of an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        """End the connection, although the server still holds a file object on it."""
        with contextlib.suppress(OSError):
            socket.close(self.connection.detach())

    def drip(self, data: bytes, seconds: float = 0.02) -> None:
        """Send one byte at a time until the data or the test ends."""
        for byte in data:
            if self._stopping.wait(seconds):
                return
            try:
                self.send(bytes([byte]))
            except OSError:
                return

    def hang(self) -> None:
        """Say nothing until the test ends."""
        self._stopping.wait(30)


class ScriptedServer:
    """Answer the requests in order, each with its own script; the last script repeats.

    Args:
        scripts: What to do with each request.
    """

    def __init__(self, *scripts: Script) -> None:
        self.scripts = scripts or (lambda exchange: exchange.answer(),)
        self.requests: list[Received] = []
        self.connections = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)

    @property
    def endpoint(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for connection in self._sockets:
            connection.close()

    def _start(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._sockets.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection.makefile("rb") as stream:
            while (request := read_request(stream)) is not None:
                with self._lock:
                    number = len(self.requests)
                    self.requests.append(request)
                self.scripts[min(number, len(self.scripts) - 1)](Exchange(connection, request, self._stopping))


def read_request(stream: Any) -> Received | None:
    """Read one request with a body of known length or in chunks; None at the end of the connection."""
    line = stream.readline().decode("latin-1").strip()
    if not line:
        return None
    method, target, _ = line.split(" ", 2)
    headers = []
    while text := stream.readline().decode("latin-1").rstrip("\r\n"):
        name, _, value = text.partition(":")
        headers.append((name, value.strip()))
    lowered = {name.lower(): value for name, value in headers}
    body = b""
    if lowered.get("transfer-encoding") == "chunked":
        while size := int(stream.readline().strip() or b"0", 16):
            body += stream.read(size)
            stream.readline()
        stream.readline()
    else:
        body = stream.read(int(lowered.get("content-length", "0")))
    return Received(method, target, headers, body)


def answering(status: int = 200, body: bytes = b"{}", headers: Sequence[tuple[str, str]] = ()) -> Script:
    """A script that gives a well-formed answer."""
    return lambda exchange: exchange.answer(status, body, headers)


def chunked(*steps: bytes | threading.Event | None, end: bool = True) -> Script:
    """A script that answers in chunks, and with `end=False` breaks off behind the last.

    At an event it waits until the test has set it, at None for ever.
    """

    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        for step in steps:
            if isinstance(step, threading.Event):
                assert step.wait(30)
            elif step is None:
                exchange.hang()
            else:
                exchange.send(b"%x\r\n%s\r\n" % (len(step), step))
        if end:
            exchange.send(b"0\r\n\r\n")
        else:
            exchange.close()

    return script
