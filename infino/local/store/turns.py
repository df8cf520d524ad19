"""The lock of the one writer, for which callers take turns: who sends many writes at once waits behind the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from infino.local.presence import caller_name


class Turns:
    """A lock that goes round among the callers who wait for it, one request of each at a time.

    Examples:
        >>> with Turns().turn():
        ...     pass
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held = False
        self._waiting: dict[str, list[object]] = {}  # caller -> requests, in the order of the callers' turns

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the lock, alone."""
        name, place = caller_name(), object()
        with self._changed:
            self._waiting.setdefault(name, []).append(place)
            try:
                self._changed.wait_for(lambda: not self._held and self._next() is place)
                self._held = True
            finally:
                more = self._waiting.pop(name)
                more.remove(place)
                if more:
                    self._waiting[name] = more
        try:
            yield
        finally:
            with self._changed:
                self._held = False
                self._changed.notify_all()

    def _next(self) -> object:
        return next(iter(self._waiting.values()))[0]
