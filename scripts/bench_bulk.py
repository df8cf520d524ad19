"""Measure bulk upload side by side in one run: ours, elasticsearch-py and infino-sdk 0.7.0, into the same sink.

The sink is a small server in a process of its own that counts lines and answers an item for each record. Every
contender sends the same records, with ids, signed where it signs; rounds are interleaved and the median counts.

Warm and cold, the budgets are for half a million records: of the first 100,000 in a process, imports take the greater
part, and these cannot be shorter than those of polars and httpx (`--records 100000` shows it).

    python scripts/bench_bulk.py                       # 500,000 records, and some into the embedded gateway
    python scripts/bench_bulk.py --records 1000000
    python scripts/bench_bulk.py --heartbeat --records 1000000
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib
import json
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from budgets import settle

CHUNK = 5000
KEYS = ("bench", "bench-secret")
ITEM = b'{"index":{"_id":"e00000001","_version":1,"result":"created","status":201}}'
OLD_SDK = ["infino-sdk==0.7.0", "backoff>=2"]


def record(number: int) -> dict[str, Any]:
    return {
        "event_id": f"e{number:08d}",
        "timestamp": f"2026-01-{number % 28 + 1:02d}T{number % 24:02d}:{number % 60:02d}:00Z",
        "level": ("info", "warn", "error")[number % 3],
        "service": f"svc-{number % 17}",
        "status": (200, 201, 404, 500)[number % 4],
        "latency_ms": number % 1009 / 7,
        "user_id": number * 7919 % 1_000_003,
        "message": f"request {number} handled in the usual way",
    }


class Sink(asyncio.Protocol):
    """Speaks just enough HTTP to be uploaded to."""

    lines = 0
    answers: ClassVar[dict[int, bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.pieces: list[bytes] = []
        self.missing = -1

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        if self.missing < 0:
            data = b"".join(self.pieces)
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self.pieces = [data]
                return
            head = data[:end].lower()
            at = head.find(b"content-length:")
            size = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.pieces, self.missing = [data[end + 4 :]], size - len(data) + end + 4
        else:
            self.missing -= len(data)
        if self.missing <= 0:
            self.answer(sum(piece.count(b"\n") for piece in self.pieces))
            self.pieces, self.missing = [], -1

    def answer(self, lines: int) -> None:
        Sink.lines += lines
        count = lines // 2
        if count not in self.answers:
            body = b'{"took":1,"errors":false,"items":[' + b",".join([ITEM] * count) + b"]}"
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-elastic-product: Elasticsearch\r\n"
            self.answers[count] = head + b"content-length: %d\r\n\r\n" % len(body) + body
        self.transport.write(self.answers[count])


def serve(pipe: Any) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Sink, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        while True:
            await asyncio.sleep(0.01)
            if pipe.poll():
                pipe.recv()
                pipe.send(Sink.lines)
                Sink.lines = 0

    try:
        import uvloop

        uvloop.run(main())
    except (ImportError, KeyboardInterrupt):
        asyncio.run(main())


def old_sdk() -> Any:
    """Install the old SDK beside, not into, this environment."""
    folder = Path(tempfile.gettempdir()) / "infino-bench-old-sdk"
    if not (folder / "infino_sdk").exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), *OLD_SDK]
        subprocess.run(command, check=True)
    sys.path.insert(0, str(folder))  # before our own package of this name, which helps with moving
    return importlib.import_module("infino_sdk")


@contextmanager
def sink() -> Iterator[tuple[Any, int]]:
    """Run the sink in a process of its own; gives the pipe to it, and its port."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    process.start()
    try:
        yield here, here.recv()
    finally:
        process.terminate()
        process.join()


class Contenders:
    """Each method uploads all records once and returns how many were accepted."""

    def __init__(self, port: int, count: int, folder: Path) -> None:
        self.endpoint, self.count, self.folder = f"http://127.0.0.1:{port}", count, folder
        self.rows = [record(number) for number in range(count)]
        self.parquet, self.ndjson = folder / "rows.parquet", folder / "rows.ndjson"
        self.csv, self.json = folder / "rows.csv", folder / "rows.json"
        import pyarrow
        from pyarrow import parquet

        self.table = pyarrow.Table.from_pylist(self.rows)
        parquet.write_table(self.table, self.parquet, row_group_size=100_000)
        import orjson

        with self.ndjson.open("wb") as file:
            file.writelines(orjson.dumps(row) + b"\n" for row in self.rows)
        self.json.write_bytes(orjson.dumps(self.rows))
        from pyarrow import csv

        csv.write_csv(self.table, self.csv)

    def _client(self) -> Any:
        from infino import Infino

        return Infino(access_key=KEYS[0], secret_key=KEYS[1], endpoint=self.endpoint)

    def _ours(self, source: Any) -> int:
        with self._client() as client:
            return int(client.records.bulk("bench", source, id="event_id").accepted)

    def dicts(self) -> int:
        return self._ours(iter(self.rows))

    def _ours_async(self, source: Any) -> int:
        from infino import AsyncInfino

        async def main() -> int:
            async with AsyncInfino(access_key=KEYS[0], secret_key=KEYS[1], endpoint=self.endpoint) as client:
                return int((await client.records.bulk("bench", source, id="event_id")).accepted)

        return asyncio.run(main())

    def dicts_async(self) -> int:
        return self._ours_async(iter(self.rows))

    def parquet_async(self) -> int:
        return self._ours_async(self.parquet)

    def csv_file(self) -> int:
        return self._ours(self.csv)

    def json_file(self) -> int:
        return self._ours(self.json)

    def pandas(self) -> int:
        return self._ours(self.table.to_pandas())

    def polars(self) -> int:
        import polars

        return self._ours(polars.from_arrow(self.table))

    def arrow(self) -> int:
        return self._ours(self.table)

    def parquet_file(self) -> int:
        return self._ours(self.parquet)

    def ndjson_file(self) -> int:
        return self._ours(self.ndjson)

    def _elastic(self, rows: Iterator[dict[str, Any]], **settings: Any) -> int:
        from elasticsearch import Elasticsearch, helpers

        with Elasticsearch(self.endpoint, **settings) as client:
            actions = ({"_index": "bench", "_id": row["event_id"], "_source": row} for row in rows)
            return sum(ok for ok, _ in helpers.streaming_bulk(client, actions, chunk_size=CHUNK))

    def elastic_dicts(self) -> int:
        return self._elastic(iter(self.rows))

    def elastic_orjson(self) -> int:
        from elasticsearch import OrjsonSerializer

        return self._elastic(iter(self.rows), serializer=OrjsonSerializer())

    def elastic_csv(self) -> int:
        import csv

        with self.csv.open(newline="") as file:
            return self._elastic(csv.DictReader(file))

    def elastic_json(self) -> int:
        return self._elastic(iter(json.loads(self.json.read_bytes())))

    def elastic_pandas(self) -> int:
        return self._elastic(iter(self.table.to_pandas().to_dict("records")))

    def elastic_polars(self) -> int:
        import polars

        return self._elastic(polars.from_arrow(self.table).iter_rows(named=True))

    def elastic_arrow(self) -> int:
        return self._elastic(row for batch in self.table.to_batches(CHUNK) for row in batch.to_pylist())

    def elastic_parquet(self) -> int:
        from pyarrow import parquet

        file = parquet.ParquetFile(self.parquet)
        return self._elastic(row for batch in file.iter_batches(CHUNK) for row in batch.to_pylist())

    def elastic_ndjson(self) -> int:
        with self.ndjson.open("rb") as file:
            return self._elastic(map(json.loads, file))

    def old_dicts(self) -> int:
        sdk = old_sdk().InfinoSDK(*KEYS, self.endpoint)
        accepted = 0
        for at in range(0, self.count, CHUNK):  # as its chunked example does it
            lines = []
            for row in self.rows[at : at + CHUNK]:
                lines.append(json.dumps({"index": {"_id": row["event_id"]}}))
                lines.append(json.dumps(row))
            answer = sdk.upload_json_to_dataset("bench", "\n".join(lines) + "\n")
            accepted += sum(1 for item in answer["items"] if item["index"]["status"] < 300)
        sdk.close()
        return accepted


PAIRS = [  # ours, theirs, what for, target
    ("dicts", "elastic_dicts", "dicts / elasticsearch streaming_bulk", 7),
    ("dicts", "elastic_orjson", "dicts / elasticsearch streaming_bulk with orjson", None),
    ("dicts", "old_dicts", "dicts / infino-sdk 0.7.0", 3.5),
    ("dicts_async", "elastic_dicts", "dicts, async / elasticsearch streaming_bulk", 7),
    ("csv_file", "elastic_csv", "CSV / elasticsearch streaming_bulk of the same file", 8),
    ("json_file", "elastic_json", "JSON array / elasticsearch streaming_bulk of the same file", 8),
    ("pandas", "elastic_pandas", "pandas / elasticsearch streaming_bulk of the same frame", None),
    ("polars", "elastic_polars", "polars / elasticsearch streaming_bulk of the same frame", None),
    ("arrow", "elastic_arrow", "Arrow / elasticsearch streaming_bulk of the same table", 15),
    ("parquet_file", "elastic_parquet", "Parquet / elasticsearch streaming_bulk of the same file", 15),
    ("ndjson_file", "elastic_ndjson", "NDJSON / elasticsearch streaming_bulk of the same file", 15),
    ("parquet_async", "elastic_parquet", "Parquet, async / elasticsearch streaming_bulk of the same file", 15),
    ("arrow", "elastic_dicts", "Arrow / elasticsearch streaming_bulk of ready dicts", None),
    ("parquet_file", "elastic_dicts", "Parquet / elasticsearch streaming_bulk of ready dicts", None),
    ("ndjson_file", "elastic_dicts", "NDJSON / elasticsearch streaming_bulk of ready dicts", None),
]


COLD = ("dicts", "csv_file", "json_file", "arrow", "parquet_file", "ndjson_file")  # each in a process of its own
COLD_TARGETS = {"arrow": 12, "parquet_file": 12, "ndjson_file": 12}


def cold_child(port: int, count: int, name: str) -> None:
    """Upload once, imports included, and print the seconds; making the records is not measured."""
    with tempfile.TemporaryDirectory() as folder:
        contenders = Contenders(port, count, Path(folder))
        print(timed(getattr(contenders, name), count)[0])


def cold(port: int, count: int, pairs: Any) -> dict[str, tuple[float, float | None]]:
    """Compare what the first upload of a process takes."""
    found: dict[str, tuple[float, float | None]] = {}
    for name, peer, label, warm in pairs:
        if name in COLD and f"cold: {label}" not in found:
            seconds = {}
            for way in (name, peer):
                command = [sys.executable, __file__, "--cold", str(port), str(count), way]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                seconds[way] = float(done.stdout.splitlines()[-1])
            target = warm if name == "dicts" else COLD_TARGETS.get(name) if warm else None
            found[f"cold: {label}"] = seconds[peer] / seconds[name], target
    return found


def compare(count: int, rounds: int, only: str | None) -> int:
    with sink() as (here, port), tempfile.TemporaryDirectory() as folder:
        contenders = Contenders(port, count, Path(folder))
        pairs = [pair for pair in PAIRS if only is None or only in pair[2]]
        names = list(dict.fromkeys(name for pair in pairs for name in pair[:2]))
        times: dict[str, list[float]] = {name: [] for name in names}
        work: dict[str, list[float]] = {name: [] for name in names}
        gc.collect()
        gc.freeze()
        for _ in range(rounds):
            for name in names:
                gc.collect()
                seconds, busy = timed(getattr(contenders, name), count)
                times[name].append(seconds)
                work[name].append(busy)
                here.send("count")
                lines = here.recv()
                assert lines == 2 * count, f"{name}: the sink saw {lines} lines"
        first = cold(port, count, pairs)
    return settle("bulk", {**show(count, rounds, pairs, times, work), **first})


def show(
    count: int, rounds: int, pairs: Any, times: dict[str, list[float]], work: dict[str, list[float]]
) -> dict[str, tuple[float, float | None]]:
    print(f"{count:,} records, median of {rounds} rounds; CPU is that of the sending process, all threads")
    for name, seconds in times.items():
        wall, busy = statistics.median(seconds), statistics.median(work[name])
        print(f"  {name:16} {wall:7.2f} s {count / wall:12,.0f} records/s   CPU {busy:6.2f} s")
    middle = {name: statistics.median(seconds) for name, seconds in times.items()}
    return {label: (middle[theirs] / middle[ours], target) for ours, theirs, label, target in pairs}


def timed(function: Callable[[], int], count: int) -> tuple[float, float]:
    start, busy = time.perf_counter(), time.process_time()
    accepted = function()
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    assert accepted == count, f"{function.__name__}: {accepted} of {count} accepted"
    return seconds, busy


def serve_gateway(pipe: Any) -> None:
    from infino.local import LocalGateway

    with LocalGateway() as gateway:
        pipe.send((gateway.endpoint, gateway.access_key, gateway.secret_key))
        pipe.recv()


def into_gateway(count: int) -> None:
    """Upload into the embedded gateway, which stores the records and checks each signature: its speed is the limit."""
    from infino import Infino

    global KEYS
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve_gateway, args=(there,), daemon=True)
    process.start()
    endpoint, *keys = here.recv()
    KEYS = keys[0], keys[1]
    print(f"{count:,} records into the embedded gateway, once each")
    with (
        tempfile.TemporaryDirectory() as folder,
        Infino(access_key=keys[0], secret_key=keys[1], endpoint=endpoint) as client,
    ):
        contenders = Contenders(int(endpoint.rsplit(":", 1)[1]), count, Path(folder))
        for name in ("dicts", "dicts_async", "arrow", "parquet_file", "ndjson_file", "old_dicts"):
            client.datasets.delete("bench", missing_ok=True)
            client.datasets.create("bench")
            seconds, busy = timed(getattr(contenders, name), count)
            assert client.datasets.count("bench") == count
            print(f"  {name:16} {seconds:7.2f} s {count / seconds:12,.0f} records/s   CPU {busy:6.2f} s")
    here.send("end")
    process.join()


def heartbeat(count: int) -> None:
    """Upload Parquet with the async client beside a task that wakes every 10 ms, and say how late it ever was."""
    late: list[float] = []

    async def beat() -> None:
        while True:
            due = time.perf_counter() + 0.01
            await asyncio.sleep(0.01)
            late.append(time.perf_counter() - due)

    async def upload(path: Path, port: int) -> int:
        from infino import AsyncInfino

        async with AsyncInfino(access_key=KEYS[0], secret_key=KEYS[1], endpoint=f"http://127.0.0.1:{port}") as client:
            await client.records.bulk("bench", [record(0)], id="event_id")  # the first call imports the HTTP library
            beating = asyncio.create_task(beat())
            accepted = (await client.records.bulk("bench", path, id="event_id")).accepted
            beating.cancel()
            return int(accepted)

    async def idle() -> None:
        beating = asyncio.create_task(beat())
        await asyncio.sleep(3)
        beating.cancel()

    with sink() as (_, port), tempfile.TemporaryDirectory() as folder:
        contenders = Contenders(port, count, Path(folder))
        contenders.rows.clear()
        gc.collect()
        asyncio.run(idle())
        floor = max(late) * 1000
        late.clear()
        assert asyncio.run(upload(contenders.parquet, port)) == count
    late.sort()
    print(f"  {count:,} Parquet records, {len(late):,} beats: latest {late[-1] * 1000:.1f} ms (target 50 ms),", end=" ")
    print(f"99 % within {late[int(len(late) * 0.99)] * 1000:.1f} ms; idle loop on this machine: {floor:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gateway", type=int, default=20_000, metavar="RECORDS", help="into the embedded gateway")
    parser.add_argument("--only", help="part of the label of the comparisons to run")
    parser.add_argument("--heartbeat", action="store_true", help="how free the event loop stays, in place of speed")
    parser.add_argument("--cold", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.cold:
        cold_child(int(arguments.cold[0]), int(arguments.cold[1]), arguments.cold[2])
    elif arguments.heartbeat:
        heartbeat(arguments.records)
    else:
        missed = compare(arguments.records, arguments.rounds, arguments.only)
        if arguments.gateway and arguments.only is None:
            into_gateway(arguments.gateway)
        sys.exit(missed)


if __name__ == "__main__":
    main()
