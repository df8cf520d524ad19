"""How long to wait, for what."""

from __future__ import annotations

from typing import Any, Final

import attrs

from infino.core.errors import Timeout, ValidationError

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
    return Timeout(f"the answer took longer than {total:.3g} s", phase="total")


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
