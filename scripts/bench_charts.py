"""A dashboard beside its slowest panel, and the opening of a large chart in a browser.

The slowest of sixteen panels joins 100,000 records with themselves; the others group them. Both ways run on the same
gateway in turns, and medians of rounds count. Run it as `python scripts/bench_charts.py`.
"""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from budgets import settle

import infino
from infino.charts import Dashboard, Visualization, avg, plot
from infino.results import SqlResult

PANELS, ROUNDS, POINTS = 16, 5, 100_000
LONGEST, SECONDS = 1.3, 2.0  # times the slowest panel; until the chart is drawn


def dashboard_ratio() -> float:
    """How much of the time of sixteen panels the slowest of them takes alone; 1 were the others for nothing."""
    with infino.Infino.local() as client:
        client.datasets.create("trips")
        rows = ({"id": n, "carrier": f"c{n % 16}", "delay": n % 977} for n in range(100_000))
        client.records.bulk("trips", rows, id="id")
        slow = (
            "SELECT sum(a.delay * b.delay) AS s FROM trips a JOIN trips b ON a.carrier = b.carrier WHERE b.id < 60000"
        )
        specs = [Visualization.metric("slowest").query("trips", slow)]
        specs += [
            Visualization.bar(f"panel {n}").sql("trips", x="carrier", metric=avg("delay")) for n in range(PANELS - 1)
        ]
        saved = [client.visualizations.create(spec) for spec in specs]
        whole = Dashboard.titled("sixteen")
        for at in range(0, PANELS, 4):
            whole = whole.row(*saved[at : at + 4])
        id = client.dashboards.create(whole).id
        client.dashboards.execute(id, concurrency=PANELS)  # both ways begin warm
        alone, together = [], []
        for _ in range(ROUNDS):
            alone.append(took(lambda: client.visualizations.execute(saved[0].id)))
            together.append(took(lambda: client.dashboards.execute(id, concurrency=PANELS)))
    slowest, all_panels = statistics.median(alone), statistics.median(together)
    print(f"  slowest panel alone {slowest:.2f} s, {PANELS} panels {all_panels:.2f} s: {all_panels / slowest:.2f} x")
    return slowest / all_panels


def opening_seconds() -> float | None:
    """Seconds until a page with a chart of 100,000 points is drawn; None without a browser."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        print("  no Chromium here: the opening of a chart is not measured")
        return None
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        columns = [{"name": name, "type": "integer"} for name in "xy"]
        rows = [{"x": n, "y": n * 7919 % 977} for n in range(POINTS)]
        result = SqlResult(json.dumps({"columns": columns, "rows": rows}).encode())
        path = Path(folder) / "chart.html"
        plot(result, "line", x="x", y="y").to_html(path)
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()

        def opened() -> None:
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-drawn=true]")
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

        seconds = statistics.median(took(opened) for _ in range(ROUNDS))
        browser.close()
    print(f"  a chart of {POINTS:,} points opens in {seconds:.2f} s")
    return seconds


def took(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> int:
    """Measure, print and settle."""
    ratios: dict[str, tuple[float, float | None]] = {
        f"slowest panel alone against {PANELS} panels": (dashboard_ratio(), 1 / LONGEST)
    }
    seconds = opening_seconds()
    if seconds is not None:
        ratios[f"{SECONDS:g} s against the opening of {POINTS:,} points"] = (SECONDS / seconds, 1.0)
    return settle("charts", ratios)


if __name__ == "__main__":
    raise SystemExit(main())
