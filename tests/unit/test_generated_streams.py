"""How bytes become values of a stream, wherever the pieces of a body end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from typing import Any

import pytest

from infino.core import codec
from infino.core.errors import DecodeError
from infino.runtime import read as readers
from infino.runtime import shapes, stream
from infino.runtime.errors import ParseError
from infino.runtime.stream import AsyncStream, Events, Lines, ServerSentEvent, Stream

LINES = b'\xef\xbb\xbf{"a": "\xc3\xa4"}\r\n\n  \n[1, 2]\n"last"'
EVENTS = b"\xef\xbb\xbf: hi\r\nevent: new\r\rid: 1\rdata: x\ndata:y\r\n\r\nretry: 5\n\nid\ndata\n\nevent: e\ndata:  3"
SEQUENCE = b'\x1e{"a":\n 1}\n\x1e2\n'


def pieces(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def values(found: Any, body: bytes, size: int) -> list[Any]:
    return [*(value for piece in pieces(body, size) for value in found.feed(piece)), *found.finish()]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_lines_are_the_same_wherever_pieces_end(size: int) -> None:
    assert values(Lines(readers.anything, "x"), LINES, size) == [{"a": "ä"}, [1, 2], "last"]
    assert values(Lines(readers.anything, "x", b"\x1e"), SEQUENCE, size) == [{"a": 1}, 2]


def test_a_record_of_a_sequence_does_not_wait_for_the_next() -> None:
    read = Lines(readers.anything, "x", b"\x1e")

    assert [[*read.feed(piece)] for piece in (b'\x1e{"a":\n', b"1}\n", b"\x1e2", b"3\n")] == [[], [{"a": 1}], [], [23]]
    assert [*read.finish()] == []


def test_a_record_of_a_sequence_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[bytes] = []
    loads = codec.loads
    monkeypatch.setattr(codec, "loads", lambda text: [decoded.append(text), loads(text)][1])

    assert values(Lines(readers.anything, "x", b"\x1e"), b'\x1e{"a": 1}\n\x1e2\n\n', 100) == [{"a": 1}, 2]
    assert decoded == [b'{"a": 1}\n', b"2\n\n"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_events_are_the_same_wherever_pieces_end(size: int) -> None:
    assert values(Events(readers.anything, "x"), EVENTS, size) == [
        ServerSentEvent("x\ny", "message", "1"),
        ServerSentEvent("", "message", ""),
        ServerSentEvent(3, "e", ""),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_an_empty_line_of_another_ending_ends_an_event(size: int) -> None:
    assert values(Events(readers.anything, "x"), b"data: 1\r\n\ndata: 2\r\r\n", size) == [
        ServerSentEvent(1),
        ServerSentEvent(2),
    ]


def test_text_that_is_not_utf_8_is_refused_by_its_byte() -> None:
    assert shapes.text("\ufeffä".encode()) == shapes.text("ä") == "ä"
    with pytest.raises(ParseError, match="byte 2 is not UTF-8"):
        shapes.text(b"ab\xe4")


@pytest.mark.parametrize("made", [Lines, Events])
def test_a_value_without_an_end_does_not_fill_the_memory(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_BYTES", 100)
    found = made(readers.anything, "things.watch")
    with pytest.raises(DecodeError, match="more than 100 bytes") as caught:
        [[*found.feed(b"data: xxxxx")] for _ in range(20)]
    assert caught.value.operation == "things.watch"


def test_an_event_of_many_lines_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_BYTES", 100)
    with pytest.raises(DecodeError, match="an event has more than 100 bytes"):
        [*Events(readers.anything, "x").feed(b"data: xxxxx\n" * 30)]
    (event,) = Events(readers.anything, "x").feed(b"data: xxxxx\n" * 20 + b"\n")
    assert event.data == "\n".join(["xxxxx"] * 20), "as many as there may be"


def test_a_stream_ends_its_answer_once_it_is_read_or_left() -> None:
    ended = []

    def body() -> Generator[bytes, None, None]:
        try:
            yield b"1\n2\n"
            yield b"3\n"
        finally:
            ended.append(True)

    for end in (lambda found: [*found], lambda found: (next(found), found.close())):
        found = Stream(body(), Lines(readers.integer, "x"))
        assert iter(found) is found
        end(found)
        assert ended.pop()
    assert [*Stream(None, Lines(readers.integer, "x"))] == []
    assert repr(Stream(None, Lines(readers.integer, "things.watch"))) == "<Stream of things.watch>"


def test_an_async_stream_does_the_same() -> None:
    ended = []

    async def body() -> AsyncGenerator[bytes, None]:
        try:
            yield b"1\n2\n"
            yield b"3\n"
        finally:
            ended.append(True)

    async def main() -> None:
        assert [one async for one in AsyncStream(body(), Lines(readers.integer, "x"))] == [1, 2, 3]
        assert ended.pop()
        async with AsyncStream(body(), Lines(readers.integer, "x")) as found:
            assert await anext(found) == 1
        assert ended.pop()
        assert [one async for one in AsyncStream(None, Lines(readers.integer, "x"))] == []

    asyncio.run(main())
    assert repr(AsyncStream(None, Lines(readers.integer, "things.watch"))) == "<AsyncStream of things.watch>"
