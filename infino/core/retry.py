"""What to do after a try: the one retry policy of both clients, without input or output."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import attrs

from infino.core.errors import ValidationError

Random = Callable[[], float]


def _at_least_one(_instance: object, _attribute: object, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValidationError("attempts counts every try, the first included, so it is a whole number, 1 or more")


def _seconds(_instance: object, attribute: Any, value: Any) -> None:
    if value is None and attribute.name == "deadline":
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise ValidationError(f"{attribute.name} is a number of seconds, 0 or more, not {value!r}")


@attrs.frozen
class RetryPolicy:
    """When and how often a call is tried again.

    Args:
        attempts: Tries in all; 1 means no retry.
        deadline: Seconds after the start of the call when no new try begins any more.
        base: Upper limit in seconds of the first pause; it doubles with each try.
        cap: Upper limit in seconds of any pause that we choose.
        retry_after_cap: Upper limit in seconds of a pause that the service asks for.
        statuses: Statuses that may be tried again where the operation allows it.

    Example:
        >>> client = Infino(retry=RetryPolicy(attempts=5, deadline=30))
    """

    attempts: int = attrs.field(default=3, validator=_at_least_one)
    deadline: float | None = attrs.field(default=90.0, validator=_seconds)
    base: float = attrs.field(default=0.5, validator=_seconds)
    cap: float = attrs.field(default=15.0, validator=_seconds)
    retry_after_cap: float = attrs.field(default=60.0, validator=_seconds)
    statuses: frozenset[int] = attrs.field(default=frozenset({429, 500, 502, 503, 504}), converter=frozenset)

    def pause(self, attempt: int, random: Random, asked: float | None = None) -> float:
        """Return the seconds to wait after a failed try.

        Args:
            attempt: Number of the try that failed, from 1.
            random: Source of numbers from 0 to 1.
            asked: What the service asked for in `Retry-After`.
        """
        chosen = random() * min(self.cap, self.base * 2.0 ** min(attempt - 1, 60))
        return chosen if asked is None else max(chosen, min(asked, self.retry_after_cap))


class RetryBudget:
    """A bucket of tokens shared by all calls of a client, so that retries cannot multiply an outage.

    Args:
        capacity: Tokens in the full bucket.
        cost: Tokens one retry takes.
        refund: Tokens one successful call gives back.
    """

    __slots__ = ("_lock", "_tokens", "capacity", "cost", "refund")

    def __init__(self, capacity: float = 500, cost: float = 5, refund: float = 1) -> None:
        self.capacity, self.cost, self.refund = capacity, cost, refund
        self._tokens = capacity
        self._lock = threading.Lock()

    @property
    def tokens(self) -> float:
        """Tokens left."""
        return self._tokens

    def take(self) -> bool:
        """Take what one retry costs, if it is there."""
        with self._lock:
            if self._tokens < self.cost:
                return False
            self._tokens -= self.cost
            return True

    def give(self) -> None:
        """Put back what one success is worth."""
        if self._tokens < self.capacity:
            with self._lock:
                self._tokens = min(self.capacity, self._tokens + self.refund)
