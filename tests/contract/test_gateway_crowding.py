"""No caller stops the others: not with queries that never end, nor with memory, nor with documents made to be slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from infino.local import LocalGateway
from infino.local.access import Principal
from infino.local.http import GatewayCall, Problem
from infino.local.rbac.documents import MAX_DEPTH, MAX_NODES, body_of
from infino.local.routing import collect
from infino.local.workers import OF_ONE_CALLER, THREADS, kind_of
from tests.support.signed import Signed

ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = -1"


@pytest.fixture(scope="module")
def served() -> Iterator[LocalGateway]:
    with LocalGateway(memory=200 * 1024**2, max_answer=2_000_000, sql_timeout=20) as gateway:
        yield gateway


def held(gateway: LocalGateway) -> int:
    """How many statements read at this moment."""
    return len(gateway.state.store._readers)


def test_45_joins_without_end_hold_up_nobody(served: LocalGateway) -> None:
    call = Signed(served)
    ann = call("PUT", "/user/ann", {"Version": "2025-01-01", "Roles": []}).json
    keys = {"access_key": ann["access_key"], "secret_key": ann["secret_key"]}
    assert call("PUT", "/d").status == 200
    statuses: list[int] = []
    joins = [
        threading.Thread(target=lambda: statuses.append(call("POST", "/sql", {"query": ENDLESS}).status))
        for _ in range(45)
    ]
    for join in joins:
        join.start()
    while held(served) < OF_ONE_CALLER:
        time.sleep(0.01)
    assert call.send("GET", "/_local/health", b"", {}).status == 200
    assert call("GET", "/metadata").status == 200  # the same caller's other requests
    assert call.bulk("d", {"index": {}}, {"a": 1}).status == 200
    assert call("POST", "/sql", {"query": "SELECT 1"}, **keys).status == 200  # another caller's query
    assert held(served) == OF_ONE_CALLER
    assert not statuses  # all of this happened while the joins ran
    served.state.store.interrupt()
    while held(served):
        served.state.store.interrupt()
        time.sleep(0.01)
    for join in joins:
        join.join()


def test_every_route_has_threads_and_what_may_take_long_has_its_own() -> None:
    kinds = {f"{route.method} {route.path}": kind_of(route) for route in collect()[0]}
    assert {kinds[name] for name in ("POST /sql", "POST /{dataset}/querydsl", "GET /{dataset}/_search")} == {"query"}
    assert {
        kinds[name] for name in ("POST /{dataset}/json", "PATCH /{dataset}", "PUT /{dataset}/_doc/{record_id}")
    } == {"write"}
    assert {kinds[name] for name in ("GET /", "GET /metadata", "GET /{dataset}", "GET /users")} == {"quick"}
    assert THREADS["query"] > OF_ONE_CALLER


def test_a_query_beyond_the_memory_fails_alone(served: LocalGateway) -> None:
    call = Signed(served)
    greedy = "SELECT list(range || repeat('x', 1000)) FROM range(3000000)"
    reply = call("POST", "/sql", {"query": greedy})
    assert (reply.status, "more memory" in reply.reason) == (400, True)
    assert call.rows("SELECT 1 AS one") == [{"one": 1}]


@pytest.mark.parametrize(
    "query",
    ["SELECT repeat('x', 100) AS a FROM range(100000)", "SELECT repeat('x', 3000000) AS a"],
)
def test_an_answer_has_a_limit(served: LocalGateway, query: str) -> None:
    reply = Signed(served)("POST", "/sql", {"query": query})
    assert reply.status == 400
    assert "more than" in reply.reason


def test_answers_of_every_kind_have_that_limit(served: LocalGateway) -> None:
    call = Signed(served)
    call("PUT", "/long")
    call.bulk("long", *(line for n in range(30) for line in ({"index": {"_id": str(n)}}, {"text": "x" * 100_000})))
    reply = call("POST", "/long/querydsl", {"query": {"match_all": {}}, "size": 30})
    assert (reply.status, reply.json["error"]["type"]) == (400, "content_too_long")
    assert call("POST", "/long/querydsl", {"query": {"match_all": {}}, "size": 3}).status == 200


SLOW = {
    "a million brackets": b"[" * 1_000_000, "a million braces": b"{" * 1_000_000, "dashes": b"- " * 500_000,
    "lists": b"[" + b"[]," * 300_000 + b"]", "questions": b"? " * 500_000, "keys": b"{" + b"a," * 400_000,
    "in a value": b"Roles: " + b"[" * 900_000, "just too deep": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "just too many": b"[" + b"a," * MAX_NODES + b"]",
}  # fmt: skip


@pytest.mark.parametrize("name", SLOW)
def test_yaml_made_to_be_slow_is_refused_before_it_is_read(name: str) -> None:
    call = GatewayCall(Principal("ann", "1"), "PUT", {}, {}, "", {"content-type": "application/yaml"}, SLOW[name])
    with pytest.raises(Problem, match=r"a document may have \d+ (levels|values) at the most"):
        body_of(call)
