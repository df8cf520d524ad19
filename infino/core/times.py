"""Moments and durations as users write them: datetime, Unix seconds, ISO text, or `now-6h`."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias

from dateutil.parser import isoparse
from dateutil.relativedelta import relativedelta

from infino.core.errors import ValidationError

Moment: TypeAlias = datetime | date | int | float | str
Span: TypeAlias = timedelta | int | float | str

_UNITS: Final = {
    "s": "seconds",
    "m": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "M": "months",
    "y": "years",
}
_RELATIVE = re.compile(r"(?:now)?((?:\s*[+-]\s*\d+\s*[smhdwMy])*)(?:/([smhdwMy]))?\Z")
_OFFSET = re.compile(r"([+-])\s*(\d+)\s*([smhdwMy])")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?\Z")
_SPAN = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+\Z")
_SPAN_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdwy])")
# Durations of PromQL: https://prometheus.io/docs/prometheus/latest/querying/basics/
_SPAN_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_MILLISECONDS: Final = 1e11
"""Numbers from here on are milliseconds: as seconds they would lie in the year 5138."""
_EXAMPLES: Final = "a datetime, Unix seconds, ISO 8601 text, or an offset such as 'now-6h' or '-15m'"


def parse_time(value: Moment, now: datetime | None = None) -> datetime:
    """Read a moment in any of the accepted forms.

    Args:
        value: A datetime or date (UTC where it names no zone), Unix seconds (or milliseconds from 1e11 on), ISO
            8601 text, or an offset from now: `now-6h`, `-15m`, `now-1d/d` (s, m, h, d, w, M months, y years;
            `/d` rounds down to the day).
        now: What `now` means; the present when None.

    Returns:
        The moment in UTC.

    Raises:
        ValidationError: The value is not one of these.

    Examples:
        >>> parse_time("now-6h", now=datetime(2026, 1, 2, tzinfo=UTC)).isoformat()
        '2026-01-01T18:00:00+00:00'
    """
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValidationError(f"{value!r} is not a time; give {_EXAMPLES}")
    if not isinstance(value, str):
        return _from_number(value)
    text = value.strip()
    # Up to eight digits are a day in ISO 8601's basic form, such as 20260102.
    if _NUMBER.match(text) and text[0] not in "+-" and len(text.partition(".")[0]) > 8:
        return _from_number(float(text))
    relative = _RELATIVE.match(text) if text else None
    if relative and (text.startswith("now") or relative[1]):
        return _from_offset(relative, _utc(now) if now else datetime.now(UTC))
    return _from_text(text)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _from_number(value: float) -> datetime:
    if not math.isfinite(value):
        raise ValidationError(f"{value!r} is not a time")
    seconds = value / 1000 if abs(value) >= _MILLISECONDS else value
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError as error:
        raise ValidationError(f"{value!r} is not a Unix time in seconds or milliseconds") from error


def _from_offset(relative: re.Match[str], now: datetime) -> datetime:
    moment = now
    try:
        for sign, amount, unit in _OFFSET.findall(relative[1]):
            count = int(amount) if sign == "+" else -int(amount)
            moment += relativedelta(**{_UNITS[unit]: count})  # type: ignore[arg-type]  # every unit takes an int
    except (OverflowError, ValueError) as error:
        raise ValidationError(f"{relative[0]!r} lies outside the calendar") from error
    return _floor(moment, relative[2]) if relative[2] else moment


def _floor(moment: datetime, unit: str) -> datetime:
    start = moment.replace(microsecond=0)
    if unit == "s":
        return start
    if unit == "m":
        return start.replace(second=0)
    if unit == "h":
        return start.replace(second=0, minute=0)
    day = start.replace(second=0, minute=0, hour=0)
    if unit == "w":
        # Weeks begin on Monday (ISO 8601).
        return day - timedelta(days=day.weekday())
    return {"d": day, "M": day.replace(day=1), "y": day.replace(day=1, month=1)}[unit]


def _from_text(text: str) -> datetime:
    for read in (datetime.fromisoformat, isoparse):
        try:
            return _utc(read(text))
        except (ValueError, OverflowError):
            continue
    raise ValidationError(f"{text!r} is not a time; give {_EXAMPLES}")


def to_seconds(value: Moment, now: datetime | None = None) -> float:
    """A moment as Unix seconds, to the millisecond; whole seconds as an int."""
    span = parse_time(value, now) - datetime(1970, 1, 1, tzinfo=UTC)
    seconds = round(span / timedelta(milliseconds=1)) / 1000
    return int(seconds) if seconds.is_integer() else seconds


def parse_span(value: Span) -> float:
    """A duration such as `30s`, `1h30m`, a timedelta or seconds as seconds, more than 0; whole seconds as an int."""
    seconds = _span_seconds(value)
    if seconds is None or not math.isfinite(seconds) or seconds <= 0:
        raise ValidationError(
            f"{value!r} is not a duration; give seconds, a timedelta, or text such as '30s' or '1h30m'"
        )
    # To the millisecond, the finest step of PromQL; shorter ones stay what they are.
    rounded = round(seconds, 3) or seconds
    return int(rounded) if float(rounded).is_integer() else rounded


def _span_seconds(value: Span) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float):
        return None if isinstance(value, bool) else float(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _NUMBER.match(text):
        return float(text)
    if not _SPAN.match(text):
        return None
    return sum(float(amount) * _SPAN_SECONDS[unit] for amount, unit in _SPAN_PART.findall(text))
