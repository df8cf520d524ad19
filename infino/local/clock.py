"""The gateway's clock, so that tests can move time instead of waiting for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class GatewayClock:
    """The real time, shifted by an offset that tests may set.

    Examples:
        >>> clock = GatewayClock()
        >>> clock.offset = timedelta(minutes=10)
    """

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC) + self.offset

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        return time.monotonic()


def iso(moment: datetime) -> str:
    """Return a time as ISO 8601 text with microseconds and offset.

    Args:
        moment: An aware time.

    Examples:
        >>> iso(datetime(2026, 1, 2, tzinfo=UTC))
        '2026-01-02T00:00:00.000000+00:00'
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
