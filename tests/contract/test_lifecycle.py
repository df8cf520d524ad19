"""The life of a client: closed, forked, shared by threads, moved between event loops, used for a long time."""

from __future__ import annotations

import asyncio
import gc
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import tracemalloc

import psutil
import pytest

import infino
from tests.support.scripted import ScriptedServer, answering

KEYS = {"access_key": "IAK_TEST", "secret_key": "secret"}


def test_closed_means_closed():
    with ScriptedServer() as server:
        client = infino.Infino(**KEYS, endpoint=server.endpoint)
        client.ping()
        datasets = client.datasets
        client.close()
        client.close()
        for call in (client.ping, datasets.list, lambda: client.request("GET", "/"), client.__enter__().ping):
            with pytest.raises(infino.ClientClosedError, match="closed"):
                call()


def test_closed_before_use():
    client = infino.Infino(**KEYS)
    client.close()
    with pytest.raises(infino.ClientClosedError):
        client.ping()


async def test_async_closed_means_closed():
    with ScriptedServer() as server:
        client = infino.AsyncInfino(**KEYS, endpoint=server.endpoint)
        await client.ping()
        await client.close()
        await client.aclose()
        with pytest.raises(infino.ClientClosedError):
            await client.ping()


def test_closing_the_original_closes_the_copies():
    with ScriptedServer() as server:
        client = infino.Infino(**KEYS, endpoint=server.endpoint)
        copy = client.with_options(timeout=5)
        copy.ping()
        client.close()
        with pytest.raises(infino.ClientClosedError):
            copy.ping()


def test_copies_share_the_connection():
    with ScriptedServer() as server, infino.Infino(**KEYS, endpoint=server.endpoint) as client:
        client.ping()
        with client.with_options(timeout=5, headers={"x-a": "1"}) as copy:
            copy.ping()
        client.ping()
        assert server.connections == 1
        assert [received.header("x-a") for received in server.requests] == [None, "1", None]


def test_threads_share_a_client():
    with ScriptedServer(answering(200, b"1")) as server, infino.Infino(**KEYS, endpoint=server.endpoint) as client:
        answers: list[object] = []

        def work() -> None:
            for _ in range(25):
                answers.append(client.request("GET", "/x"))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [1] * 200
        assert len(server.requests) == 200
        assert server.connections <= 8


def test_threads_ask_for_keys_once():
    asked: list[int] = []
    together = threading.Barrier(6)

    def provider() -> tuple[str, str]:
        asked.append(1)
        return "IAK", "secret"

    with ScriptedServer() as server, infino.Infino(credentials=provider, endpoint=server.endpoint) as client:

        def work() -> None:
            together.wait(5)
            client.ping()

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.requests) == 6
    assert len(asked) == 1


async def test_tasks_ask_for_keys_once_and_off_the_loop():
    asked: list[str] = []

    def blocking() -> tuple[str, str]:
        asked.append(threading.current_thread().name)
        return "IAK", "secret"

    async def waiting() -> tuple[str, str]:
        asked.append("async")
        await asyncio.sleep(0)
        return "IAK", "secret"

    for provider in (blocking, waiting):
        asked.clear()
        with ScriptedServer() as server:
            async with infino.AsyncInfino(credentials=provider, endpoint=server.endpoint) as client:
                await asyncio.gather(*(client.ping() for _ in range(6)))
        assert len(asked) == 1
        assert asked[0] != threading.main_thread().name


def test_an_async_provider_needs_the_async_client():
    async def provider() -> tuple[str, str]:
        return "a", "b"

    with infino.Infino(credentials=provider) as client, pytest.raises(infino.ConfigError, match="AsyncInfino"):
        client.ping()


def test_keys_are_renewed_before_they_end():
    from datetime import datetime, timedelta

    from infino.core.retry import SystemClock

    class Forwarded(SystemClock):
        """A clock that can be put forward."""

        ahead = timedelta()

        def now(self) -> datetime:
            return super().now() + self.ahead

    lives = iter([300, 3600])
    clock = Forwarded()

    def provider() -> infino.Credentials:
        return infino.Credentials("IAK", "s", clock.now() + timedelta(seconds=next(lives)))

    with ScriptedServer() as server, infino.Infino(credentials=provider, endpoint=server.endpoint) as client:
        client._shared.clock = clock
        client.ping()
        clock.ahead = timedelta(seconds=200)
        client.ping()
        assert next(lives, None) == 3600, "the first pair still holds"
        lives = iter([3600])
        clock.ahead = timedelta(seconds=250)  # 50 seconds before its end
        for _ in range(3):
            client.ping()
        assert next(lives, None) is None


def test_one_async_client_on_two_event_loops():
    with ScriptedServer() as server:
        client = infino.AsyncInfino(**KEYS, endpoint=server.endpoint)

        async def twice() -> None:
            await client.ping()
            await client.ping()

        asyncio.run(twice())
        asyncio.run(twice())
        assert server.connections == 2

        async def finish() -> None:
            await client.ping()
            await client.close()

        asyncio.run(finish())
        assert len(server.requests) == 5
    gc.collect()


def test_two_event_loops_at_once():
    with ScriptedServer() as server:
        client = infino.AsyncInfino(**KEYS, endpoint=server.endpoint)

        async def work() -> None:
            for _ in range(10):
                await client.ping()

        threads = [threading.Thread(target=lambda: asyncio.run(work())) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.requests) == 20
    gc.collect()


def test_a_forgotten_async_client_closes_its_connections():
    with ScriptedServer() as server:

        async def forget() -> None:
            client = infino.AsyncInfino(**KEYS, endpoint=server.endpoint)
            await client.ping()
            del client
            gc.collect()
            for _ in range(20):  # the steps of an orderly end
                await asyncio.sleep(0)

        asyncio.run(forget())
        gc.collect()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
def test_a_forked_child_opens_its_own_connection():
    program = """
import os, sys, warnings
import infino
client = infino.Infino(access_key="IAK", secret_key="s", endpoint=sys.argv[1])
client.ping()
child = os.fork()
client.ping()
if child:
    _, status = os.waitpid(child, 0)
    client.ping()
    client.close()
    sys.exit(os.waitstatus_to_exitcode(status))
client.close()
"""
    with ScriptedServer() as server:
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "error", "-c", program, server.endpoint],
            capture_output=True, timeout=30, check=False, text=True,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert server.connections == 2
        assert len(server.requests) == 4


@pytest.mark.parametrize("closing", ["client.close()", "pass"])
def test_no_warnings_at_exit(closing):
    program = f"""
import sys, infino
client = infino.Infino(access_key="IAK", secret_key="s", endpoint=sys.argv[1])
client.ping()
{closing}
"""
    with ScriptedServer() as server:
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "default", "-c", program, server.endpoint],
            capture_output=True, timeout=30, check=False, text=True,
        )  # fmt: skip
    assert done.returncode == 0
    assert closing == "pass" or done.stderr == ""
    assert "Traceback" not in done.stderr


def test_no_warnings_at_exit_of_the_async_client():
    program = """
import asyncio, sys, infino
async def main():
    async with infino.AsyncInfino(access_key="IAK", secret_key="s", endpoint=sys.argv[1]) as client:
        await client.ping()
asyncio.run(main())
"""
    with ScriptedServer() as server:
        done = subprocess.run(
            [sys.executable, "-W", "default", "-c", program, server.endpoint],
            capture_output=True, timeout=30, check=False, text=True,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def flat(counts: list[tuple[int, int]]) -> bool:
    """Sockets do not grow at all, and memory by no more than noise."""
    (sockets, memory), (later_sockets, later_memory) = counts
    return later_sockets <= sockets and later_memory - memory < 100_000


def measure() -> tuple[int, int]:
    gc.collect()
    return psutil.Process().num_fds(), tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("calls", [500, pytest.param(10_000, marks=pytest.mark.soak)])
def test_thousands_of_calls_leave_nothing_behind(calls):
    script = answering(200, b'{"version":"1"}', [("X-Request-Id", "r")])
    with ScriptedServer(script) as server, infino.Infino(**KEYS, endpoint=server.endpoint) as client:
        server.requests = Forgetful()
        for _ in range(200):
            client.ping()
        tracemalloc.start()
        try:
            counts = [measure()]
            for _ in range(calls):
                client.ping()
            counts.append(measure())
        finally:
            tracemalloc.stop()
        assert flat(counts), counts
        assert server.connections == 1


@pytest.mark.parametrize("calls", [500, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_thousands_of_async_calls_leave_nothing_behind(calls):
    with ScriptedServer(answering(200, b'{"version":"1"}')) as server:
        server.requests = Forgetful()
        async with infino.AsyncInfino(**KEYS, endpoint=server.endpoint) as client:
            for _ in range(200):
                await client.ping()
            tracemalloc.start()
            try:
                counts = [measure()]
                for _ in range(calls):
                    await client.ping()
                counts.append(measure())
            finally:
                tracemalloc.stop()
            assert flat(counts), counts
            assert len(asyncio.all_tasks()) == 1
            assert server.connections == 1


class Forgetful(list):  # type: ignore[type-arg]  # a test double
    """A list that keeps nothing."""

    def append(self, item: object) -> None:
        pass


@pytest.mark.parametrize("statement", ["import infino", "from infino import RetryPolicy, Secret, NotFoundError"])
def test_importing_loads_nothing_heavy(statement):
    heavy = "httpx httpcore websockets pandas pyarrow polars numpy yaml ssl asyncio orjson"
    program = f"import sys; {statement}; found = [n for n in {heavy.split()!r} if n in sys.modules]; " \
              "found += [n for n in sys.modules if n.startswith('infino_api.models.')]; print(*found)"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=True, text=True)
    assert done.stdout.strip() == ""


def test_a_ready_client_has_loaded_no_network_library():
    program = (
        "import sys, infino; client = infino.Infino(access_key='a', secret_key='b'); client.datasets, client.users; "
        "client.config; print(*[n for n in ('httpx', 'websockets', 'ssl', 'asyncio', 'pandas') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=True, text=True)
    assert done.stdout.strip() == ""


def test_every_public_name_is_there():
    assert len(dir(infino)) > 30
    for name in dir(infino):
        assert getattr(infino, name) is not None or name == "__loader__"
    assert infino.__version__[0].isdigit()
    with pytest.raises(AttributeError, match="another program"):
        infino.connect  # the access is the test


def test_another_infino_over_ours_is_named(tmp_path):
    """The other distribution of this import name writes its __init__ over ours; what follows must say so."""
    root = pathlib.Path(infino.__file__).parent
    shutil.copytree(root, tmp_path / "infino", ignore=shutil.ignore_patterns("local", "__pycache__"))
    (tmp_path / "infino" / "__init__.py").write_text("def connect(): ...\n")
    program = "import sys; sys.path.insert(0, sys.argv[1]); import infino.client"
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, timeout=30, check=False, text=True
    )
    assert done.returncode == 1
    assert "pip uninstall infino" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("seconds", [None, "x", 0, -1, float("nan"), float("inf"), True])
def test_a_time_limit_that_is_none_is_refused_before_a_gateway_starts(seconds):
    with pytest.raises(infino.ConfigError, match="sql_timeout must be seconds above 0"):
        infino.Infino.local(sql_timeout=seconds)
