"""A bad day on the network: for each fault the typed error, how often the server was hit, and nothing done twice."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
import traceback
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import pytest

import infino
from infino.core.compression import decompressed
from infino.core.config import resolve
from infino.core.retry import SystemClock
from infino.local.signature import ReceivedRequest, Verifier
from tests.contract.conftest import Make
from tests.support.scripted import Exchange, ScriptedServer, answering


def read(client: Any) -> Any:
    """An operation that is safe to repeat."""
    return client.request("GET", "/x")


def write(client: Any) -> Any:
    """An operation that must not be done twice."""
    return client.request("POST", "/x", json={"a": 1})


def outcome(server: ScriptedServer, make: Make, call: Callable[[Any], Any], **settings: Any) -> tuple[Any, int]:
    """The result or error of one call, and how often the server was hit."""
    client = make(server.endpoint, **settings)
    try:
        result = call(client)
    except infino.InfinoError as error:
        result = error
    return result, len(server.requests)


def reset(exchange: Exchange) -> None:
    exchange.reset()


def close_without_answer(exchange: Exchange) -> None:
    exchange.close()


def reset_inside_the_body(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    exchange.reset()


def truncated(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")
    exchange.close()


def truncated_chunks(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{")
    exchange.close()


def half_closed(exchange: Exchange) -> None:
    exchange.connection.shutdown(socket.SHUT_WR)
    exchange.hang()


def not_http(exchange: Exchange) -> None:
    exchange.send(b"220 mail.example ESMTP\r\n\r\n")
    exchange.close()


def two_lengths(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
    exchange.close()


def huge_headers(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nX-Big: " + b"x" * 300_000 + b"\r\n\r\n")
    exchange.close()


@pytest.mark.parametrize(
    "fault",
    [reset, close_without_answer, reset_inside_the_body, truncated, truncated_chunks, half_closed, not_http,
     two_lengths, huge_headers],
)  # fmt: skip
def test_broken_connections(make, fault):
    with ScriptedServer(fault) as server:
        error, hits = outcome(server, make, write)
        assert type(error) is infino.TransportError
        assert isinstance(error, ConnectionError)
        assert hits == 1, "what may have been processed is not sent twice"
        assert error.category == "network"
    with ScriptedServer(fault, answering(200, b'{"ok":1}')) as server:
        assert outcome(server, make, read) == ({"ok": 1}, 2)
    with ScriptedServer(fault) as server:
        error, hits = outcome(server, make, read)
        assert (type(error), hits, error.attempts) == (infino.TransportError, 3, 3)


def test_refused(make):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = make(f"http://127.0.0.1:{taken.getsockname()[1]}")
        for call in (read, write):
            with pytest.raises(infino.ConnectError) as caught:
                call(client)
            assert caught.value.attempts == 3, "nothing was sent, so any operation may try again"
            assert "running" in caught.value.hint


def test_unknown_host(make):
    client = make("https://nowhere.invalid", retry=infino.RetryPolicy(attempts=1))
    with pytest.raises(infino.ConnectError) as caught:
        write(client)
    assert "nowhere.invalid" in str(caught.value)


class PlainServer(ScriptedServer):
    """A server that speaks before it listens, and never TLS."""

    def _serve(self, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def test_tls_against_a_plain_server(make):
    with PlainServer() as server:
        client = make(server.endpoint.replace("http://", "https://"), retry=infino.RetryPolicy(attempts=1))
        with pytest.raises(infino.ConnectError) as caught:
            write(client)
        assert "https" in caught.value.hint


def test_a_certificate_nobody_signed(make, tmp_path):
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with TlsServer(context) as server:
        with pytest.raises(infino.ConnectError) as caught:
            write(make(server.endpoint, retry=infino.RetryPolicy(attempts=1)))
        assert "TLS" in caught.value.hint
        assert server.requests == []
        assert write(make(server.endpoint, ca_bundle=str(certificate))) == {}
        assert write(make(server.endpoint, verify=False)) == {}


class TlsServer(ScriptedServer):
    """A scripted server behind TLS."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self._context = context

    @property
    def endpoint(self) -> str:
        return super().endpoint.replace("http://", "https://")

    def _serve(self, connection: socket.socket) -> None:
        try:
            wrapped = self._context.wrap_socket(connection, server_side=True)
        except OSError:
            return
        self._sockets.append(wrapped)
        super()._serve(wrapped)


def self_signed(folder: Any) -> tuple[Any, Any]:
    """A certificate for 127.0.0.1 that signs itself."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))  # fmt: skip
    return paths


@pytest.mark.parametrize("where", ["headers", "body", "chunks", "silence"])
def test_too_slow(make, where):
    def drip(exchange: Exchange) -> None:
        if where == "silence":
            exchange.hang()
        if where == "headers":
            exchange.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"s" * 1000)
        exchange.send(b"HTTP/1.1 200 OK\r\n")
        if where == "chunks":
            exchange.send(b"Transfer-Encoding: chunked\r\n\r\n")
            exchange.drip(b"1;" + b"x" * 1000)
        exchange.send(b"Content-Length: 1000\r\n\r\n")
        exchange.drip(b" " * 1000)

    began = time.monotonic()
    with ScriptedServer(drip) as server:
        error, hits = outcome(server, make, write, timeout=1.0)
        assert time.monotonic() - began < 10, "the total held although something arrived all the time"
        assert isinstance(error, infino.Timeout)
        assert isinstance(error, TimeoutError)
        assert error.phase == "total"
        assert hits == 1
        assert error.category == "timeout"


def test_a_slow_answer_that_keeps_coming_is_no_fault(make):
    def drip(exchange: Exchange) -> None:
        body = b'{"a":1}'
        exchange.drip(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body, 0.001)

    with ScriptedServer(drip) as server:
        assert outcome(server, make, read) == ({"a": 1}, 1)


def test_a_storm_of_429(make):
    storm = answering(429, b'{"error":{"type":"busy","reason":"slow down"}}', [("Retry-After", "0")])
    with ScriptedServer(storm) as server:
        error, hits = outcome(server, make, write)
        assert (type(error), hits) == (infino.RateLimitError, 3)
        assert error.retry_after == 0
        assert error.category == "rate_limit"
    with ScriptedServer(storm, storm, answering(200, b"7")) as server:
        assert outcome(server, make, write) == (7, 3)


class Ticking(SystemClock):
    """A clock that is a second later whenever it is read."""

    def __init__(self) -> None:
        self.read = 0

    def now(self) -> datetime:
        self.read += 1
        return super().now() + timedelta(seconds=self.read)


def test_every_try_is_signed_anew(make):
    with ScriptedServer(answering(503), answering(503), answering()) as server:
        client = make(server.endpoint)
        client._shared.clock = Ticking()
        assert read(client) == {}
        for name in ("x-amz-date", "authorization"):
            assert len({received.header(name) for received in server.requests}) == 3


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_refused(make, status):
    with ScriptedServer(answering(200, b'{"stolen":1}')) as other:
        redirect = answering(status, b"", [("Location", other.endpoint)])
        with ScriptedServer(redirect) as server:
            error, hits = outcome(server, make, read)
            assert type(error) is infino.APIError
            assert error.status == status
            assert "redirect" in error.hint
            assert hits == 1
        assert other.requests == []


def test_repeated_headers_are_joined(make):
    with ScriptedServer(answering(404, b"{}", [("X-A", "1"), ("X-A", "2"), ("X-Request-Id", "r-1")])) as server:
        error, _ = outcome(server, make, read)
        assert error.headers["x-a"] == "1, 2"
        assert error.request_id == "r-1"
        assert "r-1" in str(error)


pack = partial(gzip.compress, mtime=0)  # the same bytes in every process: they name the tests
PLAIN = b'{"a":' + b" " * 5000 + b"1}"
RAW_DEFLATE = zlib.compress(PLAIN)[2:-4]


@pytest.mark.parametrize(("coding", "body"), [
    ("gzip", pack(PLAIN)), ("GZIP", pack(PLAIN)), ("x-gzip", pack(PLAIN)),
    ("deflate", zlib.compress(PLAIN)), ("deflate", RAW_DEFLATE), ("identity", PLAIN), ("", PLAIN),
    ("gzip", pack(PLAIN[:9]) + pack(PLAIN[9:])),
    ("gzip", pack(PLAIN) + b"\0" * 20_000), ("gzip", pack(PLAIN[:9]) + b"\0" * 9 + pack(PLAIN[9:]) + b"\0"),
    ("gzip, gzip", pack(pack(PLAIN))), ("deflate,gzip", pack(zlib.compress(PLAIN))),
    ("identity, gzip", pack(PLAIN)), ("gzip, aws-chunked", pack(PLAIN)),
    ("none", PLAIN), ("utf-8", PLAIN), ("aws-chunked", PLAIN),
])  # fmt: skip
def test_codings_are_undone_in_reverse_and_other_words_mean_nothing(make, coding, body):
    with ScriptedServer(answering(200, body, [("Content-Encoding", coding)])) as server:
        assert outcome(server, make, read) == ({"a": 1}, 1)


def test_codings_in_several_headers_are_one_list(make):
    body = pack(zlib.compress(PLAIN))
    headers = [("Content-Encoding", "deflate"), ("Content-Encoding", "gzip")]
    with ScriptedServer(answering(200, body, headers)) as server:
        assert outcome(server, make, read) == ({"a": 1}, 1)


@pytest.mark.parametrize(("coding", "body"), [
    ("gzip", b"not gzip at all"), ("gzip", pack(b"{}" * 99)[:-9]), ("gzip", pack(b"{}") + b"junk"),
    ("deflate", b"\xff\xff"), ("gzip, gzip", pack(PLAIN)), ("gzip", b"\0" + pack(b"{}")),
    ("gzip", pack(b"{}") + b"\0" * 9 + b"junk"),
])  # fmt: skip
def test_broken_compression(make, coding, body):
    with ScriptedServer(answering(200, body, [("Content-Encoding", coding)])) as server:
        error, hits = outcome(server, make, write)
        assert isinstance(error, infino.TransportError)
        assert coding.split(",")[0] in str(error)
        assert hits == 1


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, br"])
def test_a_coding_that_was_not_asked_for_is_named_and_not_asked_for_again(make, coding):
    with ScriptedServer(answering(200, b"x", [("Content-Encoding", coding)])) as server:
        error, hits = outcome(server, make, read)
        assert isinstance(error, infino.DecodeError)
        assert coding.split(", ")[-1] in str(error)
        assert hits == 1


@pytest.mark.parametrize("coding", ["br", "gzip", "deflate", "unheard-of"])
def test_a_refusal_keeps_its_status_in_any_coding(make, coding):
    with ScriptedServer(answering(503, b"xx", [("Content-Encoding", coding)])) as server:
        error, hits = outcome(server, make, read)
        assert (error.status, hits) == (503, 3)


@pytest.mark.parametrize(("coding", "body", "said"), [
    ("gzip", pack(b'{"message": "no role"}'), "no role"),
    ("gzip", b'{"message": "no role"}', "no role"),
    ("br", pack(b"x"), "no explanation given"),
    ("gzip", pack(b'{"message": "no role"}')[:-3], "no explanation given"),
    ("gzip", pack(b'{"message": "' + b"x" * 5000 + b'"}'), "no explanation given"),
    ("gzip", bytes(range(256)) * 20, "no explanation given"),
])  # fmt: skip
def test_a_refusal_never_shows_compressed_bytes(make, coding, body, said):
    with ScriptedServer(answering(403, body, [("Content-Encoding", coding)])) as server:
        client = make(server.endpoint, max_response_bytes=1000)
        with pytest.raises(infino.PermissionDeniedError, match=f"403: {said} ") as caught:
            read(client)
        assert str(caught.value).isascii()


def test_many_members_of_gzip_cost_what_their_bytes_cost(make):
    members = 20_000
    body = pack(b'{"a":1') + pack(b" " * 2000) * members + pack(b"}")
    with ScriptedServer(answering(200, body, [("Content-Encoding", "gzip")])) as server:
        assert outcome(server, make, read) == ({"a": 1}, 1)


def test_unpacking_ends_with_the_time_of_the_call(make, monkeypatch):
    class Late(SystemClock):
        """A clock on which much time passes once the answer is there."""

        passed = 0.0

        def monotonic(self) -> float:
            return super().monotonic() + self.passed

    clock = Late()

    def late(content: bytes, coding: str, most: int, check: Callable[[], object]) -> bytes:
        clock.passed = 100.0
        return decompressed(content, coding, most, check)

    monkeypatch.setattr("infino.transport.decompressed", late)
    with ScriptedServer(answering(200, pack(b"{}"), [("Content-Encoding", "gzip")])) as server:
        client = make(server.endpoint, timeout=60.0)
        client._shared.clock = clock
        with pytest.raises(infino.Timeout):
            read(client)


def test_unpacking_looks_at_the_clock_again_and_again():
    looks = iter(range(5))

    def check() -> None:
        if next(looks, None) is None:
            raise infino.Timeout("over", phase="total")

    with pytest.raises(infino.Timeout):
        decompressed(pack(b"{}") * 20_000, "gzip", None, check)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_larger_than_the_limit_is_refused_before_it_fills_the_memory(make, packed, chunked):
    plain = b'{"a":"' + b"x" * 100_000 + b'"}'
    body = pack(plain) if packed else plain

    def answer(exchange: Exchange) -> None:
        coding = b"Content-Encoding: gzip\r\n" if packed else b""
        if not chunked:
            exchange.answer(200, body, [("Content-Encoding", "gzip")] if packed else [])
            return
        exchange.send(b"HTTP/1.1 200 OK\r\n" + coding + b"Transfer-Encoding: chunked\r\n\r\n")
        exchange.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))

    with ScriptedServer(answer) as server:
        for most, fits in ((len(plain), True), (len(plain) - 1, False)):
            limited = make(server.endpoint, config=attrs.evolve(make(server.endpoint).config, max_response_bytes=most))
            if fits:
                assert read(limited)["a"] == "x" * 100_000
                continue
            with pytest.raises(infino.DecodeError, match="max_response_bytes") as caught:
                read(limited)
            assert "raise max_response_bytes" in str(caught.value)


def test_a_refusal_larger_than_the_limit_keeps_its_status(make):
    with ScriptedServer(answering(404, b"x" * 100_000)) as server:
        config = attrs.evolve(make(server.endpoint).config, max_response_bytes=10)
        error, _ = outcome(server, lambda endpoint: make(endpoint, config=config), read)
        assert error.status == 404


@pytest.mark.parametrize("depth", [1000, 1500, 200_000])
@pytest.mark.parametrize("status", [200, 400])
def test_answers_that_are_nested_too_deeply_are_decode_errors_or_show_themselves(make, depth, status):
    body = b'{"version":"1","x":' + b"[" * depth + b"]" * depth + b"}"
    with ScriptedServer(answering(status, body)) as server:
        client = make(server.endpoint)
        for call in (
            lambda: client.ping(), lambda: client.datasets.get("a"), lambda: list(client.query.sql("SELECT 1").rows()),
            lambda: client.datasets.list().all(), lambda: list(client.query.dsl("a", {}).rows()),
        ):  # fmt: skip
            raised = []
            try:
                assert repr(call())
            except (infino.DecodeError, infino.APIError) as error:
                raised.append(type(error))
            if status == 400 or depth > 1024:
                assert raised == [infino.DecodeError if status == 200 else infino.BadRequestError]


def test_a_hit_that_is_nested_deeply_still_shows_itself(make):
    deep = b"[" * 1010 + b"]" * 1010
    body = b'{"hits":{"hits":[{"_id":"1","_source":{"a":' + deep + b'},"sort":[' + deep + b"]}]}}"
    with ScriptedServer(answering(200, body)) as server:
        (hit,) = make(server.endpoint).query.dsl("a", {}).hits()
        assert repr(hit).startswith("Hit(id='1', score=None, source=")
    deepest: list[Any] = []
    for _ in range(100_000):  # deeper than any version of Python shows
        deepest = [deepest]
    assert repr(attrs.evolve(hit, source=deepest)).startswith("Hit(id='1', score=None, source=...")


@pytest.mark.parametrize("body", [b"[", b'{"error":"no such table"}', b'{"hits":1}', b"[" * 2000 + b"]" * 2000])
def test_a_result_that_cannot_be_read_still_shows_itself(make, body):
    with ScriptedServer(answering(200, body)) as server:
        client = make(server.endpoint)
        for call in (
            lambda: client.query.sql("SELECT 1"), lambda: client.query.dsl("a", {}), lambda: client.query.promql("up"),
        ):  # fmt: skip
            try:
                result = call()
            except infino.InfinoError:
                continue
            assert "Result" in repr(result)
            assert result._repr_html_().startswith("<")


def test_not_json(make):
    with ScriptedServer(
        answering(200, b"<html><title>Login</title></html>", [("Content-Type", "text/html")])
    ) as server:
        error, _ = outcome(server, make, read)
        assert isinstance(error, infino.DecodeError)
        assert error.path == "$"
        assert error.status == 200
        error, _ = outcome(server, make, lambda client: client.datasets.get("a"))
        assert isinstance(error, infino.DecodeError)
        assert "datasets.get" in str(error)


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_an_empty_answer_is_none(make, body):
    with ScriptedServer(answering(200, body)) as server:
        assert outcome(server, make, write) == (None, 1)


def test_a_server_that_closes_idle_connections(make):
    def once(exchange: Exchange) -> None:
        exchange.answer(200, b"1", [("Connection", "close")])
        exchange.close()

    with ScriptedServer(once) as server:
        client = make(server.endpoint)
        assert [write(client) for _ in range(3)] == [1, 1, 1]
        assert len(server.requests) == 3


def test_nothing_is_left_of_netrc_and_proxies_of_the_environment(make, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login thief password stolen\n")
    for name, value in {
        "HOME": str(tmp_path), "NETRC": str(tmp_path / ".netrc"), "HTTP_PROXY": "http://127.0.0.1:1",
        "ALL_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with ScriptedServer() as server:
        assert outcome(server, make, read) == ({}, 1)
        assert server.requests[0].header("authorization").startswith("AWS4-HMAC-SHA256 Credential=IAK_TEST/")


def test_a_proxy_is_used_when_it_is_named(make):
    with ScriptedServer() as proxy:
        client = make("http://127.0.0.1:1/base", proxy=proxy.endpoint)
        assert client.request("GET", "/x", params={"a": "b c"}) == {}
        (seen,) = proxy.requests
        assert seen.target == "http://127.0.0.1:1/base/x?a=b%20c"
        assert seen.header("host") == "127.0.0.1:1"


def test_keys_are_asked_for_once_by_many_and_again_when_refused(make):
    asked = []

    def provider() -> tuple[str, str]:
        asked.append(1)
        return f"IAK_{len(asked)}", "secret"

    with ScriptedServer(answering(200), answering(401), answering(200)) as server:
        options = {"credentials": provider, "access_key": None, "secret_key": None}
        client = make(server.endpoint, **options)
        read(client)
        write(client)
        assert len(asked) == 2
        used = [received.header("authorization").split("=")[1].split("/")[0] for received in server.requests]
        assert used == ["IAK_1", "IAK_1", "IAK_2"]


def test_a_provider_that_is_down_while_its_pair_holds_ends_no_call(make):
    asked = []

    def provider() -> infino.Credentials:
        asked.append(1)
        if len(asked) > 1:
            raise OSError("the metadata service is busy")
        return infino.Credentials("IAK", "s", expires_at=datetime.now(UTC) + timedelta(seconds=50))

    with ScriptedServer(answering(200, b'{"version":"1"}')) as server:
        client = make(server.endpoint, credentials=provider, access_key=None, secret_key=None)
        for _ in range(5):
            client.ping()
        client._shared.offset = timedelta(seconds=45)  # nearly over
        for _ in range(5):
            client.ping()
        assert len(asked) == 2, "asked once, and again later"
        client._shared.offset = timedelta(seconds=51)
        with pytest.raises(infino.ConfigError, match="OSError"):
            client.ping()


def test_a_provider_that_gives_the_refused_pair_again_is_not_believed(make):
    with ScriptedServer(answering(403, b'{"message":"no role of this user allows this action"}')) as server:
        client = make(server.endpoint, credentials=lambda: ("IAK", "s"), access_key=None, secret_key=None)
        with pytest.raises(infino.PermissionDeniedError):
            client.ping()
        assert len(server.requests) == 1, "the same keys would be refused again"


def test_a_tunnel_carries_the_host_that_is_signed(make):
    with ScriptedServer() as server:
        settings = resolve(
            access_key="IAK_TEST", secret_key="secret", endpoint=server.endpoint, host="search.internal:9200"
        )
        read(make(server.endpoint, config=settings))
        (sent,) = server.requests
    assert sent.header("host") == "search.internal:9200"
    lines = [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.headers]
    verifier = Verifier({"IAK_TEST": "secret"}.get, lambda: datetime.now(UTC))
    verifier.check_request(ReceivedRequest(sent.method, sent.target.encode(), b"", lines))


def test_a_proxy_that_does_not_run_is_what_the_error_speaks_of(make):
    client = make("http://127.0.0.1:9", proxy="http://me:hunter22@127.0.0.1:1", retry=infino.RetryPolicy(attempts=1))
    with pytest.raises(infino.ConnectError, match=r"through the proxy http://\*\*\*\*@127\.0\.0\.1:1: .*of the proxy"):
        read(client)


def test_a_proxy_that_cannot_be_used_gives_no_password_away(make):
    """SOCKS needs a package that is not installed here."""
    client = make("https://api.example.com", proxy="socks5://me:hunter22@127.0.0.1:1")
    with pytest.raises(infino.InfinoError) as caught:
        read(client)
    shown = "".join(traceback.format_exception(caught.value))
    assert "hunter22" not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "https://127.0.0.1:9"])
def test_what_a_proxy_repeats_of_its_password_is_masked(make, endpoint):
    def echo(exchange: Exchange) -> None:
        sent = exchange.request.header("Proxy-Authorization")
        exchange.answer(407, f'{{"message":"not allowed: {sent}"}}'.encode(), reason=f"not allowed: {sent}")

    with ScriptedServer(echo) as server:
        proxy = server.endpoint.replace("http://", "http://me:hunter%2022@")
        with pytest.raises(infino.InfinoError, match=r"not allowed: Basic \*\*\*\*") as caught:
            read(make(endpoint, proxy=proxy, retry=infino.RetryPolicy(attempts=1)))
        assert "bWU6aHVudGVyIDIy" not in "".join(traceback.format_exception(caught.value))


def test_a_folder_of_certificates_is_taken_too(make, tmp_path):
    (tmp_path / "5ed36f99.0").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    client = make("https://127.0.0.1:1", ca_bundle=str(tmp_path))
    with pytest.raises(infino.ConnectError):
        read(client)
