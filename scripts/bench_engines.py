"""Measure engines beside one process of ours in the same run: a write by Spark's workers, and a read by four slices.

python scripts/bench_engines.py
python scripts/bench_engines.py --records 4000000
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import re
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from bench_bulk import ITEM, record

from infino import Infino
from infino.local import LocalGateway

GROUP = 50_000
WARMING = 4
"""Rounds that are not counted: the JVM compiles what it runs often."""
THROUGHPUT = {
    "spark.driver.memory": "3g",  # `toArrow` gathers all records there
    "spark.driver.extraJavaOptions": "-XX:+UseParallelGC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    # Without a limit; for any other, Spark adds up the sizes of all columns after each record.
    "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
    "spark.sql.execution.python.udf.buffer.size": "1048576",
}
"""Settings of Spark by which a write takes a third less of the processor."""
COUNTED = b'{"columns":[{"name":"n","type":"long"}],"rows":[[0]]}'


def answer(lines: int) -> bytes:
    """An answer with an item for each record; to a question without records, that there are none."""
    body = b'{"took":1,"errors":false,"items":[' + b",".join([ITEM] * (lines // 2)) + b"]}" if lines else COUNTED
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    return head + body


def talk(connection: socket.socket, answers: dict[int, bytes]) -> None:
    """Read requests into one room, count their lines, and answer.

    Nothing is kept and nothing parsed but the head, so a record costs the sink little more than the kernel's copy.
    """
    import numpy

    room = bytearray(1 << 23)
    view, held = memoryview(room), 0
    with connection:
        while True:
            while (end := room.find(b"\r\n\r\n", 0, held)) < 0:
                if not (got := connection.recv_into(view[held:])):
                    return
                held += got
            found = re.search(rb"content-length: *(\d+)", room[:end], re.IGNORECASE)
            start, size = end + 4, int(found[1]) if found else 0
            while held < start + size:
                if not (got := connection.recv_into(view[held : start + size], 0, socket.MSG_WAITALL)):
                    return
                held += got
            lines = int(numpy.count_nonzero(numpy.frombuffer(room, numpy.uint8, size, start) == ord("\n")))
            if lines not in answers:
                answers[lines] = answer(lines)
            connection.sendall(answers[lines])
            held = 0


def serve(pipe: Any) -> None:
    answers: dict[int, bytes] = {}
    with socket.create_server(("127.0.0.1", 0)) as server:
        pipe.send(server.getsockname()[1])
        while True:
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=talk, args=(connection, answers), daemon=True).start()


def processor() -> float:
    """Seconds of the processor so far: of this process, and of all that it began, Spark's among them."""
    import psutil

    mine = psutil.Process()
    return sum(sum(process.cpu_times()[:4]) for process in (mine, *mine.children(recursive=True)))


def taken(work: Callable[[], int], expected: int) -> tuple[float, float]:
    """Return how long it took, and how long the processor was at work for it."""
    started, before = time.perf_counter(), processor()
    found = work()
    assert found == expected, (found, expected)
    return time.perf_counter() - started, processor() - before


def row(
    ours: str, first: list[float], peer: str, second: list[float], limit: float | None, *, at_least: bool = True
) -> bool:
    """Print two medians, and the ratio of the peer's to ours, beside its budget where it has one."""
    for label, seconds in ((ours, first), (peer, second)):
        print(f"  {label:44} {statistics.median(seconds):8.2f} s")
    ratios = [mine / other for mine, other in zip(first, second, strict=True)]
    ratio = statistics.median(ratios if at_least else [1 / one for one in ratios])
    if limit is None:
        print(f"  {'ratio':44} {ratio:8.2f} x")
        return True
    met = ratio >= limit if at_least else ratio <= limit
    relation = ">=" if at_least else "<="
    print(f"  {'ratio':44} {ratio:8.2f} x   budget {relation} {limit:g}: {'met' if met else 'NOT MET'}")
    return met


def writes(rows: int, rounds: int, folder: Path) -> bool:
    """Spark with two workers against one process of ours that uploads the same frame, and against two others.

    Where records are in a frame of Spark, one process has them by way of `toArrow`: that peer has the budget. Two
    are shown beside. One sends records of Python. The other reads the Parquet files, and cannot be outrun on two cores:
    for a million records it takes 1.0 s of the processor in all, and the JVM alone 0.8 s before ours see a record.
    Then the workers do what that process did. All send the same bytes to the same sink, which takes 0.07 s of them.
    """
    import pyarrow
    from pyarrow import parquet

    for half in range(2):
        bounds = range(half * rows // 2, (half + 1) * rows // 2, GROUP)
        groups = (pyarrow.Table.from_pylist(list(map(record, range(n, min(n + GROUP, bounds.stop))))) for n in bounds)
        first = next(groups)
        with parquet.ParquetWriter(folder / f"part-{half}.parquet", first.schema) as file:
            for group in chain([first], groups):
                file.write_table(group)
    ours, theirs = multiprocessing.Pipe()
    sink = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    sink.start()
    os.environ |= {
        "INFINO_ENDPOINT": f"http://127.0.0.1:{ours.recv()}",
        "INFINO_ACCESS_KEY": "bench",
        "INFINO_SECRET_KEY": "bench-secret",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    from pyspark.sql import SparkSession

    from infino.engines.spark import register

    builder = SparkSession.builder.master("local[2]")
    for name, value in THROUGHPUT.items():
        builder = builder.config(name, value)
    spark = builder.config("spark.ui.enabled", "false").config("spark.log.level", "ERROR").getOrCreate()
    register(spark)

    frame = spark.read.parquet(str(folder / "part-*.parquet"))

    def by_spark() -> int:
        options = {"dataset": "bench", "id": "event_id", "report": str(folder / "report.json")}
        frame.write.format("infino").options(**options).mode("append").save()
        import json

        return int(json.loads((folder / "report.json").read_text())["accepted"])

    def by_one(source: Callable[[], Any]) -> int:
        with Infino() as client:
            return int(client.records.bulk("bench", source(), id="event_id").accepted)

    def rows_of_python() -> Any:
        for path in sorted(folder.glob("part-*.parquet")):
            for batch in parquet.ParquetFile(path).iter_batches():
                yield from batch.to_pylist()

    peers: dict[str, Callable[[], Any]] = {
        "one process, the same frame": frame.toArrow,
        "one process, the Parquet files": lambda: str(folder / "part-*.parquet"),
        "one process, records of Python": rows_of_python,
    }
    label = "Spark, 2 workers"
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in (*peers, label)}
    for number in range(rounds + WARMING):
        times = [taken(partial(by_one, source), rows) for source in peers.values()]
        times.append(taken(by_spark, rows))
        if number >= WARMING:
            for name, seconds in zip(found, times, strict=True):
                found[name].append(seconds)
    walls = {name: [wall for wall, _ in times] for name, times in found.items()}
    for name, times in found.items():
        print(f"  {name + ', processor':44} {statistics.median(seconds for _, seconds in times):8.2f} s")
    spark.stop()
    sink.terminate()
    same, *others = peers
    judged = row(same, walls[same], label, walls[label], 1.2)
    for name in others:
        row(name, walls[name], label, walls[label], None)
    return judged


def reads(rows: int, rounds: int) -> bool:
    """The processor's time of four slices against that of one scan; both read the whole dataset by SQL."""
    from infino.engines.options import EngineReadOptions
    from infino.engines.reading import EngineReading

    with LocalGateway(access_key="bench-key", secret_key="bench-secret-bench-secret") as gateway:
        os.environ |= {
            "INFINO_ENDPOINT": gateway.endpoint,
            "INFINO_ACCESS_KEY": gateway.access_key,
            "INFINO_SECRET_KEY": gateway.secret_key,
        }
        with Infino() as client:
            client.datasets.create("bench")
            client.records.bulk("bench", (record(n) for n in range(rows)), id="event_id")
            reference = client.reference()

            def read(slices: int) -> float:
                reading = EngineReading(reference, EngineReadOptions(dataset="bench", slices=slices))
                started = time.process_time()
                schema = reading.schema(client)
                count = sum(len(batch) for part in reading.slices(client) for batch in reading.read(part, schema))
                assert count == rows
                return time.process_time() - started

            read(1)
            pairs = [(read(1), read(4)) for _ in range(rounds)]
    one, four = ([pair[place] for pair in pairs] for place in range(2))
    return row("one scan, processor", one, "4 slices, processor", four, 1.2, at_least=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{options.records // 30:,} records read by slices")
    met = reads(options.records // 30, options.rounds)
    if importlib.util.find_spec("pyspark") is None:
        print("Spark is not here: pip install 'infino-sdk[spark]'")
    else:
        print(f"{options.records:,} records written")
        with tempfile.TemporaryDirectory() as folder:
            met = writes(options.records, options.rounds, Path(folder)) and met
    sys.exit(not met)


if __name__ == "__main__":
    main()
