"""What bounds a call bounds all of it, keys and unpacking too; who watches it is heard, and never in its way."""

from __future__ import annotations

import asyncio
import functools
import itertools
import threading
import zlib
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

import infino
import infino.resources.files  # imported before the coroutines that nothing but a test drives
from infino.core.exchange import Shared
from infino.core.failures import retry_after
from infino.core.messages import Headers
from infino.keys import Keys
from tests.contract.conftest import Make
from tests.support.scripted import Exchange, ScriptedServer, answering

VERSION = answering(200, b'{"version":"1"}')
ROWS = b'{"columns":[{"name":"a","type":"Int64"}],"rows":[' + b",".join(b"[%d]" % (n * n) for n in range(2_000)) + b"]}"


@pytest.fixture
def hang() -> Iterator[threading.Event]:
    """What hanging code waits for: the end of the test."""
    over = threading.Event()
    yield over
    over.set()


def providers(hang: threading.Event) -> dict[str, Callable[[], Any]]:
    async def awaited() -> Any:
        await asyncio.to_thread(hang.wait, 30)
        return "AK", "s"

    def blocking() -> Any:
        hang.wait(30)
        return "AK", "s"

    return {"blocking": blocking, "awaited": awaited, "plain, gives a coroutine": lambda: awaited()}


@pytest.mark.parametrize(
    "page",
    [b"<!DOCTYPE html><p>Sign in", b"\xef\xbb\xbf\r\n <html>", b"<?xml version='1.0'?>", b"[1]", b"\x1f\x8b\x08\x00"],
)
def test_a_page_of_another_server_is_no_greeting(make: Make, page: bytes) -> None:
    with ScriptedServer(answering(200, page, [("Content-Type", "text/html")])) as server:
        for ask in (make(server.endpoint).ping, make(server.endpoint).with_raw_response.ping):
            with pytest.raises(infino.DecodeError, match=r"client\.ping.*another server may have answered"):
                ask()


@pytest.mark.parametrize("kind", ["blocking", "awaited", "plain, gives a coroutine"])
@pytest.mark.parametrize("first", [True, False])
def test_a_provider_that_hangs_ends_with_the_call(
    make: Make, hang: threading.Event, kind: str, first: bool, request: pytest.FixtureRequest
) -> None:
    is_async = "[async" in request.node.name
    if kind != "blocking" and not is_async:
        pytest.skip("the blocking client refuses it")
    slow = providers(hang)[kind]
    answers = iter([] if first else [infino.Credentials("OLD", "s")])

    def provider() -> Any:
        return next(answers, None) or slow()

    async def awaiting() -> Any:
        return next(answers, None) or await slow()

    keys = {"access_key": None, "secret_key": None, "credentials": provider if kind == "blocking" else awaiting}
    with ScriptedServer(answering(403, b'{"error":"keys were rotated"}')) as server:
        client = make(server.endpoint, **keys)
        for _ in range(2):
            for _ in range(50):
                with pytest.raises(infino.InfinoError) as caught:
                    client.with_options(timeout=0.1).ping()
                over = isinstance(caught.value, infino.Timeout) and caught.value.phase in ("keys", "total")
                told = not first and "no keys within" in str(caught.value.hint)
                # Where the machine is busy, the time may be up before the keys were refused, or others asked for.
                if first or over or told:
                    break
            assert over or told
            assert not first or f"callable {__name__}." in str(caught.value)


def test_a_provider_that_hung_once_is_asked_again(
    make: Make, hang: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infino.keys._PATIENCE", 0.0)
    asked = itertools.count()

    def provider() -> Any:
        if not next(asked):
            hang.wait(30)
            return "OLD", "s"
        return "NEW", "s"

    with ScriptedServer(VERSION) as server:
        client = make(server.endpoint, access_key=None, secret_key=None, credentials=provider, timeout=20)
        with pytest.raises(infino.Timeout) as caught:
            client.with_options(timeout=0.05).ping()
        assert caught.value.phase == "keys"
        assert client.ping().version == "1"
        hang.set()  # what it says so late is too old
        for thread in threading.enumerate():
            if thread.name == "infino-keys":
                thread.join(10)
        client.ping()
        assert ["NEW/" in (request.header("authorization") or "") for request in server.requests] == [True, True]


def test_keys_that_come_too_late_for_one_call_are_there_for_the_next(
    make: Make, hang: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infino.keys._PATIENCE", 1000.0)
    asked = itertools.count()

    def provider() -> Any:
        next(asked)
        hang.wait(30)
        return "AK", "s"

    with ScriptedServer(VERSION) as server:
        client = make(server.endpoint, access_key=None, secret_key=None, credentials=provider, timeout=20)
        for _ in range(3):
            with pytest.raises(infino.Timeout):
                client.with_options(timeout=0.02).ping()
        hang.set()
        assert client.ping().version == "1"
    assert next(asked) == 1, "all of them waited for the same answer"


def test_without_a_total_keys_have_the_time_of_an_answer(make: Make, hang: threading.Event) -> None:
    settings = {"credentials": providers(hang)["blocking"], "retry": infino.RetryPolicy(attempts=1)}
    client = make(
        "http://127.0.0.1:9", access_key=None, secret_key=None, timeout=infino.Timeouts(read=0.05), **settings
    )
    with pytest.raises(infino.Timeout, match="no keys within") as caught:
        client.ping()
    assert caught.value.phase == "keys"


@pytest.mark.parametrize("kind", ["plain", "awaited", "gives a coroutine", "awaits what was cancelled"])
@pytest.mark.parametrize("first", [True, False])
def test_a_provider_that_is_cancelled_is_one_that_failed(
    make: Make, kind: str, first: bool, request: pytest.FixtureRequest
) -> None:
    answers = iter([] if first else [infino.Credentials("OLD", "s")])

    def cancelled() -> Any:
        if pair := next(answers, None):
            return pair
        raise asyncio.CancelledError

    async def awaited() -> Any:
        return cancelled()

    async def awaits() -> Any:
        if pair := next(answers, None):
            return pair
        task = asyncio.ensure_future(asyncio.sleep(30))
        asyncio.get_running_loop().call_soon(task.cancel)
        return await task

    if kind != "plain" and "[sync" in request.node.name:
        pytest.skip("the blocking client refuses it")
    provider = {"plain": cancelled, "awaited": awaited, "gives a coroutine": lambda: awaited()}.get(kind, awaits)
    with ScriptedServer(answering(403, b'{"error":"keys were rotated"}')) as server:
        client = make(server.endpoint, access_key=None, secret_key=None, credentials=provider)
        with pytest.raises(infino.ConfigError if first else infino.PermissionDeniedError) as caught:
            client.ping()
    assert "callable failed with CancelledError" in str(caught.value)


async def test_who_is_cancelled_while_keys_come_is_cancelled() -> None:
    asked = asyncio.Event()

    async def provider() -> Any:
        asked.set()
        await asyncio.Event().wait()

    async with infino.AsyncInfino(credentials=provider, endpoint="http://127.0.0.1:9") as client:
        task = asyncio.ensure_future(client.ping())
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
@pytest.mark.parametrize(("timeout", "left"), [(2, 5), (None, 1)])
def test_a_provider_that_hangs_leaves_time_for_the_pair_that_still_holds(
    make: Make, hang: threading.Event, kind: str, timeout: float | None, left: int, request: pytest.FixtureRequest
) -> None:
    if kind == "awaited" and "[sync" in request.node.name:
        pytest.skip("the blocking client refuses it")
    slow = providers(hang)[kind]
    answers = iter([infino.Credentials("AK", "s", datetime.now(UTC) + timedelta(seconds=30))])

    def provider() -> Any:
        return next(answers, None) or slow()

    async def awaiting() -> Any:
        return next(answers, None) or await slow()

    keys = {"access_key": None, "secret_key": None, "credentials": provider if kind == "blocking" else awaiting}
    with ScriptedServer(VERSION) as server:
        client = make(server.endpoint, timeout=timeout, retry=infino.RetryPolicy(attempts=1), **keys)
        client.ping()
        shared: Shared = getattr(client, "_target", client)._shared
        shared.offset = timedelta(seconds=30 - left)
        assert client.ping().version == "1"
        assert client.ping().version == "1", "it is not asked again at once"


@pytest.mark.parametrize(
    "begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + ROWS[:20]], ids=["silent", "begun"]
)
def test_a_slow_provider_takes_of_the_time_of_the_call_which_the_error_names_whole(make: Make, begun: bytes) -> None:
    def provider() -> Any:
        threading.Event().wait(0.1)
        return "AK", "s"

    def slow(exchange: Exchange) -> None:
        exchange.send(begun)
        exchange.hang()

    with ScriptedServer(slow) as server:
        client = make(server.endpoint, access_key=None, secret_key=None, credentials=provider, timeout=0.4)
        with pytest.raises(infino.Timeout, match=r"longer than 0\.4 s") as caught:
            list(client.query.sql_batches("SELECT 1"))
    assert caught.value.phase == "total"


def bomb(layers: int) -> bytes:
    """Bytes that unpack to very many, packed once or again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    content = b"".join([*(packer.compress(b" " * (1 << 20)) for _ in range(12)), packer.flush()])
    for _ in range(layers - 1):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        content = packer.compress(content) + packer.flush()
    return content


@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip"])
def test_unpacking_batches_ends_with_the_time_of_the_call(
    make: Make, coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock:
        """Each look takes a second."""

        seconds = 0.0

        def now(self) -> datetime:
            return datetime.now(UTC)

        def monotonic(self) -> float:
            self.seconds += 1.0
            return self.seconds

    with ScriptedServer(answering(200, bomb(coding.count("gzip")), [("Content-Encoding", coding)])) as server:
        client = make(server.endpoint)
        getattr(client, "_target", client)._shared.clock = Clock()
        with pytest.raises(infino.Timeout) as caught:
            for _ in client.query.sql_batches("SELECT 1", timeout=20):
                pass
    assert caught.value.phase == "total"


@pytest.mark.parametrize(("body", "coding"), [(ROWS, "gzip"), (b'{"columns":[],"rows":[]}', "gzip, gzip")])
def test_the_event_loop_goes_on_while_an_answer_is_unpacked(
    body: bytes, coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where: set[str] = set()
    real = infino.core.compression.Inflater.feed  # type: ignore[attr-defined]  # a module of the package

    def feed(self: Any, data: bytes) -> Any:
        where.add(threading.current_thread().name)
        return real(self, data)

    monkeypatch.setattr("infino.core.compression.Inflater.feed", feed)
    for _ in coding.split(","):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        body = packer.compress(body) + packer.flush()

    async def main(endpoint: str) -> None:
        async with infino.AsyncInfino(access_key="A", secret_key="b", endpoint=endpoint) as client:
            await client.query.sql("SELECT 1")
            async for _ in client.query.sql_batches("SELECT 1"):
                pass

    with ScriptedServer(answering(200, body, [("Content-Encoding", coding)])) as server:
        asyncio.run(main(server.endpoint))
    assert where
    assert threading.current_thread().name not in where


def listeners(heard: list[str]) -> dict[str, Callable[[Any], Any]]:
    async def asynchronous(event: Any) -> None:
        heard.append(type(event).__name__)

    class Awaitable:
        def __init__(self, event: Any) -> None:
            self.event = event

        def __await__(self) -> Any:
            return asynchronous(self.event).__await__()

    class Method:
        def hear(self, event: Any) -> Any:
            return asynchronous(event)

    return {
        "a function that gives a coroutine": lambda event: asynchronous(event),
        "a function that gives an awaitable": Awaitable,
        "a method that gives a coroutine": Method().hear,
        "a partial of an async function": functools.partial(asynchronous),
        "a function that gives a task": lambda event: asyncio.ensure_future(asynchronous(event)),
    }


@pytest.mark.parametrize("kind", list(listeners([])))
def test_whatever_an_async_client_s_listener_gives_is_awaited(kind: str) -> None:
    heard: list[str] = []

    async def main(endpoint: str) -> None:
        async with infino.AsyncInfino(access_key="A", secret_key="b", endpoint=endpoint) as client:
            client.on("response", listeners(heard)[kind])
            with pytest.raises(infino.ValidationError, match="callable"):
                client.on("response", 5)  # type: ignore[call-overload]  # the mistake is the test
            await client.ping()

    with ScriptedServer(VERSION) as server:
        asyncio.run(main(server.endpoint))
    assert heard == ["ResponseEvent"]


def make_plain(endpoint: str) -> infino.Infino:
    return infino.Infino(access_key="A", secret_key="b", endpoint=endpoint)


def test_the_blocking_client_says_that_nobody_awaits(caplog: pytest.LogCaptureFixture) -> None:
    kinds = listeners([])
    with ScriptedServer(VERSION) as server, make_plain(server.endpoint) as client:
        with pytest.raises(infino.ValidationError, match="AsyncInfino"):
            client.on("response", kinds["a partial of an async function"])
        with pytest.raises(infino.ValidationError, match="callable"):
            client.on("response", None)  # type: ignore[call-overload]  # the mistake is the test
        client.on("response", kinds["a function that gives a coroutine"])
        client.on("response", kinds["a function that gives an awaitable"])
        client.ping()
    assert sum("never awaited" in line for line in caplog.messages) == 2


def driven(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine without any event loop, as another library's loop would look to asyncio."""
    with pytest.raises(StopIteration):
        coroutine.send(None)


@pytest.mark.parametrize("call", [
    lambda client: client.ping(),
    lambda client: client.query.sql("SELECT 1"),
    lambda client: client.records.bulk("x", [{"a": 1}]),
    lambda client: client.fino.ask("why?"),
    lambda client: client.jobs.wait("j"),
    lambda client: anext(aiter(client.query.sql_batches("SELECT 1"))),
    lambda client: anext(aiter(client.query.scan("x"))),
    lambda client: client.files.upload("x.csv", "c"),
    lambda client: client.datasets.load("x", [{"a": 1}]),
])  # fmt: skip
@pytest.mark.parametrize("local", [False, True])
def test_without_asyncio_an_async_client_says_what_it_needs(call: Any, local: bool) -> None:
    async def main() -> None:
        keys = {"access_key": "A", "secret_key": "b", "endpoint": "http://127.0.0.1:9"}
        async with infino.AsyncInfino.local() if local else infino.AsyncInfino(**keys) as client:  # type: ignore[arg-type]  # texts
            client.on("request", print)
            await call(client)

    with pytest.raises(infino.ConfigError, match="needs asyncio"):
        driven(main())


def test_an_async_client_that_did_nothing_closes_without_asyncio() -> None:
    async def main() -> None:
        async with infino.AsyncInfino(access_key="A", secret_key="b"):
            pass
        await infino.AsyncInfino(access_key="A", secret_key="b").aclose()

    driven(main())


def date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize("off", [0, 30, -30])
@pytest.mark.parametrize("wrong", [60, -60])
def test_a_wrong_date_on_the_first_refusal_does_not_use_up_the_clock_s_correction(
    make: Make, off: int, wrong: int
) -> None:
    """The first answer comes from a proxy that is an hour wrong; the service itself accepts five minutes."""
    asked = 0

    def service(exchange: Exchange) -> None:
        nonlocal asked
        asked += 1
        now = datetime.now(UTC) + timedelta(minutes=off)
        assert exchange.request is not None
        stamp = exchange.request.header("x-amz-date") or ""
        signed = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if asked == 1:
            headers = [("Date", date(now + timedelta(minutes=wrong)))]
            exchange.answer(403, b'{"message":"token expired"}', headers)
        elif abs(now - signed) > timedelta(minutes=5):
            exchange.answer(403, b'{"message":"signature expired"}', [("Date", date(now))])
        else:
            exchange.answer(200, b'{"version":"1"}', [("Date", date(now))])

    with ScriptedServer(service) as server:
        client = make(server.endpoint)
        assert client.ping().version == "1"
        assert client.ping().version == "1"
        assert asked == (4 if off or wrong else 3)


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("lines", "seconds"), [
    (["1" * 400], float("inf")), (["5", "7"], 7.0), (["7", "5"], 7.0), (["3", "soon"], 3.0),
    (["soon", "later"], None),
    (["5, 7"], 7.0), ([date(NOW + timedelta(seconds=40)), "5"], 40.0),
    (["90", date(NOW + timedelta(seconds=40))], 90.0),
    ([date(NOW + timedelta(seconds=40))] * 2, 40.0), (["1e3"], None), (["1_0"], None), (["+5"], None), (["٣"], None),
    (["0x10"], None), (["1.5"], 1.5), (["00000000000000000005"], 5.0), ([], None), ([","], None), ([" 5 "], 5.0),
])  # fmt: skip
def test_what_retry_after_asks_for(lines: list[str], seconds: float | None) -> None:
    headers = Headers([(b"Retry-After", line.encode()) for line in lines])
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize("asked", [["1" * 400], ["1", "9999999"], ["9" * 20]])
@pytest.mark.parametrize("policy", [
    infino.RetryPolicy(base=0.0), infino.RetryPolicy(base=0.0, deadline=None, retry_after_cap=1_000.0)
])  # fmt: skip
def test_a_service_that_asks_for_ages_is_not_asked_again_too_early(
    make: Make, asked: list[str], policy: infino.RetryPolicy
) -> None:
    with ScriptedServer(answering(429, b"{}", [("Retry-After", line) for line in asked]), VERSION) as server:
        with pytest.raises(infino.RateLimitError) as caught:
            make(server.endpoint, retry=policy).ping()
        assert len(server.requests) == 1
    assert caught.value.retry_after is not None
    assert caught.value.retry_after >= 9999999


FIELDS = ["connect", "read", "write", "pool", "total"]


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", [
    float("inf"), float("-inf"), float("nan"), 1e300, 2_000_001,
    10**400, -1, -(10**400), 0, True, False, "5", [1], b"5",
])  # fmt: skip
def test_limits_that_no_system_can_keep_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(infino.ValidationError, match=f"timeout {name}"):
        infino.Timeouts(**{name: value})
    with pytest.raises(infino.InfinoError, match="timeout"):
        infino.Infino(access_key="A", secret_key="b", timeout=value)


@pytest.mark.parametrize("name", ["deadline", "base", "cap", "retry_after_cap"])
@pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e300, 10**400, -1, True, "5"])
def test_limits_of_a_policy_that_no_system_can_keep_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(infino.ValidationError, match=name):
        infino.RetryPolicy(**{name: value})


@pytest.mark.parametrize("value", [2_000_000, 2_000_000.0, 0.5])
def test_the_longest_limits_are_kept(make: Make, value: float) -> None:
    with ScriptedServer(VERSION) as server:
        timeouts = infino.Timeouts(**dict.fromkeys(FIELDS, value))
        assert make(server.endpoint, timeout=timeouts).ping().version == "1"


def test_keys_wait_in_turn_and_no_longer_than_they_may(hang: threading.Event) -> None:
    client = infino.Infino(credentials=lambda: hang.wait(30))  # type: ignore[arg-type,return-value]  # never gives keys
    keys: Keys = client._transport._keys
    for limit in (0.01, 0.0, -1.0):
        with pytest.raises(infino.Timeout):
            keys.signer(limit)
