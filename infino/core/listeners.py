"""Those who watch a client, and how they are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

from infino.core.errors import ValidationError
from infino.core.redaction import get_logger

if TYPE_CHECKING:
    import asyncio

    from infino.core.events import EndEvent, Event
    from infino.core.retry import Clock

_logger: Final = get_logger("infino")
_numbers = count(1)


def is_async(callback: object) -> bool:
    """Tell whether calling this gives something to await."""
    return iscoroutinefunction(callback) or iscoroutinefunction(getattr(callback, "__call__", None))  # noqa: B004  # the method is looked at, not called


class Listeners:
    """Callbacks by event. A callback that fails is reported to the log and never breaks a call."""

    __slots__ = ("_tasks", "call", "end", "request", "response", "retry")

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.call: tuple[Callable[[Any], object], ...] = ()
        self.end: tuple[Callable[[Any], object], ...] = ()
        self.request: tuple[Callable[[Any], object], ...] = ()
        self.response: tuple[Callable[[Any], object], ...] = ()
        self.retry: tuple[Callable[[Any], object], ...] = ()

    def add(self, name: str, callback: Callable[[Any], object]) -> Callable[[], None]:
        """Register a callback and return a function that takes it out again."""
        if name not in ("call", "end", "request", "response", "retry"):
            raise ValidationError(f"there is no event {name!r}; events are call, end, request, response and retry")
        _check(callback)
        # A new tuple each time: another thread may be going through the old one.
        setattr(self, name, (*getattr(self, name), callback))

        def remove() -> None:
            setattr(self, name, tuple(kept for kept in getattr(self, name) if kept is not callback))

        return remove

    def beside(self, callback: Callable[[Any], Any]) -> Callable[[Any], None]:
        """Return a callback that runs what another one gives to be awaited as a task of its own."""
        import asyncio

        _check(callback)

        async def run(event: Event, given: Awaitable[object]) -> None:
            try:
                await given
            except Exception as error:
                _report(event, error)

        def begin(event: Event) -> None:
            given = callback(event)
            if isawaitable(given):
                task = asyncio.ensure_future(run(event, given))
                self._tasks.add(task)  # the event loop alone would forget it
                task.add_done_callback(self._tasks.discard)

        return begin

    @staticmethod
    def plain(callback: Callable[[Any], Any]) -> Callable[[Any], None]:
        """Return a callback that says so in the log where another one gives what nobody would await."""
        _check(callback)
        problem = "an async callback is never awaited here; give a plain one, or use AsyncInfino"
        if is_async(callback):
            raise ValidationError(problem)

        def call(event: Event) -> None:
            given = callback(event)
            if isawaitable(given):
                if iscoroutine(given):
                    given.close()
                _logger.error("a callback for %s is not plain: %s", type(event).__name__, problem)

        return call

    async def settled(self) -> None:
        """Wait for the async callbacks that run on this event loop."""
        import asyncio

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # nothing of asyncio runs here, so none of them does
            return
        tasks = [task for task in self._tasks if task.get_loop() is loop and task is not asyncio.current_task()]
        if tasks:
            await asyncio.wait(tasks)

    @staticmethod
    def tell(callbacks: tuple[Callable[[Any], object], ...], event: Event) -> None:
        """Call each callback with the event."""
        for callback in callbacks:
            try:
                callback(event)
            except Exception as error:
                _report(event, error)


def _check(callback: object) -> None:
    if not callable(callback):
        raise ValidationError("an event callback must be callable")


def _report(event: Event, error: Exception) -> None:
    _logger.error("a callback for %s failed: %s", type(event).__name__, type(error).__name__)


@contextmanager
def watched(listeners: Listeners, clock: Clock, operation: str, method: str = "") -> Iterator[EndEvent]:
    """Tell the listeners when a call begins and ends; the event of the end is given, to be filled in."""
    if not listeners.call and not listeners.end:
        yield cast("EndEvent", SimpleNamespace())  # what is noted in it, nobody reads
        return
    from infino.core.events import CallEvent, EndEvent

    end, began = EndEvent(next(_numbers), operation), clock.monotonic()
    listeners.tell(listeners.call, CallEvent(end.call, operation, method))
    try:
        yield end
    except BaseException as error:
        end.error = type(error).__name__
        end.status = getattr(error, "status", None)
        end.attempts = max(1, len(getattr(error, "attempt_log", None) or ()))
        raise
    finally:
        end.elapsed = clock.monotonic() - began
        listeners.tell(listeners.end, end)
