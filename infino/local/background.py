"""Threads for what goes on when a request has been answered: no caller has them all."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from infino.local.workers import started

if TYPE_CHECKING:
    from infino.local.state import Gateway


class BackgroundThreads:
    """Threads of one gateway, which end before its store closes.

    Args:
        gateway: The gateway.
        kind: What they are for.
        count: How many there are.
        of_one_caller: How many of them one caller has at the most.

    Examples:
        >>> BackgroundThreads(gateway, "import", 16, 2).submit("IAK_1", work)
    """

    def __init__(self, gateway: Gateway, kind: str, count: int, of_one_caller: int) -> None:
        self._pool = started(kind, count)
        self._of_one_caller = of_one_caller
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        self._waiting: defaultdict[str, deque[Callable[[], object]]] = defaultdict(deque)
        gateway.on_close(lambda: self._pool.shutdown(cancel_futures=True))

    def submit(self, caller: str, work: Callable[[], object]) -> None:
        """Do something as soon as the caller has a thread for it.

        Args:
            caller: Who it is done for.
            work: What to do.
        """
        with self._lock:
            if self._running[caller] >= self._of_one_caller:
                self._waiting[caller].append(work)
                return
            self._running[caller] += 1
            self._pool.submit(self._run, caller, work)

    def _run(self, caller: str, work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            with self._lock:
                self._running[caller] -= 1
                waiting = self._waiting[caller]
                following = waiting.popleft() if waiting else None
            if following is not None:
                with suppress(RuntimeError):  # the gateway closes
                    self.submit(caller, following)
