"""Tolerant readers: each turns decoded JSON into one Python type or raises ParseError at `$`."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any, TypeVar

from infino.runtime.errors import ParseError, mismatch

T = TypeVar("T")
Reader = Callable[[Any], Any]

_MILLISECONDS_FROM = 1e11
"""Bare numbers from here on are milliseconds since 1970; seconds would be after the year 5000."""


def anything(value: Any) -> Any:
    """Return free-form JSON as it is."""
    return value


def text(value: Any) -> str:
    """Return text; numbers, booleans and dates are taken as their text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    raise mismatch("text", value)


def integer(value: Any) -> int:
    """Return a whole number; text that holds one is taken, nothing is rounded."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass
    raise mismatch("a whole number", value)


def number(value: Any) -> float:
    """Return a number; text that holds one is taken."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise mismatch("a number within range", value) from None
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    raise mismatch("a number", value)


def flag(value: Any) -> bool:
    """Return a boolean; 0, 1 and the words true and false are taken."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise mismatch("true or false", value)


def time(value: Any) -> datetime:
    """Return a time with its zone; text without an offset and bare numbers are UTC."""
    try:
        if isinstance(value, str):
            found = _time_from_text(value)
        elif isinstance(value, datetime):
            found = value
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
            found = datetime.fromtimestamp(seconds, UTC)
        else:
            raise mismatch("a time", value)
    except (ValueError, OverflowError, OSError) as error:
        if isinstance(error, ParseError):
            raise
        raise mismatch("a time", value) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _time_from_text(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return _time_from_rare_text(value.strip())


def _time_from_rare_text(value: str) -> datetime:
    if value.isdecimal():
        return time(int(value))
    from email.utils import parsedate_to_datetime

    from dateutil.parser import isoparse

    try:
        return isoparse(value.upper().replace(" +", "+").replace(" -", "-"))
    except ValueError:
        return parsedate_to_datetime(value)


def mapping(value: Any) -> dict[str, Any]:
    """Return a free-form object."""
    if isinstance(value, dict):
        return value
    raise mismatch("an object", value)


def items(read: Reader) -> Reader:
    """Return a reader of arrays whose elements `read` takes; null elements are dropped."""

    def read_items(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise mismatch("an array", value)
        found = []
        for index, item in enumerate(value):
            if item is None:
                continue
            try:
                found.append(read(item))
            except ParseError as error:
                raise error.under(f"[{index}]") from None
        return found

    return read_items


def values(read: Reader) -> Reader:
    """Return a reader of objects whose values `read` takes; null values are dropped."""

    def read_values(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise mismatch("an object", value)
        found = {}
        for key, item in value.items():
            if item is None:
                continue
            try:
                found[key] = read(item)
            except ParseError as error:
                raise error.under(step(key)) from None
        return found

    return read_values


def model(module: str, name: str) -> Reader:
    """Return a reader of one generated model, imported when first needed.

    Args:
        module: Module name inside the models package.
        name: Class name.

    Returns:
        The reader.
    """
    known: list[Reader] = []

    def read_model(value: Any) -> Any:
        if not known:
            # By name: the generated models stand on this module.
            home = import_module(f"infino_api.models.{module}")
            known.append(getattr(home, name).from_dict)
        return known[0](value)

    return read_model


def step(key: object) -> str:
    """Return how a path continues into an object: `.key`, or `['a key']` when it is not a plain word."""
    name = str(key)
    return f".{name}" if name.replace("_", "a").isalnum() and name.isascii() else f"[{name!r}]"
