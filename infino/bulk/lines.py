"""NDJSON in: checked, passed through, and not encoded again."""

from __future__ import annotations

import io
import json
import random
import re
import time
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from typing import Any

from infino.bulk.encode import Unsendable, encode_each, encode_one, escaped_id, quick_ids, take_id
from infino.bulk.options import BulkOptions
from infino.bulk.packer import Encoded, Template, joined

try:
    import orjson
except ImportError:  # no wheel for this platform: slower, but just as strict
    orjson = None  # type: ignore[assignment]  # checked before use

BLOCK = 1 << 22
MOST = 256  # lines checked at once: one that is odd costs only these a careful look
_ID = b'"_id"'
_FIRST = re.compile(rb'\{\s*"_id"\s*:\s*(?:"[^"]*"|-?[0-9]+)\s*(?:,\s*|(?=\}))')
SLOW = 0.05  # seconds of a source, after which nothing waits for more of it
_BETWEEN = random.SystemRandom().randrange(10**8, 10**9)  # no file can know it


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def loads(text: bytes) -> Any:
    """Decode JSON, and nothing that only looks like it."""
    if orjson is None:
        return json.loads(text, parse_constant=_refuse)
    try:
        return orjson.loads(text)
    except ValueError as error:
        if "infinity" not in str(error):
            raise
        return json.loads(text, parse_constant=_refuse)  # a number that is larger than any float is JSON all the same


def blocks(stream: io.BufferedReader) -> Iterator[bytes]:
    """Cut a stream into blocks of whole lines; of a slow one, such as a pipe, as they come.

    Args:
        stream: Bytes, unpacked.
    """
    parts: list[bytes] = []
    size, first = 0, True
    try:
        before = time.monotonic()
        while part := stream.read1(BLOCK):
            slow = time.monotonic() - before > SLOW
            if first:
                part, first = part.removeprefix(b"\xef\xbb\xbf"), False
            parts.append(part)
            size += len(part)
            if size >= BLOCK:
                parts.append(stream.readline())
                yield b"".join(parts)
                parts, size = [], 0
            elif slow and b"\n" in part:
                whole, end, rest = b"".join(parts).rpartition(b"\n")
                yield whole + end
                parts, size = [rest], len(rest)
            before = time.monotonic()
    except Exception:
        whole, end, _ = b"".join(parts).rpartition(b"\n")  # what came before the error, without the line it broke
        if whole:
            yield whole + end
        raise
    if parts:
        yield b"".join(parts)


def lines_of(block: bytes) -> list[bytes]:
    """Cut a block into lines, without blank ones."""
    return [stripped for line in block.split(b"\n") if (stripped := line.strip())]


def _without_id(line: bytes) -> bytes:
    """A line without its `_id`, and else as it was, digit for digit."""
    if line.count(_ID) == 1 and b"\\" not in line and (found := _FIRST.match(line)):
        return b"{" + line[found.end() :]
    record = json.loads(line, parse_float=Decimal)
    return encode_one({key: value for key, value in record.items() if key != "_id"})


class LineEncoder:
    """Checks lines and finds their ids.

    Args:
        options: Which operation, and where the id is.
    """

    def __init__(self, options: BulkOptions) -> None:
        self._op, self._id = options.op, options.id
        self._template = Template.of(options)
        # Where the document itself changes, or a function must see the record, objects are needed.
        self._rebuild = callable(self._id) or self._id == "_id" or options.op == "delete"
        self._decode = None if self._rebuild else _id_decoder(self._id)

    def encode(self, lines: list[bytes], start: int) -> Encoded:
        """Encode lines, many at once where nothing is odd about them.

        Args:
            lines: One JSON object each.
            start: Position of the first.
        """
        if len(lines) > MOST:
            parts = [self.encode(lines[at : at + MOST], start + at) for at in range(0, len(lines), MOST)]
            return joined(parts)
        ids = None if self._rebuild else self._quick(lines)
        if ids is None:
            return encode_each(self._template, lines, start, self._one, named=self._id is not None)
        return Encoded(self._template, lines, None if self._id is None else ids, range(start, start + len(lines)))

    def _quick(self, lines: list[bytes]) -> list[bytes] | None:
        """Check many lines at once and return their ids; None means: look at each."""
        try:
            if self._decode is not None:
                b"".join(lines).decode()  # what the decoder passes over it does not check for UTF-8
                found = list(map(self._decode, lines))
                return [] if self._id is None else quick_ids([line.id for line in found])
            # The number between shows that no value reaches from one line into the next.
            found = loads(b"[" + (b",%d," % _BETWEEN).join(lines) + b"]")
            records = found[::2]
            if found[1::2] != [_BETWEEN] * (len(lines) - 1) or set(map(type, records)) != {dict}:
                return None
            return [] if self._id is None else [escaped_id(record[self._id]) for record in records]
        except (ValueError, KeyError, TypeError, RecursionError):
            return None

    def _one(self, line: bytes) -> tuple[bytes, bytes]:
        record = parse_line(line)
        if isinstance(self._id, str) and isinstance(record.get(self._id), float):
            record = json.loads(line)  # orjson makes a float of a whole number beyond 64 bits
        name = b"" if self._id is None else escaped_id(take_id(self._id, record, self._op))
        if self._op == "delete":
            return b"", name
        return _without_id(line) if self._id == "_id" else line, name


def _id_decoder(name: Any) -> Any:
    """What decodes nothing of a line but the id, or None where msgspec is not installed."""
    try:
        msgspec: Any = import_module("msgspec")
    except ImportError:
        return None
    fields, renamed = ([], None) if name is None else ([("id", str | int)], {"id": name})
    try:
        return msgspec.json.Decoder(msgspec.defstruct("Line", fields, rename=renamed, gc=False)).decode
    except ValueError:  # a name that needs an escape
        return None


def parse_line(line: bytes) -> dict[str, Any]:
    """Decode one line.

    Args:
        line: One JSON object.

    Raises:
        Unsendable: It is something else.
    """
    try:
        record = loads(line)
    except ValueError as error:
        check_utf8(line)
        raise Unsendable("not_json", f"the line is not JSON: {error}") from None
    if not isinstance(record, dict):
        raise Unsendable("not_an_object", f"the line holds {type(record).__name__}, and a record is an object")
    return record


def check_utf8(line: bytes) -> None:
    """Refuse bytes that are not UTF-8, and say what to do about it.

    Args:
        line: One line.

    Raises:
        Unsendable: It is in another encoding, or broken.
    """
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"byte 0x{line[error.start]:02X} at {error.start} is not UTF-8: pass encoding=, such as 'latin-1'"
        raise Unsendable("not_utf8", reason) from None
