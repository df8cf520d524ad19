"""A real Prometheus over the samples of `grammar`, started for a test and killed afterwards."""

from __future__ import annotations

import json
import math
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infino.local.promql.rules import Rules
from tests.unit.promql import grammar

Series = dict[frozenset[tuple[str, str]], dict[int, float]]
RULES_2 = Rules(
    closed_windows=True,
    threshold_first=False,
    dot_matches_newline=False,
    match_before_filter=False,
    atan2_keeps_name=True,
    lone_never_deviates=True,
    utf8_names=False,
)
"""How the Prometheus that Debian has, a 2.x, answers where 3.x answers otherwise."""


def available() -> bool:
    return shutil.which("prometheus") is not None and shutil.which("promtool") is not None


def open_metrics() -> str:
    """Write all samples as OpenMetrics text, one family after the other."""
    families: dict[str, list[str]] = {}
    for labels, points in grammar.samples():
        name = labels["__name__"]
        inside = ",".join(f'{key}="{value}"' for key, value in labels.items() if key != "__name__")
        lines = families.setdefault(name, [f"# TYPE {name} unknown"])
        for at, value in points:
            shown = "NaN" if math.isnan(value) else repr(value).replace("inf", "Inf")
            lines.append(f"{name}{{{inside}}} {shown} {at / 1000:.3f}")
    return "\n".join(line for lines in families.values() for line in lines) + "\n# EOF\n"


class Oracle:
    """Asks a running Prometheus.

    Args:
        address: Its address, loopback.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, path: str, **form: Any) -> dict[str, Any]:
        body = urllib.parse.urlencode(form).encode()
        try:
            with urllib.request.urlopen(f"{self.address}/api/v1/{path}", body, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return json.load(error)

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/-/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def points(answer: dict[str, Any]) -> Series | None:
    """Read an answer into label sets and points; None for an error."""
    if answer["status"] != "success":
        return None
    data = answer["data"]
    if data["resultType"] == "scalar":
        at, value = data["result"]
        return {frozenset(): {round(at * 1000): float(value)}}
    found: Series = {}
    for row in data["result"]:
        pairs = row["values"] if "values" in row else [row["value"]]
        found[frozenset(row["metric"].items())] = {round(at * 1000): float(value) for at, value in pairs}
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(oracle: Oracle, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if oracle.ready():
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(f"Prometheus is not ready: {log.read_text()}")


@contextmanager
def running(folder: Path, text: str) -> Iterator[Oracle]:
    """Load OpenMetrics text into blocks and run Prometheus over them on a free loopback port."""
    source, config = folder / "samples.txt", folder / "prometheus.yml"
    source.write_text(text)
    config.write_text("global:\n  scrape_interval: 1h\n")
    data = folder / "data"
    load = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(source), str(data)]
    subprocess.run(load, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    port = _free_port()
    command = [
        "prometheus", f"--config.file={config}", f"--storage.tsdb.path={data}",
        f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=100y", "--log.level=error",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            oracle = Oracle(f"http://127.0.0.1:{port}")
            _wait(oracle, process, folder / "log")
            yield oracle
        finally:
            process.kill()
            process.wait(timeout=30)
