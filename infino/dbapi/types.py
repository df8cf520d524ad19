"""Type objects and constructors of PEP 249, and times as Python objects."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final


class TypeObject:
    """A group of column types; equal to each type code in it."""

    def __init__(self, name: str, *kinds: str) -> None:
        self.name = name
        self.kinds = frozenset(kinds)

    def __eq__(self, other: object) -> bool:
        return other is self or other in self.kinds

    def __hash__(self) -> int:
        return hash(self.kinds)

    def __repr__(self) -> str:
        return self.name


STRING: Final = TypeObject("STRING", "string")
BINARY: Final = TypeObject("BINARY")
NUMBER: Final = TypeObject("NUMBER", "integer", "float", "decimal", "boolean")
DATETIME: Final = TypeObject("DATETIME", "timestamp", "date", "time")
ROWID: Final = TypeObject("ROWID")

Date = date
Time = time
Timestamp = datetime
Binary = bytes


def DateFromTicks(ticks: float) -> date:  # noqa: N802  # PEP 249 names it so
    """The local date of a Unix time."""
    return date.fromtimestamp(ticks)


def TimeFromTicks(ticks: float) -> time:  # noqa: N802  # PEP 249 names it so
    """The local time of day of a Unix time."""
    return datetime.fromtimestamp(ticks).time()


def TimestampFromTicks(ticks: float) -> datetime:  # noqa: N802  # PEP 249 names it so
    """The local date and time of a Unix time."""
    return datetime.fromtimestamp(ticks)
