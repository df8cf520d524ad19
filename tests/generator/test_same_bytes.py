"""The same document gives the same bytes: whatever the locale, the folder, the hash seed and the Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.changes import ROOT, write

SCRIPT = ROOT / "scripts" / "generate"
TOOLS = ("openapi-python-client", "ruff", "ruamel.yaml", "jsonschema", "attrs")


def made(python: str, folder: Path, **environment: str) -> Path:
    """Generate with an interpreter, into a folder."""
    folder.mkdir(parents=True)
    command = [python, str(SCRIPT), "--output", str(folder / "infino_api")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr
    return folder / "infino_api"


@pytest.mark.soak
@pytest.mark.parametrize("locale", ["C", "tr_TR.UTF-8", "C.UTF-8"])
def test_the_locale_does_not_matter(locale: str, tmp_path: Path) -> None:
    found = made(
        sys.executable, tmp_path / "ordner mit ü", LC_ALL=locale, LANG=locale, PYTHONUTF8="0", PYTHONHASHSEED="7"
    )
    assert write.differences(ROOT / "generated" / "infino_api", found) == []


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_version_of_python_does_not_matter(version: str, tmp_path: Path) -> None:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    python = next((str(one) for one in sorted(pyenv.glob(f"{version}.*/bin/python"))), shutil.which(f"python{version}"))
    if python is None:
        pytest.skip(f"there is no Python {version}")
    home = tmp_path / "env"
    subprocess.run([python, "-m", "venv", str(home)], check=True, timeout=300)
    pinned = [f"{name}=={write.version(name)}" for name in TOOLS]
    inside = str(home / ("Scripts" if os.name == "nt" else "bin") / "python")
    subprocess.run([inside, "-m", "pip", "install", "-q", *pinned], check=True, timeout=600)
    assert write.differences(ROOT / "generated" / "infino_api", made(inside, tmp_path / "out")) == []
