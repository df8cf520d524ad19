"""Text indexes follow their dataset: new documents are added, gone ones forgotten, and each snapshot sees its own."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infino.local.http import Problem
from infino.local.querydsl import fieldindex, plan, search, textindex
from infino.local.querydsl.fields import Fields
from infino.local.querydsl.textindex import TextIndexes
from infino.local.sql.watchdog import TimeLimit, time_limit, untimed
from infino.local.store import Store
from infino.local.store.writer import DocumentBatch, put, remove
from infino.local.values.analysis import spaced, words
from tests.unit.querydsl.corpus import Corpus

STORM = {"match": {"text": "storm"}}


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the documents that go into an index, in turn."""
    numbers: list[int] = []
    made = textindex.document

    def counted(number: int, texts: Any) -> Any:
        numbers.append(number)
        return made(number, texts)

    monkeypatch.setattr(textindex, "document", counted)
    return numbers


def test_a_write_is_found_at_once_and_an_old_snapshot_keeps_its_own() -> None:
    corpus = Corpus([{"_id": "1", "text": "first storm"}])
    assert corpus.ids(STORM) == ["1"]
    with corpus.store.reading() as cursor:
        view = corpus.store.view(cursor, corpus.name)
        corpus.add([{"_id": "2", "text": "second storm"}])
        corpus.add([{"_id": "1", "text": "calm"}])
        assert corpus.ids(STORM) == ["2"]
        hits = search(cursor, view, {"query": STORM})["hits"]["hits"]
        assert [hit["_id"] for hit in hits] == ["1"]
    corpus.close()


def test_a_snapshot_that_the_index_has_left_behind_gets_one_of_its_own() -> None:
    corpus = Corpus([{"_id": "1", "text": "first storm"}])
    with corpus.store.reading() as cursor:
        view = corpus.store.view(cursor, corpus.name)
        corpus.add([{"_id": "1", "text": "calm"}, {"_id": "2", "text": "storm"}])
        assert corpus.ids(STORM) == ["2"]
        hits = search(cursor, view, {"query": STORM})["hits"]["hits"]
        assert [hit["_id"] for hit in hits] == ["1"]
    corpus.close()


def test_two_stores_with_the_same_numbers_do_not_mix() -> None:
    one, other = Corpus([{"text": "storm"}]), Corpus([{"text": "calm"}])
    assert one.ids(STORM) == ["1"]
    assert other.ids(STORM) == []
    one.close()
    other.close()


def test_few_indexes_are_open_at_once() -> None:
    corpus = Corpus([{f"f{number}": "x" * 100 for number in range(8)}])
    few = TextIndexes(most=3)
    with corpus.store.reading() as cursor:
        view = corpus.store.view(cursor, corpus.name)
        for number in range(8):
            index = few.get(cursor, view, Fields(view)[f"f{number}"])
            assert few.get(cursor, view, Fields(view)[f"f{number}"]) is index
    assert len(few) == 3
    corpus.close()


def test_many_threads_build_an_index_once(indexed: list[int]) -> None:
    corpus = Corpus([{"text": f"word{number} storm"} for number in range(2000)])
    cache = TextIndexes()
    built: list[int] = []

    def look() -> None:
        with corpus.store.reading() as cursor:
            view = corpus.store.view(cursor, corpus.name)
            index = cache.get(cursor, view, Fields(view)["text"])
            built.append(len(index.search(index.term("storm"), scored=True).numbers))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert built == [2000] * 8
    assert len(indexed) == 2000
    corpus.close()


def test_only_what_is_new_is_indexed_and_scores_are_as_if_all_were(indexed: list[int]) -> None:
    corpus = Corpus([{"_id": "1", "text": "storm at sea"}, {"_id": "2", "n": 1}])
    assert corpus.ids(STORM) == ["1"]
    assert indexed == [1]
    corpus.add([{"_id": "3", "text": "storm again"}, {"_id": "4", "n": 2}])
    assert corpus.ids(STORM) == ["1", "3"]
    assert indexed == [1, 3]
    fresh = Corpus([{"_id": "1", "text": "storm at sea"}, {"_id": "3", "text": "storm again"}])
    assert corpus.scores(STORM) == pytest.approx(fresh.scores(STORM))
    corpus.add([{"_id": "3", "text": "storm, storm again"}])
    assert corpus.ids(STORM) == ["1", "3"]
    again = Corpus([{"_id": "1", "text": "storm at sea"}, {"_id": "3", "text": "storm, storm again"}])
    assert corpus.scores(STORM) == pytest.approx(again.scores(STORM))
    with corpus.store.writing() as cursor:
        assert remove(corpus.store, cursor, corpus.store.get(cursor, corpus.name), ["1"]) == 1
    assert corpus.ids(STORM) == ["3"]
    for one in (corpus, fresh, again):
        one.close()


def test_a_record_that_is_replaced_does_not_make_a_large_index_anew(
    monkeypatch: pytest.MonkeyPatch, indexed: list[int]
) -> None:
    monkeypatch.setattr(textindex, "SMALL", 0)
    corpus = Corpus([{"_id": str(number), "text": "storm"} for number in range(1, 5)])
    assert corpus.ids(STORM) == ["1", "2", "3", "4"]
    indexed.clear()
    corpus.add([{"_id": "3", "text": "calm"}, {"_id": "5", "text": "storm"}])
    assert corpus.ids(STORM) == ["1", "2", "4", "5"]
    assert indexed == [5, 6]
    corpus.close()


def write(store: Store, texts: dict[str, str]) -> None:
    with store.writing() as cursor:
        dataset = store.find(cursor, "d") or store.create(cursor, "d")
        documents = [{"text": text} for text in texts.values()]
        put(
            store,
            cursor,
            dataset,
            DocumentBatch(list(texts), [b'{"text":"%s"}' % t.encode() for t in texts.values()], documents),
        )


def found(store: Store) -> list[str]:
    with store.reading() as cursor:
        hits = search(cursor, store.view(cursor, "d"), {"query": STORM})["hits"]["hits"]
    return sorted(hit["_id"] for hit in hits)


def test_an_index_is_kept_over_a_restart_made_anew_when_damaged_and_removed_with_its_dataset(
    tmp_path: Path, indexed: list[int]
) -> None:
    def opened() -> Store:
        return Store(tmp_path / "infino.duckdb", lambda: datetime.now(UTC))

    store = opened()
    write(store, {"1": "storm", "2": "calm"})
    assert found(store) == ["1"]
    store.close()
    indexed.clear()
    store = opened()
    assert found(store) == ["1"]
    write(store, {"3": "storm"})
    assert found(store) == ["1", "3"]
    assert indexed == [3]
    store.close()
    (folder,) = (tmp_path / "text").iterdir()
    (inner,) = folder.iterdir()
    (inner / "meta.json").write_text("{")
    store = opened()
    assert found(store) == ["1", "3"]
    with store.writing() as cursor:
        store.drop(cursor, "d")
    assert list((tmp_path / "text").iterdir()) == []
    store.close()


def test_a_document_replaced_after_a_restart_is_forgotten_alone(
    tmp_path: Path, indexed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textindex, "SMALL", 0)
    store = Store(tmp_path / "infino.duckdb", lambda: datetime.now(UTC))
    write(store, {"1": "storm", "2": "storm", "3": "storm"})
    assert found(store) == ["1", "2", "3"]
    store.close()
    store = Store(tmp_path / "infino.duckdb", lambda: datetime.now(UTC))
    for text, ids in (("calm", ["1", "3"]), ("storm at sea", ["1", "2", "3"])):
        write(store, {"2": text})
        assert found(store) == ids
    assert indexed == [1, 2, 3, 4, 5]
    (index,) = store._derived["texts"]._open.values()
    assert index.count == 3
    store.close()


def test_who_is_interrupted_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch, indexed: list[int]) -> None:
    monkeypatch.setattr(textindex, "PAGE", 1)
    monkeypatch.setattr(textindex, "STEP", 2)
    corpus = Corpus([{"text": "storm"} for _ in range(10)])
    counted = textindex.document

    def stopping(number: int, texts: Any) -> Any:
        if number == 7:
            raise KeyboardInterrupt
        return counted(number, texts)

    with monkeypatch.context() as once:
        once.setattr(textindex, "document", stopping)
        with pytest.raises(KeyboardInterrupt):
            corpus.ids(STORM)
    assert indexed == [1, 2, 3, 4, 5, 6]
    assert len(corpus.ids(STORM)) == 10
    assert indexed == [*range(1, 11)]
    corpus.close()


def test_whose_time_is_up_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch, indexed: list[int]) -> None:
    now = [0.0]
    monkeypatch.setattr(textindex, "monotonic", lambda: now[0])
    monkeypatch.setattr(textindex, "PAGE", 1)
    corpus = Corpus([{"text": "storm"} for _ in range(10)])
    counted = textindex.document

    def slowly(number: int, texts: Any) -> Any:
        now[0] += textindex.WAIT / 4
        return counted(number, texts)

    monkeypatch.setattr(textindex, "document", slowly)
    asked: list[str] = []
    for done in (4, 8):
        with pytest.raises(Problem, match=rf"503 .* texts of \[text\] .* {done} of 10 documents so far"):
            corpus.search({"query": STORM}, ask=asked.append)
    assert corpus.search({"query": STORM}, ask=asked.append)["hits"]["total"]["value"] == 10
    assert indexed == [*range(1, 11)]
    assert len(asked) == 2  # of the thread, which goes on for those who do not ask again
    corpus.close()


def test_documents_without_the_field_are_passed_over_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textindex, "STEP", 2)
    corpus = Corpus([{"text": "storm"}, *({"n": number} for number in range(7)), {"text": "storm"}, {"n": 7}])
    assert corpus.ids(STORM) == ["1", "9"]
    corpus.add([{"n": 8}, {"_id": "1", "text": "calm"}, {"text": "storm"}])
    assert len(corpus.ids(STORM)) == 2
    corpus.close()


def test_the_time_to_wait_is_that_of_all_fields_together(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(plan, "monotonic", lambda: now[0])
    corpus = Corpus([{"a": "storm", "b": "storm"}])
    left: list[float] = []
    at = textindex.GrowingIndex.at

    def slow(index: Any, cursor: Any, view: Any, field: Any, seconds: float) -> Any:
        left.append(seconds)
        now[0] += 3.0
        return at(index, cursor, view, field, seconds)

    monkeypatch.setattr(textindex.GrowingIndex, "at", slow)
    corpus.search({"query": {"multi_match": {"query": "storm", "fields": ["a", "b"]}}})
    assert left == [textindex.WAIT, textindex.WAIT - 3.0]
    corpus.close()


@pytest.mark.parametrize("pinned", [False, True])
def test_a_snapshot_left_behind_by_a_large_index_is_taken_anew_unless_it_is_a_point_in_time(
    monkeypatch: pytest.MonkeyPatch, pinned: bool
) -> None:
    monkeypatch.setattr(textindex, "PACE", 1)
    corpus = Corpus([{"_id": "1", "text": "first storm"}, {"_id": "2", "text": "storm"}])
    with corpus.store.reading() as cursor:
        view = attrs.evolve(corpus.store.view(cursor, corpus.name), pinned=pinned)
        corpus.add([{"_id": "1", "text": "calm"}, {"_id": "3", "text": "storm"}])
        assert corpus.ids(STORM) == ["2", "3"]
        if pinned:
            assert search(cursor, view, {"query": STORM})["hits"]["total"]["value"] == 2
        else:
            with pytest.raises(Problem, match=r"503 .* ask again in"):
                search(cursor, view, {"query": STORM})
    assert corpus.ids(STORM) == ["2", "3"]
    corpus.close()


def test_indexing_is_not_the_time_of_the_query(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("infino.local.sql.watchdog.time.monotonic", lambda: now[0])
    clock = TimeLimit(10)
    now[0] = 4.0
    assert clock.left() == 6.0
    clock.stop()
    now[0] = 1000.0
    assert clock.left() is None
    clock.go_on()
    now[0] = 1001.0
    assert clock.left() == 5.0


def test_what_is_untimed_is_not_interrupted() -> None:
    corpus = Corpus([{"text": "storm"}])
    slow = "select count(*) from range(3000) a, range(3000) b, range(5) c where a.range + b.range + c.range > 0"
    with corpus.store.reading() as cursor, time_limit(cursor.interrupt, 0.01), untimed(), untimed():
        assert cursor.execute(slow).fetchone() is not None
    corpus.close()


@given(st.text(alphabet=st.sampled_from("aZ0_'.,- \n\té·中ß\u0301"), max_size=30))
@example("Don't panic, v2.1 ...'a'. b.'c foo_bar 10.0.0.10 e.g. ''")
def test_the_index_splits_where_the_analyser_does(text: str) -> None:
    assert [word.lower() for word in spaced(text).split()] == words(text)


def test_pages_of_equal_scores_follow_each_other_and_the_total_counts_all() -> None:
    corpus = Corpus([{"text": "storm"} for _ in range(30)] + [{"text": "storm storm"}, {"text": "calm"}])
    pages = [corpus.search({"query": STORM, "from": start, "size": 7})["hits"] for start in range(0, 35, 7)]
    assert {page["total"]["value"] for page in pages} == {31}
    assert {page["max_score"] for page in pages} == {pages[0]["hits"][0]["_score"]}
    ids = [hit["_id"] for page in pages for hit in page["hits"]]
    assert ids[0] == "31"
    assert sorted(ids, key=int) == [str(number) for number in range(1, 32)]
    counted = corpus.search({"query": STORM, "size": 0})["hits"]
    assert counted["total"]["value"] == 31
    corpus.close()


def test_only_the_hits_that_are_shown_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus([{"text": "storm", "n": number} for number in range(50)])
    read: list[int] = []
    best = fieldindex.FieldIndex.best

    def counted(index: fieldindex.FieldIndex, query: Any, most: int) -> Any:
        read.append(most)
        return best(index, query, most)

    monkeypatch.setattr(fieldindex.FieldIndex, "best", counted)
    assert corpus.search({"query": STORM})["hits"]["total"]["value"] == 50
    assert corpus.search({"query": {"match": {"text": {"query": "storm", "boost": 2}}}, "size": 3})["hits"]["hits"]
    assert read == [10, 10]
    assert corpus.search({"query": {"bool": {"must": [STORM]}}, "size": 3})["hits"]["total"]["value"] == 50
    assert read.pop() == 10
    assert len(corpus.search({"query": STORM, "from": 5, "size": 20})["hits"]["hits"]) == 20
    assert read == [10, 10, 10, 25]
    assert corpus.aggregate({"s": {"sum": {"field": "n"}}}, STORM)["s"]["value"] == 1225.0
    assert read[4:] == [10, 50]
    corpus.close()


def test_what_was_replaced_or_removed_is_found_no_more_in_a_large_index() -> None:
    count = textindex.SMALL + 200
    documents = [{"_id": f"i{number}", "text": "storm" if number % 4 else "calm"} for number in range(count)]
    corpus = Corpus(documents)
    search = {"query": STORM, "size": 5, "track_total_hits": True}
    assert corpus.search(search)["hits"]["total"]["value"] == 900
    corpus.add([{**document, "text": "wind"} for document in documents[:40]])
    with corpus.store.writing() as cursor:
        remove(corpus.store, cursor, corpus.store.get(cursor, corpus.name), [one["_id"] for one in documents[40:80]])
    hits = corpus.search(search)["hits"]
    assert (hits["total"]["value"], len(hits["hits"])) == (840, 5)
    assert len(corpus.ids(STORM, size=1000)) == 840
    assert len(corpus.ids({"match": {"text": "wind"}})) == 40
    corpus.close()
