"""One question and its answer, as a state machine without I/O; and the answer that a thread's stored messages hold.

Messages go in, typed events come out. The machine knows when the turn is over: at ``EOM`` or an error always; at a
``result`` (or the older ``message``) at once when the thread does not stream, and after a short wait for the ``EOM``
when it does or may.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any

import attrs

from infino.chat import frames
from infino.chat.answer import Answer
from infino.chat.errors import ServiceFailed, TurnTimeout
from infino.chat.events import (
    AnyEvent,
    Chart,
    Data,
    Done,
    Query,
    SourceRef,
    Sources,
    Status,
    Step,
    Suggestions,
    Text,
    Unknown,
)
from infino.core import codec
from infino.core.retry import Clock, Polling

# `answer()` needs only the latest of each kind; these bound what a turn that never ends keeps beside them.
MAX_EVENTS = 1_000
MAX_EVENT_BYTES = 64 * 1024 * 1024


class State(enum.Enum):
    """Where a turn stands."""

    OPEN = "open"
    # The answer is here, and the EOM that may follow it is not.
    SETTLING = "settling"
    DONE = "done"
    FAILED = "failed"


class Turn:
    """The state of one question; the service names its sources only when it chose them."""

    def __init__(
        self,
        question: str,
        *,
        thread_id: str | None = None,
        streaming: bool | None = None,
        sources: tuple[SourceRef, ...] = (),
    ) -> None:
        self.question = question
        self.thread_id = thread_id
        self.streaming = streaming
        self.sources = sources
        self.state = State.OPEN
        self.messages = 0
        self.heartbeats = 0
        self.ended_by_eom = False
        self.failure: str | None = None
        self.failure_frame: Any = None
        self._stale: frozenset[str] = frozenset()
        self._owed_end = False
        self._begun = False
        # Apart from the events that are kept: dropping old ones never costs a part of the answer.
        self._latest: dict[Any, AnyEvent] = {}
        self._kept: deque[tuple[AnyEvent, int]] = deque()
        self._kept_bytes = 0
        self._dropped = 0
        self._trace_id: str | None = None
        self._query_id: str | None = None

    def expect_late(self, stale: Iterable[str], owed_end: bool) -> None:
        """Tell the turn which late frames may still come, and whether the last turn still owes its ``EOM``."""
        self._stale = frozenset(stale)
        self._owed_end = owed_end

    @property
    def over(self) -> bool:
        """Whether nothing more is expected."""
        return self.state in (State.DONE, State.FAILED)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The identifiers by which late frames of this turn can be known."""
        return tuple(identifier for identifier in (self._trace_id, self._query_id) if identifier)

    def receive(self, message: str | bytes) -> list[AnyEvent]:
        """Take one message, and return the events it makes; none for heartbeats and late frames.

        After an error frame the state is ``FAILED`` and ``failure`` holds the reason.
        """
        # What comes after the end belongs to no turn; the next one learns of it by `expect_late`.
        if self.over:
            return []
        self.messages += 1
        frame = frames.read(message)
        if self._is_late(frame):
            return []
        handler = _HANDLERS.get(frame.kind)
        # Kinds that came into being after this version: the user sees them as they are.
        if handler is None:
            return self._keep([Unknown(kind=frame.kind, frame=frame.raw)], len(message))
        return self._keep(list(handler(self, frame)), len(message))

    def _is_late(self, frame: frames.Frame) -> bool:
        """Tell whether a frame belongs to an earlier turn; a connection keeps order, so only the first ones can."""
        if self._begun:
            return False
        # An EOM without an id, or with one not seen before, can still be known as the one that the last turn lacked.
        if self._owed_end and frame.kind in _ENDS:
            self._owed_end = False
            return True
        identifiers = (frames.text(frame.body.get(name)) for name in ("trace_id", "query_id"))
        if any(identifier in self._stale for identifier in identifiers):
            return True
        # Heartbeats carry no id and may come between late frames, so they prove nothing.
        self._begun = frame.kind != "heartbeat"
        return False

    def settle(self) -> list[AnyEvent]:
        """End a turn whose answer came but whose ``EOM`` did not."""
        if self.state is not State.SETTLING:
            return []
        return self._keep([self.done()], 0)

    def done(self) -> Done:
        """Mark the turn as over."""
        self.state = State.DONE
        return Done(trace_id=self._trace_id, query_id=self._query_id)

    def answer(self) -> Answer:
        """Gather what came so far."""
        query = {kind: event for kind, event in self._latest.items() if isinstance(event, Query)}
        text, data, chart = self._latest.get(Text), self._latest.get(Data), self._latest.get(Chart)
        sources, suggestions = self._latest.get(Sources), self._latest.get(Suggestions)
        sql, querydsl = query.get("sql"), query.get("querydsl")
        return Answer(
            question=self.question,
            text=text.markdown if isinstance(text, Text) else "",
            rows=data.rows if isinstance(data, Data) else (),
            sql=sql.text if sql else None,
            querydsl=querydsl.body if querydsl else None,
            chart=chart.option if isinstance(chart, Chart) else None,
            sources=sources.sources if isinstance(sources, Sources) else self.sources,
            suggestions=suggestions.questions if isinstance(suggestions, Suggestions) else (),
            thread_id=self.thread_id,
            query_id=self._query_id,
            trace_id=self._trace_id,
            events=tuple(event for event, _ in self._kept),
            dropped_events=self._dropped,
            complete=self.state is State.DONE,
        )

    def _keep(self, events: list[AnyEvent], size: int) -> list[AnyEvent]:
        for event in events:
            self._latest[_key(event)] = event
            # Of a frame with several events each counts with all of it, which may only drop some too early.
            weight = 0 if isinstance(event, Status | Done) else size
            self._kept.append((event, weight))
            self._kept_bytes += weight
        # One event always stays, however large, or a single answer beyond the limit would have none.
        while len(self._kept) > MAX_EVENTS or (self._kept_bytes > MAX_EVENT_BYTES and len(self._kept) > 1):
            _, weight = self._kept.popleft()
            self._kept_bytes -= weight
            self._dropped += 1
        return events

    def _news(self, events: Iterable[AnyEvent]) -> list[AnyEvent]:
        """Leave out what a ``result`` only repeats of the partials before it."""
        return [event for event in events if not frames.same(self._latest.get(_key(event)), event)]

    def _note_identifiers(self, body: Mapping[str, Any]) -> None:
        # Not every frame repeats them, so one that says nothing must not wipe out what was said.
        self._trace_id = frames.text(body.get("trace_id")) or self._trace_id
        self._query_id = frames.text(body.get("query_id")) or self._query_id


def _key(event: AnyEvent) -> Any:
    return event.language if isinstance(event, Query) else type(event)


def _heartbeat(turn: Turn, frame: frames.Frame) -> list[AnyEvent]:
    turn.heartbeats += 1
    return []


def _update(turn: Turn, frame: frames.Frame) -> list[AnyEvent]:
    said = frames.text(frame.body.get("message")) or frames.text(frame.body.get("text"))
    return [Status(sender=frames.text(frame.body.get("sender")), text=said)]


def _step(turn: Turn, frame: frames.Frame) -> list[AnyEvent]:
    body, cell = frame.body, frame.body.get("cell")
    code = frames.text(cell.get("code")) if isinstance(cell, dict) else ""
    return [
        Step(
            sender=frames.text(body.get("sender")),
            action=frames.text(body.get("action")) or frames.text(body.get("action_type")),
            text=frames.text(body.get("message")),
            code=code or None,
            frame=frame.raw,
        )
    ]


def _partial(turn: Turn, frame: frames.Frame) -> list[AnyEvent]:
    body = frame.body
    turn._note_identifiers(body)
    name = frames.text(body.get("sub_type")) or frames.text(body.get("key"))
    event = frames.event(name, body.get("value"), frames.text(body.get("sender")))
    return [event or Unknown(sender=frames.text(body.get("sender")), kind="partial", frame=frame.raw)]


def _result(turn: Turn, frame: frames.Frame) -> list[AnyEvent]:
    body = frame.body
    turn._note_identifiers(body)
    events = turn._news(frames.whole(body))
    # None means that nobody said whether the thread streams: an EOM may follow.
    if turn.streaming is False:
        return [*events, turn.done()]
    turn.state = State.SETTLING
    return events


def _end(turn: Turn, frame: frames.Frame) -> list[AnyEvent]:
    turn._note_identifiers(frame.body)
    turn.ended_by_eom = True
    return [turn.done()]


def _error(turn: Turn, frame: frames.Frame) -> list[AnyEvent]:
    turn._note_identifiers(frame.body)
    turn.failure = frames.error_text(frame.body, frame.raw)
    turn.failure_frame = frame.raw
    turn.state = State.FAILED
    return []


_ENDS = ("EOM", "complete")
_HANDLERS: dict[str, Callable[[Turn, frames.Frame], Iterable[AnyEvent]]] = {
    "heartbeat": _heartbeat,
    "update": _update,
    "analyze_action": _step,
    "partial": _partial,
    "result": _result,
    "message": _result,
    "EOM": _end,
    "complete": _end,
    "error": _error,
}


FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0


@attrs.frozen
class Fetch:
    """Read the messages of the thread; the result is the list."""

    timeout: float


@attrs.frozen
class Sleep:
    """Sleep."""

    seconds: float


Poll = Generator[Fetch | Sleep, Any, Answer]


def poll(thread_id: str, message_id: str, question: str, timeout: float, clock: Clock, began: float) -> Poll:
    """Plan the reading of a thread until the reply to a message is there, as a generator of operations."""
    polling = Polling(clock, max(began + timeout - clock.monotonic(), 0.0), interval=FIRST_PAUSE, longest=LONGEST_PAUSE)
    while True:
        # At least a millisecond: a timeout of 0 is refused, and the last look comes when the time is up.
        messages: Sequence[Any] = (yield Fetch(max(polling.left or 0.0, 0.001))) or ()
        reply = reply_to(messages, message_id, question)
        if reply is not None:
            return read_reply(reply, question, thread_id)
        pause = polling.pause()
        if pause is None:
            raise TurnTimeout(
                f"no reply in the thread within {timeout:g} s",
                answer=Answer(question=question, thread_id=thread_id),
                hint="it may still come: look at fino.threads.get(thread_id)",
            )
        yield Sleep(pause)


def reply_to(messages: Sequence[Any], message_id: str, question: str) -> Mapping[str, Any] | None:
    """Find the assistant's message that follows ours."""
    asked = None
    # Without a `break`: should an id or a text stand there twice, the last one is ours.
    for place, message in enumerate(messages):
        if isinstance(message, dict) and message_id in (message.get("id"), message.get("message_id")):
            asked = place
    if asked is None:
        # Some services store messages without ids: then ours is the last with the same text.
        for place, message in enumerate(messages):
            if isinstance(message, dict) and message.get("role") == "user" and _asks(message, question):
                asked = place
    if asked is None:
        return None
    for message in messages[asked + 1 :]:
        # Somebody asked on: what follows answers that question, and ours has no reply.
        if isinstance(message, dict) and message.get("role") == "user":
            return None
        if isinstance(message, dict) and message.get("role") in ("assistant", "system") and _is_final(message):
            return message
    return None


def _asks(message: Mapping[str, Any], question: str) -> bool:
    content = message.get("content")
    return (content.get("user_query") if isinstance(content, dict) else content) == question


def _is_final(message: Mapping[str, Any]) -> bool:
    content = message.get("content")
    # Some services store their progress in the thread too.
    return not isinstance(content, dict) or content.get("type") not in ("update", "partial", "heartbeat")


def read_reply(message: Mapping[str, Any], question: str, thread_id: str) -> Answer:
    """Read a stored message as an answer."""
    content = message.get("content")
    body = dict(content) if isinstance(content, dict) else {"summary": frames.text(content)}
    body.setdefault("type", "result")
    # By the same machine as a live turn, so that both clients' ways of asking read an answer alike.
    turn = Turn(question, thread_id=thread_id, streaming=False)
    turn.receive(codec.dumps({"content": body}).decode())
    if turn.failure is not None:
        raise ServiceFailed(f"the service could not answer: {turn.failure}", answer=turn.answer(), frame=message)
    return turn.answer()
