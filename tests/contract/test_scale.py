"""Many records in one data folder: nothing is lost, memory is bounded, and figures of speed are printed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psutil  # type: ignore[import-untyped]  # the package has no types
import pytest

from infino import Infino, RetryPolicy
from infino.local import LocalGateway

WORDS = ("storm", "calm", "sea", "wind", "rain", "cloud", "north", "south")
PARTS = 10


def record(number: int) -> dict[str, Any]:
    """One record; each word is in a quarter of them but for two, minus those in which it is twice."""
    note = f"{WORDS[number % 8]} {WORDS[number // 8 % 8]} {number}"
    return {"id": str(number), "n": number, "half": number * 0.5, "name": f"name {number % 1000}", "note": note}


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print how long something takes, of the processor and by the clock."""
    busy, started = time.process_time(), time.perf_counter()
    yield
    print(f"{what}: {time.process_time() - busy:.2f} s of the processor, {time.perf_counter() - started:.2f} s")


def check(client: Infino, size: int) -> None:
    """Ask for what must be true of the records."""
    with measured("count and sum"):
        row = client.query.sql("SELECT count(*) AS c, count(DISTINCT _id) AS d, sum(n) AS s FROM m").to_dicts()[0]
    assert row == {"c": size, "d": size, "s": size * (size - 1) // 2}
    with measured("match"):
        found = client.query.dsl("m", {"query": {"match": {"note": "storm"}}, "track_total_hits": True, "size": 3})
    assert found.total == sum(number % 8 == 0 or number // 8 % 8 == 0 for number in range(64)) * size // 64


@pytest.mark.soak
@pytest.mark.parametrize("size", [64_000, 1_024_000, 5_120_000, 20_480_000])
def test_records_in_one_dataset(size: int, tmp_path: Path) -> None:
    memory = psutil.Process().memory_info
    patient = RetryPolicy(attempts=50, deadline=None)  # a search is told to ask again while texts are indexed
    with LocalGateway(path=tmp_path / "data") as gateway, gateway.client(retry=patient) as client:
        client.datasets.create("m")
        step, used = size // PARTS, []
        for part in range(PARTS):
            lines = tmp_path / "part.ndjson"
            with lines.open("wb") as file:
                file.writelines(orjson.dumps(record(part * step + place)) + b"\n" for place in range(step))
            with measured(f"records {part * step} to {(part + 1) * step}"):
                report = client.records.bulk("m", lines, id="id")
            assert report.accepted == step
            used.append(memory().rss)
        assert used[-1] - used[0] < 250 * size + 512 * 1024**2, "memory grows with what is in flight, not with the data"
        check(client, size)
        with measured("overwriting 5000"):
            client.records.bulk("m", (record(number * step // 500) for number in range(5000)), id="id")
        check(client, size)
    with measured("start"):
        gateway = LocalGateway(path=tmp_path / "data").start()
    with gateway, gateway.client(retry=patient) as client:
        check(client, size)


@pytest.mark.soak
def test_many_datasets_and_many_fields(tmp_path: Path) -> None:
    with LocalGateway(path=tmp_path / "data") as gateway, gateway.client() as client:
        for number in range(600):
            client.datasets.create(f"d{number}")
        with measured("listing 600 datasets"):
            assert len(list(client.datasets.list())) == 600
        wide = {f"f{number}": number for number in range(2000)}
        with measured("writing 2000 fields"):
            client.records.bulk("d0", [wide])
        for query in ("SELECT f7 FROM d0", "SELECT * EXCLUDE (_id) FROM d0"):
            with measured(query):
                (row,) = client.query.sql(query).to_dicts()
            assert row.items() <= wide.items()
            assert row["f7"] == 7
        with measured("a term among 2000 fields"):
            assert client.query.dsl("d0", {"query": {"term": {"f7": 7}}}).total == 1
