"""`query.sql_batches`: rows while they come, in bounded memory, over a connection that is given back."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest

import infino
from tests.contract.conftest import Make
from tests.support.scripted import Exchange, ScriptedServer, answering, chunked

HEAD = b'{"columns":[{"name":"n","type":"long"},{"name":"t","type":"keyword"}],"rows":['
VERSION = answering(200, b'{"version":"1"}')


def rows(first: int, count: int) -> bytes:
    return b",".join(b'[%d,"%s"]' % (number, b"x" * 20) for number in range(first, first + count))


def whole(count: int, more: bytes = b"") -> bytes:
    return HEAD + rows(0, count) + b"]" + more + b"}"


def test_a_gateway_gives_the_same_rows_as_in_one_answer(client: Any, fresh: Any) -> None:
    name = fresh("batches")
    client.datasets.create(name)
    client.records.bulk(name, [{"id": str(number), "v": number * 1.5} for number in range(2500)], id="id")
    statement = f'SELECT id, v FROM "{name}" WHERE v >= ? ORDER BY v'
    found = list(client.query.sql_batches(statement, [3.0], batch_rows=1000))
    assert [len(batch) for batch in found] == [1000, 1000, 498]
    together = [row for batch in found for row in batch.rows()]
    assert together == list(client.query.sql(statement, [3.0]).rows())
    assert sum(batch.to_arrow().num_rows for batch in found) == 2498
    (empty,) = client.query.sql_batches(f'SELECT id FROM "{name}" WHERE v < 0')
    assert (len(empty), [column.name for column in empty.columns]) == (0, ["id"])
    with pytest.raises((infino.QueryError, infino.APIError)):
        list(client.query.sql_batches("SELECT nothing FROM nowhere"))


@pytest.mark.parametrize("coding", ["", "gzip", "deflate", "gzip, gzip"])
def test_the_connection_is_given_back(make: Make, coding: str) -> None:
    body = whole(50)
    for word in [word for word in coding.split(", ") if word]:
        body = gzip.compress(body) if word == "gzip" else zlib.compress(body)
    with ScriptedServer(answering(200, body, [("Content-Encoding", coding)] if coding else []), VERSION) as server:
        client = make(server.endpoint, max_connections=1)
        found = [batch.column("n") for batch in client.query.sql_batches("SELECT 1", batch_rows=20)]
        assert found == [list(range(20)), list(range(20, 40)), list(range(40, 50))]
        client.ping()
        assert server.connections == 1


async def test_many_small_members_do_not_cost_a_thread_s_turn_each(monkeypatch: pytest.MonkeyPatch) -> None:
    turns, real = 0, asyncio.to_thread

    async def counted(*arguments: Any) -> Any:
        nonlocal turns
        turns += 1
        return await real(*arguments)

    monkeypatch.setattr("infino.streams.asyncio.to_thread", counted)
    body = b"".join(gzip.compress(part, mtime=0) for part in (HEAD, *(b"[1,%d]," % n for n in range(2000)), b"[1,2]]}"))
    with ScriptedServer(answering(200, body, [("Content-Encoding", "gzip")])) as server:
        async with infino.AsyncInfino(endpoint=server.endpoint, access_key="A", secret_key="s") as client:
            total = sum([len(batch) async for batch in client.query.sql_batches("SELECT 1")])
    assert (total, turns < 100) == (2001, True)


def test_other_calls_may_be_made_between_batches(make: Make) -> None:
    with ScriptedServer(answering(200, whole(50)), VERSION) as server:
        client = make(server.endpoint)
        seen = 0
        for batch in client.query.sql_batches("SELECT 1", batch_rows=10, timeout=30):
            assert client.with_options(timeout=20).ping().version == "1"
            seen += len(batch)
        assert seen == 50


def test_leaving_early_frees_the_place(make: Make) -> None:
    with ScriptedServer(chunked(HEAD + rows(0, 30), b"," + rows(30, 30), end=False), VERSION) as server:
        client = make(server.endpoint, max_connections=1, timeout=infino.Timeouts(pool=5))
        batches = client.query.sql_batches("SELECT 1", batch_rows=10)
        assert len(next(iter(batches))) == 10
        getattr(batches, "close", lambda: None)()
        del batches
        assert client.ping().version == "1"


def test_a_connection_that_breaks_between_rows_is_an_error_after_the_batches_before(make: Make) -> None:
    with ScriptedServer(chunked(HEAD + rows(0, 25), end=False), VERSION) as server:
        client = make(server.endpoint, max_connections=1)
        seen: list[int] = []

        def read() -> None:
            seen.extend(len(batch) for batch in client.query.sql_batches("SELECT 1", batch_rows=10))

        with pytest.raises(infino.TransportError):
            read()
        assert seen == [10, 10]
        assert client.ping().version == "1"
        assert len(server.requests) == 2, "rows that were given are not asked for again"


def test_what_fails_before_the_rows_is_repeated(make: Make) -> None:
    with ScriptedServer(answering(503), lambda exchange: exchange.reset(), answering(200, whole(3))) as server:
        found = list(make(server.endpoint).query.sql_batches("SELECT 1", batch_rows=2))
        assert [(len(batch), batch.operation) for batch in found] == [(n, "query.sql_batches") for n in (2, 1)]
        assert len(server.requests) == 3


@pytest.mark.parametrize(("script", "error", "said"), [
    (answering(400, b'{"error":"no such thing"}'), infino.BadRequestError, "no such thing"),
    (answering(200, whole(3, b',"error_message":"disk full"')), infino.QueryError, "disk full"),
    (answering(200, b"x", [("Content-Encoding", "br")]), infino.DecodeError, "br"),
    (answering(200, gzip.compress(whole(3))[:-9], [("Content-Encoding", "gzip")]), infino.TransportError, "damaged"),
], ids=["refused", "failed behind the rows", "unknown coding", "damaged"])  # fmt: skip
def test_refusals_and_errors(make: Make, script: Any, error: type[Exception], said: str) -> None:
    with ScriptedServer(script, VERSION) as server:
        client = make(server.endpoint, max_connections=1, retry=infino.RetryPolicy(attempts=1))
        with pytest.raises(error, match=said) as caught:
            list(client.query.sql_batches("SELECT 1"))
        assert caught.value.operation == "query.sql_batches"  # type: ignore[attr-defined]  # all are ours
        assert client.ping().version == "1"


def test_the_time_of_the_call_is_that_of_all_rows(make: Make) -> None:
    def slowly(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + HEAD + rows(0, 10) + b",")
        exchange.drip(b" " * 100000)

    def silently(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + HEAD + rows(0, 10) + b",")
        exchange.hang()

    for script in (slowly, silently):
        with ScriptedServer(script) as server, pytest.raises(infino.Timeout, match=r"longer than 0\.3 s") as caught:
            list(make(server.endpoint).query.sql_batches("SELECT 1", timeout=0.3))
        assert caught.value.phase == "total"


@pytest.mark.parametrize(("script", "error"), [
    (answering(200, whole(30)), None),
    (chunked(HEAD + rows(0, 25), end=False), "TransportError"),
    (answering(200, gzip.compress(whole(30))[:-9], [("Content-Encoding", "gzip")]), "TransportError"),
    (answering(404), "NotFoundError"),
], ids=["whole", "broken", "damaged", "refused"])  # fmt: skip
def test_who_listens_hears_of_the_end_when_the_last_row_came_or_failed(
    make: Make, script: Any, error: str | None
) -> None:
    told: list[Any] = []
    with ScriptedServer(script) as server:
        client = make(server.endpoint, retry=infino.RetryPolicy(attempts=1))
        for name in ("call", "end"):
            client.on(name, told.append)
        with pytest.raises(infino.InfinoError) if error else contextlib.nullcontext():
            for _ in client.query.sql_batches("SELECT 1", batch_rows=10):
                assert [type(event).__name__ for event in told] == ["CallEvent"]
    assert [type(event).__name__ for event in told] == ["CallEvent", "EndEvent"]
    assert (told[1].error, told[1].call) == (error, told[0].call)


def test_who_listens_hears_no_failure_of_who_takes_no_more(make: Make) -> None:
    told: list[Any] = []
    with ScriptedServer(answering(200, whole(30))) as server:
        client = make(server.endpoint)
        client.on("end", told.append)
        batches = client.query.sql_batches("SELECT 1", batch_rows=10)
        next(iter(batches))
        getattr(batches, "close", lambda: None)()
        del batches
    assert [(event.status, event.error) for event in told] == [(200, None)]


@pytest.mark.parametrize("settings", [{"batch_rows": 0}, {"batch_rowz": 5}, {"params": ["a", "b"]}])
def test_mistakes_are_told_before_anything_is_sent(make: Make, settings: dict[str, Any]) -> None:
    with ScriptedServer() as server:
        with pytest.raises((infino.ValidationError, TypeError)):
            make(server.endpoint).query.sql_batches("SELECT ?", **{"params": [1], **settings})
        assert server.requests == []


def test_memory_holds_one_batch_whatever_the_size(make: Make) -> None:
    piece = rows(0, 2000) + b","
    count = 40  # 2.4 MB, of which one batch is an eighth

    with ScriptedServer(*(chunked(HEAD, *[piece] * times, b'[1,"x"]]}') for times in (1, count))) as server:
        client = make(server.endpoint)
        list(client.query.sql_batches("SELECT 1"))  # what is imported at first use is not counted
        tracemalloc.start()
        try:
            total = sum(len(batch) for batch in client.query.sql_batches("SELECT 1", batch_rows=5000))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert total == 2000 * count + 1
    assert peak < 5_000_000, f"{peak:,} bytes for {len(piece) * count:,}"


def test_the_answer_is_never_asked_for_as_a_whole(make: Make) -> None:
    with ScriptedServer(answering(200, whole(3))) as server:
        list(make(server.endpoint).query.sql_batches("SELECT n FROM t WHERE n > :least", {"least": 1}))
        (sent,) = server.requests
        assert json.loads(sent.body)["query"] == "SELECT n FROM t WHERE n > 1"


@pytest.mark.parametrize("connections", [1, 2])
async def test_a_task_that_is_cancelled_as_its_stream_ends_leaves_no_broken_connection(connections: int) -> None:
    with ScriptedServer(answering(200, whole(2))) as server:
        async with infino.AsyncInfino(
            endpoint=server.endpoint, access_key="A", secret_key="s", max_connections=connections, timeout=5
        ) as client:

            async def cancelled() -> None:
                async for _ in client.query.sql_batches("SELECT 1", batch_rows=1):
                    task = asyncio.current_task()
                    assert task is not None
                    task.cancel()

            for _ in range(connections):
                with pytest.raises(asyncio.CancelledError):
                    await asyncio.create_task(cancelled())
            assert len(list((await client.query.sql("SELECT 1")).rows())) == 2
