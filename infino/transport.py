"""Move bytes over HTTP; the only module that knows httpx.

Both transports drive the same sans-I/O conversation (`infino.core.exchange`). They use httpx's transports and not
its clients: no redirects, no cookies, no `.netrc`, no proxies from the environment, no log of full addresses.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
import time
import weakref
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Final, Self, TypeVar

import httpx

from infino.core.config import Config
from infino.core.credentials import Answer, CredentialCache, provider_failed
from infino.core.errors import ClientClosedError, ConfigError, ConnectError, InfinoError, Timeout, TransportError
from infino.core.exchange import Outcome, Send, Shared, Step, Wait, exchange
from infino.core.request import Request, Upload
from infino.core.response import Headers, Response
from infino.core.secret import Secret
from infino.core.signer import SigV4Signer, canonical_query
from infino.core.timeouts import Timeouts
from infino.core.version import USER_AGENT
from infino.core.wire import Wire, WireRequest, check_path

_KEEPALIVE_SECONDS: Final = 30.0
T = TypeVar("T")


class _UploadStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An upload as a stream of httpx; reading the disk stays off the event loop."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._upload.chunks())

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._upload.chunks()
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            yield chunk


_PHASES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (httpx.ConnectTimeout, "connect"),
    (httpx.PoolTimeout, "pool"),
    (httpx.WriteTimeout, "write"),
    (httpx.ReadTimeout, "read"),
)


def _connect_hint(text: str) -> str | None:
    lowered = text.lower()
    if "refused" in lowered:
        return "nothing listens there; is the gateway running, and is the port right?"
    if "certificate" in lowered or "ssl" in lowered:
        return "TLS failed; check the certificate, the ca_bundle setting, or whether the server speaks https at all"
    if "name or service" in lowered or "nodename" in lowered or "getaddrinfo" in lowered or "resolution" in lowered:
        return "the host name is unknown; check the endpoint"
    return None


def _translate(error: Exception, place: str) -> InfinoError:
    """Describe a failure in our words; the original is not chained, because it holds signed headers."""
    for kind, phase in _PHASES:
        if isinstance(error, kind):
            return Timeout(f"no progress with {place} while waiting: {phase} timeout", phase=phase)
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, httpx.ConnectError | httpx.ProxyError | httpx.UnsupportedProtocol):
        return ConnectError(f"cannot connect to {place}: {text}", hint=_connect_hint(text))
    return TransportError(f"connection to {place} broke: {text}")


def _limits(config: Config) -> httpx.Limits:
    return httpx.Limits(
        max_connections=config.max_connections,
        max_keepalive_connections=config.max_connections,
        keepalive_expiry=_KEEPALIVE_SECONDS,
    )


def _tls(config: Config) -> Any:
    """Build the TLS context, which is slow, only where TLS is spoken."""
    import ssl

    if isinstance(config.verify, ssl.SSLContext):
        return config.verify
    proxy = config.proxy.reveal() if config.proxy else ""
    if config.endpoint.scheme == "http" and not proxy.startswith("https"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if not config.verify:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif config.ca_bundle:
            context = ssl.create_default_context(cafile=config.ca_bundle)
        else:
            context = httpx.create_ssl_context(trust_env=False)
        if config.client_certificate:
            given = config.client_certificate
            context.load_cert_chain(*((given,) if isinstance(given, str) else given))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"the TLS settings cannot be used: {error}") from None
    return context


class _Base:
    """What both transports have in common: everything but moving bytes and sleeping."""

    def __init__(self, config: Config, shared: Shared | None = None) -> None:
        self.config = config
        self.shared = shared or Shared(get_with_body=config.get_with_body)
        self._wire = Wire(config.endpoint, config.headers, USER_AGENT)
        self._cache = CredentialCache(
            config.credentials,
            config.provider,
            region=config.region,
            service=config.service,
            path_style=config.path_style,
        )
        self._url = httpx.URL(config.endpoint.url)
        # With a proxy the address must be whole in the request; without one the exact target is given beside it.
        self._by_target = config.proxy is None
        self._closed = False
        _transports.add(self)

    def _plan(self, request: Request) -> Any:
        if self._closed:
            raise ClientClosedError("the client is closed; create a new one", operation=request.operation)
        timeouts = Timeouts.of(request.timeout, self.config.timeouts)
        return exchange(request, self.shared, request.retry_policy or self.config.retry, timeouts)

    def _build(self, prepared: WireRequest, timeouts: Timeouts) -> httpx.Request:
        content = prepared.content
        stream: Any
        if content is None or isinstance(content, bytes):
            stream = httpx.ByteStream(content or b"")
        else:
            stream = _UploadStream(content)
        extensions: dict[str, Any] = {
            "timeout": {
                "connect": timeouts.connect,
                "read": timeouts.read,
                "write": timeouts.write,
                "pool": timeouts.pool,
            }
        }
        if self._by_target:
            extensions["target"] = prepared.target.encode("ascii")
            url = self._url
        else:
            url = self._url.copy_with(raw_path=prepared.target.encode("ascii"))
        return httpx.Request(prepared.method, url, headers=prepared.headers, stream=stream, extensions=extensions)

    def _presigned(self, signer: SigV4Signer, path: str, query: tuple[tuple[str, str], ...]) -> Secret:
        check_path(path)
        url = self.config.endpoint.websocket_url + path
        encoded = canonical_query(query)
        return Secret(signer.presign(f"{url}?{encoded}" if encoded else url, now=self.shared.now()))

    def _pool_options(self) -> dict[str, Any]:
        return {
            "verify": _tls(self.config),
            "trust_env": False,
            "limits": _limits(self.config),
            "proxy": self.config.proxy.reveal() if self.config.proxy else None,
        }

    def _after_fork(self) -> None:
        raise NotImplementedError


def _decoded(content: bytes, headers: Headers) -> bytes:
    """Undo the compression of a body; a broken one is an error that says so."""
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding in ("", "identity") or not content:
        return content
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise TransportError(f"the answer is compressed with {coding}, which was not asked for")
    try:
        inflater = zlib.decompressobj(47 if coding != "deflate" else 15)
        plain = inflater.decompress(content) + inflater.flush()
    except zlib.error:
        if coding == "deflate":
            try:
                return zlib.decompress(content, -15)
            except zlib.error:
                pass
        raise TransportError(f"the answer came damaged: its {coding} compression is broken") from None
    if not inflater.eof:
        raise TransportError(f"the answer came damaged: its {coding} compression ends early")
    return plain


def _answer(operation: str, status: int, headers: Headers, pieces: list[bytes], elapsed: float) -> Response:
    content = _decoded(pieces[0] if len(pieces) == 1 else b"".join(pieces), headers)
    return Response(operation, status, headers, content, 1, elapsed)


class Transport(_Base):
    """Send requests over a pool of connections; safe to share between threads.

    Args:
        config: Settings.
        shared: State shared with other transports of the same client.
        sleep: Replaces `time.sleep` between tries.

    Example:
        >>> with Transport(config) as transport:
        ...     transport.send(Request("ping", "GET", "/"))
    """

    def __init__(
        self, config: Config, shared: Shared | None = None, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        super().__init__(config, shared)
        self._sleep = sleep
        self._pool: httpx.HTTPTransport | None = None
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        """Sign, send and, where it is safe, repeat one request.

        Args:
            request: What to send.

        Returns:
            The answer, with a 2xx status.

        Raises:
            APIError: The service refused.
            TransportError: No answer came.
            ClientClosedError: The transport is closed.
        """
        plan = self._plan(request)
        outcome: Outcome = None
        step: Step
        try:
            step = next(plan)
            while True:
                if isinstance(step, Send):
                    outcome = self._attempt(request, step)
                elif isinstance(step, Wait):
                    self._sleep(step.seconds)
                    outcome = None
                else:
                    outcome = self._forget()
                step = plan.send(outcome)
        except StopIteration as stop:
            response: Response = stop.value
            return response

    def presign(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> Secret:
        """Return a signed WebSocket address below the endpoint; sign anew for each connection.

        Args:
            path: Path, percent-encoded.
            query: Names and values to add to the signed query.
        """
        return self._presigned(self._signer(), path, query)

    def _signer(self) -> SigV4Signer:
        signer = self._cache.current(self.shared.clock.now())
        if signer is not None:
            return signer
        with self._lock:  # many threads wait here for one refresh
            signer = self._cache.current(self.shared.clock.now())
            return signer or self._cache.store(_ask(self._cache.provider))

    def _forget(self) -> bool:
        signer = self._cache.current(self.shared.clock.now())
        return signer is not None and self._cache.forget(signer)

    def _connected(self) -> httpx.HTTPTransport:
        pool = self._pool
        if pool is None:
            with self._lock:
                if self._pool is None:
                    self._pool = httpx.HTTPTransport(**self._pool_options())
                pool = self._pool
        return pool

    def _attempt(self, request: Request, step: Send) -> Outcome:
        try:
            signer = self._signer()
            prepared = self._wire.prepare(request, step.method, signer, self.shared.now())
            return self._move(request.operation, prepared, step.timeouts)
        except InfinoError as error:
            return error

    def _move(self, operation: str, prepared: WireRequest, timeouts: Timeouts) -> Response | InfinoError:
        clock = self.shared.clock
        began = clock.monotonic()
        until = None if timeouts.total is None else began + timeouts.total
        pool = self._connected()
        pieces: list[bytes] = []
        try:
            answer = pool.handle_request(self._build(prepared, timeouts))
            try:
                stream: Any = answer.stream
                for piece in stream:
                    pieces.append(piece)
                    if until is not None and clock.monotonic() > until:
                        return Timeout(f"the answer took longer than {timeouts.total:g} s", phase="total")
            finally:
                answer.close()
        except httpx.HTTPError as error:
            failure = _translate(error, self.config.endpoint.url)
            if until is not None and isinstance(failure, Timeout) and clock.monotonic() >= until:
                failure.phase = "total" if failure.phase == "read" else failure.phase
            return failure
        return _answer(operation, answer.status_code, Headers(answer.headers.raw), pieces, clock.monotonic() - began)

    def close(self) -> None:
        """Close all connections; later calls raise `ClientClosedError`."""
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _after_fork(self) -> None:
        _abandoned.append(self._pool)
        self._pool, self._lock = None, threading.Lock()


def _ask(provider: Callable[[], Any] | None) -> Answer:
    if provider is None:
        raise ConfigError("there are no credentials")
    try:
        answer = provider()
    except Exception as error:
        failure = provider_failed(error)
    else:
        if not inspect.isawaitable(answer):
            return answer
        if inspect.iscoroutine(answer):
            answer.close()
        failure = ConfigError("an async credentials callable needs AsyncInfino")
    raise failure


class AsyncTransport(_Base):
    """Send requests from an event loop; each loop gets connections of its own.

    Args:
        config: Settings.
        shared: State shared with other transports of the same client.
        sleep: Replaces `asyncio.sleep` between tries.
    """

    def __init__(
        self,
        config: Config,
        shared: Shared | None = None,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        super().__init__(config, shared)
        self._sleep = sleep
        self._pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncHTTPTransport] = (
            weakref.WeakKeyDictionary()
        )
        self._refreshing: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            weakref.WeakKeyDictionary()
        )

    async def send(self, request: Request) -> Response:
        """Sign, send and, where it is safe, repeat one request.

        Args:
            request: What to send.

        Returns:
            The answer, with a 2xx status.

        Raises:
            APIError: The service refused.
            TransportError: No answer came.
            ClientClosedError: The transport is closed.
        """
        plan = self._plan(request)
        outcome: Outcome = None
        step: Step
        try:
            step = next(plan)
            while True:
                if isinstance(step, Send):
                    outcome = await self._attempt(request, step)
                elif isinstance(step, Wait):
                    await self._sleep(step.seconds)
                    outcome = None
                else:
                    outcome = self._forget()
                step = plan.send(outcome)
        except StopIteration as stop:
            response: Response = stop.value
            return response

    async def presign(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> Secret:
        """Return a signed WebSocket address below the endpoint; sign anew for each connection.

        Args:
            path: Path, percent-encoded.
            query: Names and values to add to the signed query.
        """
        return self._presigned(await self._signer(), path, query)

    async def _signer(self) -> SigV4Signer:
        signer = self._cache.current(self.shared.clock.now())
        if signer is not None:
            return signer
        lock = self._refreshing.setdefault(asyncio.get_running_loop(), asyncio.Lock())
        async with lock:  # many tasks wait here for one refresh
            signer = self._cache.current(self.shared.clock.now())
            return signer or self._cache.store(await _ask_async(self._cache.provider))

    def _forget(self) -> bool:
        signer = self._cache.current(self.shared.clock.now())
        return signer is not None and self._cache.forget(signer)

    def _connected(self) -> httpx.AsyncHTTPTransport:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            pool = self._pools[loop] = httpx.AsyncHTTPTransport(**self._pool_options())
        return pool

    async def _attempt(self, request: Request, step: Send) -> Outcome:
        try:
            signer = await self._signer()
            prepared = self._wire.prepare(request, step.method, signer, self.shared.now())
            if step.timeouts.total is None:
                return await self._move(request.operation, prepared, step.timeouts)
            async with asyncio.timeout(step.timeouts.total):
                return await self._move(request.operation, prepared, step.timeouts)
        except InfinoError as error:
            return error
        except TimeoutError:
            return Timeout(f"the answer took longer than {step.timeouts.total:g} s", phase="total")

    async def _move(self, operation: str, prepared: WireRequest, timeouts: Timeouts) -> Response | InfinoError:
        clock = self.shared.clock
        began = clock.monotonic()
        pool = self._connected()
        pieces: list[bytes] = []
        try:
            answer = await pool.handle_async_request(self._build(prepared, timeouts))
            try:
                stream: Any = answer.stream
                pieces += [piece async for piece in stream]
            finally:
                await answer.aclose()
        except httpx.HTTPError as error:
            return _translate(error, self.config.endpoint.url)
        return _answer(operation, answer.status_code, Headers(answer.headers.raw), pieces, clock.monotonic() - began)

    async def aclose(self) -> None:
        """Close the connections of this loop; later calls raise `ClientClosedError`."""
        self._closed = True
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _after_fork(self) -> None:
        _abandoned.append(list(self._pools.values()))
        self._pools = weakref.WeakKeyDictionary()
        self._refreshing = weakref.WeakKeyDictionary()


async def _ask_async(provider: Callable[[], Any] | None) -> Answer:
    if provider is None:
        raise ConfigError("there are no credentials")
    try:
        if inspect.iscoroutinefunction(provider):
            answer = await provider()
        else:
            # It may block on a file or a network: keep it off the loop.
            answer = await asyncio.to_thread(provider)
            if inspect.isawaitable(answer):
                answer = await answer
    except Exception as error:
        failure = provider_failed(error)
    else:
        return answer  # type: ignore[no-any-return]  # what it is, is checked where it is stored
    raise failure


_transports: weakref.WeakSet[_Base] = weakref.WeakSet()
# Connections of the parent process: kept, so that nothing closes or reuses them in the child.
_abandoned: list[object] = []


def _forked() -> None:
    for transport in list(_transports):
        transport._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

__all__ = ["AsyncTransport", "Transport"]
