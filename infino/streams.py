"""An answer that is read piece by piece while it comes, for threads and for event loops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final, Self

import attrs

from infino.core.compression import Inflater, inflaters
from infino.core.errors import InfinoError, Timeout
from infino.core.exchange import Shared
from infino.core.retry import out_of_time

# About the size in which sockets are read; large enough for the trip to a thread not to matter.
_PORTION: Final = 1 << 16


@attrs.define
class Course:
    """The state of an answer that is being read; reading happens in its context.

    `translate` makes an error of ours of a failure of the library below; None for any other.
    """

    coding: str | None
    translate: Callable[[Exception], InfinoError | None]
    shared: Shared
    began: float
    total: float | None
    watch: AbstractContextManager[object] | None = attrs.field(init=False, default=None)
    decoders: list[Inflater] = attrs.field(
        init=False, default=attrs.Factory(lambda course: inflaters(course.coding, course.left), takes_self=True)
    )

    def left(self) -> float | None:
        """Return the seconds that are left; raise `Timeout` when there are none."""
        if self.total is None:
            return None
        left = self.total - (self.shared.clock.monotonic() - self.began)
        if left <= 0:
            raise out_of_time(self.total)
        return left

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if self.watch is not None:
            early = kind is GeneratorExit  # the reader stopped because it has what it wanted: a success
            self.watch.__exit__(*((None, None, None) if early else (kind, error, trace)))

    def translated(self, error: Exception) -> InfinoError | None:
        """Make an error of ours of a failure of the library below; None for any other."""
        # Made anew: the one that came through httpcore has frames below it that hold the signed headers.
        if isinstance(error, Timeout):
            return out_of_time(self.total or 0.0)
        failure, passed = self.translate(error), self.shared.clock.monotonic() - self.began
        late = isinstance(failure, Timeout) and self.total is not None and passed >= self.total
        return out_of_time(self.total or 0.0) if late else failure

    def decoded(self, piece: bytes) -> Iterable[bytes]:
        """Undo the compression of one piece."""
        pieces: Iterable[bytes] = (piece,)
        for inflater in self.decoders:
            pieces = _each(inflater, pieces)
        return pieces

    def finish(self) -> None:
        """Raise where compressed data was cut short."""
        for inflater in self.decoders:
            inflater.finish()


def _each(inflater: Inflater, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from inflater.feed(piece)


def _portion(parts: Iterator[bytes]) -> bytes:
    """Join small pieces, because going to a thread costs more than unpacking one; empty at the end."""
    taken, size = [], 0
    while size < _PORTION and (part := next(parts, b"")):
        taken.append(part)
        size += len(part)
    return b"".join(taken)


def is_streamable(status: int) -> bool:
    """Tell whether an answer may be a stream: a refusal is read at once, for its error, and some have no body."""
    return 200 <= status < 300 and status not in (204, 205)


def arriving(
    answer: Any, course: Course, back: Callable[[bool], None], tick: Callable[[float | None], object]
) -> Generator[bytes, None, None]:
    """Read an answer; closing the generator ends it early.

    `back` takes the connection back and whether it can be used again; `tick` is called before each
    read with the time that is left.
    """
    begun = _arriving(answer, course, back, tick)
    next(begun)  # a generator that has not begun would close nothing
    return begun


def _arriving(
    answer: Any, course: Course, back: Callable[[bool], None], tick: Callable[[float | None], object]
) -> Generator[bytes, None, None]:
    whole, failure = False, None
    with course:
        try:
            yield b""
            pieces = iter(answer.stream)
            while True:
                tick(course.left())
                piece = next(pieces, None)
                if piece is None:
                    break
                yield from course.decoded(piece)
            course.finish()
            whole = True
        except Exception as error:
            failure = course.translated(error)
            if failure is None:
                raise
        finally:
            try:
                answer.close()
            except BaseException:
                whole = False  # a connection that was interrupted as it closed waits for ever when it is used again
                raise
            finally:
                back(whole)
        if failure is not None:
            raise failure


async def async_arriving(
    answer: Any, course: Course, back: Callable[[bool], Awaitable[None]]
) -> AsyncGenerator[bytes, None]:
    """Do the same as `arriving` on an event loop."""
    begun = _async_arriving(answer, course, back)
    await anext(begun)
    return begun


async def _async_arriving(
    answer: Any, course: Course, back: Callable[[bool], Awaitable[None]]
) -> AsyncGenerator[bytes, None]:
    whole, failure = False, None
    with course:
        try:
            yield b""
            pieces = aiter(answer.stream)
            while True:
                try:
                    async with asyncio.timeout(course.left()):
                        piece = await anext(pieces, None)
                except TimeoutError:
                    raise out_of_time(course.total or 0.0) from None
                if piece is None:
                    break
                if not course.decoders:
                    yield piece
                    continue
                # A thousand times as much may come out of it: in a thread, so that the event loop goes on meanwhile.
                parts = iter(course.decoded(piece))
                while part := await asyncio.to_thread(_portion, parts):
                    yield part
            course.finish()
            whole = True
        except Exception as error:
            failure = course.translated(error)
            if failure is None:
                raise
        finally:
            try:
                await answer.aclose()
            except BaseException:
                whole = False  # as above; a cancelled task is the usual interruption
                raise
            finally:
                await back(whole)
        if failure is not None:
            raise failure
