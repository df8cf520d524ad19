"""One upload: what both clients share around the state machine, and the report at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from inspect import isgenerator
from typing import Any

import attrs
from infino_api.api._reserved import RESERVED

from infino.bulk.answers import Outcome
from infino.bulk.checkpoint import COUNTS, Checkpoint
from infino.bulk.chunk import Chunk, EncodedPiece, Rejection
from infino.bulk.engine import ChunkResult, UploadEngine
from infino.bulk.options import BulkOptions, ReadOptions
from infino.bulk.progress import Progress, Silent, display
from infino.bulk.report import BulkReport, DeadLetter
from infino.bulk.source import SourceReader
from infino.core.errors import BulkError
from infino.core.messages import Request
from infino.core.retry import RetryPolicy
from infino.runtime.encode import segment
from infino.runtime.options import check_options

OPERATION = "records.bulk"
BULK_NAMES = tuple(attribute.name for attribute in attrs.fields(BulkOptions))
READ_NAMES = tuple(attribute.name for attribute in attrs.fields(ReadOptions))
ONCE = RetryPolicy(attempts=1)  # the engine tries again by itself, record by record


class Upload:
    """Books and files of one upload."""

    @classmethod
    def of(cls, dataset: str, source: Any, settings: Mapping[str, Any], operation: str = OPERATION) -> Upload:
        """Make the upload that a caller describes."""
        check_options(settings, operation, [*BULK_NAMES, *READ_NAMES])
        options = BulkOptions(**{name: value for name, value in settings.items() if name in BULK_NAMES})
        reading = ReadOptions(**{name: value for name, value in settings.items() if name in READ_NAMES})
        return cls(dataset, source, options, time.monotonic, reading)

    def __init__(
        self,
        dataset: str,
        source: Any,
        options: BulkOptions,
        clock: Callable[[], float],
        reading: ReadOptions | None = None,
    ) -> None:
        self.options, self.clock = options, clock
        self.engine = UploadEngine(dataset, options)
        self.reader = SourceReader(source, options, reading=reading)
        self._path = f"/{segment(dataset, 'dataset', reserved=RESERVED)}/json"
        self._display = display(options.progress)
        self._letters = DeadLetter(options.dead_letter, dataset, source) if options.dead_letter is not None else None
        self._checkpoint = self._resume(dataset) if options.checkpoint is not None else None
        opened = self._display, self._letters, self._checkpoint
        self._open: list[Any] = [file for file in opened if file is not None]
        self._marked: set[int] = set()
        self._started = clock()
        self._furthest: float | None = None
        self.report: BulkReport | None = None

    def _resume(self, dataset: str) -> Checkpoint:
        options, ledger = self.options, self.engine.ledger
        identity = getattr(options.id, "__qualname__", "a function") if callable(options.id) else options.id
        what = {"dataset": dataset, "op": options.op, "id": identity, "source": self.reader.identity()}
        checkpoint = Checkpoint(options.checkpoint or "", what)
        self.reader.done = checkpoint.done
        for name in COUNTS:
            setattr(ledger, name, checkpoint.counts[name])
        ledger.read = ledger.resumed = sum(checkpoint.counts.values())
        ledger.possibly_doubled = checkpoint.possibly_doubled
        return checkpoint

    def request(self, chunk: Chunk) -> Request:
        """Return the request that carries a chunk, after noting that it goes out."""
        # Once for each chunk and only without ids: with them, sending a record twice does no harm.
        if self._checkpoint is not None and not chunk.keyed and chunk.span.start not in self._marked:
            self._marked.add(chunk.span.start)
            self._checkpoint.sent(chunk.span)
        return Request(
            OPERATION,
            "POST",
            self._path,
            content=chunk.body,
            content_type="application/x-ndjson",
            retry="keyed" if chunk.keyed else "never",
            timeout=self.options.timeout,
            retry_policy=ONCE,
        )

    def feed(self, piece: EncodedPiece) -> list[ChunkResult]:
        """Take a piece from the source."""
        result = self.engine.feed(piece)
        return self.record([result]) if result is not None else []

    def answered(self, chunk: Chunk, outcome: Outcome, seconds: float) -> list[ChunkResult]:
        """Take what came back for a chunk."""
        results = [self.engine.answered(chunk, outcome, self.clock(), seconds)]
        if self.engine.failure is not None:
            results += self.engine.abandon()
        return self.record(results)

    def stop(self, error: BaseException, *, lose_in_flight: bool = False) -> list[ChunkResult]:
        """End early; with `lose_in_flight` nobody waits for answers any more."""
        self.engine.stop(error)
        results = self.engine.abandon()
        if lose_in_flight:
            results += self.engine.lose_in_flight()
        return self.record(results)

    def record(self, results: list[ChunkResult]) -> list[ChunkResult]:
        """Write what was settled to the files."""
        for result in results:
            # What a resumed run will read again does not belong to the dead letters.
            again = result.abandoned and self._checkpoint is not None
            if result.rejections and not again:
                self._record_rejections(result.rejections)
            if self._checkpoint is not None and result.closed is not None:
                self._checkpoint.settled(result.closed)
        return results

    def _record_rejections(self, rejections: list[Rejection]) -> None:
        letters = self._letters
        if letters is not None:
            self._letters = None  # a file that failed is not asked again while the upload ends
            letters.add(rejections)
            self._letters = letters

    def show(self, *, finished: bool = False) -> None:
        """Show where the upload stands."""
        ledger, shown = self.engine.ledger, self._display
        now = Progress(
            dataset=ledger.dataset,
            read=ledger.read,
            accepted=ledger.created + ledger.updated + ledger.deleted + ledger.noop,
            rejected=ledger.rejected,
            unknown=ledger.unknown,
            retried=ledger.retried,
            bytes=ledger.bytes,
            in_flight=self.engine.in_flight,
            seconds=self.clock() - self._started,
            total=self.reader.total,
            finished=finished,
            fraction=self._fraction(),
            resumed=ledger.resumed,
        )
        self._display = Silent()  # what failed once is not asked again while the upload ends
        shown.update(now)
        self._display = shown

    def _fraction(self) -> float | None:
        """The part of the source that is settled; it never falls, and is the whole only when all is done."""
        ledger = self.engine.ledger
        if self.engine.done and self.engine.failure is None:
            return 1.0
        now = self.reader.fraction(ledger.read - ledger.pending)
        if now is not None:
            self._furthest = max(self._furthest or 0.0, min(now, 1.0))
        return self._furthest

    def close(self) -> None:
        """Balance the books and let go of the files, whatever fails."""
        try:
            with ExitStack() as files:
                while self._open:
                    # By `ExitStack`, so that each is closed although another one fails.
                    files.callback(self._open.pop().close)
                complete = self.engine.ended and self.engine.failure is None
                self.report = self.engine.ledger.report(seconds=self.clock() - self._started, complete=complete)
                self.show(finished=True)
        except BaseException as error:
            if self._must_rise(error):
                self._attach(error)
                raise

    def fail(self, error: BaseException) -> None:
        """Stop because of an error, which `verdict` raises; nobody waits for answers any more."""
        try:
            self.stop(error, lose_in_flight=True)
        except BaseException as later:
            if self._must_rise(later):
                raise

    def _must_rise(self, later: BaseException) -> bool:
        """Whether an error at the end is to be raised, because no other one is or because it asks for the exit."""
        first = self.engine.failure
        return first is None or isinstance(first, GeneratorExit) or not isinstance(later, Exception)

    def _attach(self, error: BaseException) -> None:
        with suppress(Exception):  # an exception of the caller may refuse to be changed
            error.report = self.report  # type: ignore[attr-defined]  # any error may end an upload; the report rides along
        with suppress(Exception):
            error.add_note(f"the upload stopped here: {self.report}")

    def verdict(self) -> BulkReport:
        """Return the report, or raise what went wrong with the report attached."""
        report, failure = self.report, self.engine.failure
        if failure is not None:
            self._attach(failure)
            raise failure
        if report is None:
            raise BulkError("the upload has not ended", operation=OPERATION)
        if not report.ok and self.options.on_error == "raise":
            raise BulkError(_summary(report), report=report, operation=OPERATION, hint=_hint(self.options))
        return report


def close_source(reader: SourceReader) -> None:
    """Let a source go that is not read to its end; a generator would else wait in the traceback of an error."""
    with suppress(Exception):  # the upload has ended, and with an error of its own, if any
        reader.close()
        if isgenerator(reader.source):
            reader.source.close()


def _summary(report: BulkReport) -> str:
    parts = [f"{count:,} {name}" for name in ("rejected", "unknown") if (count := getattr(report, name))]
    first = f"; the first: {report.rejections[0].reason}" if report.rejections else ""
    return f"{' and '.join(parts)} of {report.read:,} records{first}"


def _hint(options: BulkOptions) -> str:
    if options.dead_letter is not None:
        return f"all of them are in {options.dead_letter}, which op='ready' takes as a source"
    return "see .report, name a file with dead_letter= to keep them, or take on_error='collect'"
