"""Undo the compression of an answer."""

from __future__ import annotations

import zlib

from infino.core.errors import TransportError
from infino.core.response import Headers


def decompressed(content: bytes, headers: Headers) -> bytes:
    """Return a body without its compression.

    Args:
        content: The body as it came.
        headers: Headers of the answer.

    Raises:
        TransportError: The compression is broken, cut short, or was not asked for.
    """
    coding = headers.get("content-encoding")
    if coding is None or not content:
        return content
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return content
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise TransportError(f"the answer is compressed with {coding[:40]!r}, which was not asked for")
    plain = _inflate(content, 15 if coding == "deflate" else 31)
    if plain is None and coding == "deflate":
        plain = _inflate(content, -15)  # some servers leave out the frame around it
    if plain is None:
        raise TransportError(f"the answer came damaged: its {coding} compression is broken or cut short")
    return plain


def _inflate(content: bytes, window: int) -> bytes | None:
    plain = b""
    while content:  # a gzip body may hold several members
        inflater = zlib.decompressobj(window)
        try:
            plain += inflater.decompress(content) + inflater.flush()
        except zlib.error:
            return None
        if not inflater.eof:
            return None
        content = inflater.unused_data
    return plain
