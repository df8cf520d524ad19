"""The filter of ids: it never takes a known one for new, and hashes as the engine does."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import numpy as np
import pytest

from infino.local.store import Store
from infino.local.store.ids import LEAST, IdFilter, hashes_of
from infino.local.store.typed import make_tables
from infino.local.store.writer import DocumentBatch, Place, places_in, put, remove
from tests.support.signed import Signed

AWKWARD = ["", "a", "ü", "\U0001f600", "x" * 5000, "1", "01"]


def test_hashes_are_those_of_the_engine() -> None:
    with duckdb.connect() as engine:
        rows = engine.execute("SELECT md5_number_lower(unnest(?::VARCHAR[]))", [AWKWARD]).fetchall()
    assert hashes_of(AWKWARD).tolist() == [value for (value,) in rows]


def test_what_it_has_is_possible_and_nearly_nothing_else() -> None:
    old, fresh = (hashes_of([f"{word} {number}" for number in range(LEAST)]) for word in ("old", "later"))
    known = IdFilter()
    known.add(old)
    assert known.possible(old).all()
    assert not known.possible(fresh).any()
    assert not known.has_room()
    with pytest.raises(AssertionError, match="no room for 1000 more ids"):
        known.add(fresh[:1000])
    assert IdFilter(2 * LEAST).has_room(2 * LEAST)


def test_a_write_of_more_ids_than_the_filter_has_room_for_ends(gateway, fresh) -> None:
    name, call = fresh("many"), Signed(gateway)
    call("PUT", f"/{name}")
    call.bulk(name, {"index": {"_id": "first"}}, {"n": 0})
    made = f'INSERT INTO "{name}" (_id, n) SELECT range::VARCHAR, range FROM range({4 * LEAST})'
    assert call("POST", "/sql", {"query": made}).json["affected_rows"] == 4 * LEAST
    call.bulk(name, {"index": {"_id": "7"}}, {"n": -1}, {"index": {"_id": "new"}}, {"n": -2})
    assert call.rows(f'SELECT count(*) AS all, count(DISTINCT _id) AS ids FROM "{name}"') == [
        {"all": 4 * LEAST + 2, "ids": 4 * LEAST + 2}
    ]


def test_marks_that_want_the_same_place_are_all_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infino.local.store.ids.LEAST", 40)
    known = IdFilter()
    crowd = np.array([(number << 33) + 0xFFFFFFFF for number in range(50)], np.uint64)  # all want the last place
    known.add(crowd[:20])
    known.add(crowd[10:30])
    assert known.possible(crowd).tolist() == [True] * 30 + [False] * 20


def test_an_empty_one_knows_nothing() -> None:
    known = IdFilter()
    assert not known.possible(hashes_of(AWKWARD)).any()
    assert not known.possible(hashes_of([])).any()


@pytest.mark.parametrize("asked", [["a"], ["a", "nobody"], ["a", "a"], ["nobody", "b"], ["a", "b"]])
def test_documents_are_found_by_their_ids_and_not_by_a_hash_that_two_have(asked: list[str]) -> None:
    with duckdb.connect() as engine:
        make_tables(engine, 1)
        for number, (hashed, id) in enumerate((("a", "a"), ("a", "as a"), ("b", "b"), ("c", "c")), 1):
            engine.execute("INSERT INTO ds_1 VALUES (?, md5_number_lower(?), ?, 1, '{}')", [number, hashed, id])
        found = list(places_in(engine, "ds_1", asked))
    assert dict(found) == {id: Place({"a": 1, "b": 3}[id], 1, 2) for id in asked if id != "nobody"}
    assert len(found) == len(dict(found))


def test_a_store_finds_what_was_written_before_the_filter_and_after_and_what_was_undone() -> None:
    def write(store: Store, *ids: str, fail: bool = False) -> dict[str, int]:
        with store.writing() as cursor:
            made = put(store, cursor, store.get(cursor, "d"), DocumentBatch(ids, [b"{}"] * len(ids), [{}] * len(ids)))
            if fail:
                raise KeyError
            return made

    store = Store(None, lambda: datetime.now(UTC))
    with store.writing() as cursor:
        store.create(cursor, "d")
    assert write(store, "a", "b") == {"a": 1, "b": 1}
    try:
        write(store, "c", fail=True)
    except KeyError:
        assert write(store, "c", "a") == {"c": 1, "a": 2}
    with store.writing() as cursor:
        dataset = store.get(cursor, "d")
        assert remove(store, cursor, dataset, ["a", "nobody"]) == 1
        put(store, cursor, dataset, DocumentBatch(["z"], [b"{}"], [{}], fresh=True))
    assert write(store, "a", "z") == {"a": 1, "z": 2}
    with store.reading() as cursor:
        seen = store.get(cursor, "d")
        assert (seen.documents, seen.bytes) == (4, 8)
        rows = cursor.execute(f"SELECT count(*), count(DISTINCT _seq), max(_seq) FROM ds_{seen.id}").fetchone()
        assert rows == (4, 4, seen.next_seq - 1)
    with store.writing() as cursor:
        store.drop(cursor, "d")
        store.create(cursor, "d")
        assert store.get(cursor, "d").documents == 0
    assert write(store, "a") == {"a": 1}
    store.close()
