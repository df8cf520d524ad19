"""A file as a multipart body that streams from disk, and any source as a file for a service that reads only lines."""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import attrs

from infino.bulk.chunk import EncodedPiece
from infino.bulk.opening import OpenedSource, check_path, is_path
from infino.bulk.options import BulkOptions, Format, ReadOptions
from infino.bulk.source import SourceReader
from infino.core.errors import ValidationError

PIECE = 1 << 18
TYPES = {"json": "application/json", "jsonl": "application/x-ndjson", "csv": "text/csv"}
_BY_SUFFIX = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}


def refuse_text_mode(source: Any) -> None:
    """Refuse a file that gives text where its bytes are sent."""
    mode = getattr(source, "mode", "b")
    if isinstance(mode, str) and "b" not in mode:
        raise ValidationError("open the file in binary mode: open(path, 'rb')")


class FileBody:
    """The body of a file upload; each attempt reads the file from where it began.

    `seen` is called with the bytes of the file sent so far; `name` is for a source that does not know its own.
    """

    def __init__(
        self,
        source: Any,
        fields: Mapping[str, str],
        format: str,
        seen: Callable[[int], object] | None = None,
        name: str | None = None,
    ) -> None:
        self._source, self._seen = source, seen
        self._path = check_path(source) if is_path(source) else None
        if self._path is None and not isinstance(source, bytes | bytearray) and not hasattr(source, "read"):
            raise ValidationError(f"a file is a path, bytes or a binary file object, not {type(source).__name__}")
        refuse_text_mode(source)
        self._start = self._position()
        # Taken once: what the header announces is what every attempt sends, even if the file grows meanwhile.
        self.file_size = self._measure()
        self._used = False
        name = name or (
            self._path.name if self._path is not None else Path(str(getattr(source, "name", "upload"))).name
        )
        # A boundary of 128 random bits never occurs in the file, so the file needs no look beforehand.
        self._boundary = f"infino-{secrets.token_hex(16)}"
        kind = _BY_SUFFIX.get(Path(name).suffix.lower()) if format == "auto" else format
        self._head = self._preamble(fields, name, TYPES.get(kind or "", "application/octet-stream"))
        self._tail = f"\r\n--{self._boundary}--\r\n".encode()

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

    def _preamble(self, fields: Mapping[str, str], name: str, media_type: str) -> bytes:
        parts = [
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        parts.append(
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="file"; filename="{_quoted(name)}"\r\n'
            f"Content-Type: {media_type}\r\n\r\n"
        )
        return "".join(parts).encode("utf-8", "replace")

    @property
    def content_type(self) -> str:
        """The media type, boundary included."""
        return f"multipart/form-data; boundary={self._boundary}"

    def _measure(self) -> int | None:
        """Bytes of the file, where they can be known."""
        if isinstance(self._source, bytes | bytearray):
            return len(self._source)
        if self._start is None:
            return None
        if self._path is not None:
            return os.path.getsize(self._path)
        end = self._source.seek(0, os.SEEK_END)
        self._source.seek(self._start)
        return int(end) - self._start

    @property
    def length(self) -> int | None:
        """Bytes of the whole body, where they can be known."""
        size = self.file_size
        return None if size is None else len(self._head) + size + len(self._tail)

    @property
    def replayable(self) -> bool:
        """Whether another attempt can send the same bytes; a stream that cannot go back is never sent twice."""
        return self._start is not None

    def chunks(self) -> Iterator[bytes]:
        """Open or rewind the file and give the body piece by piece."""
        if self._used and not self.replayable:
            raise ValidationError("the file object cannot go back to its start, so it cannot be sent again")
        self._used = True
        yield self._head
        sent, size = 0, self.file_size
        for piece in self._pieces():
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
        yield self._tail

    def _pieces(self) -> Iterator[bytes]:
        if isinstance(self._source, bytes | bytearray):
            yield from (bytes(self._source[at : at + PIECE]) for at in range(0, len(self._source), PIECE))
            return
        if self._path is not None:
            with self._path.open("rb") as file:
                yield from iter(lambda: file.read(PIECE), b"")
            return
        if self._start is not None:
            self._source.seek(self._start)
        yield from iter(lambda: _bytes(self._source.read(PIECE)), b"")


def _bytes(piece: Any) -> bytes:
    if not isinstance(piece, bytes | bytearray):
        raise ValidationError("open the file in binary mode: it gives text")
    return bytes(piece)


def _quoted(name: str) -> str:
    """Escape a file name as browsers do, so that it cannot end its header."""
    return name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


LIMIT = 1 << 30  # bytes of one record; nothing here is cut into requests
_AS_THEY_ARE = {"ndjson": "jsonl", "json": "json"}


@attrs.define
class LinesFile:
    """A file that can be sent: what the caller gave, or, with a `name`, a file of lines made of it."""

    source: Any
    format: str
    name: str | None = None

    def close(self) -> None:
        """Let go of a file that was made."""
        if self.name is not None:
            self.source.close()


def as_lines_file(source: Any, format: Format | Literal["jsonl"]) -> LinesFile:
    """Return a source as it is where it is JSON or NDJSON, else its records as lines in a temporary file."""
    reading = ReadOptions(format="ndjson" if format == "jsonl" else format)
    if _is_pipe(source):
        if reading.format in _AS_THEY_ARE:
            return LinesFile(source, _AS_THEY_ARE[reading.format])
    elif is_path(source) or isinstance(source, bytes | bytearray) or hasattr(source, "seek"):
        kind = _plain_kind(source, reading)
        if kind is not None:
            return LinesFile(source, kind)
    made = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    try:
        for piece in SourceReader(source, BulkOptions(), reading=reading).pieces(LIMIT):
            _write(made, piece)
        made.seek(0)
    except BaseException:
        made.close()
        raise
    name = os.path.basename(str(source)) if is_path(source) else "records"
    return LinesFile(made, "jsonl", f"{name}.jsonl")


def _write(made: Any, piece: EncodedPiece) -> None:
    if piece.rejections:
        raise ValidationError(piece.rejections[0].reason, operation="files.upload")
    lines = piece.body.split(b"\n")
    made.writelines(line + b"\n" for line in lines[1::2])


def _is_pipe(source: Any) -> bool:
    """Whether a look at the first bytes would take them away."""
    if is_path(source):
        return os.path.exists(source) and not os.path.isfile(source) and not os.path.isdir(source)
    if not hasattr(source, "read"):
        return False
    try:
        return not source.seekable()
    except (AttributeError, OSError):
        return True


def _plain_kind(source: Any, reading: ReadOptions) -> str | None:
    """The format to tell the service, where it can read the file as it is."""
    if is_path(source) and not os.path.isfile(source):
        return None
    start = source.tell() if hasattr(source, "seek") else None
    try:
        with OpenedSource(source, reading) as opened:
            plain = not opened.packed and opened.stream is opened.raw
            return _AS_THEY_ARE.get(opened.kind) if plain else None
    finally:
        if start is not None:
            source.seek(start, io.SEEK_SET)
