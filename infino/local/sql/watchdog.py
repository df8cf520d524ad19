"""Stops queries that take too long, or whose caller has left."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from infino.local.http import Problem
from infino.local.presence import AGAIN, watching
from infino.local.sql.dialect import wrong_sql


@contextmanager
def time_limit(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what a cursor runs when it takes longer than allowed, with a 400 that says so, or its caller leaves.

    Args:
        cursor: Its statements in the block are limited, all together.
        seconds: The limit.
    """
    late, done = threading.Event(), threading.Event()

    def watch() -> None:
        if not done.wait(seconds):
            late.set()
            cursor.interrupt()
            while not done.wait(AGAIN):
                cursor.interrupt()

    threading.Thread(target=watch, name="infino-time-limit", daemon=True).start()
    with watching(cursor.interrupt) as caller:
        try:
            yield
        except duckdb.InterruptException:
            if late.is_set():
                raise wrong_sql(f"the query was stopped after {seconds:g} s; narrow it down") from None
            if caller.left:
                raise Problem(499, "client_closed_request", "the caller left before the answer") from None
            raise
        finally:
            done.set()
