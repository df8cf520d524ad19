"""What callers do wrong with conversations: a closed client, wrong arguments, two readers of one answer."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from infino import AuthenticationError, ClientClosedError, ConnectError, ServerError, ValidationError
from infino.chat import TurnInProgress
from infino.local import LocalGateway
from tests.support.chat_clients import Connect, answering, clients
from tests.support.chat_server import ChatServer, Peer, timeline, update
from tests.support.facade import Blocking, Loop

connect = pytest.fixture(params=["sync", "async"])(clients)

CALLS: dict[str, Callable[[Any], Any]] = {
    "fino.ask": lambda client: client.fino.ask("q", thread="t"),
    "fino.analyze": lambda client: client.fino.analyze("q", thread="t"),
    "fino.notebook_report": lambda client: client.fino.notebook_report("n", thread="t"),
}


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("used", [False, True])
def test_a_closed_client_does_not_talk(connect: Connect, operation: str, used: bool) -> None:
    with ChatServer(answering(timeline())) as server:
        client = connect(server)
        if used:
            client.fino.ask("one?", thread="t")
        handshakes = len(server.requests)
        client.close()
        with pytest.raises(ClientClosedError) as caught:
            CALLS[operation](client)
        assert len(server.requests) == handshakes
    assert caught.value.operation == operation


def test_a_conversation_ends_with_its_client(connect: Connect) -> None:
    with ChatServer(answering(timeline(), timeline())) as server:
        client = connect(server)
        stream = client.fino.analyze_stream("q", thread="t")
        with client.fino.chat(thread="t") as chat:
            chat.ask("one?")
            client.close()
            with pytest.raises(ClientClosedError):
                chat.ask("two?")
        with pytest.raises(ClientClosedError):
            list(stream)
        assert len(server.requests) == 1
    assert server.questions == ["one?"]


def test_any_call_of_a_closed_client_names_itself(connect: Connect) -> None:
    with ChatServer(answering()) as server:
        client = connect(server)
        copy = client.with_options(timeout=1)
        client.close()
        for asked in (client, copy):
            with pytest.raises(ClientClosedError) as caught:
                asked.datasets.get("d")
            assert caught.value.operation == "datasets.get"


def test_an_answer_has_one_reader(connect: Connect) -> None:
    waiting = threading.Event()

    async def script(peer: Peer) -> None:
        await peer.message()
        await peer.send(update("looking"))
        await asyncio.to_thread(waiting.wait, 10)
        await peer.send(*timeline())
        await peer.silence()

    with ChatServer(script) as server:
        stream = connect(server).fino.analyze_stream("q", thread="t")
        first = next(stream)
        rest: list[Any] = []
        reader = threading.Thread(target=lambda: rest.extend(stream), name="reader")
        reader.start()
        time.sleep(0.2)  # the reader waits now
        with pytest.raises(TurnInProgress) as second:
            next(stream)
        waiting.set()
        reader.join(10)
    assert second.value.operation == "fino.analyze"
    assert (first.text, type(rest[-1]).__name__) == ("looking", "Done")
    assert stream.answer.complete


WRONG: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "list as notebook": ("fino.analyze", "notebook", lambda fino: fino.analyze("q", notebook=[1], thread="t")),
    "text as notebook": ("fino.analyze", "notebook", lambda fino: fino.analyze("q", notebook="nb", thread="t")),
    "number as retry": ("fino.analyze", "RetryPolicy", lambda fino: fino.analyze("q", retry=3, thread="t")),
    "number as retry of a question": ("fino.ask", "RetryPolicy", lambda fino: fino.ask("q", retry=3, thread="t")),
    "number as thread": ("fino.analyze", "thread", lambda fino: fino.analyze("q", thread=5)),
    "number as thread of a question": ("fino.ask", "thread", lambda fino: fino.ask("q", thread=5)),
    "number as client": ("fino.ask", "client_id", lambda fino: fino.ask("q", thread="t", client_id=5)),
    "number as sources": ("fino.analyze", "source", lambda fino: fino.analyze("q", sources=5)),
    "number as source": ("fino.analyze", "source", lambda fino: fino.analyze("q", sources=[5])),
    "sources of a thread": ("fino.analyze", "sources", lambda fino: fino.analyze("q", thread="t", sources=["a"])),
    "list as context": ("fino.ask", "context", lambda fino: fino.ask("q", thread="t", context=[1])),
    "no JSON in the context": ("fino.ask", "JSON", lambda fino: fino.ask("q", thread="t", context={"a": object()})),
    "half a character": ("fino.ask", "JSON", lambda fino: fino.ask("\ud800", thread="t")),
    "list as cache": (
        "fino.notebook_report",
        "analysis_cache",
        lambda fino: fino.notebook_report("n", analysis_cache=[1], thread="t"),
    ),
    "foreign letters": ("fino.notebook_report", "id of a notebook", lambda fino: fino.notebook_report("ü")),
    "an object as id": ("fino.notebook_report", "is text", lambda fino: fino.notebook_report(UUID(int=1))),
}


@pytest.mark.parametrize(("operation", "said", "call"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_argument_is_named(connect: Connect, operation: str, said: str, call: Callable[[Any], Any]) -> None:
    with ChatServer(answering()) as server:
        fino = connect(server).fino
        with pytest.raises(ValidationError, match=said) as caught:
            call(fino)
        assert server.requests == []
    assert caught.value.operation == operation


@pytest.mark.parametrize("operation", CALLS)
def test_a_refused_connection_names_the_call_and_its_attempts(connect: Connect, operation: str) -> None:
    with ChatServer(answering(), refuse=lambda number: (503, {}, b"x")) as server:
        with pytest.raises(ServerError, match=rf"\({operation}, GET .*, 3 attempts\)") as caught:
            CALLS[operation](connect(server))
        assert len(server.requests) == 3
    error = caught.value
    assert (error.operation, error.attempts) == (operation, 3)
    assert [(attempt.number, attempt.status) for attempt in error.attempt_log] == [(1, 503), (2, 503), (3, 503)]
    assert [attempt.delay is None for attempt in error.attempt_log] == [False, False, True]


@pytest.mark.parametrize("operation", CALLS)
def test_a_connection_that_cannot_be_made_names_the_call(connect: Connect, operation: str) -> None:
    with ChatServer(answering()) as server:
        client = connect(server)
    with pytest.raises(ConnectError) as caught:
        CALLS[operation](client)
    assert (caught.value.operation, caught.value.attempts) == (operation, 3)


@pytest.mark.parametrize("operation", CALLS)
def test_refused_keys_are_no_matter_of_a_dataset(connect: Connect, operation: str) -> None:
    refusing = ChatServer(answering(), refuse=lambda number: (401, {}, b""))
    with refusing as server, pytest.raises(AuthenticationError) as caught:
        CALLS[operation](connect(server))
    assert caught.value.hint == "check the access key, the secret key and the region"
    assert caught.value.attempts == 1


@pytest.fixture(params=["sync", "async"])
def local(request: pytest.FixtureRequest) -> Iterator[Any]:
    with LocalGateway() as gateway:
        loop = Loop() if request.param == "async" else None
        client = gateway.client() if loop is None else Blocking(gateway.async_client(), loop)
        yield client
        client.close()
        if loop is not None:
            loop.close()


def test_a_refused_analysis_leaves_no_thread_and_no_noise(local: Any, caplog: pytest.LogCaptureFixture) -> None:
    kept = local.fino.threads.create(name="kept")
    for thread in (None, None, kept.id):
        with pytest.raises(ServerError) as caught:
            local.fino.analyze("why?", thread=thread)
        assert caught.value.status == 501
    assert [thread.id for thread in local.fino.threads.list()] == [kept.id]
    assert "handshake" not in caplog.text


def test_a_session_goes_on_after_a_refusal(local: Any) -> None:
    with local.fino.chat(path="/fino/analyze") as chat:
        for _ in range(2):
            with pytest.raises(ServerError):
                chat.ask("why?")
        assert chat.thread_id is None
    assert [thread.id for thread in local.fino.threads.list()] == []
