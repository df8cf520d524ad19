"""What to do after a try: the one retry policy of both clients, without input or output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

import attrs

from infino.core.errors import APIError, ConnectError, InfinoError, Timeout, TransportError, ValidationError
from infino.core.timeouts import LONGEST, shown

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
        chosen = random() * min(self.cap, self.base * 2.0 ** min(attempt - 1, 60))
        seconds = chosen if asked is None else max(chosen, asked)
        return None if self.deadline is not None and elapsed + seconds >= self.deadline else seconds
