"""The async shell: tasks send, a worker thread reads and encodes, another one books what was refused.

Importing what an upload needs takes tens of milliseconds, so that happens in a thread as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from infino.core.errors import InfinoError
from infino.core.extras import check_loop
from infino.core.garbage import resting

if TYPE_CHECKING:
    from infino.bulk.answers import Outcome
    from infino.bulk.chunk import Chunk, EncodedPiece
    from infino.bulk.engine import ChunkResult
    from infino.bulk.report import BulkReport
    from infino.bulk.source import SourceReader
    from infino.bulk.upload import Upload
    from infino.core.messages import Request, Response

T = TypeVar("T")
GRACE = 0.2  # seconds to wait for a source that is being closed; one that blocks is closed when it goes on
_NETWORK = ("httpcore", "anyio._core._sockets", "anyio._backends._asyncio")  # loaded by the first async request


class SendsAsync(Protocol):
    """What the upload needs of an async transport."""

    async def send(self, request: Request) -> Response:
        """Send one request."""
        ...


class HasTransport(Protocol):
    """What the upload needs of a client."""

    @property
    def transport(self) -> SendsAsync:
        """The transport of the client."""
        ...


def load_network(caller: HasTransport) -> SendsAsync:
    """Import what the first request of an async client would import on the event loop."""
    transport = caller.transport
    for name in _NETWORK:
        with contextlib.suppress(ImportError):  # another release may have arranged it otherwise
            importlib.import_module(name)
    return transport


async def _off_loop(worker: ThreadPoolExecutor, upload: Upload) -> AsyncGenerator[EncodedPiece, None]:
    """Read a source in a worker thread; one that is async itself is read here and encoded there."""
    from infino.bulk.upload import close_source

    loop, reader, engine = asyncio.get_running_loop(), upload.reader, upload.engine

    def following() -> asyncio.Future[EncodedPiece | None]:
        reading = loop.run_in_executor(worker, reader.next, engine.chunk_bytes)
        reading.add_done_callback(_seen)
        return reading

    async def encoded() -> AsyncGenerator[EncodedPiece, None]:
        reading = following()
        while (piece := await reading) is not None:
            reading = following()  # meanwhile: the event loop takes its time for sending
            yield piece

    try:
        if not reader.is_async:
            async for piece in encoded():
                yield piece
            return
        async with contextlib.aclosing(_gathered(reader)) as batches:
            async for batch, last, error in batches:
                reader.give(batch, last=last)
                async for piece in encoded():
                    yield piece
                if error is not None:
                    raise error
    finally:
        # In the thread that reads: a generator must not be closed while another thread runs it.
        closing = loop.run_in_executor(worker, close_source, reader)
        await asyncio.wait([closing], timeout=GRACE)


def _seen(reading: asyncio.Future[Any]) -> None:
    """Let nobody be warned of an error that comes when the upload has ended already."""
    if not reading.cancelled():
        reading.exception()


async def _gathered(reader: SourceReader) -> AsyncGenerator[tuple[list[Any], bool, Exception | None], None]:
    """What an async source gives, in batches; whether one is the last, and why."""
    from infino.bulk.lines import SLOW

    batch, size = list[Any](), reader.batch_size
    source = aiter(reader.source)
    try:
        while True:
            before = time.monotonic()
            try:
                batch.append(await anext(source))
            except StopAsyncIteration:
                break
            took = time.monotonic() - before
            reader.waited += took
            if took > SLOW or len(batch) >= size:
                taken, batch = batch, []
                yield taken, False, None
                size = reader.batch_size  # by what was given
        yield batch, True, None
    except Exception as error:
        yield batch, True, error
    finally:
        if isinstance(source, AsyncGenerator):
            with contextlib.suppress(Exception):  # as `close_source` does
                await source.aclose()


class AsyncRun(AsyncIterator["ChunkResult"]):
    """An upload that goes on while it is iterated; `report` is there at the end.

    However it ends, a source that is a generator is closed.

    Args:
        prepare: Makes the transport and the upload, in a thread, when the first result is asked for.
        begin: Called once, as soon as the source has shown that it can be read, and before anything is sent.

    Examples:
        >>> run = client.records.bulk_iter("flights", rows)
        >>> async for chunk in run:
        ...     print(chunk.start, chunk.accepted)
        >>> print(run.report)
    """

    _transport: SendsAsync
    _upload: Upload

    def __init__(
        self, prepare: Callable[[], tuple[SendsAsync, Upload]], begin: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        self._prepare, self._begin = prepare, begin
        self._flights: dict[asyncio.Task[tuple[Outcome, float]], Chunk] = {}
        self._meal: asyncio.Task[EncodedPiece | None] | None = None
        self._clerk = ThreadPoolExecutor(1, "infino-bulk")  # begins its thread with the first step
        self._steps = self._go()

    @property
    def report(self) -> BulkReport | None:
        """The report, once the upload has ended; None also when it never began."""
        return self._upload.report if hasattr(self, "_upload") else None

    def __aiter__(self) -> AsyncRun:
        return self

    async def __anext__(self) -> ChunkResult:
        return await self._steps.__anext__()

    async def aclose(self) -> None:
        """End early: nothing more is sent, and what is in flight is counted as unknown."""
        await self._steps.aclose()

    async def __aenter__(self) -> AsyncRun:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _go(self) -> AsyncGenerator[ChunkResult, None]:
        check_loop("records.bulk")
        upload = await self._prepared()
        worker = ThreadPoolExecutor(1, "infino-bulk")
        pieces = _off_loop(worker, upload)
        try:
            async for result in self._rounds(pieces):
                yield result
        except BaseException as error:
            await self._end(error)
            if isinstance(error, GeneratorExit):
                raise
            upload.verdict()
        finally:
            await pieces.aclose()
            for thread in (worker, self._clerk):
                thread.shutdown(wait=False)
        upload.close()
        upload.verdict()

    async def _prepared(self) -> Upload:
        preparing = asyncio.ensure_future(asyncio.to_thread(self._prepare))
        try:
            self._transport, self._upload = await asyncio.shield(preparing)
        except asyncio.CancelledError:
            # A thread cannot be stopped, and its files must not stay open; what else fails matters no more.
            with contextlib.suppress(Exception):
                (await preparing)[1].close()
            raise
        return self._upload

    async def _aside(self, step: Callable[[], T]) -> T:
        """Do in a thread what takes long when records were refused, and to its end: it must have the books alone."""
        doing = asyncio.get_running_loop().run_in_executor(self._clerk, step)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            while not doing.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([doing])
            doing.exception()  # whatever it is, the cancellation goes first
            raise

    async def _end(self, error: BaseException) -> None:
        try:
            try:
                await self._cancel()
            finally:  # also when it is cancelled once more
                await self._aside(partial(self._upload.fail, error))
        finally:
            self._upload.close()

    async def _cancel(self) -> None:
        tasks: list[asyncio.Task[Any]] = [*self._flights, *([self._meal] if self._meal is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _rounds(self, pieces: AsyncIterator[EncodedPiece]) -> AsyncIterator[ChunkResult]:
        upload, engine = self._upload, self._upload.engine
        while not engine.done:
            while (chunk := engine.next(upload.clock())) is not None:
                self._flights[asyncio.ensure_future(self._send(chunk))] = chunk
            if self._meal is None and engine.hungry:
                self._meal = asyncio.ensure_future(anext(pieces, None))
            await self._wait(engine.wake(upload.clock()))
            for results in (await self._digest(), await self._collect()):
                if results:
                    upload.show()
                for result in results:
                    yield result
        if self._meal is not None:  # the upload stopped while the source was being read
            await self._cancel()
            self._meal = None

    async def _wait(self, seconds: float | None) -> None:
        waiting: set[asyncio.Task[Any]] = {*self._flights}
        if self._meal is not None:
            waiting.add(self._meal)
        if waiting:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        elif seconds:
            await asyncio.sleep(seconds)

    async def _digest(self) -> list[ChunkResult]:
        """Take what the source has handed over."""
        meal, upload = self._meal, self._upload
        if meal is None or not meal.done():
            return []
        self._meal = None
        error = meal.exception()
        if error is not None:
            return await self._aside(partial(upload.stop, error))
        if self._begin is not None:
            begin, self._begin = self._begin, None
            await begin()
        piece = meal.result()
        if piece is None:
            upload.engine.end()
            return []
        return await self._aside(partial(upload.feed, piece)) if piece.rejections else upload.feed(piece)

    async def _collect(self) -> list[ChunkResult]:
        from infino.bulk.answers import AllAnswered, Tally

        results: list[ChunkResult] = []
        for task in [task for task in self._flights if task.done()]:
            chunk = self._flights.pop(task)
            outcome, took = task.result()
            step = partial(self._upload.answered, chunk, outcome, took)
            # Counting a success takes microseconds; what was refused is written to files, which may take long.
            smooth = isinstance(outcome, AllAnswered) and isinstance(outcome.items, Tally)
            results += step() if smooth else await self._aside(step)
        return results

    async def _send(self, chunk: Chunk) -> tuple[Outcome, float]:
        from infino.bulk.answers import AllAnswered, all_accepted, failed
        from infino.bulk.engine import read_answer

        started = self._upload.clock()
        try:
            response = await self._transport.send(self._upload.request(chunk))
        except InfinoError as error:
            return failed(error), self._upload.clock() - started
        took, quick = self._upload.clock() - started, all_accepted(response.content, len(chunk))
        if quick is not None:
            return AllAnswered(quick), took
        return await self._aside(partial(read_answer, chunk, response.content)), took


def iterate_async(
    caller: HasTransport,
    dataset: str,
    source: Any,
    settings: Mapping[str, Any],
    operation: str = "records.bulk",
    begin: Callable[[], Awaitable[object]] | None = None,
) -> AsyncRun:
    """Upload a source, one result at a time; see `infino.bulk.run.iterate`."""

    def prepare() -> tuple[SendsAsync, Upload]:
        with resting():
            from infino.bulk.options import policy_of
            from infino.bulk.upload import Upload

            transport = load_network(caller)
        return transport, Upload.of(dataset, source, {"retry": policy_of(transport), **settings}, operation)

    return AsyncRun(prepare, begin)


async def upload_async(
    caller: HasTransport, dataset: str, source: Any, settings: Mapping[str, Any], *more: Any
) -> BulkReport:
    """Upload a source to its end; see `infino.bulk.run.upload`."""
    run = iterate_async(caller, dataset, source, settings, *more)
    async for _ in run:
        pass
    return run._upload.verdict()
