"""Undo the compression of an answer (RFC 9110, 8.4), within limits of size and time."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from infino.core.errors import DecodeError, TransportError

_SLICE: Final = 1 << 13  # small, because zlib copies what lies behind each member
_BITE: Final = 1 << 18
# `wbits` of zlib: 16 more mean a gzip header. `deflate` means the zlib format (RFC 9110, 8.4.1.2).
_WINDOWS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
# Codings of the IANA registry that nobody asked for: what is in them cannot be read. Any other word is not a coding.
_UNREADABLE: Final = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"})
# Each layer may multiply the work a thousandfold, and nobody needs more than one.
_MOST_CODINGS: Final = 8


def too_large(most: int) -> DecodeError:
    """The error of an answer with more bytes than `max_response_bytes` allows."""
    return DecodeError(
        f"the answer is larger than max_response_bytes ({most:,} bytes)",
        hint="ask for less, read the result in batches, or raise max_response_bytes",
    )


class Inflater:
    """Undo one coding piece by piece; a body may hold several members one after the other.

    `check` is called now and then, and raises when the time is up.
    """

    def __init__(self, word: str, check: Callable[[], object]) -> None:
        self._word, self._window, self._check = word, _WINDOWS[word], check
        self._member: Any = None
        # The beginning of a deflated body, while it may turn out to lack its frame.
        self._framed, self._first = word != "deflate", b""
        self._ended = False  # at least one member did

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give what a piece unpacks to, in pieces of at most 256 KiB."""
        while data:
            self._check()
            if self._member is None:
                if self._ended and not (data := data.lstrip(b"\0")):
                    break  # zeros that fill up a block, as gzip itself passes over them
                self._member = zlib.decompressobj(self._window)
            try:
                piece = self._member.decompress(data, _BITE)
            except zlib.error:
                if self._framed or self._window != _WINDOWS["deflate"]:
                    raise self._damaged() from None
                # Some servers leave out the frame around it.
                self._window, self._member = -self._window, None
                data, self._first = self._first + data, b""
                continue
            member = self._member
            if piece or member.eof:
                self._framed, self._first = True, b""
            elif not self._framed:
                self._first += data
            if piece:
                yield piece
            if member.eof:
                data, self._member, self._ended = member.unused_data, None, True
            else:
                data = member.unconsumed_tail
        while self._member is not None and (rest := self._member.decompress(b"", _BITE)):
            yield rest

    def finish(self) -> None:
        """Say so where the body was cut short."""
        if self._member is not None and not self._member.eof:
            raise self._damaged()

    def _damaged(self) -> TransportError:
        return TransportError(f"the answer came damaged: its {self._word} compression is broken or cut short")


def inflaters(coding: str | None, check: Callable[[], object]) -> list[Inflater]:
    """Return what undoes a `Content-Encoding`, in the order in which to undo it."""
    found: list[Inflater] = []
    # Listed in the order in which they were applied (RFC 9110, 8.4).
    for word in reversed([word.strip().lower() for word in (coding or "").split(",")]):
        if word in _UNREADABLE:
            raise DecodeError(f"the answer is compressed with {word!r}, which was not asked for")
        if word in _WINDOWS:  # `identity` and words that are not codings change nothing
            found.append(Inflater(word, check))
    if len(found) > _MOST_CODINGS:
        raise DecodeError(f"the answer is compressed {len(found):,} times over; {_MOST_CODINGS} are the most")
    return found


def unpacked(pieces: Iterable[bytes], inflater: Inflater) -> Iterator[bytes]:
    """Undo one coding of a stream."""
    for piece in pieces:
        yield from inflater.feed(piece)
    inflater.finish()


def decompressed(content: bytes, coding: str | None, most: int | None, check: Callable[[], object]) -> bytes:
    """Return a body without its compression."""
    undo = inflaters(coding, check)
    if not undo or not content:
        return content
    stream: Iterator[bytes] = (content[at : at + _SLICE] for at in range(0, len(content), _SLICE))
    for inflater in undo:
        stream = unpacked(stream, inflater)
    pieces, size = [], 0
    for piece in stream:
        size += len(piece)
        if most is not None and size > most:
            raise too_large(most)
        pieces.append(piece)
    return b"".join(pieces)


def legible(content: bytes, coding: str, most: int | None, check: Callable[[], object]) -> bytes:
    """Return what can be read of the body of a refusal: its status counts more than what is wrong with its body."""
    try:
        return decompressed(content, coding, most, check)
    except (TransportError, DecodeError):
        pass
    try:
        content.decode()  # what is text was not compressed, whatever is said of it
    except UnicodeDecodeError:
        return b""
    return content
