"""Answers to frames, each against the plain way of doing the same, in one run.

Every way runs in processes of its own, so that its peak memory is its own; both take turns, and the median of
their times counts, so that other work on the machine falls on both. Run it as `python scripts/bench_results.py`;
`--json` prints the figures for other programs.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from budgets import high_water, settle

TURNS, ROUNDS = 3, 3
CASES = ("sql", "wide", "wider", "nested", "hits", "matrix")
NAMES = {
    "sql": "200,000 tagged SQL rows x 4 columns to pandas",
    "wide": "8,000 tagged SQL rows x 100 columns to pandas",
    "wider": "2,000 tagged SQL rows x 400 columns to pandas",
    "nested": "50,000 tagged SQL rows with lists and objects to pandas",
    "hits": "100,000 search hits to pandas",
    "matrix": "PromQL matrix of 1,000 series x 300 points to pandas",
}
BUDGETS = {"sql": 5.0, "wide": 2.0, "wider": 2.0, "nested": 2.0, "hits": 3.0, "matrix": 3.0}


def sql_answer() -> dict[str, Any]:
    """An engine-tagged answer; one delay in fifty is null."""
    draw = random.Random(1)
    rows = [
        {
            "values": {
                "carrier": {"String": draw.choice(["UA", "AA", "DL"])},
                "flight": {"Integer": number},
                "delay": {"Float": draw.random() * 100} if number % 50 else {"Null": None},
                "dest": {"String": f"city {number % 997}"},
            }
        }
        for number in range(200_000)
    ]
    columns = [
        {"alias": None, "name": {"Column": {"name": name, "table_identifier": None}}, "data_type": "String"}
        for name in ("carrier", "flight", "delay", "dest")
    ]
    return {"has_joins": False, "columns": columns, "error_message": None, "rows": rows}


def wide_answer(rows: int, width: int) -> dict[str, Any]:
    """Numbers, text and truths in turn; one number in fifty is null."""
    draw = random.Random(4)

    def cell(row: int, column: int) -> dict[str, Any]:
        kinds = ({"Integer": row * column}, {"String": f"city {row % 97}"}, {"Boolean": row % 2 == 0})
        return {"Float": draw.random()} if column % 4 == 3 else {"Null": None} if not row % 50 else kinds[column % 4]

    names = [f"column_{number}" for number in range(width)]
    return _tagged(names, [{name: cell(row, at) for at, name in enumerate(names)} for row in range(rows)])


def nested_answer() -> dict[str, Any]:
    """A list of texts, an object of numbers, and a list of objects in each row."""
    draw = random.Random(5)
    rows = [
        {
            "id": {"Integer": row},
            "tags": {"Array": ["a", "b", f"t{row % 7}"]},
            "place": {"Object": {"lat": draw.random(), "lon": draw.random()}},
            "items": {"Array": [{"sku": f"s{row}", "count": row % 5}]},
        }
        for row in range(50_000)
    ]
    return _tagged(["id", "tags", "place", "items"], rows)


def _tagged(names: list[str], rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = [{"alias": name, "name": name, "data_type": "String"} for name in names]
    return {"columns": columns, "error_message": None, "rows": [{"values": row} for row in rows]}


def hits_answer() -> dict[str, Any]:
    """Search hits of five fields."""
    draw = random.Random(2)
    hits = [
        {
            "_index": "flights",
            "_id": str(number),
            "_score": 1.0,
            "_source": {
                "carrier": draw.choice(["UA", "AA", "DL"]),
                "flight": number,
                "delay": draw.random() * 100,
                "dest": f"city {number % 997}",
                "late": number % 3 == 0,
            },
        }
        for number in range(100_000)
    ]
    return {"took": 3, "timed_out": False, "hits": {"total": {"value": 100_000}, "max_score": 1.0, "hits": hits}}


def matrix_answer() -> dict[str, Any]:
    """A matrix as Prometheus answers a range query."""
    draw = random.Random(3)
    series = [
        {
            "metric": {"__name__": "load", "host": f"host-{number}", "zone": f"z{number % 5}"},
            "values": [[1767312000 + 60 * step, str(draw.random())] for step in range(300)],
        }
        for number in range(1000)
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": series}}


def plain_sql(content: bytes) -> Any:
    """The usual way: decode, unwrap every cell, build the frame."""
    import pandas as pd

    rows = json.loads(content)["rows"]
    return pd.DataFrame([{name: next(iter(cell.values())) for name, cell in row["values"].items()} for row in rows])


def plain_hits(content: bytes) -> Any:
    """What users of the elasticsearch client write: its decoder, then a frame of the sources."""
    import pandas as pd
    from elastic_transport import JsonSerializer

    hits = JsonSerializer().loads(content)["hits"]["hits"]
    return pd.DataFrame([{"_id": hit["_id"], "_score": hit["_score"], **hit["_source"]} for hit in hits])


def plain_matrix(content: bytes) -> Any:
    """The usual loop over the samples, with the times converted at once."""
    import pandas as pd

    rows = [
        {**series["metric"], "time": seconds, "value": float(value)}
        for series in json.loads(content)["data"]["result"]
        for seconds, value in series["values"]
    ]
    frame = pd.DataFrame(rows)
    frame["time"] = pd.to_datetime(frame["time"], unit="s", utc=True)
    return frame


def ours(kind: str) -> Callable[[bytes], Any]:
    """Our way from bytes to a frame."""
    from infino.results import PromResult, SearchResult, SqlResult

    result: Any = {"hits": SearchResult, "matrix": PromResult}.get(kind, SqlResult)
    return lambda content: result(content).to_pandas()


WAYS: dict[str, Callable[[bytes], Any]] = {"hits": plain_hits, "matrix": plain_matrix}


def measure(case: str, way: str, path: str) -> None:
    """Measure one way in this process and print seconds and bytes."""
    import pandas  # noqa: F401  # importing is not what is measured

    content = Path(path).read_bytes()
    run = ours(case) if way == "ours" else WAYS.get(case, plain_sql)
    before = high_water()
    run(content)
    peak = high_water() - before
    times = []
    for _ in range(ROUNDS):
        start, busy = time.perf_counter(), time.process_time()
        run(content)
        times.append((time.perf_counter() - start, time.process_time() - busy))
    seconds, processor = (statistics.median(column) for column in zip(*times, strict=True))
    print(json.dumps({"seconds": seconds, "processor_seconds": processor, "peak": peak}))


def compare(case: str, folder: Path) -> dict[str, Any]:
    """Measure both ways of a case in turns, each in processes of its own."""
    from infino.core.codec import dumps

    path = folder / f"{case}.json"
    answers: dict[str, Callable[[], dict[str, Any]]] = {
        "sql": sql_answer,
        "wide": lambda: wide_answer(8000, 100),
        "wider": lambda: wide_answer(2000, 400),
        "nested": nested_answer,
        "hits": hits_answer,
        "matrix": matrix_answer,
    }
    path.write_bytes(dumps(answers[case]()))
    turns: dict[str, list[dict[str, float]]] = {"plain": [], "ours": []}
    for _ in range(TURNS):
        for way, measured in turns.items():
            command = [sys.executable, __file__, "--measure", case, way, str(path)]
            measured.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    found = {
        way: {name: statistics.median(one[name] for one in measured) for name in measured[0]}
        for way, measured in turns.items()
    }
    return {
        "case": case,
        "megabytes": path.stat().st_size / 1e6,
        "plain": found["plain"],
        "ours": found["ours"],
        "times_faster": found["plain"]["seconds"] / found["ours"]["seconds"],
        "times_less_processor": found["plain"]["processor_seconds"] / found["ours"]["processor_seconds"],
        "memory_ratio": found["ours"]["peak"] / max(1, found["plain"]["peak"]),
        "budget": BUDGETS[case],
    }


def main() -> None:
    """Run all cases and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="print figures for other programs")
    options.add_argument("--measure", nargs=3, metavar=("CASE", "WAY", "PATH"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.measure:
        measure(*chosen.measure)
        return
    with tempfile.TemporaryDirectory() as folder:
        found = [compare(case, Path(folder)) for case in CASES]
    if chosen.json:
        print(json.dumps(found))
        return
    for one in found:
        print(
            f"{NAMES[one['case']]} ({one['megabytes']:.0f} MB): {one['ours']['seconds'] * 1e3:.0f} ms against "
            f"{one['plain']['seconds'] * 1e3:.0f} ms, {one['times_faster']:.1f} x (budget {one['budget']:.0f} x); "
            f"processor time {one['ours']['processor_seconds'] * 1e3:.0f} ms against "
            f"{one['plain']['processor_seconds'] * 1e3:.0f} ms, {one['times_less_processor']:.1f} x; "
            f"peak memory {one['ours']['peak'] / 1e6:.0f} MB against {one['plain']['peak'] / 1e6:.0f} MB"
        )
    sys.exit(settle("results", {NAMES[one["case"]]: (one["times_faster"], one["budget"]) for one in found}))


if __name__ == "__main__":
    main()
