"""JSON as text: lines are checked and pass through; arrays and objects over several lines are cut into lines first.

Nothing is decoded and encoded again, so every digit stays. An element that is not JSON stays one line, which is refused
by its position like any other.
"""

from __future__ import annotations

import io
import json
import random
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from types import GenericAlias
from typing import Any, Final

import attrs

from infino.bulk.chunk import Encoded, Template, joined
from infino.bulk.encode import NOT_UTF8, Unsendable, encode_each, encode_one, escaped_id, quick_ids, take_id
from infino.bulk.options import BulkOptions
from infino.core import codec
from infino.core.errors import ValidationError
from infino.core.extras import optional
from infino.core.values import orjson  # None where there is no wheel: slower, but just as strict

# Large enough for few reads, small enough for several to lie in memory.
BLOCK = 1 << 18
MOST = 256  # lines checked at once where a block holds an odd one: it costs only these a careful look
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
    """Cut a stream into blocks of whole lines; of a slow one, such as a pipe, as they come."""
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
    return list(filter(None, map(bytes.strip, block.split(b"\n"))))


def _without_id(line: bytes) -> bytes:
    """A line without its `_id`, and else as it was, digit for digit."""
    if line.count(_ID) == 1 and b"\\" not in line and (found := _FIRST.match(line)):
        return b"{" + line[found.end() :]
    record = json.loads(line, parse_float=Decimal)
    return encode_one({key: value for key, value in record.items() if key != "_id"})


class LineEncoder:
    """Checks lines and finds their ids."""

    def __init__(self, options: BulkOptions) -> None:
        self._op, self._id = options.op, options.id
        self._template = Template.of(options)
        # Where the document itself changes, or a function must see the record, objects are needed.
        self._rebuild = callable(self._id) or self._id == "_id" or options.op == "delete"
        self._decode = None if self._rebuild else _id_decoder(self._id)

    def encode(self, lines: list[bytes], start: int) -> Encoded:
        """Encode lines, many at once where nothing is odd about them."""
        ids = None if self._rebuild else self._quick(lines)
        if ids is None and len(lines) > MOST:
            parts = [self.encode(lines[at : at + MOST], start + at) for at in range(0, len(lines), MOST)]
            return joined(parts)
        if ids is None:
            return encode_each(self._template, lines, start, self._one, named=self._id is not None)
        return Encoded(self._template, lines, None if self._id is None else ids, range(start, start + len(lines)))

    def _quick(self, lines: list[bytes]) -> list[bytes] | None:
        """Check many lines at once and return their ids; None means: look at each."""
        try:
            if self._decode is not None:
                text = b"".join(lines)
                if not text.isascii():
                    text.decode()  # what the decoder passes over it does not check for UTF-8
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
    """What decodes nothing of a line but the id, or None where that cannot be had."""
    msgspec = optional("msgspec")
    if msgspec is None:
        return None
    fields, renamed = ([], None) if name is None else ([("id", str | int)], {"id": name})
    try:
        return msgspec.json.Decoder(msgspec.defstruct("Line", fields, rename=renamed, gc=False)).decode
    except ValueError:  # a name that needs an escape
        return None


def parse_line(line: bytes) -> dict[str, Any]:
    """Decode one line, which must hold an object."""
    try:
        record = loads(line)
    except ValueError as error:
        check_utf8(line)
        raise Unsendable("not_json", f"the line is not JSON: {error}") from None
    if not isinstance(record, dict):
        raise Unsendable("not_an_object", f"the line holds {type(record).__name__}, and a record is an object")
    return record


def check_utf8(line: bytes) -> None:
    """Refuse bytes that are not UTF-8, and say what to do about it."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"byte 0x{line[error.start]:02X} at {error.start} {NOT_UTF8}"
        raise Unsendable("not_utf8", reason) from None


# Between two objects of an array; also found within nested ones, so what it cuts is counted.
_JOINT: Final = re.compile(rb"\}\s*,\s*\{")
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_LARGEST: Final = 1 << 30  # bytes of an element; one that is larger is most likely never closed
_QUOTE, _COMMA = b'",'
_OPENING, _CLOSING = b"[{", b"]}"


def goes_on(first: bytes, rest: bytes) -> bool:
    """Tell whether the first object of a text takes more than its first line.

    A line that broke off is told from one that goes on by the next, which then begins a record of its own.
    """
    marks = [found[0] for found in _TOKEN.findall(first)]
    opened = sum(map(marks.count, _OPENING)) > sum(map(marks.count, _CLOSING))
    unfinished = first.rstrip().endswith((b"{", b"[", b",", b":"))
    behind = rest.lstrip()[:1]
    return opened and (unfinished or behind not in (b"", b"{"))


def json_lines(stream: io.BufferedReader) -> Iterator[list[bytes]]:
    """Yield the elements of a JSON text as lines, many at once."""
    buffer = stream.read(BLOCK).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not buffer.startswith((b"[", b"{")):
        raise ValidationError("the source is neither a JSON array nor a JSON object")
    array, count, decode = buffer.startswith(b"["), 0, _raw_decoder()
    buffer = buffer[1:] if array else buffer
    while True:
        quick = _quick(buffer, decode) if array else None
        if quick is not None:
            lines, done = quick
            yield lines
            buffer, count = buffer[done:], count + len(lines)
        else:
            lines, done, ended = _careful(buffer, array)
            if lines:
                yield lines
            buffer, count = buffer[done:], count + len(lines)
            if ended:
                if (buffer + stream.read(BLOCK)).strip():
                    raise ValidationError(f"there is text behind the end of the JSON array, after {count} records")
                return
        # Doubling keeps the time linear for an element that spans many blocks.
        more = stream.read(max(BLOCK, len(buffer)))
        if not more:
            # What is left was looked at as a whole, unless the quick way took what stood before it.
            lines, done, ended = _careful(buffer, array)
            yield lines
            if not ended and (array or buffer[done:].strip()):
                at = count + len(lines)
                raise ValidationError(f"the JSON text is malformed at record {at}: it breaks off before its end")
            if (rest := buffer[done:].strip()) and ended:
                raise ValidationError(f"there is text behind the end of the JSON array: {rest[:40]!r}")
            return
        buffer += more
        if len(buffer) > _LARGEST:
            raise ValidationError(f"the JSON text is malformed at record {count}: it is never closed")


def _raw_decoder() -> Any:
    """What cuts an array into its elements without decoding them, or None where msgspec is not installed."""
    msgspec = optional("msgspec")
    return None if msgspec is None else msgspec.json.Decoder(GenericAlias(list, (msgspec.Raw,))).decode


def _quick(buffer: bytes, decode: Any) -> tuple[list[bytes], int] | None:
    """All objects but the last as lines, and how many bytes they take; None where one is odd."""
    at = len(buffer)
    while (at := buffer.rfind(b"}", 0, at)) >= 0:
        joint = _JOINT.match(buffer, at)
        if joint is not None:
            break
    else:
        return None
    body, done = buffer[: at + 1].strip(), joint.end() - 1
    try:
        found: list[Any] = (decode or loads)(b"[" + body + b"]")
    except (ValueError, RecursionError):
        return None
    # It is JSON, so line ends stand between tokens only.
    if decode is not None:
        lines = list(map(bytes, found))
        return ([_flat(line) for line in lines] if b"\n" in body or b"\r" in body else lines), done
    lines = _JOINT.sub(b"}\n{", _flat(body)).split(b"\n")
    # Every joint of the array itself was cut; were another cut too, there would be more lines than elements.
    return (lines, done) if len(lines) == len(found) and set(map(type, found)) == {dict} else None


def _flat(text: bytes) -> bytes:
    return text.replace(b"\n", b" ").replace(b"\r", b" ")


def _careful(text: bytes, array: bool) -> tuple[list[bytes], int, bool]:
    """The elements that are complete, how many bytes they take, and whether the array ended."""
    lines: list[bytes] = []
    start = depth = 0
    for token in _TOKEN.finditer(text):
        mark = text[token.start()]
        if mark == _QUOTE:
            if token.end() - token.start() == 1:
                break  # a string that goes on behind what was read
        elif mark in _OPENING:
            depth += 1
        elif mark == _COMMA:
            if array and depth == 0:
                _add(lines, text[start : token.start()])
                start = token.end()
        elif depth == 0 and array:
            _add(lines, text[start : token.start()])
            return lines, token.end(), True
        else:
            depth = max(depth - 1, 0)
            if depth == 0 and not array:
                _add(lines, text[start : token.end()])
                start = token.end()
    return lines, start, False


def _add(lines: list[bytes], element: bytes) -> None:
    element = element.strip()
    if not element:
        return
    if b"\n" in element or b"\r" in element:
        try:
            loads(element)
        except ValueError:
            # Not to be mended by accident: a vertical tab is allowed nowhere in JSON.
            element = element.replace(b"\n", b"\x0b").replace(b"\r", b"\x0b")
        else:
            element = _flat(element)
    lines.append(element)


# Action lines that a caller brings along, and dead letters that come back

ACTIONS = ("index", "create", "update", "delete")
DEAD_LETTER = b'{"_dead_letter":'
# What Elasticsearch takes beside the action; anything else makes the line a document that happens to look like one.
METADATA = {"_id", "_index", "_type", "routing", "_routing", "version", "_version", "retry_on_conflict", "pipeline"}
_WHOLE = Template(b"", b"", b"\n")


def looks_ready(line: bytes) -> bool:
    """Return whether a line is an action line or a dead letter rather than a document."""
    if line.startswith(DEAD_LETTER):
        return True
    try:
        record = codec.loads(line)
    except ValueError:
        return False
    if not isinstance(record, dict) or len(record) != 1:
        return False
    action, metadata = next(iter(record.items()))
    return action in ACTIONS and isinstance(metadata, dict) and metadata.keys() <= METADATA


def as_lines(elements: Iterable[Any]) -> list[bytes | Unsendable]:
    """Turn text, bytes and objects into lines; what has no JSON form stands as its error in its place."""
    lines: list[bytes | Unsendable] = []
    for element in elements:
        if isinstance(element, str):
            # A lone surrogate is passed on, to be refused by its position like any other record.
            element = element.encode("utf-8", "surrogatepass")
        if isinstance(element, bytes | bytearray):
            lines += [stripped for line in bytes(element).split(b"\n") if (stripped := line.strip())]
        else:
            try:
                lines.append(encode_one(element))
            except Unsendable as error:
                lines.append(error)
    return lines


@attrs.frozen
class Action:
    """An action with its document."""

    action: str
    metadata: dict[str, Any]
    document: bytes = b""


class ActionReader:
    """Pairs action lines with the documents behind them, also across batches."""

    def __init__(self) -> None:
        self._open: Action | Unsendable | None = None

    def pair(self, lines: Sequence[bytes | Unsendable]) -> list[Action | Unsendable]:
        """Return the records that are complete with these lines, or why one is none."""
        found: list[Action | Unsendable] = []
        for line in lines:
            try:
                if (action := self._take(line)) is not None:
                    found.append(action)
            except Unsendable as error:
                found.append(error)
        return found

    def rest(self) -> list[Action | Unsendable]:
        """Refuse an action that has no document."""
        waiting, self._open = self._open, None
        return [] if waiting is None else [Unsendable("no_document", "the source ends behind an action line")]

    def _take(self, line: bytes | Unsendable) -> Action | None:
        """Take a line; return the action once all of it is there."""
        if self._open is not None:
            waiting, self._open = self._open, None
            if isinstance(waiting, Unsendable):
                raise waiting
            if isinstance(line, Unsendable):
                raise line
            parse_line(line)
            return attrs.evolve(waiting, document=line)
        if isinstance(line, Unsendable):
            self._open = line  # refused with the document behind it
            return None
        record = parse_line(line)
        if line.startswith(DEAD_LETTER):
            return _letter(line)
        action, metadata = next(iter(record.items()), ("", None))
        if len(record) != 1 or action not in ACTIONS or not isinstance(metadata, dict):
            raise Unsendable("not_an_action", f'{line[:80]!r} is not an action line such as {{"index":{{}}}}')
        if action == "delete":
            return Action(action, metadata)
        self._open = Action(action, metadata)
        return None


def _letter(line: bytes) -> Action:
    """Cut a dead letter at its keys, so that the document stays as it was, byte for byte."""
    action_line, _, document = line.partition(b',"action":')[2].partition(b',"document":')
    found = codec.loads(action_line) if action_line and document else None
    action, metadata = next(iter(found.items()), ("", None)) if isinstance(found, dict) else ("", None)
    if action not in ACTIONS or not isinstance(metadata, dict):
        raise Unsendable("not_an_action", "the dead letter holds no record that could be sent again")
    return Action(action, metadata, document[:-1])


def encode_actions(records: Sequence[Action | Unsendable], start: int) -> Encoded:
    """Encode actions as they came, the id first."""
    return encode_each(_WHOLE, records, start, _encode_action)


def _encode_action(record: Action | Unsendable) -> tuple[bytes, bytes]:
    if isinstance(record, Unsendable):
        raise record
    name = record.metadata.get("_id")
    if name is None and record.action in ("update", "delete"):
        raise Unsendable("no_id", f"{record.action} needs an _id")
    identity = b"" if name is None else escaped_id(name)
    others = codec.dumps({key: value for key, value in record.metadata.items() if key != "_id"})[1:-1]
    head = b'"_id":"' + identity + b'"' if identity else b""
    line = b'{"%s":{%s%s%s}}' % (record.action.encode(), head, b"," if head and others else b"", others)
    return line if record.action == "delete" else line + b"\n" + record.document, identity
