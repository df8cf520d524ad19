"""Who writes when: callers take turns, and what a slow question decided is carried out only while it still holds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infino.local import LocalGateway, optimistic, records
from infino.local.presence import CALLER, Presence
from infino.local.sql.question import Asker
from infino.local.store.turns import Turns
from tests.support.signed import Signed

ROWS = [{"index": {"_id": "1"}}, {"n": 1, "k": "a"}, {"index": {"_id": "2"}}, {"n": 1, "k": "b"}]


def test_callers_take_turns_and_one_of_them_can_not_queue_before_all_others() -> None:
    turns, done = Turns(), []

    def write(name: str) -> None:
        CALLER.set(Presence(name))
        with turns.turn():
            done.append(name)

    with turns.turn():
        threads = [threading.Thread(target=write, args=(name,)) for name in "aaab"]
        for number, thread in enumerate(threads, 1):
            thread.start()
            while sum(map(len, turns._waiting.values())) < number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert done == ["a", "b", "a", "a"]


@pytest.fixture(scope="module")
def served() -> Iterator[LocalGateway]:
    with LocalGateway() as gateway:
        yield gateway


@pytest.fixture
def call(served: LocalGateway) -> Signed:
    served.reset()
    signed = Signed(served)
    for name in ("d", "e"):
        assert signed("PUT", f"/{name}").status == 200
        assert not signed.bulk(name, *ROWS).json["errors"]
    return signed


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], list[int]]:
    """Have something done whenever the question of a change is about to be answered; the list grows each time."""

    def install(action: Callable[[], None]) -> list[int]:
        times: list[int] = []
        prepare, matching_ids = Asker.prepare, records.matching_ids

        def before(plain: Callable[..., Any]) -> Callable[..., Any]:
            def wrapped(*arguments: Any, **options: Any) -> Any:
                times.append(1)
                action()
                return plain(*arguments, **options)

            return wrapped

        monkeypatch.setattr(Asker, "prepare", before(prepare))
        monkeypatch.setattr(records, "matching_ids", before(matching_ids))
        return times

    return install


def by_sql(query: str) -> tuple[str, str, Any]:
    return "POST", "/sql", {"query": query}


CHANGES = {
    "update": by_sql("UPDATE d SET n = n + 1"),
    "insert": by_sql("INSERT INTO d (n) SELECT n FROM e"),
    "on conflict": by_sql("INSERT INTO d (_id, n) VALUES ('1', 5) ON CONFLICT (_id) DO UPDATE SET n = excluded.n"),
    "upsert": by_sql("UPSERT INTO d SELECT _id, n FROM e"),
    "delete": by_sql("DELETE FROM d WHERE n = 1"),
    "delete by query": ("PATCH", "/d", {"query": {"term": {"n": 1}}}),
    "delete by query of stock clients": ("POST", "/d/_delete_by_query", {"query": {"term": {"n": 1}}}),
    "enrich": ("POST", "/d/enrich_dataset", {"match_field": "k", "enrich_fields": ["n"], "indices": "e"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_nobody_waits_for_the_question_of_a_change(
    call: Signed, asked: Callable[[Callable[[], None]], list[int]], name: str
) -> None:
    going, waiting = threading.Event(), threading.Event()

    def wait() -> None:
        waiting.set()
        assert going.wait(20)

    asked(wait)
    statuses: list[int] = []
    change = threading.Thread(target=lambda: statuses.append(call(*CHANGES[name]).status))
    change.start()
    assert waiting.wait(20)
    assert call.bulk("e", {"index": {"_id": "3"}}, {"n": 3}).status == 200
    assert call("PUT", "/f").status == 200
    assert statuses == []
    going.set()
    change.join()
    assert statuses == [200]


def change_elsewhere(call: Signed, *lines: Any, times: int = 1) -> Callable[[], None]:
    left = [lines] * times

    def write() -> None:
        if left:
            assert not call.bulk("d", *left.pop()).json["errors"]

    return write


@pytest.mark.parametrize("brief", [0.0, 20.0])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("UPDATE d SET n = n + 1", {"1": 101, "2": 2}),
        ("DELETE FROM d WHERE n = 1", {"1": 100}),
        ("UPSERT INTO d (_id, n) SELECT _id, n + 1 FROM d", {"1": 101, "2": 2}),
        ("INSERT INTO d (_id, n) VALUES ('1', 5) ON CONFLICT (_id) DO UPDATE SET n = d.n + 5", {"1": 105, "2": 1}),
    ],
)
def test_a_change_follows_from_what_stands_when_it_is_written(
    call: Signed,
    asked: Callable[[Callable[[], None]], list[int]],
    monkeypatch: pytest.MonkeyPatch,
    query: str,
    found: dict[str, int],
    brief: float,
) -> None:
    monkeypatch.setattr(optimistic, "BRIEF", brief)
    asked(change_elsewhere(call, {"index": {"_id": "1"}}, {"n": 100}))
    assert call.sql(query).status == 200
    monkeypatch.undo()
    assert {row["_id"]: row["n"] for row in call.rows("SELECT _id, n FROM d")} == found


def test_an_id_that_came_in_meanwhile_is_not_overwritten(
    call: Signed, asked: Callable[[Callable[[], None]], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimistic, "BRIEF", 0.0)
    asked(change_elsewhere(call, {"index": {"_id": "3"}}, {"n": 100}))
    assert call.sql("INSERT INTO d (_id, n) VALUES ('3', 5)").status == 409
    monkeypatch.undo()
    assert call.rows("SELECT n FROM d WHERE _id = '3'") == [{"n": 100}]


def test_what_others_write_to_other_records_does_not_make_a_long_question_asked_again(
    call: Signed, asked: Callable[[Callable[[], None]], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimistic, "BRIEF", 0.0)
    times = asked(change_elsewhere(call, {"index": {"_id": "3"}}, {"n": 100}))
    assert call.sql("UPDATE d SET n = n + 1").json["affected_rows"] == 2
    assert len(times) == 1


def test_a_brief_question_sees_all_that_was_written_before_its_change(
    call: Signed, asked: Callable[[Callable[[], None]], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimistic, "BRIEF", 20.0)
    asked(change_elsewhere(call, {"index": {"_id": "3"}}, {"n": 100}))
    assert call.sql("INSERT INTO d (_id, n) SELECT 'm', max(n) + 1 FROM d").status == 200
    monkeypatch.undo()
    assert call.rows("SELECT n FROM d WHERE _id = 'm'") == [{"n": 101}]


def test_records_that_others_change_again_and_again_end_in_a_409(
    asked: Callable[[Callable[[], None]], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimistic, "BRIEF", 0.0)
    with LocalGateway(sql_timeout=0.5) as gateway:
        call = Signed(gateway)
        call("PUT", "/d")
        call.bulk("d", *ROWS)
        asked(change_elsewhere(call, {"index": {"_id": "1"}}, {"n": 100}, times=1000))
        reply = call.sql("UPDATE d SET n = n + 1")
    assert (reply.status, reply.reason[:44]) == (409, "others changed the same records of [d] again"[:44])


def test_counts_of_many_at_once_are_exact(call: Signed) -> None:
    def add() -> None:
        for _ in range(5):
            assert call.sql("UPDATE d SET n = n + 1").status == 200

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert call.rows("SELECT n FROM d ORDER BY _id") == [{"n": 31}, {"n": 31}]


def test_a_question_can_not_reach_the_store_by_the_names_of_its_own_statement(call: Signed) -> None:
    for name in ("datasets", "ds_1"):  # a dataset of such a name shadows no table of the store
        call("PUT", f"/{name}")
        call.bulk(name, {"index": {"_id": "1"}}, {"n": 1})
        merge = f"INSERT INTO {name} (_id, n) VALUES ('1', 5) ON CONFLICT (_id) DO UPDATE SET n = {name}.n + 1"
        assert call.sql(merge).status == 200
        assert call.rows(f"SELECT n FROM {name}") == [{"n": 2}]
    for query in ("UPDATE d SET k = d._source", "UPDATE d SET k = wanted._id", "DELETE FROM d WHERE result.c0 = '1'"):
        assert call.sql(query).status == 400
