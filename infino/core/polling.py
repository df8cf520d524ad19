"""When to look again at work that goes on elsewhere, and which of its words are the last: one policy for all of it."""

from __future__ import annotations

import math
from typing import Final, Literal

from infino.core.clock import Clock
from infino.core.errors import NotFoundError, ValidationError

End = Literal["done", "failed"]
DONE: Final = frozenset({"completed", "complete", "succeeded", "success", "successful", "done", "finished"})
FAILED: Final = frozenset(
    {"failed", "failure", "error", "errored", "cancelled", "canceled", "aborted", "timed_out", "timeout", "killed"}
)
INTERVAL: Final = 0.5
LONGEST: Final = 15.0
_GROWTH: Final = 1.5
_GRACE: Final = 30.0
_LAST_LOOK: Final = 2.0  # seconds for a look that begins when the time is up


def end_of(status: str | None) -> End | None:
    """Tell whether a job's word is its last one; a word that is not known means that the job goes on."""
    word = (status or "").strip().lower().replace(" ", "_")
    return "done" if word in DONE else "failed" if word in FAILED else None


class Polling:
    """The looks at one piece of work: often at first, seldom later, and a last one when the time is up.

    Each pause is half as long again as the one before.
    """

    def __init__(
        self, clock: Clock, timeout: float | None, *, interval: float = INTERVAL, longest: float = LONGEST
    ) -> None:
        if not _is_number(interval) or not 0 < interval < math.inf:
            raise ValidationError(f"interval must be a positive number of seconds, not {interval!r}")
        if timeout is not None and (not _is_number(timeout) or not timeout >= 0):
            raise ValidationError(f"timeout must be a number of seconds, 0 or more, or None, not {timeout!r}")
        self._clock, self.timeout, self._longest = clock, timeout, longest
        self._began = clock.monotonic()
        self._next = min(interval, longest)

    @property
    def passed(self) -> float:
        """Seconds since the first look."""
        return self._clock.monotonic() - self._began

    @property
    def left(self) -> float | None:
        """Seconds until the time is up, never negative; None where it never is."""
        return None if self.timeout is None else max(self.timeout - self.passed, 0.0)

    def look(self, total: float | None) -> float | None:
        """Return the seconds that one look may take, of the `total` for any call; None where nothing limits it."""
        left = None if self.left is None else max(self.left, _LAST_LOOK)
        return min((limit for limit in (total, left) if limit is not None), default=None)

    def pause(self) -> float | None:
        """Return the seconds until the next look; None when the time is up, after a look at its very end."""
        left, pause = self.left, self._next
        if left is not None and left <= 0:
            return None
        self._next = min(pause * _GROWTH, self._longest)
        return pause if left is None else min(pause, max(left, 0.001))

    def unknown(self, error: NotFoundError) -> None:
        """Bear with a service that does not know the work yet, for half a minute after its start."""
        if self.passed >= _GRACE:
            raise error


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
