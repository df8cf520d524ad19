"""No caller stops the others: not with queries that never end, nor with memory, nor with documents made to be slow."""

from __future__ import annotations

import contextlib
import resource
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from infino import Infino
from infino.local import LocalGateway, memory
from infino.local.access import Principal
from infino.local.background import BackgroundThreads
from infino.local.fino import sending
from infino.local.fino.rules import RulesPlanner
from infino.local.http import GatewayCall, Problem
from infino.local.imports import runs
from infino.local.memory import BRAKE, LITTLE, STATM, Brake, Taken
from infino.local.querydsl import points
from infino.local.rbac.access import RoleAccess
from infino.local.rbac.documents import MAX_DEPTH, MAX_NODES, body_of
from infino.local.routing import collect
from infino.local.sql.watchdog import WATCHDOG, Limited, TimeLimit, Watchdog
from infino.local.state import Gateway, Options
from infino.local.workers import OF_ONE_CALLER, THREADS, kind_of
from tests.support.signed import Signed

READING = {"ResourceType": "record", "Actions": ["read"], "Resources": ["*"]}
ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = -1"


@pytest.fixture(scope="module")
def served() -> Iterator[LocalGateway]:
    with LocalGateway(memory=200 * 1024**2, max_answer=2_000_000, sql_timeout=20) as gateway:
        yield gateway


def held() -> int:
    """How many statements of callers run at this moment; the thread that indexes texts reads now and then as well."""
    return len(WATCHDOG._limited)


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
    while held() < OF_ONE_CALLER["query"]:
        time.sleep(0.01)
    assert call.send("GET", "/_local/health", b"", {}).status == 200
    assert call("GET", "/metadata").status == 200  # the same caller's other requests
    assert call.bulk("d", {"index": {}}, {"a": 1}).status == 200
    assert call("POST", "/sql", {"query": "SELECT 1"}, **keys).status == 200  # another caller's query
    assert held() == OF_ONE_CALLER["query"]
    assert not statuses  # all of this happened while the joins ran
    while any(join.is_alive() for join in joins):  # those that wait for a thread begin when others end
        served.state.store.interrupt()
        time.sleep(0.01)


def test_every_route_has_threads_and_what_may_take_long_has_its_own() -> None:
    kinds = {f"{route.method} {route.path}": kind_of(route) for route in collect()[0]}
    assert {kinds[name] for name in ("POST /sql", "POST /{dataset}/querydsl", "GET /{dataset}/_search")} == {"query"}
    assert {
        kinds[name] for name in ("POST /{dataset}/json", "PATCH /{dataset}", "PUT /{dataset}/_doc/{record_id}")
    } == {"write"}
    waiting = ("POST /source/{id}", "GET /source/{id}/{dataset}/metadata", "POST /_mget", "DELETE /_pit")
    assert {kinds[name] for name in waiting} == {"query"}
    assert kinds["POST /{dataset}/enrich_dataset"] == "write"
    assert {kinds[name] for name in ("GET /", "GET /metadata", "GET /{dataset}", "GET /users")} == {"quick"}
    assert all(THREADS[kind] > most for kind, most in OF_ONE_CALLER.items())


@pytest.mark.parametrize("path", ["/source/postgres", "/_msearch", "/_mget", "/secret/_bulk", "/users"])
def test_no_request_of_one_caller_keeps_another_from_asking(
    served: LocalGateway, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    call, going, holding = Signed(served), threading.Event(), threading.Semaphore(0)
    bob = call("PUT", f"/user/{path.replace('/', '-')}", {"Version": "2025-01-01", "Roles": []}).json
    keys = {"access_key": bob["access_key"], "secret_key": bob["secret_key"]}
    plain = RoleAccess.check

    def check(self: RoleAccess, principal: Principal, *rest: str) -> None:
        if principal.admin:
            holding.release()
            going.wait()
        plain(self, principal, *rest)

    monkeypatch.setattr(RoleAccess, "check", check)
    bodies = {
        "/_msearch": b'{"index":"d"}\n{}\n',
        "/_mget": b'{"docs":[{"_index":"d","_id":"1"}]}',
        "/secret/_bulk": b'{"index":{}}\n{}\n',
    }
    body = bodies.get(path, b'{"config":{"path":"x"}}')
    method = "GET" if path == "/users" else "POST"
    threads = [threading.Thread(target=call, args=(method, path, body)) for _ in range(max(THREADS.values()) + 1)]
    for thread in threads:
        thread.start()
    for _ in range(min(OF_ONE_CALLER.values())):
        holding.acquire()
    assert [call(*one, **keys).status for one in BOBS] == [200, 200, 403]
    going.set()
    for thread in threads:
        thread.join()


BOBS = (("GET", "/"), ("POST", "/sql", {"query": "SELECT 1"}), ("POST", "/d/json", b'{"index":{}}\n{}\n'))


def test_questions_of_one_caller_keep_nobody_from_asking(served: LocalGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    going, asked = threading.Event(), threading.Semaphore(0)
    plain = RulesPlanner.plan

    def plan(self: RulesPlanner, question: str, *rest: Any) -> Any:
        if question == "wait":
            asked.release()
            going.wait()
        return plain(self, question, *rest)

    monkeypatch.setattr(RulesPlanner, "plan", plan)
    made = Signed(served)("PUT", "/user/eve", {"Version": "2025-01-01", "Roles": []}).json
    keys = {"access_key": made["access_key"], "secret_key": made["secret_key"]}
    with served.client() as ann, Infino(endpoint=served.endpoint, **keys) as eve:
        waiting = [threading.Thread(target=ann.fino.ask, args=("wait",)) for _ in range(OF_ONE_CALLER["query"] + 1)]
        for thread in waiting:
            thread.start()
        for _ in range(OF_ONE_CALLER["query"]):
            asked.acquire()
        assert eve.fino.ask("how many flights are there?").complete
        going.set()
        for thread in waiting:
            thread.join()


@pytest.mark.skipif(not STATM.exists(), reason="only Linux tells a process what it takes at no cost, and limits it")
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT max(strlen(replace(repeat('a', 3000), 'a', repeat('b', 100)) || n)) FROM range(2000) t(n)",
        f"SELECT {', '.join(f'max(strlen(upper(x || {n})))' for n in range(60))}"
        " FROM (SELECT repeat('a', 5000) || n AS x FROM range(2000) t(n))",
    ],
)
def test_a_step_of_large_values_leaves_the_process_its_memory(sql: str) -> None:
    size = 16 * 1024**2
    with LocalGateway(memory=size, max_answer=size, max_in_flight=size) as gateway:
        call = Signed(gateway)
        for _ in range(2):  # of the two, the second finds what the engine still holds of the first
            reply = call("POST", "/sql", {"query": sql})
            assert reply.status == 400, "the values of one step take some 600 MB"
            assert "needs more memory" in reply.reason
        assert call("PUT", "/d").status == 200
        while resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
            time.sleep(0.01)


def test_requests_need_no_new_threads(served: LocalGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    call = Signed(served)
    monkeypatch.setattr(threading.Thread, "start", refused)
    assert call("PUT", "/threads").status == 200
    assert call.bulk("threads", {"index": {}}, {"a": 1}).status == 200
    assert call("POST", "/sql", {"query": "SELECT a FROM threads"}).status == 200


@pytest.mark.parametrize("kind", [runs.threads, sending.answer_threads])
def test_two_callers_do_not_have_all_threads_of_the_background(kind: Callable[[Gateway], BackgroundThreads]) -> None:
    held = threading.Event()
    done: list[int] = []

    def wait(number: int) -> None:
        held.wait(60)
        done.append(number)

    with contextlib.closing(Gateway(Options())) as gateway:
        threads = gateway.part(kind, gateway)
        for number in range(10):
            threads.submit(f"greedy {number % 2}", partial(wait, number))
        other = threading.Event()
        threads.submit("other", other.set)
        assert other.wait(60)
        assert not done
        held.set()
        while len(done) < 10:
            time.sleep(0.01)
    assert sorted(done) == list(range(10))


@pytest.mark.skipif(not STATM.exists(), reason="only there a process gets a limit on its memory")
def test_texts_are_not_searched_while_memory_is_short(served: LocalGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "PATIENCE", 0.1)
    call, search = Signed(served), {"query": {"match": {"t": "one"}}}
    call("PUT", "/texts", {"mappings": {"properties": {"t": {"type": "text"}}}})
    call.bulk("texts", {"index": {"_id": "1"}}, {"t": "one two"})
    assert call("POST", "/texts/querydsl", search).json["hits"]["total"]["value"] == 1
    limits = []
    with BRAKE.spared():  # what has begun goes on
        BRAKE.hold(call, Taken.now().mapped + LITTLE)
        limits.append(resource.getrlimit(resource.RLIMIT_AS)[0])
    try:
        limits.append(resource.getrlimit(resource.RLIMIT_AS)[0])
        refused = call("POST", "/texts/querydsl", search)  # its engine ends the process when it gets no memory
    finally:
        BRAKE.release(call)
    assert limits[0] != limits[1]
    assert (refused.status, refused.json["error"]["type"]) == (503, "memory_short")
    assert call("POST", "/texts/querydsl", search).status == 200


def test_what_fails_in_other_words_while_memory_is_short_is_told_as_that(
    served: LocalGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: RoleAccess, principal: Principal, *rest: str) -> None:
        raise RuntimeError("can't start new thread")

    call = Signed(served)
    with monkeypatch.context() as patched:
        patched.setattr(RoleAccess, "check", fail)
        patched.setattr(Brake, "held", True)
        assert call("GET", "/users").status == 503
        patched.setattr(Brake, "held", False)
        assert call("GET", "/users").status == 500


def test_all_threads_run_from_the_start(served: LocalGateway) -> None:
    names = {thread.name for thread in threading.enumerate()}
    assert names >= {"infino-time-limit", "infino-import_15", "infino-fino_7", "infino-query_23"}


def test_one_limit_that_fails_ends_no_other(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise OSError("closed")

    watchdog, stopped = Watchdog(), threading.Event()
    wrong: Any = "x"
    with pytest.raises(TypeError):
        watchdog.watch(Limited(TimeLimit(wrong), fail))
    for seconds in (0.0, 1e300, float("nan")):
        watchdog.watch(Limited(TimeLimit(seconds), fail))
    last = Limited(TimeLimit(0.1), stopped.set)
    watchdog.watch(last)
    assert stopped.wait(10)
    assert last.late
    assert "could not be stopped" in caplog.text


def test_many_searches_of_one_request_have_one_time_limit() -> None:
    with LocalGateway(sql_timeout=0.2) as gateway:
        call = Signed(gateway)
        call("PUT", "/d")
        search = call("POST", "/_msearch", b'{"index":"d"}\n{"size":0}\n' * 20_000, "application/x-ndjson")
        assert (search.status, search.reason[:39]) == (400, "the request was stopped after 0.2 s; ask"[:39])
        fetch = call("POST", "/d/_mget", {"ids": ["1"] * 20_000})
        assert (fetch.status, fetch.reason[:39]) == (400, search.reason[:39])


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


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE rows SET a = repeat('x', 100000)",
        "INSERT INTO rows (a) SELECT repeat('x', 100000) FROM range(1000000)",
        "UPSERT INTO rows SELECT _id, repeat('x', 50000) AS a FROM rows",
        "INSERT INTO rows (_id, a) SELECT _id, repeat('x', 20000) FROM rows ON CONFLICT (_id) DO UPDATE SET a = 'y'",
    ],
)
def test_what_one_statement_writes_has_a_limit(served: LocalGateway, query: str) -> None:
    call = Signed(served)
    if call("PUT", "/rows").status == 200:
        call.bulk("rows", *(line for n in range(100) for line in ({"index": {"_id": str(n)}}, {"a": "b"})))
    reply = call.sql(query)
    assert (reply.status, "writes records of more than 2000000 bytes together" in reply.reason) == (400, True)
    assert call.rows("SELECT count(*) AS n, max(a) AS a FROM rows") == [{"n": 100, "a": "b"}]
    assert call.sql("UPDATE rows SET a = 'b'").json["affected_rows"] == 100


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


def test_one_caller_can_not_open_every_point_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "OF_ONE_CALLER", 2)
    with LocalGateway() as gateway:
        call = Signed(gateway)
        call("PUT", "/d")
        call("PUT", "/role/r", {"Permissions": [READING]})
        ann = call("PUT", "/user/ann", {"Roles": ["r"]}).json
        keys = {"access_key": ann["access_key"], "secret_key": ann["secret_key"]}
        assert [call("POST", "/d/_pit?keep_alive=1m").status for _ in range(3)] == [200, 200, 429]
        assert call("POST", "/d/_pit?keep_alive=1m", **keys).status == 200
