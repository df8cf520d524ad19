"""Which values fit which declared type: each check returns what is wrong with a value, or None."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from infino.local.catalogue.kinds import text_kinds
from infino.local.catalogue.ranges import NOW, RANGES, document_range
from infino.local.catalogue.sortable import place_of
from infino.local.http import Problem
from infino.local.values.dates import DEFAULT_FORMAT, ISO_NAMES, NANOS, DateContext, directives, read_nanos

Options = Mapping[str, Any]
Check = Callable[[Any, Options], str | None]
INTEGERS: Mapping[str, tuple[int, int]] = {
    "byte": (-(2**7), 2**7 - 1), "short": (-(2**15), 2**15 - 1), "integer": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1), "unsigned_long": (0, 2**64 - 1),
}  # fmt: skip
FLOATS: Mapping[str, float] = {
    "half_float": 65504.0, "float": 3.4028234663852886e38, "double": 1.7976931348623157e308,
    "scaled_float": 1.7976931348623157e308,
}  # fmt: skip
NUMBERS = frozenset({*INTEGERS, *FLOATS})
DATES: Mapping[str, int] = {"date": NANOS, "date_nanos": 1}
"""Type -> how many nanoseconds its unit has."""


def coerced(options: Options) -> bool:
    """Tell whether texts and fractions are taken for numbers."""
    return options.get("coerce", True) in (True, "true")


def number(value: Any, options: Options) -> Decimal | str:
    """Return the number of a value, or what is wrong with it."""
    if isinstance(value, bool):
        return "a boolean is not a number"
    if isinstance(value, str):
        if not coerced(options):
            return "a text is not a number while coerce is false"
        if not value.strip():
            return Decimal(0)  # an empty text counts as no value
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return "it is not a number"
    return found if found.is_finite() else "it is not a finite number"


def integer_check(low: int, high: int) -> Check:
    """Return the check of whole numbers in a range."""

    def check(value: Any, options: Options) -> str | None:
        if type(value) is int:
            return None if low <= value <= high else f"it is out of range ({low} to {high})"
        found = number(value, options)
        if isinstance(found, str):
            return found
        if not coerced(options) and found != found.to_integral_value():
            return "it has a fraction while coerce is false"
        return None if low <= int(found) <= high else f"it is out of range ({low} to {high})"

    return check


def float_check(most: float) -> Check:
    """Return the check of numbers up to a size."""

    def check(value: Any, options: Options) -> str | None:
        if type(value) is float and -most <= value <= most:
            return None
        found = number(value, options)
        if isinstance(found, str):
            return found
        return None if -most <= found <= most and math.isfinite(float(found)) else f"it is out of range (up to {most})"

    return check


def boolean_check(value: Any, options: Options) -> str | None:
    """Check a boolean."""
    return None if value is True or value is False or value in ("true", "false", "") else "it is neither true nor false"


def date_check(value: Any, options: Options) -> str | None:
    """Check a date by its formats."""
    pattern = options.get("format", DEFAULT_FORMAT)
    if isinstance(value, bool):
        return "a boolean is not a date"
    if isinstance(value, str):
        if "format" not in options and text_kinds(value) != ("VARCHAR",):
            return None
        if "||" in value or value.startswith("now"):
            return "a stored date takes no date math"
    try:
        if value != (value.strip() if isinstance(value, str) else value):
            raise ValueError
        read_nanos(value, DateContext(NOW, format=pattern))
    except (Problem, ValueError):
        return f"it is not a date of the format [{pattern}]"
    return None


def nanos_check(value: Any, options: Options) -> str | None:
    """Check a date that is counted in nanoseconds, which leaves the years 1970 to 2262."""
    problem = date_check(value, options)
    if problem is None:
        nanos = read_nanos(value, DateContext(NOW, format=options.get("format", DEFAULT_FORMAT)))
        if not 0 <= nanos < 2**63:
            problem = "it is before 1970 or after 2262, where nanoseconds can't be counted"
    return problem


def ip_check(value: Any, options: Options) -> str | None:
    """Check an IP address."""
    try:
        place_of(value if isinstance(value, str) else "")
    except ValueError:
        return "it is not an IP address"
    return None


def binary_check(value: Any, options: Options) -> str | None:
    """Check base64."""
    try:
        base64.b64decode(value if isinstance(value, str) else "*", validate=True)
    except (binascii.Error, ValueError):
        return "it is not base64"
    return None


def version_check(value: Any, options: Options) -> str | None:
    """Check a version, which may be any text."""
    return None if isinstance(value, str) else "it is not a text"


def constant_check(value: Any, options: Options) -> str | None:
    """Check that a value is the one of all documents."""
    return None if str(value) == options["value"] else f"the field takes no value but [{options['value']}]"


def range_check(kind: str) -> Check:
    """Return the check of a type of ranges."""

    def check(value: Any, options: Options) -> str | None:
        try:
            document_range(kind, value, options)
        except ValueError as error:
            return str(error)
        return None

    return check


def no_check(value: Any, options: Options) -> str | None:
    """Take any value that is not an object."""
    return None


CHECKS: Mapping[str, Check] = {
    **{name: integer_check(*bounds) for name, bounds in INTEGERS.items()},
    **{name: float_check(most) for name, most in FLOATS.items()},
    **dict.fromkeys(("text", "match_only_text", "keyword", "wildcard"), no_check),
    **{name: range_check(name) for name in RANGES},
    "boolean": boolean_check, "date": date_check, "date_nanos": nanos_check, "ip": ip_check, "binary": binary_check,
    "version": version_check, "constant_keyword": constant_check,
}  # fmt: skip
"""Type -> its check."""


def check_format(given: Any, where: str) -> None:
    """Refuse a date format that can't be read out of stored documents (501), or that is none (400)."""
    if not isinstance(given, str) or not given:
        raise Problem(400, "mapper_parsing_exception", f"[format] of {where} must be a text")
    for name in given.split("||"):
        if not name:
            raise Problem(400, "mapper_parsing_exception", f"[format] of {where} has an empty part: [{given}]")
        if name not in ISO_NAMES and name not in ("epoch_millis", "epoch_second"):
            directives(name)
