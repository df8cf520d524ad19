"""Measure the embedded gateway: start, ingest and overwriting over HTTP, questions beside DuckDB and tantivy.

The gateway of the ingest runs in a process of its own, as a user's would; one caller sends signed NDJSON chunks.
The peers are what a user would write without us: the same records in a native DuckDB table with typed columns, and
the same texts in a tantivy index. Reads are timed in this process, alternating. Medians count.

    python scripts/bench_gateway.py                    # 1,000,000 records
    python scripts/bench_gateway.py --records 200000
    python scripts/bench_gateway.py --only tpch clickbench
    python scripts/bench_gateway.py --only ingest --records 20000000
"""

from __future__ import annotations

import argparse
import http.client
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import psutil  # type: ignore[import-untyped]  # the package has no types
from budgets import settle

from infino.local import LocalGateway
from infino.local.access import Principal
from infino.local.querydsl.search import search
from infino.local.querydsl.upkeep import TextUpkeep
from infino.local.sql.question import Asker
from infino.signing import SigV4Signer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the benchmark's tables are those of the tests
from tests.support.clickbench import QUERIES as CLICKBENCH
from tests.support.clickbench import make_hits
from tests.support.tpch import QUERIES as TPCH
from tests.support.tpch import TABLES, make_tables

Ratios = dict[str, tuple[float, float | None]]
CUSTOMERS = 15_000  # with 600,000 line items
HITS = 400_000  # rows of the table of ClickBench, which itself has a hundred million
CHUNK = 5000
ADMIN = Principal("admin", "", admin=True)
ROUNDS = 5
SLICES = 10
QUERIES = {
    "group by": "SELECT carrier, count(*) AS n, avg(dep_delay) AS d FROM flights GROUP BY carrier ORDER BY n DESC",
    "filter and sum": "SELECT sum(dep_delay) AS s FROM flights WHERE origin = 'JFK' AND flight % 7 = 0",
    "by hour": "SELECT date_trunc('hour', time_hour) AS h, max(dep_delay) AS m FROM flights GROUP BY 1 ORDER BY 1",
    "200,000 rows": "SELECT flight, carrier, dep_delay, origin FROM flights LIMIT 200000",
    "count": "SELECT count(*) AS n FROM flights",
}
SEARCHES = {
    "match_all": ({}, "SELECT * FROM flights LIMIT 10"),
    "sort": ({"sort": [{"dep_delay": "desc"}]}, "SELECT * FROM flights ORDER BY dep_delay DESC LIMIT 10"),
    "filter": (
        {"query": {"bool": {"filter": [{"term": {"origin.keyword": "JFK"}}, {"range": {"dep_delay": {"gt": 100}}}]}}},
        "SELECT * FROM flights WHERE origin = 'JFK' AND dep_delay > 100 LIMIT 10",
    ),
    "terms": (
        {"size": 0, "aggs": {"c": {"terms": {"field": "carrier.keyword"}}}},
        "SELECT carrier, count(*) FROM flights GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
    ),
    "date_histogram": (
        {"size": 0, "aggs": {"m": {"date_histogram": {"field": "time_hour", "calendar_interval": "month"}}}},
        "SELECT date_trunc('month', time_hour) AS m, count(*) FROM flights GROUP BY 1 ORDER BY 1",
    ),
}
"""Searches, and what answers the same in SQL but for the count of what was found."""
PROGRAM = "import sys; from infino.local.serve import serve; from pathlib import Path; serve(data=Path(sys.argv[1]))"


def record(number: int) -> str:
    return (
        f'{{"index":{{"_id":"f{number}"}}}}\n{{"flight":{number},"carrier":"{("AA", "UA", "DL", "B6")[number % 4]}",'
        f'"origin":"{("JFK", "LGA", "EWR")[number % 3]}","dep_delay":{number % 1009 / 8},'
        f'"time_hour":"2013-{number % 12 + 1:02d}-{number % 28 + 1:02d}T{number % 24:02d}:00:00Z"}}\n'
    )


class Caller:
    """A bare signed HTTP caller on one connection."""

    def __init__(self, endpoint: str, access_key: str, secret_key: str) -> None:
        self._endpoint = endpoint
        self._signer = SigV4Signer(access_key, secret_key)
        self._connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=300)

    def __call__(self, method: str, path: str, body: bytes = b"", media_type: str = "application/json") -> bytes:
        headers = self._signer.sign(method, self._endpoint + path, {"content-type": media_type}, body)
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content

    def close(self) -> None:
        self._connection.close()


@contextmanager
def served(folder: Path) -> Iterator[tuple[Caller, psutil.Process, float]]:
    """Run a gateway in another process; gives a caller, the process and the seconds until it answered."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        endpoint, access_key, secret_key = (line.strip().partition("=")[2].strip("'") for line in lines[1:])
        caller = Caller(endpoint, access_key, secret_key)
        caller("GET", "/")
        yield caller, psutil.Process(process.pid), time.perf_counter() - started
        caller.close()
    finally:
        process.kill()
        process.communicate()


def send(caller: Caller, process: psutil.Process, numbers: range) -> tuple[float, float]:
    """Send records in chunks; returns the records in a second, and the gateway's microseconds for each."""
    busy, seconds = sum(process.cpu_times()[:2]), 0.0
    for first in range(0, len(numbers), CHUNK):
        chunk = "".join(map(record, numbers[first : first + CHUNK])).encode()
        seconds += timed(lambda: caller("POST", "/flights/json", chunk, "application/x-ndjson"))  # noqa: B023  # at once
    return len(numbers) / seconds, (sum(process.cpu_times()[:2]) - busy) / len(numbers) * 1e6


def ingest(folder: Path, records: int) -> Ratios:
    """Ingest in slices, whose costs should be alike, and overwrite."""
    step, rates = -(-records // SLICES), []
    with served(folder) as (caller, process, ready):
        print(f"a new process answers after       {ready:8.2f} s")
        caller("PUT", "/flights")
        for first in range(0, records, step):
            rate, busy = send(caller, process, range(first, min(first + step, records)))
            rates.append(rate)
            memory = process.memory_info().rss / 2**20
            print(f"from {first:>12,} on{rate:12,.0f} records/s{busy:8.1f} us of the processor each{memory:8,.0f} MiB")
        again, busy = send(caller, process, range(0, records, 10))
        print(f"overwriting a tenth{again:12,.0f} records/s{busy:8.1f} us of the processor each")
    rate = statistics.median(rates)
    begun = start_again(folder, records)
    return {
        "ingest, of 100,000 records/s": (rate / 1e5, 1),
        "overwriting, of 50,000 records/s": (again / 5e4, 1),
        "start over these records, of 3 s": (3 / begun, 1),
    }


def start_again(folder: Path, records: int) -> float:
    """Start over the records, ask and write for the first time; returns the seconds until a new process answered."""
    with served(folder) as (caller, process, ready):
        print(f"a new process answers after       {ready:8.2f} s")
        for name, query in QUERIES.items():
            first, second = (timed(lambda: asked(caller, query)(0)) * 1000 for _ in range(2))  # noqa: B023  # at once
            print(f"{name:<16}{first:>11.1f} ms for the first time, then{second:>9.1f} ms")
        first, second = (1 / send(caller, process, range(at, at + 1))[0] * 1000 for at in (records, records + 1))
        print(f"{'one record':<16}{first:>11.1f} ms for the first time, then{second:>9.1f} ms")
    return ready


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def native(folder: Path, records: int) -> duckdb.DuckDBPyConnection:
    """Return DuckDB alone with the same records in a native table."""
    peer = duckdb.connect(str(folder / "peer.duckdb"))
    peer.execute("SET TimeZone = 'UTC'")
    peer.execute(
        f"""CREATE TABLE flights AS SELECT 'f' || n AS _id, n AS flight, ['AA', 'UA', 'DL', 'B6'][n % 4 + 1] AS carrier,
        ['JFK', 'LGA', 'EWR'][n % 3 + 1] AS origin, (n % 1009) / 8 AS dep_delay,
        make_timestamptz(2013, n % 12 + 1, n % 28 + 1, n % 24, 0, 0) AS time_hour FROM range({records}) AS t(n)"""
    )
    return peer


def beside(
    gateway: LocalGateway, caller: Caller, peer: duckdb.DuckDBPyConnection, queries: Mapping[str, str], what: str
) -> Ratios:
    """Run each query by DuckDB alone, by the gateway's DuckDB, and over HTTP."""
    print(f"\n{what:<16}{'DuckDB':>14}{'its share':>12}{'over HTTP':>12}{'ratio':>8}")
    ratios = []
    for name, query in queries.items():
        body = json.dumps({"query": query}).encode()
        alone, inside, through = [], [], []
        with gateway.state.store.reading() as cursor:
            sql = Asker(gateway.state, ADMIN, cursor).prepare(query).sql
            for _ in range(ROUNDS):
                alone.append(timed(lambda: peer.execute(query).fetchall()))  # noqa: B023  # called at once
                inside.append(timed(lambda: cursor.execute(sql).fetchall()))  # noqa: B023  # called at once
                through.append(timed(lambda: caller("POST", "/sql", body)))  # noqa: B023  # called at once
        one, share, other = (statistics.median(times) * 1000 for times in (alone, inside, through))
        ratios.append(one / share)
        print(f"{name:<16}{one:>11.1f} ms{share:>9.1f} ms{other:>9.1f} ms{share / one:>8.2f}")
    return {f"{what}: DuckDB's time, of ours, median": (statistics.median(ratios), 1 / 3)}


def search_beside(caller: Caller, peer: duckdb.DuckDBPyConnection) -> None:
    """Search over HTTP beside DuckDB alone, which answers the same."""
    print(f"\n{'QueryDSL':<16}{'DuckDB':>14}{'over HTTP':>12}")
    for name, (body, query) in SEARCHES.items():
        sent = json.dumps(body).encode()
        alone, through = [], []
        for _ in range(ROUNDS):
            alone.append(timed(lambda: peer.execute(query).fetchall()))  # noqa: B023  # called at once
            through.append(timed(lambda: caller("POST", "/flights/querydsl", sent)))  # noqa: B023  # called at once
        print(f"{name:<16}{statistics.median(alone) * 1000:>11.1f} ms{statistics.median(through) * 1000:>9.1f} ms")


def ask(folder: Path, records: int) -> Ratios:
    started = time.perf_counter()
    with LocalGateway(folder, sql_rows=10_000_000) as gateway:
        ready = time.perf_counter() - started
        caller = Caller(gateway.endpoint, gateway.access_key, gateway.secret_key)
        peer = native(folder, records)
        found = beside(gateway, caller, peer, QUERIES, "SQL")
        search_beside(caller, peer)
        peer.close()
        caller.close()
    return {"restart in a process that imported it, of 1 s": (1 / ready, 1), **found}


def benchmark(what: str, tables: Sequence[str], queries: Mapping[str, str], make: Callable[[Any], None]) -> Ratios:
    """The queries of a benchmark over the same tables, in DuckDB and as datasets."""
    with LocalGateway() as gateway, gateway.client() as client, duckdb.connect() as peer:
        make(peer)
        for table in tables:
            client.datasets.create(table)
            client.records.bulk(table, peer.table(table))
        caller = Caller(gateway.endpoint, gateway.access_key, gateway.secret_key)
        found = beside(gateway, caller, peer, queries, what)
        caller.close()
    return found


def tpch(_: Path, __: int) -> Ratios:
    """The 22 queries of TPC-H."""
    queries = {f"Q{number}": TPCH[number] for number in sorted(TPCH)}
    return benchmark("TPC-H", TABLES, queries, lambda peer: make_tables(peer, CUSTOMERS))


def clickbench(_: Path, __: int) -> Ratios:
    """The 43 questions of ClickBench."""
    queries = {f"Q{number}": query for number, query in enumerate(CLICKBENCH)}
    return benchmark("ClickBench", ["hits"], queries, lambda peer: make_hits(peer, HITS))


def cpu(work: Callable[[int], object], rounds: int) -> float:
    """Return the median of the processor's milliseconds that a piece of work takes."""
    taken = []
    for number in range(rounds):
        started = time.process_time()
        work(number)
        taken.append((time.process_time() - started) * 1000)
    return statistics.median(taken)


def asked(caller: Caller, query: str) -> Callable[[int], object]:
    """Return what asks a question over HTTP."""
    return lambda _: caller("POST", "/sql", json.dumps({"query": query}).encode())


WIDE = {
    "SELECT *": "SELECT * FROM wide LIMIT 10",
    "SELECT * and more": "SELECT *, f3 + 1 AS x FROM wide LIMIT 10",
    "CTE": "WITH w AS (SELECT * FROM wide) SELECT * FROM w LIMIT 10",
    "COLUMNS": "SELECT COLUMNS('f1.*') FROM wide LIMIT 10",
    "join": "SELECT * FROM wide AS a JOIN wide AS b USING (_id) LIMIT 10",
    "RIGHT JOIN": "SELECT * FROM wide AS a RIGHT JOIN wide AS b ON a._id = b._id LIMIT 10",
    "FULL JOIN": "SELECT * FROM wide AS a FULL JOIN wide AS b ON a._id = b._id LIMIT 10",
    "ASOF JOIN": "SELECT * FROM wide AS a ASOF JOIN wide AS b ON a.f3 >= b.f3 LIMIT 10",
    "EXCLUDE": "SELECT * EXCLUDE (f3) FROM wide LIMIT 10",
    "REPLACE": "SELECT * REPLACE (f3 + 1 AS f3) FROM wide LIMIT 10",
    "RENAME": "SELECT * RENAME (f3 AS x) FROM wide LIMIT 10",
    "UNION ALL": "SELECT * FROM wide UNION ALL SELECT * FROM wide LIMIT 10",
    "UNION": "SELECT * FROM wide UNION SELECT * FROM wide LIMIT 10",
    "EXCEPT": "SELECT * FROM wide EXCEPT SELECT * FROM wide WHERE f3 > 9 LIMIT 10",
    "DISTINCT": "SELECT DISTINCT * FROM wide LIMIT 10",
    "GROUP BY ALL": "SELECT *, count(*) AS n FROM wide GROUP BY ALL LIMIT 10",
    "ORDER BY ALL": "SELECT * FROM wide ORDER BY ALL LIMIT 10",
    "window": "SELECT *, row_number() OVER (ORDER BY f3) AS n FROM wide LIMIT 10",
    "QUALIFY": "SELECT * FROM wide QUALIFY row_number() OVER (ORDER BY f3) <= 10",
    "EXISTS": "SELECT * FROM wide AS a WHERE EXISTS (SELECT * FROM wide AS b WHERE b.f3 >= a.f3) LIMIT 10",
    "INSERT": "INSERT INTO copy SELECT * EXCLUDE (_id) FROM wide LIMIT 10",
}
"""Questions for records of very many fields."""


def small_things(folder: Path, _: int) -> Ratios:
    """What is small or wide, with the caller's own time: one record beside sqlite, 2,000 fields, 600 datasets."""
    with LocalGateway(folder / "small") as gateway, sqlite3.connect(folder / "peer.sqlite") as peer:
        caller = Caller(gateway.endpoint, gateway.access_key, gateway.secret_key)
        caller("PUT", "/wide")
        caller("PUT", "/copy")
        wide = ",".join(f'"f{number}":{number / 8}' for number in range(2000))
        wide_lines = f'{{"index":{{}}}}\n{{{wide}}}\n'.encode()
        caller("POST", "/wide/json", wide_lines, "application/x-ndjson")
        for number in range(600):
            caller("PUT", f"/many{number}")
        peer.execute("PRAGMA journal_mode = wal")
        peer.execute("CREATE TABLE records (id TEXT PRIMARY KEY, source TEXT)")

        def alone(number: int) -> None:
            peer.execute("INSERT INTO records VALUES (?, ?)", (f"k{number}", '{"n":1}'))
            peer.commit()

        def write(number: int) -> None:
            line = f'{{"index":{{"_id":"k{number}"}}}}\n{{"n":1}}\n'.encode()
            caller("POST", "/many0/json", line, "application/x-ndjson")

        rows: dict[str, tuple[float, float | None]] = {
            "one record by sqlite alone": (cpu(alone, 100), None),
            "one record": (cpu(write, 100), 3),
            "SELECT 1": (cpu(asked(caller, "SELECT 1"), 100), 3),
            **{f"{label} of 2,000 fields": (cpu(asked(caller, query), ROUNDS), 100) for label, query in WIDE.items()},
            # Beyond the budget, for the engine plans two thousand aggregates, and more than once.
            "min of 2,000 fields": (cpu(asked(caller, "SELECT min(COLUMNS(*)) FROM wide"), ROUNDS), None),
            "DESCRIBE of 2,000 fields": (cpu(asked(caller, "DESCRIBE wide"), ROUNDS), 100),
            "mapping of 2,000 fields": (cpu(lambda _: caller("GET", "/wide"), ROUNDS), 100),
            "one record of 2,000 fields": (
                cpu(lambda _: caller("POST", "/wide/json", wide_lines, "application/x-ndjson"), ROUNDS),
                100,
            ),
            "listing 600 datasets": (cpu(lambda _: caller("GET", "/_cat/indices"), ROUNDS), 50),
        }
        print()
        for label, (taken, _budget) in rows.items():
            print(f"{label:<32}{taken:>9.1f} ms of the processor")
        caller.close()
    return {f"{label}, of {most:g} ms": (most / taken, 1) for label, (taken, most) in rows.items() if most}


def note(number: int) -> str:
    """Return a short text of words that are common and rare, as in a language."""
    return " ".join(f"w{(number * place * place) % (10 + 90 * place)}" for place in range(1, 13))


def look_up(folder: Path, records: int) -> Ratios:
    """Match on short notes, beside tantivy alone over the same texts."""
    import tantivy

    records, found = records // CHUNK * CHUNK, Ratios()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("t", stored=True)
    (folder / "alone").mkdir()
    alone = tantivy.Index(builder.build(), path=str(folder / "alone"))
    writer = alone.writer(60_000_000, 1)
    for number in range(records):
        writer.add_document(tantivy.Document(t=note(number)))
    writer.commit()
    writer.wait_merging_threads()
    alone.reload()
    with LocalGateway(folder / "notes") as gateway:
        caller = Caller(gateway.endpoint, gateway.access_key, gateway.secret_key)
        caller("PUT", "/notes")
        for first in range(0, records, CHUNK):
            lines = (f'{{"index":{{}}}}\n{{"text":"{note(number)}"}}\n' for number in range(first, first + CHUNK))
            caller("POST", "/notes/json", "".join(lines).encode(), "application/x-ndjson")
        settled(gateway)
        print(f"\n{'match, top 10':<18}{'tantivy':>12}{'its share':>12}{'over HTTP':>12}{'ratio':>8}")
        alone_together, together = 0.0, 0.0
        for words in ("w1", "w5 w777", "w3 w4 w5", "w2 w30 w4 w50 w61"):
            body = b'{"query":{"match":{"text":"%s"}}}' % words.encode()
            first = timed(lambda: caller("POST", "/notes/querydsl", body))  # noqa: B023  # called at once
            peer, inside, through = [], [], []
            for _ in range(ROUNDS):
                peer.append(often(lambda: top(alone, words)))  # noqa: B023  # called at once
                inside.append(often(lambda: searched(gateway, body)))  # noqa: B023  # called at once
                through.append(often(lambda: caller("POST", "/notes/querydsl", body)))  # noqa: B023  # called at once
            one, share, other = (statistics.median(times) * 1000 for times in (peer, inside, through))
            ratio = f"{share / one:>8.2f}   the first {first:.2f} s"
            print(f"{words:<18}{one:>9.2f} ms{share:>9.2f} ms{other:>9.2f} ms{ratio}")
            alone_together, together = alone_together + one, together + share
        # Together, for some 0.3 ms of each search are what any search takes, more than tantivy needs for one word.
        found["match of one, two, three and five words, top 10: tantivy's time, of ours"] = (
            alone_together / together,
            1 / 2,
        )
        caller.close()
    return found


def often(call: Callable[[], object]) -> float:
    """Return the seconds of one of ten calls in a row; of one alone, what ran before it decides."""
    return timed(lambda: [call() for _ in range(10)]) / 10


def searched(gateway: LocalGateway, body: bytes) -> object:
    """Search as a call does whose signature is checked."""
    with gateway.state.store.reading() as cursor:
        return search(cursor, gateway.state.store.view(cursor, "notes"), json.loads(body))


def settled(gateway: LocalGateway) -> None:
    """Wait until the texts are indexed, which happens soon after they are written."""
    gateway.state.part(TextUpkeep, gateway.state).settled.wait(600)


def top(index: Any, words: str) -> list[str]:
    searcher, query = index.searcher(), index.parse_query(words, ["t"])
    return [searcher.doc(address)["t"][0] for _, address in searcher.search(query, 10, count=True).hits]


PARTS: dict[str, Callable[[Path, int], Ratios]] = {
    "ingest": ingest,
    "ask": ask,  # what was ingested
    "small": small_things,
    "tpch": tpch,
    "clickbench": clickbench,
    "match": look_up,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=[*PARTS])
    options = parser.parse_args()
    found = Ratios()
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only:
            found |= PARTS[name](Path(folder), options.records)
    print("beside the budgets")
    return settle("gateway", found)


if __name__ == "__main__":
    sys.exit(main())
