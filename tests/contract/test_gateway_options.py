"""What a call says acts, or is refused by name: parameters, members of bodies, forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infino.local import LocalGateway
from tests.support.signed import Signed


@pytest.fixture(scope="module")
def call() -> Iterator[Signed]:
    with LocalGateway() as gateway:
        signed = Signed(gateway)
        signed("PUT", "/d")
        signed.bulk("d", {"index": {"_id": "1"}}, {"n": 1})
        yield signed


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sql", {"query": "SELECT 1"}), ("POST", "/d/querydsl", {}), ("GET", "/d/doc/1", b""),
        ("GET", "/d", b""), ("PATCH", "/d", {"query": {"ids": {"values": []}}}), ("GET", "/metadata", b""),
        ("GET", "/d/_schema", b""), ("GET", "/fino/threads", b""), ("GET", "/import/jobs", b""),
        ("GET", "/visualizations", b""), ("GET", "/users", b""), ("GET", "/sources", b""),
    ],
)  # fmt: skip
def test_a_parameter_that_would_not_act_is_refused(call: Signed, method: str, path: str, body: Any) -> None:
    assert call(method, path, body).status == 200
    reply = call(method, f"{path}?pretty=true&nosuch=1", body)
    assert (reply.status, "[nosuch]" in reply.reason) == (501, True)
    assert call(method, f"{path}?pretty=true", body).status == 200


@pytest.mark.parametrize(
    "form", ["query=1&nosuch=1", "query=1&limit=1", "query=1&lookback_delta=1m", "query=1&query=2"]
)
@pytest.mark.parametrize("path", ["/promql/query", "/api/v1/query"])
@pytest.mark.parametrize("at", ["url", "body"])
def test_a_parameter_of_promql_that_would_not_act_is_refused(call: Signed, path: str, form: str, at: str) -> None:
    media_type = "application/x-www-form-urlencoded"
    reply = call("POST", f"{path}?{form}") if at == "url" else call("POST", path, form.encode(), media_type)
    assert reply.status == 400
    assert "parameter" in reply.json["error"]
    assert call("POST", f"{path}?query=1&timeout=1m").status == 200
    assert call("POST", f"{path}?query=1&timeout=soon").status == 400


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sql", {"query": "SELECT 1"}), ("POST", "/fino/threads", {"name": "a"}),
        ("POST", "/d/enrich_dataset", {"match_field": "n", "enrich_fields": ["k"], "indices": "d"}),
        ("POST", "/source/sqlite", {"config": {"path": "/none"}}),
        ("PUT", "/import/sqlite", {"source_id": "a", "target_dataset": "b"}),
    ],
)  # fmt: skip
def test_a_member_that_would_not_act_is_refused(call: Signed, method: str, path: str, body: dict[str, Any]) -> None:
    reply = call(method, path, {**body, "nosuch": 1})
    assert (reply.status, "unknown key [nosuch]" in reply.reason) == (400, True)
    assert "unknown key" not in call(method, path, body).content.decode()


@pytest.mark.parametrize(
    ("kind", "config", "named"),
    [
        ("sqlite", {"path": "/a", "nosuch": 1}, "unknown setting [nosuch]"),
        ("sqlalchemy", {"url": "sqlite://", "sslmode": "require"}, "unknown setting [sslmode]"),
        ("sqlalchemy", {"url": "postgresql://h/d", "database": "e"}, "[url] and [database]"),
        ("sqlalchemy", {"url": "postgresql://h/d", "password": "e"}, "[url] and [password]"),
        ("prometheus", {"base_url": "http://127.0.0.1:1", "url": "http://127.0.0.1:2"}, "[base_url] and [url]"),
        ("elasticsearch", {"url": "http://127.0.0.1:1", "api_key": "a", "user": "b"}, "[api_key] and [user]"),
    ],
)  # fmt: skip
def test_a_setting_of_a_connection_acts_or_is_refused(call: Signed, kind: str, config: Any, named: str) -> None:
    reply = call("POST", f"/source/{kind}", {"config": {"name": "c", **config}})
    assert (reply.status, named in reply.reason) == (400, True), reply.content


def test_a_policy_says_nothing_that_would_not_act(call: Signed) -> None:
    policy = {"match_field": "n", "enrich_fields": ["k"], "indices": "d", "query": {"term": {"n": 1}}}
    for body in ({"enrich_policy": policy}, {"enrich_policy": {"match": policy}}):
        assert "[query] in an enrich policy" in call("POST", "/d/enrich_dataset", body).reason


@pytest.mark.parametrize("boosts", [{"other": 2}, [{"d": 1}, {"other": 2}]])
def test_a_boost_of_a_dataset_that_there_is_not_is_refused(boosts: Any) -> None:
    with LocalGateway() as gateway:
        call = Signed(gateway)
        call("PUT", "/d")
        reply = call("POST", "/d/querydsl", {"indices_boost": boosts})
        assert (reply.status, "[other] in [indices_boost]" in reply.reason) == (404, True)
        call("PUT", "/other")
        assert call("POST", "/d/querydsl", {"indices_boost": boosts}).status == 200
        assert call("POST", "/d/querydsl", {"indices_boost": {"nowhere*": 2}}).status == 200
