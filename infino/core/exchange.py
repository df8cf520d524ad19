"""One call from its first try to its result, as a conversation with a shell that moves the bytes.

`exchange` is a generator. It yields what is to be done (`Send`, `Wait`, `Refresh`) and is given back what came of it.
The synchronous and the asynchronous transport drive the same generator, so there is one policy.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Final

import attrs

from infino.core.clock import Clock, SystemClock
from infino.core.corrections import Corrections, Signed
from infino.core.errors import APIError, Attempt, InfinoError, Timeout
from infino.core.failures import error_from_response
from infino.core.listeners import Listeners
from infino.core.redaction import get_logger
from infino.core.request import Request
from infino.core.response import Response
from infino.core.retry import Random, RetryBudget, RetryPolicy, may_be_done, surely_unsent
from infino.core.signer import SigV4Signer
from infino.core.timeouts import Timeouts

logger: Final = get_logger("infino")


def system_random() -> float:
    """Return a number from 0 to 1; only retries draw one."""
    from random import random

    return random()  # noqa: S311  # it spreads retries in time and keeps no secret


class Shared:
    """What the calls of one client share and learn from each other.

    Args:
        clock: Source of time.
        random: Source of numbers from 0 to 1, for jitter.
        budget: Limit on retries over all calls.
        get_with_body: Whether read queries go as GET with a body; turned on by a 405.
    """

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


class Send:
    """Sign the request anew and send it, within limits that begin at a moment of the monotonic clock."""

    __slots__ = ("_corrections", "at", "method", "signed", "timeouts")

    def __init__(self, at: float, method: str, timeouts: Timeouts, corrections: Corrections) -> None:
        self.at, self.method, self.timeouts, self._corrections = at, method, timeouts, corrections
        self.signed: Signed | None = None

    def sign(self, signer: SigV4Signer) -> Signed:
        """Note who signs this try; a refusal is judged by it."""
        self.signed = self._corrections.sign(signer)
        return self.signed


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
    if isinstance(failure, Timeout) and failure.phase == "total":
        return False
    content = request.content
    if content is None or isinstance(content, bytes) or content.replayable or surely_unsent(failure):
        return policy.may_repeat(failure, request.retry)
    return False


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
    """Carry one call through its tries.

    Args:
        request: What to send.
        shared: State of the client.
        policy: When to try again.
        timeouts: Limits of the call.

    Returns:
        The answer, when its status is 2xx.

    Raises:
        APIError: The service refused.
        TransportError: No answer came.
        InfinoError: Whatever else the shell reported, such as failing credentials.
    """
    clock = shared.clock
    call = _Call(request, policy, timeouts, shared, clock.monotonic())
    while True:
        call.number += 1
        method = "GET" if request.get_with_body and shared.get_with_body else request.method
        listeners = shared.listeners
        if listeners.request:
            _tell_request(listeners, request, method, call.number)
        began = clock.monotonic()
        step = Send(began, method, timeouts.within(call.left()), call.corrections)
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
        elif isinstance(outcome, InfinoError):
            failure = outcome
            logger.debug("%s %s failed: %s, attempt %d", method, request.path, failure.message, call.number)
        else:
            raise TypeError("the shell must answer Send with a response or an error")
        yield from _pause_or_raise(call, failure, began)


# Events are imported where somebody listens: most clients are not watched.
def _tell_request(listeners: Listeners, request: Request, method: str, number: int) -> None:
    from infino.core.events import RequestEvent

    listeners.tell(listeners.request, RequestEvent(request.operation, method, request.path, number))


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
    if status == 405 and call.request.get_with_body and step.method != "GET":
        shared.get_with_body = True
        call.note(began, refusal, status, 0.0)
        return True
    remedy = call.corrections.judge(refusal, step.signed)
    if remedy is None:
        return False
    if remedy == "keys":
        assert step.signed is not None  # nothing is judged without it
        renewed = yield Refresh(step.signed.signer, shared.clock.monotonic(), left)
        if isinstance(renewed, InfinoError):
            refusal.hint = f"the keys were refused, and {renewed.message}"
        if renewed is not True:
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
    if delay is None or (left is not None and delay >= left) or not call.shared.budget.take():
        call.note(began, failure, status, None)
        raise call.finish(failure)
    call.note(began, failure, status, delay)
    reason = call.log[-1].reason
    listeners = call.shared.listeners
    if listeners.retry:
        from infino.core.events import RetryEvent

        listeners.tell(listeners.retry, RetryEvent(call.request.operation, call.number, delay, reason, status))
    logger.info("%s: attempt %d failed (%s), next in %.2f s", call.request.operation, call.number, reason, delay)
    yield Wait(delay)
