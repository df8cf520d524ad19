"""Reads request bodies, into memory or onto disk for uploads, within limits for each and for all in flight."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from infino.local.http import Problem

if TYPE_CHECKING:
    from starlette.types import Receive

    from infino.local.signature import ReceivedRequest
    from infino.local.state import Options

IDLE = 60.0
"""Seconds without a byte after which a body is given up."""
WITHOUT_HASH = 1024 * 1024
"""The longest body whose hash stands in no header: nothing is known of its signature until all of it is here."""
STEP = 16 * 1024 * 1024
"""Bytes of an upload after which the room on disk is looked at again."""


class CallerLeft(Exception):
    """The caller hung up before its request was complete."""


@attrs.frozen
class ReceivedBody:
    """A received body: its bytes, or the file that holds them."""

    content: bytes = b""
    digest: str = ""
    upload: Path | None = None

    def discard(self) -> None:
        """Remove the file of an upload."""
        if self.upload is not None:
            self.upload.unlink(missing_ok=True)


@attrs.define
class Incoming:
    """The body of one request on its way in.

    Args:
        receive: The ASGI channel.
        length: The announced length, or None for a body in chunks.
    """

    receive: Receive
    length: int | None
    complete: bool = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.complete = self.length == 0

    @classmethod
    def of(cls, receive: Receive, wire: ReceivedRequest) -> Incoming:
        """Return the body that the headers announce; the server has already refused malformed lengths."""
        if wire.header(b"transfer-encoding") is not None:
            return cls(receive, None)
        return cls(receive, int(wire.header(b"content-length") or 0))

    async def chunk(self) -> bytes:
        """Return the next piece.

        Raises:
            Disconnected: When the caller hung up.
            Problem: 408 when nothing came for a minute.
        """
        try:
            async with asyncio.timeout(IDLE):
                message = await self.receive()
        except TimeoutError:
            raise Problem(408, "request_timeout", f"no byte of the body came for {IDLE:.0f} s; send it again") from None
        if message["type"] == "http.disconnect":
            raise CallerLeft
        self.complete = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body

    async def drop(self, limit: int, seconds: float) -> None:
        """Take in so many bytes at the most, for so long at the most, and forget them.

        A connection closed upon unread bytes is reset, and a reset can overtake the answer.
        """
        with suppress(TimeoutError, CallerLeft, Problem):
            async with asyncio.timeout(seconds):
                while not self.complete and limit > 0:
                    limit -= len(await self.chunk())


class Bodies:
    """Takes request bodies in, within the limits of `Options`.

    Args:
        options: The limits.
        spool: The folder for uploads.

    Examples:
        >>> body = await bodies.read(incoming)
        >>> bodies.release(body)
    """

    def __init__(self, options: Options, spool: Path) -> None:
        self._options = options
        self._spool = spool
        self._in_flight = 0

    async def read(self, incoming: Incoming, *, hashed: bool = True) -> ReceivedBody:
        """Read a body into memory; `release` gives its room back.

        Args:
            incoming: The body.
            hashed: Whether its hash is known and signed; otherwise it must be short.

        Raises:
            Disconnected: When the caller hung up.
            Problem: 413 when it is too long, 429 when those in flight are, 408 when it does not come.
        """
        if incoming.complete:
            return ReceivedBody()
        limit = self._options.max_body
        reason = f"the body is larger than {limit} bytes; send smaller chunks"
        if not hashed and limit > WITHOUT_HASH:
            limit = WITHOUT_HASH
            reason = f"a body of more than {limit} bytes needs its SHA-256 in the header x-amz-content-sha256"
        self._admit(incoming.length or 0, limit, reason)
        chunks: list[bytes] = []
        size = 0
        try:
            while not incoming.complete:
                chunk = await incoming.chunk()
                self._admit(len(chunk), limit - size, reason)
                chunks.append(chunk)
                size += len(chunk)
                self._in_flight += len(chunk)
        except BaseException:
            self._in_flight -= size
            raise
        return ReceivedBody(chunks[0] if len(chunks) == 1 else b"".join(chunks))

    def _admit(self, size: int, limit: int, reason: str) -> None:
        if size > limit:
            raise Problem(413, "content_too_long", reason)
        if self._in_flight + size > self._options.max_in_flight:
            busy = f"request bodies in flight have more than {self._options.max_in_flight} bytes together; try again"
            raise Problem(429, "too_many_requests", busy, {"Retry-After": "1"})

    async def spool(self, incoming: Incoming) -> ReceivedBody:
        """Write the body of an upload to a file.

        Raises:
            Disconnected: When the caller hung up.
            Problem: 413 when it is too long, 429 when the uploads on disk are, 408 when it does not come.
        """
        self._admit_upload(incoming.length or 0, incoming.length or 0)
        digest = hashlib.sha256()
        size, looked = 0, 0
        with tempfile.NamedTemporaryFile(dir=self._spool, delete=False, buffering=0) as file:
            path = Path(file.name)
            try:
                while not incoming.complete:
                    chunk = await incoming.chunk()
                    size += len(chunk)
                    if size - looked > STEP or size > self._options.max_upload:
                        self._admit_upload(size, len(chunk))
                        looked = size
                    digest.update(chunk)
                    file.write(chunk)
            except BaseException:
                path.unlink()  # noqa: ASYNC240 - one unlink of a file that was just written
                raise
        return ReceivedBody(b"", digest.hexdigest(), path)

    def _admit_upload(self, size: int, more: int) -> None:
        if size > self._options.max_upload:
            reason = f"the upload is larger than {self._options.max_upload} bytes; split the file"
            raise Problem(413, "content_too_long", reason)
        if spooled(self._spool) + more > self._options.max_spool:
            busy = f"the uploads under way have more than {self._options.max_spool} bytes together; try again"
            raise Problem(429, "too_many_requests", busy, {"Retry-After": "5"})

    def release(self, body: ReceivedBody) -> None:
        """Give the room of a body back."""
        self._in_flight -= len(body.content)
        body.discard()


def spooled(folder: Path) -> int:
    """Return the bytes of all files in a folder, those of imports that still wait included."""
    total = 0
    for file in folder.iterdir():
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total
