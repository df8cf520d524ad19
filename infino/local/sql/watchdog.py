"""Stops queries that take too long, or whose caller has left."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import duckdb

from infino.local.http import Problem
from infino.local.presence import AGAIN, watching
from infino.local.sql.dialect import wrong_sql


class Clock:
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


_running: ContextVar[Clock | None] = ContextVar("infino_time_limit", default=None)


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


@contextmanager
def time_limit(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what a cursor runs when it takes longer than allowed, with a 400 that says so, or its caller leaves.

    Args:
        cursor: Its statements in the block are limited, all together.
        seconds: The limit.
    """
    late, done, clock = threading.Event(), threading.Event(), Clock(seconds)

    def watch() -> None:
        while not done.wait(AGAIN if (left := clock.left()) is None else max(left, 0)):
            left = clock.left()
            if left is not None and left <= 0:
                late.set()
                cursor.interrupt()
                while not done.wait(AGAIN):
                    cursor.interrupt()

    threading.Thread(target=watch, name="infino-time-limit", daemon=True).start()
    with watching(cursor.interrupt) as caller:
        token = _running.set(clock)
        try:
            yield
        except duckdb.InterruptException:
            if late.is_set():
                raise wrong_sql(f"the query was stopped after {seconds:g} s; narrow it down") from None
            if caller.left:
                raise Problem(499, "client_closed_request", "the caller left before the answer") from None
            raise
        finally:
            _running.reset(token)
            done.set()
