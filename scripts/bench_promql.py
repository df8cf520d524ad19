"""Time one range query on the embedded gateway and on a real Prometheus, over the same 1,000 series."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infino.local.access import Principal
from infino.local.http import GatewayCall
from infino.local.promql import routes
from infino.local.state import Gateway, Options

SERIES, STEPS, STEP = 1000, 300, 15
START = 1_700_000_000
QUERY = "sum by (x) (rate(m_total[5m]))"
FORM = {"query": QUERY, "start": str(START + 300), "end": str(START + 300 + STEP * (STEPS - 1)), "step": str(STEP)}
BUDGET = 20.0
ROUNDS = 7


def samples() -> Iterator[tuple[str, int, int]]:
    """Give (series, Unix seconds, value), series by series."""
    for series in range(SERIES):
        for step in range(STEPS + 300 // STEP):
            yield f'm_total{{x="g{series % 10}",i="{series}"}}', START + step * STEP, step * (series % 7 + 1)


def best(run: Callable[[], object]) -> float:
    """Give the seconds of the fastest of some rounds, after one to warm up."""
    run()
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return min(times)


def free_port() -> int:
    """Find a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ready(address: str) -> bool:
    """Tell whether Prometheus answers."""
    try:
        with urllib.request.urlopen(f"{address}/-/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    """Run Prometheus over the samples; give its address."""
    source, config, data = folder / "samples.txt", folder / "prometheus.yml", folder / "data"
    with source.open("w") as file:
        file.write("# TYPE m counter\n")
        file.writelines(f"{series} {value} {at}\n" for series, at, value in samples())
        file.write("# EOF\n")
    config.write_text("global:\n  scrape_interval: 1h\n")
    load = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(source), str(data)]
    subprocess.run(load, check=True, stdout=subprocess.DEVNULL, timeout=300)
    address = f"127.0.0.1:{free_port()}"
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={data}", "--log.level=error"]
    command += [f"--web.listen-address={address}", "--storage.tsdb.retention.time=100y"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            if ready(f"http://{address}"):
                break
            time.sleep(0.05)
        yield f"http://{address}"
    finally:
        process.kill()
        process.wait(timeout=30)


def measure_prometheus() -> float:
    """Time the query on Prometheus, over HTTP."""
    body = urllib.parse.urlencode(FORM).encode()

    def ask() -> None:
        with urllib.request.urlopen(f"{address}/api/v1/query_range", body, timeout=60) as answer:
            assert b'"success"' in answer.read()

    with tempfile.TemporaryDirectory() as folder, prometheus(Path(folder)) as address:
        return best(ask)


def measure_gateway() -> tuple[float, float]:
    """Time storing all samples and the query on the gateway, from the decoded request to the encoded answer."""
    caller = Principal("admin", "bench", admin=True)
    lines = "\n".join(f"{series} {value} {at}000" for series, at, value in samples()).encode()

    def call(path: dict[str, str], body: bytes) -> GatewayCall:
        return GatewayCall(caller, "POST", path, {}, "", {}, body)

    with tempfile.TemporaryDirectory() as folder:
        gateway = Gateway(Options(path=Path(folder)))
        try:
            with gateway.store.writing() as cursor:
                gateway.store.create(cursor, "bench")
            begin = time.perf_counter()
            routes.upload(gateway, call({"dataset": "bench"}, lines))
            stored = time.perf_counter() - begin
            body = urllib.parse.urlencode(FORM).encode()
            assert b'"success"' in routes.query_range(gateway, call({}, body)).encoded()
            return stored, best(lambda: routes.query_range(gateway, call({}, body)).encoded())
        finally:
            gateway.close()


def main() -> int:
    """Print both times and their ratio; fail beyond the budget."""
    stored, ours = measure_gateway()
    count = SERIES * (STEPS + 300 // STEP)
    print(f"storing {count:,} samples: {stored:.2f} s, {count / stored:,.0f} a second")
    print(f"{QUERY}, {STEPS} steps over {SERIES:,} series")
    print(f"  gateway    {ours * 1000:8.1f} ms")
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        print("  prometheus not installed (Debian package `prometheus`)")
        return 0
    theirs = measure_prometheus()
    ratio = ours / theirs
    print(f"  prometheus {theirs * 1000:8.1f} ms")
    print(f"  ratio {ratio:.1f} (budget {BUDGET:.0f}): {'ok' if ratio <= BUDGET else 'TOO SLOW'}")
    return 0 if ratio <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
