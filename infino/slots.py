"""What a client holds: its keys, and as many connections as it may have, each lent to one call at a time.

A connection that a call did not bring back whole, cancelled or failed, is thrown away and its place is free again.
So no place is ever lost, and a call costs the same however many others are on their way: nothing is searched.
"""

from __future__ import annotations

import asyncio
import math
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Callable, MutableMapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from infino.core.config import Config
from infino.core.credentials import Credentials, Provider, failed
from infino.core.endpoint import proxy_passwords
from infino.core.errors import ConfigError, Timeout
from infino.core.redaction import follow_environment, watch
from infino.core.retry import out_of_time
from infino.core.signer import PathStyle, SigV4Signer

# Less than the minute after which common load balancers drop an idle connection, so that we are first.
KEEPALIVE_SECONDS: Final = 30.0
# New keys are asked for this long before the old ones end, and not sooner than this after a provider failed.
_EARLY: Final = timedelta(seconds=60)
_ASK_AGAIN: Final = timedelta(seconds=10)


def _busy(limit: float | None, most: int) -> Timeout:
    return Timeout(
        f"all {most} connections were busy for {limit:g} s",
        phase="pool",
        hint="raise max_connections, or make fewer calls at a time",
    )


class Slots:
    """Connections for threads; each opens with its first request."""

    def __init__(self, make: Callable[[], Any], most: int) -> None:
        self._make, self._most = make, most
        self._free = threading.Semaphore(most)
        # The one that was used last is lent next, so that those in excess grow old.
        self._idle: deque[tuple[Any, float]] = deque()
        self._closed = False

    def take(self, limit: float | None) -> Any:
        """Lend a connection, after some seconds at the most."""
        if not self._free.acquire(timeout=limit):
            raise _busy(limit, self._most)
        with suppress(IndexError):  # none is idle, or another thread took the last one
            return self._idle.pop()[0]
        try:
            return self._make()
        except BaseException:
            self._free.release()
            raise

    def give(self, connection: Any) -> None:
        """Take a connection back that can be used again."""
        if self._closed:
            self.drop(connection)
            return
        # Kept before its place is given back: whoever waits for the place is to find it, and not open another.
        now = time.monotonic()
        self._idle.append((connection, now))
        self._free.release()
        for stale in _stale(self._idle, now):
            stale.close()

    def back(self, connection: Any, whole: bool) -> None:
        """Take a connection back, to be used again only where its last answer was read whole."""
        (self.give if whole else self.drop)(connection)

    def drop(self, connection: Any) -> None:
        """Throw a connection away; its place is free."""
        # A place stands for an open connection, so it is free only once this one is closed.
        try:
            connection.close()
        finally:
            self._free.release()

    def close(self) -> None:
        """Close all that are idle; those that are lent are closed when they come back."""
        self._closed = True
        for connection in _stale(self._idle, float("inf")):
            connection.close()


class AsyncSlots:
    """Connections for one event loop; each method does the same as that of `Slots`."""

    def __init__(self, make: Callable[[], Any], most: int) -> None:
        self._make, self._most = make, most
        self._free = asyncio.Semaphore(most)
        self._idle: deque[tuple[Any, float]] = deque()
        self._closed = False
        self._dropping: set[asyncio.Task[None]] = set()

    async def take(self, limit: float | None) -> Any:
        """Lend a connection."""
        # A timer costs more than a free place, so one is set only where there is something to wait for.
        if self._free.locked():
            try:
                async with asyncio.timeout(limit):
                    await self._free.acquire()
            except TimeoutError:
                raise _busy(limit, self._most) from None
        else:
            await self._free.acquire()
        try:
            return self._idle.pop()[0] if self._idle else self._make()
        except BaseException:
            self._free.release()
            raise

    async def give(self, connection: Any) -> None:
        """Take a connection back that can be used again."""
        if self._closed:
            await self.drop(connection)
            return
        now = time.monotonic()
        self._idle.append((connection, now))
        self._free.release()
        for stale in _stale(self._idle, now):
            await stale.aclose()

    async def back(self, connection: Any, whole: bool) -> None:
        """Take a connection back, to be used again only where its last answer was read whole."""
        await (self.give if whole else self.drop)(connection)

    async def drop(self, connection: Any) -> None:
        """Throw a connection away, to the end even when the call is cancelled again; its place is free at once."""
        self._free.release()
        # The event loop keeps only weak references to tasks; the set keeps this one until it is done.
        closing = asyncio.ensure_future(connection.aclose())
        self._dropping.add(closing)
        closing.add_done_callback(self._dropping.discard)
        await asyncio.shield(closing)

    async def aclose(self) -> None:
        """Close all that are idle; those that are lent are closed when they come back."""
        self._closed = True
        for connection in _stale(self._idle, float("inf")):
            await connection.aclose()
        if self._dropping:
            await asyncio.wait(self._dropping)


def _stale(idle: deque[tuple[Any, float]], now: float) -> list[Any]:
    """Take out what was idle for too long; the oldest stand first."""
    found = []
    while idle:
        try:
            oldest = idle.popleft()
        except IndexError:  # another thread took the last one in between
            break
        if oldest[1] > now - KEEPALIVE_SECONDS:
            idle.appendleft(oldest)
            break
        found.append(oldest[0])
    return found


# A total time for blocking calls holds at every read and write, even of answers that come byte by byte. The limits of
# httpcore are per read, and it reads a header block piece by piece without coming back to us. So its network streams
# are wrapped, by their interface alone: each read and write of a thread gets what is left of its time.


class Deadline(threading.local):
    """Until when the call of each thread has to be over."""

    until: float | None = None
    total: float = 0.0
    monotonic: Callable[[], float]

    def start(self, total: float | None, monotonic: Callable[[], float]) -> None:
        """Begin the call of this thread."""
        self.until = None if total is None else monotonic() + total
        self.total = total or 0.0
        self.monotonic = monotonic

    def cap(self, limit: float | None) -> float | None:
        """Shorten a limit to what is left."""
        if self.until is None:
            return limit
        left = self.until - self.monotonic()
        if left <= 0:
            raise out_of_time(self.total)
        return left if limit is None else min(limit, left)

    def passed(self) -> bool:
        """Whether the time of this thread's call is over."""
        return self.until is not None and self.monotonic() >= self.until


class DeadlineStream:
    """A network stream of httpcore that keeps to a deadline."""

    def __init__(self, stream: Any, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        # Handed through: neither waits for the other side.
        self.close = stream.close
        self.get_extra_info = stream.get_extra_info

    def read(self, max_bytes: int, timeout: float | None = None) -> Any:
        """Read what is there, within what is left."""
        return self._stream.read(max_bytes, self._deadline.cap(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, within what is left."""
        self._stream.write(buffer, self._deadline.cap(timeout))

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Any:
        """Turn to TLS, within what is left."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.cap(timeout))
        return DeadlineStream(stream, self._deadline)


class DeadlineBackend:
    """A network backend of httpcore whose streams keep to a deadline."""

    def __init__(self, backend: Any, deadline: Deadline) -> None:
        self._backend = backend
        self._deadline = deadline

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> DeadlineStream:
        """Connect, within what is left."""
        stream = self._backend.connect_tcp(host, port, self._deadline.cap(timeout), **options)
        return DeadlineStream(stream, self._deadline)


class CredentialCache:
    """Turn credentials into a signer, and know when to ask for new ones. Asking is done by the shells.

    One try of a request uses one signer, so a key never meets the secret of another pair.
    """

    __slots__ = ("_pair", "asked", "path_style", "provider", "region", "service")

    def __init__(
        self,
        fixed: Credentials | None,
        provider: Provider | None,
        *,
        region: str,
        service: str,
        path_style: PathStyle,
    ) -> None:
        self.provider = provider
        self.region, self.service = region, service
        self.path_style: PathStyle = path_style
        # The signer, when its pair ends, and when to ask for another one: replaced as a whole, because threads look.
        self._pair: tuple[SigV4Signer | None, datetime | None, datetime | None] = None, None, None
        self.asked = float("-inf")  # when the provider was asked for the last answer, on the monotonic clock
        if fixed is not None:
            self._pair = self._signer_of(fixed), None, None

    def fresh(self, now: datetime) -> SigV4Signer | None:
        """Return the signer to use, or None when credentials are to be asked for."""
        signer, _, renew_at = self._pair
        return signer if renew_at is None or now < renew_at else None

    def held(self, now: datetime) -> SigV4Signer | None:
        """Return a signer that may be used although newer credentials are due, or None."""
        return self._pair[0] if self.left(now) > 0 else None

    def left(self, now: datetime) -> float:
        """Return for how many seconds the pair in use holds."""
        expires_at = self._pair[1]
        return math.inf if expires_at is None else (expires_at - now).total_seconds()

    def postpone(self, now: datetime) -> SigV4Signer | None:
        """Credentials could not be had: go on with the pair that holds, if one does, and ask again later."""
        held, (signer, expires_at, _) = self.held(now), self._pair
        # Halfway to its end at the latest, so that a provider which recovers is asked at least once more in time.
        if held is not None and expires_at is not None:
            self._pair = signer, expires_at, now + min(_ASK_AGAIN, (expires_at - now) / 2)
        return held

    def superseded(self, refused: SigV4Signer) -> bool:
        """Tell whether there is another pair than the one that was refused."""
        now = self._pair[0]
        return now is not None and (now.access_key, now.secret_key) != (refused.access_key, refused.secret_key)

    def _signer_of(self, pair: Credentials) -> SigV4Signer:
        # From here on logs and messages mask this text wherever it appears.
        watch(pair.secret_key)
        return SigV4Signer(pair.access_key, pair.secret_key, self.region, self.service, self.path_style)

    def store(self, answer: object, now: datetime, began: float) -> SigV4Signer:
        """Keep what a provider gave, or say what is wrong with it; one that hung must not bring back an older pair."""
        if isinstance(answer, ConfigError):
            raise failed(answer)
        if not isinstance(answer, Credentials):
            raise ConfigError("the credentials callable must return Credentials or two texts (access_key, secret_key)")
        signer, expires_at = self._signer_of(answer), answer.expires_at
        if began < self.asked:
            return self._pair[0] or signer
        renew_at = expires_at
        if expires_at is not None:
            # A fifth of what is left for pairs that live shorter than five minutes: they would be due from the start.
            left = expires_at - now
            # A pair that seems to be over may only meet a wrong clock: the service decides, a while at least.
            renew_at = expires_at - min(_EARLY, left / 5) if left > timedelta() else now + _ASK_AGAIN
        self._pair, self.asked = (signer, expires_at, renew_at), began
        return signer


class Waiting:
    """Where the threads and tasks of a client wait for one of them to ask for keys."""

    def __init__(self) -> None:
        self.threads = threading.Lock()
        # A provider that was asked in a thread, and when: it goes on when who asked is gone, and others wait for it.
        self.asking: tuple[Future[object], float] | None = None
        self._loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = weakref.WeakKeyDictionary()

    def of_loop(self) -> asyncio.Lock:
        """The lock of the running event loop."""
        return self._loops.setdefault(asyncio.get_running_loop(), asyncio.Lock())


_Loops = MutableMapping[asyncio.AbstractEventLoop, tuple[AsyncSlots, AsyncGenerator[None, None]]]


async def _until_loop_ends(
    slots: AsyncSlots, loops: _Loops, loop: asyncio.AbstractEventLoop
) -> AsyncGenerator[None, None]:
    """Close connections together with their event loop.

    Before it ends, a loop closes every asynchronous generator that was begun on it; so does the garbage collector,
    on that loop, when a client is forgotten. No other hook reaches a loop that we do not own.
    """
    _open[slots] = loop
    try:
        yield
    finally:
        _open.pop(slots, None)
        loops.pop(loop, None)
        await slots.aclose()


class Connections:
    """Connections and keys, shared by a client and the copies `with_options` makes of it."""

    def __init__(self, config: Config, make: Callable[[], Any], make_async: Callable[[], Any]) -> None:
        self._config, self._make, self._make_async = config, make, make_async
        self.closed = False
        self.waiting = Waiting()
        self._slots = Slots(make, config.max_connections)
        self._loops: _Loops = weakref.WeakKeyDictionary()
        self._proxy_passwords = proxy_passwords(config.proxy)
        # Kept here as well: `watch` masks a secret as long as somebody holds it.
        for password in self._proxy_passwords:
            watch(password)
        self.keys = CredentialCache(
            config.credentials,
            config.provider,
            region=config.region,
            service=config.service,
            path_style=config.path_style,
        )
        _connections.add(self)
        follow_environment()

    def for_threads(self) -> Slots:
        """Return the connections for blocking calls."""
        return self._slots

    async def for_loop(self) -> AsyncSlots:
        """Return the connections of the running event loop."""
        loop = asyncio.get_running_loop()
        found = self._loops.get(loop)
        if found is None:
            # A loop that was closed without `shutdown_asyncgens()` never ran its generator to the end.
            for stale in [slots for slots, its_loop in list(_open.items()) if its_loop.is_closed()]:
                _open.pop(stale, None)
            slots = AsyncSlots(self._make_async, self._config.max_connections)
            found = self._loops[loop] = slots, _until_loop_ends(slots, self._loops, loop)
            # The hook of the loop knows a generator only once it has begun.
            await anext(found[1])
        return found[0]

    def close(self) -> None:
        """Close the connections for blocking calls."""
        self._slots.close()

    async def close_loop(self) -> None:
        """Close the connections of the running event loop."""
        with suppress(RuntimeError):  # without an event loop of asyncio there are none
            found = self._loops.get(asyncio.get_running_loop())
            if found is not None:
                await found[1].aclose()

    def after_fork(self) -> None:
        """Leave the connections of the parent process alone, and begin without any."""
        _abandoned.append((self._slots, list(self._loops.values())))
        self._slots, self.waiting = Slots(self._make, self._config.max_connections), Waiting()
        self._loops = weakref.WeakKeyDictionary()


_connections: weakref.WeakSet[Connections] = weakref.WeakSet()
# Keeps the connections of a forgotten client whole until their event loop has closed them.
_open: dict[AsyncSlots, asyncio.AbstractEventLoop] = {}
# Connections of the parent process: kept, so that nothing closes or reuses them in the child.
_abandoned: list[object] = []


def _forked() -> None:
    for connections in list(_connections):
        connections.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
