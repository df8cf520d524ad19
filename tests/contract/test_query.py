"""`client.query` on both clients over the embedded gateway, and the chain from flights to frames."""

from __future__ import annotations

import asyncio
import json
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import attrs
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from infino import Infino, RetryPolicy
from infino.core.errors import InfinoError, TransportError, ValidationError
from infino.local import LocalGateway
from infino.local.seed import flights
from infino.results import PromResult, SearchResult, SqlResult

START = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def dataset(client: Any, fresh: Callable[..., str]) -> str:
    name = fresh("query")
    client.datasets.create(name)
    rows = [
        {"id": f"{number:04d}", "carrier": ["UA", "AA", "O'Hare"][number % 3], "n": number, "delay": number / 4}
        for number in range(50)
    ]
    client.records.bulk(name, rows, id="id")
    return name


def test_sql_gives_a_table(client: Any, dataset: str) -> None:
    result = client.query.sql(
        f'SELECT carrier, count(*) AS flights, avg(delay) AS delay FROM "{dataset}" GROUP BY 1 ORDER BY 1'
    )
    assert isinstance(result, SqlResult)
    assert [(column.name, column.type) for column in result.columns] == [
        ("carrier", "string"),
        ("flights", "integer"),
        ("delay", "float"),
    ]
    assert result.column("flights") == [17, 16, 17]
    assert result.stats.statement_type == "select"
    assert pl.from_dataframe(result.to_pandas()).height == 3
    assert pa.table(result).equals(result.to_arrow())
    assert pl.DataFrame(result).equals(result.to_polars())
    assert pd.DataFrame.from_arrow(result).equals(result.to_pandas())
    assert duckdb.sql("SELECT sum(flights) FROM result").fetchall() == [(50,)]


def test_values_are_bound(client: Any, dataset: str) -> None:
    query = f'SELECT count(*) FROM "{dataset}" WHERE carrier = ? AND n IN (?) AND delay >= ?'
    assert client.query.sql(query, ["O'Hare", [2, 5, 8], 1.25]).scalar() == 2
    named = f'SELECT count(*) FROM "{dataset}" WHERE carrier <> :c'
    assert client.query.sql(named, {"c": "x' OR 1=1 --"}).scalar() == 50
    with pytest.raises(ValidationError):
        client.query.sql(query, [1])


def test_execute_writes(client: Any, dataset: str) -> None:
    insert = f'INSERT INTO "{dataset}" (_id, carrier, n) VALUES (?, ?, ?)'
    assert client.query.execute(insert, ["x", "b'c", 2**60]).stats.affected_rows == 1
    assert client.query.sql(f'SELECT carrier, n FROM "{dataset}" WHERE _id = ?', ["x"]).one() == {
        "carrier": "b'c",
        "n": 2**60,
    }


def test_exact_values_survive_the_whole_way(client: Any) -> None:
    result = client.query.sql(
        "SELECT 9007199254740993 AS big, 170141183460469231731687303715884105727::HUGEINT AS huge, "
        "CAST('12345678901234567890.125' AS DECIMAL(38, 3)) AS exact, 'NaN'::DOUBLE AS nan, '-inf'::DOUBLE AS low, "
        "1 = 1 AS yes, TIMESTAMP '2013-01-02 03:04:05.123456' AS moment, [1, 2] AS list, {'a': 1} AS object, NULL AS no"
    )
    arrow = result.to_arrow()
    row = arrow.to_pylist()[0]
    assert (row["big"], int(row["huge"]), str(row["exact"])) == (
        9007199254740993,
        2**127 - 1,
        "12345678901234567890.125",
    )
    assert str(row["nan"]) == "nan"
    assert row["low"] == float("-inf")
    assert row["yes"] is True
    assert str(arrow.schema.field("moment").type) == "timestamp[us]"
    assert (row["list"], row["object"], row["no"]) == ([1, 2], {"a": 1}, None)
    frame = result.to_pandas()
    assert frame["big"][0] == 9007199254740993
    assert frame["huge"][0] == 2**127 - 1


def test_empty_results_keep_their_types(client: Any, dataset: str) -> None:
    result = client.query.sql(f'SELECT carrier, n, delay FROM "{dataset}" WHERE n > 1000')
    assert [str(field.type) for field in result.to_arrow().schema] == ["string", "int64", "double"]


def test_failures_are_errors(client: Any) -> None:
    with pytest.raises(InfinoError):
        client.query.sql("SELECT x FROM nowhere_at_all")
    with pytest.raises(InfinoError):
        client.query.promql("sum(")


@attrs.define
class Flight:
    carrier: str
    n: int
    id: str


def test_dsl_gives_hits_and_aggregations(client: Any, dataset: str) -> None:
    body = {
        "size": 2,
        "query": {"range": {"n": {"gte": 10}}},
        "sort": [{"n": "asc"}],
        "aggs": {"by": {"terms": {"field": "carrier.keyword"}, "aggs": {"mean": {"avg": {"field": "n"}}}}},
    }
    result = client.query.dsl(dataset, body)
    assert isinstance(result, SearchResult)
    assert result.total == 40
    assert result.hits(as_=Flight) == [Flight("AA", 10, "0010"), Flight("O'Hare", 11, "0011")]
    rows = {row["by"]: row for row in result.aggregations.to_dicts()}
    assert rows["UA"]["doc_count"] == 13
    assert rows["UA"]["mean"] == sum(range(12, 50, 3)) / 13
    assert result.to_pandas()["n"].tolist() == [10, 11]


def test_scan_goes_through_everything_once(client: Any, dataset: str) -> None:
    assert [hit["n"] for hit in client.query.scan(dataset, page_size=7)] == list(range(50))
    body = {"query": {"term": {"carrier.keyword": "UA"}}, "sort": [{"carrier.keyword": "asc"}]}
    assert [hit["n"] for hit in client.query.scan(dataset, body, page_size=5)] == list(range(0, 50, 3))
    assert len(list(client.query.scan(dataset, page_size=20, limit=25))) == 25
    assert list(client.query.scan(dataset, limit=0)) == []
    with pytest.raises(ValidationError):
        list(client.query.scan(dataset, {"from": 10}))


@pytest.fixture(scope="module")
def many(gateway: LocalGateway) -> Iterator[str]:
    """A dataset with more records than a search counts by itself."""
    name = "query-many"
    with gateway.client() as client:
        client.datasets.create(name)
        rows = [{"id": f"{number:05d}", "group": "ab"[number % 2], "text": "x" * 200} for number in range(10_500)]
        client.records.bulk(name, rows, id="id")
        yield name
        client.datasets.delete(name)


def test_a_scan_goes_beyond_what_a_search_counts(client: Any, many: str) -> None:
    found = client.query.dsl(many, {"size": 0})
    assert (found.total, found.total_is_exact) == (10_000, False)
    found = client.query.dsl(many, {"size": 0, "track_total_hits": True})
    assert (found.total, found.total_is_exact) == (10_500, True)
    found = client.query.dsl(many, {"size": 0, "track_total_hits": False})
    assert (found.total, found.total_is_exact) == (None, False)
    half = client.query.scan(many, {"query": {"term": {"group.keyword": "b"}}}, page_size=2000)
    assert [int(hit.id) for hit in half] == list(range(1, 10_500, 2))


def test_a_scan_keeps_memory_flat(sync_client: Infino, many: str) -> None:
    scan = sync_client.query.scan(many, page_size=300)
    tracemalloc.start()
    try:
        peaks = []
        for _ in range(7):
            tracemalloc.reset_peak()
            assert sum(1 for _ in islice(scan, 1500)) == 1500
            peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert next(scan, None) is None
    # The gateway works in this process too, and may hold a page more at a peak; what is kept stays at every one.
    assert min(peaks[-3:]) < 1.2 * peaks[0]


@pytest.fixture
def metrics(client: Any, fresh: Callable[..., str]) -> str:
    name = fresh("load") + ".aly"
    client.datasets.create(name)
    lines = [
        f'load{{host="{host}"}} {step + base} {int((START + timedelta(minutes=step)).timestamp() * 1000)}'
        for host, base in (("a", 0), ("b", 100))
        for step in range(10)
    ]
    client.metrics.upload(name, "\n".join(lines) + "\n")
    return name


def test_promql(client: Any, metrics: str) -> None:
    result = client.query.promql("load", at=START + timedelta(minutes=3), dataset=metrics)
    assert isinstance(result, PromResult)
    assert {row["host"]: row["value"] for row in result} == {"a": 3.0, "b": 103.0}
    assert client.query.promql("count(load)", at=START.isoformat(), dataset=metrics).scalar() == 2.0
    span = client.query.promql_range("load", start=START, end=START.timestamp() + 300, step="1m", dataset=metrics)
    wide = span.to_pandas(shape="wide")
    assert wide.shape == (6, 2)
    assert wide['load{host="b"}'].tolist() == [100.0, 101.0, 102.0, 103.0, 104.0, 105.0]
    assert wide.index[0] == pd.Timestamp(START)


def test_raw_responses_carry_tables(client: Any, dataset: str) -> None:
    answer = client.query.with_raw_response.sql("SELECT 1 AS one")
    assert answer.status == 200
    assert answer.value.scalar() == 1
    assert answer.content == answer.value.raw
    raw = client.query.with_raw_response
    assert raw.dsl(dataset, {"size": 0}).value.total == 50
    assert raw.execute(f'DELETE FROM "{dataset}" WHERE n = 0').value.stats.affected_rows == 1
    assert raw.promql("1 + 1", at=START).value.scalar() == 2.0
    assert len(raw.promql_range("time()", start=START, end=START, step=60).value) == 1


def test_a_lost_write_is_never_sent_again(client: Any, dataset: str) -> None:
    lost = {"path": "/sql", "reset": True, "after": True}
    policy = RetryPolicy(attempts=3, base=0.0, cap=0.0)
    client.request("POST", "/_local/faults", json=lost)
    with pytest.raises(TransportError):
        client.query.execute(f'INSERT INTO "{dataset}" (carrier) VALUES (?)', ["lost"], retry=policy)
    count = f'SELECT count(*) FROM "{dataset}" WHERE carrier = ?'
    client.request("POST", "/_local/faults", json=lost)
    answer = client.query.with_raw_response.sql(count, ["lost"], retry=policy)
    assert (answer.value.scalar(), answer.attempts) == (1, 2)


async def test_async_conversion_may_run_beside_the_loop(gateway: LocalGateway) -> None:
    async with gateway.async_client() as client:
        result = await client.query.sql("SELECT range AS n FROM range(5000)")
        ticks = 0
        task = asyncio.create_task(asyncio.to_thread(result.to_pandas))
        while not task.done():
            ticks += 1
            await asyncio.sleep(0)
        assert len(task.result()) == 5000
        assert ticks > 0


async def test_async_scans_decode_beside_the_loop(
    gateway: LocalGateway, many: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoding: set[int] = set()
    hits = SearchResult.hits

    def spy(result: SearchResult) -> list[Any]:
        decoding.add(threading.get_ident())
        return hits(result)

    monkeypatch.setattr(SearchResult, "hits", spy)
    async with gateway.async_client() as client:
        found = [hit.id async for hit in client.query.scan(many, page_size=1000, limit=2500)]
    assert found == [f"{number:05d}" for number in range(2500)]
    assert decoding
    assert threading.get_ident() not in decoding


FLIGHTS = ["carrier", "origin", "dest", "month", "dep_delay", "distance", "tailnum"]


@pytest.fixture(scope="module")
def source() -> pd.DataFrame:
    table = flights("flights")
    return table[table["day"] == 1][FLIGHTS].reset_index(drop=True)


def test_aggregates_of_flights_equal_those_of_pandas(
    sync_client: Infino, source: pd.DataFrame, fresh: Callable[..., str]
) -> None:
    name = fresh("flights")
    sync_client.datasets.create(name)
    report = sync_client.records.bulk(name, source)
    assert report.accepted == len(source) > 10_000
    found = sync_client.query.sql(
        f"SELECT carrier, month, count(*) AS flights, count(dep_delay) AS flown, avg(dep_delay) AS delay, "
        f'max(distance) AS far, sum(distance) AS total FROM "{name}" GROUP BY 1, 2 ORDER BY 1, 2'
    ).to_pandas()
    groups = source.groupby(["carrier", "month"], as_index=False)
    wanted = groups.agg(
        flights=("origin", "size"),
        flown=("dep_delay", "count"),
        delay=("dep_delay", "mean"),
        far=("distance", "max"),
        total=("distance", "sum"),
    ).sort_values(["carrier", "month"], ignore_index=True)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=1e-12)
    rows = sync_client.query.sql(f'SELECT {", ".join(FLIGHTS)} FROM "{name}"')
    keys = ["carrier", "origin", "dest", "month", "dep_delay", "distance", "tailnum"]
    everything = rows.to_pandas().sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(
        everything, source.sort_values(keys, ignore_index=True), check_dtype=False, rtol=0, atol=0
    )
    assert json.loads(rows.raw)["error_message"] is None
