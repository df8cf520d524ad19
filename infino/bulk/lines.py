"""NDJSON in: checked, passed through, and not encoded again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from infino.bulk.columns import native_ids
from infino.bulk.encode import Encoded, Encoder, Unsendable, encode_one, escaped_id, take_id
from infino.bulk.options import BulkOptions
from infino.core import codec

try:
    import sqlite3
except ImportError:  # a Python built without it: objects are built to check the lines
    sqlite3 = None  # type: ignore[assignment]  # checked before use

BLOCK = 1 << 20


def blocks(stream: io.BufferedReader) -> Iterator[list[bytes]]:
    """Cut a stream into lists of lines, without their LF and without blank lines.

    Args:
        stream: Bytes, unpacked.
    """
    rest: list[bytes] = []
    first = True
    while block := stream.read1(BLOCK):
        if first:
            block, first = block.removeprefix(b"\xef\xbb\xbf"), False
        end = block.rfind(b"\n")
        if end < 0:
            rest.append(block)
            continue
        rest.append(block[:end])
        lines = b"".join(rest).split(b"\n")
        rest = [block[end + 1 :]]
        yield _tidy(lines)
    last = b"".join(rest)
    if last:
        yield _tidy([last])


def _tidy(lines: list[bytes]) -> list[bytes]:
    joined_ends = {line[-1:] for line in lines}
    if joined_ends == {b"}"} and {line[:1] for line in lines} == {b"{"}:
        return lines
    return [stripped for line in lines if (stripped := line.strip())]


class LineEncoder:
    """Checks lines and finds their ids.

    Args:
        options: Which operation, and where the id is.
    """

    def __init__(self, options: BulkOptions) -> None:
        self._options = options
        self._objects = Encoder(options)
        self._id = options.id
        self._checker = _Checker()
        # Where the document itself changes, or a function must see the record, objects are needed.
        self._rebuild = callable(self._id) or self._id == "_id" or options.op == "delete"

    def encode(self, lines: list[bytes], start: int) -> Encoded:
        """Encode a batch of lines.

        Args:
            lines: One JSON object each.
            start: Position of the first.
        """
        if not self._rebuild:
            if self._id is None:
                if self._checker.all_objects(lines):
                    return Encoded(lines, None, range(start, start + len(lines)))
            else:
                ids = native_ids(lines, str(self._id)) or self._loaded_ids(lines)
                if ids is not None:
                    return Encoded(lines, ids, range(start, start + len(lines)))
        return self._careful(lines, start)

    def _loaded_ids(self, lines: list[bytes]) -> list[bytes] | None:
        try:
            records = codec.loads(b"[" + b",".join(lines) + b"]")
            if len(records) != len(lines) or set(map(type, records)) != {dict}:
                return None
            return [escaped_id(record[self._id]) for record in records]
        except (ValueError, KeyError, TypeError):
            return None

    def _careful(self, lines: list[bytes], start: int) -> Encoded:
        positions: list[int] = []
        found = Encoded([], None if self._id is None else [], positions)
        for position, line in enumerate(lines, start):
            try:
                record = parse_line(line)
                if self._id is not None and found.ids is not None:
                    found.ids.append(escaped_id(take_id(self._id, record, self._options.op)))
            except Unsendable as error:
                found.failures.append((position, error.code, str(error)))
                continue
            found.texts.append(self._text(line, record))
            positions.append(position)
        return found

    def _text(self, line: bytes, record: Any) -> bytes:
        if self._options.op == "delete":
            return b""
        if self._id == "_id":
            return encode_one({key: value for key, value in record.items() if key != "_id"})
        return line


def parse_line(line: bytes) -> dict[str, Any]:
    """Decode one line.

    Args:
        line: One JSON object.

    Raises:
        Unsendable: It is something else.
    """
    try:
        record = codec.loads(line)
    except ValueError as error:
        raise Unsendable("not_json", f"the line is not JSON: {error}") from None
    if not isinstance(record, dict):
        raise Unsendable("not_an_object", f"the line holds {type(record).__name__}, and a record is an object")
    return record


class _Checker:
    """Checks many lines in one go, outside the interpreter lock where SQLite is there."""

    def __init__(self) -> None:
        self._connection: Any = None

    def all_objects(self, lines: list[bytes]) -> bool:
        """Return whether every line certainly is one JSON object; False means: look at each."""
        if not all(line[:1] == b"{" and line[-1:] == b"}" for line in lines):
            return False
        try:
            text = (b"[" + b",".join(lines) + b"]").decode("utf-8")
        except UnicodeDecodeError:
            return False
        if sqlite3 is None:
            return self._by_objects(text, len(lines))
        if self._connection is None:
            self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        try:
            # Strict first: the functions themselves would also take JSON5.
            query = "SELECT CASE WHEN json_valid(?1) THEN json_array_length(?1) END"
            return bool(self._connection.execute(query, (text,)).fetchone()[0] == len(lines))
        except sqlite3.Error:
            return self._by_objects(text, len(lines))

    @staticmethod
    def _by_objects(text: str, count: int) -> bool:
        try:
            return len(codec.loads(text)) == count
        except ValueError:
            return False

    def __del__(self) -> None:
        if self._connection is not None:
            self._connection.close()
