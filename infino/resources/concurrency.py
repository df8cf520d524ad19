"""Where threads and tasks truly differ: each function stands here twice, and the blocking twins call the second."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, TypeVar

from infino.core.extras import check_loop
from infino.core.garbage import resting
from infino.core.listeners import Listeners

if TYPE_CHECKING:
    from infino.bulk.report import BulkReport
    from infino.bulk.run import Run
    from infino.bulk.run_async import AsyncRun
    from infino.caller import AsyncClientCaller, ClientCaller
    from infino.core.events import EndEvent

T = TypeVar("T")
R = TypeVar("R")
_ONE_BY_ONE: Final = "records.bulk_iter"


async def async_off_loop(function: Callable[..., R], *arguments: Any) -> R:
    """Call a function that takes its time, without holding up the event loop."""
    import asyncio

    check_loop()
    return await asyncio.to_thread(function, *arguments)


def off_loop(function: Callable[..., R], *arguments: Any) -> R:
    """Call a function."""
    return function(*arguments)


async def async_at_the_end(function: Callable[[], object]) -> None:
    """Call what closes something; without an event loop of asyncio, as under trio, nothing is held up by it."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        function()
    else:
        await asyncio.to_thread(function)


def at_the_end(function: Callable[[], object]) -> None:
    """Call what closes something."""
    function()


def async_listener(callback: Callable[[Any], object], listeners: Listeners) -> Callable[[Any], object]:
    """Let a function that gives something to await run as a task beside the call it hears of."""
    return listeners.beside(callback)


def listener(callback: Callable[[Any], object], listeners: Listeners) -> Callable[[Any], object]:
    """Refuse a function that nobody would await."""
    return listeners.plain(callback)


async def async_settled(listeners: Listeners) -> None:
    """Wait until async listeners have heard everything."""
    await listeners.settled()


def settled(listeners: Listeners) -> None:
    """Nothing to wait for: plain listeners have heard everything."""


async def async_side_by_side(run: Callable[[T], Awaitable[R]], items: Sequence[T], limit: int) -> list[R]:
    """Run a task for each item, at most `limit` at the same time, and return what they give in order."""
    import asyncio

    check_loop()
    places = asyncio.Semaphore(limit)

    async def in_turn(item: T) -> R:
        async with places:
            return await run(item)

    return await asyncio.gather(*(in_turn(item) for item in items))


def side_by_side(run: Callable[[T], R], items: Sequence[T], limit: int) -> list[R]:
    """Run a function for each item, at most `limit` at the same time, and return what they give in order."""
    # Imported with the first use: its import is slow, and most clients never come here.
    from concurrent.futures import ThreadPoolExecutor

    # A pool of threads is not worth starting for one item.
    if len(items) < 2:
        return [run(item) for item in items]
    with ThreadPoolExecutor(min(limit, len(items)), thread_name_prefix="infino-item") as pool:
        # Contexts of their own, so that a trace goes on in each thread.
        return list(pool.map(Context.run, [copy_context() for _ in items], repeat(run), items))


async def async_upload(
    caller: AsyncClientCaller, dataset: str, source: Any, settings: Any, operation: str = "records.bulk", *more: Any
) -> BulkReport:
    """Upload a source to its end, read in a thread."""
    with resting():
        from infino.bulk.run_async import upload_async

    transport = await async_off_loop(getattr, caller, "transport")  # what it imports takes its time
    with transport.shared.watched(operation) as end:
        return _noted(end, await upload_async(caller, dataset, source, settings, operation, *more))


def upload(
    caller: ClientCaller, dataset: str, source: Any, settings: Any, operation: str = "records.bulk", *more: Any
) -> BulkReport:
    """Upload a source to its end, sent by threads."""
    with resting():
        from infino.bulk.run import upload as run

    with caller.transport.shared.watched(operation) as end:
        return _noted(end, run(caller.transport, dataset, source, settings, operation, *more))


def _noted(end: EndEvent, report: BulkReport) -> BulkReport:
    end.records, end.sent, end.attempts = report.read, report.bytes, report.requests
    return report


def async_uploads(caller: AsyncClientCaller, dataset: str, source: Any, settings: Any) -> AsyncRun:
    """Upload a source result by result, read in a thread."""
    with resting():
        from infino.bulk.run_async import iterate_async

    return iterate_async(caller, dataset, source, settings, _ONE_BY_ONE)


def uploads(caller: ClientCaller, dataset: str, source: Any, settings: Any) -> Run:
    """Upload a source result by result, sent by threads."""
    with resting():
        from infino.bulk.run import iterate

    return iterate(caller.transport, dataset, source, settings, _ONE_BY_ONE)
