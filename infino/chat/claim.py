"""Who may use a connection, and who may read an answer: one at a time; and a rest from which one can be woken."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref

from infino.chat.errors import TurnInProgress


class Claim:
    """The right to use a connection: one stream at a time, and a forgotten stream loses it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: weakref.ref[object] | None = None

    @property
    def holder(self) -> object | None:
        """The stream that holds it."""
        return self._holder() if self._holder is not None else None

    def take(self, stream: object) -> None:
        """Take it, or say that another stream has it."""
        with self._lock:
            if self.holder is not None:
                raise TurnInProgress(
                    "the answer to the question before has not ended",
                    operation="fino.ask",
                    hint="read its events to the end or cancel() it; a second chat() can ask at the same time",
                )
            # Weak: a stream that was dropped without `close()` must not lock the conversation for good.
            self._holder = weakref.ref(stream)

    def drop(self, stream: object) -> None:
        """Give it back, if this stream has it."""
        with self._lock:
            # None where the garbage collector has cleared the reference already.
            if self.holder in (stream, None):
                self._holder = None


class OneReader:
    """A ``with`` block that lets one reader of an answer in at a time, from whatever thread or task."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        # Waiting for the other reader would take turns with it, and each would see half of the events.
        if not self._lock.acquire(blocking=False):
            raise TurnInProgress(
                "another reader waits for the next event of this answer",
                operation=self._operation,
                hint="read the events in one place, and hand them on from there",
            )

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class AsyncWake:
    """A rest from which it can be woken, for a task."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake it, now and for good."""
        self._event.set()

    async def rest(self, seconds: float) -> None:
        """Wait for some seconds, or until it is woken."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()


class Wake:
    """A rest from which it can be woken, for a thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Wake it, now and for good."""
        self._event.set()

    def rest(self, seconds: float) -> None:
        """Wait for some seconds, or until it is woken."""
        self._event.wait(seconds)
