"""Connections are lent to one call at a time, and no place is lost whatever becomes of the call."""

from __future__ import annotations

import asyncio
import random
import threading
from typing import Any

import httpx
import pytest

import infino
from infino import slots as module
from infino.slots import AsyncSlots, Slots
from tests.support.scripted import Exchange, ScriptedServer


class Connection:
    """Counts how many there are, and who uses it."""

    def __init__(self, world: list[Connection]) -> None:
        self.open, self.users = True, 0
        world.append(self)

    def close(self) -> None:
        self.open = False

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.open = False


def test_the_last_one_used_is_lent_next_and_the_others_grow_old(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    world: list[Connection] = []
    pool = Slots(lambda: Connection(world), 3)
    first, second = pool.take(None), pool.take(None)
    pool.give(first)
    pool.give(second)
    assert pool.take(None) is second
    now[0] += 29.9
    pool.give(second)
    assert first.open
    assert pool.take(None) is second
    now[0] += 0.2
    pool.give(second)
    assert (first.open, second.open, len(world)) == (False, True, 2)


def test_all_busy_is_a_timeout_that_says_what_to_do() -> None:
    pool = Slots(lambda: Connection([]), 1)
    pool.take(None)
    with pytest.raises(infino.Timeout, match="all 1 connections") as caught:
        pool.take(0.001)
    assert caught.value.phase == "pool"
    assert "max_connections" in str(caught.value)

    async def busy() -> None:
        pool: AsyncSlots = AsyncSlots(lambda: Connection([]), 1)
        await pool.take(None)
        await pool.take(0.001)

    with pytest.raises(infino.Timeout, match="all 1 connections"):
        asyncio.run(busy())


def test_what_comes_back_to_a_closed_pool_is_closed() -> None:
    world: list[Connection] = []
    pool = Slots(lambda: Connection(world), 2)
    idle, lent = pool.take(None), pool.take(None)
    pool.give(idle)
    pool.close()
    assert (idle.open, lent.open) == (False, True)
    pool.give(lent)
    assert not lent.open


def test_a_connection_that_cannot_be_made_leaves_its_place_free() -> None:
    def broken() -> Connection:
        raise infino.ConfigError("no")

    pool = Slots(broken, 1)
    for _ in range(3):
        with pytest.raises(infino.ConfigError) as caught:
            pool.take(0.1)
        assert caught.value.__context__ is None


@pytest.mark.parametrize("most", [1, 2, 10])
@pytest.mark.parametrize("seed", range(20))
def test_cancelled_calls_never_lose_a_place(seed: int, most: int) -> None:
    """Tasks are cancelled at any of their steps, twice at times; then every place can be taken at once."""
    rand, world = random.Random(seed), list[Connection]()

    async def call(pool: AsyncSlots) -> None:
        connection = await pool.take(None)
        whole = False
        try:
            connection.users += 1
            assert connection.users == 1
            assert connection.open
            for _ in range(rand.randrange(4)):
                await asyncio.sleep(0)
            whole = rand.random() < 0.7
            connection.users -= 1
        finally:
            await (pool.give if whole else pool.drop)(connection)

    async def main() -> None:
        pool: AsyncSlots = AsyncSlots(lambda: Connection(world), most)
        tasks = [asyncio.ensure_future(call(pool)) for _ in range(60)]
        while any(not task.done() for task in tasks):
            for _ in range(rand.randrange(3)):
                await asyncio.sleep(0)
            for task in rand.sample(tasks, 3):
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(30):
            again = [await pool.take(None) for _ in range(most)]
        assert len(set(again)) == most
        for connection in again:
            await pool.give(connection)
        await pool.aclose()
        assert not any(connection.open for connection in world)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


@pytest.mark.parametrize("most", [1, 2, 10])
def test_a_storm_of_cancelled_calls_leaves_the_client_as_it_was(most: int) -> None:
    rand = random.Random(most)

    def slowly(exchange: Exchange) -> None:
        threading.Event().wait(rand.random() * 0.01)
        exchange.answer(200, b'{"version":"1"}')

    async def main(endpoint: str) -> None:
        settings = {"access_key": "A", "secret_key": "b", "max_connections": most}
        async with infino.AsyncInfino(endpoint=endpoint, **settings) as client:  # type: ignore[arg-type]  # any setting
            for _ in range(8):
                tasks = [asyncio.ensure_future(client.ping()) for _ in range(20)]
                for task in tasks:
                    await asyncio.sleep(rand.random() * 0.002)
                    if rand.random() < 0.7:
                        task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            answers = await asyncio.gather(*[client.ping() for _ in range(3 * most)])
            assert [answer.version for answer in answers] == ["1"] * 3 * most
            assert len(asyncio.all_tasks()) == 1

    with ScriptedServer(slowly) as server:
        asyncio.run(main(server.endpoint))


def test_a_connection_whose_closing_is_interrupted_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    close = httpx.Response.close

    def interrupted(answer: httpx.Response) -> None:
        monkeypatch.setattr(httpx.Response, "close", close)
        raise KeyboardInterrupt

    with (
        ScriptedServer(lambda exchange: exchange.answer(200, b'{"version":"1"}')) as server,
        infino.Infino(access_key="A", secret_key="b", endpoint=server.endpoint, max_connections=1, timeout=5) as client,
    ):
        client.ping()
        monkeypatch.setattr(httpx.Response, "close", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.ping()
        assert client.ping().version == "1"


@pytest.mark.parametrize("most", [1, 3])
def test_never_more_connections_than_there_may_be(most: int) -> None:
    """Threads and failures together: what fails is thrown away and its place used again."""
    rand = random.Random(most)

    def often(exchange: Exchange) -> None:
        if rand.random() < 0.3:
            exchange.reset()
        else:
            exchange.answer(200, b'{"version":"1"}')

    policy = infino.RetryPolicy(attempts=50, base=0.001, cap=0.002)
    with (
        ScriptedServer(often) as server,
        infino.Infino(
            access_key="A", secret_key="b", endpoint=server.endpoint, max_connections=most, retry=policy
        ) as client,
    ):
        client._shared.budget.capacity = client._shared.budget._tokens = 1e9
        lent: list[int] = []
        pool = client._transport._connections.for_threads()
        take, busy, lock = pool.take, [0], threading.Lock()

        def counted(limit: float | None) -> Any:
            connection = take(limit)
            with lock:
                busy[0] += 1
                lent.append(busy[0])
            return connection

        def counting(back: Any) -> Any:
            def returned(connection: Any) -> None:
                with lock:
                    busy[0] -= 1
                back(connection)

            return returned

        pool.take, pool.give, pool.drop = counted, counting(pool.give), counting(pool.drop)  # type: ignore[method-assign]  # counted from outside
        threads = [threading.Thread(target=lambda: [client.ping() for _ in range(20)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert max(lent) <= most
        assert busy == [0]
