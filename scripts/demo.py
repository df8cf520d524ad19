"""The main job on real data: upload 336,776 flights and companion datasets, then ask in SQL, by id and in English.

Runs against a gateway embedded in this process; with INFINO_ENDPOINT, INFINO_ACCESS_KEY and INFINO_SECRET_KEY set, it
runs against that service instead.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table

from infino import Infino
from infino.chat import Data, Query, Status, Text
from infino.local import LocalGateway
from infino.local.seed import FLIGHTS, flights

LATE_BY_CARRIER = """
SELECT a.name AS airline, count(*) AS late_flights, round(avg(f.dep_delay), 1) AS average_delay, max(p.seats) AS seats
FROM nyc_flights f
JOIN nyc_airlines a ON f.carrier = a.carrier
LEFT JOIN nyc_planes p ON f.tailnum = p.tailnum
WHERE f.dep_delay > 15
GROUP BY a.name
ORDER BY late_flights DESC
LIMIT 8
"""
QUESTION = "Which carrier in nyc_flights is late most often?"

console = Console()


@contextlib.contextmanager
def connected() -> Iterator[Infino]:
    """A client of the service that the environment names, else of a gateway embedded in this process."""
    if os.environ.get("INFINO_ENDPOINT"):
        with Infino() as client:
            console.print(f"Using the service at [bold]{client.config.endpoint}[/bold]")
            yield client
        return
    started = time.perf_counter()
    with LocalGateway() as gateway, gateway.client() as client:
        seconds = time.perf_counter() - started
        console.print(f"Embedded gateway at [bold]{gateway.endpoint}[/bold], ready in {seconds:.2f} s")
        yield client


def step(title: str, action: Callable[[], Any]) -> Any:
    """Run one step under a heading and print how long it took."""
    console.rule(f"[bold]{title}", align="left")
    started = time.perf_counter()
    outcome = action()
    console.print(f"[dim]{time.perf_counter() - started:.2f} s[/dim]")
    return outcome


def show(rows: Any) -> None:
    """Print the rows of a result as a table."""
    table = Table(*[column.name for column in rows.columns])
    for row in rows.rows():
        table.add_row(*[f"{value:,}" if isinstance(value, int) else str(value) for value in row])
    console.print(table)


def upload(client: Infino) -> dict[str, int]:
    """Create the datasets anew and upload every row; gives the number of rows of each file."""
    sizes = {}
    for name in FLIGHTS:
        frame = flights(name)
        rows = frame.assign(row_id=[f"{name}-{number}" for number in range(1, len(frame) + 1)])
        dataset = f"nyc_{name}"
        client.datasets.delete(dataset, missing_ok=True)
        client.datasets.create(dataset)
        report = client.records.bulk(dataset, rows, id="row_id", progress=True)
        rate = report.rate / 1000
        console.print(f"{dataset}: {report.accepted:,} of {report.read:,} accepted, {rate:,.0f}k records a second")
        sizes[dataset] = len(frame)
    return sizes


def ask(client: Infino) -> None:
    """Put a question in English and print each event as it arrives."""
    console.print(f"[bold cyan]{QUESTION}")
    for event in client.fino.stream(QUESTION):  # each is printed as it arrives
        match event:
            case Status(sender=sender, text=text):
                console.print(f"[dim]{sender}: {text}")
            case Query(language=language, text=text):
                console.print(f"[magenta]{language}:[/magenta] {text}")
            case Data(rows=rows):
                table = Table(*rows[0]) if rows else Table("nothing")
                for row in rows:
                    table.add_row(*[f"{value:,}" if isinstance(value, int) else str(value) for value in row.values()])
                console.print(table)
            case Text(markdown=markdown):
                console.print(Markdown(markdown))


def count_matches(client: Infino, sizes: dict[str, int], removed: int) -> bool:
    """Compare the rows in each dataset with the rows in its file."""
    table = Table("dataset", "rows in the file", "deleted", "rows in the dataset", "")
    good = True
    for dataset, size in sizes.items():
        gone = removed if dataset == "nyc_flights" else 0
        stored = client.datasets.count(dataset)
        good &= stored == size - gone
        table.add_row(
            dataset, f"{size:,}", f"{gone:,}", f"{stored:,}", "equal" if stored == size - gone else "DIFFERENT"
        )
    console.print(table)
    return good


def main() -> int:
    """Run every step; the exit status says whether the counts agree."""
    started = time.perf_counter()
    with connected() as client:
        sizes = step("Upload real flights and what goes with them", lambda: upload(client))
        before = step("Count the rows", lambda: count_matches(client, sizes, 0))
        step("SQL over three datasets: late flights by airline", lambda: show(client.query.sql(LATE_BY_CARRIER)))
        step("One record by its id", lambda: console.print(client.records.get("nyc_flights", "flights-1").source))
        cancelled = {"bool": {"must_not": [{"exists": {"field": "dep_time"}}]}}
        removed = step(
            "Delete by query: flights that never left", lambda: client.records.delete("nyc_flights", cancelled)
        )
        console.print(f"{removed:,} records deleted")
        step("A question in plain English", lambda: ask(client))
        after = step("Count again", lambda: count_matches(client, sizes, removed))
    console.print(f"[bold]{'All rows accounted for' if before and after else 'ROWS DIFFER'}[/bold], "
                  f"{time.perf_counter() - started:.1f} s in all")  # fmt: skip
    return 0 if before and after else 1


if __name__ == "__main__":
    sys.exit(main())
