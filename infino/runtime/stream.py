"""Answers that are streams of values: newline-delimited JSON, and server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Generic, TypeVar

import attrs

from infino.core import codec
from infino.runtime.errors import ParseError

T = TypeVar("T")


@attrs.frozen
class Event(Generic[T]):
    """One server-sent event (WHATWG HTML, section 9.2).

    Attributes:
        data: Its data, decoded.
        event: Its type; `message` when the service names none.
        id: The id of the last event that had one.
    """

    data: T
    event: str = "message"
    id: str = ""


class Stream(Generic[T]):
    """The values of an answer, one after the other, with `for` in both clients and `async for` as well.

    Args:
        content: Body of the answer.
        read: Splits the body into values.
    """

    __slots__ = ("_content", "_read")

    def __init__(self, content: bytes, read: Callable[[bytes], Iterator[T]]) -> None:
        self._content, self._read = content, read

    def __iter__(self) -> Iterator[T]:
        return self._read(self._content)

    async def __aiter__(self) -> AsyncIterator[T]:
        for item in self._read(self._content):
            yield item

    def __repr__(self) -> str:
        return f"<Stream of {len(self._content)} bytes>"


def lines_of(read: Callable[[Any], T]) -> Callable[[bytes], Iterator[T]]:
    """Return what splits newline-delimited JSON; blank lines are passed over.

    Args:
        read: Reader of one value.
    """

    def split(content: bytes) -> Iterator[T]:
        for number, line in enumerate(content.replace(b"\x1e", b"").split(b"\n"), 1):
            if line.strip():
                yield _value(read, line, f"[{number}]")

    return split


def events_of(read: Callable[[Any], T]) -> Callable[[bytes], Iterator[Event[T]]]:
    """Return what splits server-sent events; comments and retry times are passed over.

    Args:
        read: Reader of the data of one event; data that is no JSON is handed to it as text.
    """

    def split(content: bytes) -> Iterator[Event[T]]:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        last, number = "", 0
        for chunk in text.split("\n\n"):
            data: list[str] = []
            kind = ""
            for line in chunk.split("\n"):
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if name == "data":
                    data.append(value)
                elif name == "event":
                    kind = value
                elif name == "id" and "\x00" not in value:
                    last = value
            if data:
                number += 1
                yield Event(_value(read, "\n".join(data).encode(), f"[{number}]"), kind or "message", last)

    return split


def _value(read: Callable[[Any], T], text: bytes, where: str) -> T:
    try:
        value = codec.loads(text)
    except ValueError:
        value = text.decode("utf-8", "replace")
    try:
        return read(value)
    except ParseError as error:
        raise error.under(where) from None
