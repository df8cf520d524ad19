"""Stops queries that take too long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from infino.local.sql.dialect import wrong_sql


@contextmanager
def time_limit(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what a cursor runs when it takes longer than allowed, and raise a 400 that says so.

    Args:
        cursor: Its statements in the block are limited, all together.
        seconds: The limit.
    """
    fired = threading.Event()

    def stop() -> None:
        fired.set()
        cursor.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException:
        if fired.is_set():
            raise wrong_sql(f"the query was stopped after {seconds:g} s; narrow it down") from None
        raise
    finally:
        timer.cancel()
