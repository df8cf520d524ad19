"""Text indexes are derived: each snapshot has its own, and few are kept."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from infino.local.querydsl import textindex
from infino.local.querydsl.fields import Fields
from infino.local.querydsl.textindex import TextIndexes
from infino.local.store.writer import remove
from tests.unit.querydsl.corpus import Corpus


def test_a_write_is_found_at_once_and_an_old_snapshot_keeps_its_own() -> None:
    corpus = Corpus([{"_id": "1", "text": "first storm"}])
    assert corpus.ids({"match": {"text": "storm"}}) == ["1"]
    with corpus.store.reading() as cursor:
        view = corpus.store.view(cursor, corpus.name)
        corpus.add([{"_id": "2", "text": "second storm"}])
        assert corpus.ids({"match": {"text": "storm"}}) == ["1", "2"]
        index = textindex.INDEXES.get(cursor, view, Fields(view)["text"])
        assert index.search(index.term("storm"), scored=False).ids == ["1"]
    corpus.add([{"_id": "1", "text": "calm"}])
    assert corpus.ids({"match": {"text": "storm"}}) == ["2"]
    corpus.close()


def test_two_stores_with_the_same_numbers_do_not_mix() -> None:
    one, other = Corpus([{"text": "storm"}]), Corpus([{"text": "calm"}])
    assert one.ids({"match": {"text": "storm"}}) == ["1"]
    assert other.ids({"match": {"text": "storm"}}) == []
    one.close()
    other.close()


def test_the_cache_is_bounded_by_number_and_by_text() -> None:
    corpus = Corpus([{f"f{number}": "x" * 100 for number in range(8)}])
    few = TextIndexes(max_indexes=3)
    small = TextIndexes(max_characters=250)
    with corpus.store.reading() as cursor:
        view = corpus.store.view(cursor, corpus.name)
        for number in range(8):
            for cache in (few, small):
                index = cache.get(cursor, view, Fields(view)[f"f{number}"])
                assert cache.get(cursor, view, Fields(view)[f"f{number}"]) is index
    assert (len(few), len(small)) == (3, 2)
    corpus.close()


def test_many_threads_build_an_index_once() -> None:
    corpus = Corpus([{"text": f"word{number} storm"} for number in range(2000)])
    cache = TextIndexes()
    built: list[int] = []
    found: list[object] = []

    def search() -> None:
        with corpus.store.reading() as cursor:
            view = corpus.store.view(cursor, corpus.name)
            index = cache.get(cursor, view, Fields(view)["text"])
            found.append(index)
            built.append(len(index.search(index.term("storm"), scored=True).ids))

    threads = [threading.Thread(target=search) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert built == [2000] * 8
    assert len(set(map(id, found))) == 1
    corpus.close()


def test_an_index_grows_when_documents_are_only_added(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus([{"_id": "1", "text": "storm at sea"}, {"_id": "2", "n": 1}])
    built: list[str] = []
    build = textindex.FieldIndex.build

    def counted(*given: Any) -> textindex.FieldIndex:
        built.append("whole")
        return build(*given)

    monkeypatch.setattr(textindex.FieldIndex, "build", counted)
    query = {"match": {"text": "storm"}}
    assert corpus.ids(query) == ["1"]
    with corpus.store.reading() as old:
        view = corpus.store.view(old, corpus.name)
        before = textindex.INDEXES.get(old, view, Fields(view)["text"])
        corpus.add([{"_id": "3", "text": "storm again"}])
        assert corpus.ids(query) == ["1", "3"]
        corpus.add([{"_id": "4", "n": 2}])
        assert corpus.ids(query) == ["1", "3"]
        assert before.search(before.term("storm"), scored=False).ids == ["1"]
    assert built == ["whole"]
    grown = corpus.scores(query)
    fresh = Corpus([{"_id": "1", "text": "storm at sea"}, {"_id": "3", "text": "storm again"}])
    assert grown == pytest.approx(fresh.scores(query))
    corpus.add([{"_id": "3", "text": "calm again"}])
    assert corpus.ids(query) == ["1"]
    with corpus.store.writing() as cursor:
        dataset = corpus.store.get(cursor, corpus.name)
        assert remove(corpus.store, cursor, dataset, ["1"]) == 1
    assert corpus.ids(query) == []
    assert built == ["whole"] * 4
    corpus.close()
    fresh.close()
