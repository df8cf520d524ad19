"""Time, without input or output: the clock, how long to wait for what, when to try again, and when to look again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Literal, Protocol

import attrs

from infino.core.errors import (
    APIError,
    ConnectError,
    InfinoError,
    NotFoundError,
    Timeout,
    TransportError,
    ValidationError,
)

# More than three weeks do not fit into the timeouts of every system's sockets.
LONGEST: Final = 2_000_000.0


def _positive(_: object, attribute: Any, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST:
        raise ValidationError(
            f"timeout {attribute.name} must be a positive number of seconds, at most {LONGEST:,.0f}, or None for no "
            f"limit, not {shown(value)}"
        )


def out_of_time(total: float) -> Timeout:
    """The error of a call that took longer than it may."""
    return Timeout(f"the answer took longer than {total:g} s", phase="total")


def shown(value: object) -> str:
    """Show a value that was refused; a number may have more digits than Python writes."""
    try:
        return repr(value)[:80]
    except ValueError:
        return "an enormous number"


@attrs.frozen
class Timeouts:
    """Limits in seconds, at most 2,000,000 each; None means no limit.

    Args:
        connect: To open a connection, TLS included.
        read: Between two pieces of an answer; without a total also for keys, where a callable gives them.
        write: To hand over one piece of a request.
        pool: To get a free connection when all are busy.
        total: For the whole call: every attempt and every pause between them.

    Examples:
        >>> Timeouts(connect=3, total=30)
        Timeouts(connect=3, read=120.0, write=60.0, pool=60.0, total=30)
    """

    # Connecting is quick or fails; answers to heavy queries take their time.
    connect: float | None = attrs.field(default=10.0, validator=_positive)
    read: float | None = attrs.field(default=120.0, validator=_positive)
    write: float | None = attrs.field(default=60.0, validator=_positive)
    pool: float | None = attrs.field(default=60.0, validator=_positive)
    total: float | None = attrs.field(default=None, validator=_positive)

    @classmethod
    def of(cls, value: float | Timeouts | None, default: Timeouts) -> Timeouts:
        """Read what a caller gave: a number is the total, None keeps the default."""
        if value is None:
            return default
        if isinstance(value, Timeouts):
            return value
        return attrs.evolve(default, total=value)

    @property
    def keys(self) -> float | None:
        """Seconds to wait for a callable that gives keys."""
        return self.read if self.total is None else self.total

    def within(self, remaining: float) -> Timeouts:
        """Cap every limit by the time that remains."""
        left = max(remaining, 0.001)

        def cap(value: float | None) -> float:
            return left if value is None else min(value, left)

        return Timeouts(cap(self.connect), cap(self.read), cap(self.write), cap(self.pool), left)


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


End = Literal["done", "failed"]
DONE: Final = frozenset({"completed", "complete", "succeeded", "success", "successful", "done", "finished"})
FAILED: Final = frozenset(
    {"failed", "failure", "error", "errored", "cancelled", "canceled", "aborted", "timed_out", "timeout", "killed"}
)
INTERVAL: Final = 0.5
LONGEST_PAUSE: Final = 15.0
_GROWTH: Final = 1.5
# A service of several nodes may answer 404 right after it took the work.
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
        self, clock: Clock, timeout: float | None, *, interval: float = INTERVAL, longest: float = LONGEST_PAUSE
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


Random = Callable[[], float]
RetryClass = Literal["safe", "keyed", "never"]

# RFC 9110 and 8470, and what gateways add (507, 520 to 529, 599). 501 and 505 will be the same the next time.
RETRYABLE_STATUSES: Final = frozenset({408, 425, 429, *range(500, 600)}) - {501, 505}
# Refusals that come before any work: even a call that must not be doubled may be sent again.
UNPROCESSED_STATUSES: Final = frozenset({425, 429, 503})


def surely_unsent(error: InfinoError) -> bool:
    """Tell whether a failure happened before anything was sent."""
    if isinstance(error, Timeout):
        return error.phase in ("connect", "keys", "pool")
    return isinstance(error, ConnectError)


def may_be_done(failure: InfinoError) -> bool:
    """Tell whether the service may have done what was asked although no good answer came."""
    if isinstance(failure, APIError):
        return failure.status in RETRYABLE_STATUSES - UNPROCESSED_STATUSES
    return isinstance(failure, TransportError) and not surely_unsent(failure)


def _at_least_one(_instance: object, _attribute: object, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValidationError("attempts counts every try, the first included, so it is a whole number, 1 or more")


def _seconds(_instance: object, attribute: Any, value: Any) -> None:
    if value is None and attribute.name == "deadline":
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST:
        raise ValidationError(f"{attribute.name} is a number of seconds from 0 to {LONGEST:,.0f}, not {shown(value)}")


def _ranges(statuses: frozenset[int]) -> str:
    """Write statuses as people do: `408, 425, 500, 502-504`."""
    runs: list[list[int]] = []
    for status in sorted(statuses):
        if runs and status == runs[-1][-1] + 1:
            runs[-1].append(status)
        else:
            runs.append([status])
    return "{" + ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs) + "}"


@attrs.frozen
class RetryPolicy:
    """When and how often a call is tried again.

    Args:
        attempts: Tries in all; 1 means no retry.
        deadline: Seconds after the start of the call when no new try begins any more.
        base: Upper limit in seconds of the first pause; it doubles with each try.
        cap: Upper limit in seconds of any pause that we choose.
        retry_after_cap: Longest pause in seconds that the service may ask for in `Retry-After`; an answer that asks for
            more surfaces at once, with `.retry_after`.
        statuses: Statuses that may be tried again where the operation allows it.

    Examples:
        >>> client = Infino(retry=RetryPolicy(attempts=5, deadline=30))
    """

    attempts: int = attrs.field(default=3, validator=_at_least_one)
    deadline: float | None = attrs.field(default=90.0, validator=_seconds)
    base: float = attrs.field(default=0.5, validator=_seconds)
    cap: float = attrs.field(default=15.0, validator=_seconds)
    retry_after_cap: float = attrs.field(default=60.0, validator=_seconds)
    statuses: frozenset[int] = attrs.field(default=RETRYABLE_STATUSES, converter=frozenset, repr=_ranges)

    def may_repeat(self, failure: InfinoError, kind: RetryClass) -> bool:
        """Decide by the failure and the kind of call alone whether another try is safe and has a chance.

        Args:
            failure: What the last try met.
            kind: What may be repeated: `safe` and `keyed` after any failure of this kind, `never` only what cannot
                have been processed.
        """
        if isinstance(failure, APIError):
            return failure.status in self.statuses and (kind != "never" or failure.status in UNPROCESSED_STATUSES)
        return isinstance(failure, TransportError) and (kind != "never" or surely_unsent(failure))

    def pause(self, attempt: int, random: Random, *, asked: float | None = None, elapsed: float = 0.0) -> float | None:
        """Return the seconds to wait after a failed try, or None when there is no other.

        Args:
            attempt: Number of the try that failed, from 1.
            random: Source of numbers from 0 to 1.
            asked: What the service asked for in `Retry-After`.
            elapsed: Seconds since the call began.
        """
        if attempt >= self.attempts or (asked is not None and asked > self.retry_after_cap):
            return None
        # Full jitter: many clients that failed together come back spread over the whole pause. 2**60 keeps it finite.
        chosen = random() * min(self.cap, self.base * 2.0 ** min(attempt - 1, 60))
        # Never sooner than the service asked for.
        seconds = chosen if asked is None else max(chosen, asked)
        return None if self.deadline is not None and elapsed + seconds >= self.deadline else seconds
