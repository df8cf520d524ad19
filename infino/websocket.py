"""WebSocket connections, for blocking and for asyncio programs: the only module that knows the library.

A connection here sends text, receives messages within a time limit, and closes. Whatever goes wrong comes out as an
error of the SDK or as `SocketClosed` / `SocketQuiet`. The library gets a logger that is deaf, because at debug level
it would write the signed URL and every header; and no exception of the library is chained, because they hold both.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import struct
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import attrs
from websockets.asyncio.client import ClientConnection as AsyncConnection
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import (
    ConnectionClosed,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)
from websockets.protocol import State
from websockets.sync.client import ClientConnection as SyncConnection
from websockets.sync.client import connect as connect_sync

from infino.core.errors import ConfigError, ConnectError, InfinoError, Timeout
from infino.core.failures import error_from_response
from infino.core.messages import Headers, Response
from infino.core.redaction import Secret

# The library's 1 MiB closes the connection with 1009 when a large table or chart arrives.
MAX_FRAME_BYTES = 16 * 1024 * 1024
MAX_QUEUE = 16
CLOSE_SECONDS = 1.0
# Never sent; it stands for a connection that ended without a close frame (RFC 6455, 7.1.5 and 7.4.1).
ABNORMAL = 1006

# Not in the tree of loggers, so that no configuration of the program can turn it up.
_DEAF = logging.Logger("infino.websocket.deaf", logging.CRITICAL + 1)
_DEAF.disabled = True


class SocketClosed(Exception):
    """The connection is gone: code 1006 without a close frame; `unsent` means that a message did not leave."""

    def __init__(self, code: int, reason: str = "", *, unsent: bool = False) -> None:
        super().__init__(f"closed with code {code}")
        self.code = code
        self.reason = reason
        self.unsent = unsent


class SocketQuiet(Exception):
    """Nothing came within the time limit."""


@attrs.frozen(kw_only=True)
class Dial:
    """Where and how to connect.

    `proxy` is an address, ``True`` for the environment's, or ``None``; `address` stands for that of the URL, as behind
    a tunnel; `now` judges dates in a refusal.
    """

    url: Secret
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    timeout: float = 15.0
    max_frame_bytes: int = MAX_FRAME_BYTES
    proxy: str | bool | None = attrs.field(default=True, repr=False)
    tls: ssl.SSLContext | None = None
    address: tuple[str, int] | None = None
    now: datetime = attrs.field(factory=lambda: datetime.now(UTC))
    operation: str = "fino.connect"


class _Refused(Exception):
    """The server answered the handshake with something else; not a redirect that the library could follow."""

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.body = body


def _refusal(error: InvalidStatus) -> _Refused:
    response = error.response
    raw = response.headers.raw_items()
    headers = Headers([(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in raw])
    return _Refused(response.status_code, headers, bytes(response.body or b""))


class _SyncConnection(SyncConnection):
    def handshake(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().handshake(*args, **kwargs)
        except InvalidStatus as error:
            raise _refusal(error) from None
        except KeyboardInterrupt:
            # The library cleans up after errors only: its reader would go on until the other side hangs up.
            self.close_socket()
            self.recv_events_thread.join()
            raise


class _AsyncConnection(AsyncConnection):
    async def handshake(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super().handshake(*args, **kwargs)
        except InvalidStatus as error:
            raise _refusal(error) from None


# Older releases of the library stumble over their own assertions when a peer hangs up during the handshake.
_FAILURES = (OSError, ValueError, EOFError, AssertionError, WebSocketException, _Refused)


def open_socket(dial: Dial) -> Socket:
    """Connect; what is returned is to be closed."""
    failure: InfinoError
    try:
        options = _options(dial)
        if dial.address is not None:
            options["sock"] = socket.create_connection(dial.address, dial.timeout)
        connection = connect_sync(dial.url.reveal(), create_connection=_SyncConnection, **options)
    except _FAILURES as error:
        failure = _failure(error, dial)
    else:
        # Newer releases warn of a connection that is not entered; closing it stays our business.
        return Socket(connection.__enter__())
    # Raised outside of the handler: the library's exceptions and frames hold the signed URL.
    raise failure


async def open_async_socket(dial: Dial) -> AsyncSocket:
    """Connect, for asyncio; see `open_socket`."""
    failure: InfinoError
    try:
        options = _options(dial)
        if dial.address is not None:
            options["host"], options["port"] = dial.address
        connection = await connect_async(dial.url.reveal(), create_connection=_AsyncConnection, **options)
    except _FAILURES as error:
        failure = _failure(error, dial)
    else:
        return AsyncSocket(connection)
    raise failure


def _options(dial: Dial) -> dict[str, Any]:
    options: dict[str, Any] = {
        "additional_headers": dict(dial.headers),
        "open_timeout": dial.timeout,
        # The service does not answer pings while it thinks; its heartbeats are the sign of life.
        "ping_interval": None,
        "close_timeout": CLOSE_SECONDS,
        "max_size": dial.max_frame_bytes,
        "max_queue": MAX_QUEUE,
        "proxy": dial.proxy,
        "logger": _DEAF,
        # It is among the headers above, with the SDK's name.
        "user_agent_header": None,
    }
    # The library refuses TLS settings for a `ws:` address.
    if dial.tls is not None and urlsplit(dial.url.reveal()).scheme == "wss":
        options["ssl"] = dial.tls
    return options


def _failure(error: Exception, dial: Dial) -> InfinoError:
    parts = urlsplit(dial.url.reveal())
    place = parts.netloc.rpartition("@")[2]
    if isinstance(error, _Refused):
        response = Response(dial.operation, error.status, error.headers, error.body)
        return error_from_response(response, method="GET", path=parts.path, now=dial.now)
    if isinstance(error, TimeoutError):
        return Timeout(
            f"no WebSocket connection to {place} within {dial.timeout:.3g} s",
            phase="connect",
            operation=dial.operation,
            hint="check the endpoint and the network, or allow more time with connect_timeout=",
        )
    if isinstance(error, InvalidProxy):
        return ConfigError("the address of the proxy is not valid", operation=dial.operation)
    # An untrusted certificate is a ValueError too, so it has to be told apart first.
    if isinstance(error, InvalidURI | ValueError) and not isinstance(error, ssl.SSLError):
        return ConfigError("the address of the WebSocket is not valid; check the endpoint", operation=dial.operation)
    if isinstance(error, ssl.SSLError):
        said = f"TLS failed: {getattr(error, 'verify_message', None) or error.reason or type(error).__name__}"
    elif isinstance(error, WebSocketException | EOFError | AssertionError):
        said = f"what answers there hung up, or does not speak WebSocket ({type(error).__name__})"
    elif isinstance(error, socket.gaierror):
        said = "the name is unknown"
    else:
        said = getattr(error, "strerror", None) or type(error).__name__
    return ConnectError(
        f"no WebSocket connection to {place}: {said}",
        operation=dial.operation,
        hint="is the endpoint right, and is the service or the local gateway running?",
    )


def _closed(error: ConnectionClosed) -> SocketClosed:
    # Whoever closes second repeats the other's code (RFC 6455, 5.5.1): the first close frame has the reason.
    if error.rcvd is not None and (error.sent is None or error.rcvd_then_sent is not False):
        return SocketClosed(error.rcvd.code, error.rcvd.reason)
    if error.sent is not None:
        return SocketClosed(error.sent.code, error.sent.reason)
    return SocketClosed(ABNORMAL)


def _limit_sending(raw: socket.socket, timeout: float) -> None:
    """Set the kernel's own limit: a peer that reads nothing must not hold us, and the library has none."""
    if sys.platform == "win32":  # the option has another form there
        return
    seconds, rest = divmod(max(timeout, 0.001), 1)
    with contextlib.suppress(OSError):
        # A `struct timeval`: seconds and microseconds, each a C long.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(seconds), int(rest * 1e6)))


class Socket:
    """A blocking connection."""

    def __init__(self, connection: SyncConnection) -> None:
        self._connection = connection

    def send(self, text: str, limit: float) -> None:
        """Send one text message; raises `SocketClosed` or `SocketQuiet`."""
        connection = self._connection
        if connection.state is not State.OPEN:
            raise SocketClosed(connection.close_code or ABNORMAL, connection.close_reason or "", unsent=True)
        closed: SocketClosed | SocketQuiet
        _limit_sending(connection.socket, limit)
        try:
            connection.send(text)
        except ConnectionClosed as error:
            # What the kernel's limit looks like from here.
            late = isinstance(error.__cause__, BlockingIOError | TimeoutError | ssl.SSLWantWriteError)
            closed = SocketQuiet() if late else _closed(error)
        else:
            return
        try:
            raise closed
        finally:
            del closed  # else frame and error hold each other, and whoever receives with them, until the collector runs

    def receive(self, limit: float) -> str | bytes:
        """Return the next message; raises `SocketClosed` or `SocketQuiet`."""
        closed: SocketClosed | SocketQuiet
        try:
            return self._connection.recv(limit)
        except ConnectionClosed as error:
            closed = _closed(error)
        except TimeoutError:
            closed = SocketQuiet()
        try:
            raise closed
        finally:
            del closed  # else frame and error hold each other, and whoever receives with them, until the collector runs

    def close(self) -> None:
        """Close; never raises, takes at most about a second, leaves no thread."""
        with contextlib.suppress(OSError, WebSocketException):
            self._connection.close()

    def abort(self) -> None:
        """Drop the connection without waiting for anything; its thread ends a moment later."""
        with contextlib.suppress(OSError):
            self._connection.socket.shutdown(socket.SHUT_RDWR)


class AsyncSocket:
    """A connection for asyncio."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def send(self, text: str, limit: float) -> None:
        """Send one text message; raises `SocketClosed` or `SocketQuiet`."""
        connection = self._connection
        if connection.state is not State.OPEN:
            raise SocketClosed(connection.close_code or ABNORMAL, connection.close_reason or "", unsent=True)
        closed: SocketClosed | SocketQuiet
        try:
            async with asyncio.timeout(limit):
                await connection.send(text)
        except ConnectionClosed as error:
            closed = _closed(error)
        except TimeoutError:
            closed = SocketQuiet()
        else:
            return
        try:
            raise closed
        finally:
            del closed  # else frame and error hold each other, and whoever receives with them, until the collector runs

    async def receive(self, limit: float) -> str | bytes:
        """Return the next message; raises `SocketClosed` or `SocketQuiet`."""
        closed: SocketClosed | SocketQuiet
        try:
            async with asyncio.timeout(limit):
                return await self._connection.recv()
        except ConnectionClosed as error:
            closed = _closed(error)
        except TimeoutError:
            closed = SocketQuiet()
        try:
            raise closed
        finally:
            del closed  # else frame and error hold each other, and whoever receives with them, until the collector runs

    async def close(self) -> None:
        """Close; never raises, takes at most about a second, leaves no task."""
        try:
            # The library's own limit begins only once the goodbye is handed over, which a full buffer prevents.
            async with asyncio.timeout(2 * CLOSE_SECONDS):
                with contextlib.suppress(OSError, WebSocketException):
                    await self._connection.close()
        except TimeoutError:
            self.abort()
        # Cancelled: the connection is dropped now, because nobody is left to close it later.
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        """Drop the connection at once, without a word to the other side."""
        loop = self._connection.loop
        if loop.is_closed():
            return
        try:
            here = asyncio.get_running_loop() is loop
        except RuntimeError:
            here = False
        if here:
            self._connection.transport.abort()
        else:
            # A forgotten conversation may be collected in any thread.
            loop.call_soon_threadsafe(self._connection.transport.abort)
