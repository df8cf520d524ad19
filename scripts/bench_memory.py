"""Measure that the memory of an upload stays flat: every kind of source, with some records and with ten times as many.

Each run has a process of its own, and its source is never whole in memory: lazy, or a file made piece by piece in
another process. The sink is that of `bench_bulk.py`. What counts is the peak of the whole process.

    python scripts/bench_memory.py                                  # the usual kinds, 300,000 against 3 million
    python scripts/bench_memory.py --records 1000000 10000000 --all
    python scripts/bench_memory.py --records 1000000 10000000 --kinds csv csv_gz
"""

from __future__ import annotations

import argparse
import asyncio
import bz2
import gzip
import io
import json
import lzma
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench_bulk import KEYS, sink
from budgets import high_water, settle

PIECE = 100_000  # records of a frame, or of a group of rows in a file
GROUP = 1 << 20  # rows of the groups that pyarrow makes when it is not told otherwise
FLAT = 1.2  # times the memory that ten times the records may take
USUAL = ("dicts", "dicts_async", "ndjson", "csv", "json", "parquet", "arrow", "polars", "pandas", "duckdb")


def record(number: int) -> dict[str, Any]:
    """A small one: what is kept hangs on bytes, and ten million are soon made."""
    return {
        "event_id": f"e{number:08d}",
        "service": f"svc-{number % 17}",
        "status": (200, 201, 404, 500)[number % 4],
        "latency_ms": number % 1009 / 7,
    }


def pieces(count: int, size: int = PIECE) -> Iterator[Any]:
    """Tables of Arrow, each made when it is asked for; but for their ids all are alike."""
    import numpy
    import pyarrow

    base = pyarrow.Table.from_pylist([record(number) for number in range(min(size, count))])
    for start in range(0, count, size):
        ids = pyarrow.array(numpy.arange(start, min(start + size, count))).cast(pyarrow.string())
        yield base.slice(0, len(ids)).set_column(0, "event_id", ids)


# Files


def lines(count: int) -> Iterator[bytes]:
    """The records as NDJSON, many at once."""
    import polars

    for piece in pieces(count):
        made = io.BytesIO()
        polars.from_arrow(piece).write_ndjson(made)  # type: ignore[union-attr]  # a table is no series
        yield made.getvalue()


def make_ndjson(path: Path, count: int) -> None:
    with path.open("wb") as file:
        file.writelines(lines(count))


def make_ndjson_gz(path: Path, count: int) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.writelines(lines(count))


def make_ndjson_bz2(path: Path, count: int) -> None:
    with bz2.open(path, "wb", compresslevel=1) as file:
        file.writelines(lines(count))


def make_ndjson_xz(path: Path, count: int) -> None:
    with lzma.open(path, "wb", preset=0) as file:
        file.writelines(lines(count))


def make_ndjson_zst(path: Path, count: int) -> None:
    import pyarrow

    with pyarrow.CompressedOutputStream(str(path), "zstd") as file:
        for part in lines(count):
            file.write(part)


def make_json(path: Path, count: int) -> None:
    with path.open("wb") as file:
        for number, part in enumerate(lines(count)):
            file.write((b"," if number else b"[") + part.rstrip().replace(b"\n", b","))
        file.write(b"]")


def make_csv(path: Path, count: int) -> None:
    from pyarrow import csv

    with path.open("wb") as file:
        for number, piece in enumerate(pieces(count)):
            csv.write_csv(piece, file, csv.WriteOptions(include_header=number == 0))


def make_csv_gz(path: Path, count: int) -> None:
    from pyarrow import csv

    with gzip.open(path, "wb", compresslevel=1) as file:
        for number, piece in enumerate(pieces(count)):
            csv.write_csv(piece, file, csv.WriteOptions(include_header=number == 0))


def make_csv_utf16(path: Path, count: int) -> None:
    from pyarrow import csv

    with path.open("w", encoding="utf-16", newline="") as file:
        for number, piece in enumerate(pieces(count)):
            made = io.BytesIO()
            csv.write_csv(piece, made, csv.WriteOptions(include_header=number == 0))
            file.write(made.getvalue().decode())


def make_folder(path: Path, count: int) -> None:
    path.mkdir()
    for number, start in enumerate(range(0, count, PIECE)):
        make_csv(path / f"{number}.csv", min(PIECE, count - start))


def make_parquet(path: Path, count: int, group: int = PIECE) -> None:
    from pyarrow import parquet

    tables = pieces(count, group)
    first = next(tables)
    with parquet.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first, row_group_size=group)
        for piece in tables:
            writer.write_table(piece, row_group_size=group)


def make_parquet_groups(path: Path, count: int) -> None:
    make_parquet(path, count, GROUP)


def make_ipc(path: Path, count: int) -> None:
    import pyarrow

    tables = pieces(count)
    first = next(tables)
    new = pyarrow.ipc.new_file if path.suffix == ".arrow" else pyarrow.ipc.new_stream
    with new(path, first.schema) as writer:
        writer.write_table(first)
        for piece in tables:
            writer.write_table(piece)


def make_orc(path: Path, count: int) -> None:
    from pyarrow import orc

    with orc.ORCWriter(str(path), stripe_size=1 << 22) as writer:
        for piece in pieces(count):
            writer.write(piece)


def make_sqlite(path: Path, count: int) -> None:
    store = sqlite3.connect(path)
    store.execute("CREATE TABLE rows (event_id, service, status, latency_ms)")
    store.executemany(
        "INSERT INTO rows VALUES (?, ?, ?, ?)", (tuple(record(number).values()) for number in range(count))
    )
    store.commit()
    store.close()


FILES: dict[str, Callable[[Path, int], None]] = {
    "rows.ndjson": make_ndjson,
    "rows.ndjson.gz": make_ndjson_gz,
    "rows.ndjson.zst": make_ndjson_zst,
    "rows.ndjson.bz2": make_ndjson_bz2,
    "rows.ndjson.xz": make_ndjson_xz,
    "rows.json": make_json,
    "rows.csv": make_csv,
    "rows.csv.gz": make_csv_gz,
    "wide.csv": make_csv_utf16,
    "folder": make_folder,
    "rows.parquet": make_parquet,
    "groups.parquet": make_parquet_groups,
    "rows.arrow": make_ipc,
    "rows.arrows": make_ipc,
    "rows.orc": make_orc,
    "rows.db": make_sqlite,
}


# Sources


class Lazily(Sequence[Any]):
    """A list that makes each of its elements when it is asked for."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: Any) -> Any:
        return record(range(self._count)[at])


async def one_by_one(elements: Iterator[Any]) -> AsyncIterator[Any]:
    for element in elements:
        yield element


def reader(count: int) -> Any:
    import pyarrow

    tables = pieces(count)
    first = next(tables)

    def batches() -> Iterator[Any]:
        yield from first.to_batches()
        for piece in tables:
            yield from piece.to_batches()

    return pyarrow.RecordBatchReader.from_batches(first.schema, batches())


def polars_frames(count: int) -> Iterator[Any]:
    import polars

    return map(polars.from_arrow, pieces(count))


def polars_lazy(path: Path) -> Any:
    import polars

    return polars.scan_parquet(path)


def pandas_chunks(path: Path) -> Any:
    import pandas

    return pandas.read_csv(path, chunksize=PIECE)


def parquet_file(path: Path) -> Any:
    from pyarrow import parquet

    return parquet.ParquetFile(path)


def dataset(path: Path) -> Any:
    from pyarrow import dataset

    return dataset.dataset(path)


def orc_dataset(path: Path) -> Any:
    from pyarrow import dataset

    return dataset.dataset(path, format="orc")


def sqlite_rows(path: Path) -> Any:
    store = sqlite3.connect(path)
    store.row_factory = sqlite3.Row
    return store.execute("SELECT * FROM rows")


def sqlalchemy_rows(path: Path) -> Any:
    import sqlalchemy

    connection = sqlalchemy.create_engine(f"sqlite:///{path}").connect()
    return connection.execution_options(yield_per=1000).execute(sqlalchemy.text("SELECT * FROM rows"))


def relation(count: int) -> Any:
    import duckdb

    return duckdb.sql(
        f"SELECT 'e' || n AS event_id, TIMESTAMP '2026-01-01' + INTERVAL 1 SECOND * (n % 86400) AS timestamp,"
        f" 'svc-' || (n % 17) AS service, n % 1009 / 7 AS latency_ms FROM range({count}) AS t(n)"
    )


def relation_of_file(path: Path) -> Any:
    import duckdb

    return duckdb.read_parquet(str(path))


def piped(path: Path) -> Any:
    process = subprocess.Popen(["cat", str(path)], stdout=subprocess.PIPE)
    return process.stdout


# By kind: what makes the source of a number of records or of a file, that file, and settings of the upload.
KINDS: dict[str, tuple[Callable[[Any], Any], str | None, dict[str, Any]]] = {
    "dicts": (lambda count: map(record, range(count)), None, {}),
    "dicts_without_ids": (lambda count: map(record, range(count)), None, {"id": None}),
    "dicts_async": (lambda count: one_by_one(map(record, range(count))), None, {}),
    "dicts_lazy_list": (Lazily, None, {}),
    "ndjson": (Path, "rows.ndjson", {}),
    "ndjson_without_ids": (Path, "rows.ndjson", {"id": None}),
    "ndjson_gz": (Path, "rows.ndjson.gz", {}),
    "ndjson_zst": (Path, "rows.ndjson.zst", {}),
    "ndjson_bz2": (Path, "rows.ndjson.bz2", {}),
    "ndjson_xz": (Path, "rows.ndjson.xz", {}),
    "ndjson_text": (open, "rows.ndjson", {}),
    "ndjson_stream": (piped, "rows.ndjson", {}),
    "ndjson_async": (Path, "rows.ndjson", {}),
    "json": (Path, "rows.json", {}),
    "json_stream": (piped, "rows.json", {}),
    "csv": (Path, "rows.csv", {}),
    "csv_gz": (Path, "rows.csv.gz", {}),
    "csv_stream": (piped, "rows.csv", {"format": "csv"}),
    "csv_as_text": (Path, "rows.csv", {"types": "text"}),
    "csv_row_by_row": (Path, "rows.csv", {"comment": "#"}),
    "csv_utf16": (Path, "wide.csv", {}),
    "csv_folder": (Path, "folder", {}),
    "csv_pattern": (lambda path: str(path / "*.csv"), "folder", {}),
    "parquet": (Path, "rows.parquet", {}),
    "parquet_large_groups": (Path, "groups.parquet", {}),
    "parquet_stream": (piped, "rows.parquet", {}),
    "parquet_async": (Path, "rows.parquet", {}),
    "parquet_pyarrow": (parquet_file, "rows.parquet", {}),
    "dataset_pyarrow": (dataset, "rows.parquet", {}),
    "dataset_orc": (orc_dataset, "rows.orc", {}),
    "arrow_file": (Path, "rows.arrow", {}),
    "arrow_stream": (Path, "rows.arrows", {}),
    "arrow": (pieces, None, {}),
    "arrow_async": (lambda count: one_by_one(pieces(count)), None, {}),
    "arrow_reader": (reader, None, {}),
    "polars": (polars_frames, None, {}),
    "polars_lazy": (polars_lazy, "rows.parquet", {}),
    "pandas": (lambda count: (piece.to_pandas() for piece in pieces(count)), None, {}),
    "pandas_chunks": (pandas_chunks, "rows.csv", {}),
    "sqlite": (sqlite_rows, "rows.db", {}),
    "sqlalchemy": (sqlalchemy_rows, "rows.db", {}),
    "duckdb": (relation, None, {}),
    "duckdb_file": (relation_of_file, "rows.parquet", {}),
}


def child(port: int, kind: str, count: int, folder: Path) -> None:
    """Upload once and print the peak of this process, and its memory before, in MB."""
    from infino import AsyncInfino, Infino

    make, file, settings = KINDS[kind]
    settings = {"id": "event_id", **settings}
    keys: Any = {"access_key": KEYS[0], "secret_key": KEYS[1], "endpoint": f"http://127.0.0.1:{port}"}
    source = make(count if file is None else folder / file)
    before, started = high_water(), time.perf_counter()
    if kind.endswith("_async"):

        async def upload() -> Any:
            async with AsyncInfino(**keys) as client:
                return await client.records.bulk("bench", source, **settings)

        report = asyncio.run(upload())
    else:
        with Infino(**keys) as client:
            report = client.records.bulk("bench", source, **settings)
    assert report.accepted == count, report
    print(
        json.dumps({"peak": high_water() / 2**20, "before": before / 2**20, "seconds": time.perf_counter() - started})
    )


def again(*arguments: Any) -> Any:
    """Run a part of this script in a process of its own, and return what it printed."""
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def remove(path: Path) -> None:
    """Make room for what is made next."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def compare(counts: list[int], kinds: Sequence[str]) -> int:
    peaks: dict[str, list[float]] = {kind: [] for kind in kinds}
    files = {KINDS[kind][1] for kind in kinds}
    with sink() as (_, port), tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        for file in sorted(files, key=str):  # one at a time, for they are large
            for count in counts:
                if file is not None:
                    remove(folder / file)
                    again("--make", folder / file, count)
                for kind in (kind for kind in kinds if KINDS[kind][1] == file):
                    found = again("--child", port, kind, count, folder)
                    peaks[kind].append(found["peak"])
                    shown = f"peak {found['peak']:6.1f} MB, {found['before']:6.1f} MB before; {found['seconds']:6.1f} s"
                    print(f"  {kind:20} {count:12,} records: {shown}", flush=True)
            if file is not None:
                remove(folder / file)
    least = round(1 / FLAT, 2)
    return settle(
        "memory",
        {f"memory: {kind}, {counts[0]:,} / {counts[-1]:,}": (one[0] / one[-1], least) for kind, one in peaks.items()},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs=2, default=[300_000, 3_000_000])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=USUAL, metavar="KIND")
    parser.add_argument("--all", action="store_true", help="every kind of source")
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.make:
        path, count = Path(arguments.make[0]), int(arguments.make[1])
        FILES[path.name](path, count)
        print(path.stat().st_size)
    elif arguments.child:
        port, kind, count, folder = arguments.child
        child(int(port), kind, int(count), Path(folder))
    else:
        sys.exit(compare(arguments.records, list(KINDS) if arguments.all else arguments.kinds))


if __name__ == "__main__":
    main()
