"""Move bytes over HTTP; the only module that knows httpx.

Both transports drive the same sans-I/O conversation (`infino.core.exchange`). They use httpx's transports and not
its clients: no redirects, no cookies, no `.netrc`, no proxies from the environment, no log of full addresses.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from functools import partial
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from infino.core.compression import decompressed, legible, too_large
from infino.core.config import Config, tls_context
from infino.core.endpoint import shown_proxy
from infino.core.errors import (
    ClientClosedError,
    ConfigError,
    ConnectError,
    DecodeError,
    InfinoError,
    Timeout,
    TransportError,
)
from infino.core.exchange import (
    Body,
    Corrections,
    Outcome,
    Send,
    Shared,
    Signed,
    Step,
    Wait,
    exchange,
    leave,
    watched_exchange,
)
from infino.core.extras import check_loop
from infino.core.failures import connect_hint, root_cause
from infino.core.garbage import resting
from infino.core.messages import Headers, Request, Response, StreamedBody
from infino.core.redaction import Secret, redact
from infino.core.retry import Timeouts, out_of_time
from infino.core.signer import Wire, WireRequest, canonical_query, check_path
from infino.core.version import USER_AGENT
from infino.imports import native, without_command_line
from infino.keys import AsyncKeys, Connection, Keys
from infino.slots import KEEPALIVE_SECONDS, Connections, Deadline, DeadlineBackend
from infino.streams import Course, arriving, async_arriving, is_streamable

with resting(), without_command_line():
    import httpx

# Deflate (RFC 1951) gives at most about a thousand bytes for one, so that a body of this size is soon unpacked.
_SMALL: Final = 1 << 10


class _UploadStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An upload as a stream of httpx; reading the disk stays off the event loop."""

    def __init__(self, upload: StreamedBody) -> None:
        self._upload = upload

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._upload.chunks())

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._upload.chunks()
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            yield chunk


_PHASES: Final[tuple[tuple[type[Exception], str], ...]] = (
    # A pool timeout is not among them: each pool has one connection, lent to one call at a time (`infino.slots`).
    (httpx.ConnectTimeout, "connect"),
    (httpx.WriteTimeout, "write"),
    (httpx.ReadTimeout, "read"),
)


def _translate(error: Exception, config: Config) -> InfinoError:
    """Describe a failure in our words; the original is not chained, because it holds signed headers."""
    proxy = shown_proxy(config.proxy)
    place = config.endpoint.url if proxy is None else f"{config.endpoint.url} through the proxy {proxy}"
    for kind, phase in _PHASES:
        if isinstance(error, kind):
            return Timeout(f"no progress with {place} while waiting: {phase} timeout", phase=phase)
    # All three come before the first byte of the request is sent, so any call may be repeated after them.
    if isinstance(error, httpx.ConnectError | httpx.ProxyError | httpx.UnsupportedProtocol):
        root = root_cause(error)
        text = redact(" ".join(str(root).split())) or type(root).__name__
        return ConnectError(f"cannot connect to {place}: {text}", hint=connect_hint(root, proxied=proxy is not None))
    text = redact(" ".join(str(error).split())) or type(root_cause(error)).__name__
    return TransportError(f"connection to {place} broke: {text}")


# One connection each: `infino.slots` keeps as many of these as there may be.
_ONE: Final = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE_SECONDS)
Pool = TypeVar("Pool", httpx.HTTPTransport, httpx.AsyncHTTPTransport)


class _Opener:
    """Makes connections; TLS settings are read once.

    What fails may hold the password of the proxy, so it is not chained.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._tls: Any = None
        self.deadline = Deadline()

    def blocking(self) -> httpx.HTTPTransport:
        """Make one for threads."""
        opened = self._opened(httpx.HTTPTransport)
        below: Any = opened._pool  # httpx has no public way to give it a network backend
        below._network_backend = DeadlineBackend(below._network_backend, self.deadline)
        return opened

    def of_loop(self) -> httpx.AsyncHTTPTransport:
        """Make one for an event loop."""
        return self._opened(httpx.AsyncHTTPTransport)

    def _opened(self, kind: type[Pool]) -> Pool:
        if self._tls is None:
            with native:
                self._tls = tls_context(self._config)
        # A plain string, as httpx wants it, but only for a moment: a traceback may be shown with its variables.
        proxy = None if self._config.proxy is None else self._config.proxy.reveal()
        try:
            with resting():  # the first of all imports httpcore
                return kind(verify=self._tls, trust_env=False, limits=_ONE, proxy=proxy)
        except ImportError:
            problem = "a SOCKS proxy needs one more package: pip install socksio"
        except (ValueError, TypeError, httpx.InvalidURL):
            problem = "the proxy cannot be used; check its address"
        finally:
            del proxy
        raise ConfigError(problem)


class _TransportBase:
    """What both transports have in common: everything but moving bytes and sleeping."""

    def __init__(self, config: Config, shared: Shared | None = None, *, parent: _TransportBase | None = None) -> None:
        self.config = config
        self.shared: Shared = parent.shared if parent else shared or Shared(get_with_body=config.get_with_body)
        self._opener: _Opener = parent._opener if parent else _Opener(config)
        self._connections: Connections = (
            parent._connections if parent else Connections(config, self._opener.blocking, self._opener.of_loop)
        )
        self._owner = parent is None
        self._closed = False
        self._wire = Wire(config.endpoint, config.headers, USER_AGENT)
        self._url = httpx.URL(config.endpoint.url)
        endpoint = config.endpoint
        # Behind a tunnel the certificate is the service's, and not that of the address to which one connects.
        self._server_name = urlsplit(f"//{endpoint.host}").hostname if endpoint.tunnelled else None
        # With a proxy the address must be whole in the request; without one the exact target is given beside it.
        self._by_target = config.proxy is None

    def check_open(self, operation: str) -> None:
        """Raise `ClientClosedError` once the client is closed."""
        if self._closed or self._connections.closed:
            raise ClientClosedError("the client is closed; create a new one", operation=operation)

    def end(self) -> None:
        """Let later calls raise `ClientClosedError`; those of copies too, unless this is a copy."""
        self._closed = True
        self._connections.closed |= self._owner

    def _plan(self, request: Request) -> Generator[Step, Outcome, Response]:
        self.check_open(request.operation)
        timeouts = self.config.timeouts
        if request.timeout is not None:
            timeouts = Timeouts.of(request.timeout, timeouts)
        listeners = self.shared.listeners
        # Watching costs time in each call, so it is left out while nobody listens.
        carry = watched_exchange if listeners.call or listeners.end else exchange
        return carry(request, self.shared, request.retry_policy or self.config.retry, timeouts)

    def _build(self, prepared: WireRequest, timeouts: Timeouts) -> httpx.Request:
        content = prepared.content
        stream: httpx.ByteStream | _UploadStream
        if content is None or isinstance(content, bytes):
            stream = httpx.ByteStream(content or b"")
        else:
            stream = _UploadStream(content)
        limits = {name: getattr(timeouts, name) for name in ("connect", "read", "write", "pool")}
        # The bytes that were signed go out as they are; httpx would normalize a URL, and the signature would not match.
        target = prepared.target.encode("ascii")
        extensions: dict[str, Any] = {"timeout": limits}
        if self._server_name is not None:
            extensions["sni_hostname"] = self._server_name
        if self._by_target:
            extensions["target"] = target
        url = self._url if self._by_target else self._url.copy_with(raw_path=target)
        return httpx.Request(prepared.method, url, headers=prepared.headers, stream=stream, extensions=extensions)

    def tls(self) -> Any:
        """Return the TLS settings (an `ssl.SSLContext`), for connections that are not opened here."""
        with native:
            return tls_context(self.config)

    def _presigned(self, signed: Signed, path: str, query: tuple[tuple[str, str], ...]) -> Secret:
        # `Wire.prepare` checks the paths of calls; an address of a WebSocket does not come by there.
        check_path(path)
        url = self.config.endpoint.websocket_url + path
        encoded = canonical_query(query)
        return Secret(signed.signer.presign(f"{url}?{encoded}" if encoded else url, now=signed.time))

    def _answer(
        self, request: Request, answer: httpx.Response, pieces: list[bytes], began: float, limit: float | None
    ) -> Response | InfinoError:
        """Put an answer together; a refusal keeps its status whatever its body is."""
        headers, clock = Headers(answer.headers.raw), self.shared.clock
        content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        coding, most = headers.get("content-encoding"), self.config.max_response_bytes
        refused = not 200 <= answer.status_code < 300

        def check() -> None:
            if limit is not None and clock.monotonic() - began > limit:
                raise out_of_time(limit)

        # A small body may unpack to a very large one, hence the size limit and the clock inside of the loop.
        if coding is not None and refused:
            content = legible(content, coding, most, check)
        elif coding is not None:
            try:
                content = decompressed(content, coding, most, check)
            except (TransportError, DecodeError) as error:
                return error
        if most is not None and len(content) > most and not refused:
            return too_large(most)
        return Response(request.operation, answer.status_code, headers, content, 1, clock.monotonic() - began)

    def _course(self, answer: httpx.Response, timeouts: Timeouts, began: float) -> Course:
        return Course(answer.headers.get("content-encoding"), self._translated, self.shared, began, timeouts.total)

    def _begun(self, request: Request, answer: httpx.Response, stream: Any, course: Course) -> Response:
        elapsed, headers = self.shared.clock.monotonic() - course.began, Headers(answer.headers.raw)
        return Response(request.operation, answer.status_code, headers, elapsed=elapsed, stream=stream, course=course)

    def _translated(self, error: Exception) -> InfinoError | None:
        return _translate(error, self.config) if isinstance(error, httpx.HTTPError) else None


class Transport(_TransportBase):
    """Send requests over a pool of connections; safe to share between threads."""

    def __init__(
        self,
        config: Config,
        shared: Shared | None = None,
        *,
        sleep: Callable[[float], object] = time.sleep,
        parent: Transport | None = None,
    ) -> None:
        super().__init__(config, shared, parent=parent)
        self.sleep = sleep
        self._keys = Keys(self._connections.keys, lambda: self._connections.waiting, self.shared)

    def with_config(self, config: Config) -> Transport:
        """Return a transport with other settings for its calls, over the same connections and keys."""
        return Transport(config, sleep=self.sleep, parent=self)

    def send(self, request: Request) -> Response:
        """Sign, send and, where it is safe, repeat one request, to an answer with a 2xx status."""
        plan = self._plan(request)
        outcome: Outcome = None
        step: Step
        try:
            step = next(plan)
            while True:
                if isinstance(step, Send):
                    outcome = self._attempt(request, step)
                elif isinstance(step, Wait):
                    self.sleep(step.seconds)
                    outcome = None
                else:
                    outcome = self._keys.renew(step.refused, step.at, step.limit)
                step = plan.send(outcome)
        except StopIteration as stop:
            response: Response = stop.value
            return response
        except BaseException as error:
            leave(plan, error)
            raise

    def presign(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> Secret:
        """Return a signed WebSocket address below the endpoint; sign anew for each connection."""
        signer = self._keys.signer(self.config.timeouts.keys)
        return self._presigned(Corrections(self.shared).sign(signer), path, query)

    def connect(
        self, path: str, query: tuple[tuple[str, str], ...], dial: Callable[[Secret], Connection], limit: float | None
    ) -> Connection:
        """Open a connection with a signed address; see `Keys.connect`."""
        return self._keys.connect(lambda signed: self._presigned(signed, path, query), dial, limit)

    def _attempt(self, request: Request, step: Send) -> Outcome:
        try:
            # `fresh` takes no lock; only a pair that is due or missing takes the long way.
            signer = self._connections.keys.fresh(self.shared.now()) or self._keys.signer(step.timeouts.keys)
            signed = step.sign(signer)
            prepared = self._wire.prepare(request, step.method, signer, signed.time, step.headers)
            return self._move(request, prepared, step.rest())
        except InfinoError as error:
            return error

    def _move(self, request: Request, prepared: WireRequest, timeouts: Timeouts) -> Response | InfinoError:
        clock = self.shared.clock
        began = clock.monotonic()
        slots, deadline = self._connections.for_threads(), self._opener.deadline
        # For this thread, so that its connection, shared with no other while it is lent, keeps to this call's time.
        deadline.start(timeouts.total, clock.monotonic)
        body, whole, kept = Body(self.config.max_response_bytes), False, False
        connection = slots.take(timeouts.pool)
        try:
            answer = connection.handle_request(self._build(prepared, timeouts))
            if request.stream and is_streamable(answer.status_code):
                course, kept = self._course(answer, timeouts, began), True
                # Between two pieces the thread may make other calls, with times of their own.
                tick = partial(deadline.start, monotonic=clock.monotonic)
                back = partial(slots.back, connection)
                return self._begun(request, answer, arriving(answer, course, back, tick), course)
            try:
                complete = all(body.take(piece) for piece in answer.stream)
            finally:
                answer.close()
            # Not before: a connection whose closing was interrupted waits for ever when it is used again.
            whole = complete
        except httpx.HTTPError as error:
            failure = _translate(error, self.config)
            # The deadline only shortens single reads and writes: name the limit that ran out. A connect timeout keeps
            # its name: it says that nothing was sent, and that any call may be repeated.
            late = isinstance(failure, Timeout) and failure.phase != "connect" and deadline.passed()
            return out_of_time(deadline.total) if late else failure
        finally:
            if not kept:
                slots.back(connection, whole)
        return self._answer(request, answer, body.pieces, began, timeouts.total)

    def close(self) -> None:
        """Close all connections; later calls raise `ClientClosedError`. A copy closes only itself."""
        self.end()
        if self._owner:
            self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncTransport(_TransportBase):
    """Send requests from an event loop; each loop gets connections of its own."""

    def __init__(
        self,
        config: Config,
        shared: Shared | None = None,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        parent: AsyncTransport | None = None,
    ) -> None:
        super().__init__(config, shared, parent=parent)
        self.sleep = sleep
        self._keys = AsyncKeys(self._connections.keys, lambda: self._connections.waiting, self.shared)

    def with_config(self, config: Config) -> AsyncTransport:
        """Return a transport with other settings for its calls, over the same connections and keys."""
        return AsyncTransport(config, sleep=self.sleep, parent=self)

    async def send(self, request: Request) -> Response:
        """Do the same as `Transport.send`."""
        # Only a failure is worth the import and the sentence of `check_loop`; this line costs every call.
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            check_loop(request.operation)
        plan = self._plan(request)
        outcome: Outcome = None
        step: Step
        try:
            step = next(plan)
            while True:
                if isinstance(step, Send):
                    outcome = await self._attempt(request, step)
                elif isinstance(step, Wait):
                    await self.sleep(step.seconds)
                    outcome = None
                else:
                    outcome = await self._keys.renew(step.refused, step.at, step.limit)
                step = plan.send(outcome)
        except StopIteration as stop:
            response: Response = stop.value
            return response
        except BaseException as error:
            leave(plan, error)
            raise

    async def presign(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> Secret:
        """Do the same as `Transport.presign`."""
        signer = await self._keys.signer(self.config.timeouts.keys)
        return self._presigned(Corrections(self.shared).sign(signer), path, query)

    async def connect(
        self,
        path: str,
        query: tuple[tuple[str, str], ...],
        dial: Callable[[Secret], Awaitable[Connection]],
        limit: float | None,
    ) -> Connection:
        """Do the same as `Transport.connect`."""
        return await self._keys.connect(lambda signed: self._presigned(signed, path, query), dial, limit)

    async def _attempt(self, request: Request, step: Send) -> Outcome:
        try:
            signer = self._connections.keys.fresh(self.shared.now()) or await self._keys.signer(step.timeouts.keys)
            signed, rest = step.sign(signer), step.rest()
            prepared = self._wire.prepare(request, step.method, signer, signed.time, step.headers)
            # Tasks can be cancelled, so one timer covers all reads and writes; threads need `Deadline`.
            async with asyncio.timeout(rest.total):
                return await self._move(request, prepared, rest)
        except InfinoError as error:
            return error
        except TimeoutError:
            return out_of_time(step.timeouts.total or 0.0)

    async def _move(self, request: Request, prepared: WireRequest, timeouts: Timeouts) -> Response | InfinoError:
        clock = self.shared.clock
        began = clock.monotonic()
        # httpx binds a connection to the event loop that opened it.
        slots = await self._connections.for_loop()
        body, whole, kept = Body(self.config.max_response_bytes), False, False
        connection = await slots.take(timeouts.pool)
        try:
            answer = await connection.handle_async_request(self._build(prepared, timeouts))
            if request.stream and is_streamable(answer.status_code):
                course, kept = self._course(answer, timeouts, began), True
                back = partial(slots.back, connection)
                return self._begun(request, answer, await async_arriving(answer, course, back), course)
            try:
                complete = True
                async for piece in answer.stream:
                    complete = body.take(piece)
                    if not complete:
                        break
            finally:
                await answer.aclose()
            whole = complete
        except httpx.HTTPError as error:
            return _translate(error, self.config)
        finally:
            if not kept:
                await slots.back(connection, whole)
        coding = answer.headers.get("content-encoding")
        if coding is None or (body.size <= _SMALL and "," not in coding):
            return self._answer(request, answer, body.pieces, began, timeouts.total)
        # A thousand times as much may come out of it: in a thread, so that the event loop goes on meanwhile.
        return await asyncio.to_thread(self._answer, request, answer, body.pieces, began, timeouts.total)

    async def aclose(self) -> None:
        """Close the connections of this loop; later calls raise `ClientClosedError`. A copy closes only itself."""
        self.end()
        if self._owner:
            await self._connections.close_loop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


__all__ = ["AsyncTransport", "Transport"]
