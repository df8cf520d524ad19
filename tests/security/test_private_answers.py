"""Answers that may hold keys or the addresses of webhooks: nothing of them is left in errors, reprs and commands."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infino import AsyncInfino, DecodeError, Infino
from infino.models import AlertEvent, AlertReceipt, Monitor
from tests.support.facade import Blocking, Loop
from tests.support.scripted import ScriptedServer, answering

PLANTED = "PLANTEDs3cret0001"
KEYS: dict[str, Any] = {"access_key": "AKPLANTED", "secret_key": "planted-secret-key"}
CALLS: dict[str, Callable[[Any], Any]] = {
    "users.create": lambda client: client.users.create("ann", {"Roles": []}),
    "users.rotate_keys": lambda client: client.users.rotate_keys("ann"),
    "users.create_token": lambda client: client.users.create_token("ann"),
    "alerts.get": lambda client: client.alerts.get("c"),
    "alerts.update": lambda client: client.alerts.update("c", {}),
    "alerts.configure": lambda client: client.alerts.configure({}),
    "monitors.get": lambda client: client.monitors.get("m"),
    "connections.get": lambda client: client.connections.get("c"),
}
BODIES = {
    "cut off": f'{{"secret_key":"{PLANTED}',
    "of another kind": f'[1,{{"secret_key":"{PLANTED}","webhook_url":"https://h/{PLANTED}"}}]',
}


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[[ScriptedServer], Any]]:
    opened: list[Any] = []
    loop = Loop() if request.param == "async" else None

    def make(server: ScriptedServer) -> Any:
        settings = {**KEYS, "endpoint": server.endpoint}
        opened.append(Infino(**settings) if loop is None else Blocking(AsyncInfino(**settings), loop))
        return opened[-1]

    yield make
    for client in opened:
        client.close()
    if loop is not None:
        loop.close()


@pytest.mark.parametrize("raw", [False, True], ids=["plain", "raw"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_an_answer_that_cannot_be_read_is_not_kept(connect: Any, call: Any, body: str, raw: bool) -> None:
    class Raw:
        def __init__(self, client: Any) -> None:
            self.client = client

        def __getattr__(self, name: str) -> Any:
            return getattr(self.client, name).with_raw_response

    with ScriptedServer(answering(200, body.encode())) as server:
        client = connect(server)
        try:
            call(Raw(client) if raw else client)
        except DecodeError as error:
            caught = error
        else:
            return  # what can be read is not an error
    assert PLANTED not in repr(vars(caught))
    assert PLANTED.encode() not in pickle.dumps(caught)
    link: BaseException | None = caught
    while link is not None:
        assert PLANTED not in repr(vars(link)) + repr(getattr(link, "doc", None))
        told = traceback.TracebackException.from_exception(link, capture_locals=True)
        ours = [frame.locals for frame in told.stack if "/infino" in frame.filename]
        assert PLANTED not in repr(ours)
        link = link.__context__


@pytest.mark.parametrize("model", [AlertEvent, AlertReceipt, Monitor])
def test_what_the_service_repeats_is_not_printed(model: Any) -> None:
    value = model.from_dict({"webhook_url": f"https://h/{PLANTED}", "slack": {"url": PLANTED}})
    assert "webhook_url" in repr(value)
    assert PLANTED not in repr(value)


@pytest.mark.parametrize("path", ["/alert", "/alert/c", "/alerts/config", "/alerts/notify", "/monitor", "/source/es"])
def test_curl_hides_addresses_and_headers(path: str) -> None:
    document = {
        "name": "ops",
        "webhook_url": f"https://h/{PLANTED}",
        "slack": [{"url": PLANTED}],
        "headers": {"X-Key": PLANTED},
    }
    with Infino(**KEYS) as client:
        shown = client.debug_curl("POST", path, json={"Notifications": document})
    assert PLANTED not in shown
    assert '"name":"ops"' in shown


@pytest.mark.parametrize("path", ["/alert", "/user/ann", "/monitor/m", "/source/es", "/any"])
def test_curl_shows_no_document_that_is_text(path: str) -> None:
    headers = {"Content-Type": "application/yaml"}
    with Infino(**KEYS) as client:
        shown = client.debug_curl("PUT", path, content=f"Password: {PLANTED}\n", headers=headers)
        bare = client.debug_curl("PUT", path, content=f"Password: {PLANTED}\n")
    assert PLANTED not in shown
    assert path == "/any" or PLANTED not in bare
