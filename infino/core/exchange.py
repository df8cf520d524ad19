"""One call from its first try to its result, as a conversation with a shell that moves the bytes.

`exchange` is a generator. It yields what is to be done (`Send`, `Wait`, `Refresh`) and is given back what came of it.
The synchronous and the asynchronous transport drive the same generator, so there is one policy.

A refusal is judged by the time and the keys that signed the refused try, never by what other calls have changed
meanwhile. What is learned stays with the call until the service has accepted it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

import attrs

from infino.core.errors import APIError, Attempt, InfinoError, Timeout
from infino.core.failures import error_from_response, is_clock_skew, server_offset, server_time, speaks_of_time
from infino.core.listeners import Listeners, watched
from infino.core.messages import Request, Response
from infino.core.redaction import get_logger
from infino.core.retry import (
    Clock,
    Random,
    RetryPolicy,
    SystemClock,
    Timeouts,
    may_be_done,
    out_of_time,
    surely_unsent,
)
from infino.core.signer import SigV4Signer

if TYPE_CHECKING:
    from infino.core.events import EndEvent

logger: Final = get_logger("infino")
Remedy = Literal["clock", "keys"]
_KEY_CHANGES: Final = 2  # keys may be rotated once more while a call is on its way
_CLOCK_CHANGES: Final = 3
_NOTICEABLE: Final = timedelta(seconds=1)  # a Date is in whole seconds


class Body:
    """The pieces of an answer, up to a limit of bytes."""

    __slots__ = ("most", "pieces", "size")

    def __init__(self, most: int | None) -> None:
        self.most, self.size, self.pieces = most, 0, list[bytes]()

    def take(self, piece: bytes) -> bool:
        """Keep a piece, and tell whether there is room for more."""
        self.pieces.append(piece)
        self.size += len(piece)
        return self.most is None or self.size <= self.most


def system_random() -> float:
    """Return a number from 0 to 1; only retries draw one."""
    from random import random

    return random()  # noqa: S311  # it spreads retries in time and keeps no secret


class RetryBudget:
    """A bucket of tokens shared by all calls of a client, so that retries cannot multiply an outage."""

    __slots__ = ("_lock", "_tokens", "capacity", "cost", "refund")

    # As the standard mode of the AWS SDKs: a hundred retries at once, then one for every five calls that succeed.
    def __init__(self, capacity: float = 500, cost: float = 5, refund: float = 1) -> None:
        self.capacity, self.cost, self.refund = capacity, cost, refund
        self._tokens = capacity
        self._lock = threading.Lock()

    @property
    def tokens(self) -> float:
        """Tokens left."""
        return self._tokens

    def take(self) -> bool:
        """Take what one retry costs, if it is there."""
        with self._lock:
            if self._tokens < self.cost:
                return False
            self._tokens -= self.cost
            return True

    def give(self) -> None:
        """Put back what one success is worth."""
        # Looked at without the lock: nearly always the bucket is full, and one token more or less does no harm.
        if self._tokens < self.capacity:
            with self._lock:
                self._tokens = min(self.capacity, self._tokens + self.refund)


class Shared:
    """What the calls of one client share and learn from each other; `get_with_body` is turned on by a 405."""

    __slots__ = ("budget", "clock", "get_with_body", "listeners", "offset", "random")

    def __init__(
        self,
        clock: Clock | None = None,
        random: Random = system_random,
        budget: RetryBudget | None = None,
        *,
        get_with_body: bool = False,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.random = random
        self.budget = budget or RetryBudget()
        self.listeners = Listeners()
        self.get_with_body = get_with_body
        self.offset: timedelta | None = None

    def now(self) -> datetime:
        """The time by the service's clock, as far as it is known."""
        now = self.clock.now()
        return now if self.offset is None else now + self.offset

    def watched(self, operation: str, method: str = "") -> AbstractContextManager[EndEvent]:
        """Return the context of a call, in which those who listen are told where it begins and ends."""
        return watched(self.listeners, self.clock, operation, method)


class Signed:
    """Who signed one try, with which time, and when that was."""

    __slots__ = ("at", "signer", "time")

    def __init__(self, signer: SigV4Signer, time: datetime, at: float) -> None:
        self.signer, self.time, self.at = signer, time, at


class Corrections:
    """The corrections of one call; the client takes over the clock's offset once the service has accepted it."""

    __slots__ = ("_clock_changes", "_key_changes", "_service_clock", "_shared")

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._key_changes = self._clock_changes = 0
        # The service's time at a moment of our monotonic clock, which holds even when our time of day jumps.
        self._service_clock: tuple[datetime, float] | None = None

    def sign(self, signer: SigV4Signer) -> Signed:
        """Settle who signs the next try, and with which time."""
        at = self._shared.clock.monotonic()
        if self._service_clock is None:
            return Signed(signer, self._shared.now(), at)
        moment, seen = self._service_clock
        return Signed(signer, moment + timedelta(seconds=at - seen), at)

    def judge(self, refusal: APIError, signed: Signed | None) -> Remedy | None:
        """Tell what another try needs to be accepted; None when nothing would help."""
        if signed is None or refusal.status not in (400, 401, 403):
            return None
        now = self._shared.clock.monotonic()
        # The first Date may be a proxy's; another one is believed where the refusal itself speaks of time.
        if not self._clock_changes or (
            self._clock_changes < _CLOCK_CHANGES and speaks_of_time(refusal.reason, refusal.code)
        ):
            offset = server_offset(refusal.headers, signed.time, now - signed.at)
            if is_clock_skew(refusal.status, refusal.reason, refusal.code, offset):
                moment = server_time(refusal.headers)
                assert moment is not None  # an offset was made of it
                self._service_clock = moment, now
                self._clock_changes += 1
                return "clock"
        if refusal.status in (401, 403) and self._key_changes < _KEY_CHANGES:
            self._key_changes += 1
            return "keys"
        return None

    def accepted(self) -> None:
        """The service took the last try: what was learned about the clock now holds for the other calls too."""
        if self._service_clock is not None:
            clock = self._shared.clock
            moment, seen = self._service_clock
            offset = moment + timedelta(seconds=clock.monotonic() - seen) - clock.now()
            self._shared.offset = offset if abs(offset) > _NOTICEABLE else None


class Send:
    """Sign the request anew and send it, within limits that begin at a moment of the monotonic clock."""

    __slots__ = ("_corrections", "at", "headers", "method", "signed", "timeouts")

    def __init__(
        self,
        at: float,
        method: str,
        timeouts: Timeouts,
        corrections: Corrections,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.at, self.method, self.timeouts, self._corrections = at, method, timeouts, corrections
        self.headers = headers
        self.signed: Signed | None = None

    def sign(self, signer: SigV4Signer) -> Signed:
        """Note who signs this try; a refusal is judged by it."""
        self.signed = self._corrections.sign(signer)
        return self.signed

    def rest(self) -> Timeouts:
        """What is left for the request once its keys are there."""
        total = self.timeouts.total
        if total is None or self.signed is None:
            return self.timeouts
        return self.timeouts.within(total - (self.signed.at - self.at))


class Wait:
    """Sleep."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Refresh:
    """These keys were refused: answer True when there are others, False, or the error that kept them from coming."""

    __slots__ = ("at", "limit", "refused")

    def __init__(self, refused: SigV4Signer, at: float, limit: float | None) -> None:
        self.refused, self.at, self.limit = refused, at, limit


Step = Send | Wait | Refresh
Outcome = Response | InfinoError | bool | None


def _may_repeat(request: Request, failure: InfinoError, policy: RetryPolicy) -> bool:
    """Ask the policy, and whether there still is something to send."""
    # The time of the whole call: there is none left for another try.
    if isinstance(failure, Timeout) and failure.phase == "total":
        return False
    if _is_replayable(request) or surely_unsent(failure):
        return policy.may_repeat(failure, request.retry)
    return False


def _is_replayable(request: Request) -> bool:
    """Tell whether the body can be sent a second time."""
    content = request.content
    return content is None or isinstance(content, bytes) or content.replayable


@attrs.define
class _Call:
    """The state of one call."""

    request: Request
    policy: RetryPolicy
    timeouts: Timeouts
    shared: Shared
    started: float
    log: list[Attempt] = attrs.field(factory=list)
    number: int = 0
    corrected: int = 0  # tries that were repaired; they do not count as retries
    corrections: Corrections = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.corrections = Corrections(self.shared)

    def left(self) -> float | None:
        """Seconds until the call must be over, or None."""
        total = self.timeouts.total
        return None if total is None else total - (self.shared.clock.monotonic() - self.started)

    def limit_named(self, failure: InfinoError) -> InfinoError:
        """Let an error that says how much time the try had say how much the caller gave."""
        total = self.timeouts.total
        if total is None or not isinstance(failure, Timeout) or failure.phase != "total":
            return failure
        return out_of_time(total)

    def note(self, began: float, failure: InfinoError, status: int | None, delay: float | None) -> None:
        reason = getattr(failure, "reason", None) or failure.message
        elapsed = self.shared.clock.monotonic() - began
        self.log.append(Attempt(self.number, elapsed, status, str(reason)[:200], delay, may_be_done(failure)))

    def finish(self, failure: InfinoError) -> InfinoError:
        failure.operation = failure.operation or self.request.operation
        failure.attempt_log = tuple(self.log)
        return failure


def exchange(
    request: Request, shared: Shared, policy: RetryPolicy, timeouts: Timeouts
) -> Generator[Step, Outcome, Response]:
    """Carry one call through its tries, to an answer whose status is 2xx or to an error."""
    clock = shared.clock
    call = _Call(request, policy, timeouts, shared, clock.monotonic())
    while True:
        call.number += 1
        method = "GET" if request.get_with_body and shared.get_with_body else request.method
        listeners = shared.listeners
        headers = _tell_request(listeners, request, method, call.number) if listeners.request else None
        began = clock.monotonic()
        left = call.left()
        step = Send(began, method, timeouts if left is None else timeouts.within(left), call.corrections, headers)
        outcome = yield step
        if isinstance(outcome, Response):
            ended = clock.monotonic()
            if listeners.response:
                _tell_response(listeners, request, method, call.number, outcome, ended - began)
            if logger.isEnabledFor(logging.DEBUG):
                logger.debug(
                    "%s %s %d %.1f ms attempt %d",
                    method, request.path, outcome.status, (ended - began) * 1000, call.number,
                )  # fmt: skip
            if 200 <= outcome.status < 300:
                shared.budget.give()
                call.corrections.accepted()
                if outcome.course is not None:  # what is yet to come has the time of the call, and not of the try
                    outcome.course.began, outcome.course.total = call.started, timeouts.total
                if call.number > 1:
                    return attrs.evolve(outcome, attempts=call.number, elapsed=ended - call.started)
                return outcome
            refusal = error_from_response(
                outcome,
                method=method,
                path=request.path,
                now=shared.now(),
                signed=None if step.signed is None else step.signed.time,
            )
            if (yield from _repair(call, step, refusal, began)):
                call.corrected += 1
                continue
            failure: InfinoError = refusal
        else:
            assert isinstance(outcome, InfinoError)  # a Send is answered with a response or an error
            failure = call.limit_named(outcome)
            logger.debug("%s %s failed: %s, attempt %d", method, request.path, failure.message, call.number)
        yield from _pause_or_raise(call, failure, began)


def watched_exchange(
    request: Request, shared: Shared, policy: RetryPolicy, timeouts: Timeouts
) -> Generator[Step, Outcome, Response]:
    """Do as `exchange`, and tell those who listen where the call begins and ends."""
    with ExitStack() as watch:
        end = watch.enter_context(shared.watched(request.operation, request.method))
        response = yield from exchange(request, shared, policy, timeouts)
        end.status, end.attempts = response.status, response.attempts
        if response.course is not None:  # a body that is yet to come, and may break
            response.course.watch = watch.pop_all()
    return response


def leave(plan: Generator[Step, Outcome, Response], error: BaseException) -> None:
    """Tell a conversation that nobody goes on with it, so that those who listen hear of the end at once.

    An error of the conversation itself ended it already.
    """
    traceback = error.__traceback__
    with suppress(BaseException):  # it comes back from there, and the caller raises it
        plan.throw(error)
    error.__traceback__ = traceback


# Events are imported where somebody listens: most clients are not watched.
def _tell_request(listeners: Listeners, request: Request, method: str, number: int) -> dict[str, str]:
    from infino.core.events import RequestEvent

    event = RequestEvent(request.operation, method, request.path, number)
    listeners.tell(listeners.request, event)
    return event.headers


def _tell_response(
    listeners: Listeners, request: Request, method: str, number: int, response: Response, elapsed: float
) -> None:
    from infino.core.events import ResponseEvent

    event = ResponseEvent(
        request.operation, method, request.path, number, response.status, elapsed, response.request_id
    )
    listeners.tell(listeners.response, event)


def _repair(call: _Call, step: Send, refusal: APIError, began: float) -> Generator[Step, Outcome, bool]:
    """Repair what can be repaired: an old gateway, a wrong clock, keys that were rotated.

    None of these was processed by the service, so they are open to every operation.
    """
    shared, status = call.shared, refusal.status
    left = call.left()
    if left is not None and left <= 0:
        return False
    # Remembered for all calls: the gateway is an old one and does not change while we talk to it.
    if status == 405 and call.request.get_with_body and step.method != "GET":
        shared.get_with_body = True
        call.note(began, refusal, status, 0.0)
        return True
    remedy = call.corrections.judge(refusal, step.signed)
    if remedy is None:
        return False
    if remedy == "keys":
        assert step.signed is not None  # nothing is judged without it
        limit = call.timeouts.keys if left is None else left
        renewed = yield Refresh(step.signed.signer, shared.clock.monotonic(), limit)
        if isinstance(renewed, InfinoError):
            refusal.hint = f"the keys were refused, and {renewed.message}"
        if renewed is not True:
            return False
    if not _is_replayable(call.request):
        # What the refusal says stays true; for the next call at least the keys are others.
        refusal.hint = f"{refusal.hint or 'the keys were refused'}; the body cannot be sent again: open it anew"
        return False
    call.note(began, refusal, status, 0.0)
    return True


def _pause_or_raise(call: _Call, failure: InfinoError, began: float) -> Generator[Step, Outcome, None]:
    """Wait before another try, or raise what the last one met."""
    status, asked = (failure.status, failure.retry_after) if isinstance(failure, APIError) else (None, None)
    delay = None
    if _may_repeat(call.request, failure, call.policy):
        elapsed = call.shared.clock.monotonic() - call.started
        delay = call.policy.pause(call.number - call.corrected, call.shared.random, asked=asked, elapsed=elapsed)
    left = call.left()
    # The budget last: a token is spent only on a retry that takes place.
    if delay is None or (left is not None and delay >= left) or not call.shared.budget.take():
        call.note(began, failure, status, None)
        raise call.finish(failure)
    call.note(began, failure, status, delay)
    reason = call.log[-1].reason
    listeners = call.shared.listeners
    if listeners.retry:
        from infino.core.events import RetryEvent

        event = RetryEvent(call.request.operation, call.number, delay, reason, status, type(failure).__name__)
        listeners.tell(listeners.retry, event)
    logger.info("%s: attempt %d failed (%s), next in %.2f s", call.request.operation, call.number, reason, delay)
    yield Wait(delay)
