"""How a conversation connects: signing, refusals, back-off, and what never becomes visible."""

from __future__ import annotations

import io
import ipaddress
import logging
import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from infino import (
    APIError,
    AsyncInfino,
    AuthenticationError,
    ConfigError,
    ConnectError,
    Infino,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    ValidationError,
)
from infino.chat import Disconnected
from infino.core.config import resolve
from infino.core.retry import RetryPolicy
from tests.support.chat_server import ChatServer, Peer, timeline, update
from tests.support.facade import Blocking, Loop

ACCESS, SECRET = "AKPLANTED0000CHAT", "planted-secret-key-9f2d77"
Connect = Callable[..., Any]


async def _answering(peer: Peer) -> None:
    while True:
        await peer.question()
        await peer.send(*timeline())


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Make a client of an endpoint, once `Infino` and once `AsyncInfino`."""
    clients: list[Any] = []
    loop = Loop() if request.param == "async" else None

    def make(endpoint: str, **more: Any) -> Any:
        settings: dict[str, Any] = {
            "access_key": ACCESS,
            "secret_key": SECRET,
            "endpoint": endpoint,
            "retry": RetryPolicy(attempts=3, base=0.001),
            **more,
        }
        client: Any = Infino(**settings) if loop is None else Blocking(AsyncInfino(**settings), loop)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()
    if loop is not None:
        loop.close()


def refusing(*answers: tuple[int, dict[str, str], bytes] | None) -> Callable[[int], Any]:
    """Refuse the first handshakes in these ways, then accept."""
    return lambda number: answers[number - 1] if number <= len(answers) else None


def test_identity_goes_in_headers_by_default(connect: Connect) -> None:
    with ChatServer(_answering) as server:
        connect(server.endpoint).fino.ask("which?", thread="thread-7", client_id="me")
        request = server.requests[0]
    query = parse_qs(urlsplit(request.path).query)
    assert urlsplit(request.path).path == "/_conversation/ws"
    assert request.headers["x-infino-thread-id"] == "thread-7"
    assert request.headers["x-infino-client-id"] == "me"
    assert "Authorization" not in request.headers
    assert "Origin" not in request.headers
    assert request.headers["User-Agent"].startswith("infino-sdk/")
    assert set(query) == {
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
    }


def test_identity_may_go_in_the_signed_query(connect: Connect) -> None:
    with ChatServer(_answering) as server:
        connect(server.endpoint).fino.ask("which?", thread="thread-7", client_id="me", identity="query")
        request = server.requests[0]
    query = parse_qs(urlsplit(request.path).query)
    assert (query["threadId"], query["clientId"]) == (["thread-7"], ["me"])
    assert "x-infino-thread-id" not in request.headers


def test_each_session_has_a_client_id_of_its_own(connect: Connect) -> None:
    with ChatServer(_answering) as server:
        client = connect(server.endpoint)
        client.fino.ask("one?", thread="t")
        client.fino.ask("two?", thread="t")
        names = {request.headers["x-infino-client-id"] for request in server.requests}
    assert len(names) == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AuthenticationError), (403, PermissionDeniedError), (404, NotFoundError), (302, APIError), (200, APIError)],
)
def test_a_refused_handshake_is_an_answer(connect: Connect, status: int, kind: type[APIError]) -> None:
    body = b'{"error": {"type": "no", "reason": "not you"}, "status": 0}'
    headers = {"Location": "ws://127.0.0.1:9/elsewhere", "X-Request-Id": "req-1"}
    with ChatServer(_answering, refusing((status, headers, body))) as server, pytest.raises(kind) as caught:
        connect(server.endpoint).fino.ask("which?", thread="t")
    assert (caught.value.status, caught.value.reason, caught.value.request_id) == (status, "not you", "req-1")
    assert len(server.requests) == 1  # neither repeated nor redirected
    assert server.questions == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_with_a_new_signature(connect: Connect, status: int) -> None:
    busy = (status, {"Retry-After": "0"}, b"")
    with ChatServer(_answering, refusing(busy, busy)) as server:
        assert connect(server.endpoint).fino.ask("which?", thread="t").text == "Done."
        assert len(server.requests) == 3
        assert server.questions == ["which?"]


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimitError), (503, ServerError)])
def test_a_service_that_stays_busy(connect: Connect, status: int, kind: type[APIError]) -> None:
    busy = (status, {}, b"")
    with ChatServer(_answering, refusing(busy, busy, busy, busy)) as server, pytest.raises(kind):
        connect(server.endpoint).fino.ask("which?", thread="t")
    assert len(server.requests) == 3


def test_each_retry_is_told_to_listeners(connect: Connect) -> None:
    told: list[Any] = []
    with ChatServer(_answering, refusing((503, {}, b""))) as server:
        client = connect(server.endpoint)
        client.on("retry", told.append)
        client.fino.ask("which?", thread="t")
    assert [(event.operation, event.attempt, event.status) for event in told] == [("fino.ask", 1, 503)]


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody trusts, and a server context with it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chat")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return chain, context


def test_tls_follows_the_settings_of_the_client(connect: Connect, tmp_path: Path) -> None:
    chain, context = certificate(tmp_path)
    with ChatServer(_answering, tls=context) as server:
        assert connect(server.endpoint, ca_bundle=str(chain)).fino.ask("which?", thread="t").complete
        assert connect(server.endpoint, verify=False).fino.ask("which?", thread="t").complete
        with pytest.raises(ConnectError, match="TLS failed"):
            connect(server.endpoint).fino.ask("which?", thread="t")
    assert len(server.requests) == 2


def test_a_wrong_clock_is_corrected_once(connect: Connect) -> None:
    ahead = datetime.now(UTC) + timedelta(minutes=10)
    skewed = (403, {"Date": format_datetime(ahead, usegmt=True)}, b'{"message": "signature expired"}')
    with ChatServer(_answering, refusing(skewed)) as server:
        assert connect(server.endpoint).fino.ask("which?", thread="t").text == "Done."
        stamps = [parse_qs(urlsplit(request.path).query)["X-Amz-Date"][0] for request in server.requests]
    signed = [datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for stamp in stamps]
    assert len(signed) == 2
    assert timedelta(minutes=9) < signed[1] - signed[0] < timedelta(minutes=11)
    with ChatServer(_answering, refusing(skewed, skewed, skewed)) as server, pytest.raises(PermissionDeniedError):
        connect(server.endpoint).fino.ask("which?", thread="t")
    assert len(server.requests) == 2


def test_keys_that_were_rotated_are_asked_for_again(connect: Connect) -> None:
    pairs = iter([("AKOLD", "old"), ("AKNEW", "new"), ("AKNEVER", "asked")])
    refusal = (403, {}, b'{"message": "expired token"}')
    with ChatServer(_answering, refusing(refusal)) as server:
        client = connect(server.endpoint, credentials=lambda: next(pairs), access_key=None, secret_key=None)
        assert client.fino.ask("which?", thread="t").text == "Done."
        queries = [parse_qs(urlsplit(request.path).query) for request in server.requests]
    assert [query["X-Amz-Credential"][0].split("/")[0] for query in queries] == ["AKOLD", "AKNEW"]


def test_nothing_listens(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectError, match="is the endpoint right"):
        connect(f"http://127.0.0.1:{port}").fino.ask("which?", thread="t")


def test_what_answers_speaks_no_http(connect: Connect) -> None:
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            for _ in range(3):
                peer, _address = listener.accept()
                peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                peer.close()

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(ConnectError, match="does not speak WebSocket"):
            connect(f"http://127.0.0.1:{listener.getsockname()[1]}").fino.ask("which?", thread="t")
        thread.join(5)


def test_a_tunnel_carries_the_host_that_is_signed(connect: Connect) -> None:
    with ChatServer(_answering) as server:
        settings = resolve(access_key=ACCESS, secret_key=SECRET, endpoint=server.endpoint, host="search.internal:9200")
        assert connect(server.endpoint, config=settings).fino.ask("which?", thread="t").text == "Done."
        (request,) = server.requests
    assert request.headers["Host"] == "search.internal:9200"


def test_a_proxy_is_used_for_websockets_too(connect: Connect) -> None:
    import threading

    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def proxy() -> None:
            for _ in range(3):
                peer, _address = listener.accept()
                seen.append(peer.recv(4096))
                peer.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                peer.close()

        thread = threading.Thread(target=proxy)
        thread.start()
        address = f"http://user:pass-word@127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(ConnectError) as caught:
            connect("https://api.example.com", proxy=address).fino.ask("which?", thread="t")
        thread.join(5)
    assert seen[0].startswith(b"CONNECT api.example.com:443 ")
    assert "pass-word" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"identity": "cookie"},
        {"timeout": 0},
        {"timeout": None},
        {"timeout": float("nan")},
        {"connect_timeout": "15"},
        {"idle_timeout": -1},
        {"client_id": "a b"},
        {"client_id": ""},
        {"max_frame_bytes": 0},
        {"thread": "a b"},
        {"thread": ""},
        {"thread": "t", "sources": ["flights"]},
        {"sources": [7]},
    ],
)
def test_impossible_options(connect: Connect, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        connect("http://127.0.0.1:9").fino.ask("which?", **options)


@pytest.mark.parametrize("timeout", [0, -1, "9"])
def test_an_impossible_time_for_one_answer(connect: Connect, timeout: Any) -> None:
    with pytest.raises(ValidationError, match="more than 0"):
        connect("http://127.0.0.1:9").fino.chat(thread="t").ask("which?", timeout=timeout)


def test_an_empty_question(connect: Connect) -> None:
    with pytest.raises(ValidationError, match="empty"):
        connect("http://127.0.0.1:9").fino.ask("  ", thread="t")


# --- what never becomes visible -------------------------------------------------------------------------------------


@pytest.fixture
def everything() -> Iterator[io.StringIO]:
    """All records of all loggers at every level, as text."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    names = [
        "websockets",
        "websockets.client",
        "websockets.server",
        "infino",
        "infino.chat",
        "httpx",
        "httpcore",
        "asyncio",
    ]
    loggers = [root, *(logging.getLogger(name) for name in names)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(1)
    root.addHandler(handler)
    yield heard
    root.removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def test_no_log_holds_the_url_the_headers_or_the_keys(connect: Connect, everything: io.StringIO) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(update("looking"))
        peer.drop()

    with ChatServer(script, refusing((503, {}, b""))) as server:
        client = connect(server.endpoint, headers={"x-team": "header-value-31337"})
        with pytest.raises(Disconnected):
            client.fino.ask("which?", thread="t", client_id="client-id-31337")
        signatures = [parse_qs(urlsplit(request.path).query)["X-Amz-Signature"][0] for request in server.requests]
    with pytest.raises(ConnectError):
        connect("http://127.0.0.1:9").fino.ask("which?", thread="t")
    heard = everything.getvalue()
    assert "/_conversation/ws" in heard  # something was logged, so the rest means something
    for hidden in (SECRET, ACCESS, "X-Amz-", "header-value-31337", "client-id-31337", *signatures):
        assert hidden not in heard


def failures(connect: Connect) -> Iterator[Exception]:
    """Make errors in all the ways in which a connection can fail."""
    for answer in ((401, {}, b""), (302, {"Location": "ws://127.0.0.1:9/"}, b""), (200, {}, b"<html>")):
        with ChatServer(_answering, refusing(answer)) as server, pytest.raises(APIError) as refused:
            connect(server.endpoint).fino.ask("which?", thread="t")
        yield refused.value
    with pytest.raises(ConnectError) as unreachable:
        connect("http://127.0.0.1:9").fino.ask("which?", thread="t")
    yield unreachable.value
    with pytest.raises(ConfigError) as malformed:
        connect("http://127.0.0.1:9", proxy="gopher://x").fino.ask("which?", thread="t")
    yield malformed.value


def test_no_error_holds_the_url_or_the_keys(connect: Connect) -> None:
    for error in failures(connect):
        chain: list[BaseException] = [error]
        while chain[-1].__context__ is not None:
            chain.append(chain[-1].__context__)
        for link in chain:
            told = traceback.TracebackException.from_exception(link, capture_locals=True)
            ours = [frame for frame in told.stack if "/tests/" not in frame.filename]
            # The objects of the library hold the address even where their text does not show it.
            assert not [frame for frame in ours if "/websockets/" in frame.filename]
            assert not type(link).__module__.startswith("websockets")
            text = "".join(told.format_exception_only()) + repr([frame.locals for frame in ours])
            assert SECRET not in text
            assert "X-Amz-Signature" not in text
