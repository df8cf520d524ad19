"""What a thread's stored messages say, for those who ask over REST and read the answer later."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

import attrs

from infino.chat import frames
from infino.chat.answer import Answer
from infino.chat.errors import ServiceFailed, TurnTimeout
from infino.chat.turn import Turn
from infino.core import codec
from infino.core.retry import Clock, Polling

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
    return not isinstance(content, dict) or content.get("type") not in ("update", "partial", "heartbeat")


def read_reply(message: Mapping[str, Any], question: str, thread_id: str) -> Answer:
    """Read a stored message as an answer."""
    content = message.get("content")
    body = dict(content) if isinstance(content, dict) else {"summary": frames.text(content)}
    body.setdefault("type", "result")
    turn = Turn(question, thread_id=thread_id, streaming=False)
    turn.receive(codec.dumps({"content": body}).decode())
    if turn.failure is not None:
        raise ServiceFailed(f"the service could not answer: {turn.failure}", answer=turn.answer(), frame=message)
    return turn.answer()
