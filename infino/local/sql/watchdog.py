"""Stops queries that take too long, or whose caller has left."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import attrs
import duckdb

from infino.core.redaction import get_logger
from infino.local.http import Problem, illegal
from infino.local.presence import AGAIN, watching


class QueryStopped(Problem):
    """A query took longer than it may.

    Args:
        seconds: The limit.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(400, "sql_exception", f"the query was stopped after {seconds:g} s; narrow it down")


logger = get_logger("infino.local")


class TimeLimit:
    """Counts the seconds that are left, but for those in which it is stopped."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._since: float | None = time.monotonic()

    def left(self) -> float | None:
        """Return the seconds that are left, or None while it is stopped."""
        since = self._since
        return None if since is None else self._left - (time.monotonic() - since)

    def stop(self) -> None:
        """Stop counting."""
        left = self.left()
        if left is not None:
            self._left, self._since = left, None

    def go_on(self) -> None:
        """Count again."""
        self._since = time.monotonic()


_running: ContextVar[TimeLimit | None] = ContextVar("infino_time_limit", default=None)


@contextmanager
def untimed() -> Iterator[None]:
    """Leave what is done in the block out of the time limit around it: it is kept, and serves later queries too."""
    clock = _running.get()
    if clock is None or clock.left() is None:
        yield
        return
    clock.stop()
    try:
        yield
    finally:
        clock.go_on()


@attrs.define(eq=False)
class Limited:
    """Something that may take only so long.

    Args:
        clock: Tells how long it may still take.
        stop: Stops it; is called again until it is released.
        late: Whether it took too long.
    """

    clock: TimeLimit
    stop: Callable[[], None]
    late: bool = False

    def wait(self) -> float:
        """Return in how many seconds to look again, and stop what is late by now."""
        left = self.clock.left()
        if left is not None and left <= 0:
            self.late = True
            self.stop()
        return AGAIN if left is None or left <= 0 else left


class Watchdog:
    """One thread that stops whatever takes too long; it is woken only for what is due before anything else."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._limited: set[Limited] = set()
        self._thread: threading.Thread | None = None
        self._due = math.inf

    def watch(self, limited: Limited) -> None:
        """Have something stopped when its time is over."""
        left = limited.clock.left()  # what cannot be counted is refused before it is one of those that are watched
        due = time.monotonic() + (AGAIN if left is None else left)
        with self._changed:
            self._limited.add(limited)
            self._start()
            if due < self._due:
                self._changed.notify()

    def start(self) -> None:
        """Have the thread run before anything is watched: while memory is short, the system starts none."""
        with self._changed:
            self._start()

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():  # the first time, and after a fork
            self._thread = threading.Thread(target=self._run, name="infino-time-limit", daemon=True)
            self._due = math.inf
            self._thread.start()

    def release(self, limited: Limited) -> None:
        """Leave something alone: it has ended. No stop is under way when this returns."""
        with self._changed:
            self._limited.discard(limited)

    def _run(self) -> None:
        with self._changed:
            while True:
                wait = min(map(self._look, tuple(self._limited)), default=threading.TIMEOUT_MAX)
                self._due = time.monotonic() + wait
                self._changed.wait(wait)

    def _look(self, limited: Limited) -> float:
        """Return in how many seconds to look again; what fails at it is left alone, for all others are watched too."""
        try:
            return min(threading.TIMEOUT_MAX, limited.wait())
        except Exception:
            logger.exception("something that takes too long could not be stopped")
            self._limited.discard(limited)
            return AGAIN


WATCHDOG = Watchdog()
T = TypeVar("T")


def in_time(items: Iterable[T], seconds: float) -> Iterator[T]:
    """Yield the parts of one request for as long as their time lasts and its caller stays.

    Args:
        items: The parts, each of which takes its own time.
        seconds: The limit for all of them together.

    Raises:
        Problem: 400 when they take longer.
    """
    ends = time.monotonic() + seconds
    with watching(lambda: None) as caller:
        for item in items:
            if caller.left:
                raise caller_left()
            if time.monotonic() > ends:
                reason = f"the request was stopped after {seconds:g} s; ask for fewer things at once"
                raise illegal(reason)
            yield item


def caller_left() -> Problem:
    """Return what is answered to nobody."""
    return Problem(499, "client_closed_request", "the caller left before the answer")


@contextmanager
def time_limit(
    stop: Callable[[], None], seconds: float, broken_off: type[Exception] = duckdb.InterruptException
) -> Iterator[None]:
    """Stop what runs in the block when it takes longer than allowed, with a 400 that says so, or its caller leaves.

    Args:
        stop: Interrupts its statements, which are limited all together; may be called again.
        seconds: The limit.
        broken_off: What an interrupted statement raises.
    """
    clock = TimeLimit(seconds)
    limited = Limited(clock, stop)
    WATCHDOG.watch(limited)
    with watching(stop) as caller:
        token = _running.set(clock)
        try:
            yield
        except broken_off:
            if limited.late:
                raise QueryStopped(seconds) from None
            if caller.left:
                raise caller_left() from None
            raise
        finally:
            _running.reset(token)
            WATCHDOG.release(limited)
