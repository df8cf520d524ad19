"""Multipart bodies whose files stream from where they lie."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from infino.core.errors import MissingFileError, ValidationError
from infino.runtime.call import UNSET
from infino.runtime.encode import json_text, text
from infino.runtime.model import Model

# A quarter of a megabyte: few calls for large files, little memory.
PIECE: Final = 1 << 18


class BodyPart:
    """One part of a body: bytes, a path, or a binary file object that is read from where it stands.

    Files have a name, and text has none; `seen` is called with the bytes sent so far.
    """

    def __init__(
        self,
        source: Any,
        filename: str | None = None,
        media: str = "",
        *,
        seen: Callable[[int], object] | None = None,
    ) -> None:
        self.filename, self.media, self._source, self._seen = filename, media, source, seen
        self._path = Path(source) if isinstance(source, str | os.PathLike) else None
        self.start = self._position()
        # Taken once: what the header announces is what every attempt sends, even if the file grows meanwhile.
        self.size = self._measure()

    def _position(self) -> int | None:
        """Where a source stands, if it can be put back there; a pipe that has a name cannot either."""
        if self._path is not None:
            return 0 if self._path.is_file() else None
        if isinstance(self._source, bytes | bytearray):
            return 0
        try:
            return int(self._source.tell()) if self._source.seekable() else None
        except (AttributeError, OSError):
            return None

    def _measure(self) -> int | None:
        if isinstance(self._source, bytes | bytearray):
            return len(self._source)
        if self.start is None:
            return None
        if self._path is not None:
            return self._path.stat().st_size
        end = int(self._source.seek(0, os.SEEK_END))
        self._source.seek(self.start)
        return end - self.start

    def pieces(self) -> Iterator[bytes]:
        sent, size = 0, self.size
        for piece in self._read():
            part = piece if size is None else piece[: size - sent]
            if not part:  # the file has grown
                break
            yield part
            sent += len(part)
            if self._seen is not None:
                self._seen(sent)
        if size is not None and sent < size:
            # Without its end the request is none, so the service stores nothing of it.
            raise ValidationError(f"the file became shorter while it was sent: {sent:,} of {size:,} bytes were left")

    def _read(self) -> Iterator[bytes]:
        if isinstance(self._source, bytes | bytearray):
            yield from (bytes(self._source[at : at + PIECE]) for at in range(0, len(self._source), PIECE))
        elif self._path is not None:
            with self._path.open("rb") as file:
                yield from iter(lambda: file.read(PIECE), b"")
        else:
            if self.start is not None:
                self._source.seek(self.start)
            yield from iter(lambda: _bytes(self._source.read(PIECE)), b"")


def _bytes(piece: Any) -> bytes:
    if not isinstance(piece, bytes | bytearray):
        raise ValidationError("open the file in binary mode: it gives text")
    return bytes(piece)


class Multipart:
    """The body of a multipart request (RFC 7578); each attempt reads the files from where they began."""

    def __init__(self, parts: Iterable[tuple[str, BodyPart]]) -> None:
        # A boundary of 128 random bits never occurs in a file, so that no file needs a look beforehand.
        self._boundary = f"infino-{secrets.token_hex(16)}"
        self._parts = [(self._head(name, value), value) for name, value in parts]
        self._tail = f"--{self._boundary}--\r\n".encode()
        self._used = False

    def __repr__(self) -> str:
        return f"<Multipart of {len(self._parts)} parts>"

    def _head(self, name: str, value: BodyPart) -> bytes:
        head = f'--{self._boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        if value.filename is not None:
            head += f'; filename="{_quoted(value.filename)}"'
        if value.media:
            head += f"\r\nContent-Type: {value.media}"
        # A file name may hold bytes that are not UTF-8; it is a label, so a question mark does no harm.
        return f"{head}\r\n\r\n".encode("utf-8", "replace")

    @property
    def content_type(self) -> str:
        """The media type, boundary included."""
        return f"multipart/form-data; boundary={self._boundary}"

    @property
    def length(self) -> int | None:
        """Bytes of the whole body, where they can be known."""
        total = len(self._tail)
        for head, value in self._parts:
            if value.size is None:
                return None
            total += len(head) + value.size + 2
        return total

    @property
    def replayable(self) -> bool:
        """Whether another attempt can send the same bytes; a stream that cannot go back is never sent twice."""
        return all(value.start is not None for _, value in self._parts)

    def chunks(self) -> Iterator[bytes]:
        """Open or rewind the files and give the body piece by piece."""
        if self._used and not self.replayable:
            raise ValidationError("the file object cannot go back to its start, so it cannot be sent again")
        self._used = True
        ahead = b""  # what goes out with the beginning of the next file
        for head, value in self._parts:
            ahead += head
            if value.filename is None:
                ahead += b"".join(value.pieces())
            else:
                yield ahead
                yield from value.pieces()
                ahead = b""
            ahead += b"\r\n"
        yield ahead + self._tail


_Given = Iterable[tuple[str, Any] | tuple[str, Any, str]]


def multipart(given: _Given, files: _Given) -> Multipart:
    """Build a multipart body of fields and, behind them, files, each with its media type where it has one.

    Lists repeat their name; objects and lists of lists go as JSON text.
    """
    parts: list[tuple[str, Any]] = []
    for name, value, *media in given:
        if value is None or value is UNSET:
            continue
        for item in value if isinstance(value, list | tuple) else (value,):
            if isinstance(item, Model | Mapping | list | tuple):
                parts.append((name, BodyPart(json_text(item, name).encode(), None, *(media or ["application/json"]))))
            else:
                parts.append((name, BodyPart(text(item, name).encode(), None, *media)))
    # Files last: services that read the parts as they come know the fields before the first file.
    for name, source, *media in files:
        several = source if isinstance(source, list | tuple) else () if source is None else (source,)
        parts += [(name, _file(one, name, *media)) for one in several]
    return Multipart(parts)


def _file(source: Any, name: str, media: str = "application/octet-stream") -> BodyPart:
    is_path = isinstance(source, str | os.PathLike)
    if not is_path and not isinstance(source, bytes | bytearray) and not callable(getattr(source, "read", None)):
        raise ValidationError(f"{name} must be bytes, a path or a binary file object, not {type(source).__name__}")
    if isinstance(source, io.TextIOBase) or "b" not in str(getattr(source, "mode", "b")):
        raise ValidationError(f"{name}: open the file in binary mode: open(path, 'rb')")
    if is_path and not Path(source).is_file():
        raise MissingFileError(f"{name}: there is no file {str(source)!r}; to send text itself, pass bytes")
    return BodyPart(source, Path(str(source if is_path else getattr(source, "name", name))).name, media)


def _quoted(name: str) -> str:
    # As browsers escape names and file names (WHATWG HTML, multipart/form-data); RFC 7578 leaves it open.
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
