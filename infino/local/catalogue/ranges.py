"""Ranges as values of documents: both ends of each, included, as the engine compares them.

Source: Elasticsearch's reference, "Range field types".
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from infino.local.catalogue.sortable import network_of, place_of
from infino.local.http import Problem
from infino.local.values.dates import DEFAULT_FORMAT, DateContext, read_date

RANGE_ENDS = "range_ends"
"""The name of the function `range_ends` in SQL."""
NOW = datetime(2000, 1, 1, tzinfo=UTC)
"""What `now` means in a stored date; such a text is refused before it is read."""
MIDDLE = 2**127
"""What is taken from the place of an address, so that the engine's widest integer holds it."""
EXTREMES: Mapping[str, tuple[float, float]] = {
    "integer_range": (-(2**31), 2**31 - 1), "long_range": (-(2**63), 2**63 - 1), "date_range": (-(2**63), 2**63 - 1),
    "float_range": (-math.inf, math.inf), "double_range": (-math.inf, math.inf), "ip_range": (-MIDDLE, MIDDLE - 1),
}  # fmt: skip
"""Type -> what stands for open ends."""
RANGES = EXTREMES.keys()
FLOATS = frozenset({"float_range", "double_range"})
LEAST_FLOAT = 2.0**-149
SIDES = {"gte": (0, 0), "gt": (0, 1), "lte": (1, 0), "lt": (1, -1)}
"""Member of a range -> which end it sets, and which way the nearest value inside lies."""


def ends_type(kind: str) -> str:
    """Return the SQL type of the ends of a type of ranges."""
    return "double" if kind in FLOATS else "hugeint"


def ends_of(
    kind: str, given: Mapping[str, Any], options: Mapping[str, Any], dates: DateContext | None = None
) -> tuple[float, float]:
    """Return the first and the last value of a range.

    Args:
        kind: Such as `integer_range`.
        given: Its ends: `gte` or `gt`, `lte` or `lt`; one that is left out or null is open.
        options: The parameters of the field.
        dates: How a request reads dates; by default, those of documents.

    Raises:
        ValueError: Some end does not fit.

    Examples:
        >>> ends_of("integer_range", {"gte": 10, "lt": 20}, {})
        (10, 19)
    """
    ends = list(EXTREMES[kind])
    for name, value in given.items():
        if name not in SIDES:
            raise ValueError(f"there is no [{name}] in a range")
        if value is not None:
            side, way = SIDES[name]
            ends[side] = _beside(kind, _end(kind, name, value, options, dates), way)
    return ends[0], ends[1]


def _end(kind: str, name: str, value: Any, options: Mapping[str, Any], dates: DateContext | None) -> float:
    if isinstance(value, dict | list | bool):
        raise ValueError(f"[{name}] must be a value")
    if kind == "ip_range":
        return place_of(str(value)) - MIDDLE
    if kind == "date_range":
        context = dates or DateContext(NOW, format=str(options.get("format") or DEFAULT_FORMAT))
        if dates is None and isinstance(value, str) and ("||" in value or value.startswith("now")):
            raise ValueError("a stored date takes no date math")
        try:
            return read_date(value, context, up=name in ("lte", "gt"))
        except Problem as problem:
            raise ValueError(problem.reason) from None
    if isinstance(value, str) and options.get("coerce", True) not in (True, "true"):
        raise ValueError("a text is not a number while coerce is false")
    return _fraction(kind, value) if kind in FLOATS else _whole(kind, value, options)


def _whole(kind: str, value: Any, options: Mapping[str, Any]) -> int:
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,40}\s*", value):
        value = int(value)
    number = float(value) if isinstance(value, str) else value
    if number != number // 1 and options.get("coerce", True) not in (True, "true"):
        raise ValueError(f"[{value}] has a fraction while coerce is false")
    low, high = EXTREMES[kind]
    if not low <= number <= high:
        raise ValueError(f"[{value}] is out of range ({low} to {high})")
    return int(number)


def _fraction(kind: str, value: Any) -> float:
    number = float(value)
    try:
        if math.isfinite(number):
            return number if kind == "double_range" else float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        pass
    raise ValueError(f"[{value}] is out of range")


def _beside(kind: str, end: float, way: int) -> float:
    """Return the value next to one, or the value itself."""
    if kind not in FLOATS or not way:
        return end + way
    if kind == "double_range":
        return math.nextafter(end, way * math.inf)
    if end == 0:
        return way * LEAST_FLOAT
    (bits,) = struct.unpack("<i", struct.pack("<f", end))
    return float(struct.unpack("<f", struct.pack("<i", bits + (way if end > 0 else -way)))[0])


def document_range(kind: str, value: Any, options: Mapping[str, Any]) -> tuple[float, float]:
    """Return the first and the last value of a document's range.

    Raises:
        ValueError: It is none.
    """
    if isinstance(value, str) and kind == "ip_range":
        first, last = network_of(value)
        return first - MIDDLE, last - MIDDLE
    if not isinstance(value, dict):
        raise ValueError("it is not an object with gte or gt, lte or lt")
    low, high = ends_of(kind, value, options)
    if low > high:
        raise ValueError("its first value comes after its last one")
    return low, high


def range_ends(spec: str, text: str | None) -> list[str] | None:
    """Return the ends of a document's range as texts, or None where it is none.

    Args:
        spec: JSON of the type and the parameters of the field.
        text: JSON of the range, or a network.
    """
    if text is None:
        return None
    kind, options = orjson.loads(spec)
    try:
        return [
            repr(end) for end in document_range(kind, orjson.loads(text) if text.startswith("{") else text, options)
        ]
    except ValueError:
        return None
