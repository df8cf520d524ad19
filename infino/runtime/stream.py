"""Answers that are streams of values, read while they come: newline-delimited JSON, and server-sent events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from typing import Any, Final, Generic, Protocol, Self, TypeVar

import attrs

from infino.core import codec
from infino.core.errors import DecodeError, InfinoError
from infino.runtime.errors import ParseError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MOST_BYTES: Final = 64 << 20
"""Most bytes of one value; a stream that never comes to an end of one would fill the memory."""
_BOM: Final = b"\xef\xbb\xbf"


@attrs.frozen
class ServerSentEvent(Generic[T]):
    """One server-sent event (WHATWG HTML, section 9.2).

    Attributes:
        data: Its data, decoded; text where it is not JSON.
        event: Its type; `message` when the service names none.
        id: The id of the last event that had one.
    """

    data: T
    event: str = "message"
    id: str = ""


class Values(Protocol[T_co]):
    """What turns bytes into values, wherever the pieces of a body end."""

    operation: str

    def feed(self, piece: bytes) -> Iterator[T_co]:
        """Take some bytes, and give the values that are complete."""
        ...

    def finish(self) -> Iterator[T_co]:
        """Give the value that the end of the body completes."""
        ...


class Stream(Generic[T]):
    """The values of an answer, one after the other, while the answer comes.

    One value at a time is in memory. A stream can be gone through once; use it in a `with` block, or `close()` it,
    where it may not be read to its end: until then it holds its connection.

    Args:
        pieces: Body of the answer while it comes.
        values: Turns its bytes into values.

    Examples:
        >>> with client.things.watch() as stream:
        ...     for thing in stream:
        ...         print(thing)
    """

    def __init__(self, pieces: Generator[bytes, None, None] | None, values: Values[T]) -> None:
        self._pieces, self._values = pieces, values
        self._items = self._read()

    def _read(self) -> Iterator[T]:
        try:
            for piece in self._pieces or ():
                yield from self._values.feed(piece)
            yield from self._values.finish()
        except InfinoError as error:
            error.operation = error.operation or self._values.operation
            raise
        finally:
            self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        return next(self._items)

    def close(self) -> None:
        """End the answer early; nothing more comes."""
        if self._pieces is not None:
            self._pieces.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Stream of {self._values.operation}>"


class AsyncStream(Generic[T]):
    """The values of an answer, one after the other, while the answer comes; see `Stream`.

    Args:
        pieces: Body of the answer while it comes.
        values: Turns its bytes into values.

    Examples:
        >>> async with await client.things.watch() as stream:
        ...     async for thing in stream:
        ...         print(thing)
    """

    def __init__(self, pieces: AsyncGenerator[bytes, None] | None, values: Values[T]) -> None:
        self._pieces, self._values = pieces, values
        self._items = self._read()

    async def _read(self) -> AsyncIterator[T]:
        try:
            if self._pieces is not None:
                async for piece in self._pieces:
                    for value in self._values.feed(piece):
                        yield value
            for value in self._values.finish():
                yield value
        except InfinoError as error:
            error.operation = error.operation or self._values.operation
            raise
        finally:
            await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        return await anext(self._items)

    async def aclose(self) -> None:
        """End the answer early; nothing more comes."""
        if self._pieces is not None:
            await self._pieces.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<AsyncStream of {self._values.operation}>"


class _Cut:
    """Cuts bytes at a separator, wherever the pieces end."""

    def __init__(self, separator: bytes, operation: str) -> None:
        self._separator, self._operation = separator, operation
        self._rest = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        *whole, rest = piece.split(self._separator)
        for one in whole:
            yield bytes(self._rest) + one
            self._rest.clear()
        self._rest += rest
        if len(self._rest) > MOST_BYTES:
            raise DecodeError(f"a value of the stream has more than {MOST_BYTES} bytes", operation=self._operation)

    def ends_a_line(self) -> bool:
        return self._rest.endswith(b"\n")

    def rest(self) -> bytes:
        """Return what has come since the last separator."""
        return bytes(self._rest)

    def clear(self) -> None:
        self._rest.clear()


class Lines(Generic[T]):
    """The values of newline-delimited JSON, or of a JSON text sequence (RFC 7464); blank lines are passed over."""

    def __init__(self, read: Callable[[Any], T], operation: str, separator: bytes = b"\n") -> None:
        self.operation = operation
        self._read, self._cut, self._number = read, _Cut(separator, operation), 0
        # RFC 7464 puts a record separator in front of each value; a line break ends the value as well.
        self._leads = separator != b"\n"

    def feed(self, piece: bytes) -> Iterator[T]:
        """Take some bytes, and give the values that are complete."""
        for line in self._cut.feed(piece):
            yield from self._value(line)
        # Where the separator stands before a value, the next may be long in coming.
        if self._leads and self._cut.ends_a_line():
            yield from self._value(self._cut.rest(), is_ended=False)

    def finish(self) -> Iterator[T]:
        """Give the value of a last line that no line break ends."""
        yield from self._value(self._cut.rest())

    def _value(self, line: bytes, is_ended: bool = True) -> Iterator[T]:
        """Give the value of a line, or of a beginning of one that is whole already."""
        line = line.removeprefix(_BOM) if not self._number else line
        if not line.strip():
            self._number += not self._leads
            return
        try:
            value = codec.loads(line)
        except (ValueError, RecursionError) as error:
            if not is_ended:
                return
            problem = f"line {self._number + 1} of the answer is not JSON: {error}"
        else:
            self._number += 1
            if not is_ended:
                self._cut.clear()
            yield _typed(self._read, value, self._number, self.operation)
            return
        raise DecodeError(problem, operation=self.operation, path=f"$[{self._number + 1}]")


class Events(Generic[T]):
    """Server-sent events; comments and retry times are passed over, and so is an event without data.

    Data that is not JSON is handed to the reader as text.
    """

    def __init__(self, read: Callable[[Any], T], operation: str) -> None:
        self.operation = operation
        self._read, self._cut = read, _Cut(b"\n", operation)
        self._begun, self._after_return = False, False
        self._data: list[str] = []
        self._kind, self._last, self._number, self._size = "", "", 0, 0

    def feed(self, piece: bytes) -> Iterator[ServerSentEvent[T]]:
        """Take some bytes, and give the events that are complete."""
        if not piece:
            return
        # A line may end with CR, LF or both, and a piece between the two.
        if self._after_return and piece.startswith(b"\n"):
            piece = piece[1:]
        self._after_return = piece.endswith(b"\r")
        for line in self._cut.feed(piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")):
            yield from self._line(line)

    def finish(self) -> Iterator[ServerSentEvent[T]]:
        """Give the event that no empty line ends."""
        # Unlike browsers, which drop an event that no empty line ends: services often leave out the last one.
        yield from self._line(self._cut.rest())
        yield from self._line(b"")

    def _line(self, line: bytes) -> Iterator[ServerSentEvent[T]]:
        text = (line if self._begun else line.removeprefix(_BOM)).decode("utf-8", "replace")
        self._begun = True
        if not text:
            yield from self._event()
            return
        name, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
            self._size += len(value)
            if self._size > MOST_BYTES:
                raise DecodeError(f"an event has more than {MOST_BYTES} bytes", operation=self.operation)
        elif name == "event":
            self._kind = value
        elif name == "id" and "\x00" not in value:
            # A NUL in an id makes the field void (WHATWG HTML, 9.2.6); the id stays for later events.
            self._last = value

    def _event(self) -> Iterator[ServerSentEvent[T]]:
        data, kind = self._data, self._kind or "message"
        # The type is reset even where there is no data and so no event (WHATWG HTML, 9.2.6).
        self._data, self._kind, self._size = [], "", 0
        if not data:
            return
        self._number += 1
        text = "\n".join(data)
        try:
            value = codec.loads(text.encode())
        except (ValueError, RecursionError):
            value = text
        yield ServerSentEvent(_typed(self._read, value, self._number, self.operation), kind, self._last)


def _typed(read: Callable[[Any], T], value: Any, number: int, operation: str) -> T:
    try:
        return read(value)
    except ParseError as error:
        found = error.under(f"[{number}]")
    message = f"the answer cannot be understood: {found.message}"
    raise DecodeError(message, operation=operation, path=found.path)
