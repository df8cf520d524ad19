"""A call in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


def in_thread(name: str, call: Callable[[], T]) -> Future[T]:
    """Make a call in a thread that the process does not wait for at its end, as it does for those of an executor.

    It may hang, and after Ctrl-C nobody wants its answer any more. The context goes along: a trace, and variables that
    a caller's function reads.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            given = call()
        except BaseException as error:  # whoever waits for the future gets it
            future.set_exception(error)
        else:
            future.set_result(given)

    threading.Thread(target=copy_context().run, args=(run,), name=name, daemon=True).start()
    return future
