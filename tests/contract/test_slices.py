"""Slices of a scan, ranges of SQL and points in time: disjoint, complete, and what holds while others write."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from infino import APIError, Infino, NotFoundError, ValidationError
from infino.local import LocalGateway

COUNT = 500


@pytest.fixture(scope="module")
def parted(gateway: LocalGateway) -> Iterator[str]:
    name = "slices"
    with gateway.client() as client:
        client.datasets.create(name)
        rows: list[dict[str, Any]] = [
            {"id": f"{n:04d}", "n": n % 50, "word": "storm" if n % 3 else "calm"} for n in range(COUNT)
        ]
        for row in rows[::7]:
            del row["n"]
        client.records.bulk(name, rows, id="id")
        yield name
        client.datasets.delete(name)


def ids(hits: Any) -> list[str]:
    return [hit.id for hit in hits]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_slices_are_disjoint_and_complete(client: Any, parted: str, count: int) -> None:
    found = [ids(client.query.scan(parted, page_size=40, slice=(number, count))) for number in range(count)]
    assert sorted(chain.from_iterable(found)) == [f"{n:04d}" for n in range(COUNT)]
    assert all(part == sorted(part) for part in found)
    assert count == 1 or max(map(len, found)) < COUNT


def test_slices_side_by_side_give_everything_once(client: Any, parted: str) -> None:
    body = {"query": {"match": {"word": "storm"}}, "sort": [{"n": "desc"}]}
    expected = {f"{n:04d}" for n in range(COUNT) if n % 3}
    found = ids(client.query.scan(parted, body, page_size=20, slices=4))
    assert sorted(found) == sorted(expected)
    assert len(ids(client.query.scan(parted, slices=4, page_size=30, limit=101))) == 101
    assert ids(client.query.scan(parted, slices=4, limit=0)) == []


def test_a_slice_is_the_same_to_whatever_asks(client: Any, parted: str) -> None:
    body = {"size": COUNT, "slice": {"id": 1, "max": 3}, "aggs": {"c": {"value_count": {"field": "_id"}}}}
    found = client.query.dsl(parted, body)
    assert sorted(ids(found.hits())) == ids(client.query.scan(parted, slice=(1, 3)))
    assert found.total == len(found.hits()) == found.aggregations["c"]["value"]
    scored = client.query.dsl(parted, {"size": 5, "query": {"match": {"word": "storm"}}, "slice": {"id": 1, "max": 3}})
    assert set(ids(scored.hits())) <= set(ids(found.hits()))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"slices": 0}, "slices must be"), ({"slices": True}, "slices must be"), ({"slices": 2000}, "slices must be"),
        ({"slice": (3, 3)}, "slice must be"), ({"slice": (-1, 3)}, "slice must be"), ({"slice": 3}, "slice must be"),
        ({"slice": (0, 2), "slices": 2}, "give one of them"),
        ({"slice": (0, 2), "body": {"slice": {"id": 0, "max": 2}}}, "'slice'"),
    ],
)  # fmt: skip
def test_what_is_no_slice_is_refused_before_anything_is_sent(client: Any, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        list(client.query.scan("nowhere", **asked))


@pytest.mark.parametrize(
    "given",
    [3, {"id": 0, "max": 2, "field": "n"}, {"id": 0}, {"max": 2},
     {"id": 2, "max": 2}, {"id": 0, "max": 1}, {"id": 0, "max": 2000},
     {"id": 0, "max": 2, "x": 1}],
)  # fmt: skip
def test_the_gateway_refuses_what_is_no_slice(sync_client: Infino, parted: str, given: Any) -> None:
    with pytest.raises(APIError) as caught:
        sync_client.query.dsl(parted, {"slice": given})
    assert caught.value.status in (400, 501)


def test_a_record_stays_in_its_slice_while_others_write(client: Any, fresh: Any) -> None:
    name = fresh("written")
    client.datasets.create(name)
    client.records.bulk(name, [{"id": f"{n:03d}", "v": 0} for n in range(200)], id="id")
    found: list[str] = []
    for number in range(4):
        for place, hit in enumerate(client.query.scan(name, page_size=10, slice=(number, 4))):
            found.append(hit.id)
            if place == 5:  # overwritten, added and removed in the middle of every slice
                client.records.bulk(name, [{"id": f"{n:03d}", "v": 1} for n in range(100)], id="id")
                client.records.bulk(name, [{"id": f"new-{number}", "v": 1}], id="id")
                client.records.bulk(name, [{"id": f"{199 - number:03d}"}], id="id", op="delete")
    assert len(found) == len(set(found))
    assert {f"{n:03d}" for n in range(196)} <= set(found)


@pytest.mark.parametrize(("by", "count"), [("_id", 4), ("n", 3), ("n", 1), ("word", 5)])
def test_ranges_are_disjoint_and_complete(client: Any, parted: str, by: str, count: int) -> None:
    conditions = client.query.sql_slices(parted, count, by=by)
    assert 1 <= len(conditions) <= count
    found = [client.query.sql(f"SELECT _id FROM {parted} WHERE {part}").column("_id") for part in conditions]
    assert sorted(chain.from_iterable(found)) == [f"{n:04d}" for n in range(COUNT)]
    if by == "_id":
        assert [len(part) for part in found] == [COUNT // 4] * 4


def test_ranges_of_nothing_and_of_odd_values(client: Any, fresh: Any) -> None:
    name = fresh("odd")
    client.datasets.create(name)
    assert client.query.sql_slices(name, 3) == ["1 = 1"]
    odd = ["", "'", "a'b", "é", "\U0001f600", "\\", "%"]
    client.records.bulk(name, [{"id": f"{n}{text}", 'q"x': text, "f": n / 3} for n, text in enumerate(odd)], id="id")
    for by in ("_id", 'q"x', "f"):
        parts = client.query.sql_slices(name, 7, by=by)
        counts = [client.query.sql(f'SELECT count(*) FROM "{name}" WHERE {part}').scalar() for part in parts]
        assert counts == [1] * 7, by
    with pytest.raises(ValidationError, match="slices must be"):
        client.query.sql_slices(name, 0)


@contextlib.contextmanager
def point(client: Infino, dataset: str, keep_alive: str = "5m") -> Iterator[str]:
    path = f"/{dataset}/_search/point_in_time"
    id = client.request("POST", path, params={"keep_alive": keep_alive})["pit_id"]
    yield id
    with contextlib.suppress(NotFoundError):
        client.request("DELETE", "/_search/point_in_time", json={"pit_id": [id]})


def test_a_point_in_time_sees_what_was_there(sync_client: Infino, fresh: Any) -> None:
    client, name = sync_client, fresh("then")
    client.datasets.create(name)
    client.records.bulk(name, [{"id": f"{n:03d}", "v": 0, "t": "calm"} for n in range(100)], id="id")
    with point(client, name) as id:
        body = {"pit": {"id": id, "keep_alive": "10m"}}
        client.records.bulk(name, [{"id": f"{n:03d}", "v": 1, "t": "storm", "more": True} for n in range(50)], id="id")
        client.records.bulk(name, [{"id": f"{n:03d}"} for n in range(90, 100)], id="id", op="delete")
        found = list(client.query.scan(name, body, page_size=7, slices=3))
        assert sorted(hit.id for hit in found) == [f"{n:03d}" for n in range(100)]
        assert {hit["v"] for hit in found} == {0}
        assert client.query.dsl(name, {**body, "query": {"match": {"t": "storm"}}}).total == 0
        assert client.query.dsl(name, {"query": {"match": {"t": "storm"}}}).total == 50
    with pytest.raises(NotFoundError):
        client.query.dsl(name, body)


def test_a_point_in_time_is_its_owners_and_ends(gateway: LocalGateway, fresh: Any) -> None:
    name = fresh("mine")
    with gateway.client() as client:
        client.datasets.create(name)
        client.datasets.create(name + "-other")
        with point(client, name) as id:
            pit = {"pit": {"id": id}}
            assert client.query.dsl(name, pit).total == 0
            with pytest.raises(APIError, match="is of the dataset"):
                client.query.dsl(name + "-other", pit)
            for wrong in (
                3,
                {"id": 7},
                {"id": id, "x": 1},
                {"id": id, "keep_alive": "2d"},
                {"id": id, "keep_alive": 5},
            ):
                with pytest.raises(APIError):
                    client.query.dsl(name, {"pit": wrong})
        with point(client, name, "1ms") as id:
            time.sleep(0.01)
            with pytest.raises(NotFoundError, match="no search context"):
                client.query.dsl(name, {"pit": {"id": id}})
        with pytest.raises(APIError, match="keep_alive"), point(client, name, "2h"):
            pass
