"""However an upload ends: the report is there, the books balance, and nothing is left open."""

from __future__ import annotations

import asyncio
import functools
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from infino.bulk import engine
from infino.bulk.progress import Progress
from infino.bulk.report import DeadLetter, Ledger
from infino.core.errors import ClientClosedError, NotFoundError, ValidationError
from infino.core.retry import RetryPolicy
from infino.local import LocalGateway
from tests.support.scripted import Exchange, ScriptedServer

QUICK = RetryPolicy(attempts=6, deadline=None, base=0.01, cap=0.02, retry_after_cap=0.05)
ROWS = [{"id": f"r{n}", "n": n} for n in range(500)]


class Boom(Exception):
    """What a function of the caller raises."""


def stores(exchange: Exchange) -> None:
    """Answer that every record was stored."""
    assert exchange.request is not None
    item = b'{"index":{"_id":"x","result":"created","status":201}}'
    items = b",".join([item] * (exchange.request.body.count(b"\n") // 2))
    exchange.answer(200, b'{"took":1,"errors":false,"items":[%b]}' % items)


def balanced(report: Any) -> bool:
    return bool(report.read == report.accepted + report.rejected + report.unknown)


def always(_: Progress) -> None:
    raise Boom("always")


def at_the_end(now: Progress) -> None:
    if now.finished:
        raise Boom("at the end")


@pytest.mark.parametrize("progress", [always, at_the_end])
def test_a_progress_function_that_raises_leaves_the_report_and_lets_go_of_the_files(
    client: Any, fresh: Any, tmp_path: Path, progress: Callable[[Progress], None]
) -> None:
    name, settings = fresh("ends"), {"id": "id", "chunk_records": 50, "checkpoint": tmp_path / "check"}
    client.datasets.create(name)
    with pytest.raises(Boom) as caught:
        client.records.bulk(name, ROWS, progress=progress, **settings)
    report = caught.value.report  # type: ignore[attr-defined]  # the report rides along on any error
    assert balanced(report)
    assert report.complete == (progress is at_the_end)
    again = client.records.bulk(name, ROWS, **settings)
    assert (again.read, again.accepted, client.datasets.count(name)) == (500, 500, 500)


def test_a_progress_function_that_raises_is_not_called_again(client: Any, fresh: Any) -> None:
    name, seen = fresh("ends"), list[Progress]()
    client.datasets.create(name)

    def once(now: Progress) -> None:
        seen.append(now)
        raise Boom

    with pytest.raises(Boom):
        client.records.bulk(name, ROWS, id="id", chunk_records=50, progress=once)
    assert len(seen) == 1


def test_a_dead_letter_file_that_cannot_be_written_ends_the_upload_with_its_report(
    client: Any, fresh: Any, tmp_path: Path
) -> None:
    name, check = fresh("ends"), tmp_path / "check"
    client.datasets.create(name)
    rows = [{"n": n if n % 2 else {1}} for n in range(100)]
    letters = tmp_path / "no such folder" / "letters"
    settings: dict[str, Any] = {"chunk_records": 10, "checkpoint": check, "on_error": "collect"}
    with pytest.raises(FileNotFoundError) as caught:
        client.records.bulk(name, rows, dead_letter=letters, **settings)
    assert balanced(caught.value.report)  # type: ignore[attr-defined]  # the report rides along on any error
    letters.parent.mkdir()
    assert client.records.bulk(name, rows, dead_letter=letters, **settings).rejected == 50
    assert len(letters.read_bytes().splitlines()) == 50


def test_a_disk_that_is_full_is_said_so(client: Any, fresh: Any) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no device that is always full")
    with pytest.raises(OSError, match="space") as caught:
        client.records.bulk(fresh("ends"), [{"n": {1}}], dead_letter=full, on_error="collect")
    assert balanced(caught.value.report)  # type: ignore[attr-defined]  # the report rides along on any error


def test_the_first_error_is_the_one_that_surfaces(client: Any, fresh: Any) -> None:
    name = fresh("ends")
    client.datasets.create(name)

    def rows() -> Iterator[dict[str, int]]:
        yield {"n": 1}
        raise KeyError("source")

    with pytest.raises(KeyError) as caught:
        client.records.bulk(name, rows(), progress=at_the_end)
    assert balanced(caught.value.report)  # type: ignore[attr-defined]  # the report rides along on any error


@pytest.mark.parametrize("settings", [{"retry": 3}, {"timeout": "x"}, {"timeout": 0}])
def test_patience_that_is_none_is_refused_before_anything_is_sent(client: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        client.records.bulk("any", ROWS, **settings)


def test_a_fault_while_an_answer_is_booked_leaves_the_books_in_balance(
    client: Any, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = fresh("ends")
    client.datasets.create(name)
    client.records.bulk(name, ROWS[:50], id="id")

    def broken(*_: object, **__: object) -> None:
        raise Boom

    monkeypatch.setattr("infino.bulk.engine.UploadEngine._to_retry", broken)
    with pytest.raises(Boom) as caught:
        client.records.bulk(name, ROWS, id="id", op="create", chunk_records=100, on_error="collect")
    report = caught.value.report  # type: ignore[attr-defined]  # the report rides along on any error
    assert balanced(report)
    assert report.unknown >= 100


def test_a_client_that_was_closed_sends_nothing_and_nothing_is_unknown(make: Any) -> None:
    with ScriptedServer(stores) as server:
        client = make(server.endpoint)
        run = client.records.bulk_iter("any", iter(ROWS), chunk_records=50, concurrency=1, on_error="collect")
        next(run)
        client.close()
        with pytest.raises(ClientClosedError):
            list(run)
        report = run.report
    assert (report.accepted, report.unknown, report.complete) == (50, 0, False)
    assert balanced(report)


def test_what_was_refused_is_read_and_booked_off_the_event_loop(
    gateway: LocalGateway, sync_client: Any, fresh: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, threads = fresh("ends"), dict[str, set[int]]()
    sync_client.datasets.create(name)
    sync_client.records.bulk(name, ROWS, id="id")

    def watch(owner: Any, method: str) -> None:
        plain = getattr(owner, method)

        def noted(*arguments: Any, **named: Any) -> Any:
            threads.setdefault(method, set()).add(threading.get_ident())
            return plain(*arguments, **named)

        monkeypatch.setattr(owner, method, noted)

    watch(DeadLetter, "add")
    watch(Ledger, "refuse")
    watch(engine, "understood")

    async def main() -> int:
        async with gateway.async_client() as client:
            rows = [*ROWS, {"id": "x", "n": {1}}]
            settings: dict[str, Any] = {"id": "id", "chunk_records": 100, "on_error": "collect"}
            report = await client.records.bulk(name, rows, op="create", dead_letter=tmp_path / "d", **settings)
            assert report.rejected == 501
            with pytest.raises(NotFoundError):
                await client.records.bulk(fresh("nowhere"), rows, **settings)
        return threading.get_ident()

    loop_thread = asyncio.run(main())
    assert set(threads) == {"add", "refuse", "understood"}
    assert loop_thread not in set().union(*threads.values())


def test_cancelling_while_refusals_are_booked_keeps_the_books_in_balance(
    gateway: LocalGateway, sync_client: Any, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, booking = fresh("ends"), threading.Event()
    sync_client.datasets.create(name)
    sync_client.records.bulk(name, ROWS, id="id")
    plain = Ledger.refuse

    def slow(ledger: Ledger, rejection: Any) -> None:
        booking.set()
        time.sleep(0.001)
        plain(ledger, rejection)

    monkeypatch.setattr(Ledger, "refuse", slow)

    async def main() -> Any:
        async with gateway.async_client() as client:
            run = client.records.bulk_iter(name, ROWS, id="id", op="create", chunk_records=100, on_error="collect")

            async def drain() -> None:
                async for _ in run:
                    pass

            upload = asyncio.create_task(drain())
            await asyncio.to_thread(booking.wait, 20)
            for _ in range(3):
                upload.cancel()
                await asyncio.sleep(0.01)
            with pytest.raises(asyncio.CancelledError):
                await upload
            return run.report

    report = asyncio.run(main())
    assert balanced(report)
    assert not report.complete


@attrs.frozen
class Frozen(Exception):
    """Takes no report."""

    number: int = 1


class Stubborn(Exception):
    """Takes nothing at all."""

    def __setattr__(self, name: str, value: object) -> None:
        raise TypeError(name)


@pytest.mark.parametrize("kind", [Frozen, Stubborn])
def test_an_error_of_the_source_that_takes_no_report_surfaces_as_it_is(
    client: Any, fresh: Any, kind: type[Exception]
) -> None:
    name = fresh("ends")
    client.datasets.create(name)

    def rows() -> Iterator[dict[str, int]]:
        yield {"n": 1}
        raise kind()

    run = client.records.bulk_iter(name, rows())
    with pytest.raises(kind):
        list(run)
    assert (run.report.read, balanced(run.report), run.report.complete) == (1, True, False)


@pytest.mark.parametrize("kind", ["plain", "partial", "object"])
def test_an_async_progress_function_is_refused(client: Any, kind: str) -> None:
    async def progress(_: Progress) -> None:
        """Is never awaited."""

    class Shows:
        async def __call__(self, _: Progress) -> None:
            """Is never awaited."""

    chosen: Any = {"plain": progress, "partial": functools.partial(progress), "object": Shows()}[kind]
    with pytest.raises(ValidationError, match="plain function"):
        client.records.bulk("any", ROWS, progress=chosen)
    with pytest.raises(ValidationError, match="plain function"):
        client.files.upload("any", b"{}", format="jsonl", progress=chosen)


@pytest.mark.parametrize("early", [True, False])
def test_a_source_that_is_a_generator_is_closed_when_the_upload_ends(client: Any, fresh: Any, early: bool) -> None:
    name, closed = fresh("ends"), list[int]()
    if early:
        client.datasets.create(name)

    def rows() -> Iterator[dict[str, int]]:
        try:
            yield from ({"n": n} for n in range(100_000))
        finally:
            closed.append(1)

    source = rows()
    if early:
        with client.records.bulk_iter(name, source, chunk_records=50) as run:
            next(run)
    else:
        with pytest.raises(NotFoundError):
            client.records.bulk(name, source, chunk_records=50)
    assert closed == [1]


def test_an_async_source_is_closed_when_the_upload_ends(gateway: LocalGateway, fresh: Any) -> None:
    closed: list[int] = []

    async def rows() -> AsyncIterator[dict[str, int]]:
        try:
            for number in range(100_000):
                yield {"n": number}
        finally:
            await asyncio.sleep(0)
            closed.append(1)

    async def main() -> None:
        source = rows()
        async with gateway.async_client() as client:
            with pytest.raises(NotFoundError):
                await client.records.bulk(fresh("nowhere"), source, chunk_records=50)
        assert closed == [1]

    asyncio.run(main())


INTERRUPTED = """
import asyncio, sys
from infino import AsyncInfino, Infino
settings = {"endpoint": sys.argv[1], "access_key": "a", "secret_key": "b"}
rows = ({"n": n} for n in range(10_000))
def upload():
    with Infino(**settings) as client:
        client.records.bulk("x", rows, chunk_records=100)
async def upload_async():
    async with AsyncInfino(**settings) as client:
        await client.records.bulk("x", rows, chunk_records=100)
try:
    upload() if sys.argv[2] == "sync" else asyncio.run(upload_async())
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_process_ends_at_once_after_an_interrupt_although_a_request_hangs(kind: str) -> None:
    arrived = threading.Event()

    def hang(exchange: Exchange) -> None:
        arrived.set()
        exchange.hang()

    with ScriptedServer(hang) as server:
        command = [sys.executable, "-c", INTERRUPTED, server.endpoint, kind]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert arrived.wait(20)
            process.send_signal(signal.SIGINT)
            try:
                out, _ = process.communicate(timeout=15)  # the server would hang for 30 s, the client wait for 120
            finally:
                process.kill()
    assert out == "interrupted\n"
