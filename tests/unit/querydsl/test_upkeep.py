"""Texts are indexed soon after they are written, and searches find the same as without that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from infino import RetryPolicy
from infino.local import LocalGateway
from infino.local.querydsl import plan, textindex, upkeep, wordlist
from infino.local.querydsl.upkeep import TextUpkeep
from tests.support.signed import Signed

NOTES = [(f"n{number}", {"note": f"storm number {number}", "code": "AA"}) for number in range(40)]


def lines(notes: list[tuple[str, dict[str, str]]]) -> list[dict[str, Any]]:
    return [line for id, note in notes for line in ({"index": {"_id": id}}, note)]


@pytest.mark.parametrize("documents", [7, 1000])
def test_texts_are_indexed_before_anybody_searches(monkeypatch: pytest.MonkeyPatch, documents: int) -> None:
    for name, value in (("QUIET", 0.0), ("LEAST", 10), ("SLICE", documents)):
        monkeypatch.setattr(upkeep, name, value)
    with LocalGateway() as gateway:
        call = Signed(gateway)
        assert call("PUT", "/notes").status == 200
        assert call.bulk("notes", *lines(NOTES)).status == 200
        index = indexed(gateway, len(NOTES))
        call.sql("DELETE FROM notes WHERE _id IN ('n1', 'n2')")
        call.bulk("notes", *lines([("n3", {"note": "calm"}), ("n40", {"note": "storm"})]))
        monkeypatch.setattr(textindex, "whole", None)  # a search needs no index of its own
        answer = call("POST", "/notes/querydsl", {"query": {"match": {"note": "storm"}}, "size": 100}).json
        found = {hit["_id"] for hit in answer["hits"]["hits"]}
        assert found == {id for id, _ in NOTES} - {"n1", "n2", "n3"} | {"n40"}
        assert index.count == 39


def test_a_field_that_somebody_searched_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("QUIET", 0.0), ("LEAST", 10)):
        monkeypatch.setattr(upkeep, name, value)
    with LocalGateway() as gateway:
        call = Signed(gateway)
        assert call("PUT", "/notes").status == 200
        call.bulk("notes", *lines(NOTES))
        index = indexed(gateway, len(NOTES))
        assert call("POST", "/notes/querydsl", {"query": {"term": {"code": "aa"}}}).json["hits"]["total"]["value"] == 40
        assert call.bulk("notes", *lines([(f"more {id}", note) for id, note in NOTES])).status == 200
        every = gateway.state.store._derived["texts"]._open.values()
        wait(gateway, lambda: [one.count for one in every] == [80, 80])
        assert index in every


def indexed(gateway: LocalGateway, documents: int) -> textindex.GrowingIndex:
    """Return the one index, of the notes and not of the codes, once the thread has come so far."""
    store = gateway.state.store

    def indexes() -> list[textindex.GrowingIndex]:
        return list(store._derived["texts"]._open.values()) if store._derived else []

    wait(gateway, lambda: [one.count for one in indexes()] == [documents])
    (index,) = indexes()
    with index.lock:  # the thread has ended its step
        return index


def wait(gateway: LocalGateway, reached: Callable[[], bool]) -> None:
    """Wait until the thread has come as far as is asked."""
    kept = gateway.state.part(TextUpkeep, gateway.state)
    for _ in range(1200):
        if reached():
            return
        kept.settled.wait(0.05)
        kept.settled.clear()
    raise AssertionError("the texts were not indexed")


CODES = [(f"c{number}", {"code": f"code{number}"}) for number in range(40)]
ONE_CODE = {"query": {"match": {"code": "code7"}}}
"""A search of texts that are not indexed ahead, for they are single words."""


def test_a_search_waits_only_so_long_and_the_thread_goes_on_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, value in ((plan, "WAIT", 0.0), (upkeep, "QUIET", 0.0), (upkeep, "SLICE", 7)):
        monkeypatch.setattr(module, name, value)
    with LocalGateway() as gateway:
        call = Signed(gateway)
        call("PUT", "/codes")
        call.bulk("codes", *lines(CODES))
        answer = call("POST", "/codes/querydsl", ONE_CODE)
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        sentence = "the texts of [code] are being indexed, 0 of 40 documents so far;"
        assert answer.reason == f"{sentence} that goes on by itself, so ask again in 1 s"
        index = indexed(gateway, len(CODES))
        assert [hit["_id"] for hit in call("POST", "/codes/querydsl", ONE_CODE).json["hits"]["hits"]] == ["c7"]
        with index.lock:  # somebody else is at it
            call.bulk("codes", *lines([("new", {"code": "code7"})]))
            answer = call("POST", "/codes/querydsl", ONE_CODE)
            assert (answer.status, "40 of 41 documents" in answer.reason) == (503, True)
            two = b'{}\n{"size":0}\n{}\n' + orjson.dumps(ONE_CODE)
            answer = call("POST", "/codes/_msearch", two, "application/x-ndjson")
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        wait(gateway, lambda: index.count == 41)
        with gateway.state.store.reading() as cursor:
            gateway.state.store.view(cursor, "codes").ask("an index of a caller's own")
        wait(gateway, lambda: not gateway.state.store.asked)


def test_a_client_asks_again_until_the_texts_are_indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, value in ((plan, "WAIT", 0.0), (upkeep, "QUIET", 0.0), (textindex, "LATEST", 0)):
        monkeypatch.setattr(module, name, value)
    with LocalGateway() as gateway, gateway.client(retry=RetryPolicy(base=0)) as client:
        client.datasets.create("codes")
        client.records.bulk("codes", [note for _, note in CODES])
        retries: list[Any] = []
        client.on("retry", lambda event: (retries.append(event), indexed(gateway, len(CODES))))
        found = client.query.dsl("codes", ONE_CODE)
        assert [hit["code"] for hit in found] == ["code7"]
        assert len(retries) == 1


WORDS = ("Los Angeles", "los alamos", "New York", "new-york new", "", "!", "x " * 30)
SEARCHES: list[dict[str, Any]] = [
    {"term": {"place": "new"}}, {"term": {"place": {"value": "NEW", "case_insensitive": True}}},
    {"term": {"place": "los angeles"}}, {"terms": {"place": ["alamos", "york"]}}, {"match": {"place": "los york new"}},
    {"match": {"place": {"query": "new new york", "operator": "and", "boost": 2}}}, {"match": {"place": "nowhere"}},
    {"match": {"place": {"query": "los angeles new", "minimum_should_match": 2}}}, {"match": {"only": "new york x"}},
    {"bool": {"must": [{"term": {"place": "x"}}, {"range": {"n": {"lt": 40}}}], "must_not": {"term": {"place": "a"}}}},
]  # fmt: skip


def test_few_texts_are_searched_without_an_index_until_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordlist, "LACKING", 500)
    monkeypatch.setattr(upkeep, "QUIET", 0.0)
    with LocalGateway() as gateway:
        call = Signed(gateway)
        call("PUT", "/places", {"mappings": {"properties": {"only": {"type": "match_only_text"}}}})
        places = [(str(n), {"place": WORDS[n % 7], "only": WORDS[n % 7], "n": n}) for n in range(600)]
        call.bulk("places", *lines([*places, ("none", {})]))

        def answers() -> list[Any]:
            asked = ({"query": query, "size": 700, "highlight": {"fields": {"place": {}}}} for query in SEARCHES)
            found = [call("POST", "/places/querydsl", body).json["hits"] for body in asked]
            return [
                (
                    hits["total"],
                    {hit["_id"]: (pytest.approx(hit["_score"]), hit.get("highlight")) for hit in hits["hits"]},
                )
                for hits in found
            ]

        with monkeypatch.context() as patch:
            patch.setattr(textindex.GrowingIndex, "at", None)
            patch.setattr(textindex.GrowingIndex, "follow", lambda *_: False)
            found = answers()
        assert [total["value"] for total, _ in found] == [172, 172, 0, 258, 344, 172, 0, 86, 257, 5]
        for field in ("place", "only"):  # each search asks for the index of its field
            call("POST", "/places/querydsl", {"query": {"term": {field: "x"}}})
        every = gateway.state.store._derived["texts"]._open.values()
        wait(gateway, lambda: sorted(one.count for one in every) == [600, 600])
        monkeypatch.setattr(wordlist, "found_in_few", None)
        monkeypatch.setattr(wordlist, "worths", None)
        unlike = [query for query, one, other in zip(SEARCHES, found, answers(), strict=True) if one != other]
        assert not unlike
