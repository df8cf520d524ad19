"""Literals of PromQL, read as Prometheus reads them, and handed to the parser in a form that it reads alike.

The parser takes raw strings for quoted ones, and checks regular expressions by another dialect than RE2. So every
string is decoded here and written anew, and that of a regular expression as plain letters, which are turned back where
the matcher is read; and numbers lose their underscores. Source of the syntax:
https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals and the section after it.
"""

from __future__ import annotations

import math
import re

from infino.local.promql.errors import bad_query

STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`|#[^\n]*', re.DOTALL)
_DECIMAL = r"\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?(?:[eE][+-]?\d+)?"
_LITERAL = re.compile(rf"{STRING.pattern}|(?<![\w:])(?:0[xX](?:_?[0-9a-fA-F])+|{_DECIMAL})", re.DOTALL | re.ASCII)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_REGEX_OPERATOR = re.compile(r"[=!]~\s*$")
_MARK = "re"
_LONGEST_OPERATOR = 64  # characters looked at before a string, blanks included


def decode(literal: str) -> str:
    """Return the text that a literal with its quotes stands for.

    Raises:
        PromQLError: For an escape that does not exist, a line feed between quotes, or bytes that are not UTF-8.

    Examples:
        >>> decode('"\\\\141\\\\n"'), decode("`\\\\141`")
        ('a\\n', '\\\\141')
    """
    quote, inner = literal[0], literal[1:-1]
    if quote == "`":
        return inner
    if "\n" in inner:
        raise bad_query('invalid parameter "query": parse error: unterminated quoted string')
    out, at = bytearray(), 0
    for found in _ESCAPE.finditer(inner):
        out += inner[at : found.start()].encode()
        out += _escaped(found, quote)
        at = found.end()
    try:
        return (out + inner[at:].encode()).decode()
    except UnicodeDecodeError:
        shown = bytes(out).decode(errors="replace")
        raise bad_query(f'invalid label name or value "{shown}": it is not UTF-8 text') from None


def _escaped(found: re.Match[str], quote: str) -> bytes:
    byte, short, long, octal, letter = found.groups()
    if byte or (octal and int(octal, 8) < 256):
        return bytes([int(byte, 16) if byte else int(octal, 8)])
    if short or long:
        number = int(short or long, 16)
        if number < 0x110000 and not 0xD800 <= number < 0xE000:
            return chr(number).encode()
    elif letter in _SIMPLE or letter == quote:
        return _SIMPLE.get(letter, letter).encode()
    raise bad_query(f'invalid parameter "query": parse error: unknown escape sequence {found[0]!r}')


def rewritten(query: str) -> str:
    """Return a query in which every string and number is one that the parser reads as Prometheus does."""

    def anew(found: re.Match[str]) -> str:
        if found[0].startswith("#"):
            return ""
        if found[0][0].isdigit():
            number = found[0].replace("_", "")
            if "x" not in number.lower() and math.isinf(float(number)):
                raise bad_query(f'invalid parameter "query": parse error: {found[0]} is beyond a double')
            return number
        text = decode(found[0])
        if _REGEX_OPERATOR.search(query, max(0, found.start() - _LONGEST_OPERATOR), found.start()):
            return f'"{_MARK}{text.encode().hex()}"'
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'

    return _LITERAL.sub(anew, query)


def expression_of(value: str) -> str:
    """Return the regular expression that `rewritten` wrote as plain letters."""
    return bytes.fromhex(value.removeprefix(_MARK)).decode()
