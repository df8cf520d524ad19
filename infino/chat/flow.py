"""A conversation without I/O: what to connect, send, await and report, and what each mishap means.

`ask` is a generator. It yields operations; whoever drives it performs each one and sends the result back, or throws
what went wrong. The blocking and the asyncio client drive the same generator, so they behave the same.
"""

from __future__ import annotations

import contextlib
import random
from collections import deque
from collections.abc import Callable, Generator, Mapping
from typing import Any

import attrs

from infino.chat import frames
from infino.chat.answer import Answer
from infino.chat.errors import Disconnected, Interrupted, ServiceFailed, TurnTimeout
from infino.chat.events import AnyEvent, SourceRef
from infino.chat.turn import State, Turn
from infino.core.errors import APIError, Attempt, ConnectError, InfinoError, Timeout, TransportError
from infino.core.retry import Clock, RetryPolicy, SystemClock
from infino.websocket import SocketClosed, SocketQuiet

# How long to wait for the EOM that follows the `result` of a streaming thread; it usually comes at once.
GRACE_SECONDS = 1.0
# Only what has arrived already is read, so that a question on an open connection starts without delay.
DRAIN_SECONDS = 0.002
# Tidying up after a failure; the error must not wait long for it.
DROP_SECONDS = 3.0
# More frames than any turn leaves behind; a service that never stops must not hold up the next question.
DRAIN_LIMIT = 10_000
# Identifiers: late frames follow their turn closely, and a long conversation must not grow by them.
REMEMBERED_TURNS = 64


@attrs.frozen
class OpenThread:
    """Create the thread by REST; the result is its id."""

    name: str
    timeout: float


@attrs.frozen
class DropThread:
    """Delete a thread in which nothing was asked."""

    thread_id: str
    timeout: float


@attrs.frozen
class Connect:
    """Open a connection with a newly signed URL, dropping any that is open."""

    thread_id: str
    timeout: float


@attrs.frozen
class SendMessage:
    """Send one message."""

    text: str
    timeout: float


@attrs.frozen
class Receive:
    """Wait for one message; the result is the message."""

    timeout: float


@attrs.frozen
class Disconnect:
    """Drop the connection."""


@attrs.frozen
class Pause:
    """Sleep before another try; the rest says why."""

    seconds: float
    attempt: int
    reason: str
    status: int | None = None


@attrs.frozen
class Report:
    """Hand one event to whoever asked."""

    event: AnyEvent


Operation = OpenThread | DropThread | Connect | SendMessage | Receive | Disconnect | Pause | Report
Flow = Generator[Operation, Any, Answer]
Steps = Generator[Operation, Any, None]


@attrs.frozen(kw_only=True)
class Settings:
    """How patient a conversation is: seconds, retries, and what goes along with each question.

    `grace` is for the ``EOM`` after a ``result``; with `resend` a question that may have arrived is asked again.
    """

    timeout: float = 180.0
    idle_timeout: float = 90.0
    connect_timeout: float = 15.0
    grace: float = GRACE_SECONDS
    resend: bool = False
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    context: Mapping[str, Any] | None = None
    message: str | None = None
    operation: str = "fino.ask"


@attrs.define
class Conversation:
    """What is known between the turns of one conversation; ``None`` where it is not known yet."""

    thread_id: str | None = None
    streaming: bool | None = None
    sources: tuple[SourceRef, ...] = ()
    clock: Clock = attrs.field(factory=SystemClock)
    random: Callable[[], float] = random.random
    connected: bool = False
    owed_end: bool = False
    stale: deque[str] = attrs.field(factory=lambda: deque(maxlen=REMEMBERED_TURNS))
    turn: Turn | None = None

    def finish(self, turn: Turn) -> None:
        """Remember how to know late frames of a turn that is over."""
        # The connection may outlive the turn, and then the next turn meets what this one did not wait for.
        self.stale.extend(turn.identifiers)
        self.owed_end = not turn.ended_by_eom


def ask(conversation: Conversation, question: str, settings: Settings) -> Flow:
    """Plan one turn, as a generator of operations whose value is the answer."""
    deadline = conversation.clock.monotonic() + settings.timeout
    # There before the thread is: a stream shows its answer from the first moment on.
    turn = Turn(question)
    conversation.turn = turn
    created = conversation.thread_id is None
    if created:
        # The beginning of the question names the thread in lists.
        conversation.thread_id = yield OpenThread(question[:60], settings.timeout)
    attempt = 0
    while True:
        # A turn of its own for each try: half an answer of the last one must not mix with the next.
        attempt += 1
        turn = Turn(
            question,
            thread_id=conversation.thread_id,
            streaming=conversation.streaming,
            sources=conversation.sources,
        )
        conversation.turn = turn
        try:
            yield from _exchange(conversation, turn, settings, deadline)
        except _Lost as lost:
            conversation.connected = False
            yield Disconnect()
            # Asking twice may store two answers, so a question that may have arrived is sent again only on request.
            again = lost.unsent or settings.resend
            pause = _pause_within(conversation, settings, attempt, deadline) if again else None
            if pause is None:
                raise _disconnected(turn, lost, settings) from None
            yield Pause(pause, attempt, f"close code {lost.closed.code}")
        except BaseException as error:
            conversation.finish(turn)
            # Only a first connection fails so: the thread is ours, and nobody asked anything in it.
            if created and attempt == 1 and isinstance(error, APIError | TransportError):
                yield from _drop_thread(conversation, deadline)
            raise
        else:
            conversation.finish(turn)
            return turn.answer()


def _drop_thread(conversation: Conversation, deadline: float) -> Steps:
    thread_id, left = conversation.thread_id, _left(conversation, deadline)
    if thread_id is None or left <= 0:
        return
    conversation.thread_id = None
    # Whatever this meets is of less interest than the error that led here.
    with contextlib.suppress(InfinoError):
        yield DropThread(thread_id, min(left, DROP_SECONDS))


class _Lost(Exception):
    def __init__(self, closed: SocketClosed, *, unsent: bool) -> None:
        super().__init__(closed.code)
        self.closed = closed
        self.unsent = unsent


def _exchange(conversation: Conversation, turn: Turn, settings: Settings, deadline: float) -> Steps:
    if conversation.connected:
        yield from _drain(conversation)
    if conversation.connected:
        turn.expect_late(conversation.stale, conversation.owed_end)
    else:
        yield from _connect(conversation, settings, deadline)
    # At least a millisecond: 0 would be taken for no limit, or fail before anything was tried.
    limit = max(min(settings.idle_timeout, _left(conversation, deadline)), 0.001)
    try:
        yield SendMessage(settings.message or frames.question(turn.question, settings.context), limit)
    except SocketClosed as closed:
        raise _Lost(closed, unsent=closed.unsent) from None
    except SocketQuiet:
        raise TurnTimeout(
            f"the question could not be sent within {limit:g} s",
            answer=turn.answer(),
            hint=_ASK_AGAIN,
            operation=settings.operation,
        ) from None
    yield from _listen(conversation, turn, settings, deadline)


def _listen(conversation: Conversation, turn: Turn, settings: Settings, deadline: float) -> Steps:
    clock = conversation.clock
    grace_ends = deadline
    while not turn.over:
        settling = turn.state is State.SETTLING
        left = (min(grace_ends, deadline) if settling else deadline) - clock.monotonic()
        try:
            # At 0 what has arrived already is still read.
            message = yield Receive(max(min(left, settings.idle_timeout), 0.0))
        except SocketClosed as closed:
            if not settling:
                raise _Lost(closed, unsent=False) from None
            # The answer was there, only its end was not: a connection that closes now has said all.
            conversation.connected = False
            yield Disconnect()
            message = None
        # Quiet while settling is the normal end of an answer; before that it is a failure.
        except SocketQuiet:
            if not settling:
                raise _too_late(turn, settings, left) from None
            message = None
        events = turn.settle() if message is None else turn.receive(message)
        for event in events:
            yield Report(event)
        if turn.failure is not None:
            raise _failed(turn, settings)
        # The time for the EOM starts with the `result`, and heartbeats do not extend it.
        if turn.state is State.SETTLING and not settling:
            grace_ends = clock.monotonic() + settings.grace


def _connect(conversation: Conversation, settings: Settings, deadline: float) -> Steps:
    """Connect with back-off; nothing has been asked yet, so trying again is always safe."""
    assert conversation.thread_id is not None
    clock = conversation.clock
    log: list[Attempt] = []
    while True:
        began = clock.monotonic()
        limit = max(min(settings.connect_timeout, _left(conversation, deadline)), 0.001)
        try:
            yield Connect(conversation.thread_id, limit)
        # Other errors, such as a wrong proxy address, would not be cured by another try.
        except (ConnectError, Timeout, APIError) as error:
            failure: InfinoError = error
        else:
            conversation.connected, conversation.owed_end = True, False
            return
        number, status = len(log) + 1, getattr(failure, "status", None)
        pause = _pause(conversation, settings, failure, number, deadline)
        log.append(Attempt(number, clock.monotonic() - began, status, failure.message[:200], pause))
        if pause is None:
            failure.attempt_log = tuple(log)
            raise failure
        yield Pause(pause, number, failure.message, status)


def _pause(
    conversation: Conversation, settings: Settings, failure: InfinoError, number: int, deadline: float
) -> float | None:
    """Return how long to wait before the next try; None when there is none."""
    # Safe, for to connect asks nothing.
    if not settings.retry.may_repeat(failure, "safe"):
        return None
    return _pause_within(conversation, settings, number, deadline, getattr(failure, "retry_after", None))


def _pause_within(
    conversation: Conversation, settings: Settings, number: int, deadline: float, asked: float | None = None
) -> float | None:
    elapsed = max(settings.timeout - _left(conversation, deadline), 0.0)
    pause = settings.retry.pause(number, conversation.random, asked=asked, elapsed=elapsed)
    return None if pause is None or _left(conversation, deadline) <= pause else pause


def _drain(conversation: Conversation) -> Steps:
    """Throw away what earlier turns left on the connection, and find out whether it still lives."""
    for _ in range(DRAIN_LIMIT):
        try:
            message = yield Receive(DRAIN_SECONDS)
        except SocketQuiet:
            return
        except SocketClosed:
            break
        if frames.read(message).kind in ("EOM", "complete"):
            conversation.owed_end = False
    # Gone, or talking without end: either way a new connection is the clean start.
    conversation.connected = False
    yield Disconnect()


def _left(conversation: Conversation, deadline: float) -> float:
    return deadline - conversation.clock.monotonic()


_ASK_AGAIN = (
    "the question may have been answered all the same: look at fino.threads.get(thread_id) first, or ask again in the "
    "same thread; resend=True does so by itself"
)


def _received(turn: Turn) -> str:
    if not turn.messages:
        return "nothing was received"
    heartbeats = f", {turn.heartbeats} of them heartbeats" if turn.heartbeats else ""
    parts = [type(event).__name__ for event in turn.answer().events]
    kinds = ", ".join(dict.fromkeys(parts))
    return f"{turn.messages} messages were received{heartbeats}" + (f" ({kinds})" if kinds else "")


def _disconnected(turn: Turn, lost: _Lost, settings: Settings) -> Disconnected:
    closed = lost.closed
    # From 3000 on, codes are up to libraries and applications (RFC 6455, 7.4.2).
    why = CLOSE_CODES.get(closed.code, "closed by the service" if closed.code >= 3000 else "closed")
    said = f": {closed.reason[:200]}" if closed.reason else ""
    hint = _ASK_AGAIN
    if closed.code == 1009:
        hint = "a message was larger than max_frame_bytes; raise it, or ask for less"
    if lost.unsent:
        hint = "the question was not sent; ask again"
    return Disconnected(
        f"the connection ended before the answer was complete (close code {closed.code}, {why}{said}); "
        f"{_received(turn)}",
        answer=turn.answer(),
        sent=not lost.unsent,
        close_code=closed.code,
        hint=hint,
        operation=settings.operation,
    )


def _too_late(turn: Turn, settings: Settings, left: float) -> Interrupted:
    # Which of the two limits was the shorter one decides what is said.
    if left <= settings.idle_timeout:
        said = f"no complete answer within {settings.timeout:g} s"
    else:
        said = f"the service fell silent for {settings.idle_timeout:g} s"
    return TurnTimeout(
        f"{said}; {_received(turn)}", answer=turn.answer(), hint=_ASK_AGAIN, operation=settings.operation
    )


def _failed(turn: Turn, settings: Settings) -> ServiceFailed:
    return ServiceFailed(
        f"the service could not answer: {turn.failure}",
        answer=turn.answer(),
        frame=turn.failure_frame,
        operation=settings.operation,
    )


# RFC 6455, 7.4.1, and the later ones of IANA's registry of WebSocket close codes.
CLOSE_CODES: dict[int, str] = {
    1000: "normal end",
    1001: "the service is going away",
    1002: "protocol error",
    1003: "unsupported data",
    1005: "no close code given",
    1006: "connection lost",
    1007: "invalid text in a message",
    1008: "against a policy of the service",
    1009: "message too big",
    1010: "extension missing",
    1011: "internal error or keep-alive timeout of the service",
    1012: "the service restarts",
    1013: "try again later",
    1014: "bad gateway",
    1015: "TLS failed",
}
