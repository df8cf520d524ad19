"""Whether the caller of a request is still there: what runs for one who left is stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from starlette.types import Receive

T = TypeVar("T")
AGAIN = 0.2  # seconds; an interruption is lost on a cursor that is between two statements


class Presence:
    """One caller; what can be stopped for it says so with `watching`.

    Args:
        name: The access key; nothing for the gateway itself.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []
        self.left = False

    def leave(self) -> None:
        """Stop what runs for the caller; may be called again."""
        with self._lock:
            self.left = True
            for stop in self._stops:
                stop()

    @contextmanager
    def watch(self, stop: Callable[[], None]) -> Iterator[None]:
        """Have something stopped if the caller leaves within the block."""
        with self._lock:
            self._stops.append(stop)
        try:
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)


CALLER: ContextVar[Presence] = ContextVar("caller")


def caller_name() -> str:
    """Return the access key of the request at hand, or nothing outside of requests."""
    caller = CALLER.get(None)
    return caller.name if caller is not None else ""


@contextmanager
def watching(stop: Callable[[], None]) -> Iterator[Presence]:
    """Have something stopped if the caller of the request at hand leaves; outside of requests nobody does."""
    caller = CALLER.get(None) or Presence()
    with caller.watch(stop):
        yield caller


async def attended(receive: Receive, name: str, workers: Executor, work: Callable[[], T]) -> T:
    """Run something in a thread for as long as the caller stays.

    Args:
        receive: The ASGI channel, whose request was received.
        name: The caller's access key.
        workers: The threads.
        work: What to run.
    """
    caller = Presence(name)
    context = copy_context()
    context.run(CALLER.set, caller)
    running: asyncio.Future[T] = asyncio.get_running_loop().run_in_executor(workers, context.run, work)
    leaving = asyncio.ensure_future(departure(receive))
    either: set[asyncio.Future[Any]] = {running, leaving}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        while not running.done():
            caller.leave()
            await asyncio.wait({running}, timeout=AGAIN)
        return await running
    finally:
        leaving.cancel()


async def departure(receive: Receive) -> None:
    """Return when the caller hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
