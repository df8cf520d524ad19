"""`with_raw_response` of what has a plan written by hand: the same call as the method itself, and the same value."""

from __future__ import annotations

import ast
import inspect
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import infino
from infino.caller import _refusal
from infino.plans.users import IssuedKeys
from infino.runtime.options import CallOptions
from tests.support.scripted import Exchange, Received, ScriptedServer, answering

ROOT = Path(__file__).resolve().parents[2]
# What the method does beyond its one call, and its raw form leaves to the caller.
BEYOND_THE_CALL = {"fino.send": {"wait"}}
USER: dict[str, Any] = {"Roles": ["reader"]}
ARGUMENTS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "connections.query": (("c1", "sales", "INSERT INTO t VALUES (1)"), {}),
    "connections.sql": (("c1", "INSERT INTO t VALUES (1)"), {}),
    "connections.update": (("c1", {"config": {"host": "db"}}), {}),
    "datasets.count": (("flights",), {}),
    "datasets.create": (("flights",), {"exist_ok": True}),
    "datasets.exists": (("flights",), {}),
    "datasets.delete": (("flights",), {"missing_ok": True}),
    "fino.send": (("t1", "how late?"), {}),
    "imports.get": (("j1",), {}),
    "query.dsl": (("flights", {"query": {"match_all": {}}}), {}),
    "query.execute": (("INSERT INTO t VALUES (?)", [1]), {}),
    "query.promql": (("up",), {"at": 1767323045}),
    "query.promql_range": (("up",), {"start": 1767323045, "end": 1767323095, "step": "5s"}),
    "query.sql": (("INSERT INTO t VALUES (?)", [1]), {}),
    "records.delete": (("flights", {"query": {"match_all": {}}}), {}),
    "roles.create": (("reader", {"Permissions": []}), {}),
    "roles.update": (("reader", {"Permissions": []}), {}),
    "users.create": (("ann", USER), {}),
    "users.rotate_keys": (("ann",), {}),
    "users.update": (("ann", USER), {}),
}
KEYS = b'{"username":"ann","access_key":"IAK_1","secret_key":"s3cr3t-of-ann"}'
ANSWERS = {
    "nothing": answering(200, b"{}"),
    "keys": answering(200, KEYS),
    "failed inside": answering(200, b'{"error_message":"no such table","rows":[]}'),
    "html": answering(200, b"<html></html>"),
    "401": answering(401, b'{"error":"no"}'),
    "404": answering(404, b'{"error":"there is no such thing"}'),
    "409": answering(409, b'{"error":"there is one"}'),
    "500": answering(500, b'{"error":"broken"}'),
}


def reset(exchange: Exchange) -> None:
    """Break off, so that nobody knows what was done."""
    exchange.reset()


def resources(client: Any) -> Iterator[tuple[str, Any]]:
    """Every resource of a client by its dotted name."""
    pending: list[tuple[str, Any]] = [("", client)]
    while pending:
        prefix, found = pending.pop()
        for name in dir(type(found)):
            is_plain = name.startswith("_") or name in ("config", "with_raw_response")
            if is_plain or callable(inspect.getattr_static(type(found), name)):
                continue
            inner = getattr(found, name)
            if hasattr(type(inner), "with_raw_response"):
                pending.append((f"{prefix}{name}.", inner))
        if prefix:
            yield prefix[:-1], found


def planned(client: Any) -> dict[str, tuple[Any, Any]]:
    """Methods whose plan is written by hand and those that override a generated one, each with its raw form."""
    found = {}
    for prefix, resource in resources(client):
        kind = type(resource)
        generated = next(base for base in kind.__mro__ if base.__module__.startswith("infino_api.resources."))
        for name in dir(generated):
            method = getattr(kind, name)
            if name.startswith("_") or not inspect.isfunction(method):
                continue
            if method is not getattr(generated, name) or "from infino.plans." in inspect.getsource(method):
                found[f"{prefix}.{name}"] = (method, getattr(type(resource.with_raw_response), name))
    return found


SYNC = planned(infino.Infino(access_key="a", secret_key="b"))
ASYNC = planned(infino.AsyncInfino(access_key="a", secret_key="b"))


def parameters(method: Any) -> list[tuple[str, Any, Any]]:
    """Name, kind and default; the settings of every call count as if written out."""
    found: list[tuple[str, Any, Any]] = []
    for one in inspect.signature(method).parameters.values():
        if one.kind is inspect.Parameter.VAR_KEYWORD:
            found += [(name, inspect.Parameter.KEYWORD_ONLY, None) for name in CallOptions.__annotations__]
        else:
            found.append((one.name, one.kind, one.default))
    return sorted(found)


def test_both_trees_have_plans_in_the_same_places_and_none_lacks_arguments_here():
    assert set(SYNC) == set(ASYNC) == set(ARGUMENTS)


@pytest.mark.parametrize("tree", [SYNC, ASYNC], ids=["sync", "async"])
@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_raw_form_takes_what_the_method_takes(tree, name):
    plain, raw = tree[name]
    beyond = BEYOND_THE_CALL.get(name, set())
    assert [one for one in parameters(plain) if one[0] not in beyond] == parameters(raw)


def sent(request: Received) -> tuple[str, str, bytes, list[tuple[str, str]]]:
    """A request without what differs from one moment to the next."""
    changing = ("host", "x-amz-date", "authorization")
    headers = sorted((name.lower(), value) for name, value in request.headers if name.lower() not in changing)
    return request.method, request.target, request.body, headers


def outcome(make: Any, name: str, script: Any, *, raw: bool) -> tuple[list[Any], str]:
    """What a call sent, and what became of it."""
    resource, method = name.rsplit(".", 1)
    positional, keyword = ARGUMENTS[name]
    with ScriptedServer(script) as server:
        found = getattr(make(server.endpoint), resource)
        try:
            value = getattr(found.with_raw_response if raw else found, method)(*positional, **keyword)
            shown = repr(value.value if raw else getattr(value, "_target", value))
        except infino.InfinoError as error:
            shown = repr(error)
        return [sent(request) for request in server.requests], shown.replace(server.endpoint, "")


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_raw_form_sends_the_same_bytes_and_means_the_same(make, name):
    for label, script in {**ANSWERS, "reset": reset}.items():
        plain, raw = (outcome(make, name, script, raw=raw) for raw in (False, True))
        assert plain == raw, label


def test_no_method_of_one_call_is_written_by_hand():
    """`fino.send` may also wait for the reply, which takes several calls."""
    source = ROOT / "infino" / "resources"
    written = {
        (path.stem, node.name)
        for path in source.glob("*.py")
        for kind in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(kind, ast.ClassDef)
        for node in kind.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    }
    documented = {tuple(name.rsplit(".", 1)) for name in SYNC}
    assert written & documented == {("fino", "send")}


def test_a_gateway_without_the_route_is_asked_another_way_and_remembered(make):
    def script(exchange: Exchange) -> None:
        if exchange.request.target.endswith("/_count"):
            exchange.answer(404, b'{"error":"no such route"}')
        else:
            exchange.answer(200, b'{"hits":{"total":{"value":7},"hits":[]}}')

    with ScriptedServer(script) as server:
        datasets = make(server.endpoint).datasets
        assert datasets.count("flights") == 7
        assert datasets.with_raw_response.count("flights").value == 7
        assert datasets.count("flights") == 7
        targets = [request.target for request in server.requests]
    assert [target.endswith("/_count") for target in targets] == [True, False, False, False]


def test_a_write_elsewhere_is_not_repeated_by_the_raw_form(make):
    with ScriptedServer(reset) as server:
        raw = make(server.endpoint).connections.with_raw_response
        for call in (lambda: raw.sql("c1", "INSERT INTO t VALUES (1)"), lambda: raw.query("c1", "d", "DROP TABLE t")):
            with pytest.raises(infino.TransportError):
                call()
        assert len(server.requests) == 2


@pytest.mark.parametrize("call", [lambda users: users.create("ann", USER), lambda users: users.rotate_keys("ann")])
def test_keys_are_wrapped_in_the_raw_form_too_and_their_bytes_are_not_kept(make, call):
    with ScriptedServer(answering(200, KEYS)) as server:
        answer = call(make(server.endpoint).users.with_raw_response)
    assert isinstance(answer.value, IssuedKeys)
    assert answer.value.secret_key.reveal() == "s3cr3t-of-ann"
    assert answer.content == b""
    assert "s3cr3t" not in repr(answer)
    with pytest.raises(TypeError, match="Secret"):
        pickle.dumps(answer)


def test_the_raw_form_of_a_dataset_that_is_there_or_gone_tells_what_the_service_said(make):
    with ScriptedServer(answering(409, b'{"error":"there is one"}', [("X-Request-Id", "r1")])) as server:
        answer = make(server.endpoint).datasets.with_raw_response.create("flights", exist_ok=True)
        assert (answer.value.acknowledged, answer.status, answer.request_id) == (True, 409, "r1")
        assert (answer.content, answer.attempts) == (b'{"error":"there is one"}', 1)
    with ScriptedServer(answering(404, b"index_not_found_exception")) as server:
        answer = make(server.endpoint).datasets.with_raw_response.delete("flights", missing_ok=True)
        assert (answer.value, answer.status, answer.content) == (False, 404, b"index_not_found_exception")


def test_the_time_of_a_refusal_that_became_a_value_counts_its_pauses():
    error = infino.NotFoundError("gone", status=404, operation="datasets.delete")
    error.attempt_log = (
        infino.Attempt(number=1, elapsed=0.25, status=503, reason="busy", delay=2.0),
        infino.Attempt(number=2, elapsed=0.5, status=404, reason="gone", delay=None),
    )
    assert _refusal(error).elapsed == 2.75
