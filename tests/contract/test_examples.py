"""Every example runs as its reader would run it, and prints what it promises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PROMISED = {
    "quickstart.py": ["3 of 3 records accepted", "UA 24.5", "'carrier': 'AA'", "planner: rules (offline)"],
    "async_fanout.py": ["UA 24", "DL"],
    "roles_as_code.py": ["analyst", "'phone': '***'", "may not delete dataset"],
    "resume_upload.py": ["10,000 accepted, 0 rejected, 0 unknown", "10000"],
    "metrics.py": ["/a 1.0", "/b 2.0"],
}


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_an_example_runs(name: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("INFINO_")}
    command = [sys.executable, "-W", "error", str(EXAMPLES / name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    for text in PROMISED[name]:
        assert text in done.stdout
