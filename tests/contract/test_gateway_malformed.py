"""Broken requests never give a 500 and never get stuck, on any route of any room."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from infino.local import LocalGateway
from infino.local.http import Route
from infino.local.routing import collect
from tests.support.signed import Signed

ROUTES, SOCKETS = collect()
BODIES = [
    b"",
    b"{",
    b"[]",
    b"7",
    b"null",
    b'"text"',
    b"\xff\xfe\x00",
    b'{"query":7}',
    b'{"query":"\\ud800"}',
    b'{"query":{"nope":{}}}',
    b'{"config":[],"Roles":7,"mappings":7,"name":{},"content":[]}',
    b"a: [b\n- c: {",
    b'{"index":{}}\n{',
    b"metric{label=} x y\n",
    b"query=%ff&start=x&end=1&step=0",
    b"--b\r\nContent-Disposition: form-data; name=",
    b'{"a":' * 2000,
]
MEDIA_TYPES = ["application/json", "application/x-ndjson", "application/x-www-form-urlencoded", "application/yaml"]


@pytest.fixture(scope="module")
def served() -> Iterator[LocalGateway]:
    with LocalGateway() as gateway:
        yield gateway


@pytest.fixture(scope="module")
def call(served: LocalGateway) -> Signed:
    signed = Signed(served)
    signed("PUT", "/x")
    return signed


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_no_route_fails_on_a_broken_body(call: Signed, route: Route, step: int) -> None:
    method, path = route.method, re.sub(r"\{\w+\}", "x", route.path)
    if path == "/_local/reset" or (method == "DELETE" and path == "/x"):
        return
    multipart = "multipart/form-data; boundary=b"
    for number in range(ROUTES.index(route) % step, len(BODIES), step):
        body = BODIES[number]
        media_type = multipart if path == "/import/file" else MEDIA_TYPES[number % len(MEDIA_TYPES)]
        reply = call(method, path, body, media_type)
        assert reply.status < 500 or reply.status == 501, (body, reply.content)
        assert reply.headers["x-infino-local"] == "1"
        if path.startswith("/_local/faults"):
            call("DELETE", "/_local/faults")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("//", 404), ("/x//_count", 404), ("/%", 400), ("/%zz/_count", 400), ("/%ff/_count", 400),
        ("/./metadata", 400), ("/x/..", 400), ("/x/%2e%2e/metadata", 400), ("/metadata/metadata", 404),
        ("/sql/_count", 404), ("/_nope", 404), ("/visualizations", 200), ("/monitors", 501),
        ("/x/metadata?" + "a=b&" * 1000 + "c", 501), ("/x/metadata?pretty=" + "y" * 4000, 200),
        ("/x/metadata?%ff=%", 401),
        ("/x/_count?a=b", 501), ("/x/doc/" + "y" * 5000, 404),
    ],
)  # fmt: skip
def test_strange_paths(call: Signed, path: str, status: int) -> None:
    reply = call("GET", path)
    assert reply.status == status, reply.content
    if status >= 400:
        assert reply.json["status"] == status
        assert reply.reason


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST /sql HTTP/1.1\r\nHost: x\r\nContent-Length: nope\r\n\r\n",
        b"POST /sql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort",
        b"POST /sql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /fino/nl HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET http://elsewhere/metadata HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_bytes_that_are_no_request_do_no_harm(served: LocalGateway, call: Signed, sent: bytes) -> None:
    address = urlsplit(served.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=5) as raw:
        raw.sendall(sent)
        raw.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := raw.recv(65536):
            answer += chunk
    assert b" 500 " not in answer[:30]
    assert call("GET", "/").status == 200


@pytest.mark.parametrize("path", sorted(SOCKETS))
def test_a_socket_is_refused_before_it_opens(served: LocalGateway, path: str) -> None:
    url = served.endpoint.replace("http", "ws") + path
    with pytest.raises(InvalidStatus) as caught, connect(url):
        pass
    assert caught.value.response.status_code == 401
    assert caught.value.response.headers["x-infino-local"] == "1"
    assert b"not signed" in caught.value.response.body
    with served.fail(status=429, retry_after=3), pytest.raises(InvalidStatus) as caught, connect(url):
        pass
    assert (caught.value.response.status_code, caught.value.response.headers["retry-after"]) == (429, "3")


def test_a_socket_at_no_path_is_404_and_opens_where_signed(served: LocalGateway, call: Signed) -> None:
    base = served.endpoint.replace("http", "ws")
    with pytest.raises(InvalidStatus) as caught, connect(base + "/nope"):
        pass
    assert caught.value.response.status_code == 404
    thread = call("POST", "/fino/threads", {"name": "late flights"}).json["id"]
    headers = call.headers("GET", "/fino/nl", b"", "application/json") | {"x-infino-thread-id": thread}
    with connect(base + "/fino/nl", additional_headers=headers) as opened:
        assert opened.response is not None
        assert opened.response.headers["x-infino-local"] == "1"
    with served.fail(reset=True), pytest.raises((ConnectionError, InvalidMessage)), connect(base + "/fino/nl"):
        pass
