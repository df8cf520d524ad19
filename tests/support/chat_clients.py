"""Clients of scripted chat servers, of both kinds, that must leave nothing behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infino import AsyncInfino, Infino
from infino.core.retry import RetryPolicy
from tests.support.chat_server import ChatServer, Peer, Script
from tests.support.facade import Blocking, Loop

FAST = RetryPolicy(attempts=3, base=0.001)
Connect = Callable[[ChatServer], Any]


def clients(request: pytest.FixtureRequest) -> Iterator[Connect]:
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
        left = loop.run(other_tasks())
        assert left == []
        loop.close()
    late = [thread for thread in threading.enumerate() if thread not in before and thread.name != "chat-server"]
    for thread in late:  # a reader ends a moment after its socket
        thread.join(timeout=5)
    assert [thread for thread in late if thread.is_alive()] == []


async def other_tasks() -> list[str]:
    left: list[str] = []
    for _ in range(500):
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
