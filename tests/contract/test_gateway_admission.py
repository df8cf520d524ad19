"""What the gateway refuses before it does any work: by the headers alone, without taking the body in."""

from __future__ import annotations

import http.client
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infino.local import LocalGateway
from infino.local.admission import Admission
from infino.local.body import WITHOUT_HASH
from infino.local.http import Problem
from infino.local.signature import ReceivedRequest
from tests.support.signed import Signed

MEGABYTE = bytes(1 << 20)
BOUNDARY = "multipart/form-data; boundary=b"
UPLOAD = (
    b'--b\r\nContent-Disposition: form-data; name="index_name"\r\n\r\nloaded\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.jsonl"\r\n\r\n%s\r\n--b--\r\n'
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGateway]:
    folder = tmp_path_factory.mktemp("admission") / "data"
    limits = {"max_body": 3_000_000, "max_in_flight": 4_000_000, "max_upload": 2_000_000, "max_spool": 3_000_000}
    with LocalGateway(folder, hosts=["infino.internal"], **limits) as gateway:
        yield gateway


@pytest.fixture
def call(served: LocalGateway) -> Signed:
    return Signed(served)


def raw(served: LocalGateway) -> socket.socket:
    address = urlsplit(served.endpoint)
    return socket.create_connection((address.hostname, address.port), timeout=10)


def pushed(connection: socket.socket, megabytes: int) -> int:
    """Send until the other side has enough; give the megabytes that it took."""
    sent = 0
    try:
        while sent < megabytes:
            connection.sendall(MEGABYTE)
            sent += 1
    except OSError:
        pass
    return sent


def in_flight(served: LocalGateway) -> int:
    """The bytes of all bodies that the gateway holds."""
    return served._application._bodies._in_flight  # type: ignore[union-attr]  # it runs


def until(true: Callable[[], bool]) -> None:
    """Wait for something that happens soon."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def unsigned(served: LocalGateway, path: str, length: str = "content-length: 10000000000") -> bytes:
    host = urlsplit(served.endpoint).netloc
    return f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {BOUNDARY}\r\n{length}\r\n\r\n".encode()


@pytest.mark.parametrize("path", ["/import/file", "/x/json", "/sql", "/nowhere/at/all", "/_local/health"])
@pytest.mark.parametrize("length", ["content-length: 10000000000", "transfer-encoding: chunked"])
def test_an_unsigned_body_is_neither_kept_nor_listened_to(served: LocalGateway, path: str, length: str) -> None:
    with raw(served) as connection:
        connection.sendall(unsigned(served, path, length))
        if "chunked" in length:
            connection.sendall(b"40000000\r\n")
        assert pushed(connection, 200) < 32  # what fits into the sockets' own buffers, and a little
        assert not list(served.state.spool.iterdir())
    assert served.state.options.path is not None


def test_the_refusal_reaches_who_sends_a_large_body(served: LocalGateway) -> None:
    with raw(served) as connection:
        connection.sendall(unsigned(served, "/import/file"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")
    with raw(served) as connection:
        connection.sendall(unsigned(served, "/sql").replace(b"\r\n\r\n", b"\r\nexpect: 100-continue\r\n\r\n"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")  # and no "100 Continue" before it


def test_many_unsigned_bodies_at_once_take_no_memory(served: LocalGateway) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connections = [raw(served) for _ in range(24)]
    threads = [threading.Thread(target=pushed, args=(connection, 50)) for connection in connections]
    for connection in connections:
        connection.sendall(unsigned(served, "/sql"))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for connection in connections:
        connection.close()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes; 1.2 GB were sent


def test_a_small_refused_body_leaves_the_connection_open(served: LocalGateway) -> None:
    connection = http.client.HTTPConnection(urlsplit(served.endpoint).netloc, timeout=10)
    for _ in range(2):
        connection.request("POST", "/sql", b"{}")
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.getheader("connection")) == (401, None)
        assert connection.sock is not None
    connection.close()


def test_a_signed_body_has_a_limit_and_the_sum_of_all_has_one(served: LocalGateway, call: Signed) -> None:
    assert "send smaller chunks" in call("POST", "/sql", bytes(3_000_001)).reason
    body = bytes(2_900_000)
    headers = call.headers("POST", "/sql", body, "application/json")
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    host = urlsplit(served.endpoint).netloc
    with raw(served) as held:
        held.sendall(f"POST /sql HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}\r\n{head}\r\n".encode())
        held.sendall(body[:-1])
        until(lambda: in_flight(served) == len(body) - 1)
        reply = call("POST", "/sql", body)
        assert (reply.status, reply.headers["retry-after"]) == (429, "1")
        held.sendall(body[-1:])
        assert held.recv(65536).startswith(b"HTTP/1.1 400 ")  # whole, and no JSON
    until(lambda: in_flight(served) == 0)
    assert call("POST", "/sql", body).status == 400


def test_a_body_without_a_hash_must_be_short(call: Signed) -> None:
    headers = call.headers("POST", "/sql", b"", "application/json")
    headers = {name: value for name, value in headers.items() if name.lower() != "x-amz-content-sha256"}
    headers["Authorization"] = headers["Authorization"].replace("x-amz-content-sha256;", "")
    assert call.send("POST", "/sql", b"x" * (WITHOUT_HASH + 1), headers).status == 413
    assert call.send("POST", "/sql", b"x", headers).status == 401  # read, and only now known to be wrong
    assert call.send("POST", "/import/file", b"x", {**headers, "content-type": BOUNDARY}).status == 401


def test_an_upload_has_a_limit_and_all_on_disk_have_one(served: LocalGateway, call: Signed) -> None:
    rows = b'{"a":1}\n' * 10
    assert call("POST", "/import/file", UPLOAD % rows, BOUNDARY).status == 200
    assert call("POST", "/import/file", UPLOAD % bytes(2_000_000), BOUNDARY).status == 413
    waiting = served.state.spool / "file-that-waits"
    waiting.write_bytes(bytes(2_500_000))
    reply = call("POST", "/import/file", UPLOAD % bytes(600_000), BOUNDARY)
    assert (reply.status, reply.headers["retry-after"]) == (429, "5")
    waiting.unlink()
    assert not list(served.state.spool.iterdir())
    assert call("POST", "/import/file", UPLOAD % rows, BOUNDARY).status == 200


@pytest.mark.parametrize(
    "host", ["evil.test", "evil.test:80", "localhost.evil.test", "127.0.0.1.evil.test", "xlocalhost"]
)
@pytest.mark.parametrize("path", ["/_local/health", "/", "/sql", "/fino/nl"])
def test_another_name_than_its_own_is_refused(call: Signed, host: str, path: str) -> None:
    reply = call.send("GET", path, b"", {"Host": host})
    assert reply.status == 421
    assert "hosts=[...]" in reply.reason


@pytest.mark.parametrize(
    "host", ["localhost", "localhost.:9201", "a.localhost:1", "127.0.0.1", "[::1]:9201", "192.0.2.7", "infino.internal"]
)
def test_its_own_names_and_addresses_are_heard(call: Signed, host: str) -> None:
    assert call.send("GET", "/_local/health", b"", {"Host": host}).status == 200


@pytest.mark.parametrize("hosts", [(), (b"localhost", b"evil.test"), (b"",), (b"a b",), (b"localhost:x",), (b"a@b",)])
def test_no_host_two_hosts_and_no_name_are_malformed(hosts: tuple[bytes, ...]) -> None:
    wire = ReceivedRequest("GET", b"/", b"", [(b"host", value) for value in hosts])
    with pytest.raises(Problem, match="one Host header"):
        Admission().check(wire)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.test"}, 403), ({"Origin": "null"}, 403), ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403), ({"Origin": "http://["}, 403),
        ({"Origin": "OTHER"}, 403), ({"Origin": "HOST"}, 403), ({"Origin": "://HOST"}, 403),
        ({"Sec-Fetch-Site": "none"}, 200), ({"Origin": "OWN", "Sec-Fetch-Site": "same-origin"}, 200),
    ],
)  # fmt: skip
def test_pages_of_other_sites_are_refused(
    served: LocalGateway, call: Signed, headers: dict[str, str], status: int
) -> None:
    host = urlsplit(served.endpoint).netloc
    own = {"OWN": served.endpoint, "OTHER": f"ftp://{host}", "://HOST": f"://{host}", "HOST": host}
    given = {name: own.get(value, value) for name, value in headers.items()}
    assert call.send("GET", "/_local/health", b"", given).status == status
    signed = {**call.headers("GET", "/", b"", "application/json"), **given}
    assert call.send("GET", "/", b"", signed).status == status


def test_without_a_signature_nothing_of_this_machine_is_told(served: LocalGateway, call: Signed) -> None:
    health = call.send("GET", "/_local/health", b"", {})
    assert health.status == 200
    folder = Path(str(served.state.options.path))
    assert all(str(part).encode() not in health.content for part in (folder, folder.name, Path.home()))
    for method, path in [("POST", "/_local/reset"), ("GET", "/_local/faults"), ("POST", "/_local/faults")]:
        assert call.send(method, path, b"", {}).status == 401
