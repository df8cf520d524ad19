"""A conversation over a bad line: for each fault the outcome is stated, the same for both clients."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
import time

import pytest

from infino.chat import (
    Disconnected,
    ServiceFailed,
    Text,
    TurnTimeout,
    Unknown,
)
from tests.support.chat_clients import Connect, answering, clients
from tests.support.chat_server import (
    HEARTBEAT,
    ChatServer,
    Peer,
    end,
    frame_bytes,
    partial,
    result,
    timeline,
    update,
)

connect = pytest.fixture(params=["sync", "async"])(clients)


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
    assert len(error.answer.events) == max(0, count - 1)  # the heartbeat is not an event
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
    assert time.monotonic() - began < 30


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
        for _ in range(12):
            await asyncio.sleep(0.1)
            await peer.send(HEARTBEAT)
        await peer.send(*timeline())

    with ChatServer(script) as server:
        assert connect(server).fino.ask("which?", thread="t", idle_timeout=1).text == "Done."


def test_heartbeats_do_not_keep_it_alive_for_ever(connect: Connect) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        while True:
            await peer.send(HEARTBEAT)
            await asyncio.sleep(0.02)

    with ChatServer(script) as server, pytest.raises(TurnTimeout, match="no complete answer"):
        connect(server).fino.ask("which?", thread="t", timeout=1)


def test_a_missing_end(connect: Connect) -> None:
    with (
        ChatServer(answering(timeline()[:-1])) as server,
        pytest.raises(TurnTimeout) as caught,
    ):
        connect(server).fino.ask("which?", thread="t", idle_timeout=1)
    assert caught.value.answer is not None
    assert caught.value.answer.text == "Done."


def test_a_server_that_never_finishes_the_handshake(connect: Connect) -> None:
    from infino import Timeout

    with socket.create_server(("127.0.0.1", 0)) as listener:

        class Here:
            endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"

        with pytest.raises(Timeout) as caught:
            connect(Here()).fino.ask("which?", thread="t", connect_timeout=0.1, timeout=1)  # type: ignore[arg-type]  # a double
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
        with pytest.raises(TurnTimeout, match="could not be sent"):
            client.fino.ask("why? " + os.urandom(6_000_000).hex(), thread="t", idle_timeout=0.5)
        assert time.monotonic() - began < 60  # most of it is compressing so much noise
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
        time.sleep(0.3)  # the frames behind the end arrive meanwhile
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
