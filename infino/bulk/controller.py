"""How many requests may be in flight: up by one while all goes well, down by half when it does not."""

from __future__ import annotations

import attrs

SLOW = 4.0


@attrs.define
class Controller:
    """Additive increase and multiplicative decrease of the window, steered by 429 and by latency.

    Args:
        most: Upper limit of the window.
    """

    most: int
    window: float = attrs.field(init=False)
    _smooth: float | None = attrs.field(default=None, init=False)
    _pace: float | None = attrs.field(default=None, init=False)
    _hold: float = attrs.field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        self.window = float(self.most)

    @property
    def limit(self) -> int:
        """Requests that may be in flight now; never less than one."""
        return max(1, int(self.window))

    def throttled(self, now: float) -> None:
        """The service said that it is too much; requests of the same burst count once."""
        if now >= self._hold:
            self.window = max(1.0, self.window / 2)
            self._hold = now + (self._smooth or 1.0)

    def succeeded(self, now: float, seconds: float, size: int) -> None:
        """A request came through.

        Args:
            now: The time.
            seconds: How long it took.
            size: Bytes it carried.
        """
        pace = seconds / max(size, 65536)
        usual = self._pace
        self._pace = pace if usual is None else 0.8 * usual + 0.2 * pace
        self._smooth = seconds if self._smooth is None else 0.8 * self._smooth + 0.2 * seconds
        if usual is not None and pace > SLOW * usual and seconds > 1.0:
            if now >= self._hold:
                self.window = max(1.0, self.window - 1.0)
                self._hold = now + seconds
        elif self.window < self.most:
            self.window = min(float(self.most), self.window + 1.0 / self.limit)
