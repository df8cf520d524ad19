"""Tolerant readers: each turns decoded JSON into one Python type or raises ParseError at `$`."""

from __future__ import annotations

import math
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, date, datetime
from datetime import time as clock
from decimal import Decimal, InvalidOperation
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from infino.runtime.errors import MissingItemError, ParseError, mismatch, step
from infino.runtime.moments import with_every_digit

if TYPE_CHECKING:
    from uuid import UUID

T = TypeVar("T")
_NAMES = ("name", "index", "id")
Reader = Callable[[Any], Any]

_WITH_MICROSECONDS = len("20260102T030405.123456")
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
    if isinstance(value, Decimal):
        return str(value)
    raise mismatch("text", value)


def integer(value: Any) -> int:
    """Return a whole number; text that holds one is taken, nothing is rounded."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass
    raise mismatch("a whole number", value)


def number(value: Any) -> float:
    """Return a number; text that holds one is taken, and one of more digits than a float has is rounded to it."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
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
        found = datetime.fromisoformat(value)
    except ValueError:
        found = _time_from_rare_text(value.strip())
    return with_every_digit(found, value) if len(value) > _WITH_MICROSECONDS else found


def _time_from_rare_text(value: str) -> datetime:
    if value.isdecimal():
        return time(int(value))
    # HTTP dates (RFC 9110, 5.6.7) and forms of ISO 8601 that Python 3.11 does not read; both imports are slow and rare.
    from email.utils import parsedate_to_datetime

    from dateutil.parser import isoparse

    try:
        return isoparse(value.upper().replace(" +", "+").replace(" -", "-"))
    except ValueError:
        return parsedate_to_datetime(value)


def day(value: Any) -> date:
    """Return a day, also of a moment that is the beginning of one; the time of any other would get lost."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    moment = time(value)
    if moment.time() != clock.min:
        raise mismatch("a day without a time", value)
    return moment.date()


def uuid(value: Any) -> UUID:
    """Return a UUID in any of its spellings."""
    import uuid as standard  # most answers hold none

    if isinstance(value, standard.UUID):
        return value
    try:
        return standard.UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise mismatch("a UUID", value) from None


def decimal(value: Any) -> Decimal:
    """Return an exact number from its text; a number that JSON has read already is taken as it is shown."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            return Decimal(str(value))
        except InvalidOperation:
            pass
    raise mismatch("a decimal number", value)


def base64(value: Any) -> bytes:
    """Return the bytes of base64 text, in the standard or the URL alphabet."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        plain = value.replace("-", "+").replace("_", "/").rstrip("=")
        try:
            return b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        except ValueError:
            pass
    raise mismatch("base64 text", value)


def nothing(value: Any) -> None:
    """Read a value that can only be null."""
    if value is not None:
        raise mismatch("null", value)


def nullable(read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Return a reader that takes null for None."""
    return lambda value: None if value is None else read(value)


def mapping(value: Any) -> dict[str, Any]:
    """Return a free-form object."""
    if isinstance(value, dict):
        return value
    raise mismatch("an object", value)


def items(read: Reader, keep_null: bool = False) -> Reader:
    """Return a reader of arrays whose elements `read` takes; with `keep_null` null is an element too."""

    def read_items(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise mismatch("an array", value)
        found: list[Any] = []
        for index, item in enumerate(value):
            try:
                found.append(None if item is None and keep_null else read(item))
            except ParseError as error:
                raise error.under(f"[{index}]") from None
        return found

    return read_items


def values(read: Reader, keep_null: bool = False) -> Reader:
    """Return a reader of objects whose values `read` takes; with `keep_null` null is a value too."""

    def read_values(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise mismatch("an object", value)
        found: dict[str, Any] = {}
        for key, item in value.items():
            try:
                found[key] = None if item is None and keep_null else read(item)
            except ParseError as error:
                raise error.under(step(key)) from None
        return found

    return read_values


def model(module: str, name: str) -> Reader:
    """Return a reader of one generated model, imported when first needed."""
    known: list[type[Any]] = []

    def read_model(value: Any) -> Any:
        if not known:
            # By name: the generated models stand on this module.
            home = import_module(f"infino_api.models.{module}")
            known.append(getattr(home, name))
        return read_fields(known[0], value, is_answer=True)

    return read_model


def read_fields(kind: type[T], data: Any, is_answer: bool) -> T:
    """Read an object as a generated model, field by field; see `Model.from_dict`."""
    if not isinstance(data, dict):
        raise mismatch("an object", data)
    # Without `__init__`: its checks and defaults are for users, and one pass over the table is several times faster.
    described: Any = kind
    rest, made = dict(data), kind.__new__(kind)
    for attribute, names, read, read_only, always_there in described.FIELDS:
        known, required = False, always_there and (is_answer or not read_only)
        for name in names:
            if name not in rest:
                continue
            value = rest.pop(name)
            # Of several spellings the first that holds a value counts; null in one of them does not hide it.
            if value is None or known:
                if not known and not required:
                    object.__setattr__(made, attribute, None)
                continue
            try:
                object.__setattr__(made, attribute, read(value))
                known = True
            except ParseError as error:
                if value != "" or required:  # an empty text for a number or a time means that there is none
                    raise error.under(step(name)) from None
        if required and not known:
            raise ParseError(f"${step(names[0])}", "is missing, and every answer should carry it")
    object.__setattr__(made, "additional_properties", rest)
    return made


def one(read: Callable[[Any], T], name: str) -> Callable[[Any], T]:
    """Read one object; from an array take the item of that name, else the first."""

    def parse(value: Any) -> T:
        if not isinstance(value, list):
            return read(value)
        if not value:
            raise MissingItemError("$", "the list holds no item")
        for index, item in enumerate(value):
            if isinstance(item, dict) and name in [item.get(key) for key in _NAMES]:
                return at(f"[{index}]", read, item)
        return at("[0]", read, value[0])

    return parse


def at(where: str, read: Callable[[Any], T], value: Any) -> T:
    try:
        return read(value)
    except ParseError as error:
        raise error.under(where) from None


def best(*reads: Reader) -> Reader:
    """Return a reader of a union: of the readers that take the value, the one that loses and guesses least."""

    def read_best(value: Any) -> Any:
        chosen, most, last = None, None, None
        for read in reads:
            try:
                found = read(value)
            except ParseError as error:
                # The reader that came deepest most likely was the one meant, and says most about what is wrong.
                last = error if last is None or len(error.path) > len(last.path) else last
                continue
            fit = _fit(value, found)
            if most is None or fit > most:
                chosen, most = found, fit
        if most is not None and most[0] >= 0:
            return chosen
        if isinstance(value, dict):
            return _unknown(value)
        raise last or mismatch("one of the documented forms", value)

    return read_best


def tagged(tag: str, reads: dict[str, Reader]) -> Reader:
    """Return a reader of a union whose members are told apart by one field.

    An object with another word in that field is kept as a `Model` without fields of its own.
    """

    def read_tagged(value: Any) -> Any:
        if not isinstance(value, dict):
            raise mismatch("an object", value)
        word = value.get(tag)
        told = isinstance(word, str | bool | int)  # a mapping names numbers and flags by their text
        read = reads.get(text(word)) if told else None
        return read(value) if read else _unknown(value)

    return read_tagged


def _unknown(value: dict[str, Any]) -> Any:
    # By name: models stand on this module.
    return import_module("infino.runtime.model").Model.from_dict(value)


def _fit(value: Any, found: Any) -> tuple[int, ...]:
    """Tell how well a typed value fits what it was read from; more is better, less than nothing is not a fit."""
    if type(found) is type(value) and not isinstance(value, list | dict):
        return (3, 0)
    if isinstance(found, list) and isinstance(value, list):
        fits = [_fit(one, other) for one, other in zip(value, found, strict=False)]
        # A list is as good as its worst item.
        return min(fits, default=(3, 0))
    score: Any = getattr(found, "_fit", None)
    if score is not None:
        known: tuple[int, ...] = score()
        return known
    return (1, 0)
