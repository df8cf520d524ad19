"""Reads request bodies: into memory, or onto disk for uploads, hashing as they arrive."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from starlette.types import Receive


class Disconnected(Exception):
    """The caller hung up before its request was complete."""


@attrs.frozen
class Body:
    """A received body: its bytes, or the file that holds them."""

    content: bytes
    digest: str
    upload: Path | None = None
    too_large: bool = False

    def discard(self) -> None:
        """Remove the file of an upload."""
        if self.upload is not None:
            self.upload.unlink(missing_ok=True)


async def read_body(receive: Receive, spool: Path | None, limit: int) -> Body:
    """Read a whole body; one beyond the limit is still drained, for the caller to get its 413.

    Args:
        receive: The ASGI channel.
        spool: The folder for the body of an upload, which has no limit; None to keep it in memory.
        limit: The most bytes kept in memory.

    Raises:
        Disconnected: When the caller hung up.
    """
    if spool is not None:
        return await spool_body(receive, spool)
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        chunk, more = await next_chunk(receive)
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        else:
            chunks.clear()
    content = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    return Body(content, "", too_large=size > limit)


async def spool_body(receive: Receive, spool: Path) -> Body:
    """Write a body to a file."""
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=spool, delete=False) as file:
        path = Path(file.name)
        try:
            more = True
            while more:
                chunk, more = await next_chunk(receive)
                digest.update(chunk)
                file.write(chunk)
        except BaseException:
            path.unlink()  # noqa: ASYNC240 - one unlink of a file that was just written
            raise
    return Body(b"", digest.hexdigest(), path)


async def next_chunk(receive: Receive) -> tuple[bytes, bool]:
    """Return the next piece of a body, and whether there is more."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message.get("body", b""), message.get("more_body", False)
