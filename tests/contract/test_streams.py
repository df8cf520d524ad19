"""Answers that are streams: values while they come, errors with their place, and the connection given back."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import infino
from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call
from infino.runtime.stream import Stream
from tests.contract.conftest import Make
from tests.support.facade import Blocking, adapt
from tests.support.scripted import Exchange, ScriptedServer, answering, chunked

VERSION = answering(200, b'{"version":"1"}')
LINES = shapes.lines(readers.integer, "things.watch")
EVENTS = shapes.events(readers.anything, "things.watch")


def ask(client: Any, parse: Any = LINES, raw: bool = False, **options: Any) -> Any:
    """Make a call whose answer is a stream."""
    call: Call[Stream[Any]] = Call("things.watch", "GET", "/things", retry="safe", accept="stream", parse=parse)
    target = client._target if isinstance(client, Blocking) else client
    return adapted(client, target._caller.call)(call, raw, **options)


def adapted(client: Any, value: Any) -> Any:
    """Make what an async client gives blocking."""
    return adapt(value, client._loop) if isinstance(client, Blocking) else value


@pytest.mark.parametrize("raw", [False, True])
def test_the_first_value_is_there_before_the_answer_ends(make: Make, raw: bool) -> None:
    seen = threading.Event()
    with ScriptedServer(chunked(b"1\n2", seen, b"0\n3"), VERSION) as server:
        client = make(server.endpoint, max_connections=1)
        found = ask(client, raw=raw)
        stream = adapted(client, found.value) if raw else found
        assert next(stream) == 1
        seen.set()
        assert [*stream] == [20, 3]
        client.ping()
        assert server.connections == 1
        if raw:
            assert (found.status, found.content) == (200, b"")


def test_events_come_one_by_one(make: Make) -> None:
    seen = threading.Event()
    steps = (b': hello\nevent: new\nid: 7\ndata: {"a":', b" 1}\r", b"\n\r\n", seen, b"data: plain text\n\n")
    with ScriptedServer(chunked(*steps)) as server:
        stream = ask(make(server.endpoint), EVENTS)
        first = next(stream)
        seen.set()
        (second,) = [*stream]
    assert (first.event, first.id, first.data) == ("new", "7", {"a": 1})
    assert (second.event, second.id, second.data) == ("message", "7", "plain text")


@pytest.mark.parametrize("read", [0, 1])
def test_leaving_early_frees_the_connection(make: Make, read: int) -> None:
    with ScriptedServer(chunked(b"1\n", b"2\n", None), VERSION) as server:
        client = make(server.endpoint, max_connections=1, timeout=infino.Timeouts(pool=5))
        with ask(client) as stream:
            for _ in range(read):
                next(stream)
        assert client.ping().version == "1"
        with pytest.raises(StopIteration):
            next(stream)


def test_a_value_that_cannot_be_read_names_its_place(make: Make) -> None:
    with ScriptedServer(answering(200, b'1\n\n"x"\n2\n'), answering(200, b"1\n{"), VERSION) as server:
        client = make(server.endpoint, max_connections=1)
        stream = ask(client)
        assert next(stream) == 1
        with pytest.raises(infino.DecodeError, match=r"expected a whole number") as caught:
            next(stream)
        assert (caught.value.operation, caught.value.path) == ("things.watch", "$[3]")
        with pytest.raises(infino.DecodeError, match="line 2 of the answer is not JSON") as caught:
            [*ask(client)]
        assert (caught.value.operation, caught.value.path) == ("things.watch", "$[2]")
        client.ping()


def test_a_broken_connection_is_no_end(make: Make) -> None:
    with ScriptedServer(chunked(b"1\n2", end=False)) as server:
        stream = ask(make(server.endpoint))
        assert next(stream) == 1
        with pytest.raises(infino.TransportError) as caught:
            next(stream)
    assert caught.value.operation == "things.watch"


def test_a_refusal_is_tried_again_and_raised_with_its_body(make: Make) -> None:
    busy = answering(503, b"{}", [("Retry-After", "0")])
    refusal = answering(403, b'{"error":{"reason":"not yours"}}')
    with ScriptedServer(busy, answering(200, b"5\n"), refusal) as server:
        client = make(server.endpoint)
        assert [*ask(client)] == [5]
        with pytest.raises(infino.PermissionDeniedError, match="not yours"):
            ask(client)


def test_nothing_is_a_stream_of_nothing_or_none(make: Make) -> None:
    call_of_none = shapes.nothing("/things")
    with ScriptedServer(lambda exchange: exchange.send(b"HTTP/1.1 204 No Content\r\n\r\n"), VERSION) as server:
        client = make(server.endpoint, max_connections=1)
        assert ask(client, call_of_none) is None
        assert client.ping().version == "1"
    with ScriptedServer(lambda exchange: exchange.send(b"HTTP/1.1 204 No Content\r\n\r\n")) as server:
        assert [*ask(make(server.endpoint))] == []


def test_compressed_streams_come_piece_by_piece(make: Make) -> None:
    import zlib

    squeeze, seen = zlib.compressobj(), threading.Event()
    first = squeeze.compress(b"1\n") + squeeze.flush(zlib.Z_SYNC_FLUSH)
    second = squeeze.compress(b"2\n") + squeeze.flush()

    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nConnection: close\r\n\r\n" + first)
        assert seen.wait(30)
        exchange.send(second)
        exchange.close()

    with ScriptedServer(script) as server:
        stream = ask(make(server.endpoint))
        assert next(stream) == 1
        seen.set()
        assert [*stream] == [2]
