"""Multipart bodies whose files stream from where they lie."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from infino.core.errors import MissingFileError, ValidationError
from infino.runtime.encode import json_text, text
from infino.runtime.model import Model
from infino.runtime.unset import UNSET

PIECE: Final = 1 << 18


class _File:
    """One file of a body: its bytes, its path, or a binary file object that is read from where it stands."""

    def __init__(self, source: Any, name: str, media: str = "application/octet-stream") -> None:
        self.media = media
        self.path = Path(source) if isinstance(source, str | os.PathLike) else None
        if (
            self.path is None
            and not isinstance(source, bytes | bytearray)
            and not callable(getattr(source, "read", None))
        ):
            raise ValidationError(f"{name} must be bytes, a path or a binary file object, not {type(source).__name__}")
        if isinstance(source, io.TextIOBase) or "b" not in str(getattr(source, "mode", "b")):
            raise ValidationError(f"{name}: open the file in binary mode: open(path, 'rb')")
        if self.path is not None and not self.path.is_file():
            raise MissingFileError(f"{name}: there is no file {str(self.path)!r}; to send text itself, pass bytes")
        self.source: Any = source
        self.used = False
        self.filename = self.path.name if self.path else Path(str(getattr(source, "name", name))).name
        self.start = self._position()
        # Taken once: what the header announces is what every attempt sends, even if the file grows meanwhile.
        self.size = self._measure()

    def _position(self) -> int | None:
        if self.path is not None or isinstance(self.source, bytes | bytearray):
            return 0
        try:
            return int(self.source.tell()) if self.source.seekable() else None
        except (AttributeError, OSError):
            return None

    def _measure(self) -> int | None:
        if isinstance(self.source, bytes | bytearray):
            return len(self.source)
        if self.path is not None:
            return self.path.stat().st_size
        if self.start is None:
            return None
        end = int(self.source.seek(0, os.SEEK_END))
        self.source.seek(self.start)
        return end - self.start

    def pieces(self) -> Iterator[bytes]:
        if isinstance(self.source, bytes | bytearray):
            yield bytes(self.source)
        elif self.path is not None:
            with self.path.open("rb") as file:
                yield from self._read(file)
        else:
            if self.start is not None:
                self.source.seek(self.start)
            elif self.used:
                raise ValidationError("the file object cannot go back to its start, so it cannot be sent again")
            self.used = True
            yield from self._read(self.source)

    def _read(self, file: Any) -> Iterator[bytes]:
        left = self.size
        while left is None or left > 0:
            piece = file.read(PIECE if left is None else min(PIECE, left))
            if not piece:
                return
            if left is not None:
                left -= len(piece)
            yield piece


class Multipart:
    """The body of a multipart request (RFC 7578); each attempt reads the files from where they began."""

    def __init__(self, parts: Iterable[tuple[str, Any]]) -> None:
        # A boundary of 128 random bits never occurs in a file, so that no file needs a look beforehand.
        self._boundary = f"infino-{secrets.token_hex(16)}"
        self._parts = [(self._head(name, value), value) for name, value in parts]
        self._tail = f"--{self._boundary}--\r\n".encode()

    def __repr__(self) -> str:
        return f"<Multipart of {len(self._parts)} parts>"

    def _head(self, name: str, value: Any) -> bytes:
        head = f'--{self._boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        if isinstance(value, _File):
            head += f'; filename="{_quoted(value.filename)}"\r\nContent-Type: {value.media}'
        elif value.media:
            head += f"\r\nContent-Type: {value.media}"
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
            size = value.size if isinstance(value, _File) else len(value.content)
            if size is None:
                return None
            total += len(head) + size + 2
        return total

    @property
    def replayable(self) -> bool:
        """Whether another attempt can send the same bytes; a stream that cannot go back is never sent twice."""
        return all(value.start is not None for _, value in self._parts if isinstance(value, _File))

    def chunks(self) -> Iterator[bytes]:
        """Open or rewind the files and give the body piece by piece."""
        for head, value in self._parts:
            yield head
            if isinstance(value, _File):
                yield from value.pieces()
            else:
                yield value.content
            yield b"\r\n"
        yield self._tail


class _TextPart(NamedTuple):
    """A part that is text, with its media type where it has one of its own."""

    content: bytes
    media: str


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
                parts.append((name, _TextPart(json_text(item, name).encode(), *(media or ["application/json"]))))
            else:
                parts.append((name, _TextPart(text(item, name).encode(), *(media or [""]))))
    for name, source, *media in files:
        several = source if isinstance(source, list | tuple) else () if source is None else (source,)
        parts += [(name, _File(one, name, *media)) for one in several]
    return Multipart(parts)


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
