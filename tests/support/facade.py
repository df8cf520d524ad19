"""One test body for both clients: an `AsyncInfino` that is called as if it were an `Infino`."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any


class Loop:
    """An event loop in a thread of its own, to which blocking code hands coroutines."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="async-facade", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Any], timeout: float = 60.0) -> Any:
        """Run a coroutine on the loop and wait for what it gives."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise

    def close(self) -> None:
        """Stop the loop and its thread."""
        self.run(self.loop.shutdown_asyncgens())
        self.run(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=10)
        self.loop.close()


class Blocking:
    """Whatever an async client gives, made blocking: coroutines are awaited, async iterators are iterated.

    Attributes that are plain values pass through; methods, resources and objects that are awaitable, async iterable
    or async context managers are wrapped, so a test body written for the sync client runs unchanged.
    """

    def __init__(self, target: Any, loop: Loop) -> None:
        object.__setattr__(self, "_target", target)
        object.__setattr__(self, "_loop", loop)

    def __getattr__(self, name: str) -> Any:
        return adapt(getattr(self._target, name), self._loop)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._target, name, value)

    def __iter__(self) -> Iterator[Any]:
        if hasattr(self._target, "__aiter__"):
            return self._iterate(self._target.__aiter__())
        return iter(self._target)

    def _iterate(self, iterator: AsyncIterator[Any]) -> Iterator[Any]:
        try:
            while True:
                try:
                    item = self._loop.run(_next(iterator))
                except StopAsyncIteration:
                    return
                yield adapt(item, self._loop)
        finally:
            if hasattr(iterator, "aclose"):
                self._loop.run(iterator.aclose())

    def __next__(self) -> Any:
        try:
            return adapt(self._loop.run(_next(self._target)), self._loop)
        except StopAsyncIteration:
            raise StopIteration

    def __len__(self) -> int:
        return len(self._target)

    def __getitem__(self, key: Any) -> Any:
        return adapt(self._target[key], self._loop)

    def __enter__(self) -> Any:
        return adapt(self._loop.run(_enter(self._target)), self._loop)

    def __exit__(self, *error: Any) -> Any:
        return self._loop.run(_leave(self._target, *error))

    def close(self) -> None:
        """Close the target, whatever it calls it."""
        closing = getattr(self._target, "aclose", None) or self._target.close
        return self._loop.run(_call(closing))

    def __repr__(self) -> str:
        return f"Blocking({self._target!r})"


async def _next(iterator: AsyncIterator[Any]) -> Any:
    return await anext(iterator)


async def _enter(manager: Any) -> Any:
    return await manager.__aenter__()


async def _leave(manager: Any, *error: Any) -> Any:
    return await manager.__aexit__(*error)


async def _call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call on the loop's own thread, so that what needs a running loop finds one."""
    outcome = function(*args, **kwargs)
    return await outcome if inspect.isawaitable(outcome) and not hasattr(outcome, "__aiter__") else outcome


def adapt(value: Any, loop: Loop) -> Any:
    """Make one value blocking, where it is not already."""
    if inspect.ismethod(value) or inspect.isfunction(value) or isinstance(value, functools.partial):

        @functools.wraps(value)
        def blocking(*args: Any, **kwargs: Any) -> Any:
            return adapt(loop.run(_call(value, *args, **kwargs)), loop)

        return blocking
    module = type(value).__module__
    if any(hasattr(value, name) for name in ("__aiter__", "__aenter__", "__await__")):
        return Blocking(value, loop)
    if module.startswith(("infino.resources", "infino_api.resources")):
        return Blocking(value, loop)
    return value
