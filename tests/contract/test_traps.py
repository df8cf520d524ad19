"""The traps of the SDK before this one, T1 to T27: each is shown not to be here."""

from __future__ import annotations

import io
import json
import logging
from datetime import UTC, datetime

import pytest

import infino
from infino import websocket
from infino.chat.options import choose
from infino.core.messages import Request
from infino.core.redaction import Secret
from infino.local.signature import ReceivedRequest, Verifier
from infino.signing import SigV4Signer
from tests.support.chat_server import ChatServer, Peer, timeline
from tests.support.scripted import Exchange, ScriptedServer, answering

VERIFIER = Verifier({"IAK_TEST": "secret"}.get, lambda: datetime.now(UTC))


def verify(server: ScriptedServer) -> None:
    """Every request that came bears a signature over exactly what came."""
    assert server.requests
    for sent in server.requests:
        path, _, query = sent.target.partition("?")
        lines = [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.headers]
        VERIFIER.check_request(ReceivedRequest(sent.method, path.encode(), query.encode(), lines))


def test_t1_the_query_is_signed(make):
    with ScriptedServer(answering(200, b'{"items":[]}')) as server:
        make(server.endpoint).visualizations.list(limit=50, offset=100).all()
        assert server.requests[0].target == "/visualizations?limit=50&offset=100"
        verify(server)


def test_t2_the_query_is_encoded_once(make):
    with ScriptedServer() as server:
        make(server.endpoint).request("GET", "/x", params={"q": "a b/c%20é"})
        assert server.requests[0].target == "/x?q=a%20b%2Fc%2520%C3%A9"
        verify(server)


@pytest.mark.parametrize("name", ["with space", "ünïcode", "a:b*c+d@e,f;g=h&i'j"])
def test_t3_the_path_is_signed_as_it_is_sent(make, name):
    with ScriptedServer() as server:
        make(server.endpoint).datasets.create(name)
        assert server.requests[0].target.isascii()
        verify(server)


@pytest.mark.parametrize("name", ["a#b", "a?b", "..", ".", ""])
def test_t4_a_name_never_reaches_another_route(make, name):
    with ScriptedServer() as server:
        with pytest.raises(infino.ValidationError):
            make(server.endpoint).datasets.delete(name)
        assert server.requests == []


def test_t5_each_try_has_its_own_signature(make):
    with ScriptedServer(answering(503), answering(503), answering()) as server:
        client = make(server.endpoint)
        times = iter(datetime(2026, 1, 2, 3, 4, second, tzinfo=UTC) for second in range(60))
        client._shared.clock = type("Clock", (), {"now": lambda _: next(times), "monotonic": lambda _: 0.0})()
        client.request("GET", "/x")
        assert len({sent.header("authorization") for sent in server.requests}) == 3


@pytest.mark.parametrize("seekable", [True, False])
def test_t6_an_upload_is_sent_whole_or_not_again(make, seekable, tmp_path):
    data = b'{"a":1}\n' * 1000

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return seekable

    done = answering(200, b'{"run_id":"r","status":"completed","stats":{"documents_processed":1000}}')
    with ScriptedServer(answering(503), done) as server:
        client = make(server.endpoint)
        if seekable:
            client.files.upload("ds", Pipe(data), format="jsonl")
            assert [data in sent.body for sent in server.requests] == [True, True]
        else:
            with pytest.raises(infino.ServerError):
                client.files.upload("ds", Pipe(data), format="jsonl")
            assert [data in sent.body for sent in server.requests] == [True]


def test_t7_attempts_are_attempts(make):
    for attempts in (1, 2, 4):
        with ScriptedServer(answering(503)) as server:
            with pytest.raises(infino.ServerError):
                make(server.endpoint, retry=infino.RetryPolicy(attempts=attempts, base=0.001)).ping()
            assert len(server.requests) == attempts
    with pytest.raises(ValueError, match="attempts"):
        infino.RetryPolicy(attempts=0)


def test_t8_pauses_are_seconds():
    policy = infino.RetryPolicy(attempts=100)
    assert policy.pause(1, lambda: 1.0) == 0.5
    assert policy.pause(99, lambda: 1.0) == 15.0


def test_t9_a_429_is_waited_out(make):
    with ScriptedServer(answering(429, b"", [("Retry-After", "0")]), answering(200, b"1")) as server:
        assert make(server.endpoint).request("POST", "/x") == 1
    with ScriptedServer(answering(429, b"", [("Retry-After", "0")])) as server:
        with pytest.raises(infino.RateLimitError) as caught:
            make(server.endpoint).request("POST", "/x")
        assert (caught.value.category, caught.value.retry_after) == ("rate_limit", 0)


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.request("POST", "/x", json={}),
        lambda c: c.users.create("ann", {"Password": "p"}),
        lambda c: c.users.rotate_keys("ann"),
        lambda c: c.fino.threads.create(name="n"),
        lambda c: c.fino.threads.messages.add("t", "hi"),
        lambda c: c.query.execute("INSERT INTO a VALUES (1)"),
        lambda c: c.connections.create("x", name="n"),
        lambda c: c.records.delete("ds", {"match_all": {}}),
        lambda c: c.visualizations.create({"title": "t"}),
    ],
)
@pytest.mark.parametrize("fault", [answering(500), answering(502), answering(504), lambda exchange: exchange.reset()])
def test_t10_what_may_have_been_done_is_not_done_again(make, call, fault):
    with ScriptedServer(fault) as server:
        with pytest.raises(infino.InfinoError):
            call(make(server.endpoint))
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_t11_redirects_are_refused(make, status):
    with ScriptedServer(answering(status, b"", [("Location", "/elsewhere")])) as server:
        with pytest.raises(infino.APIError) as caught:
            make(server.endpoint).request("POST", "/x", json={})
        assert caught.value.status == status
        assert len(server.requests) == 1


def test_t12_netrc_is_ignored(make, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login thief password stolen\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with ScriptedServer() as server:
        make(server.endpoint).ping()
        assert server.requests[0].header("authorization").startswith("AWS4-HMAC-SHA256 ")
        verify(server)


def test_t13_nothing_secret_is_logged_and_logging_is_left_alone(make, caplog):
    assert not hasattr(logging.Logger, "trace")
    with caplog.at_level(1), ScriptedServer() as server:
        make(server.endpoint, secret_key="PLANTED-secret").ping()
    assert caplog.records
    assert "PLANTED" not in caplog.text
    assert "Signature=" not in caplog.text


@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_t14_headers_merge_whatever_their_case(make, name):
    with ScriptedServer() as server:
        client = make(server.endpoint)
        client.request("POST", "/x", json={}, headers={})
        client.request("POST", "/x", json={}, headers={"x-a": "1"})
        client.request("POST", "/x", content="a: 1\n", headers={name: "application/yaml"})
        types = [sent.header("content-type") for sent in server.requests]
        assert types == ["application/json", "application/json", "application/yaml"]
        assert all("SignedHeaders=content-type;" in sent.header("authorization") for sent in server.requests)
        verify(server)


def test_t15_only_the_proven_headers_are_signed(make):
    with ScriptedServer() as server:
        make(server.endpoint, headers={"x-infino-thread-id": "t"}).ping()
        (sent,) = server.requests
        assert sent.header("x-infino-thread-id") == "t"
        assert "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date," in sent.header("authorization")


def test_t16_text_is_hashed_and_sent_as_utf8(make):
    with ScriptedServer() as server:
        make(server.endpoint).request("POST", "/x", content="é 🙂")
        assert server.requests[0].body == "é 🙂".encode()
        verify(server)
    assert SigV4Signer("a", "b").sign("POST", "https://h/", {}, b"bytes")


def test_t17_reads_with_a_body_are_posted_and_only_old_gateways_get_a_get(make):
    answer = b'{"columns":[],"rows":[]}'
    with ScriptedServer(answering(405), answering(200, answer)) as server:
        client = make(server.endpoint)
        client.query.sql("SELECT 1")
        client.query.sql("SELECT 2")
        assert [sent.method for sent in server.requests] == ["POST", "GET", "GET"]
        assert json.loads(server.requests[2].body) == {"query": "SELECT 2"}
        verify(server)
    with ScriptedServer(answering(200, answer)) as server:
        make(server.endpoint, get_with_body=True).query.sql("SELECT 1")
        assert server.requests[0].method == "GET"


@pytest.mark.parametrize(
    ("body", "call", "value"),
    [
        (b"", lambda c: c.datasets.delete("a"), True),
        (b"true", lambda c: c.fino.threads.delete("t"), True),
        (b'"id-1"', lambda c: c.fino.threads.messages.add("t", "x"), "id-1"),
        (b"0", lambda c: c.records.delete("a", {"match_all": {}}), 0),
        (b"null", lambda c: c.fino.threads.delete("t"), True),
    ],
)
def test_t18_scalars_are_read_as_what_they_mean(make, body, call, value):
    with ScriptedServer(answering(200, body)) as server:
        assert call(make(server.endpoint)) == value


@pytest.mark.parametrize("key", [None, "items", "data", "connections"])
def test_t19_lists_come_in_any_wrapping(make, key):
    items = [{"id": "c1", "type": "snowflake"}]
    body = json.dumps(items if key is None else {key: items}).encode()
    with ScriptedServer(answering(200, body)) as server:
        assert [one.id for one in make(server.endpoint).connections.list().all()] == ["c1"]


def test_t20_errors_say_what_happened(make):
    refusal = answering(404, b'{"error":{"type":"missing","reason":"no ds"},"status":404}', [("X-Request-Id", "r1")])
    with ScriptedServer(refusal) as server, pytest.raises(infino.NotFoundError) as caught:
        make(server.endpoint).datasets.get("ds")
    error = caught.value
    assert str(error) == "404 missing: no ds (datasets.get, GET /ds/metadata, request r1)"
    assert (error.status, error.code, error.reason, error.request_id) == (404, "missing", "no ds", "r1")
    assert error.args


def test_t21_everything_documented_is_exported():
    for name in ("RetryPolicy", "Timeouts", "Secret", "Credentials", "InfinoError", "AsyncInfino", "BulkReport"):
        assert getattr(infino, name).__name__ == name


def test_t22_a_closed_client_says_so(make):
    with ScriptedServer() as server:
        client = make(server.endpoint)
        client.ping()
        client.close()
        with pytest.raises(infino.ClientClosedError, match="closed"):
            client.ping()


def test_t23_connect_read_and_total_have_limits_of_their_own(make):
    defaults = infino.Timeouts()
    assert defaults.connect < defaults.read

    def silent(exchange: Exchange) -> None:
        exchange.hang()

    with ScriptedServer(silent) as server:
        limits = infino.Timeouts(read=0.1)
        client = make(server.endpoint, timeout=limits, retry=infino.RetryPolicy(attempts=1))
        with pytest.raises(infino.Timeout) as caught:
            client.ping()
        assert caught.value.phase == "read"
        with pytest.raises(infino.Timeout) as caught:
            client.ping(timeout=0.05)
        assert caught.value.phase == "total"


def test_t24_sockets_take_large_frames_and_long_silences(make):
    text = "x" * (2 * 2**20)  # twice the limit of the library

    async def answer(peer: Peer) -> None:
        await peer.question()
        await peer.send(*timeline(text))

    with ChatServer(answer) as server:
        client = make(server.endpoint)
        assert client.fino.ask("which?", thread="t").text == text
        with pytest.raises(infino.ChatError, match="max_frame_bytes"):
            client.fino.ask("which?", thread="t", max_frame_bytes=2**20)
    dial = websocket.Dial(url=Secret("ws://h/"), timeout=1)
    # A service that thinks answers no pings; how long it may say nothing at all is a limit of our own.
    assert websocket._options(dial)["ping_interval"] is None
    assert choose({}, timeout=1, retry=infino.RetryPolicy(), client_id="c").settings.idle_timeout >= 60


def test_t25_forms_are_encoded_and_metrics_are_raw(make):
    with ScriptedServer(answering(200, b'{"status":"success","data":{"resultType":"vector","result":[]}}')) as server:
        client = make(server.endpoint)
        client.query.promql('a{b="c/d&e"}')
        assert server.requests[0].body.startswith(b"query=a%7Bb%3D%22c%2Fd%26e%22%7D")
        client.metrics.upload("m.aly", "up 1 1000\n")
        assert server.requests[1].body == b"up 1 1000\n"
        verify(server)


def test_t26_an_existing_dataset_is_no_success(make):
    with ScriptedServer(answering(409, b"resource_already_exists_exception")) as server:
        client = make(server.endpoint)
        with pytest.raises(infino.ConflictError):
            client.datasets.create("ds")
        assert client.datasets.create("ds", exist_ok=True).name == "ds"


def test_t27_the_hash_is_over_the_bytes_sent(make):
    with ScriptedServer() as server:
        make(server.endpoint).request("POST", "/x", json={"a": 1, "b": "é"})
        assert server.requests[0].body == '{"a":1,"b":"é"}'.encode()
        verify(server)


def test_the_presigned_address_is_a_secret():
    with infino.Infino(access_key="a", secret_key="b") as client:
        assert isinstance(client._transport.presign("/ws"), Secret)
        assert Request("x", "GET", "/").retry == "never", "nothing is repeated unless it is known to be safe"
