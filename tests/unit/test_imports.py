"""How the libraries below are imported, and what a fork or a foreign event loop meets."""

from __future__ import annotations

import subprocess
import sys
import types
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

import infino
from infino.local import LocalGateway
from tests.support.scripted import ScriptedServer, answering

ROOT = Path(__file__).parents[2]


def said(program: str, *arguments: str, timeout: float = 120) -> str:
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, cwd=ROOT)
    assert done.stderr == ""
    return done.stdout


def test_the_first_call_does_not_load_the_command_line_of_httpx() -> None:
    pytest.importorskip("click")
    program = """
import sys, types
for name in ("click", "rich", "pygments"):  # as if httpx[cli] were installed
    sys.modules[name] = types.ModuleType(name)
called = []
import infino
client = infino.Infino(access_key="a", secret_key="b")
client._transport
assert "httpx" in sys.modules
assert "httpx._main" not in sys.modules
import httpx
fake = sys.modules["httpx._main"] = types.ModuleType("httpx._main")
fake.main = lambda *arguments: called.append(arguments)
httpx.main("GET")
print(called)
"""
    assert said(program) == "[('GET',)]\n"


def test_no_garbage_is_looked_for_while_libraries_are_imported() -> None:
    program = """
import contextlib, gc, sys
import infino, pyarrow
LIBRARIES = {"httpx", "httpcore", "h11", "polars", "infino_api"}
found = set()
def look(phase, info):
    for name, module in list(sys.modules.items()):
        if getattr(getattr(module, "__spec__", None), "_initializing", False):
            found.add(name.partition(".")[0])
gc.callbacks.append(look)
with infino.Infino(access_key="a", secret_key="b", endpoint="http://127.0.0.1:9") as client:
    with contextlib.suppress(infino.InfinoError):
        client.records.bulk("flights", pyarrow.table({"a": [1]}), retry=infino.RetryPolicy(attempts=1))
print(LIBRARIES <= sys.modules.keys(), found & LIBRARIES, gc.isenabled())
"""
    assert said(program) == "True set() True\n"


def test_httpx_that_is_there_already_is_left_alone() -> None:
    program = """
import httpx
before = httpx.main
import infino
infino.Infino(access_key="a", secret_key="b")._transport
print(httpx.main is before)
"""
    assert said(program) == "True\n"


@pytest.mark.skipif(not hasattr(sys, "getdlopenflags"), reason="forks are of POSIX")
def test_a_fork_while_another_thread_makes_its_first_call_leaves_no_child_hanging() -> None:
    """Each round is a process of its own, so that each first call is a first one."""
    program = """
import os, signal, sys, threading, time
import infino
begun = threading.Event()
def call():
    made = client or infino.Infino(access_key="a", secret_key="b", endpoint=sys.argv[1])
    return made.ping().version
def first():
    begun.set()
    call()
client = None
if sys.argv[3] == "made before":  # only what a call needs is missing
    client = infino.Infino(access_key="a", secret_key="b", endpoint=sys.argv[1])
thread = threading.Thread(target=first)
thread.start()
begun.wait()
time.sleep(float(sys.argv[2]))
pid = os.fork()
if pid == 0:
    signal.alarm(20)
    print(call(), flush=True)
    os._exit(0)
thread.join()
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
os._exit(0)
"""
    with ScriptedServer(answering(200, b'{"version":"1"}')) as server:
        for number in range(6):
            delay = 0.002 + 0.012 * number
            made = "made before" if number % 2 else "made in the thread"
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", program, server.endpoint, str(delay), made],
                capture_output=True, text=True, check=False, timeout=120, cwd=ROOT,
            )  # fmt: skip
            assert done.stdout == "1\n0\n", (number, done.stderr)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="its cached properties have no locks")
def test_a_fork_while_another_thread_makes_a_cached_property_leaves_no_child_hanging() -> None:
    program = """
import os, signal, threading
import infino
from infino_api.resources.account import AccountResource
held, done = threading.Event(), threading.Event()
def hold():
    with vars(AccountResource)["with_raw_response"].lock:
        held.set()
        done.wait()
threading.Thread(target=hold).start()
held.wait()
pid = os.fork()
if pid == 0:
    signal.alarm(20)
    AccountResource(None).with_raw_response
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
done.set()
"""
    assert said(program) == "0\n"


def without_asyncio(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine as another library of event loops does."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    finally:
        coroutine.close()


@pytest.mark.parametrize("call", [
    lambda client: client.ping(), lambda client: client.fino.ask("which?", thread="t"),
    lambda client: client.records.bulk("d", [{"a": 1}]), lambda client: client.query.sql("SELECT 1"),
])  # fmt: skip
def test_another_event_loop_than_that_of_asyncio_is_named(call: Any) -> None:
    client = infino.AsyncInfino(credentials=lambda: ("a", "b"), endpoint="http://127.0.0.1:9")
    with pytest.raises(infino.ConfigError, match=r"needs asyncio.*trio"):
        without_asyncio(call(client))


def test_gevent_meets_a_sentence_and_no_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkey = types.ModuleType("gevent.monkey")
    monkey.is_module_patched = lambda name: name == "threading"  # type: ignore[attr-defined]  # stands for gevent
    monkeypatch.setitem(sys.modules, "gevent.monkey", monkey)
    with pytest.raises(RuntimeError, match="infino local"):
        LocalGateway().start()
    monkey.is_module_patched = lambda name: False  # type: ignore[attr-defined]  # imported, and nothing replaced
    with LocalGateway() as gateway:
        assert gateway.endpoint


@pytest.mark.parametrize("client", ["Infino", "AsyncInfino"])
def test_a_client_that_is_made_and_not_used_loads_little(client: str) -> None:
    """What a room loads when it is imported is paid by everyone; it belongs into the function that needs it."""
    program = """
import sys, infino
client = getattr(infino, sys.argv[1])(access_key="a", secret_key="b")
client.datasets
heavy = ("httpx", "ssl", "asyncio", "orjson", "json", "email", "tomllib", "urllib.request", "shlex")
rooms = ("infino.results.", "infino.bulk.", "infino.chat.", "infino.plans.", "infino.local", "infino_api.models.")
print(sorted(name for name in sys.modules if name in heavy or name.startswith(rooms)))
"""
    assert said(program, client) == "[]\n"
