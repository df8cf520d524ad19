"""What the benches have in common: each ratio beside its budget and the last run, and an exit that tells.

The history is one line of JSON for each run of a bench, in `.ci/bench.jsonl`; only the last lines are kept.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

HISTORY = Path(__file__).resolve().parents[1] / ".ci" / "bench.jsonl"
KEPT = 40
SLOWER = 0.8  # of the last ratio, below which a line says so; ratios of two runs differ by a tenth as it is


def high_water() -> int:
    """The most memory this process has held, in bytes (what `getrusage` says would include its parent's)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


def settle(bench: str, ratios: Mapping[str, tuple[float, float | None]]) -> int:
    """Print every ratio, keep them, and return the exit code: 1 where a budget is missed.

    Args:
        bench: Name of the bench.
        ratios: By what was measured: how many times faster than the peer, and how many it should be.
    """
    lines = HISTORY.read_text().splitlines() if HISTORY.exists() else []
    last = next((run["ratios"] for run in map(json.loads, reversed(lines)) if run["bench"] == bench), {})
    missed = [label for label, (ratio, budget) in ratios.items() if budget is not None and ratio < budget]
    for label, (ratio, budget) in ratios.items():
        wanted = "" if budget is None else f"   budget {budget:.3g}: {'NOT met' if label in missed else 'met'}"
        before = last.get(label)
        change = "" if before is None else f"   last {before:.2f}{' SLOWER' if ratio < SLOWER * before else ''}"
        print(f"  {label:66} {ratio:7.2f} x{wanted}{change}")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    found = {label: round(ratio, 2) for label, (ratio, _) in ratios.items()}
    run = {"bench": bench, "at": time.strftime("%Y-%m-%d"), "commit": commit, "ratios": found}
    HISTORY.write_text("\n".join([*lines, json.dumps(run)][-KEPT:]) + "\n")
    return bool(missed)
