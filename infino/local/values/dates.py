"""Dates of the query language: ISO text, epoch numbers, patterns and date math, as epoch milli- or nanoseconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from dateutil.relativedelta import relativedelta

from infino.local.http import Problem, illegal, unsupported
from infino.local.values.paths import literal

DEFAULT_FORMAT = "strict_date_optional_time||epoch_millis"
NANOS_FORMAT = "strict_date_optional_time_nanos||epoch_millis"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?)"
    r"(?:[T ](?P<hour>\d\d?)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII,
)
MATH = re.compile(r"([+-])(\d{0,9})([yMwdhHms])|/([yMwdhHms])", re.ASCII)
OFFSET = re.compile(r"([+-])(\d\d?)(?::?(\d\d))?", re.ASCII)
UNITS = {
    "y": "years",
    "M": "months",
    "w": "weeks",
    "d": "days",
    "h": "hours",
    "H": "hours",
    "m": "minutes",
    "s": "seconds",
}
COUNTED = re.compile(r"-?\d{1,17}(?:\.\d+)?", re.ASCII)
"""What is read as epoch milliseconds or seconds."""
LATEST = datetime.max.replace(tzinfo=UTC)
ISO_NAMES = {"strict_date_optional_time", "date_optional_time", "strict_date_optional_time_nanos", "iso8601"}
NAMED = {
    "date": "yyyy-MM-dd",
    "strict_date": "yyyy-MM-dd",
    "basic_date": "yyyyMMdd",
    "date_time": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "strict_date_time": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "date_time_no_millis": "yyyy-MM-dd'T'HH:mm:ssXXX",
    "strict_date_time_no_millis": "yyyy-MM-dd'T'HH:mm:ssXXX",
    "date_hour_minute_second": "yyyy-MM-dd'T'HH:mm:ss",
    "strict_date_hour_minute_second": "yyyy-MM-dd'T'HH:mm:ss",
    "year": "yyyy",
    "strict_year": "yyyy",
    "year_month": "yyyy-MM",
    "strict_year_month": "yyyy-MM",
    "year_month_day": "yyyy-MM-dd",
    "strict_year_month_day": "yyyy-MM-dd",
    "hour_minute": "HH:mm",
    "hour": "HH",
}
LETTERS = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|.", re.DOTALL)
PARTS = ("year", "month", "day", "hour", "minute", "second")
NANOS = 1_000_000
"""Nanoseconds in a millisecond."""


def date_problem(reason: str) -> Problem:
    """Return the 400 for text that is not a date."""
    return Problem(400, "parse_exception", reason)


@attrs.frozen
class DateContext:
    """What a date text is read against.

    Args:
        now: The moment that `now` stands for.
        zone: The zone of a date without one.
        format: Formats joined by `||`.
    """

    now: datetime
    zone: tzinfo = UTC
    format: str = DEFAULT_FORMAT


def to_millis(moment: datetime) -> int:
    """Return a moment as epoch milliseconds, rounded down."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_millis(millis: int, zone: tzinfo = UTC) -> datetime:
    """Return epoch milliseconds as a moment, or raise a 400 when no calendar has it."""
    try:
        return (EPOCH + timedelta(milliseconds=millis)).astimezone(zone)
    except OverflowError:
        raise date_problem(f"date [{millis}] is out of range") from None


def read_iso(text: str) -> datetime:
    """Return the moment of ISO 8601 text, which is UTC where it names no zone.

    Raises:
        ValueError: It is none.

    Examples:
        >>> read_iso("2024-01-01T10:00").isoformat()
        '2024-01-01T10:00:00+00:00'
    """
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def read_zone(name: Any) -> tzinfo:
    """Return the time zone of a name such as `Europe/Paris` or `+02:00`."""
    text = str(name)
    if text in ("Z", "UTC", "GMT"):
        return UTC
    offset = OFFSET.fullmatch(text)
    if offset and int(offset[2]) <= 18 and int(offset[3] or 0) < 60:
        size = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(size if offset[1] == "+" else -size)
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise illegal(f"Unknown time-zone ID: {text[:80]}") from None


def read_date(value: Any, context: DateContext, *, up: bool = False) -> int:
    """Return a date as epoch milliseconds, rounded down; see `read_nanos`.

    Examples:
        >>> read_date("2024-02||/M", DateContext(now), up=True)
        1709251199999
    """
    return read_nanos(value, context, up=up) // NANOS


def read_nanos(value: Any, context: DateContext, *, up: bool = False) -> int:
    """Return a date as epoch nanoseconds.

    Args:
        value: An epoch number, ISO text, text in the context's format, or either with date math.
        context: Now, zone and formats.
        up: Fill what is left out with its greatest value, and round up where the text rounds.

    Raises:
        Problem: 400 when the text is not a date.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise failure(value, context)
    # A number is read by the formats too, as in a document.
    text, finer = value.strip() if isinstance(value, str) else f"{Decimal(str(value)):f}", 0
    if text.startswith("now"):
        moment, math = context.now, text[3:]
    else:
        base, _, math = text.partition("||")
        moment, finer = read_plain(base, context, up=up and not math)
    try:
        if math:
            moment, rounded = apply_math(moment, math, context, up)
            finer = finer if rounded is None else rounded
    except (OverflowError, ValueError):
        raise failure(value, context) from None
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000 + finer


def failure(value: Any, context: DateContext) -> Exception:
    """Return the 400 for a value that no format reads."""
    return date_problem(f"failed to parse date field [{str(value)[:120]}] with format [{context.format}]")


def read_plain(text: str, context: DateContext, *, up: bool) -> tuple[datetime, int]:
    """Return the moment of a text without date math, and the nanoseconds beyond it."""
    for name in context.format.split("||"):
        try:
            if name in ISO_NAMES:
                found = ISO.fullmatch(text)
                parts = found.groupdict() if found else None
            elif name in ("epoch_millis", "epoch_second"):
                if COUNTED.fullmatch(text):
                    nanos = int(Decimal(text).scaleb(9 if name == "epoch_second" else 6) // 1)
                    return from_millis(0) + timedelta(microseconds=nanos // 1000), nanos % 1000
                continue
            else:
                parts = match_pattern(text, NAMED.get(name, name))
            if parts:
                return assemble(parts, context.zone, up=up)
        except (ValueError, OverflowError):
            continue
    raise failure(text, context)


def assemble(parts: dict[str, str | None], zone: tzinfo, *, up: bool) -> tuple[datetime, int]:
    """Build a moment of named parts, and the nanoseconds beyond it; missing parts take their least value, or their
    greatest when rounding up.
    """
    given = [name for name in PARTS[:6] if parts.get(name)]
    numbers = {name: int(parts[name] or 0) for name in given}
    fraction = parts.get("fraction")
    base = {"year": 1970, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0, **numbers}
    micro, finer = divmod(int((fraction or "0").ljust(9, "0")), 1000)
    named = parts.get("zone")
    moment = datetime(
        base["year"], base["month"], base["day"], base["hour"], base["minute"], base["second"], micro,
        tzinfo=read_zone(named) if named else zone,
    )  # fmt: skip
    if up and not fraction:
        last = max((PARTS.index(name) for name in given), default=5)
        moment, finer = last_of(moment, PARTS[last] + "s"), 999
    return moment.astimezone(UTC), finer


def apply_math(moment: datetime, math: str, context: DateContext, up: bool) -> tuple[datetime, int | None]:
    """Apply additions and roundings such as `-1d/d` in turn; return the nanoseconds beyond as well, if it rounded."""
    at, finer = 0, None
    moment = moment.astimezone(context.zone)
    while at < len(math):
        found = MATH.match(math, at)
        if found is None:
            raise date_problem(f"operator not supported for date math [{math[:80]}]")
        if found[4]:
            moment, finer = floor(moment, found[4]), 0
            if up:
                moment, finer = last_of(moment, UNITS[found[4]]), 999
        else:
            size = int(found[2] or 1) * (1 if found[1] == "+" else -1)
            moment = moment + step(UNITS[found[3]], size)
        at = found.end()
    return moment.astimezone(UTC), finer


def last_of(moment: datetime, unit: str) -> datetime:
    """Return the last microsecond of a unit, named as in `months`, that begins at a moment."""
    try:
        return moment + step(unit, 1) - timedelta(microseconds=1)
    except (OverflowError, ValueError):  # it ends with the calendar
        return LATEST


def step(unit: str, size: int) -> relativedelta:
    """Return so many calendar units, named as in `months`."""
    return relativedelta(**{unit: size})  # type: ignore[arg-type]  # the name is one of relativedelta's own


def floor(moment: datetime, unit: str) -> datetime:
    """Round a moment down to its unit, on the wall clock of its zone."""
    day = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}
    if unit == "y":
        return moment.replace(month=1, day=1, **day)  # type: ignore[arg-type]  # plain numbers by name
    if unit == "q":
        return moment.replace(month=(moment.month - 1) // 3 * 3 + 1, day=1, **day)  # type: ignore[arg-type]  # as above
    if unit == "M":
        return moment.replace(day=1, **day)  # type: ignore[arg-type]  # as above
    if unit == "w":
        return (moment - timedelta(days=moment.weekday())).replace(**day)  # type: ignore[arg-type]  # as above
    if unit == "d":
        return moment.replace(**day)  # type: ignore[arg-type]  # as above
    if unit in "hH":
        return moment.replace(minute=0, second=0, microsecond=0)
    return moment.replace(second=0, microsecond=0) if unit == "m" else moment.replace(microsecond=0)


# --- patterns such as yyyy-MM-dd

READERS = {
    "y": ("year", r"\d{4}"), "u": ("year", r"\d{4}"), "M": ("month", r"\d{1,2}"), "d": ("day", r"\d{1,2}"),
    "H": ("hour", r"\d{1,2}"), "k": ("hour", r"\d{1,2}"), "m": ("minute", r"\d{1,2}"), "s": ("second", r"\d{1,2}"),
    "S": ("fraction", ""), "X": ("zone", r"Z|[+-]\d\d(?::?\d\d)?"), "x": ("zone", r"[+-]\d\d(?::?\d\d)?"),
    "Z": ("zone", r"[+-]\d\d:?\d\d"),
}  # fmt: skip


def match_pattern(text: str, pattern: str) -> dict[str, str | None] | None:
    """Read text by a pattern; None when it does not fit."""
    expression, seen = "", set()
    for found in LETTERS.finditer(pattern):
        letter = found[2]
        if not letter:
            expression += re.escape(plain_part(found))
            continue
        if letter not in READERS:
            raise illegal(f"Invalid format: [{pattern[:80]}]: Unknown pattern letter: {letter}")
        name, reader = READERS[letter]
        reader = reader if letter != "S" else rf"\d{{{len(found[0])}}}"
        expression += f"(?P={name})" if name in seen else f"(?P<{name}>{reader})"
        seen.add(name)
    fits = re.fullmatch(expression, text, re.ASCII)
    return fits.groupdict() if fits else None


def plain_part(found: re.Match[str]) -> str:
    """Return what a run of a pattern stands for that is no letters: a sign, or quoted text."""
    return found[0] if found[1] is None else found[1].replace("''", "'") or "'"


def show_date(millis: int, pattern: str | None = None, zone: tzinfo = UTC) -> str:
    """Render epoch milliseconds in the first of the named formats.

    Examples:
        >>> show_date(0)
        '1970-01-01T00:00:00.000Z'
    """
    return show_nanos(millis * NANOS, pattern, zone)


def show_nanos(nanos: int, pattern: str | None = None, zone: tzinfo = UTC) -> str:
    """Render epoch nanoseconds in the first of the named formats; `strict_date_optional_time_nanos` shows them all.

    Examples:
        >>> show_nanos(1_000_000_001, "strict_date_optional_time_nanos")
        '1970-01-01T00:00:01.000000001Z'
    """
    millis, finer = divmod(nanos, NANOS)
    moment = from_millis(millis, zone)
    fraction = f"{moment.microsecond // 1000:03d}{finer:06d}"
    name = (pattern or DEFAULT_FORMAT).split("||")[0]
    if name in ("epoch_millis", "epoch_second"):
        return f"{Decimal(nanos).scaleb(-6 if name == 'epoch_millis' else -9).normalize():f}"
    if name in ISO_NAMES:
        digits = max(3, len(fraction.rstrip("0"))) if name.endswith("nanos") else 3
        name = f"yyyy-MM-dd'T'HH:mm:ss.{'S' * digits}XXX"
    return "".join(show_part(found, moment, fraction) for found in LETTERS.finditer(NAMED.get(name, name)))


def show_part(found: re.Match[str], moment: datetime, fraction: str) -> str:
    """Render one run of letters, quoted text or punctuation of a pattern."""
    letter, run = found[2], found[0]
    if not letter:
        return plain_part(found)
    numbers = {
        "y": moment.year, "u": moment.year, "M": moment.month, "d": moment.day, "H": moment.hour,
        "m": moment.minute, "s": moment.second, "h": moment.hour % 12 or 12, "Q": (moment.month + 2) // 3,
        "q": (moment.month + 2) // 3, "D": moment.timetuple().tm_yday, "w": moment.isocalendar()[1],
        "Y": moment.isocalendar()[0], "k": moment.hour or 24, "e": moment.isoweekday(),
    }  # fmt: skip
    if letter in "yuY" and len(run) == 2:
        return f"{numbers[letter] % 100:02d}"
    if letter in "Mqe" and len(run) >= 3 and letter == "M":
        return moment.strftime("%b" if len(run) == 3 else "%B")
    if letter == "E":
        return moment.strftime("%a" if len(run) <= 3 else "%A")
    if letter == "a":
        return "AM" if moment.hour < 12 else "PM"
    if letter == "S":
        return fraction[: len(run)]
    if letter in "XxZ":
        return show_offset(moment, letter, len(run))
    if letter not in numbers:
        raise illegal(f"Invalid format: Unknown pattern letter: {letter}")
    return f"{numbers[letter]:0{min(len(run), 20)}d}"


def show_offset(moment: datetime, letter: str, length: int) -> str:
    """Render a zone offset."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    if not minutes and letter == "X":
        return "Z"
    sign = "-" if minutes < 0 else "+"
    colon = ":" if length >= 3 and letter != "Z" else ""
    return f"{sign}{abs(minutes) // 60:02d}{colon}{abs(minutes) % 60:02d}"


# --- the same in SQL, for dates that are stored as text

DIRECTIVES = {
    "yyyy": "%Y", "uuuu": "%Y", "MM": "%m", "M": "%-m", "dd": "%d", "d": "%-d", "HH": "%H", "H": "%-H",
    "mm": "%M", "ss": "%S",
    "SSS": "%g", "SSSSSS": "%f", "SSSSSSSSS": "%n", "X": "%z", "XX": "%z", "XXX": "%z", "Z": "%z",
}  # fmt: skip
"""Letters of a date pattern -> directive of the engine's `try_strptime`."""


def directives(pattern: str) -> str:
    """Return a date pattern as a format of the engine's `try_strptime`.

    Examples:
        >>> directives("yyyy/MM/dd HH:mm")
        '%Y/%m/%d %H:%M'
    """
    found = ""
    for run in LETTERS.finditer(NAMED.get(pattern, pattern)):
        if run[2]:
            directive = DIRECTIVES.get(run[0])
            if directive is None:
                raise unsupported(f"the date format [{pattern}]: the letters {run[0]}")
            found += directive
        else:
            found += plain_part(run).replace("%", "%%")
    return found


def moment_sql(value: str, unit: int, *, fine: bool = False) -> str:
    """Return SQL for a date or time as a number, rounded down; the engine's own `epoch_ms` rounds to the nearest one.

    Args:
        value: SQL of it.
        unit: How many nanoseconds are one.
        fine: Whether it is counted in nanoseconds; made coarser by the engine, it would be cut towards 1970.
    """
    if unit != NANOS:
        return f"epoch_ns({value})"
    if fine:
        return f"(epoch_ns({value}) // {NANOS} - (epoch_ns({value}) % {NANOS} < 0)::bigint)"
    # Division is cut towards zero, so it is done above that: 100,000,000,000 seconds are more than 3,000 years.
    return f"((epoch_us({value}::timestamptz) + 100000000000000000) // 1000 - 100000000000000)"


def date_sql(value: str, pattern: str, unit: int) -> str:
    """Return SQL for the number that a text of some date format stands for.

    Args:
        value: SQL of the text; numbers come as text too.
        pattern: Formats joined by `||`; the first one that fits counts.
        unit: How many nanoseconds are one.
    """
    zoned = "timestamptz" if unit == NANOS else "timestamptz_ns"
    parts = []
    for name in pattern.split("||"):
        if name in ISO_NAMES:
            # What the engine reads of no month, no day, no minutes and no fraction behind a comma.
            whole = (
                f"case when regexp_full_match({value}, '\\d{{4}}') then {value} || '-01-01'"
                f" when regexp_full_match({value}, '\\d{{4}}-\\d\\d?') then {value} || '-01'"
                f" else regexp_replace(replace({value}, ',', '.'), '([T ]\\d\\d?)(Z|[+-][\\d:]+)?$', '\\1:00\\2') end"
            )
            parts.append(moment_sql(f"try_cast({whole} as {zoned})", unit))
        elif name in ("epoch_millis", "epoch_second"):
            digits = f"case when regexp_full_match({value}, {literal(COUNTED.pattern)}) then {value} end"
            factor = (1000 if name == "epoch_second" else 1) * NANOS // unit
            parts.append(f"floor(try_cast({digits} as decimal(38, 9)) * {factor})::bigint")
        else:
            form, text = directives(name), value
            if "%z" in form:  # which reads no letter
                text = f"regexp_replace({text}, 'Z$', '+00:00')"
            if "%Y" not in form:  # 1900 by itself
                form, text = f"%Y {form}", f"'1970 ' || {text}"
            parts.append(moment_sql(f"try_strptime({text}, {literal(form)})", unit))
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"
