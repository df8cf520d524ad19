"""Threads that send."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any


class Senders:
    """Threads that a process does not wait for at its end, unlike those of `ThreadPoolExecutor`.

    After Ctrl-C a request may hang until its time limit, and nobody wants its answer any more.

    Args:
        most: Most threads.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads: list[threading.Thread] = []
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        """Let a thread make a call.

        Args:
            call: What to do.
        """
        future: Future[Any] = Future()
        self._calls.put((future, call))
        if len(self._threads) < self._most:
            thread = threading.Thread(target=self._work, name="infino-bulk", daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def _work(self) -> None:
        while (job := self._calls.get()) is not None:
            _run(*job)
            del job  # a body is not kept while waiting for the next

    def close(self, *, wait: bool) -> None:
        """Let the threads end.

        Args:
            wait: Whether to wait for them.
        """
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads if wait else ():
            thread.join()


def _run(future: Future[Any], call: Callable[[], Any]) -> None:
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(call())
        except BaseException as error:  # whoever waits for the future gets it
            future.set_exception(error)
