"""The upload as a state machine: what to send, when, and what each answer means. No input or output."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

import attrs

from infino.bulk.answers import AllAnswered, AnswerLost, Item, Outcome, RequestRefused, Tally, Unsent, understood
from infino.bulk.chunk import Chunk, EncodedPiece, Rejection, Span, readable_id, record_id
from infino.bulk.options import BulkOptions
from infino.bulk.report import Ledger
from infino.core.errors import DecodeError

AHEAD = 2  # chunks kept ready while others are in flight
MOST_UNSETTLED = 64  # chunks in memory, however small retries have made them
# New bodies are never smaller than this, or a proxy that refuses everything would lead to one for each record.
SMALLEST = 65536
# A single record that cannot be parsed may make the service refuse a whole request.
POISON = (400, 422)
SLOWER = 4.0  # times the usual pace, from which the service counts as overloaded


@attrs.define
class ChunkResult:
    """What one answer settled.

    Args:
        start: Position of the first record it is about.
        stop: Position behind the last.
        created: Records that are new.
        updated: Records that replaced or changed one.
        deleted: Records removed.
        noop: Records that changed nothing.
        rejections: Records that were rejected, or whose fate is unknown.
        retrying: Records that will be sent again; a later result settles them.

    Examples:
        >>> for chunk in client.records.bulk_iter("flights", rows):
        ...     print(chunk.start, chunk.accepted, len(chunk.rejections))
    """

    start: int
    stop: int
    created: int = 0
    updated: int = 0
    deleted: int = 0
    noop: int = 0
    rejections: list[Rejection] = attrs.field(factory=list)
    retrying: int = 0
    closed: Span | None = attrs.field(default=None, repr=False)
    abandoned: bool = attrs.field(default=False, repr=False)

    @property
    def accepted(self) -> int:
        """Records of this result that the service took."""
        return self.created + self.updated + self.deleted + self.noop


@attrs.define
class Controller:
    """Additive increase and multiplicative decrease of the window, steered by 429 and by latency."""

    most: int
    window: float = attrs.field(init=False)
    _smooth: float | None = attrs.field(default=None, init=False)
    _pace: float | None = attrs.field(default=None, init=False)
    _hold: float = attrs.field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        # Begins wide: a service that has room is used at once, and one that has not says so with a 429.
        self.window = float(self.most)

    @property
    def limit(self) -> int:
        """Requests that may be in flight now; never less than one."""
        return max(1, int(self.window))

    def throttled(self, now: float) -> None:
        """The service said that it is too much; requests of the same burst count once."""
        if now >= self._hold:
            self.window = max(1.0, self.window / 2)
            self._hold = now + (self._smooth or 1.0)

    def succeeded(self, now: float, seconds: float, size: int) -> None:
        """A request came through."""
        # Time per byte, because bodies differ in size; small ones mostly take a round trip.
        pace = seconds / max(size, 65536)
        usual = self._pace
        self._pace = pace if usual is None else 0.8 * usual + 0.2 * pace
        self._smooth = seconds if self._smooth is None else 0.8 * self._smooth + 0.2 * seconds
        if usual is not None and pace > SLOWER * usual and seconds > 1.0:
            if now >= self._hold:
                self.window = max(1.0, self.window - 1.0)
                self._hold = now + seconds
        elif self.window < self.most:
            # One more for each whole window of answers, as TCP does when it avoids congestion (RFC 5681, 3.1).
            self.window = min(float(self.most), self.window + 1.0 / self.limit)


class UploadEngine:
    """Decides for both clients; the shells only fetch, send and sleep."""

    def __init__(self, dataset: str, options: BulkOptions, *, rand: Callable[[], float] = random.random) -> None:
        self.options = options
        self.ledger = Ledger(dataset)
        self.controller = Controller(options.concurrency)
        self.chunk_bytes = options.chunk_bytes
        self.failure: BaseException | None = None
        self.ended = False
        self._random = rand
        self._ready: deque[Chunk] = deque()
        self._waiting: list[Chunk] = []  # to be sent again, by position
        self._in_flight: list[Chunk] = []
        self._pause_until = 0.0
        self._last_success = float("-inf")
        self._losses = 0

    @property
    def hungry(self) -> bool:
        """Whether the source should hand over another piece."""
        if self.ended or self.failure is not None or len(self._ready) >= AHEAD:
            return False
        unsettled = [*self._ready, *self._waiting, *self._in_flight]
        room = (self.options.concurrency + AHEAD) * self.options.chunk_bytes
        most = max(MOST_UNSETTLED, self.options.concurrency + AHEAD)
        return len(unsettled) < most and sum(len(chunk.body) for chunk in unsettled) < room

    @property
    def done(self) -> bool:
        """Whether every record read has an outcome and none will follow."""
        idle = not (self._ready or self._waiting or self._in_flight)
        return idle and (self.ended or self.failure is not None)

    @property
    def in_flight(self) -> int:
        """Requests in flight."""
        return len(self._in_flight)

    def feed(self, piece: EncodedPiece) -> ChunkResult | None:
        """Take a piece from the source, and return those of its records that cannot be sent."""
        span = Span(piece.start, piece.stop, piece.stop - piece.start)
        self.ledger.read += span.open
        self.ledger.pending += span.open
        if piece.positions:
            self._ready.append(Chunk(span, piece.positions, piece.body, piece.ids, piece.keyed))
        if not piece.rejections:
            return None
        result = ChunkResult(piece.start, piece.stop)
        self._refuse(span, piece.rejections, result)
        return self._close(span, result)

    def end(self) -> None:
        """The source has no more."""
        self.ended = True

    def next(self, now: float) -> Chunk | None:
        """Return the chunk to send now, which then counts as in flight."""
        if len(self._in_flight) >= self.controller.limit or now < self._pause_until:
            return None
        chunk = self._pick(now)
        if chunk is not None:
            chunk.tries += 1
            chunk.began = now if chunk.began is None else chunk.began
            self._in_flight.append(chunk)
            self.ledger.requests += 1
            self.ledger.bytes += len(chunk.body)
        return chunk

    def _pick(self, now: float) -> Chunk | None:
        for index, chunk in enumerate(self._waiting):
            if chunk.not_before <= now and not self._must_wait(chunk, self._waiting[:index]):
                del self._waiting[index]
                return chunk
        # Only the head may go: what lies behind it could share an id with it.
        if self._ready and not self._must_wait(self._ready[0], self._waiting):
            return self._ready.popleft()
        return None

    def _must_wait(self, chunk: Chunk, earlier: Sequence[Chunk]) -> bool:
        """Whether a record of the same id is still on its way, so that sending now could reorder them."""
        if chunk.ids is None:
            return False
        return any(chunk.meets(other) for other in self._in_flight) or any(chunk.meets(other) for other in earlier)

    def wake(self, now: float) -> float | None:
        """Return the seconds until something can be sent without any answer coming, or None."""
        times = [chunk.not_before for chunk in self._waiting]
        if self._ready:
            times.append(self._pause_until)
        if not times or len(self._in_flight) >= self.controller.limit:
            return None
        wait = max(min(times), self._pause_until) - now
        # A chunk that is due but must let an earlier one pass is woken by that one's answer.
        if wait > 0 or self._in_flight:
            return wait if wait > 0 else None
        return min((chunk.not_before - now for chunk in self._waiting if chunk.not_before > now), default=0.0)

    def answered(self, chunk: Chunk, outcome: Outcome, now: float, seconds: float) -> ChunkResult:
        """Take what came back for a chunk, and return what this settles."""
        result = ChunkResult(chunk.positions[0], chunk.positions[-1] + 1)
        if isinstance(outcome, AllAnswered):
            self._losses = 0
            self._last_success = now
            chunk.failing_since = None
            if isinstance(outcome.items, Tally):
                self.controller.succeeded(now, seconds, len(chunk.body))
                self._accept(chunk.span, result, **attrs.asdict(outcome.items))
            else:
                self._sort(chunk, outcome.items, now, seconds, result)
        else:
            if chunk.failing_since is None:
                chunk.failing_since = now
            if isinstance(outcome, RequestRefused):
                self._refused(chunk, outcome, now, result)
            elif isinstance(outcome, Unsent):
                self._again(chunk, outcome.error, now, result)
                self._pause_until = max(self._pause_until, chunk.not_before)  # nobody else would get through
            else:
                self._lost(chunk, outcome, now, result)
        self._in_flight.remove(chunk)  # only now: should anything above raise, the chunk stays in the books
        return self._close(chunk.span, result)

    def _accept(self, span: Span, result: ChunkResult, **counts: int) -> None:
        for name, count in counts.items():
            for book in (self.ledger, span, result):
                setattr(book, name, getattr(book, name) + count)
            self.ledger.pending -= count
            span.open -= count

    def _refuse(self, span: Span, rejections: list[Rejection], result: ChunkResult) -> None:
        for rejection in rejections:
            name = rejection.outcome
            for book in (self.ledger, span):
                setattr(book, name, getattr(book, name) + 1)
            self.ledger.pending -= 1
            span.open -= 1
            self.ledger.refuse(rejection)
            result.rejections.append(rejection)

    def _close(self, span: Span, result: ChunkResult) -> ChunkResult:
        if span.open == 0 and not span.abandoned:
            result.closed = span
        return result

    def _sort(self, chunk: Chunk, items: list[Item], now: float, seconds: float, result: ChunkResult) -> None:
        """Settle a chunk item by item, and keep those that may succeed for another try."""
        pause = None if self.failure is not None else self._pause(chunk, now)
        again = set() if pause is None else self._to_retry(chunk, items)
        bad = [index for index, item in enumerate(items) if item.result is None and index not in again]
        records = chunk.records() if bad or again else []
        refused = []
        for index in bad:
            # After a lost answer, "it exists already" may well speak of our own first try.
            unsure = chunk.lost and items[index].status == 409
            refused.append(_rejection(chunk, index, records[index], items[index], unknown=unsure))
        later = [chunk.select(sorted(again), records)] if again else []
        due = now + (pause or 0.0)
        # From here on nothing raises, so the books never stop halfway.
        if any(item.status == 429 for item in items):
            self.controller.throttled(now)
        else:
            self.controller.succeeded(now, seconds, len(chunk.body))
        accepted = Counter(str(item.result) for at, item in enumerate(items) if item.result and at not in again)
        self._accept(chunk.span, result, **accepted)
        self._refuse(chunk.span, refused, result)
        self._requeue(later, due, result)

    def _to_retry(self, chunk: Chunk, items: list[Item]) -> set[int]:
        """Return the items to send again: those that may succeed, and what follows them under the same id."""
        statuses = self.options.retry.statuses
        again = {
            index
            for index, item in enumerate(items)
            if item.result is None and (item.retryable if item.status is None else item.status in statuses)
        }
        if not again or chunk.ids is None:
            return again
        behind: set[bytes] = set()
        for index, record in enumerate(chunk.records()):
            name = record_id(record)
            if name is None:
                continue
            if index in again:
                behind.add(name)
            # An accepted `create` must not be sent again: it would be refused as existing already.
            elif name in behind and not record.startswith(b'{"create"'):
                again.add(index)
        return again

    def _refused(self, chunk: Chunk, outcome: RequestRefused, now: float, result: ChunkResult) -> None:
        status = getattr(outcome.error, "status", None)  # None where nothing was sent
        if self.options.retry.may_repeat(outcome.error, "never"):
            self.controller.throttled(now)
            if outcome.retry_after:
                self._pause_until = max(self._pause_until, now + outcome.retry_after)
            self._again(chunk, outcome.error, now, result, outcome.retry_after)
        elif status == 413 and len(chunk) > 1:
            self.chunk_bytes = max(min(self.chunk_bytes, len(chunk.body) // 2), SMALLEST)
            self._halve(chunk, now, result)
        elif status in POISON and len(chunk) > 1 and self._last_success > float("-inf"):
            self._halve(chunk, now, result)  # others were accepted, so the fault lies in a record
        else:
            about_a_record = status == 413 or (status in POISON and self._last_success > float("-inf"))
            if not about_a_record:
                self.stop(outcome.error)
            self._give_up(chunk, outcome.error, result, resumable=not about_a_record)

    def _halve(self, chunk: Chunk, now: float, result: ChunkResult) -> None:
        records, middle = chunk.records(), len(chunk) // 2
        halves = [chunk.select(range(middle), records), chunk.select(range(middle, len(chunk)), records)]
        for half in halves:
            # It is another request, and the refusal was an answer.
            half.tries = 0
        self._requeue(halves, now, result)

    def _lost(self, chunk: Chunk, outcome: AnswerLost, now: float, result: ChunkResult) -> None:
        chunk.lost = True
        self._losses += 1
        asked = getattr(outcome.error, "retry_after", None)
        # An answer that is not JSON is as good as none.
        unreadable = isinstance(outcome.error, DecodeError) and not outcome.readable
        if chunk.keyed and (unreadable or self.options.retry.may_repeat(outcome.error, "keyed")):
            self._again(chunk, outcome.error, now, result, asked)
            return
        # As many as may be lost by one broken connection each; more in a row mean that the service is gone.
        if self._losses >= max(3, self.options.concurrency):
            self.stop(outcome.error)
        self._give_up(chunk, outcome.error, result)

    def _again(
        self, chunk: Chunk, error: Exception, now: float, result: ChunkResult, asked: float | None = None
    ) -> None:
        """Send a whole chunk again, unless it had its tries and its time."""
        pause = self._pause(chunk, now, asked)
        if pause is not None:
            self._requeue([chunk], now + pause, result)
            return
        since = now if chunk.failing_since is None else chunk.failing_since
        too_long = asked is not None and asked > self.options.retry.retry_after_cap
        if too_long or self._last_success < since:
            self.stop(error)  # nothing came through meanwhile, or nothing will: it is not this chunk
        self._give_up(chunk, error, result, resumable=self.failure is not None)

    def _pause(self, chunk: Chunk, now: float, asked: float | None = None) -> float | None:
        elapsed = now - (now if chunk.began is None else chunk.began)
        return self.options.retry.pause(max(chunk.tries, 1), self._random, asked=asked, elapsed=elapsed)

    def _requeue(self, chunks: list[Chunk], not_before: float, result: ChunkResult) -> None:
        if self.failure is not None:
            for chunk in chunks:
                self._abandon(chunk, result)
            return
        for chunk in chunks:
            chunk.not_before = not_before
            self._waiting.append(chunk)
            self.ledger.retried += len(chunk)
            result.retrying += len(chunk)
        self._waiting.sort(key=lambda chunk: chunk.positions[0])

    def _give_up(self, chunk: Chunk, error: Exception, result: ChunkResult, *, resumable: bool = False) -> None:
        """Settle every record of a chunk by the error of its last try."""
        code = getattr(error, "code", None) or type(error).__name__
        item = Item(None, getattr(error, "status", None), str(code), str(error))
        rejections = _rejections(chunk, item)
        if resumable:
            chunk.span.abandoned = result.abandoned = True
        self._refuse(chunk.span, rejections, result)

    def _abandon(self, chunk: Chunk, result: ChunkResult) -> None:
        chunk.span.abandoned = result.abandoned = True
        item = Item(None, code="not_sent", reason=f"the upload stopped first: {self.failure}")
        self._refuse(chunk.span, _rejections(chunk, item), result)

    def stop(self, error: BaseException) -> None:
        """Send nothing more; what is in flight may still be answered. The first error stays."""
        if self.failure is None:
            self.failure = error

    def _abandoned(self, chunks: Sequence[Chunk]) -> list[ChunkResult]:
        results = [ChunkResult(chunk.positions[0], chunk.positions[-1] + 1) for chunk in chunks]
        for chunk, result in zip(chunks, results, strict=True):
            self._abandon(chunk, result)
        return results

    def abandon(self) -> list[ChunkResult]:
        """Settle what was read and will not be sent because the upload stopped."""
        results = self._abandoned([*self._waiting, *self._ready])
        self._waiting.clear()
        self._ready.clear()
        return results

    def lose_in_flight(self) -> list[ChunkResult]:
        """Settle what is in flight as unknown, when its answers can no longer be awaited."""
        for chunk in self._in_flight:
            chunk.lost = True
        results = self._abandoned(self._in_flight)
        self._in_flight.clear()
        return results


def _rejection(chunk: Chunk, index: int, record: bytes, item: Item, *, unknown: bool) -> Rejection:
    return Rejection(
        position=chunk.positions[index],
        reason=item.reason,
        id=readable_id(record),
        status=item.status,
        code=item.code,
        outcome="unknown" if unknown else "rejected",
        record=record,
    )


def _rejections(chunk: Chunk, item: Item) -> list[Rejection]:
    """Say the same of every record of a chunk."""
    return [_rejection(chunk, at, record, item, unknown=chunk.lost) for at, record in enumerate(chunk.records())]


def read_answer(chunk: Chunk, content: bytes) -> Outcome:
    """Read the body of an answer to a chunk."""
    outcome = understood(content, len(chunk))
    if isinstance(outcome, AnswerLost) and outcome.readable and chunk.keyed:
        ids: Iterable[str | None] = [readable_id(record) for record in chunk.records()]
        return understood(content, len(chunk), [name for name in ids if name is not None])
    return outcome
