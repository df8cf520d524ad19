"""Any source as a file of lines, for a service that reads only some kinds of file."""

from __future__ import annotations

import io
import os
import tempfile
from typing import Any

import attrs

from infino.bulk.chunk import EncodedPiece
from infino.bulk.opening import OpenedSource, is_path
from infino.bulk.options import BulkOptions
from infino.bulk.reading import ReadOptions
from infino.bulk.source import SourceReader
from infino.core.errors import ValidationError

LIMIT = 1 << 30  # bytes of one record; nothing here is cut into requests
_AS_THEY_ARE = {"ndjson": "jsonl", "json": "json"}


@attrs.define
class Lines:
    """A file that can be sent.

    Args:
        source: What the caller gave, or a file of lines made of it.
        format: `json` or `jsonl`.
        name: Name to send with a file that was made.
    """

    source: Any
    format: str
    name: str | None = None

    def close(self) -> None:
        """Let go of a file that was made."""
        if self.name is not None:
            self.source.close()


def as_lines_file(source: Any, format: str) -> Lines:
    """Return a source as it is where it is JSON or NDJSON, else its records as lines in a temporary file.

    Args:
        source: Whatever `records.bulk` takes.
        format: A format of `ReadOptions`, or `jsonl`.

    Raises:
        ValidationError: The source is not recognised, or holds a record that JSON cannot carry.
        MissingFileError: There is no such file.
    """
    reading = ReadOptions(format="ndjson" if format == "jsonl" else format)
    if _is_pipe(source):
        if reading.format in _AS_THEY_ARE:
            return Lines(source, _AS_THEY_ARE[reading.format])
    elif is_path(source) or isinstance(source, bytes | bytearray) or hasattr(source, "seek"):
        kind = _plain_kind(source, reading)
        if kind is not None:
            return Lines(source, kind)
    made = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    try:
        for piece in SourceReader(source, BulkOptions(), reading=reading).pieces(LIMIT):
            _write(made, piece)
        made.seek(0)
    except BaseException:
        made.close()
        raise
    name = os.path.basename(str(source)) if is_path(source) else "records"
    return Lines(made, "jsonl", f"{name}.jsonl")


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
