"""What a conversation adds to a bare WebSocket loop: time per frame, and time to the first event.

Both sides talk to the same loopback server in the same run, in alternating rounds; the median of the rounds counts.
The bare loop receives and decodes each message as JSON and does nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from budgets import settle
from websockets.asyncio.client import connect as connect_async
from websockets.asyncio.server import ServerConnection, serve
from websockets.sync.client import connect as connect_sync

from infino import AsyncInfino, Infino

KEYS = {"access_key": "bench", "secret_key": "bench"}
QUESTION = '{"content":{"user_query":"go"}}'


def _frame(content: dict[str, Any]) -> str:
    return json.dumps({"content": content, "role": "assistant", "created_at": "2026-01-01T00:00:00.000000+00:00"})


class Server:
    """Answers each question with so many frames and an end; stamps the moment at which the first leaves."""

    def __init__(self, frames: int) -> None:
        update = _frame({"type": "update", "sender": "router", "message": "looking for the answer"})
        self._frames = [update] * frames + [_frame({"type": "EOM", "trace_id": "t"})]
        self.pause = 0.0
        self.left = 0
        self.port = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True)

    async def _run(self) -> None:
        quiet = logging.Logger("bench", logging.CRITICAL + 1)
        self._done = asyncio.Event()
        async with serve(self._handle, "127.0.0.1", 0, logger=quiet, ping_interval=None) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            self._ready.set()
            await self._done.wait()

    async def _handle(self, connection: ServerConnection) -> None:
        async for _ in connection:
            await asyncio.sleep(self.pause)
            self.left = time.perf_counter_ns()
            for frame in self._frames:
                await connection.send(frame)

    def __enter__(self) -> Server:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join()
        self._loop.close()


def bare_sync(server: Server, rounds: int) -> list[tuple[float, float]]:
    """Time rounds of a bare blocking loop: (seconds of the round, seconds to the first message)."""
    found = []
    with connect_sync(f"ws://127.0.0.1:{server.port}/", ping_interval=None) as connection:
        for _ in range(rounds):
            began = time.perf_counter_ns()
            connection.send(QUESTION)
            orjson.loads(connection.recv())
            first = time.perf_counter_ns() - server.left
            while orjson.loads(connection.recv())["content"]["type"] != "EOM":
                pass
            found.append(((time.perf_counter_ns() - began) / 1e9, first / 1e9))
    return found


def chat_sync(server: Server, rounds: int) -> list[tuple[float, float]]:
    """Time rounds of a blocking conversation."""
    found = []
    endpoint = f"http://127.0.0.1:{server.port}"
    with Infino(**KEYS, endpoint=endpoint) as client, client.fino.chat(thread="t") as chat:
        for _ in range(rounds):
            began = time.perf_counter_ns()
            stream = chat.stream("go")
            next(stream)
            first = time.perf_counter_ns() - server.left
            for _event in stream:
                pass
            found.append(((time.perf_counter_ns() - began) / 1e9, first / 1e9))
    return found


async def bare_async(server: Server, rounds: int) -> list[tuple[float, float]]:
    """Time rounds of a bare asyncio loop."""
    found = []
    async with connect_async(f"ws://127.0.0.1:{server.port}/", ping_interval=None) as connection:
        for _ in range(rounds):
            began = time.perf_counter_ns()
            await connection.send(QUESTION)
            orjson.loads(await connection.recv())
            first = time.perf_counter_ns() - server.left
            while orjson.loads(await connection.recv())["content"]["type"] != "EOM":
                pass
            found.append(((time.perf_counter_ns() - began) / 1e9, first / 1e9))
    return found


async def chat_async(server: Server, rounds: int) -> list[tuple[float, float]]:
    """Time rounds of an asyncio conversation."""
    found = []
    endpoint = f"http://127.0.0.1:{server.port}"
    async with AsyncInfino(**KEYS, endpoint=endpoint) as client, client.fino.chat(thread="t") as chat:
        for _ in range(rounds):
            began = time.perf_counter_ns()
            stream = chat.stream("go")
            await anext(stream)
            first = time.perf_counter_ns() - server.left
            async for _event in stream:
                pass
            found.append(((time.perf_counter_ns() - began) / 1e9, first / 1e9))
    return found


Timed = Callable[[Server, int], list[tuple[float, float]]]


def _blocking(function: Callable[[Server, int], Awaitable[list[tuple[float, float]]]]) -> Timed:
    async def run(server: Server, rounds: int) -> list[tuple[float, float]]:
        return await function(server, rounds)

    return lambda server, rounds: asyncio.run(run(server, rounds))


def compare(name: str, bare: Timed, chat: Timed, frames: int, repeats: int) -> tuple[float, float]:
    """Print one comparison; give the added microseconds per frame and the median first event in milliseconds."""
    with Server(frames) as server:
        times: dict[str, list[float]] = {"bare": [], "chat": []}
        for _ in range(repeats):
            for kind, run in (("bare", bare), ("chat", chat)):
                times[kind] += [seconds for seconds, _ in run(server, 3)[1:]]
    per_bare, per_chat = (statistics.median(times[kind]) / (frames + 1) * 1e6 for kind in ("bare", "chat"))
    with Server(1) as server:
        server.pause = 0.005  # the client is waiting when the frame comes, as it is in life
        first_bare = statistics.median(first for _, first in bare(server, 60)[5:]) * 1e3
        first_chat = statistics.median(first for _, first in chat(server, 60)[5:]) * 1e3
    print(
        f"{name:8} bare {per_bare:7.1f} us/frame   chat {per_chat:7.1f} us/frame   added {per_chat - per_bare:6.1f} us"
        f"   |   first: bare {first_bare:6.3f} ms   chat {first_chat:6.3f} ms"
    )
    return per_chat - per_bare, first_chat


def main() -> int:
    """Compare both clients with bare loops and judge the budgets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    print(f"chat: {given.frames} frames per answer, median of {given.repeats * 2} rounds")
    found = [
        compare("sync", bare_sync, chat_sync, given.frames, given.repeats),
        compare("asyncio", _blocking(bare_async), _blocking(chat_async), given.frames, given.repeats),
    ]
    added, first = max(one for one, _ in found), max(one for _, one in found)
    print(f"added per frame {added:.1f} us, first event {first:.3f} ms after its frame leaves")
    return settle("chat", {"added per frame, of 100 us": (100 / added, 1), "first event, of 1 ms": (1 / first, 1)})


if __name__ == "__main__":
    sys.exit(main())
