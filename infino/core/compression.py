"""Undo the compression of an answer (RFC 9110, 8.4), within limits of size and time."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

from infino.core.errors import DecodeError, TransportError

_FIRST_BITE: Final = 512
_BITE: Final = 1 << 18
_WINDOWS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
# Codings of the IANA registry that nobody asked for: what is in them cannot be read. Any other word is no coding.
_UNREADABLE: Final = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"})


def too_large(most: int) -> DecodeError:
    """The error of an answer with more bytes than `max_response_bytes` allows."""
    return DecodeError(
        f"the answer is larger than max_response_bytes ({most:,} bytes)",
        hint="ask for less, read the result in batches, or raise max_response_bytes",
    )


def decompressed(content: bytes, coding: str | None, most: int | None, check: Callable[[], object]) -> bytes:
    """Return a body without its compression.

    Args:
        content: The body as it came.
        coding: The value of `Content-Encoding`: codings in the order in which they were applied.
        most: Most bytes that may come out; None for no limit.
        check: Called now and then; raises when the time is up.

    Raises:
        TransportError: The compression is broken or cut short.
        DecodeError: It was not asked for, or what comes out is too large.
    """
    words = [word.strip().lower() for word in (coding or "").split(",")]
    for word in reversed(words):
        if not content or word in ("", "identity"):
            continue
        if word in _UNREADABLE:
            raise DecodeError(f"the answer is compressed with {word!r}, which was not asked for")
        window = _WINDOWS.get(word)
        if window is None:
            continue
        plain = _inflate(content, window, most, check)
        if plain is None and word == "deflate":
            plain = _inflate(content, -15, most, check)  # some servers leave out the frame around it
        if plain is None:
            raise TransportError(f"the answer came damaged: its {word} compression is broken or cut short")
        content = plain
    return content


def _inflate(content: bytes, window: int, most: int | None, check: Callable[[], object]) -> bytes | None:
    """Inflate one member after another; bites that begin small keep the cost linear however many there are."""
    pieces: list[bytes] = []
    size, at, whole = 0, 0, memoryview(content)
    while at < len(content):
        inflater, bite = zlib.decompressobj(window), _FIRST_BITE
        while not inflater.eof:
            check()
            given = whole[at : at + bite]
            try:
                piece = inflater.decompress(given, _BITE)
            except zlib.error:
                return None
            if not given and not piece:
                return None
            at += len(given) - len(inflater.unconsumed_tail) - len(inflater.unused_data)
            size += len(piece)
            if most is not None and size > most:
                raise too_large(most)
            pieces.append(piece)
            bite = min(2 * bite, _BITE)
    return b"".join(pieces)
