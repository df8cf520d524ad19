"""Scanning page by page, against services that page well, silently, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infino.core.errors import DecodeError, ValidationError
from infino.results import SearchResult
from infino.results.search import Scan


def page(ids: list[int], *, sort: bool) -> SearchResult:
    hits = [
        {"_id": str(number), "_source": {"n": number, "o": {"x": number * 2}}, **({"sort": [number]} if sort else {})}
        for number in ids
    ]
    return SearchResult(json.dumps({"hits": {"hits": hits}}).encode())


def run(scan: Scan, *, sort: bool, total: int = 10) -> tuple[list[str], list[dict[str, Any]]]:
    bodies, found = [], []
    while not scan.done:
        body = scan.next_body()
        bodies.append(body)
        start = body.get("search_after", [-1])[0] + 1
        found += scan.take(page(list(range(start, min(total, start + body["size"]))), sort=sort), body["size"])
        assert len(bodies) < 20
    return [hit.id for hit in found], bodies


@pytest.mark.parametrize("sort", [True, False])
@pytest.mark.parametrize("size", [1, 3, 10, 11])
def test_all_hits_come_once(sort: bool, size: int) -> None:
    ids, bodies = run(Scan({"sort": "n", "aggs": {"a": {}}}, size, None), sort=sort)
    assert ids == [str(number) for number in range(10)]
    assert all("aggs" not in body for body in bodies)
    assert bodies[0]["sort"] == ["n", {"_id": "asc"}]


def test_what_a_page_ends_with_starts_the_next() -> None:
    scan = Scan({"sort": [{"o.x": {"order": "desc"}}, {"_id": "asc"}]}, 2, None)
    scan.take(page([0, 4], sort=False), 2)
    assert scan.next_body()["search_after"] == [8, "4"]


def test_limits_stop_in_the_middle_of_a_page() -> None:
    ids, bodies = run(Scan({"sort": {"n": "asc"}}, 4, 6), sort=True)
    assert len(ids) == 6
    assert [body["size"] for body in bodies] == [4, 2]


def test_a_service_that_repeats_itself_does_not_loop_forever() -> None:
    scan = Scan(None, 3, None)
    scan.take(page([0, 1, 2], sort=True), 3)
    with pytest.raises(DecodeError):
        scan.take(page([0, 1, 2], sort=True), 3)


@pytest.mark.parametrize(
    ("body", "size", "limit"),
    [({"from": 1}, 10, None), ({"size": 1}, 10, None), ({"search_after": [1]}, 10, None), ({}, 0, None), ({}, 1, -1)],
)
def test_what_contradicts_a_scan_is_refused(body: dict[str, Any], size: int, limit: int | None) -> None:
    with pytest.raises(ValidationError):
        Scan(body, size, limit)
