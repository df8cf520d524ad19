"""The filter of ids: it never takes a known one for new, and hashes as the engine does."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import numpy as np

from infino.local.store import Store
from infino.local.store.ids import LEAST, IdFilter, hashes_of
from infino.local.store.writer import DocumentBatch, put, remove

AWKWARD = ["", "a", "ü", "\U0001f600", "x" * 5000, "1", "01"]


def test_hashes_are_those_of_the_engine() -> None:
    with duckdb.connect() as engine:
        rows = engine.execute("SELECT md5_number_lower(unnest(?::VARCHAR[]))", [AWKWARD]).fetchall()
    assert hashes_of(AWKWARD).tolist() == [value for (value,) in rows]


def test_what_it_has_is_possible_and_nearly_nothing_else() -> None:
    old, fresh = (hashes_of([f"{word} {number}" for number in range(LEAST)]) for word in ("old", "later"))
    known = IdFilter(old)
    assert known.possible(old).all()
    assert known.possible(fresh).sum() < LEAST // 1000
    known.add(fresh)
    assert known.possible(fresh).all()
    assert not known.full
    known.add(hashes_of(["one more"]))
    assert known.full


def test_an_empty_one_knows_nothing() -> None:
    known = IdFilter(np.empty(0, np.uint64))
    assert not known.possible(hashes_of(AWKWARD)).any()
    assert not known.possible(hashes_of([])).any()


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
