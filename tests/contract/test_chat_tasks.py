"""Analyses and reports on notebooks: what is sent, what comes of it, and how they break off."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from infino import AuthenticationError, ServerError, ValidationError
from infino.chat import Disconnected, Done, ServiceFailed, Step, Text, TurnTimeout, Unknown
from infino.local import LocalGateway
from tests.support.chat_clients import Connect, clients
from tests.support.chat_server import HEARTBEAT, ChatServer, Peer, Script

connect = pytest.fixture(params=["sync", "async"])(clients)

EMPTY = {"tables": [], "cells": [], "variables": [], "dataframes": {}, "attachments": []}
ADDED = {"type": "analyze_action", "action": "add_cell", "message": "Counting", "cell": {"id": "7", "code": "SELECT 1"}}
FRAMES: list[dict[str, Any]] = [
    HEARTBEAT,
    ADDED,
    {"type": "analyze_action", "action_type": "run_cell", "cell": None},
    {"type": "cell_artifact", "cell": "7", "mime": "text/plain"},
    {"type": "partial", "sub_type": "data", "value": {"df": [{"carrier": "UA"}]}},
    {"type": "partial", "sub_type": "summary", "value": "**UA** is late."},
    {"type": "EOM", "trace_id": "trace-9"},
]
# The calls of both tasks, for what is the same in both.
TASKS: dict[str, Callable[..., Any]] = {
    "fino.analyze": lambda client, **more: client.fino.analyze("compare the carriers", **more),
    "fino.notebook_report": lambda client, **more: client.fino.notebook_report("n1", **more),
}
task = pytest.mark.parametrize("task", TASKS)


def sending(*frames: dict[str, Any]) -> Script:
    async def script(peer: Peer) -> None:
        await peer.message()
        await peer.send(*frames)
        await peer.silence()

    return script


def test_an_analysis(connect: Connect) -> None:
    with ChatServer(sending(*FRAMES)) as server:
        answer = connect(server).fino.analyze("compare the carriers", thread="thread-7")
    (request,) = server.requests
    assert urlsplit(request.path).path == "/fino/analyze"
    assert "X-Amz-Signature=" in request.path
    assert request.headers["x-infino-thread-id"] == "thread-7"
    assert request.headers["x-infino-client-id"].startswith("infino-python-")
    assert server.messages == [{"type": "analyze", "request": "compare the carriers", "notebook": EMPTY}]
    assert (answer.question, answer.text, answer.thread_id) == ("compare the carriers", "**UA** is late.", "thread-7")
    assert (answer.complete, answer.trace_id, answer.rows) == (True, "trace-9", [{"carrier": "UA"}])
    added, ran = (event for event in answer.events if isinstance(event, Step))
    assert (added.action, added.text, added.code, added.frame) == ("add_cell", "Counting", "SELECT 1", ADDED)
    assert (ran.action, ran.text, ran.code) == ("run_cell", "", None)
    (artifact,) = (event for event in answer.events if isinstance(event, Unknown))
    assert (artifact.kind, artifact.frame) == ("cell_artifact", FRAMES[3])


def test_an_analysis_builds_on_what_it_is_given(connect: Connect) -> None:
    with ChatServer(sending(*FRAMES)) as server:
        given = {"tables": ["flights"], "cells": [{"code": "SELECT 1"}], "kernel": "sql"}
        connect(server).fino.analyze("go on", notebook=given, thread="t")
    assert server.messages[0]["notebook"] == {**EMPTY, **given}


@pytest.mark.parametrize("name", ["analyze_stream", "notebook_report_stream"])
def test_events_come_as_they_happen(connect: Connect, name: str) -> None:
    seen = threading.Event()

    async def script(peer: Peer) -> None:
        await peer.message()
        await peer.send(ADDED)
        while not seen.is_set():
            await peer.send(HEARTBEAT)
            await asyncio.sleep(0.01)
        await peer.send(*FRAMES[-2:])
        await peer.silence()

    with ChatServer(script) as server, getattr(connect(server).fino, name)("n1", thread="t") as stream:
        events = iter(stream)
        first = next(events)
        assert isinstance(first, Step)
        assert not stream.answer.complete
        seen.set()
        assert [type(event) for event in events] == [Text, Done]
        assert stream.answer.complete
        assert stream.answer.text == "**UA** is late."


@pytest.mark.parametrize("name", ["analyze_stream", "notebook_report_stream"])
def test_the_end_of_a_task_is_the_end_of_its_connection(connect: Connect, name: str) -> None:
    closed = threading.Event()

    async def script(peer: Peer) -> None:
        await sending(*FRAMES)(peer)
        closed.set()

    with ChatServer(script) as server:
        stream = getattr(connect(server).fino, name)("n1", thread="t")
        assert isinstance(list(stream)[-1], Done)
        assert closed.wait(30)
        assert stream.answer.complete


@pytest.mark.parametrize("cache", [None, {"execution_results": {"c1": {"output": "3"}}, "user_requests": ["why?"]}])
def test_a_report_on_a_notebook(connect: Connect, cache: Any) -> None:
    with ChatServer(sending(*FRAMES[-2:])) as server:
        answer = connect(server).fino.notebook_report("n1", report_type="long", analysis_cache=cache, thread="thread-7")
    (request,) = server.requests
    assert urlsplit(request.path).path == "/fino/ws"
    assert request.headers["x-infino-ws-thread"] == "thread-7"
    assert request.headers["x-infino-ws-client"] == "notebook_n1"
    assert "x-infino-thread-id" not in request.headers
    sent = {"type": "generate_report", "report_type": "long", "analysis_cache": cache}
    assert server.messages == [{key: value for key, value in sent.items() if value is not None}]
    assert (answer.text, answer.complete) == ("**UA** is late.", True)


@task
@pytest.mark.parametrize(
    "frame",
    [
        {"type": "error", "error_message": "no budget left"},
        {"type": "error", "message": "no budget left"},
        {"content": {"type": "error", "message": "no budget left"}},
        {"type": "error", "summary": "It failed.", "data": {"error": "no budget left"}},
    ],
)
def test_the_service_says_that_it_failed(connect: Connect, task: str, frame: dict[str, Any]) -> None:
    with ChatServer(sending(ADDED, frame)) as server, pytest.raises(ServiceFailed, match="no budget left") as caught:
        TASKS[task](connect(server), thread="t")
    assert caught.value.operation == task
    assert isinstance(caught.value.answer.events[0], Step)  # type: ignore[union-attr]  # it holds what came


@task
def test_a_silent_service(connect: Connect, task: str) -> None:
    with ChatServer(sending(ADDED)) as server, pytest.raises(TurnTimeout, match="silent for 1 s") as caught:
        TASKS[task](connect(server), thread="t", idle_timeout=1)
    assert caught.value.operation == task


@task
def test_heartbeats_do_not_keep_a_task_alive_for_ever(connect: Connect, task: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.message()
        while True:
            await peer.send(HEARTBEAT)
            await asyncio.sleep(0.01)

    began = time.monotonic()
    with ChatServer(script) as server, pytest.raises(TurnTimeout, match="within 3 s"):
        TASKS[task](connect(server), thread="t", timeout=3)
    assert time.monotonic() - began < 20


@task
@pytest.mark.parametrize("resend", [False, True])
def test_a_lost_connection_repeats_nothing_unless_that_is_wanted(connect: Connect, task: str, resend: bool) -> None:
    async def script(peer: Peer) -> None:
        await peer.message()
        if peer.number == 1:
            peer.drop()
        await peer.send(*FRAMES[-2:])
        await peer.silence()

    with ChatServer(script) as server:
        client = connect(server)
        if resend:
            assert TASKS[task](client, thread="t", resend=True).text == "**UA** is late."
            assert server.messages[0] == server.messages[1]
        else:
            with pytest.raises(Disconnected) as caught:
                TASKS[task](client, thread="t")
            assert caught.value.operation == task
        assert len(server.messages) == 1 + resend


@pytest.mark.parametrize(
    "call",
    [
        lambda fino: fino.analyze("  "),
        lambda fino: fino.analyze(7),
        lambda fino: fino.analyze("x", notebook={"dataframes": {"d": object()}}),
        lambda fino: fino.analyze("x", thread="t", sources=["flights"]),
        lambda fino: fino.analyze("x", timeout=0),
        lambda fino: fino.analyze("x", context={"syntax": "sql"}),
        lambda fino: fino.analyze_stream("x", client_id="me"),
        lambda fino: fino.notebook_report(""),
        lambda fino: fino.notebook_report("n 1"),
        lambda fino: fino.notebook_report("n1", analysis_cache={"a": object()}),
        lambda fino: fino.notebook_report("n1", idle_timeout=-1),
        lambda fino: fino.notebook_report_stream("n1", path="/fino/nl"),
    ],
)
def test_what_cannot_be_meant_is_not_sent(connect: Connect, call: Callable[[Any], Any]) -> None:
    with ChatServer(sending(*FRAMES)) as server:
        with pytest.raises((ValidationError, TypeError)):  # an argument that there is not is Python's own error
            call(connect(server).fino)
        assert not server.requests


@pytest.mark.parametrize(("task", "feature"), [("fino.analyze", "analyses"), ("fino.notebook_report", "reports")])
def test_the_embedded_gateway_says_by_name_that_it_has_none(client: Any, task: str, feature: str) -> None:
    before = [thread.id for thread in client.fino.threads.list()]
    with pytest.raises(ServerError, match=f"does not support Fino.* {feature}") as caught:
        TASKS[task](client)
    assert caught.value.status == 501
    assert [thread.id for thread in client.fino.threads.list()] == before


@task
def test_the_embedded_gateway_tells_strangers_nothing(connect: Connect, gateway: LocalGateway, task: str) -> None:
    with pytest.raises(AuthenticationError):
        TASKS[task](connect(gateway), thread="t")  # type: ignore[arg-type]  # all that it takes is the address
