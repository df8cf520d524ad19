"""Bulk upload against the embedded gateway, by both clients, with faults on the way."""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import polars
import pytest

from infino import Infino
from infino.bulk.progress import Progress
from infino.bulk.report import BulkReport
from infino.core.errors import BulkError, ConnectError, NotFoundError, TransportError, ValidationError
from infino.core.retry import RetryPolicy
from infino.local import LocalGateway

QUICK = RetryPolicy(attempts=6, deadline=None, base=0.01, cap=0.02, retry_after_cap=0.05)
ROWS = [{"id": f"r{n}", "n": n, "text": f"row {n}"} for n in range(500)]


@pytest.fixture
def arm(gateway: LocalGateway, sync_client: Any) -> Iterator[Callable[..., None]]:
    """Arm a fault on the bulk route of one dataset."""

    def armed(dataset: str, **fault: Any) -> None:
        sync_client.request("POST", "/_local/faults", json={"path": f"/{dataset}/json", "method": "POST", **fault})

    yield armed
    sync_client.request("DELETE", "/_local/faults")


def stored(client: Any, dataset: str) -> list[tuple[str, int]]:
    rows = client.query.sql(f'SELECT "_id", n FROM "{dataset}" ORDER BY n')  # a name of this test
    found = rows if isinstance(rows, list) else list(rows)
    return [(row["_id"], row["n"]) for row in found]


def as_async(rows: Any) -> Any:
    async def each() -> AsyncIterator[Any]:
        for row in rows:
            await asyncio.sleep(0)
            yield row

    return each()


SOURCES: dict[str, Callable[[Path], Any]] = {
    "list": lambda folder: ROWS,
    "generator": lambda folder: iter(ROWS),
    "polars": lambda folder: polars.DataFrame(ROWS),
    "arrow": lambda folder: polars.DataFrame(ROWS).to_arrow(),
    "pandas": lambda folder: polars.DataFrame(ROWS).to_pandas(),
    "parquet": lambda folder: _written(folder / "a.parquet", polars.DataFrame(ROWS).write_parquet),
    "ndjson.gz": lambda folder: _written(
        folder / "a.ndjson.gz", lambda path: path.write_bytes(gzip.compress(_ndjson(ROWS)))
    ),
    "csv": lambda folder: _written(folder / "a.csv", polars.DataFrame(ROWS).write_csv),
}


def _ndjson(rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _written(path: Path, write: Callable[[Path], Any]) -> Path:
    write(path)
    return path


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_of_source_arrives_whole(client: Any, fresh: Any, kind: str, tmp_path: Path) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    report = client.records.bulk(name, SOURCES[kind](tmp_path), id="id", chunk_records=64)
    assert (report.read, report.created, report.requests, report.ok) == (500, 500, 8, True)
    assert client.datasets.count(name) == 500
    again = client.records.bulk(name, SOURCES[kind](tmp_path), id="id")
    assert (again.updated, again.created) == (500, 0)


def test_without_ids_the_service_assigns_them(client: Any, fresh: Any) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    assert client.records.bulk(name, ROWS).created == 500
    assert client.records.bulk(name, ROWS).created == 500
    assert client.datasets.count(name) == 1000


def test_the_last_record_of_an_id_wins_whatever_the_concurrency(client: Any, fresh: Any) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    rows = [{"id": f"k{n % 7}", "n": n} for n in range(700)]
    report = client.records.bulk(name, iter(rows), id="id", chunk_records=5, concurrency=8)
    assert report.accepted == 700
    assert stored(client, name) == [(f"k{n % 7}", n) for n in range(693, 700)]


def test_create_update_delete(client: Any, fresh: Any) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    client.records.bulk(name, ROWS[:10], id="id")
    created = client.records.bulk(name, ROWS[:12], id="id", op="create", on_error="collect")
    assert (created.created, created.rejected) == (2, 10)
    assert [r.status for r in created.rejections] == [409] * 10
    updated = client.records.bulk(
        name, [{"id": "r0", "n": -1}, {"id": "no", "n": 1}], id="id", op="update", on_error="collect"
    )
    assert (updated.updated, updated.rejected, updated.rejections[0].id) == (1, 1, "no")
    assert client.records.bulk(name, [{"id": "no", "n": 1}], id="id", op="update", upsert=True).accepted == 1
    gone = client.records.bulk(name, ["r0", "r1", "never"], id="id", op="delete")
    assert (gone.deleted, gone.noop) == (2, 1)
    assert client.datasets.count(name) == 11


def test_rejections_raise_with_the_report_and_come_back_from_the_dead_letters(
    client: Any, fresh: Any, tmp_path: Path
) -> None:
    name, letters = fresh("bulk"), tmp_path / "dead.ndjson"
    client.datasets.create(name)
    client.records.bulk(name, ROWS[:5], id="id")
    with pytest.raises(BulkError, match="5 rejected of 20 records") as caught:
        client.records.bulk(name, ROWS[:20], id="id", op="create", dead_letter=letters)
    report = caught.value.report
    assert (report.accepted, report.rejected, sum(report.errors.values())) == (15, 5, 5)
    client.records.bulk(name, [f"r{n}" for n in range(5)], id="id", op="delete")
    assert client.records.bulk(name, letters, op="ready").created == 5
    assert [name for name, _ in stored(client, name)] == [f"r{n}" for n in range(20)]


def test_unsendable_records_are_named_and_the_rest_arrives(client: Any, fresh: Any) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    report = client.records.bulk(name, [*ROWS[:3], {"id": "x", "n": {1}}, *ROWS[3:6]], id="id", on_error="collect")
    assert (report.read, report.accepted, report.rejected) == (7, 6, 1)
    assert report.rejections[0].reason.startswith("record 3: $.n: set")


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after": 0.01},
        {"status": 503},
        {"status": 500, "after": True},
        {"status": 502},
        {"reset": True},
        {"reset": True, "after": True},
        {"truncate": True},
        {"invalid_json": True},
        {"html": True},
    ],
    ids=lambda fault: "-".join(map(str, fault)),
)
def test_with_ids_every_fault_is_ridden_out(client: Any, fresh: Any, arm: Any, fault: dict[str, Any]) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    arm(name, times=3, skip=1, **fault)
    report = client.records.bulk(name, iter(ROWS), id="id", chunk_records=100, concurrency=2, retry=QUICK)
    assert (report.read, report.accepted, report.unknown, report.retried) == (500, 500, 0, 300)
    assert stored(client, name) == [(row["id"], row["n"]) for row in ROWS]


@pytest.mark.parametrize(
    ("fault", "unknown"),
    [
        ({"status": 429}, 0),
        ({"status": 503}, 0),
        ({"reset": True, "after": True}, 100),
        ({"status": 500}, 100),
        ({"status": 502}, 100),
        ({"status": 504}, 100),
    ],
)
def test_without_ids_nothing_is_sent_twice(
    client: Any, fresh: Any, arm: Any, fault: dict[str, Any], unknown: int
) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    arm(name, times=1, skip=1, **fault)
    report = client.records.bulk(name, iter(ROWS), chunk_records=100, concurrency=2, retry=QUICK, on_error="collect")
    assert (report.read, report.accepted, report.unknown) == (500, 500 - unknown, unknown)
    assert report.accepted <= client.datasets.count(name) <= report.accepted + report.unknown


def test_a_body_that_is_too_large_is_halved_and_later_ones_are_smaller(client: Any, fresh: Any, arm: Any) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    arm(name, times=1, status=413)
    report = client.records.bulk(name, iter(ROWS), id="id", chunk_records=100)
    assert (report.accepted, report.requests) == (500, 7)


def test_a_dataset_that_is_missing_is_said_so(client: Any, fresh: Any, gateway: LocalGateway) -> None:
    with pytest.raises(NotFoundError) as caught:
        client.records.bulk(fresh("nowhere") + "/x".replace("/", "-"), iter(ROWS * 100), id="id", chunk_records=50)
    report = caught.value.report
    assert not report.complete
    assert 0 < report.read == report.rejected < 50_000
    assert any("the upload stopped here" in note for note in caught.value.__notes__)


def test_a_source_that_fails_surfaces_with_the_report_of_what_was_sent(client: Any, fresh: Any) -> None:
    name = fresh("bulk")
    client.datasets.create(name)

    def rows() -> Iterator[dict[str, Any]]:
        yield from ROWS[:333]
        raise KeyError("the database went away")

    with pytest.raises(KeyError) as caught:
        client.records.bulk(name, rows(), id="id", chunk_records=50)
    report = caught.value.report
    assert (report.read, report.accepted + report.rejected, report.complete) == (333, 333, False)
    assert client.datasets.count(name) == report.accepted


@pytest.mark.parametrize(
    "settings",
    [
        {"op": "upsert"},
        {"op": "update"},
        {"op": "ready", "id": "x"},
        {"chunk_records": 0},
        {"on_error": "ignore"},
        {"concurrency": 0},
        {"id": ""},
        {"upsert": True},
    ],
)
def test_settings_that_make_no_sense_are_refused_before_anything_is_sent(client: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        client.records.bulk("any", ROWS, **settings)


@pytest.mark.parametrize("name", ["", "..", "a/b", "a?b", "a#b", "sql"])
def test_a_name_that_would_reach_another_route_is_refused(client: Any, name: str) -> None:
    with pytest.raises(ValueError, match=r"name|dataset"):
        client.records.bulk(name, ROWS)


def test_chunks_as_they_are_settled(client: Any, fresh: Any) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    run = client.records.bulk_iter(name, ROWS, id="id", chunk_records=100)
    spans = sorted((chunk.start, chunk.stop, chunk.accepted) for chunk in run)
    assert spans == [(at, at + 100, 100) for at in range(0, 500, 100)]
    assert run.report.accepted == 500


def test_leaving_early_counts_what_was_in_flight_as_unknown(sync_client: Any, fresh: Any) -> None:
    name = fresh("bulk")
    sync_client.datasets.create(name)
    with sync_client.records.bulk_iter(name, iter(ROWS), id="id", chunk_records=10) as run:
        next(run)
    report = run.report
    assert not report.complete
    assert report.read == report.accepted + report.rejected + report.unknown
    assert report.accepted >= 10
    assert report.read < 500


def test_leaving_early_is_no_failure_of_the_upload(gateway: LocalGateway, fresh: Any) -> None:
    name = fresh("bulk")

    async def leave() -> BulkReport:
        async with gateway.async_client() as client:
            await client.datasets.create(name)
            await client.records.bulk(name, ROWS[:5], id="id")
            settings = {"id": "id", "op": "create", "on_error": "raise"}
            run = client.records.bulk_iter(name, iter(ROWS), chunk_records=10, **settings)
            async for _ in run:
                break
            await run.aclose()
            return run.report

    report = asyncio.run(leave())
    assert not report.complete
    assert report.rejected >= 5


def test_progress_tells_the_truth(client: Any, fresh: Any) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    seen: list[Progress] = []
    client.records.bulk(name, ROWS, id="id", chunk_records=100, progress=seen.append)
    assert [now.accepted for now in seen] == sorted(now.accepted for now in seen)
    assert (seen[-1].accepted, seen[-1].total, seen[-1].finished, seen[-1].in_flight) == (500, 500, True, 0)
    assert [now.fraction for now in seen[:-1]] == [now.accepted / 500 for now in seen[:-1]]
    assert seen[-1].fraction == 1.0
    client.records.bulk(name, ROWS[:7], id="id", progress=seen.append)
    assert seen[-1].accepted == 7, "what is replaced is accepted as well"


def test_progress_of_a_file_never_falls_and_starts_where_the_last_run_ended(
    client: Any, fresh: Any, tmp_path: Path, arm: Any
) -> None:
    name = fresh("bulk")
    client.datasets.create(name)
    path = tmp_path / "rows.ndjson"
    rows = [json.dumps({"id": str(n), "t": "x" * (n % 700)}).encode() for n in range(3000)]
    path.write_bytes(b"\n".join(rows))
    seen: list[Progress] = []
    settings = {"id": "id", "chunk_records": 100, "checkpoint": tmp_path / "c", "progress": seen.append}

    def stop(now: Progress) -> None:
        seen.append(now)
        if now.accepted >= 2000:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        client.records.bulk(name, path, **{**settings, "progress": stop})
    fractions = [now.fraction for now in seen if now.fraction is not None]
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] < 0.2 < fractions[-1] < 1
    seen.clear()
    client.records.bulk(name, path, **settings)
    assert seen[0].fraction is None or seen[0].fraction > 0.5
    assert (seen[-1].fraction, seen[-1].accepted) == (1.0, 3000)
    assert seen[-1].rate < 1100 / seen[-1].seconds


def test_async_sources(gateway: LocalGateway, sync_client: Any, fresh: Any) -> None:
    name = fresh("bulk")
    sync_client.datasets.create(name)

    async def main() -> Any:
        async with gateway.async_client() as client:
            return await client.records.bulk(name, as_async(ROWS), id="id", chunk_records=100)

    report = asyncio.run(main())
    assert (report.read, report.accepted, report.requests) == (500, 500, 5)
    with pytest.raises(ValidationError, match="AsyncInfino"):
        sync_client.records.bulk(name, as_async(ROWS))


def test_a_slow_source_is_stored_while_it_goes_on(
    gateway: LocalGateway, sync_client: Any, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infino.bulk.source.LINGER", 0.2)
    name = fresh("bulk")
    sync_client.datasets.create(name)
    stored: list[int] = []

    async def slow() -> AsyncIterator[dict[str, Any]]:
        for number in range(10):
            await asyncio.sleep(0.1)
            stored.append(await asyncio.to_thread(sync_client.datasets.count, name))
            yield {"id": str(number)}

    async def main() -> Any:
        async with gateway.async_client() as client:
            return await client.records.bulk(name, slow(), id="id")

    report = asyncio.run(main())
    assert report.accepted == 10
    assert 3 <= stored[-1] < 10


def test_cancelling_an_async_upload_leaves_no_task_behind(
    gateway: LocalGateway, sync_client: Any, fresh: Any, arm: Any
) -> None:
    name = fresh("bulk")
    sync_client.datasets.create(name)
    arm(name, times=None, delay=0.5)

    async def main() -> int:
        async with gateway.async_client() as client:
            upload = asyncio.create_task(client.records.bulk(name, iter(ROWS), id="id", chunk_records=10))
            await asyncio.sleep(0.1)
            upload.cancel()
            with pytest.raises(asyncio.CancelledError):
                await upload
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1


def test_cancelling_while_an_async_upload_prepares_lets_go_of_its_files(
    gateway: LocalGateway, sync_client: Any, fresh: Any, tmp_path: Path
) -> None:
    name = fresh("bulk")
    sync_client.datasets.create(name)
    files = {"checkpoint": tmp_path / "c", "dead_letter": tmp_path / "d"}

    async def main() -> Any:
        async with gateway.async_client() as client:
            for steps in (1, 2, 3, 4):
                upload = asyncio.create_task(client.records.bulk(name, ROWS, id="id", **files))
                for _ in range(steps):
                    await asyncio.sleep(0)
                upload.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await upload
            return await client.records.bulk(name, ROWS, id="id", **files)

    assert asyncio.run(main()).accepted == len(ROWS)


def test_reading_and_encoding_happen_off_the_event_loop(gateway: LocalGateway, sync_client: Any, fresh: Any) -> None:
    name = fresh("bulk")
    sync_client.datasets.create(name)
    threads: set[int] = set()

    class Noted:
        def __init__(self, n: int) -> None:
            self.n = n

        def to_dict(self) -> dict[str, int]:
            threads.add(threading.get_ident())
            return {"n": self.n}

    def rows() -> Iterator[Noted]:
        threads.add(threading.get_ident())
        yield from map(Noted, range(50))

    async def main() -> int:
        async with gateway.async_client() as client:
            await client.records.bulk(name, rows())
            await client.records.bulk(name, as_async(map(Noted, range(50))))
        return threading.get_ident()

    assert asyncio.run(main()) not in threads
    assert sync_client.datasets.count(name) == 100


COLD = """
import asyncio, sys, threading
from infino import AsyncInfino
loop_thread, seen = threading.get_ident(), []

class Watch:
    def find_spec(self, name, path=None, target=None):
        if threading.get_ident() == loop_thread:
            seen.append(name)

async def main():
    async with AsyncInfino(endpoint=sys.argv[1], access_key=sys.argv[2], secret_key=sys.argv[3]) as client:
        records, datasets = client.records, client.datasets
        sys.meta_path.insert(0, Watch())
        if sys.argv[6] == "bulk":
            assert (await records.bulk(sys.argv[4], sys.argv[5], id="id")).created
        elif sys.argv[6] == "bulk_iter":
            assert [chunk.created async for chunk in records.bulk_iter(sys.argv[4], sys.argv[5], id="id")]
        else:
            assert (await datasets.load(sys.argv[4], sys.argv[5], id="id")).created
        sys.meta_path.pop(0)

asyncio.run(main())
heavy = {"httpx", "httpcore", "anyio", "polars", "pyarrow", "infino"}
# They import the rest in a thread, or only what is there.
small = {"infino.bulk", "infino.bulk.run_async", "infino.keys"}
print(*sorted(name for name in set(seen) - small if name.split(".")[0] in heavy))
"""


@pytest.mark.parametrize("method", ["bulk", "bulk_iter", "load"])
def test_a_first_upload_imports_nothing_heavy_on_the_event_loop(
    gateway: LocalGateway, sync_client: Any, fresh: Any, tmp_path: Path, method: str
) -> None:
    name = fresh("bulk")
    sync_client.datasets.create(name)
    path = _written(tmp_path / "a.parquet", polars.DataFrame(ROWS).write_parquet)
    keys = gateway.endpoint, gateway.access_key, gateway.secret_key
    command = [sys.executable, "-c", COLD, *keys, name, str(path), method]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_a_service_that_is_not_there(fresh: Any) -> None:
    client = Infino(access_key="a", secret_key="b", endpoint="http://127.0.0.1:9")
    with client, pytest.raises(ConnectError) as caught:
        client.records.bulk("any", iter(ROWS), chunk_records=10, retry=QUICK)
    assert isinstance(caught.value, TransportError)
    assert caught.value.report.unknown == 0
    assert caught.value.report.rejected == caught.value.report.read < 500


def test_load_makes_the_dataset_and_fills_it(client: Any, fresh: Any, tmp_path: Path) -> None:
    name = fresh("bulk")
    path = _written(tmp_path / "a.csv", polars.DataFrame(ROWS).write_csv)
    for total in (500, 1000):
        assert client.datasets.load(name, path).accepted == 500
        assert client.datasets.count(name) == total
