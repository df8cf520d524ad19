"""The mistakes people make: each is a typed error whose text says what to do."""

from __future__ import annotations

import socket
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

import infino
from infino.core.retry import SystemClock
from tests.support.scripted import Exchange, ScriptedServer, answering


class Off(SystemClock):
    """A clock that is minutes off."""

    def __init__(self, minutes: float) -> None:
        self.by = timedelta(minutes=minutes)

    def now(self) -> datetime:
        return super().now() + self.by


def keys(gateway):
    return {"access_key": gateway.access_key, "secret_key": gateway.secret_key}


def truncated(exchange: Exchange) -> None:
    exchange.send(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"a"')
    exchange.close()


def test_wrong_access_key(make, gateway):
    with pytest.raises(infino.AuthenticationError, match="access key"):
        make(gateway.endpoint, **{**keys(gateway), "access_key": "IAK_WRONG"}).datasets.list().all()


def test_wrong_secret(make, gateway):
    with pytest.raises(infino.AuthenticationError, match="secret key"):
        make(gateway.endpoint, **{**keys(gateway), "secret_key": "wrong"}).datasets.list().all()


def test_wrong_region(make, gateway):
    with pytest.raises(infino.AuthenticationError, match="region"):
        make(gateway.endpoint, **keys(gateway), region="eu-west-1").datasets.list().all()


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_ten_minutes_off_is_corrected(make, gateway, minutes):
    client = make(gateway.endpoint, **keys(gateway))
    client._shared.clock = Off(minutes)
    assert isinstance(client.datasets.list().all(), list)
    assert abs(client._shared.offset.total_seconds() + 60 * minutes) < 30


def test_a_clock_that_cannot_be_corrected_says_so(make):
    refusal = answering(403, b'{"error":"signature expired"}', [("Date", "Fri, 02 Jan 2026 03:04:05 GMT")])
    with ScriptedServer(refusal, answering(403, b"", [("Date", "Sat, 03 Jan 2026 03:04:05 GMT")])) as server:
        with pytest.raises(infino.PermissionDeniedError, match="clock"):
            make(server.endpoint).ping()
        assert len(server.requests) == 2


def test_unknown_dataset(make, gateway):
    client = make(gateway.endpoint, **keys(gateway))
    with pytest.raises(infino.NotFoundError, match="nowhere"):
        client.datasets.get("nowhere")
    with pytest.raises(infino.NotFoundError, match="nowhere"):
        client.records.get("nowhere", "1")
    with pytest.raises(infino.InfinoError, match="nowhere"):
        client.query.sql("SELECT * FROM nowhere")


@pytest.mark.parametrize("statement", ["SELEC 1", "SELECT * FROM", "SELECT * FROM my-data"])
def test_malformed_sql(make, gateway, statement):
    with pytest.raises(infino.InfinoError) as caught:
        make(gateway.endpoint, **keys(gateway)).query.sql(statement)
    assert isinstance(caught.value, infino.BadRequestError | infino.QueryError | infino.NotFoundError)
    assert len(str(caught.value).splitlines()) == 1


def test_gateway_not_running(make):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(infino.ConnectError, match="is the gateway running"):
            make(f"http://127.0.0.1:{closed.getsockname()[1]}").ping()


def test_not_json(make):
    page = answering(200, b"<html><title>Sign in</title></html>", [("Content-Type", "text/html")])
    with ScriptedServer(page) as server, pytest.raises(infino.DecodeError, match="not JSON"):
        make(server.endpoint).datasets.get("a")


def test_truncated(make):
    with ScriptedServer(truncated) as server:
        with pytest.raises(infino.TransportError, match="3 attempts"):
            make(server.endpoint).datasets.get("a")
        assert len(server.requests) == 3


def test_no_credentials(monkeypatch):
    with pytest.raises(infino.ConfigError, match="INFINO_ACCESS_KEY"):
        infino.Infino()
    with pytest.raises(infino.ConfigError, match=r"Infino\.local"):
        infino.AsyncInfino()


def test_plain_http_to_the_internet():
    with pytest.raises(infino.ConfigError, match="https"):
        infino.Infino(access_key="a", secret_key="b", endpoint="http://api.infino.ws")


def test_the_log_switch_shows_calls_and_no_secret():
    program = """
import sys, infino
client = infino.Infino(access_key="IAK_X", secret_key="PLANTED-secret", endpoint=sys.argv[1])
client.request("POST", "/sql", json={"query": "SELECT 'PLANTED-value'"})
"""
    with ScriptedServer() as server:
        done = subprocess.run(
            [sys.executable, "-c", program, server.endpoint], capture_output=True, text=True, timeout=30, check=True,
            env={"INFINO_LOG": "debug", "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    assert "POST /sql 200" in done.stderr
    assert "attempt 1" in done.stderr
    assert "PLANTED" not in done.stderr


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: c.datasets.create("flights", timout=3), "datasets.create() .* 'timout'; did you mean 'timeout'?"),
        (lambda c: c.datasets.create("flights", exist_okay=True), "datasets.create() .*; did you mean 'exist_ok'?"),
        (
            lambda c: c.datasets.with_raw_response.create("f", header={}),
            "datasets.create() .*; did you mean 'headers'?",
        ),
        (lambda c: c.dashboards.list(limits=3), "dashboards.list() .*; did you mean 'limit'?"),
        (lambda c: c.query.sql("SELECT 1", zzz=1), "query.sql() got an unexpected keyword argument 'zzz'"),
        (lambda c: c.query.scan("flights", retries=1), "query.scan() .*; did you mean 'retry'?"),
        (lambda c: c.dashboards.execute("d1", concurency=2), "dashboards.execute() .*; did you mean 'concurrency'?"),
        (lambda c: c.dashboards.panels.add("d1", {}, timout=3), "dashboards.panels.add() .* did you mean 'timeout'?"),
        (lambda c: c.fino.send("t1", "hi", wiat=True), "fino.send() .*; did you mean 'wait'?"),
        (lambda c: c.fino.ask("hi", timout=3), "fino.ask() .*; did you mean 'timeout'?"),
        (lambda c: c.fino.analyze("hi", notebok={}), "fino.analyze() .*; did you mean 'notebook'?"),
        (lambda c: c.ping(timeot=3), "client.ping() .*; did you mean 'timeout'?"),
    ],
)
def test_a_mistyped_keyword_names_the_method_and_the_likely_one(make, call, message):
    with ScriptedServer(answering()) as server:
        pattern = "^" + message.replace("()", r"\(\)").replace("?", r"\?") + "$"
        with pytest.raises(TypeError, match=pattern):
            call(make(server.endpoint))
        assert server.requests == []


def _unreadable(tmp_path):
    import pandas as pd

    (tmp_path / "notes.txt").write_text("first line\nsecond line\n")
    (tmp_path / "taken.csv").write_text("a,a\n1,2\n")
    doubled = pd.DataFrame([[1, 2]], columns=["a", "a"])
    return (
        *(42, None, {"id": "1"}, [1, 2], (number for number in range(3)), object(), "some text", ["a", "b"]),
        *(tmp_path / "notes.txt", tmp_path / "taken.csv", doubled, [doubled], b"%PDF-1.7"),
    )


def test_a_load_of_what_is_no_source_makes_no_dataset(make, tmp_path):
    with ScriptedServer(answering()) as server:
        datasets = make(server.endpoint).datasets
        for source in _unreadable(tmp_path):
            with pytest.raises(infino.ValidationError):
                datasets.load("flights", source)
        assert server.requests == []


def test_a_load_of_nothing_still_makes_its_dataset(make):
    with ScriptedServer(answering()) as server:
        assert make(server.endpoint).datasets.load("flights", []).ok
        assert [request.target for request in server.requests] == ["/flights"]


def test_a_load_that_cannot_begin_makes_no_dataset(make, tmp_path):
    with ScriptedServer(answering()) as server:
        datasets = make(server.endpoint).datasets
        with pytest.raises(
            TypeError, match=r"^datasets\.load\(\) got an unexpected .*'chunk_size'; did you mean 'chunk_"
        ):
            datasets.load("flights", [{"id": "1"}], chunk_size=3)
        with pytest.raises(infino.ValidationError, match="chunk_records must be"):
            datasets.load("flights", [{"id": "1"}], chunk_records=0)
        for none in (tmp_path / "none.parquet", f"{tmp_path}/*.csv"):
            with pytest.raises(infino.MissingFileError):
                datasets.load("flights", none)
        with pytest.raises(infino.ValidationError, match="reserved"):
            datasets.load("sql", [{"id": "1"}])
        assert server.requests == []
