"""The parts of a multipart body that lies on disk: small fields into memory, the file into a file of its own."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

import attrs
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from infino.local.http import Problem, illegal

LONGEST_FIELD = 64 * 1024
CHUNK = 1 << 20


@attrs.frozen
class MultipartForm:
    """The fields of an upload and its file.

    Args:
        fields: The small parts, by name.
        filename: What the caller calls the file.
        path: The file's content; whoever reads the form removes it.
    """

    fields: dict[str, str]
    filename: str
    path: Path


@attrs.define
class _PartInProgress:
    """The part that the parser is in."""

    folder: Path
    fields: dict[str, str] = attrs.field(factory=dict)
    filename: str = ""
    path: Path | None = None
    headers: dict[bytes, bytes] = attrs.field(factory=dict)
    header: bytes = b""
    name: str = ""
    text: bytes = b""
    file: BinaryIO | None = None
    ended: bool = False

    def part_begin(self) -> None:
        self.headers, self.text, self.file = {}, b"", None

    def header_field(self, data: bytes, start: int, end: int) -> None:
        # Names of headers may come in pieces, as everything here, and in any case.
        self.header += data[start:end].lower()

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.headers[self.header] = self.headers.get(self.header, b"") + data[start:end]

    def header_end(self) -> None:
        self.header = b""

    def headers_finished(self) -> None:
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        self.name = options.get(b"name", b"").decode("utf-8", "replace")
        # RFC 7578, 4.2: a file has a name; a part called `file` is one without, as some clients send it.
        if b"filename" in options or self.name == "file":
            if self.path is not None:
                raise illegal("send one file in one upload")
            self.filename = options.get(b"filename", b"").decode("utf-8", "replace")
            descriptor, name = tempfile.mkstemp(dir=self.folder, prefix="file-")
            self.file, self.path = os.fdopen(descriptor, "wb"), Path(name)

    def part_data(self, data: bytes, start: int, end: int) -> None:
        if self.file is not None:
            self.file.write(data[start:end])
        elif len(self.text) + end - start > LONGEST_FIELD:
            raise illegal(f"the field [{self.name}] is too long")
        else:
            self.text += data[start:end]

    def part_end(self) -> None:
        if self.file is not None:
            self.file.close()
        else:
            self.fields[self.name] = self.text.decode("utf-8", "replace")

    def end(self) -> None:
        self.ended = True

    def discard(self) -> None:
        """Leave nothing on disk."""
        if self.file is not None:
            with contextlib.suppress(OSError):  # on a full disk the last bytes can't be written, nor are they wanted
                self.file.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def read_form(body: Path, content_type: str) -> MultipartForm:
    """Split a multipart body.

    Args:
        body: The file with the whole body.
        content_type: The request's content type, with the boundary.

    Raises:
        Problem: 400 for what is not a complete multipart body with a file in it.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise illegal("send multipart/form-data with a boundary")
    reading = _PartInProgress(body.parent)
    callbacks = {
        "on_part_begin": reading.part_begin,
        "on_header_field": reading.header_field,
        "on_header_value": reading.header_value,
        "on_header_end": reading.header_end,
        "on_headers_finished": reading.headers_finished,
        "on_part_data": reading.part_data,
        "on_part_end": reading.part_end,
        "on_end": reading.end,
    }
    try:
        parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]  # its TypedDict omits optional keys
        with body.open("rb") as file:
            while chunk := file.read(CHUNK):
                parser.write(chunk)
        parser.finalize()
        # A body that was cut off between two parts looks whole to the parser, but for its closing boundary.
        if not reading.ended:
            raise Problem(400, "parse_exception", "the multipart body breaks off before its end")
        if reading.path is None:
            raise illegal("the part [file] is missing")
    except MultipartParseError as error:
        reading.discard()
        raise Problem(400, "parse_exception", f"the multipart body is malformed: {error}")
    except BaseException:
        reading.discard()
        raise
    return MultipartForm(reading.fields, reading.filename, reading.path)
