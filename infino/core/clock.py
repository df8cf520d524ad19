"""What time it is, as something that can be replaced."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import Protocol


class Clock(Protocol):
    """Tell the time of day and the time passed; sleeping is the business of the shells."""

    def now(self) -> datetime:
        """Return the time of day in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds from a fixed, arbitrary moment."""
        ...


class SystemClock:
    """The clock of this machine."""

    # Functions of the library as they are: they are asked several times in a call.
    now = staticmethod(partial(datetime.now, UTC))
    monotonic = staticmethod(time.monotonic)
