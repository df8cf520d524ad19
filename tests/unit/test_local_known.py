"""What the store keeps at hand: the rows of datasets for readers of one state, and the documents shown last."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest

from infino.local.store.known import KnownRows
from infino.local.store.shown import LONGEST, PAGE, ShownDocuments, size_of
from infino.local.store.writer import DocumentBatch, put
from tests.unit.querydsl.corpus import Corpus


def test_rows_are_known_until_something_is_committed() -> None:
    known = KnownRows[int]()
    first = known.begin(lambda: None)
    first["a"] = 1
    assert known.begin(lambda: None) is first
    with known.committing():
        pass
    assert known.begin(lambda: None) == {}
    assert first == {"a": 1}


def test_nothing_is_known_to_whoever_begins_beside_a_commit() -> None:
    known = KnownRows[int]()
    known.begin(lambda: None)["a"] = 1

    def commit() -> None:
        with known.committing():
            pass

    assert known.begin(commit) == {}
    known.begin(lambda: None)["a"] = 2
    with known.committing():
        assert known.begin(lambda: None) == {}
    assert known.begin(lambda: None) == {}


def test_a_commit_that_fails_still_ends() -> None:
    known = KnownRows[int]()
    with pytest.raises(OSError, match="full"), known.committing():
        raise OSError("full")
    known.begin(lambda: None)["a"] = 1
    assert known.begin(lambda: None) == {"a": 1}


def test_each_reader_finds_the_dataset_of_its_own_state() -> None:
    corpus = Corpus([{"_id": "1", "n": 1}])
    store, name = corpus.store, corpus.name
    with store.reading() as old:
        corpus.add([{"_id": "2", "new": True}])  # before the old one has looked at anything
        with store.reading() as new:
            assert store.get(new, name).documents == 2
            assert store.get(old, name).documents == 1
            assert [row[0] for row in old.execute(f"from {store.view(old, name).table}").fetchall()] == [1]
            with store.writing() as writer:
                store.drop(writer, name)
            assert store.get(new, name).documents == 2
    with store.reading() as cursor:
        assert store.find(cursor, name) is None
    corpus.close()


def test_readers_beside_a_writer_never_see_half_a_state() -> None:
    corpus = Corpus([{"_id": "0", "n": 0}])
    store, wrong, done = corpus.store, list[Any](), threading.Event()

    def read() -> None:
        while not done.is_set():
            with store.reading() as cursor:
                said = store.get(cursor, corpus.name).documents
                [(count,)] = cursor.execute(f"select count(*) from {store.view(cursor, corpus.name).table}").fetchall()
                if said != count:
                    wrong.append((said, count))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 60):
        corpus.add([{"_id": str(number), "n": number}])
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong
    corpus.close()


def test_a_document_is_read_once_and_a_newer_one_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus([{"_id": "1", "text": "first storm"}, {"_id": "2", "text": "second storm"}])
    read = list[Any]()
    real = ShownDocuments.keep

    def keep(self: ShownDocuments, uuid: str, found: Any) -> None:
        read.extend(found)
        real(self, uuid, found)

    monkeypatch.setattr(ShownDocuments, "keep", keep)

    def shown() -> list[str]:
        return sorted(hit["_source"]["text"] for hit in corpus.search({"query": {"match_all": {}}})["hits"]["hits"])

    for _ in range(2):
        assert shown() == ["first storm", "second storm"]
    assert read == [1, 2]
    corpus.add([{"_id": "1", "text": "calm"}])
    assert shown() == ["calm", "second storm"]
    assert read == [1, 2, 3]
    corpus.close()


def test_a_number_whose_write_was_undone_is_given_to_another_document() -> None:
    corpus = Corpus([{"_id": "1", "text": "kept"}])
    store, everything = corpus.store, {"query": {"match_all": {}}, "sort": ["_id"]}
    with suppress(RuntimeError), store.writing() as cursor:
        undone = DocumentBatch(["2"], [b'{"text":"undone"}'], [{"text": "undone"}])
        put(store, cursor, store.get(cursor, corpus.name), undone)
        corpus.search(everything)
        raise RuntimeError
    corpus.add([{"_id": "2", "text": "later"}])
    assert [hit["_source"]["text"] for hit in corpus.search(everything)["hits"]["hits"]] == ["kept", "later"]
    corpus.close()


def test_the_documents_shown_last_stay_within_their_room() -> None:
    text = ("id", "x" * 1000)
    shown = ShownDocuments(most=3 * size_of(text))
    shown.keep("a", dict.fromkeys(range(3), text))
    assert list(shown.find("a", [0])) == [0]  # so it is not the one that was shown longest ago
    shown.keep("a", {3: text, 0: text})
    assert list(shown.find("a", range(4))) == [0, 2, 3]
    assert shown.find("b", range(4)) == {}
    shown.keep("a", {4: ("id", "x" * LONGEST)})
    shown.keep("a", dict.fromkeys(range(100, 101 + PAGE), ("id", "")))
    assert list(shown.find("a", range(5))) == [0, 2, 3]
    assert len(shown) == 3
