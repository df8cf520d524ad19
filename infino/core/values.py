"""The table of types, rows of Python: what each value is in JSON, written once for records, keys and parameters.

A value keeps every digit that it has: whole numbers of any size, decimals, and nanoseconds. What has no form raises.

| value | in JSON |
| --- | --- |
| text, numbers, booleans, None, lists, mappings with text as keys | themselves |
| Decimal | a number with the same digits |
| NaN, infinities, NaT, NA | null |
| datetime, date, time; those of numpy and pandas | ISO 8601 text, up to nine digits of a second |
| a datetime whose offset has seconds, which ISO 8601 cannot write | the same moment in UTC |
| timedelta | seconds, as a number with up to nine digits |
| bytes | base64 |
| UUID, addresses of a network, members of an enum | text, the value of the member |
| Period | its text, such as `2026-03` or `2026Q2` |
| Interval | an object with `left`, `right` and `closed` |
| months, days and nanoseconds of Arrow | an object with these names |
| attrs, dataclasses, pydantic, arrays of numpy | objects and lists of the above |
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import attrs

try:
    import orjson
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


def plain(value: Any) -> Any:
    """Turn a value that JSON does not know into one that it does, or refuse it by name.

    Args:
        value: Anything but text, whole numbers, floats, booleans, None, lists and dictionaries.

    Returns:
        A value that is closer to JSON; what it holds may need another step.

    Raises:
        TypeError: It has no JSON form.
    """
    if isinstance(value, datetime | time):
        return _moment(value)
    if isinstance(value, Decimal):
        return number(str(value)) if value.is_finite() else None
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(type(value), "__dataclass_fields__"):
        return {field.name: getattr(value, field.name) for field in fields(value) if hasattr(value, field.name)}
    for name in ("model_dump", "to_dict"):
        method = getattr(value, name, None)
        if callable(method) and not isinstance(value, type):
            return method()
    if attrs.has(type(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    if isinstance(value, timedelta):
        return _duration(value)
    if hasattr(value, "isoformat"):
        text = value.isoformat()
        return text if isinstance(text, str) else None
    if isinstance(value, tuple):
        return _months(value) if type(value).__name__ == "MonthDayNano" else list(value)
    if isinstance(value, Exception):  # it stands where a source found something that cannot be read
        raise value
    return _foreign(value)


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
    if offset and offset % _MINUTE:
        if not isinstance(value, datetime):
            raise TypeError(f"a time of day with the offset {offset} has no JSON form")
        try:
            value = value.astimezone(UTC)
        except (OverflowError, ValueError):
            raise TypeError(f"{value} is out of range in UTC, and so has no JSON form") from None
    text: str = value.isoformat()
    return text


def _months(value: Any) -> dict[str, int]:
    return {"months": value.months, "days": value.days, "nanoseconds": value.nanoseconds}


def _duration(value: timedelta) -> Any:
    seconds = value.days * 86_400 + value.seconds
    micros = value.microseconds * 1000 + getattr(value, "nanoseconds", 0)
    return seconds_of(seconds * _NANOSECONDS + micros)


def seconds_of(nanoseconds: int) -> Any:
    """Return a duration as seconds: a float where that is exact, else a decimal.

    Args:
        nanoseconds: The duration.
    """
    exact = Decimal(nanoseconds).scaleb(-9)
    found = float(exact)
    return found if Decimal(repr(found)) == exact else exact.normalize()


def _numpy(value: Any) -> Any:
    """Scalars and arrays of numpy, with every digit of a time and no more digits of a float than it has."""
    kind = value.dtype.kind
    if kind == "M":
        import numpy

        return _times(numpy.datetime_as_string(value).tolist())
    if kind == "m":
        return _spans(value.astype("i8").tolist(), value.dtype)
    if kind == "f" and value.dtype.itemsize < 8:
        return value.astype("U").astype("f8").tolist()
    if kind == "f" and value.dtype.itemsize > 8:
        return _texts_as_numbers(value.astype("U").tolist())
    return value.tolist()


def _unit(dtype: Any) -> int:
    """Nanoseconds of one count of a timedelta."""
    import numpy

    unit, count = numpy.datetime_data(dtype)
    if unit not in _UNITS:
        raise TypeError(f"{dtype} has no whole number of nanoseconds, and so no JSON form")
    return _UNITS[unit] * int(count)


def _spans(counts: Any, dtype: Any) -> Any:
    if isinstance(counts, list):
        return [_spans(count, dtype) for count in counts]
    return None if counts == _NAT else seconds_of(counts * _unit(dtype))


def _times(texts: Any) -> Any:
    if isinstance(texts, list):
        return [_times(text) for text in texts]
    return None if texts == "NaT" else texts


def _texts_as_numbers(texts: Any) -> Any:
    if isinstance(texts, list):
        return [_texts_as_numbers(text) for text in texts]
    return plain(Decimal(texts))


def number(text: str) -> Any:
    """Keep every digit of a number that a float or 64 bits could not hold.

    Args:
        text: A number as JSON writes it.

    Returns:
        What the encoder writes as exactly these digits.
    """
    if orjson is not None:
        return orjson.Fragment(text)
    return int(text) if text.lstrip("-").isdigit() else float(text)
