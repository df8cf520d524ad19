"""A planted secret comes out nowhere: no log record, no repr, no error, no traceback with locals, no pickle."""

from __future__ import annotations

import asyncio
import copy
import gc
import inspect
import io
import logging
import pickle
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import infino
from infino.core.redaction import RedactingFilter, follow_environment, redact
from infino.core.signer import signing_key
from tests.support.scripted import ScriptedServer, answering

SECRET = "PLANTED/secret+key=0123456789abcdef/xyz"
PROXY_PASSWORD = "PLANTEDproxypassword"


def forbidden() -> list[str]:
    """The secret, and what is derived from it today."""
    key = signing_key(infino.Secret(SECRET), datetime.now(UTC).strftime("%Y%m%d"), "us-east-1", "es")
    return [SECRET, PROXY_PASSWORD, key.hex(), repr(key)[2:-1], "AWS4PLANTED"]


def assert_clean(text: str) -> None:
    for planted in forbidden():
        assert planted not in text
    assert not re.search(r"Signature=[0-9a-f]{64}", text)


class Everything(logging.Handler):
    """Keeps each record as text, with its arguments and its exception."""

    def __init__(self) -> None:
        super().__init__(0)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()} {record.args!r} {record.exc_text} {record.__dict__!r}")


@pytest.fixture
def records() -> Iterator[Everything]:
    """All records of all loggers at all levels."""
    handler, root = Everything(), logging.getLogger()
    names = ("", "infino", "httpx", "httpcore", "httpcore.http11", "httpcore.connection", "websockets", "asyncio")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(1)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def make(endpoint: str, **settings: Any) -> infino.Infino:
    return infino.Infino(access_key="IAK_PLANTED000000001", secret_key=SECRET, endpoint=endpoint, **settings)


def test_no_log_record_at_any_level(records: Everything) -> None:
    scripts = [answering(503, b"{}"), answering(200), answering(401, b'{"error":"bad signature"}')]
    quick = infino.RetryPolicy(base=0.001)
    with ScriptedServer(*scripts) as server, make(server.endpoint, retry=quick) as client:
        client.request("POST", "/sql", json={"query": "SELECT 1"})
        with pytest.raises(infino.AuthenticationError):
            client.ping()
    assert any("httpcore" in line for line in records.lines), "the libraries below were not listened to"
    assert any(line.startswith("infino ") for line in records.lines)
    assert_clean("\n".join(records.lines))


def test_no_log_record_of_the_async_client(records: Everything) -> None:
    async def run(endpoint: str) -> None:
        settings = {"access_key": "IAK_PLANTED000000001", "secret_key": SECRET, "endpoint": endpoint}
        async with infino.AsyncInfino(**settings) as client:
            await client.request("POST", "/sql", json={"query": "SELECT 1"})
            with pytest.raises(infino.AuthenticationError):
                await client.ping()

    with ScriptedServer(answering(200), answering(401)) as server:
        asyncio.run(run(server.endpoint), debug=True)
    assert len(records.lines) > 5
    assert_clean("\n".join(records.lines))


def public_objects(client: infino.Infino) -> list[object]:
    from infino.core.messages import Request

    credentials = infino.Credentials("IAK_PLANTED000000001", infino.Secret(SECRET))
    transport = client._transport
    signer = transport._connections.keys.fresh(datetime.now(UTC))
    assert signer is not None
    prepared = transport._wire.prepare(Request("x", "GET", "/"), "GET", signer, datetime.now(UTC))
    return [
        client, client.config, client.config.credentials, credentials, infino.Secret(SECRET), signer, transport,
        transport._connections, transport._connections.keys, prepared, prepared.headers, transport.presign("/ws"),
        client.with_options(timeout=3), client.datasets,
    ]  # fmt: skip


def test_no_repr_and_no_format() -> None:
    with make("http://127.0.0.1:9", proxy=f"http://me:{PROXY_PASSWORD}@127.0.0.1:1") as client:
        for value in public_objects(client):
            assert_clean(
                f"{value!r} {value} {value:}" if type(value).__format__ is not object.__format__ else repr(value)
            )


def test_no_pickle_and_no_copy() -> None:
    with make("http://127.0.0.1:9") as client:
        for value in public_objects(client):
            try:
                data = pickle.dumps(value)
            except (TypeError, AttributeError, pickle.PicklingError):
                continue
            assert_clean(data.decode("latin-1"))
        assert_clean(repr(copy.deepcopy(infino.Secret(SECRET))))


def our_frames(error: BaseException) -> str:
    """The traceback with all locals, as crash reporters take it, without the frames of this test."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    lines = []
    seen: set[int] = set()
    pending: list[traceback.TracebackException | None] = [shown]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        lines += [str(current), *current.format_exception_only()]
        lines += [repr(frame.locals) for frame in current.stack if frame.filename != __file__]
        pending += [current.__cause__, current.__context__]
    return "\n".join(lines)


def failures(endpoint: str, tmp_path: Path) -> list[Any]:
    """Ways to fail while the secret is in play."""
    config = tmp_path / "infino" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(f'[default]\naccess_key = "IAK_X"\nsecret_key = "{SECRET}"\nnonsense = 1\n')
    environment = {"XDG_CONFIG_HOME": str(tmp_path), "INFINO_SECRET_KEY": SECRET}
    from infino.core.config import resolve

    with_password = f"://u:{PROXY_PASSWORD}@127.0.0.1:1"
    bad = [f"gopher{with_password}", f"http{with_password}/path", f"http{with_password}99999", f"socks5{with_password}"]
    foreign = {"INFINO_ACCESS_KEY": "a", "INFINO_SECRET_KEY": SECRET, "HTTPS_PROXY": bad[0]}

    def broken_provider() -> Any:
        raise RuntimeError(SECRET)

    def provider(answer: Any) -> Any:
        return lambda: infino.Infino(credentials=lambda: answer, endpoint=endpoint).ping()

    return [
        lambda: make(endpoint).ping(),
        lambda: make(endpoint).request("POST", "/x", json={"a": object()}),
        lambda: make(endpoint).request("GET", "/../x"),
        lambda: make("ftp://nowhere"),
        lambda: make(endpoint, timeout=-1),
        lambda: make(endpoint, headers={"host": "x"}),
        lambda: make(endpoint, ca_bundle="/does/not/exist", proxy=f"https://u:{PROXY_PASSWORD}@127.0.0.1:1").ping(),
        lambda: make("http://127.0.0.1:9", proxy=f"http://u:{PROXY_PASSWORD}@127.0.0.1:1").ping(),
        lambda: infino.Infino(secret_key=SECRET, endpoint=endpoint),
        lambda: infino.Infino(credentials=("a", SECRET, "c"), endpoint=endpoint),  # type: ignore[arg-type]  # the mistake
        lambda: infino.AsyncInfino(secret_key=SECRET, endpoint=endpoint),
        lambda: resolve(environment=environment),
        lambda: resolve(environment={**environment, "INFINO_PROFILE": "other"}),
        lambda: infino.Infino(credentials=broken_provider, endpoint=endpoint).ping(),
        provider({"secret": SECRET}),
        provider(("", SECRET)),
        provider((SECRET, SECRET, SECRET)),
        provider(("a", f"{SECRET}\n")),
        lambda: make(endpoint, region="us east"),
        lambda: infino.Infino(access_key="a", secret_key=f"{SECRET}\n", endpoint=endpoint),
        *(lambda proxy=proxy: make(endpoint, proxy=proxy).ping() for proxy in bad),
        lambda: resolve(environment=foreign, trust_env=True),
        lambda: resolve(environment={**environment, "INFINO_PROXY": bad[0]}, access_key="a", secret_key=SECRET),
        lambda: make(endpoint).reference(),
        lambda: make(endpoint, headers={"x-token": SECRET}).reference(),
    ]


def test_no_traceback_with_locals_and_no_error(tmp_path: Path) -> None:
    with ScriptedServer(lambda exchange: exchange.reset()) as server:
        for number, fail in enumerate(failures(server.endpoint, tmp_path)):
            with pytest.raises(infino.InfinoError) as caught:
                fail()
            text = our_frames(caught.value)
            assert "infino" in text, number
            assert_clean(text)
            assert_clean(repr(pickle.dumps(caught.value)))
    gc.collect()


@pytest.mark.parametrize("kind", [infino.Infino, infino.AsyncInfino])
def test_a_mistyped_option_gives_no_other_one_away(kind: Any) -> None:
    given = {"access_key": "a", "secret_key": SECRET, "proxy": f"http://u:{PROXY_PASSWORD}@127.0.0.1:1"}
    with pytest.raises(TypeError, match=rf"^{kind.__name__}\(\) got .* 'timout'; did you mean 'timeout'\?$") as caught:
        kind(**given, timout=3)
    assert_clean(our_frames(caught.value))
    with pytest.raises(infino.ConfigError) as refused:
        kind(**given, region="us east")
    assert_clean(our_frames(refused.value))
    assert "timeout" in inspect.signature(kind).parameters


def test_a_password_in_the_endpoint_is_refused_and_not_repeated() -> None:
    for endpoint in (f"https://u:{PROXY_PASSWORD}@host", f"https://u:{SECRET}@host", f"ftp://u:{SECRET}@host"):
        with pytest.raises(infino.ConfigError) as caught:
            make(endpoint)
        assert_clean(f"{caught.value} {caught.value!r}")


def test_the_switch_masks_what_libraries_log(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    loggers = [logging.getLogger(name) for name in ("infino", "websockets.client", "httpcore.http11")]
    before = [(logger.level, list(logger.filters), list(logger.handlers)) for logger in loggers]
    try:
        follow_environment({"INFINO_LOG": "debug"})
        secret = infino.Credentials("IAK", infino.Secret(SECRET))
        client = infino.Infino(credentials=secret, endpoint="http://127.0.0.1:9")
        url = client._transport.presign("/ws").reveal()
        handler = Everything()
        for logger in loggers:
            logger.setLevel(1)
            logger.addHandler(handler)
            logger.debug("> GET %s with %s", url, {"Authorization": "AWS4-HMAC-SHA256 Credential=x"})
            try:
                raise ValueError(SECRET)
            except ValueError:
                logger.exception("it went wrong with %s", SECRET)
        client.close()
        assert len(handler.lines) == 6
        assert_clean("\n".join(handler.lines) + stream.getvalue())
        assert "GET" in stream.getvalue()
        assert "Signature=****" in stream.getvalue()
    finally:
        for logger, (level, filters, handlers) in zip(loggers, before, strict=True):
            logger.setLevel(level)
            logger.filters[:], logger.handlers[:] = filters, handlers


def test_redact_keeps_what_is_harmless() -> None:
    assert redact("GET /sql 200 1.2 ms attempt 1") == "GET /sql 200 1.2 ms attempt 1"
    assert redact("http://user:hunter2@proxy:1") == "http://user:****@proxy:1"
    assert RedactingFilter().filter(logging.makeLogRecord({"msg": "x"})) is True


def test_curl_holds_no_secret() -> None:
    with make("http://127.0.0.1:9", headers={"x-api-token": "PLANTEDtoken"}) as client:
        command = client.debug_curl("PUT", "/user/ann", json={"Password": "PLANTEDpassword", "Roles": ["admin"]})
    assert "PLANTED" not in command
    assert "admin" in command
    assert "--aws-sigv4 aws:amz:us-east-1:es" in command
