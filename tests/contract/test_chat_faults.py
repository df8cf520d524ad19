"""A conversation over a bad line: for each fault the outcome is stated, the same for both clients."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infino import AsyncInfino, Infino
from infino.chat import (
    Cancelled,
    Disconnected,
    Done,
    Interrupted,
    ServiceFailed,
    Text,
    TurnInProgress,
    TurnTimeout,
    Unknown,
)
from infino.core.retry import RetryPolicy
from tests.support.chat_server import (
    HEARTBEAT,
    ChatServer,
    Peer,
    Script,
    end,
    frame_bytes,
    partial,
    result,
    timeline,
    update,
)
from tests.support.facade import Blocking, Loop

FAST = RetryPolicy(attempts=3, base=0.001)
Connect = Callable[[ChatServer], Any]


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Make a client of a scripted server, once `Infino` and once `AsyncInfino`; nothing may stay behind."""
    clients: list[Any] = []
    before = set(threading.enumerate())
    loop = Loop() if request.param == "async" else None
    if loop is not None:
        before.add(loop._thread)

    def make(server: ChatServer) -> Any:
        settings: dict[str, Any] = {
            "access_key": "AKCHAT",
            "secret_key": "planted-secret-0123456789",
            "endpoint": server.endpoint,
            "retry": FAST,
        }
        client: Any = Infino(**settings) if loop is None else Blocking(AsyncInfino(**settings), loop)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()
    if loop is not None:
        left = loop.run(_other_tasks())
        assert left == []
        loop.close()
    late = [thread for thread in threading.enumerate() if thread not in before and thread.name != "chat-server"]
    for thread in late:  # a reader ends a moment after its socket
        thread.join(timeout=5)
    assert [thread for thread in late if thread.is_alive()] == []


async def _other_tasks() -> list[str]:
    for _ in range(50):
        left = [repr(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if not left:
            break
        await asyncio.sleep(0.01)
    return left


def answering(*turns: list[Any]) -> Script:
    """A script that answers each question with the next list of frames, over as many connections as it takes."""
    waiting = list(turns)

    async def script(peer: Peer) -> None:
        while True:
            await peer.question()
            await peer.send(*waiting.pop(0))

    return script


# --- the line breaks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(6))
def test_cut_at_every_frame_boundary(connect: Connect, count: int) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(*timeline()[:count])
        await asyncio.sleep(0.02)
        peer.drop()

    with ChatServer(script) as server, pytest.raises(Disconnected) as caught:
        connect(server).fino.ask("which?", thread="t", timeout=10)
    error = caught.value
    assert (error.close_code, error.sent, error.thread_id) == (1006, True, "t")
    assert error.answer is not None
    assert len(error.answer.events) == max(0, count - 1)  # the heartbeat is no event
    assert not error.answer.complete
    assert server.questions == ["which?"]
    assert ("nothing was received" if count == 0 else f"{count} messages were received") in str(error)
    assert "resend=True" in str(error)
    assert isinstance(error, ConnectionError)


@pytest.mark.parametrize("place", range(1, 6))
@pytest.mark.parametrize("cut", [1, 2, 5, -1])
def test_cut_inside_a_frame(connect: Connect, place: int, cut: int) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(*timeline()[:place])
        await peer.raw(frame_bytes(json.dumps(timeline()[place]).encode())[:cut])
        peer.drop()

    with ChatServer(script) as server, pytest.raises(Disconnected) as caught:
        connect(server).fino.ask("which?", thread="t", timeout=10)
    assert caught.value.close_code == 1006
    assert server.questions == ["which?"]


def test_half_a_frame_and_then_nothing(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.raw(frame_bytes(b'{"type": "heartbeat"}')[:9])
        await peer.silence()

    began = time.monotonic()
    with ChatServer(script) as server, pytest.raises(TurnTimeout, match="fell silent"):
        connect(server).fino.ask("which?", thread="t", idle_timeout=0.2)
    assert time.monotonic() - began < 4


CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4000, 4001, 4999]


@pytest.mark.parametrize("code", CODES)
def test_every_close_code(connect: Connect, code: int) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(update("looking"))
        await peer.connection.close(code, "because")

    with ChatServer(script) as server, pytest.raises(Disconnected) as caught:
        connect(server).fino.ask("which?", thread="t", timeout=10)
    assert caught.value.close_code == code
    assert f"close code {code}" in str(caught.value)
    assert "because" in str(caught.value)
    assert server.questions == ["which?"]


@pytest.mark.parametrize(("wire", "code"), [(None, 1005), (1005, 1002), (1006, 1002), (1015, 1002), (999, 1002)])
def test_close_codes_that_may_not_be_sent(connect: Connect, wire: int | None, code: int) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.raw(frame_bytes(b"" if wire is None else wire.to_bytes(2, "big"), opcode=8))
        await peer.silence()

    with ChatServer(script) as server, pytest.raises(Disconnected) as caught:
        connect(server).fino.ask("which?", thread="t", timeout=10)
    assert caught.value.close_code == code


def test_close_after_the_answer_but_before_its_end_is_an_answer(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(result("Done."))

    with ChatServer(script) as server:
        answer = connect(server).fino.ask("which?", thread="t", timeout=10)
    assert (answer.text, answer.complete) == ("Done.", True)


# --- silence --------------------------------------------------------------------------------------------------------


def test_a_silent_server(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.silence()

    with ChatServer(script) as server, pytest.raises(TurnTimeout) as caught:
        connect(server).fino.ask("which?", thread="t", idle_timeout=0.15)
    assert isinstance(caught.value, TimeoutError)
    assert "nothing was received" in str(caught.value)


def test_heartbeats_keep_a_slow_answer_alive(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        for _ in range(8):
            await asyncio.sleep(0.1)
            await peer.send(HEARTBEAT)
        await peer.send(*timeline())

    with ChatServer(script) as server:
        assert connect(server).fino.ask("which?", thread="t", idle_timeout=0.5).text == "Done."


def test_heartbeats_do_not_keep_it_alive_for_ever(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        while True:
            await peer.send(HEARTBEAT)
            await asyncio.sleep(0.02)

    with ChatServer(script) as server, pytest.raises(TurnTimeout, match="no complete answer"):
        connect(server).fino.ask("which?", thread="t", timeout=0.3)


def test_a_missing_end(connect: Connect) -> None:
    with (
        ChatServer(answering(timeline()[:-1])) as server,
        pytest.raises(TurnTimeout) as caught,
    ):
        connect(server).fino.ask("which?", thread="t", idle_timeout=0.2)
    assert caught.value.answer is not None
    assert caught.value.answer.text == "Done."


def test_a_server_that_never_finishes_the_handshake(connect: Connect) -> None:
    from infino import Timeout

    with socket.create_server(("127.0.0.1", 0)) as listener:

        class Here:
            endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"

        with pytest.raises(Timeout) as caught:
            connect(Here()).fino.ask("which?", thread="t", connect_timeout=0.1, timeout=1)  # type: ignore[arg-type]
    assert caught.value.phase == "connect"


def test_a_peer_that_reads_nothing(connect: Connect) -> None:
    judged = threading.Event()

    async def script(peer: Peer) -> None:
        peer.connection.transport.pause_reading()
        raw = peer.connection.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await asyncio.to_thread(judged.wait, 30)
        peer.drop()

    with ChatServer(script) as server:
        client = connect(server)
        began = time.monotonic()
        with pytest.raises(TurnTimeout, match="could not be handed over"):
            client.fino.ask("why? " + os.urandom(6_000_000).hex(), thread="t", idle_timeout=0.5)
        assert time.monotonic() - began < 20  # most of it is compressing so much noise
        judged.set()


# --- odd frames -----------------------------------------------------------------------------------------------------


def test_odd_frames_pass_through(connect: Connect) -> None:
    odd = ["{broken", b"\x00\x01", "[]", {"type": "brand_new"}]
    with ChatServer(answering([*odd, *timeline()])) as server:
        answer = connect(server).fino.ask("which?", thread="t")
    assert [event.kind for event in answer.events if isinstance(event, Unknown)] == [
        "text",
        "binary",
        "text",
        "brand_new",
    ]
    assert (answer.text, answer.complete) == ("Done.", True)


def test_text_that_is_not_utf8(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.raw(frame_bytes(b"\xff\xfe"))
        await peer.silence()

    with ChatServer(script) as server, pytest.raises(Disconnected) as caught:
        connect(server).fino.ask("which?", thread="t", timeout=10)
    assert caught.value.close_code == 1007


def test_every_frame_twice(connect: Connect) -> None:
    first = [frame for frame in timeline("One.", "trace-1") for _ in range(2)]
    with (
        ChatServer(answering(first, timeline("Two.", "trace-2"))) as server,
        connect(server).fino.chat(thread="t") as chat,
    ):
        assert chat.ask("one?").text == "One."
        answer = chat.ask("two?")
    assert (answer.text, answer.trace_id) == ("Two.", "trace-2")


def test_an_end_that_overtakes_the_answer(connect: Connect) -> None:
    early = [update("looking"), end("trace-1"), partial("summary", "One."), update("tidying")]
    with (
        ChatServer(answering(early, timeline("Two.", "trace-2"))) as server,
        connect(server).fino.chat(thread="t") as chat,
    ):
        first = chat.ask("one?")
        time.sleep(0.05)  # the frames behind the end arrive meanwhile
        second = chat.ask("two?")
    assert (first.text, first.complete) == ("", True)
    assert second.text == "Two."
    assert [event.markdown for event in second.events if isinstance(event, Text)] == ["Two."]


def test_a_late_end_does_not_end_the_next_turn(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(result("One."))
        await peer.question()
        await peer.send(end("trace-1"), *timeline("Two.", "trace-2"))
        await peer.silence()

    with ChatServer(script) as server, connect(server).fino.chat(thread="t") as chat:
        assert chat.ask("one?").text == "One."
        answer = chat.ask("two?")
    assert (answer.text, answer.trace_id) == ("Two.", "trace-2")


def test_a_hundred_thousand_rows(connect: Connect) -> None:
    rows = [{"carrier": "UA", "delay": number} for number in range(100_000)]
    with ChatServer(answering([partial("data", {"df": rows}), *timeline()[4:]])) as server:
        answer = connect(server).fino.ask("all?", thread="t")
    assert len(answer.rows) == 100_000
    frame = answer.data.to_pandas()
    assert int(frame["delay"].sum()) == sum(range(100_000))


def test_a_frame_beyond_the_limit(connect: Connect) -> None:
    with (
        ChatServer(answering([partial("summary", "x" * 20_000)])) as server,
        pytest.raises(Disconnected, match="max_frame_bytes") as caught,
    ):
        connect(server).fino.ask("all?", thread="t", max_frame_bytes=10_000)
    assert caught.value.close_code == 1009


def test_the_service_says_that_it_failed(connect: Connect) -> None:
    failure = {"type": "error", "summary": "no luck", "data": {"error": "engine down"}}
    with (
        ChatServer(answering([update("looking"), failure], timeline())) as server,
        connect(server).fino.chat(thread="t") as chat,
    ):
        with pytest.raises(ServiceFailed, match="no luck: engine down") as caught:
            chat.ask("one?")
        assert caught.value.frame == failure
        assert chat.ask("two?").text == "Done."  # the same connection goes on
        assert len(server.requests) == 1


# --- turns ----------------------------------------------------------------------------------------------------------


def test_a_second_question_too_early(connect: Connect) -> None:
    with (
        ChatServer(answering(timeline("One."), timeline("Two."))) as server,
        connect(server).fino.chat(thread="t") as chat,
    ):
        stream = chat.stream("one?")
        events = iter(stream)
        next(events)
        with pytest.raises(TurnInProgress):
            chat.ask("two?")
        assert server.questions == ["one?"]
        assert isinstance(list(events)[-1], Done)
        assert chat.ask("two?").text == "Two."
        assert [answer.question for answer in chat.history] == ["one?", "two?"]


def test_no_question_is_sent_twice_unless_asked_to(connect: Connect) -> None:
    def flaky() -> Script:
        async def script(peer: Peer) -> None:
            await peer.question()
            if peer.number == 1:
                await peer.send(update("looking"))
                peer.drop()
            else:
                await peer.send(*timeline())
                await peer.silence()

        return script

    with ChatServer(flaky()) as server:
        with pytest.raises(Disconnected):
            connect(server).fino.ask("which?", thread="t")
        assert server.questions == ["which?"]
    with ChatServer(flaky()) as server:
        assert connect(server).fino.ask("which?", thread="t", resend=True).text == "Done."
        assert server.questions == ["which?", "which?"]


def test_a_connection_lost_between_questions_is_made_anew(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(*timeline(f"Answer {peer.number}."))
        if peer.number == 1:
            peer.drop()
        await peer.silence()

    with ChatServer(script) as server, connect(server).fino.chat(thread="t") as chat:
        assert chat.ask("one?").text == "Answer 1."
        time.sleep(0.05)
        assert chat.ask("two?").text == "Answer 2."
    assert server.questions == ["one?", "two?"]
    assert len(server.requests) == 2


def test_leaving_early_closes_the_connection(connect: Connect) -> None:
    closed = threading.Event()

    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(update("looking"))
        await peer.silence()
        closed.set()

    with ChatServer(script) as server:
        with connect(server).fino.stream("which?", thread="t") as stream:
            next(iter(stream))
        assert closed.wait(3)
        assert not stream.answer.complete


def test_a_stream_that_is_forgotten_closes_its_connection(connect: Connect) -> None:
    closed = threading.Event()

    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(update("looking"))
        await peer.silence()
        closed.set()

    with ChatServer(script) as server:
        stream = connect(server).fino.stream("which?", thread="t")
        assert next(iter(stream)).text == "looking"
        del stream
        gc.collect()
        assert closed.wait(3)


def test_a_forgotten_stream_gives_its_session_back(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(update("looking"), *(timeline("Two.") if peer.number == 2 else ()))
        await peer.silence()

    with ChatServer(script) as server, connect(server).fino.chat(thread="t") as chat:
        stream = chat.stream("one?")
        next(iter(stream))
        del stream
        gc.collect()
        time.sleep(0.05)
        assert chat.ask("two?").text == "Two."


def test_a_forgotten_session_closes_its_connection(connect: Connect) -> None:
    closed = threading.Event()

    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(*timeline())
        await peer.silence()
        closed.set()

    with ChatServer(script) as server:
        chat = connect(server).fino.chat(thread="t")
        chat.ask("one?")
        del chat
        gc.collect()
        assert closed.wait(3)


def test_a_slow_reader_holds_the_server_back(connect: Connect) -> None:
    sent: list[int] = []

    async def script(peer: Peer) -> None:
        await peer.question()
        frame = json.dumps(update(os.urandom(20_000).hex()))  # noise, which does not compress away
        for number in range(400):
            await peer.send(frame)
            sent.append(number)
        await peer.send(end())
        await peer.silence()

    with ChatServer(script) as server, connect(server).fino.stream("which?", thread="t") as stream:
        events = iter(stream)
        next(events)
        time.sleep(0.5)
        assert len(sent) < 300  # the queues of both sides and of the kernel, no more
        assert isinstance(list(events)[-1], Done)


def test_close_from_another_thread_frees_the_reader() -> None:
    with ChatServer(_stalling) as server, Infino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
        stream = client.fino.stream("which?", thread="t")
        next(stream)
        threading.Timer(0.1, stream.close).start()
        with pytest.raises(Cancelled):
            next(stream)
        assert stream.answer.question == "which?"


async def test_a_pause_of_a_task_can_be_cancelled() -> None:
    slow = RetryPolicy(attempts=3, base=60, cap=60)
    async with AsyncInfino(access_key="a", secret_key="s", endpoint="http://127.0.0.1:9", retry=slow) as client:
        stream = client.fino.stream("which?", thread="t", timeout=500)
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.1)
        await stream.cancel()
        async with asyncio.timeout(5):
            with pytest.raises(Cancelled):
                await waiting


def test_a_closed_session_is_closed(connect: Connect) -> None:
    from infino import ClientClosedError

    with ChatServer(answering(timeline())) as server:
        chat = connect(server).fino.chat(thread="t")
        chat.ask("one?")
        chat.close()
        with pytest.raises(ClientClosedError):
            chat.ask("two?")
    assert server.questions == ["one?"]


def test_after_leaving_early_a_session_goes_on(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        if peer.number == 1:
            await peer.send(update("looking"))
        else:
            await peer.send(*timeline("Two."))
        await peer.silence()

    with ChatServer(script) as server, connect(server).fino.chat(thread="t") as chat:
        with chat.stream("one?") as stream:
            next(iter(stream))
        assert chat.ask("two?").text == "Two."


# --- cancellation ---------------------------------------------------------------------------------------------------


async def _stalling(peer: Peer) -> None:
    await peer.question()
    await peer.send(update("looking"))
    await peer.silence()


def test_cancel_from_another_thread() -> None:
    with ChatServer(_stalling) as server, Infino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
        stream = client.fino.stream("which?", thread="t")
        next(stream)
        threading.Timer(0.1, stream.cancel).start()
        with pytest.raises(Cancelled) as caught:
            next(stream)
        assert list(stream) == []
    assert caught.value.answer is not None
    assert len(caught.value.answer.events) == 1


def test_closing_a_session_frees_the_thread_that_waits() -> None:
    with ChatServer(_stalling) as server, Infino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
        chat = client.fino.chat(thread="t")
        threading.Timer(0.2, chat.close).start()
        with pytest.raises(Cancelled):
            chat.ask("which?")


def test_a_pause_before_another_try_can_be_cancelled() -> None:
    slow = RetryPolicy(attempts=3, base=60, cap=60)
    closed = {"access_key": "a", "secret_key": "s", "endpoint": "http://127.0.0.1:9"}
    with Infino(**closed, retry=slow) as client:
        stream = client.fino.stream("which?", thread="t", timeout=500)
        client.on("retry", lambda _: threading.Timer(0.1, stream.cancel).start())
        with pytest.raises(Cancelled):
            next(stream)


async def test_cancel_a_task() -> None:
    with ChatServer(_stalling) as server:
        async with AsyncInfino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
            task = asyncio.create_task(client.fino.ask("which?", thread="t"))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            async with asyncio.timeout(5):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(client.fino.ask("again?", thread="t"), 0.2)
        assert await _other_tasks() == []


async def test_cancel_while_another_task_reads() -> None:
    with ChatServer(_stalling) as server:
        async with AsyncInfino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
            stream = client.fino.stream("which?", thread="t")
            await anext(stream)
            waiting = asyncio.create_task(anext(stream))
            await asyncio.sleep(0.05)
            await stream.cancel()
            with pytest.raises(Cancelled):
                await waiting


def test_errors_survive_a_pickle() -> None:
    import pickle

    with (
        ChatServer(answering(timeline()[:-1])) as server,
        Infino(access_key="a", secret_key="s", endpoint=server.endpoint) as client,
        pytest.raises(Interrupted) as caught,
    ):
        client.fino.ask("which?", thread="t", idle_timeout=0.1)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert copy.answer.text == "Done."


# --- for long -------------------------------------------------------------------------------------------------------


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.soak
def test_a_thousand_bad_turns_leave_nothing_behind(connect: Connect) -> None:
    source = random.Random(7)

    async def script(peer: Peer) -> None:
        while True:
            await peer.question()
            frames = timeline()
            fate = source.randrange(6)
            await peer.send(*frames[: source.randrange(len(frames) + 1)])
            if fate == 0:
                peer.drop()
            elif fate == 1:
                await peer.connection.close(source.choice([1000, 1011, 4000]))
            elif fate == 2:
                await peer.raw(frame_bytes(b'{"type": 1}')[: source.randrange(1, 9)])
                peer.drop()
            else:
                await peer.send(*frames)

    with ChatServer(script) as server:
        client = connect(server)
        outcomes: dict[str, int] = {}
        files = threads = 0
        for number in range(1_000):
            if number == 100:
                files, threads = _open_files(), threading.active_count()
            try:
                outcome = "answer" if client.fino.ask("which?", thread="t", timeout=5).complete else "?"
            except Interrupted as error:
                outcome = type(error).__name__
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        time.sleep(0.2)
        assert abs(_open_files() - files) <= 5
        assert threading.active_count() <= threads
    assert set(outcomes) == {"answer", "Disconnected"}
    assert min(outcomes.values()) > 100
