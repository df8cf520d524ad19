"""The state machine of one turn: frames in, typed events out."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.chat import frames
from infino.chat import turn as turns
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
from infino.chat.turn import State, Turn


def wrapped(**content: Any) -> str:
    return json.dumps({"content": content, "role": "assistant", "created_at": "2026-01-01T00:00:00.000000+00:00"})


def partial(sub_type: str, value: Any, **more: Any) -> str:
    return wrapped(type="partial", sender="agent", sub_type=sub_type, value=value, **more)


END = wrapped(type="EOM", trace_id="trace-1")
HEARTBEAT = '{"type": "heartbeat", "message": "keep-alive"}'


def test_a_streamed_answer() -> None:
    turn = Turn("which?", thread_id="t", streaming=True)
    events = []
    for message in (
        HEARTBEAT,
        wrapped(type="update", sender="router", message="looking"),
        partial("sources", [{"index_name": "flights", "connection_id": "infino"}]),
        partial("sql", "SELECT 1"),
        partial("querydsl", {"query": {"match_all": {}}}),
        partial("data", {"df": [{"carrier": "UA"}]}),
        partial("summary", "first"),
        partial("summary", "**UA**"),
        partial("chart", {"series": [], "column_mapping": {"xAxis": {}}}),
        partial("smart_suggestion", ["and?"]),
        END,
    ):
        events += turn.receive(message)
    assert [type(event) for event in events] == [
        Status,
        Sources,
        Query,
        Query,
        Data,
        Text,
        Text,
        Chart,
        Suggestions,
        Done,
    ]
    answer = turn.answer()
    assert answer.text == "**UA**"
    assert answer.sql == "SELECT 1"
    assert answer.querydsl == {"query": {"match_all": {}}}
    assert answer.chart == {"series": []}
    assert answer.sources == (SourceRef("flights", "infino"),)
    assert answer.suggestions == ("and?",)
    assert (answer.trace_id, answer.thread_id, answer.complete) == ("trace-1", "t", True)
    assert answer.data.column("carrier") == ["UA"]
    assert answer.events == tuple(events)
    assert turn.heartbeats == 1


RESULT = {
    "type": "result",
    "user_query": "which?",
    "query_id": "query-1",
    "summary": "Two lines.\\nReally.",
    "data": {"df": {}, "index_schema": None},
    "chart": {},
    "querydsl": {},
    "sql": "",
    "followup_queries": ["and?"],
}


def test_a_result_ends_a_thread_that_does_not_stream() -> None:
    turn = Turn("which?", streaming=False)
    events = turn.receive(wrapped(**RESULT))
    assert [type(event) for event in events] == [Text, Suggestions, Done]
    assert turn.state is State.DONE
    answer = turn.answer()
    assert answer.text == "Two lines.\nReally."
    assert (answer.sql, answer.querydsl, answer.chart, answer.query_id) == (None, None, None, "query-1")


@pytest.mark.parametrize("streaming", [True, None])
def test_a_result_of_a_thread_that_may_stream_waits_for_its_end(streaming: bool | None) -> None:
    turn = Turn("which?", streaming=streaming)
    turn.receive(partial("summary", "Two lines.\nReally."))
    assert [type(event) for event in turn.receive(wrapped(**RESULT))] == [Suggestions]  # the text only repeats
    assert turn.state is State.SETTLING
    done = turn.receive(END)
    assert done == [Done(trace_id="trace-1", query_id="query-1")]
    assert turn.receive(partial("summary", "too late")) == []
    assert turn.answer().text == "Two lines.\nReally."


def test_a_result_without_its_end_settles() -> None:
    turn = Turn("which?")
    assert turn.settle() == []
    turn.receive(wrapped(**RESULT))
    assert turn.settle() == [Done(query_id="query-1")]
    assert not turn.ended_by_eom


def test_the_older_message_is_a_result() -> None:
    turn = Turn("which?", streaming=False)
    turn.receive(wrapped(type="message", text="hello", sql_query="SELECT 2", results=[{"a": 1}]))
    answer = turn.answer()
    assert (answer.text, answer.sql, list(answer.rows), answer.complete) == ("hello", "SELECT 2", [{"a": 1}], True)


@pytest.mark.parametrize("end", ['{"type": "EOM", "trace_id": "x"}', '{"type": "complete"}'])
def test_ends_that_are_not_wrapped(end: str) -> None:
    turn = Turn("which?", streaming=True)
    assert isinstance(turn.receive(end)[-1], Done)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ({"type": "error", "summary": "no luck", "data": {"error": "engine down"}}, "no luck: engine down"),
        ({"type": "error", "message": "plain"}, "plain"),
        ({"type": "error", "error_message": "named"}, "named"),
        ({"content": {"type": "error", "error_message": "inside"}}, "inside"),
        ({"content": {"type": "error", "message": "inside too"}}, "inside too"),
        ({"type": "error", "error": {"type": "boom", "reason": "deep"}}, "deep"),
        ({"type": "error"}, "the service gave no reason"),
        ({"type": "error", "data": {"error": ["odd"]}, "summary": 7}, "the service gave no reason"),
    ],
)
def test_errors_of_every_shape(frame: dict[str, Any], said: str) -> None:
    turn = Turn("which?")
    assert turn.receive(json.dumps(frame)) == []
    assert (turn.state, turn.failure, turn.failure_frame) == (State.FAILED, said, frame)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("{", "text"),
        ("", "text"),
        ("null", "text"),
        ("[1]", "text"),
        (b"\x00\xff", "binary"),
        ("{}", ""),
        ('{"type": 7}', ""),
        ('{"type": "brand_new", "a": 1}', "brand_new"),
        ('{"content": {"type": "cell_artifact"}}', "cell_artifact"),
        (partial("hologram", 1), "partial"),
        (partial("summary", {"not": "text"}), "partial"),
        (partial("data", "rows?"), "partial"),
        ('{"type": "partial", "key": "summary"}', "partial"),
    ],
)
def test_what_is_not_known_passes_through(message: str | bytes, kind: str) -> None:
    turn = Turn("which?")
    (event,) = turn.receive(message)
    assert isinstance(event, Unknown)
    assert event.kind == kind
    assert turn.state is State.OPEN


@pytest.mark.parametrize("odd", [{}, {"cell": "x"}, {"cell": {"code": 7}}, {"action": 3, "message": ["a"]}])
def test_a_step_of_any_shape(odd: dict[str, Any]) -> None:
    frame = {"type": "analyze_action", **odd}
    assert Turn("which?").receive(json.dumps(frame)) == [Step(frame=frame)]


def test_partials_may_name_their_part_by_key() -> None:
    turn = Turn("which?")
    assert turn.receive('{"type": "partial", "key": "summary", "value": "hi"}') == [Text(markdown="hi")]


@pytest.mark.parametrize(
    ("frame", "rows"),
    [
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ({"a": [1, 2], "b": [3, 4]}, [{"a": 1, "b": 3}, {"a": 2, "b": 4}]),
        ({"a": {"0": 1, "1": 2}}, [{"a": 1}, {"a": 2}]),
        ({"columns": ["a"], "data": [[1], [2]]}, [{"a": 1}, {"a": 2}]),
        ({"a": 1, "b": "x"}, [{"a": 1, "b": "x"}]),
        ({}, []),
        ([], []),
        ({"a": [1], "b": [1, 2]}, None),
        ([1, 2], None),
        ("text", None),
    ],
)
def test_data_frames_of_every_shape(frame: Any, rows: Any) -> None:
    assert frames.rows(frame) == rows


def test_a_late_end_of_the_turn_before_is_drained_once() -> None:
    turn = Turn("second", streaming=True)
    turn.expect_late((), True)
    assert turn.receive(HEARTBEAT) == []
    assert turn.receive(wrapped(type="EOM", trace_id="unheard-of")) == []
    assert turn.state is State.OPEN
    assert isinstance(turn.receive(END)[-1], Done)


def test_an_end_is_not_late_once_the_turn_has_begun() -> None:
    turn = Turn("second", streaming=True)
    turn.expect_late(["trace-1"], True)
    turn.receive(wrapped(type="update", sender="router", message="go"))
    assert isinstance(turn.receive(END)[-1], Done)  # some services use one trace for a whole thread


def test_late_frames_that_name_an_earlier_turn_are_drained() -> None:
    turn = Turn("second", streaming=False)
    turn.expect_late(["query-1", "trace-1"], False)
    assert turn.receive(wrapped(**RESULT)) == []
    assert turn.receive(END) == []
    assert turn.receive(wrapped(type="update", sender="router", message="go")) != []


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    turn = Turn("which?")
    for number in range(3 * turns.MAX_EVENTS):
        turn.receive(wrapped(type="update", sender="s", message=str(number)))
    answer = turn.answer()
    assert len(answer.events) == turns.MAX_EVENTS
    assert answer.dropped_events == 2 * turns.MAX_EVENTS
    monkeypatch.setattr(turns, "MAX_EVENT_BYTES", 10_000)
    for number in range(50):
        turn.receive(partial("data", {"df": [{"a": "x" * 5_000, "number": number}]}))
    answer = turn.answer()
    assert sum(isinstance(event, Data) for event in answer.events) <= 2
    assert answer.rows[0]["number"] == 49  # the newest survives whatever is dropped


def test_the_question_goes_out_in_the_short_form() -> None:
    assert json.loads(frames.question("what?", None)) == {"content": {"user_query": "what?"}}
    assert json.loads(frames.question("é", {"model": "auto"})) == {
        "content": {"user_query": "é", "user_context": {"model": "auto"}}
    }


# --- fuzz -----------------------------------------------------------------------------------------------------------

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
_kinds = st.sampled_from(
    ["heartbeat", "update", "analyze_action", "partial", "result", "message", "EOM", "error", "complete", "new"]
)
_parts = st.sampled_from(["summary", "data", "querydsl", "sql", "chart", "sources", "smart_suggestion", "other"])
_bodies = st.fixed_dictionaries(
    {"type": _kinds | _json},
    optional={
        "sub_type": _parts | _json,
        "value": _json | st.fixed_dictionaries({"df": _json}),
        "summary": _json,
        "data": _json,
        "chart": _json,
        "sql": _json,
        "sources": _json,
        "followup_queries": _json,
        "trace_id": _json,
        "query_id": _json,
        "message": _json,
        "error": _json,
        "action": _json,
        "cell": _json | st.fixed_dictionaries({"code": _json}),
    },
)
_messages = (
    (_bodies | st.fixed_dictionaries({"content": _bodies | _json, "type": _kinds | _json}) | _json).map(json.dumps)
    | st.text(max_size=20)
    | st.binary(max_size=20)
)


@given(st.lists(_messages, max_size=12), st.sampled_from([True, False, None]), st.booleans())
def test_no_frame_breaks_the_machine(messages: list[str | bytes], streaming: bool | None, owed: bool) -> None:
    turn = Turn("which?", streaming=streaming)
    turn.expect_late(["s"], owed)
    dones = 0
    for message in messages:
        was_over = turn.over
        events = turn.receive(message)
        assert not (was_over and events)
        dones += sum(isinstance(event, Done) for event in events)
    dones += sum(isinstance(event, Done) for event in turn.settle())
    assert dones == (turn.state is State.DONE)
    answer = turn.answer()
    assert isinstance(answer.text, str)
    assert answer.complete == (turn.state is State.DONE)
    repr(answer), answer._repr_html_(), len(answer.data)


def _random_value(source: random.Random, depth: int = 0) -> Any:
    pick = source.randrange(9 if depth < 3 else 6)
    if pick < 6:
        return (None, True, source.randrange(-9, 9), source.random(), "text\\n", "")[pick]
    inner = [_random_value(source, depth + 1) for _ in range(source.randrange(3))]
    return inner if pick == 6 else {source.choice("abcd") + "f": value for value in inner}


def _random_message(source: random.Random) -> str | bytes:
    kind = source.choice(["heartbeat", "update", "partial", "result", "message", "EOM", "error", "complete", "x"])
    body: dict[str, Any] = {"type": kind if source.random() < 0.95 else _random_value(source)}
    for name in ("sub_type", "value", "summary", "data", "chart", "sql", "querydsl", "trace_id", "message", "error"):
        if source.random() < 0.3:
            body[name] = _random_value(source)
    if kind == "partial" and source.random() < 0.9:
        body["sub_type"] = source.choice(["summary", "data", "sql", "querydsl", "chart", "sources"])
    text = json.dumps({"content": body} if source.random() < 0.5 else body)
    shape = source.random()
    if shape < 0.05:
        return text[: source.randrange(len(text))]
    return text.encode() if shape < 0.08 else text


def _fuzz(count: int, seed: int) -> int:
    source = random.Random(seed)
    turn, kept = Turn("which?"), 0
    for _ in range(count):
        if turn.over or source.random() < 0.001:
            turn.answer()
            turn = Turn("which?", streaming=source.choice([True, False, None]))
            turn.expect_late(["text\\n"], source.random() < 0.5)
        turn.receive(_random_message(source))
        kept = max(kept, len(turn._kept))
    return kept


def test_a_slice_of_the_long_fuzz() -> None:
    assert _fuzz(5_000, seed=7) <= turns.MAX_EVENTS


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_a_million_frames() -> None:
    assert _fuzz(int(os.environ.get("INFINO_FUZZ_FRAMES", "1000000")), seed=20261123) <= turns.MAX_EVENTS


@pytest.mark.parametrize(
    "make",
    [
        lambda word: Text(markdown=word),
        lambda word: Data(rows=[{"a": word}]),
        lambda word: Query(language="sql", text=word),
        lambda word: Chart(option={"title": word}),
        lambda word: Sources(sources=(SourceRef(word),)),
        lambda word: Suggestions(questions=(word,)),
    ],
)
def test_an_event_is_the_same_when_it_says_the_same(make: Callable[[str], AnyEvent]) -> None:
    assert frames.same(make("x"), make("x"))
    assert not frames.same(make("x"), make("y"))
    assert not frames.same(None, make("x"))
    assert not frames.same(Step(), Step()), "what happened twice is told twice"
