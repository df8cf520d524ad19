"""Functions and operators that treat every value by itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from infino.local.promql.storage import Floats, Mask

Arithmetic = Callable[[Floats, Floats], Floats]
Comparison = Callable[[Floats, Floats], Mask]

ARITHMETIC: dict[str, Arithmetic] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "^": np.power,
    "atan2": np.arctan2,
}
COMPARISONS: dict[str, Comparison] = {
    "==": np.equal,
    "!=": np.not_equal,
    ">": np.greater,
    "<": np.less,
    ">=": np.greater_equal,
    "<=": np.less_equal,
}


def lesser(first: Floats, second: Floats) -> Floats:
    """Give the smaller of two numbers as Go does: NaN wins over everything but -Inf."""
    return np.where(np.isneginf(first) | np.isneginf(second), -np.inf, np.minimum(first, second))


def greater(first: Floats, second: Floats) -> Floats:
    """Give the greater of two numbers as Go does: NaN wins over everything but +Inf."""
    return np.where(np.isposinf(first) | np.isposinf(second), np.inf, np.maximum(first, second))


def round_to(values: Floats, unit: Floats | float = 1.0) -> Floats:
    """Round to the nearest multiple of a unit, halves upward."""
    inverse = 1.0 / np.asarray(unit, dtype=np.float64)
    rounded: Floats = np.floor(values * inverse + 0.5) / inverse
    return rounded


MATH: dict[str, Callable[[Floats], Floats]] = {
    "abs": np.abs,
    "ceil": np.ceil,
    "floor": np.floor,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "ln": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "sgn": np.sign,
    "deg": np.degrees,
    "rad": np.radians,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
}

_Days = npt.NDArray[np.datetime64]
# numpy counts int64 days, but beyond this many seconds its calendar arithmetic overflows.
_LATEST = 1e15


def _calendar(pick: Callable[[Floats, _Days], npt.NDArray[np.int64]]) -> Callable[[Floats], Floats]:
    """Make a calendar function of Unix seconds; times no calendar holds give NaN."""

    def function(seconds: Floats) -> Floats:
        usable = np.abs(seconds) < _LATEST  # false for NaN too
        whole = np.trunc(np.where(usable, seconds, 0.0))
        days = np.floor_divide(whole, 86_400).astype(np.int64).astype("datetime64[D]")
        return np.where(usable, pick(whole, days).astype(np.float64), np.nan)

    return function


def _months(days: _Days) -> npt.NDArray[np.datetime64]:
    return days.astype("datetime64[M]")


def _day_in(days: _Days, unit: str) -> npt.NDArray[np.int64]:
    since: npt.NDArray[np.int64] = (days - days.astype(f"datetime64[{unit}]")).astype(np.int64) + 1
    return since


def _month_length(days: _Days) -> npt.NDArray[np.int64]:
    month = _months(days)
    following = (month + np.timedelta64(1, "M")).astype("datetime64[D]")
    length: npt.NDArray[np.int64] = (following - month.astype("datetime64[D]")).astype(np.int64)
    return length


CALENDAR: dict[str, Callable[[Floats], Floats]] = {
    "minute": _calendar(lambda seconds, _: (np.floor_divide(seconds, 60) % 60).astype(np.int64)),
    "hour": _calendar(lambda seconds, _: (np.floor_divide(seconds, 3600) % 24).astype(np.int64)),
    "day_of_week": _calendar(lambda _, days: (days.astype(np.int64) + 4) % 7),  # 1970 began on a Thursday
    "day_of_month": _calendar(lambda _, days: _day_in(days, "M")),
    "day_of_year": _calendar(lambda _, days: _day_in(days, "Y")),
    "days_in_month": _calendar(lambda _, days: _month_length(days)),
    "month": _calendar(lambda _, days: _months(days).astype(np.int64) % 12 + 1),
    "year": _calendar(lambda _, days: days.astype("datetime64[Y]").astype(np.int64) + 1970),
}
