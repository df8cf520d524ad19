"""Turns of a conversation: one at a time, given up, cancelled, forgotten; nothing stays behind."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Self

import pytest

from infino import AsyncInfino, Infino
from infino.chat import (
    Cancelled,
    Disconnected,
    Done,
    Interrupted,
    TurnInProgress,
)
from infino.core.retry import RetryPolicy
from tests.support.chat_clients import Connect, answering, clients, other_tasks
from tests.support.chat_server import (
    ChatServer,
    Peer,
    Script,
    end,
    frame_bytes,
    timeline,
    update,
)

connect = pytest.fixture(params=["sync", "async"])(clients)


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
        time.sleep(0.3)  # the client hears of it
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
        assert closed.wait(30)
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
        assert closed.wait(30)


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


@pytest.fixture
def no_collector() -> Iterator[None]:
    """No help from the garbage collector: what nobody holds has to go at once."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_leaving_a_loop_gives_the_session_back_at_once() -> None:
    server = ChatServer(answering(timeline(), timeline(), timeline()))
    with server, Infino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
        chat = client.fino.chat(thread="t")
        assert chat.ask("one?").text == "Done."
        for _ in chat.stream("two?"):
            break
        assert chat.ask("three?").text == "Done."
        chat.close()


@pytest.mark.usefixtures("no_collector")
async def test_leaving_a_loop_gives_the_session_of_a_task_back_at_once() -> None:
    with ChatServer(answering(timeline(), timeline(), timeline())) as server:
        async with AsyncInfino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
            chat = client.fino.chat(thread="t")
            assert (await chat.ask("one?")).text == "Done."
            async for _ in chat.stream("two?"):
                break
            assert (await chat.ask("three?")).text == "Done."
            await chat.close()


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
        assert closed.wait(30)


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
        async with asyncio.timeout(30):
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
        threading.Timer(0.5, chat.close).start()
        with pytest.raises(Cancelled):
            chat.ask("which?")


def test_a_pause_before_another_try_can_be_cancelled() -> None:
    slow = RetryPolicy(attempts=3, base=60, cap=60)
    closed: dict[str, Any] = {"access_key": "a", "secret_key": "s", "endpoint": "http://127.0.0.1:9"}
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
            async with asyncio.timeout(30):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(client.fino.ask("again?", thread="t"), 0.2)
        assert await other_tasks() == []


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


# --- cancellation before there is a connection ----------------------------------------------------------------------


class _Mute:
    """A server that takes connections and never answers."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._peer = socket.socket()

    def hears(self, then: Callable[[], object]) -> threading.Thread:
        """Once the client has begun its handshake, do something."""

        def listen() -> None:
            self._peer.close()
            self._peer, _address = self._listener.accept()
            self._peer.settimeout(30)
            assert self._peer.recv(65536)
            then()

        thread = threading.Thread(target=listen)
        thread.start()
        return thread

    def hears_the_end(self) -> bool:
        """Whether the client hung up."""
        while self._peer.recv(65536):
            pass
        return True

    def __enter__(self) -> Self:
        self._listener.settimeout(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._peer.close()


@pytest.mark.parametrize("name", ["cancel", "close"])
def test_cancel_during_the_handshake(name: str) -> None:
    with _Mute() as server, Infino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
        stream = client.fino.stream("which?", thread="t", connect_timeout=2)
        thread = server.hears(getattr(stream, name))
        with pytest.raises(Cancelled):
            next(stream)
        thread.join()
        assert server.hears_the_end()
        assert list(stream) == []


@pytest.mark.parametrize("name", ["cancel", "close"])
async def test_cancel_during_the_handshake_of_a_task(name: str) -> None:
    with _Mute() as server:
        async with AsyncInfino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
            heard = asyncio.Event()
            thread = server.hears(partial(asyncio.get_running_loop().call_soon_threadsafe, heard.set))
            stream = client.fino.stream("which?", thread="t", connect_timeout=2)
            waiting = asyncio.create_task(anext(stream))
            await heard.wait()
            await getattr(stream, name)()
            with pytest.raises(Cancelled):
                await waiting
            assert await asyncio.to_thread(server.hears_the_end)
        assert await other_tasks() == []
    thread.join()


async def test_cancel_a_task_during_the_handshake() -> None:
    with _Mute() as server:
        async with AsyncInfino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
            task = asyncio.create_task(client.fino.ask("which?", thread="t", connect_timeout=60))
            thread = server.hears(partial(asyncio.get_running_loop().call_soon_threadsafe, task.cancel))
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.hears_the_end)
        assert await other_tasks() == []
    thread.join()


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """A program started in the background ignores the signal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_during_the_handshake_leaves_no_thread_and_no_socket() -> None:
    threads = threading.active_count()
    with _Mute() as server, Infino(access_key="a", secret_key="s", endpoint=server.endpoint) as client:
        thread = server.hears(partial(signal.pthread_kill, threading.get_ident(), signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            client.fino.ask("which?", thread="t", connect_timeout=60)
        thread.join()
        assert threading.active_count() == threads
        assert server.hears_the_end()


def test_errors_survive_a_pickle() -> None:
    import pickle

    with (
        ChatServer(answering(timeline()[:-1])) as server,
        Infino(access_key="a", secret_key="s", endpoint=server.endpoint) as client,
        pytest.raises(Interrupted) as caught,
    ):
        client.fino.ask("which?", thread="t", idle_timeout=1)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert copy.answer.text == "Done."


# --- for long -------------------------------------------------------------------------------------------------------


def _settle(threads: int) -> None:
    for _ in range(500):
        if threading.active_count() <= threads:
            return
        time.sleep(0.01)


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
        _settle(threads)
        assert abs(_open_files() - files) <= 5
        assert threading.active_count() <= threads
    assert set(outcomes) == {"answer", "Disconnected"}
    assert min(outcomes.values()) > 100
