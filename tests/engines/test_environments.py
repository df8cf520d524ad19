"""Each engine in an environment of its own: this one's packages, and the extra's."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.soak
@pytest.mark.parametrize("engine", ["spark", "ray"])
def test_an_engine_passes_its_tests_where_it_is_installed(engine: str, tmp_path: Path) -> None:
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    inside = sysconfig.get_path("purelib", vars={"base": str(folder)})
    Path(inside, "outside.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n{ROOT / 'generated'}\n")
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"][engine]
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *needs], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    tests = sorted(map(str, (ROOT / "tests" / "engines").glob(f"test_{engine}*.py")))
    command = [
        python,
        "-m",
        "pytest",
        *tests,
        "-m",
        "slow or soak",
        "--no-cov",
        "-p",
        "no:xdist",
        "--timeout=600",
        "-rs",
    ]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    environment = {**plain, "HOME": str(tmp_path), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:]
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout, done.stdout[-2000:]
