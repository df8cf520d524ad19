"""JSON arrays, and objects that follow each other over several lines, as blocks of lines: one element to a line.

No element is decoded and encoded again, so every digit stays. An element that is not JSON stays one line, which is
refused by its position like a line of NDJSON.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from infino.bulk.lines import BLOCK, loads
from infino.core.errors import ValidationError

# Between two objects of an array; also found within nested ones, so what it cuts is counted.
_JOINT: Final = re.compile(rb"\}\s*,\s*\{")
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_LARGEST: Final = 1 << 30  # bytes of an element; one that is larger is most likely never closed
_QUOTE, _COMMA = b'",'
_OPENING, _CLOSING = b"[{", b"]}"


def json_lines(stream: io.BufferedReader) -> Iterator[bytes]:
    """Yield the elements of a JSON text as blocks of lines.

    Args:
        stream: Bytes in UTF-8, unpacked.

    Raises:
        ValidationError: The text breaks off within an element, or goes on behind the array.
    """
    buffer = stream.read(BLOCK).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not buffer.startswith((b"[", b"{")):
        raise ValidationError("the source is neither a JSON array nor a JSON object")
    array, count = buffer.startswith(b"["), 0
    buffer = buffer[1:] if array else buffer
    while True:
        quick = _quick(buffer) if array else None
        if quick is not None:
            block, done, found = quick
            yield block
            buffer, count = buffer[done:], count + found
        else:
            lines, done, ended = _careful(buffer, array)
            if lines:
                yield b"".join(lines)
            buffer, count = buffer[done:], count + len(lines)
            if ended:
                if (buffer + stream.read(BLOCK)).strip():
                    raise ValidationError(f"there is text behind the end of the JSON array, after {count} records")
                return
        more = stream.read(max(BLOCK, len(buffer)))
        if not more:
            # What is left was looked at as a whole, unless the quick way took what stood before it.
            lines, done, ended = _careful(buffer, array)
            yield from lines
            if not ended and (array or buffer[done:].strip()):
                at = count + len(lines)
                raise ValidationError(f"the JSON text is malformed at record {at}: it breaks off before its end")
            if (rest := buffer[done:].strip()) and ended:
                raise ValidationError(f"there is text behind the end of the JSON array: {rest[:40]!r}")
            return
        buffer += more
        if len(buffer) > _LARGEST:
            raise ValidationError(f"the JSON text is malformed at record {count}: it is never closed")


def _quick(buffer: bytes) -> tuple[bytes, int, int] | None:
    """The lines of all objects but the last, how many bytes they take, and their number; None where one is odd."""
    at = len(buffer)
    while (at := buffer.rfind(b"}", 0, at)) >= 0:
        joint = _JOINT.match(buffer, at)
        if joint is not None:
            break
    else:
        return None
    body = buffer[: at + 1]
    try:
        found: list[Any] = loads(b"[" + body + b"]")
    except ValueError:
        return None
    # It is JSON, so line ends stand between tokens only.
    lines, cuts = _JOINT.subn(b"}\n{", body.strip().replace(b"\n", b" ").replace(b"\r", b" "))
    # Every joint of the array itself was cut; were another cut too, there would be more cuts than elements.
    if cuts + 1 != len(found) or set(map(type, found)) != {dict}:
        return None
    return lines + b"\n", joint.end() - 1, len(found)


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
            element = element.replace(b"\n", b" ").replace(b"\r", b" ")
    lines.append(element + b"\n")
