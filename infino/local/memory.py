"""How much memory the engine may take, and what stops it where it does not count."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]  # the module doesn't exist on this platform

SHARE = 2
"""The engine gets one part in so many of what the process may have."""
UNKNOWN = 4 * 1024**3
CONTAINER = Path("/sys/fs/cgroup/memory.max")
STATM = Path("/proc/self/statm")
LOOK = 0.02
"""Seconds between two looks while statements run."""
PATIENCE = 3.0
"""Seconds above the ceiling after which statements are interrupted, in which freed memory is given back, and for which
what can't be refused memory waits."""
RESERVE, LITTLE = 64 * 1024**2, 8 * 1024**2
"""Bytes above the ceiling, and at the least beyond what is mapped, that the process may still have."""


def process_memory() -> int:
    """Return the bytes that the process may have: those of the machine or the container."""
    found = []
    with suppress(ValueError, OSError, AttributeError):  # no POSIX
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    with suppress(ValueError, OSError):  # no container, or one without a limit
        found.append(int(CONTAINER.read_text(encoding="ascii")))
    return min(found, default=UNKNOWN)


def engine_memory() -> int:
    """Return the bytes that the engine may take: half of the machine's, or of the container's."""
    return process_memory() // SHARE


@attrs.frozen
class Taken:
    """The memory of this process, in bytes.

    Args:
        mapped: Its addresses, in use or not.
        private: What it has in use and shares with no file.
    """

    mapped: int
    private: int

    @classmethod
    def now(cls) -> Taken:
        """Return what the process has now."""
        page = os.sysconf("SC_PAGE_SIZE")
        mapped, resident, shared, *_ = (int(pages) * page for pages in STATM.read_text().split())
        return cls(mapped, resident - shared)


class Brake:
    """The limit on this process's addresses, set while memory is short: what asks for much then, fails."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._released = threading.Condition(self._lock)
        self._limits: dict[object, int] = {}
        self._lifted = 0
        self._before: tuple[int, int] | None = None

    def hold(self, holder: object, limit: int) -> None:
        """Let the process have so many bytes of addresses, and no more, until the holder releases it."""
        with self._lock:
            self._limits[holder] = limit
            self._apply()

    def release(self, holder: object) -> None:
        """Take back what a holder has set, if anything."""
        if holder in self._limits:
            with self._lock:
                del self._limits[holder]
                self._apply()
                self._released.notify_all()

    @property
    def held(self) -> bool:
        """Whether memory is short."""
        return bool(self._limits)

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Have no limit in the block: an engine that gets no memory to commit gives up on the whole database."""
        self._lift(1)
        try:
            yield
        finally:
            self._lift(-1)

    @contextmanager
    def spared(self) -> Iterator[None]:
        """Lift the limit within the block, which begins when memory is no longer short.

        It is for engines that end the whole process where they get none.

        Raises:
            MemoryError: Memory stays short.
        """
        with self._lock:
            if not self._released.wait_for(lambda: not self._limits, PATIENCE):
                raise MemoryError("memory is short")
            self._lifted += 1
            self._apply()
        try:
            yield
        finally:
            self._lift(-1)

    def _lift(self, number: int) -> None:
        with self._lock:
            self._lifted += number
            self._apply()

    def _apply(self) -> None:
        if resource is None:
            return
        if self._limits and not self._lifted:
            self._before = self._before or resource.getrlimit(resource.RLIMIT_AS)
            soft, hard = self._before
            limit = min(self._limits.values())
            resource.setrlimit(resource.RLIMIT_AS, (limit if soft < 0 else min(limit, soft), hard))
        elif self._before is not None:
            resource.setrlimit(resource.RLIMIT_AS, self._before)
            self._before = None


BRAKE = Brake()


class MemoryCeiling:
    """Stops the statements of one gateway before they leave the process without memory.

    The engine counts what it buffers, but not the values that a step of a statement makes for some thousand rows at
    once; and it can't be interrupted within a step. So the memory of the process is looked at while statements run.
    Above the ceiling it gets hardly any more: the statement that grows fails, with what it took. Linux only.

    Args:
        growth: Bytes that the process may grow by while statements run.
        busy: Tells whether statements run.
        begun: Set when one begins.
        interrupt: Breaks off those that run.

    Examples:
        >>> ceiling = MemoryCeiling(2**30, store.busy, store.begun, store.interrupt)
    """

    def __init__(
        self, growth: int, busy: Callable[[], bool], begun: threading.Event, interrupt: Callable[[], None]
    ) -> None:
        self._growth, self._busy, self._begun, self._interrupt = growth, busy, begun, interrupt
        self._most = process_memory() * 7 // 8
        self._ended = False
        self._base = self._other = 0
        self._idle_since = -PATIENCE
        self._over_since: float | None = None
        self._thread = threading.Thread(target=self._run, name="infino-memory", daemon=True)
        if STATM.exists():
            self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._ended = True
        self._begun.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ended:
            self._begun.wait()
            self._begun.clear()
            if time.monotonic() - self._idle_since > PATIENCE:  # before, what is free may not have been given back
                self._base = Taken.now().private
            time.sleep(LOOK)  # most statements end within it, and those that begin need not wake this thread each
            while self._busy() and not self._ended:
                self._look(Taken.now())
                time.sleep(LOOK)
            BRAKE.release(self)
            self._idle_since, self._over_since = time.monotonic(), None

    def _ceiling(self) -> int:
        """Return how many private bytes the process may have."""
        return min(self._base + self._growth, max(self._base + RESERVE, self._most))

    def _look(self, taken: Taken) -> None:
        ceiling, now = self._ceiling(), time.monotonic()
        if taken.private <= ceiling:
            BRAKE.release(self)
            self._over_since = None
        elif self._over_since is None:
            self._over_since = now
            # The engine keeps addresses of what it freed, so those that are mapped tell little of what is to come.
            other = taken.mapped - taken.private
            self._other = min(self._other or other, other)
            BRAKE.hold(self, max(self._other + ceiling + RESERVE, taken.mapped + LITTLE))
        elif now - self._over_since > PATIENCE:
            self._interrupt()
