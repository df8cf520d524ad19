"""JSON without loss: a number that a float or 64 bits would bend keeps its digits, as a `Decimal`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson

LONG = re.compile(rb"[\d.]{17}")
"""What may be a number with more digits than a float has, or an integer beyond 64 bits."""
SPACES = b" \t\r\n"
"""Left out on both sides, those within texts too: what differs by more than them still differs."""


class Spelt(Decimal):
    """A number that is written as it was spelt: `1e5` stays so, and `1e0` is no integer."""

    __slots__ = ("_spelling",)
    _spelling: str

    def __new__(cls, text: str) -> Spelt:
        made = super().__new__(cls, text)
        made._spelling = text
        return made

    def __str__(self) -> str:
        return self._spelling


class RepeatedKey(ValueError):
    """An object has two members of one name."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Duplicate field '{key}'")


class TooDeep(ValueError):
    """The JSON has more levels than can be read."""

    def __init__(self) -> None:
        super().__init__("the document is nested too deeply")


def loads(text: bytes | str) -> Any:
    """Decode JSON; integers beyond 64 bits, and numbers spelt otherwise than their float, become `Decimal`.

    Args:
        text: The JSON.

    Raises:
        orjson.JSONDecodeError: It is not JSON.
        RepeatedKey: An object has two members of one name.
        TooDeep: It has more levels than can be read.

    Examples:
        >>> loads('{"price": 1.50, "n": 3}')
        {'price': Decimal('1.50'), 'n': 3}
    """
    value = orjson.loads(text)
    if unbent(value, text.encode() if isinstance(text, str) else text):
        return value
    try:
        return json.loads(text, parse_int=_integer, parse_float=_number, object_pairs_hook=_members)
    except RecursionError:
        raise TooDeep from None


def tolerant(text: bytes | str, constant: Callable[[str], Any]) -> Any:
    """Decode JSON as the engine writes it, digit for digit.

    Args:
        text: The JSON.
        constant: What becomes of NaN and the infinities, which the engine writes bare.

    Raises:
        ValueError: It is not JSON.
        TooDeep: It has more levels than can be read.
    """
    try:
        return json.loads(text, parse_int=_integer, parse_float=_number, parse_constant=constant)
    except RecursionError:
        raise TooDeep from None


def request(value: Any, text: bytes) -> Any:
    """Return decoded JSON of a request with integers beyond 64 bits whole, and as decimals what a float would bend.

    Args:
        value: What `orjson` makes of it.
        text: The JSON.

    Examples:
        >>> request({"id": 1.1805916207174113e21}, b'{"id": 1180591620717411303424}')
        {'id': 1180591620717411303424}
    """
    if not LONG.search(text):
        return value
    try:
        return json.loads(text, parse_float=_nearest)
    except RecursionError:  # a query so deep is refused in any case
        return value


def unbent(value: Any, text: bytes) -> bool:
    """Tell whether decoded JSON is written back as it was, but for spaces: no digit, no repeated member was lost."""
    try:
        written = orjson.dumps(value)
    except orjson.JSONEncodeError:  # the encoder takes fewer levels than the decoder
        return False
    return written == text or written.translate(None, SPACES) == text.translate(None, SPACES)


def dumps(value: Any) -> bytes:
    """Encode as JSON what `loads` gave, digit for digit.

    Raises:
        TooDeep: It has more levels than can be written.

    Examples:
        >>> dumps(loads(b'{"price": 1.50}'))
        b'{"price":1.50}'
    """
    try:
        return orjson.dumps(value, default=digits)
    except orjson.JSONEncodeError as error:
        if isinstance(error.__cause__, TypeError) or "not JSON serializable" in str(error):
            raise
        raise TooDeep from None


def digits(value: Any) -> orjson.Fragment:
    """Return a `Decimal` as JSON; given to `orjson.dumps` as its `default`."""
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value).encode())
    raise TypeError(f"Type is not JSON serializable: {type(value).__name__}")


def _integer(text: str) -> int | Decimal:
    if len(text) < 19 or -(2**63) <= int(text) < 2**64:
        value = int(text)
        if value or text == "0":
            return value
    return Decimal(text)


def _number(text: str) -> float | Decimal:
    value = float(text)
    return value if repr(value) == text else Spelt(text)


def _nearest(text: str) -> float | Decimal:
    value = float(text)
    return value if Decimal(repr(value)) == Decimal(text) else Decimal(text)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise RepeatedKey(key)
            seen.add(key)
    return found
