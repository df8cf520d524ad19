"""Each extra alone, in an environment of its own, runs what the README and the pages promise for it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow

SQL_ANSWER = """
from infino.results import SqlResult
result = SqlResult(b'{"columns":[{"name":"n","type":"integer"}],"rows":[{"n":1},{"n":2}]}')
"""
NO_GATEWAY = """
from infino import ConfigError, Infino
try:
    Infino.local()
except ImportError as error:
    assert "infino-sdk[local]" in str(error), error
else:
    raise AssertionError("the gateway started without its extra")
"""
GATEWAY = """
from infino import Infino
with Infino.local() as client:
    client.datasets.create("t")
    assert client.records.bulk("t", [{"id": "1", "n": 1}, {"id": "2", "n": 2}], id="id").ok
    assert client.query.sql("SELECT sum(n) FROM t").scalar() == 3
"""
PROMISES = {
    "": "import infino; infino.Infino(access_key='a', secret_key='b'); import infino.signing" + NO_GATEWAY,
    "arrow": SQL_ANSWER + "assert result.to_arrow().num_rows == 2",
    "pandas": SQL_ANSWER + "assert list(result.to_pandas()['n']) == [1, 2]",
    "polars": SQL_ANSWER + "assert result.to_polars()['n'].to_list() == [1, 2]",
    "speedups": "from infino.bulk.lines import _id_decoder; assert _id_decoder('n')(b'{\"n\":1}').id == 1",
    "cli": "import subprocess, sys; "
    "assert b'sql' in subprocess.run([sys.executable, '-m', 'infino.cli', '--help'], capture_output=True).stdout",
    "yaml": "import yaml, infino.resources.roles",
    "migrate": "import pathlib, subprocess, sys; old = pathlib.Path(sys.prefix, 'old.py'); "
    "old.write_text('sdk.get_datasets()'); "
    "assert b'datasets.list' in "
    "subprocess.run([sys.executable, '-m', 'infino', 'migrate', str(old)], capture_output=True).stdout",
    "charts": "from infino.charts.html import page, rendered; assert '<h1>' in rendered('# x'); page('t', [])",
    "notebook": "import IPython, infino.notebook",
    "sqlalchemy": "import sqlalchemy; sqlalchemy.create_engine('infino://a:b@127.0.0.1:1').dialect.name == 'infino'",
    "mcp": "import infino, infino.mcp; "
    "assert infino.mcp.mcp_server(infino.AsyncInfino(access_key='a', secret_key='b'))",
    "otel": "import infino, infino.telemetry; "
    "infino.telemetry.instrument(infino.Infino(access_key='a', secret_key='b'))()",
    "local": GATEWAY
    + "import subprocess, sys; "
    + "subprocess.run([sys.executable, '-m', 'infino.cli', 'local', '--help'], check=True, capture_output=True)",
    "spark": "import infino.engines.spark as engine; assert engine.InfinoDataSource.name() == 'infino'",
    "ray": "import infino.engines.ray as engine; assert engine.InfinoDatasink",
    "all": GATEWAY + "assert client.__class__.__name__ == 'Infino'",
}


HEAVY = {"spark", "ray"}  # half a gigabyte each


def extras() -> list[Any]:
    """The extras that the package offers, and the package alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = ["", *sorted(set(project["optional-dependencies"]) - {"demo"})]
    return [pytest.param(name, marks=pytest.mark.soak) if name in HEAVY else name for name in names]


def run(*command: str | Path, cwd: Path | None = None) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and the source archive, as `make build` writes them."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    return folder


def environment(folder: Path, requirement: str) -> Path:
    venv.create(folder)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile", requirement)
    return python


@pytest.mark.parametrize("extra", extras())
def test_an_extra_alone_does_what_is_promised(extra: str, packages: Path, tmp_path: Path) -> None:
    assert extra in PROMISES, f"nothing is promised for the extra {extra!r}: say what it must run"
    wheel = next(packages.glob("*.whl"))
    python = environment(tmp_path / "venv", f"{wheel}[{extra}]" if extra else str(wheel))
    # In a folder of its own: what is tried is what was installed, not the checkout that the tests are started in.
    run(python, "-W", "error::DeprecationWarning:infino", "-c", PROMISES[extra], cwd=tmp_path)


def test_the_source_archive_installs_too(packages: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "venv", str(next(packages.glob("*.tar.gz"))))
    assert run(python, "-c", "import infino, infino_api; print(infino.__version__)", cwd=tmp_path).strip()


def test_the_wheel_says_what_it_is(packages: Path) -> None:
    from email.parser import Parser
    from zipfile import ZipFile

    with ZipFile(next(packages.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        text = wheel.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
    said = Parser().parsestr(text)
    assert said["License-Expression"] == "Apache-2.0"
    links = [link.split(",")[0] for link in said.get_all("Project-URL", [])]
    assert {"Homepage", "Documentation", "Source", "Issues", "Changelog"} <= set(links)
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} <= {"infino", "infino_api", "infino_sdk"}
    assert not [name for name in names if "/tests/" in name or name.endswith(".pyc")]
