"""Moments with more digits than a `datetime` holds, as services write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from typing import Any, Self, overload

_BELOW_MICROSECONDS = re.compile(r"[.,]\d{6}(\d+)")
_MICROSECONDS_END = len("2026-01-02T03:04:05.123456")


class DatetimeWithNanoseconds(datetime):
    """A `datetime` that keeps the digits below its microsecond.

    They are there in `nanosecond`, `isoformat()`, `str()`, copies, other zones and sums with a `timedelta`, and they
    are sent back. They count when two such moments are compared; beside a plain `datetime`, and in the difference of
    two, it ends at microseconds as a `datetime` does.
    """

    _rest: str = ""

    @classmethod
    def of(cls, moment: datetime, rest: str) -> Self:
        """Return a moment with further digits.

        Args:
            moment: The moment up to its microsecond.
            rest: The digits that follow.
        """
        # `datetime` copies none of our attributes, so each method below that returns a moment sets `_rest` again.
        made = cls.combine(moment.date(), moment.timetz())
        made._rest = rest
        return made

    @property
    def nanosecond(self) -> int:
        """Nanoseconds beyond the microsecond, from 0 to 999."""
        return int(self._rest[:3].ljust(3, "0"))

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:
        """Return the text with every digit; `timespec` cuts it as that of a `datetime` does.

        Args:
            sep: What stands between day and time.
            timespec: The smallest unit, as for a `datetime`.
        """
        if timespec != "auto":
            return super().isoformat(sep, timespec)
        text = super().isoformat(sep, "microseconds")
        return text[:_MICROSECONDS_END] + self._rest + text[_MICROSECONDS_END:]

    def __repr__(self) -> str:
        return f"{type(self).__name__}.fromisoformat({self.isoformat()!r})"

    @classmethod
    def fromisoformat(cls, date_string: str, /) -> Self:
        """Read what `isoformat` writes.

        Args:
            date_string: The text.
        """
        return cls.of(datetime.fromisoformat(date_string), _digits_below(date_string))

    def astimezone(self, tz: tzinfo | None = None) -> Self:
        """Return the same moment in another zone.

        Args:
            tz: The zone, None for that of this machine.
        """
        return self.of(super().astimezone(tz), self._rest)

    def replace(self, *given: Any, **changes: Any) -> Self:
        """Return a moment with other parts; a new microsecond has no digits below it.

        Args:
            *given: As for a `datetime`.
            **changes: As for a `datetime`.
        """
        # The seventh argument of `replace`, where it is given by position, is the microsecond.
        is_whole = "microsecond" in changes or len(given) > 6
        return self.of(super().replace(*given, **changes), "" if is_whole else self._rest)

    def __add__(self, value: timedelta, /) -> Self:
        found = super().__add__(value)
        return found if found is NotImplemented else self.of(found, self._rest)

    __radd__ = __add__

    @overload  # type: ignore[override]  # a datetime's own stub has the same two forms
    def __sub__(self, value: datetime, /) -> timedelta: ...

    @overload
    def __sub__(self, value: timedelta, /) -> Self: ...

    def __sub__(self, value: Any, /) -> Any:
        found: Any = super().__sub__(value)
        return self.of(found, self._rest) if isinstance(found, datetime) else found

    def __eq__(self, other: object) -> bool:
        found = super().__eq__(other)
        return found and self._rest == other._rest if isinstance(other, DatetimeWithNanoseconds) else found

    def __ne__(self, other: object) -> bool:
        return not self == other

    # The digits do not count here: a moment may equal a plain datetime, and equal things have one hash.
    __hash__ = datetime.__hash__

    def _order(self, other: object) -> int:
        """Tell which of two moments of one microsecond is the later: more than 0 when this one is."""
        if not isinstance(other, DatetimeWithNanoseconds) or not super().__eq__(other):
            return 0
        return (self._rest > other._rest) - (self._rest < other._rest)

    def __lt__(self, other: Any, /) -> bool:
        return self._order(other) < 0 or super().__lt__(other)

    def __gt__(self, other: Any, /) -> bool:
        return self._order(other) > 0 or super().__gt__(other)

    def __le__(self, other: Any, /) -> bool:
        return self._order(other) <= 0 and super().__le__(other)

    def __ge__(self, other: Any, /) -> bool:
        return self._order(other) >= 0 and super().__ge__(other)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return self.of, (datetime.combine(self.date(), self.timetz()), self._rest)


def _digits_below(text: str) -> str:
    found = _BELOW_MICROSECONDS.search(text)
    return found[1].rstrip("0") if found else ""


def with_every_digit(found: datetime, text: str) -> datetime:
    """Return a moment with the digits of its text that a `datetime` leaves out, where any of them is not 0."""
    digits = _digits_below(text)
    return DatetimeWithNanoseconds.of(found, digits) if digits else found
