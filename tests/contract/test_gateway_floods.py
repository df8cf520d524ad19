"""Connections that bring nothing, and sockets by the hundred, do not keep anybody out."""

from __future__ import annotations

import contextlib
import resource
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from infino.local import LocalGateway, connection
from tests.support.signed import Signed


@pytest.fixture
def served() -> Iterator[LocalGateway]:
    with LocalGateway() as gateway:
        yield gateway


def opened(served: LocalGateway, stack: contextlib.ExitStack) -> socket.socket:
    address = urlsplit(served.endpoint)
    return stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=30))


def flood(served: LocalGateway, number: int) -> None:
    """Open so many connections that send the beginning of a request, or nothing, and ask beside them."""
    call = Signed(served)
    with contextlib.ExitStack() as stack:
        for count in range(number):
            slow = opened(served, stack)
            if count % 2:
                slow.sendall(b"POST /sql HTTP/1.1\r\nhost: localhost\r\nx-slow: ")
            if count % 50 == 0:
                assert call.send("GET", "/_local/health", b"", {}).status == 200
                assert call.rows("SELECT 1 AS one") == [{"one": 1}]
        assert call.rows("SELECT 2 AS two") == [{"two": 2}]
    assert call.rows("SELECT 3 AS three") == [{"three": 3}]


def test_slow_connections_give_way_to_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST", 40)
    with LocalGateway() as gateway:
        flood(gateway, 150)


@pytest.mark.soak
def test_a_thousand_slow_connections(served: LocalGateway) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    try:
        flood(served, 1500)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def healthy(link: socket.socket) -> bool:
    """Ask for the gateway's health, and read the answer to its end: it may come in pieces."""
    link.sendall(b"GET /_local/health HTTP/1.1\r\nhost: localhost\r\n\r\n")
    received = b""
    while not received.endswith(b"}"):
        piece = link.recv(65536)
        assert piece, received
        received += piece
    return received.startswith(b"HTTP/1.1 200 ")


def test_a_head_that_does_not_come_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.5)
    with LocalGateway() as gateway, contextlib.ExitStack() as stack:
        silent, slow, kept = (opened(gateway, stack) for _ in range(3))
        slow.sendall(b"GET / HTTP/1.1\r\nhost: ")
        assert healthy(kept)
        assert silent.recv(100) == b""
        assert slow.recv(100) == b""
        time.sleep(0.6)  # longer than a head may take: between two requests a connection may rest
        assert healthy(kept)
        kept.sendall(b"GET /_local/health HTTP/1.1\r\nhos")
        assert kept.recv(100) == b""


def test_a_socket_outlives_the_time_for_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    with LocalGateway() as gateway:
        thread = Signed(gateway)("POST", "/fino/threads", {"name": "x"}).json["id"]
        signed = Signed(gateway).headers("GET", "/fino/nl", b"", "application/json")
        signed |= {"x-infino-thread-id": thread, "x-infino-client-id": "c"}
        with connect(gateway.endpoint.replace("http", "ws") + "/fino/nl", additional_headers=signed) as talk:
            time.sleep(0.6)
            assert talk.ping().wait(30)


def knock(served: LocalGateway, number: int) -> None:
    """Ask for so many sockets without a signature, and for one more by name from another site."""
    url = served.endpoint.replace("http", "ws") + "/fino/nl"
    for _ in range(number):
        with pytest.raises(InvalidStatus) as refused, connect(url):
            pass
        assert refused.value.response.status_code == 401
    with pytest.raises(InvalidStatus) as refused, connect(url, origin="http://evil.test"):  # type: ignore[arg-type]  # an Origin is text
        pass
    assert refused.value.response.status_code == 403
    assert Signed(served).rows("SELECT 1 AS one") == [{"one": 1}]


def test_sockets_without_a_signature_are_refused_as_often_as_they_come(served: LocalGateway) -> None:
    knock(served, 30)


@pytest.mark.soak
def test_a_flood_of_sockets(served: LocalGateway) -> None:
    knock(served, 3000)
