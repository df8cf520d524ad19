"""What the README and the pages print runs as it is printed, and names what exists."""

from __future__ import annotations

import ast
import doctest
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

import infino
from infino.core.version import VERSION
from infino.results import PromResult, SearchResult, SqlResult
from tests.support.tree import methods

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = ROOT / "docs" / "pages"


def programs(path: Path) -> list[str]:
    """The Python blocks of a page."""
    return re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def run(arguments: list[str], folder: Path) -> str:
    """What a program prints in a folder of its own, without the settings of whoever runs the tests."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("INFINO_")}
    command = [sys.executable, "-W", "error", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=100, check=False, env=environment, cwd=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("page", "promised"),
    [
        (README, ["2 read, 2 accepted", "'carrier': 'UA', 'delay': 42.0", "**UA** comes first"]),
        (PAGES / "index.md", ["'carrier': 'UA', 'delay': 42.0"]),
    ],
    ids=["README.md", "index.md"],
)
def test_the_first_program_runs_as_it_is_printed(page, promised, tmp_path):
    [program] = programs(page)
    assert len(program.strip().splitlines()) <= 10
    for _ in range(2):  # the second time the dataset is there already
        shown = run(["-c", program], tmp_path)
        assert [text for text in promised if text not in shown] == []


def test_the_programs_of_the_pages_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    flights = [{"flight_id": "1", "carrier": "UA", "origin": "JFK", "dep_delay": 42}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(flights), "flights.parquet")
    names: dict[str, Any] = {
        "document": {"Permissions": [{"ResourceType": "record", "Actions": ["read"], "Resources": ["flights"]}]},
    }
    with infino.Infino.local() as client:
        client.datasets.create("flights")
        names["client"] = client
        for page in ("upload", "ask", "fino", "admin"):
            exec(compile(programs(PAGES / f"{page}.md")[0], f"{page}.md", "exec"), names)
    assert names["report"].accepted == 1
    assert names["result"].to_dicts() == [{"carrier": "UA", "dep_delay": 42}]
    assert "UA" in names["answer"].text
    assert names["keys"].access_key
    assert "analyst" in capsys.readouterr().out


def test_the_test_of_the_pages_passes(tmp_path):
    [program] = programs(PAGES / "local.md")
    (tmp_path / "test_page.py").write_text(program)
    options = ["-q", "-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function"]
    assert "1 passed" in run(["-m", "pytest", *options, "test_page.py"], tmp_path)


def examples() -> list[tuple[str, str]]:
    """Every example of a docstring, with where it is."""
    found = []
    for folder in (ROOT / "infino", ROOT / "generated" / "infino_api" / "resources"):
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
                    for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or ""):
                        found.append((f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}", example.source))
    return found


def test_every_example_of_a_docstring_is_python_and_awaits_what_is_to_be_awaited():
    of_results = {name for kind in (SqlResult, SearchResult, PromResult) for name in dir(kind) if name[0] != "_"}
    found = examples()
    assert len(found) > 200
    wrong = []
    for place, source in found:
        tree = compile(source, place, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        for node in ast.walk(tree):
            # `await client.query.sql(...).scalar()` would look for `scalar` at the coroutine.
            if isinstance(node, ast.Await):
                inner = node.value.func if isinstance(node.value, ast.Call) else node.value
                if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Call) and inner.attr in of_results:
                    wrong.append(f"{place}: {source.strip()}")
    assert wrong == []


def test_the_table_of_resources_names_what_exists_and_all_of_it():
    rows = re.findall(r"^\| (`client.*?`.*?) \| (.*?) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    named: list[tuple[str, str]] = []
    for left, right in rows:
        owners = [name.removeprefix("client").removeprefix(".") for name in re.findall(r"`(.*?)`", left)]
        parts = right.split("; ")
        # What comes after the lists of the resources themselves is a resource below the last of them.
        owners += [f"{owners[-1]}.{part.split('`')[1]}" for part in parts[len(owners) :]]
        for owner, part in zip(owners, parts, strict=True):
            named += [(owner, name) for name in re.findall(r"[a-z_]+", part.rpartition(":")[2])]
    for client in (infino.Infino, infino.AsyncInfino):
        offered = [(path, name) for path, name, _ in methods(client(access_key="a", secret_key="b"))]
        offered.append(("", "config"))
        assert sorted(named) == sorted(set(offered) - {("", "aclose")})


def test_the_version_is_stated_twice_alike():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == VERSION
    assert infino.__version__ == VERSION
