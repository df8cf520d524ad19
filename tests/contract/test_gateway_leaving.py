"""A caller who hangs up leaves nothing running, and no store that keeps silent holds a thread."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from infino.local import LocalGateway
from infino.local.http import Problem
from infino.local.presence import CALLER, Presence, watching
from infino.local.reach import Reach
from infino.local.sources import pass_through, relational
from infino.local.sources.catalogue import KINDS
from infino.local.sources.line import Line
from infino.local.sources.pass_through import PrometheusStore
from infino.signing import SigV4Signer

ENDLESS = b'{"query": "SELECT count(*) FROM range(10000000) a, range(10000000) b"}'


def test_the_statements_of_callers_who_left_are_stopped() -> None:
    with LocalGateway(sql_timeout=600) as gateway, gateway.client() as client:
        headers = SigV4Signer(gateway.access_key, gateway.secret_key).sign(
            "POST", f"{gateway.endpoint}/sql", {"content-type": "application/json"}, ENDLESS
        )
        lines = "".join(f"{name}: {value}\r\n" for name, value in {**headers, "content-length": len(ENDLESS)}.items())
        host, _, port = urlsplit(gateway.endpoint).netloc.partition(":")
        opened = [socket.create_connection((host, int(port))) for _ in range(45)]
        for connection in opened:
            connection.sendall(f"POST /sql HTTP/1.1\r\n{lines}\r\n".encode() + ENDLESS)
        time.sleep(0.3)
        for connection in opened:
            connection.close()
        # With every worker held by the first ones, this would wait for ten minutes.
        assert client.query.sql("SELECT 1 AS one").scalar() == 1


def test_what_starts_after_the_caller_left_is_stopped_by_the_next_reminder() -> None:
    caller, stopped = Presence(), []
    token = CALLER.set(caller)
    try:
        caller.leave()
        with watching(lambda: stopped.append(1)) as found:
            assert found is caller
            caller.leave()
        caller.leave()
    finally:
        CALLER.reset(token)
    assert stopped == [1]


@contextlib.contextmanager
def store(said: bytes, again: float) -> Iterator[int]:
    """A server that says something to whoever connects, again and again; gives its port."""
    ended = threading.Event()

    def talk(server: socket.socket) -> None:
        with contextlib.suppress(OSError), server.accept()[0] as caller:
            caller.sendall(b"HTTP/1.1 200 OK\r\n")
            while not ended.wait(again):
                caller.sendall(said)

    with socket.create_server(("127.0.0.1", 0)) as server:
        talking = threading.Thread(target=talk, args=(server,))
        talking.start()
        yield server.getsockname()[1]
        ended.set()
        talking.join()


def prometheus(port: int, **config: Any) -> PrometheusStore:
    return PrometheusStore({"base_url": f"http://127.0.0.1:{port}", **config}, Reach(None))


def test_a_store_that_never_ends_its_answer_is_waited_for_so_long_and_no_longer() -> None:
    with store(b"x: y\r\n", 0.05) as port, pytest.raises(Problem, match=r"stopped after 0\.3 s"):
        prometheus(port, timeout_secs=0.3).test()


def test_the_line_to_a_store_is_cut_when_the_caller_leaves() -> None:
    caller, told = Presence("ann"), []

    def ask(port: int) -> None:
        CALLER.set(caller)
        with pytest.raises(Problem) as left:
            prometheus(port).test()
        told.append(left.value.status)

    with store(b"x: y\r\n", 0.05) as port:
        asking = threading.Thread(target=ask, args=(port,))
        asking.start()
        while asking.is_alive():  # as the gateway does, for the line may not be there yet
            caller.leave()
            asking.join(0.05)
    assert told == [499]


def test_an_answer_of_a_store_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pass_through, "LONGEST", 2000)
    with store(b"\r\n" + b"x" * 1000, 0.01) as port, pytest.raises(Problem, match="more than 2,000 bytes"):
        prometheus(port).test()


def test_a_database_that_keeps_silent_is_waited_for_so_long_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relational, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = {"host": "127.0.0.1", "port": silent.getsockname()[1], "user": "u", "password": "p"}
        with pytest.raises(Problem, match="stopped after"):
            relational.Relational(KINDS["mariadb"], config, Reach(None), chosen_by_admin=True).test()


def test_to_ask_a_store_to_stop_keeps_nobody_waiting() -> None:
    asked, going = threading.Semaphore(0), threading.Event()

    def cancel() -> None:
        asked.release()
        going.wait()

    ours, theirs = socket.socketpair()
    with ours, theirs, Line() as line:
        line.add(ours.fileno())
        line.cancel = cancel
        line.stop()
        line.stop()  # it is asked already
        assert asked.acquire(timeout=10)
        going.set()
        assert theirs.recv(1) == b""  # cut in the end
        assert not asked.acquire(blocking=False)


def test_a_line_is_cut_at_once_when_there_is_no_thread_to_ask_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    ours, theirs = socket.socketpair()
    with ours, theirs, Line() as line:
        line.add(ours.fileno())
        line.cancel = print
        monkeypatch.setattr(threading.Thread, "start", start)
        line.stop()
        assert theirs.recv(1) == b""
