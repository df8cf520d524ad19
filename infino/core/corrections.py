"""What one call learns from refusals about its clock and its keys.

A refusal is judged by the time and the keys that signed the refused try, never by what other calls have changed
meanwhile. What is learned stays with the call until the service has accepted it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, Protocol

from infino.core.errors import APIError
from infino.core.failures import is_clock_skew, server_offset, server_time, speaks_of_time

if TYPE_CHECKING:
    from infino.core.clock import Clock
    from infino.core.signer import SigV4Signer

Remedy = Literal["clock", "keys"]
_KEY_CHANGES: Final = 2  # keys may be rotated once more while a call is on its way
_CLOCK_CHANGES: Final = 3
_NOTICEABLE: Final = timedelta(seconds=1)  # a Date is in whole seconds


class SharedClock(Protocol):
    """The time by the service's clock, which the calls of a client share."""

    clock: Clock
    offset: timedelta | None

    def now(self) -> datetime:
        """The time by the service's clock, as far as it is known."""
        ...


class Signed:
    """Who signed one try, with which time, and when that was."""

    __slots__ = ("at", "signer", "time")

    def __init__(self, signer: SigV4Signer, time: datetime, at: float) -> None:
        self.signer, self.time, self.at = signer, time, at


class Corrections:
    """The corrections of one call.

    Args:
        shared: State of the client; takes over the clock's offset once the service has accepted it.
    """

    __slots__ = ("_clock_changes", "_key_changes", "_service_clock", "_shared")

    def __init__(self, shared: SharedClock) -> None:
        self._shared = shared
        self._key_changes = self._clock_changes = 0
        # The service's time at a moment of our monotonic clock, which holds even when our time of day jumps.
        self._service_clock: tuple[datetime, float] | None = None

    def sign(self, signer: SigV4Signer) -> Signed:
        """Settle who signs the next try, and with which time."""
        at = self._shared.clock.monotonic()
        if self._service_clock is None:
            return Signed(signer, self._shared.now(), at)
        moment, seen = self._service_clock
        return Signed(signer, moment + timedelta(seconds=at - seen), at)

    def judge(self, refusal: APIError, signed: Signed | None) -> Remedy | None:
        """Tell what another try needs to be accepted; None when nothing would help.

        Args:
            refusal: The refusal; nothing was processed.
            signed: Who signed the refused try, and when.
        """
        if signed is None or refusal.status not in (400, 401, 403):
            return None
        now = self._shared.clock.monotonic()
        # The first Date may be a proxy's; another one is believed where the refusal itself speaks of time.
        if not self._clock_changes or (
            self._clock_changes < _CLOCK_CHANGES and speaks_of_time(refusal.reason, refusal.code)
        ):
            offset = server_offset(refusal.headers, signed.time, now - signed.at)
            if is_clock_skew(refusal.status, refusal.reason, refusal.code, offset):
                moment = server_time(refusal.headers)
                assert moment is not None  # an offset was made of it
                self._service_clock = moment, now
                self._clock_changes += 1
                return "clock"
        if refusal.status in (401, 403) and self._key_changes < _KEY_CHANGES:
            self._key_changes += 1
            return "keys"
        return None

    def accepted(self) -> None:
        """The service took the last try: what was learned about the clock now holds for the other calls too."""
        if self._service_clock is not None:
            clock = self._shared.clock
            moment, seen = self._service_clock
            offset = moment + timedelta(seconds=clock.monotonic() - seen) - clock.now()
            self._shared.offset = offset if abs(offset) > _NOTICEABLE else None
