"""The engines' tests, run in an environment that has them: this one's packages, and the extras `spark` and `ray`."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINES = ("spark", "ray")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python with both engines: one environment, since each of them is half a gigabyte."""
    folder = tmp_path_factory.mktemp("engines") / "environment"
    venv.create(folder)
    inside = sysconfig.get_path("purelib", vars={"base": str(folder)})
    Path(inside, "outside.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n{ROOT / 'generated'}\n")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    needs = [need for engine in ENGINES for need in extras[engine]]
    command = [sys.executable, "-m", "pip", "--python", folder, "install", "--quiet", "--no-compile", *needs]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "bin" / "python"


@pytest.mark.parametrize("marks", ["slow and not soak", pytest.param("soak", marks=pytest.mark.soak)])
@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_passes_its_tests_where_it_is_installed(
    engine: str, marks: str, python: Path, tmp_path: Path
) -> None:
    tests = sorted(map(str, (ROOT / "tests" / "engines").glob(f"test_{engine}*.py")))
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(
        [python, "-m", "pytest", *tests, "-m", marks, "--no-cov", "-p", "no:xdist", "--timeout=900", "-rs"],
        cwd=ROOT,
        env={**plain, "HOME": str(tmp_path), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout, done.stdout[-2000:]
