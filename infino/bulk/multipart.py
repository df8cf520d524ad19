"""A file as a multipart body that streams from disk, and any source as a file for a service that reads only lines."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import attrs

from infino.bulk.chunk import EncodedPiece
from infino.bulk.opening import OpenedSource, check_path, is_path
from infino.bulk.options import BulkOptions, Format, ReadOptions
from infino.bulk.source import SourceReader
from infino.core.errors import ValidationError
from infino.runtime.multipart import BodyPart, Multipart

TYPES = {"json": "application/json", "jsonl": "application/x-ndjson", "csv": "text/csv"}
_BY_SUFFIX = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}


def refuse_text_mode(source: Any) -> None:
    """Refuse a file that gives text where its bytes are sent."""
    mode = getattr(source, "mode", "b")
    if isinstance(mode, str) and "b" not in mode:
        raise ValidationError("open the file in binary mode: open(path, 'rb')")


class FileBody(Multipart):
    """The body of a file upload.

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
        path = check_path(source) if is_path(source) else None
        if path is None and not isinstance(source, bytes | bytearray) and not hasattr(source, "read"):
            raise ValidationError(f"a file is a path, bytes or a binary file object, not {type(source).__name__}")
        refuse_text_mode(source)
        name = name or Path(str(getattr(source, "name", "upload") if path is None else path)).name
        kind = _BY_SUFFIX.get(Path(name).suffix.lower()) if format == "auto" else format
        media = TYPES.get(kind or "", "application/octet-stream")
        file = BodyPart(source if path is None else path, name.replace("\\", "\\\\"), media, seen=seen)
        super().__init__(
            [*((key, BodyPart(value.encode("utf-8", "replace"))) for key, value in fields.items()), ("file", file)]
        )
        self.file_size = file.size


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
    # Only the documents: the import has no action lines.
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
