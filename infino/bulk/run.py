"""The sync shell: threads send, this thread reads, encodes and decides."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from typing import Any, Protocol

from infino.bulk.answers import Outcome, failed
from infino.bulk.chunk import Chunk
from infino.bulk.engine import ChunkResult, read_answer
from infino.bulk.options import policy_of
from infino.bulk.report import BulkReport
from infino.bulk.upload import OPERATION, Upload, close_source
from infino.core.errors import InfinoError
from infino.core.messages import Request, Response


class Sends(Protocol):
    """What the upload needs of a transport."""

    def send(self, request: Request) -> Response:
        """Send one request."""
        ...


class Senders:
    """Threads that a process does not wait for at its end, unlike those of `ThreadPoolExecutor`.

    After Ctrl-C a request may hang until its time limit, and nobody wants its answer any more.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads: list[threading.Thread] = []
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        """Let a thread make a call."""
        future: Future[Any] = Future()
        self._calls.put((future, partial(copy_context().run, call)))  # a trace goes on in the thread
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
        """Let the threads end."""
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


class Run(Iterator[ChunkResult]):
    """An upload that goes on while it is iterated; `report` is there at the end.

    However it ends, a source that is a generator is closed.

    Args:
        transport: Sends requests from several threads.
        upload: The upload.
        begin: Called once, as soon as the source has shown that it can be read, and before anything is sent.
        sleep: Waits for some seconds.

    Examples:
        >>> run = client.records.bulk_iter("flights", rows)
        >>> for chunk in run:
        ...     print(chunk.start, chunk.accepted)
        >>> print(run.report)
    """

    def __init__(
        self,
        transport: Sends,
        upload: Upload,
        begin: Callable[[], object] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport, self._upload, self._begin, self._sleep = transport, upload, begin, sleep
        self._flights: dict[Future[tuple[Outcome, float]], Chunk] = {}
        self._steps = self._go()

    @property
    def report(self) -> BulkReport | None:
        """The report, once the upload has ended."""
        return self._upload.report

    def __iter__(self) -> Run:
        return self

    def __next__(self) -> ChunkResult:
        return next(self._steps)

    def close(self) -> None:
        """End early: nothing more is sent, and what is in flight is counted as unknown."""
        self._steps.close()
        if self._upload.report is None:
            self._upload.close()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _go(self) -> Generator[ChunkResult, None, None]:
        upload = self._upload
        senders = Senders(upload.options.concurrency)
        try:
            try:
                yield from self._rounds(senders)
            finally:
                close_source(upload.reader)
        except BaseException as error:
            # The caller goes away or presses a key: nobody waits for answers any more.
            for future in self._flights:
                future.cancel()
            senders.close(wait=False)
            try:
                upload.fail(error)
            finally:
                upload.close()
            if isinstance(error, GeneratorExit):
                raise
            upload.verdict()
        senders.close(wait=True)
        upload.close()
        upload.verdict()

    def _rounds(self, senders: Senders) -> Iterator[ChunkResult]:
        upload, engine = self._upload, self._upload.engine
        while not engine.done:
            while (chunk := engine.next(upload.clock())) is not None:
                self._flights[senders.submit(partial(self._send, chunk))] = chunk
            if engine.hungry:
                try:
                    piece = upload.reader.next(engine.chunk_bytes)
                except Exception as error:  # whatever the source raises ends the upload and reaches the caller
                    yield from self._shown(upload.stop(error))
                else:
                    if self._begin is not None:
                        begin, self._begin = self._begin, None
                        begin()
                    if piece is None:
                        engine.end()
                    else:
                        yield from self._shown(upload.feed(piece))
                # Without waiting: reading goes on while requests are in flight.
                yield from self._collect(0)
            elif not engine.done:
                yield from self._collect(engine.wake(upload.clock()))

    def _collect(self, seconds: float | None) -> Iterator[ChunkResult]:
        if not self._flights:
            if seconds:
                self._sleep(seconds)
            return
        arrived, _ = wait(self._flights, seconds, FIRST_COMPLETED)
        for future in arrived:
            chunk = self._flights.pop(future)
            outcome, took = future.result()
            yield from self._shown(self._upload.answered(chunk, outcome, took))

    def _shown(self, results: list[ChunkResult]) -> list[ChunkResult]:
        if results:
            self._upload.show()
        return results

    def _send(self, chunk: Chunk) -> tuple[Outcome, float]:
        started = self._upload.clock()
        try:
            response = self._transport.send(self._upload.request(chunk))
        except InfinoError as error:
            return failed(error), self._upload.clock() - started
        return read_answer(chunk, response.content), self._upload.clock() - started


def iterate(
    transport: Sends,
    dataset: str,
    source: Any,
    settings: Mapping[str, Any],
    operation: str = OPERATION,
    begin: Callable[[], object] | None = None,
) -> Run:
    """Upload a source, one result at a time; the settings are those of `BulkOptions` and `ReadOptions`."""
    return Run(transport, Upload.of(dataset, source, {"retry": policy_of(transport), **settings}, operation), begin)


def upload(transport: Sends, dataset: str, source: Any, settings: Mapping[str, Any], *more: Any) -> BulkReport:
    """Upload a source to its end."""
    run = iterate(transport, dataset, source, settings, *more)
    for _ in run:
        pass
    return run._upload.verdict()
