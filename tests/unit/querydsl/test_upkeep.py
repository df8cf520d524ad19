"""Texts are indexed soon after they are written, and searches find the same as without that."""

from __future__ import annotations

from typing import Any

import pytest

from infino.local import LocalGateway
from infino.local.querydsl import textindex, upkeep
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
        assert len(index._known) == 39


def indexed(gateway: LocalGateway, documents: int) -> textindex.GrowingIndex:
    """Return the one index, of the notes and not of the codes, once the thread has come so far."""
    kept, store = gateway.state.part(TextUpkeep, gateway.state), gateway.state.store
    for _ in range(1200):
        indexes = list(store._derived["texts"]._open.values()) if store._derived else []
        if indexes and len(indexes[0]._known) == documents:
            assert len(indexes) == 1
            return indexes[0]
        kept.settled.wait(0.05)
        kept.settled.clear()
    raise AssertionError("the texts were not indexed")
