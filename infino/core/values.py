"""The table of types, rows of Python: what each value is in JSON, for records, request bodies and parameters alike.

A value keeps every digit that it has: whole numbers of any size, decimals, and nanoseconds. What has no form raises.

| value | in JSON |
| --- | --- |
| text, numbers, booleans, None, lists, tuples, mappings with text as keys | themselves |
| Decimal, floats of numpy of any width | a number with the same digits |
| NaN, NaT, NA | null, for they say that a value is missing |
| infinities | refused |
| datetime, date, time; those of numpy and pandas | ISO 8601 text, up to nine digits of a second |
| a datetime whose offset has seconds, which ISO 8601 cannot write | the same moment in UTC |
| timedelta | seconds, as a number with up to nine digits |
| bytes | base64 |
| UUID, addresses of a network, members of an enum | text, the value of the member |
| Period | its text, such as `2026-03` or `2026Q2` |
| Interval | an object with `left`, `right` and `closed` |
| months, days and nanoseconds of Arrow | an object with these names |
| models, results, attrs, dataclasses, pydantic; arrays and structured values of numpy | objects and lists of these |

In a request body NaN is refused too, for there null may mean something; sets and other sequences are lists.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

import attrs

try:
    import orjson as orjson
except ImportError:  # no wheel for this platform
    orjson = None  # type: ignore[assignment]  # checked before use

_NANOSECONDS: Final = 1_000_000_000
_DAY: Final = 86_400 * _NANOSECONDS
_MINUTE: Final = timedelta(minutes=1)
_UNITS: Final = {
    "W": 7 * _DAY,
    "D": _DAY,
    "h": _DAY // 24,
    "m": 60 * _NANOSECONDS,
    "s": _NANOSECONDS,
    "ms": 1_000_000,
    "us": 1000,
    "ns": 1,
}
_NAT: Final = -(2**63)
INFINITE: Final = "an infinity has no JSON form; send None where a value is missing, or text"


def plain(value: Any) -> Any:
    """Turn a value that JSON does not know into one that it does, or refuse it by name.

    What the value holds may need another step.
    """
    if isinstance(value, datetime | time):
        return _moment(value)
    if isinstance(value, Decimal):
        return decimal(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, type):
        raise TypeError(f"the class {value.__name__} has no JSON form")
    if hasattr(type(value), "__dataclass_fields__"):
        return {field.name: getattr(value, field.name) for field in fields(value) if hasattr(value, field.name)}
    for name in ("model_dump", "to_dict", "to_dicts"):
        if callable(method := getattr(value, name, None)):
            _refuse_doubled_labels(value)
            return method()
    if attrs.has(type(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    if isinstance(value, timedelta):
        return _duration(value)
    if hasattr(value, "isoformat"):
        text = value.isoformat()
        return text if isinstance(text, str) else None
    if is_months(value):
        return {"months": value.months, "days": value.days, "nanoseconds": value.nanoseconds}
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Exception):  # it stands where a source found something that cannot be read
        raise value
    return _foreign(value)


def is_months(value: Any) -> bool:
    """Whether a value is the interval of Arrow, which is a tuple and yet no list."""
    return isinstance(value, tuple) and type(value).__name__ == "MonthDayNano"


def _refuse_doubled_labels(value: Any) -> None:
    """Refuse a series or frame of pandas of which a dictionary could not hold everything."""
    for axis in ("index", "columns"):
        if getattr(getattr(value, axis, None), "is_unique", True) is False:
            raise TypeError(f"a {type(value).__name__} with repeated labels in its {axis} has no JSON form")


def _foreign(value: Any) -> Any:
    """Values of pandas and numpy, by name: neither is imported for it."""
    name = type(value).__name__
    if name in ("NAType", "NaTType"):
        return None
    if name == "Period":
        return str(value)
    if name == "Interval":
        return {"left": value.left, "right": value.right, "closed": value.closed}
    if hasattr(value, "dtype") and callable(getattr(value, "tolist", None)):
        return _numpy(value)
    if type(value).__module__ == "ipaddress":
        return str(value)
    raise TypeError(f"{name} has no JSON form")


def _moment(value: Any) -> str | None:
    """A moment or a time of day, to the last digit; NaT of pandas counts as one too."""
    if type(value).__name__ == "NaTType":
        return None
    offset: timedelta | None = value.utcoffset()
    if offset is None and value.tzinfo is not None:
        raise TypeError(f"a {type(value).__name__} in the zone {value.tzinfo} has no offset, and so no JSON form")
    if offset and offset % _MINUTE:
        if not isinstance(value, datetime):
            raise TypeError(f"a time of day with the offset {offset} has no JSON form")
        try:
            value = value.astimezone(UTC)
        except (OverflowError, ValueError):
            raise TypeError(f"{value} is out of range in UTC, and so has no JSON form") from None
    text: str = value.isoformat()
    return text


def _duration(value: timedelta) -> Any:
    seconds = value.days * 86_400 + value.seconds
    micros = value.microseconds * 1000 + getattr(value, "nanoseconds", 0)
    return seconds_of(seconds * _NANOSECONDS + micros)


def seconds_of(nanoseconds: int) -> Any:
    """Return a duration as seconds: a float where that is exact, else a decimal."""
    exact = Decimal(nanoseconds).scaleb(-9)
    found = float(exact)
    return found if Decimal(repr(found)) == exact else exact.normalize()


def _numpy(value: Any) -> Any:
    """Scalars and arrays of numpy, with every digit of a time and no more digits of a float than it has."""
    kind = value.dtype.kind
    if value.dtype.names:
        return list(value) if value.ndim else {name: value[name] for name in value.dtype.names}
    if kind == "M":
        import numpy

        return _each(numpy.datetime_as_string(value).tolist(), lambda text: None if text == "NaT" else text)
    if kind == "m":
        counts = value.astype("i8").tolist()
        return _each(counts, lambda count: None if count == _NAT else seconds_of(count * _unit(value.dtype)))
    # By way of text: as a float64 the float32 0.1 would be 0.10000000149011612.
    if kind == "f" and value.dtype.itemsize < 8:
        return value.astype("U").astype("f8").tolist()
    if kind == "f" and value.dtype.itemsize > 8:
        return _each(value.astype("U").tolist(), _text_as_number)
    return value.tolist()


def _unit(dtype: Any) -> int:
    """Nanoseconds of one count of a timedelta."""
    import numpy

    unit, count = numpy.datetime_data(dtype)
    if unit not in _UNITS:
        raise TypeError(f"{dtype} has no whole number of nanoseconds, and so no JSON form")
    return _UNITS[unit] * int(count)


def _each(values: Any, read: Callable[[Any], Any]) -> Any:
    return [_each(value, read) for value in values] if isinstance(values, list) else read(values)


def _text_as_number(text: str) -> Any:
    found = Decimal(text)
    return None if decimal(found) is None else found


def decimal(value: Decimal) -> Any:
    """Return a decimal as the encoder writes it digit for digit, or None for NaN."""
    if value.is_infinite():
        raise TypeError(INFINITE)
    return None if value.is_nan() else number(str(value))


def number(text: str) -> Any:
    """Return what the encoder writes as exactly these digits, where a float or 64 bits could not hold them."""
    if orjson is not None:
        return orjson.Fragment(text)
    return int(text) if text.lstrip("-").isdigit() else float(text)
