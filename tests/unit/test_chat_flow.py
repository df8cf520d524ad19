"""The conversation as a plan without I/O: back-off, limits, resending and draining, by an injected clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.chat.answer import Answer
from infino.chat.errors import Disconnected, ServiceFailed, TurnTimeout
from infino.chat.flow import (
    Connect,
    Conversation,
    Disconnect,
    DropThread,
    OpenThread,
    Operation,
    Pause,
    Receive,
    Report,
    SendMessage,
    Settings,
    ask,
)
from infino.chat.turn import Fetch, Sleep, poll
from infino.core.errors import APIError, ConnectError, InfinoError, RateLimitError, Timeout
from infino.core.retry import RetryPolicy
from infino.websocket import SocketClosed, SocketQuiet

END = '{"content": {"type": "EOM", "trace_id": "trace-1"}}'
UPDATE = '{"content": {"type": "update", "sender": "router", "message": "looking"}}'
RESULT = '{"content": {"type": "result", "summary": "Done.", "query_id": "query-1"}}'


class FakeClock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


class World:
    """Performs operations from a script: what each `Connect` and each `Receive` comes to."""

    def __init__(
        self, *, connects: list[Any] | None = None, receives: list[Any], sends: list[Any] | None = None
    ) -> None:
        self.clock = FakeClock()
        self.conversation = Conversation(clock=self.clock, random=lambda: 1.0)
        self.connects, self.receives, self.sends = connects or [], receives, sends or []
        self.log: list[Operation] = []

    def run(self, question: str = "which?", **settings: Any) -> Answer:
        plan = ask(self.conversation, question, Settings(**settings))
        outcome: Any = None
        for _ in range(10_000):
            try:
                step = plan.throw(outcome) if isinstance(outcome, Exception) else plan.send(outcome)
            except StopIteration as stop:
                answer: Answer = stop.value
                return answer
            self.log.append(step)
            outcome = self._perform(step)
        raise AssertionError("the plan has no end")

    def _perform(self, step: Operation) -> Any:
        match step:
            case OpenThread():
                return "thread-1"
            case Connect():
                return self.connects.pop(0) if self.connects else None
            case SendMessage():
                return self.sends.pop(0) if self.sends else None
            case Pause(seconds):
                self.clock.seconds += seconds
            case Receive(timeout):
                if not self.receives:
                    self.clock.seconds += timeout
                    return SocketQuiet()
                found = self.receives.pop(0)
                if isinstance(found, int | float):
                    if found >= timeout:
                        self.clock.seconds += timeout
                        return SocketQuiet()
                    self.clock.seconds += found
                    return self._perform(step)
                return found
        return None

    def count(self, kind: type[Any]) -> int:
        return sum(isinstance(step, kind) for step in self.log)


def test_a_plain_turn() -> None:
    world = World(receives=[UPDATE, END])
    answer = world.run()
    assert [type(step) for step in world.log] == [
        OpenThread,
        Connect,
        SendMessage,
        Receive,
        Report,
        Receive,
        Report,
    ]
    assert json.loads(world.log[2].text) == {"content": {"user_query": "which?"}}  # type: ignore[union-attr]  # sent
    assert (answer.complete, answer.thread_id, answer.trace_id) == (True, "thread-1", "trace-1")


def test_connecting_backs_off_and_the_question_goes_once() -> None:
    world = World(connects=[ConnectError("no"), Timeout("late"), None], receives=[END])
    world.run(retry=RetryPolicy(attempts=3, base=0.5))
    pauses = [step.seconds for step in world.log if isinstance(step, Pause)]
    assert pauses == [0.5, 1.0]
    assert world.count(SendMessage) == 1


def test_retry_after_is_honoured() -> None:
    busy = RateLimitError("busy", status=429)
    busy.retry_after = 7.0
    world = World(connects=[busy, None], receives=[END])
    world.run()
    assert [step.seconds for step in world.log if isinstance(step, Pause)] == [7.0]


def test_connecting_ends_with_the_last_real_error() -> None:
    world = World(connects=[ConnectError("first"), ConnectError("second"), ConnectError("third")], receives=[])
    with pytest.raises(ConnectError, match="third"):
        world.run()
    assert world.count(SendMessage) == 0


def test_connecting_ends_before_a_pause_that_would_pass_the_deadline() -> None:
    world = World(connects=[ConnectError("no")] * 50, receives=[])
    with pytest.raises(ConnectError):
        world.run(timeout=10, retry=RetryPolicy(attempts=50, base=4, cap=4))
    assert world.clock.seconds < 1_010


def test_silence_ends_the_turn_after_the_idle_limit() -> None:
    world = World(receives=[UPDATE])
    with pytest.raises(TurnTimeout, match="fell silent for 20 s") as caught:
        world.run(idle_timeout=20, timeout=100)
    assert world.clock.seconds == 1_020
    assert "1 messages were received (Status)" in str(caught.value)
    with pytest.raises(TurnTimeout, match="no complete answer within 20 s"):
        World(receives=[]).run(idle_timeout=20, timeout=20)


def test_the_deadline_ends_the_turn_whatever_arrives() -> None:
    world = World(receives=[10, UPDATE] * 100)
    with pytest.raises(TurnTimeout, match="no complete answer within 95 s"):
        world.run(idle_timeout=20, timeout=95)
    assert world.clock.seconds == 1_095


def test_a_result_waits_only_the_grace_for_its_end() -> None:
    world = World(receives=[RESULT])
    answer = world.run(grace=2.0)
    assert world.clock.seconds == 1_002
    assert (answer.complete, answer.query_id) == (True, "query-1")
    assert world.conversation.owed_end


def test_heartbeats_do_not_prolong_the_grace() -> None:
    world = World(receives=[RESULT, *([0.4, '{"type": "heartbeat"}'] * 50)])
    world.run(grace=1.0)
    assert world.clock.seconds == pytest.approx(1_001)


def test_the_next_turn_drains_what_is_left() -> None:
    world = World(receives=[RESULT])
    world.run()
    world.receives = [END, UPDATE, 1.0, RESULT.replace("query-1", "query-2"), END]
    before = len(world.log)
    world.run("second?")
    steps = [type(step) for step in world.log[before:]]
    assert steps[:4] == [Receive, Receive, Receive, SendMessage]
    assert world.count(Connect) == 1


def test_a_dead_idle_connection_is_replaced_without_a_word() -> None:
    world = World(receives=[END])
    world.run()
    world.receives = [SocketClosed(1006), END]
    assert world.run("second?").complete
    assert (world.count(Connect), world.count(Disconnect), world.count(SendMessage)) == (2, 1, 2)


def test_a_chatterbox_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infino.chat.flow.DRAIN_LIMIT", 20)
    world = World(receives=[END])
    world.run()
    world.receives = [*([UPDATE] * 20), END]
    assert world.run("second?").complete
    assert (world.count(Disconnect), world.count(Connect)) == (1, 2)


def test_an_end_that_was_drained_is_owed_no_more() -> None:
    world = World(receives=[RESULT])
    world.run()
    world.receives = ['{"type": "EOM"}', 1.0, '{"type": "EOM", "trace_id": "trace-2"}']
    assert world.run("second?").trace_id == "trace-2"


@pytest.mark.parametrize(("unsent", "sends"), [(True, 2), (False, 1)])
def test_only_a_question_that_certainly_did_not_leave_is_sent_again(unsent: bool, sends: int) -> None:
    world = World(sends=[SocketClosed(1006, unsent=unsent), None], receives=[END])
    if unsent:
        assert world.run().complete
    else:
        with pytest.raises(Disconnected, match="nothing was received"):
            world.run()
    assert world.count(SendMessage) == sends


def test_resending_ends_with_the_attempts() -> None:
    world = World(receives=[SocketClosed(1011), SocketClosed(1012), SocketClosed(1013)])
    with pytest.raises(Disconnected) as caught:
        world.run(resend=True, retry=RetryPolicy(attempts=3))
    assert caught.value.close_code == 1013
    assert world.count(SendMessage) == 3


def test_a_question_that_cannot_be_handed_over() -> None:
    world = World(sends=[SocketQuiet()], receives=[])
    with pytest.raises(TurnTimeout, match="could not be sent"):
        world.run()


_outcomes = st.sampled_from(
    [END, UPDATE, RESULT, "{broken", b"bytes", '{"type": "error", "message": "no"}', '{"type": "heartbeat"}', 30.0]
) | st.builds(SocketClosed, st.sampled_from([1000, 1006, 1009, 1011, 4000]))
_connects = st.sampled_from([None, None, ConnectError("no"), Timeout("late"), RateLimitError("busy", status=429)])
_sends = st.sampled_from([None, None, None, SocketClosed(1006), SocketClosed(1006, unsent=True), SocketQuiet()])


@given(
    st.lists(_connects, max_size=8),
    st.lists(_sends, max_size=4),
    st.lists(_outcomes, max_size=20),
    st.booleans(),
    st.integers(1, 4),
)
def test_every_turn_ends_in_time_and_asks_at_most_once(
    connects: list[Any], sends: list[Any], receives: list[Any], resend: bool, attempts: int
) -> None:
    certain = sum(isinstance(one, SocketClosed) and one.unsent for one in sends)
    world = World(connects=connects, sends=sends, receives=receives)
    for question in ("one?", "two?"):
        began, sent = world.clock.seconds, world.count(SendMessage)
        try:
            answer = world.run(question, timeout=100, resend=resend, retry=RetryPolicy(attempts=attempts))
            assert answer.complete
        except InfinoError as error:
            world.conversation.connected = world.conversation.connected and isinstance(error, ServiceFailed)
        assert world.clock.seconds - began <= 100 + 60  # the limit, and one pause that the service asked for
        assert world.count(SendMessage) - sent <= (attempts if resend else 1 + certain)


# --- by REST --------------------------------------------------------------------------------------------------------


def follow(messages: Callable[[float], Any], clock: FakeClock, timeout: float = 60) -> Answer:
    plan = poll("thread-1", "message-1", "which?", timeout, clock, clock.monotonic())
    outcome: Any = None
    for _ in range(1_000):
        try:
            step = plan.send(outcome)
        except StopIteration as stop:
            answer: Answer = stop.value
            return answer
        if isinstance(step, Fetch):
            outcome = messages(clock.seconds - 1_000)
        else:
            assert isinstance(step, Sleep)
            clock.seconds += step.seconds
            outcome = None
    raise AssertionError("the plan has no end")


ASKED = {"id": "message-1", "role": "user", "content": {"user_query": "which?"}}
REPLY = {"id": "message-2", "role": "assistant", "content": {"type": "result", "summary": "Done.", "sql": "SELECT 1"}}


@pytest.mark.parametrize(
    "asked", [ASKED, {"role": "user", "content": {"user_query": "which?"}}, {"role": "user", "content": "which?"}]
)
def test_the_reply_is_found_behind_the_question(asked: dict[str, Any]) -> None:
    old = [{"id": "message-0", "role": "assistant", "content": {"type": "result", "summary": "old"}}]
    working = {"role": "assistant", "content": {"type": "update", "message": "looking"}}
    clock = FakeClock()
    answer = follow(lambda after: [*old, asked, working, *([REPLY] if after > 5 else [])], clock)
    assert (answer.text, answer.sql, answer.thread_id) == ("Done.", "SELECT 1", "thread-1")
    assert 1_005 < clock.seconds < 1_009


def test_a_reply_in_plain_text() -> None:
    assert follow(lambda _: [ASKED, {"role": "assistant", "content": "Hello"}], FakeClock()).text == "Hello"


def test_a_reply_that_says_it_failed() -> None:
    failed = {"role": "assistant", "content": {"type": "error", "summary": "no luck"}}
    with pytest.raises(ServiceFailed, match="no luck"):
        follow(lambda _: [ASKED, failed], FakeClock())


@pytest.mark.parametrize("messages", [None, [], [ASKED], ["odd", 7], [REPLY]])
def test_no_reply_in_time(messages: Any) -> None:
    clock = FakeClock()
    with pytest.raises(TurnTimeout, match="no reply in the thread within 30 s"):
        follow(lambda _: messages, clock, timeout=30)
    assert clock.seconds <= 1_030


def test_a_thread_of_our_own_goes_when_nothing_was_asked_in_it() -> None:
    refused = APIError("refused", status=404)
    world = World(connects=[refused], receives=[])
    with pytest.raises(APIError):
        world.run()
    assert world.log[-1] == DropThread("thread-1", 3.0)
    assert world.conversation.thread_id is None


def test_a_thread_in_which_something_was_asked_stays() -> None:
    world = World(connects=[None, APIError("refused", status=404)], receives=[SocketClosed(1006)])
    with pytest.raises(APIError):
        world.run(resend=True)
    assert world.count(DropThread) == 0
    given = World(connects=[APIError("refused", status=404)], receives=[])
    given.conversation.thread_id = "given"
    with pytest.raises(APIError):
        given.run()
    assert given.count(DropThread) == 0


def test_a_thread_stays_when_there_is_no_time_left_to_delete_it() -> None:
    world = World(connects=[APIError("refused", status=404)], receives=[])
    plan = ask(world.conversation, "which?", Settings(timeout=30))
    step = next(plan)
    while not isinstance(step, Connect):
        step = plan.send(world._perform(step))
    world.clock.seconds += 30
    with pytest.raises(APIError, match="refused"):
        plan.throw(APIError("refused", status=404))
    assert world.conversation.thread_id == "thread-1"


@pytest.mark.parametrize(("code", "why"), [(2999, "closed"), (3000, "closed by the service")])
def test_a_code_that_no_standard_names_says_who_closed(code: int, why: str) -> None:
    world = World(receives=[SocketClosed(code)])
    with pytest.raises(Disconnected, match=rf"close code {code}, {why}\)"):
        world.run()


def test_a_thread_that_cannot_be_deleted_changes_nothing() -> None:
    world = World(connects=[APIError("refused", status=404)], receives=[])
    plan = ask(world.conversation, "which?", Settings())
    step = next(plan)
    while not isinstance(step, DropThread):
        world_says = world._perform(step)
        step = plan.throw(world_says) if isinstance(world_says, Exception) else plan.send(world_says)
    with pytest.raises(APIError, match="refused"):
        plan.throw(Timeout("too slow"))
