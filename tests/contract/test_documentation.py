"""What the README and the pages print runs as it is printed, and names what exists."""

from __future__ import annotations

import ast
import contextlib
import doctest
import functools
import importlib.machinery
import importlib.util
import inspect
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import infino_api.models
import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest

import infino
from infino.core.version import VERSION
from infino.local import LocalGateway
from infino.migration.table import NEW_CALLS
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


# Programs that need more than an embedded gateway, by page and number of the block; each is proved elsewhere.
NOT_RUN = {
    "admin.md": {2, 3},  # a PostgreSQL server (test_sources, test_imports); alerts are 501 here (test_alerts)
    "ask.md": {1},  # shows a saved dashboard (test_dashboards, test_visualizations)
    "engines.md": {0, 1, 2, 3, 4, 5},  # Spark and Ray, each in an environment of its own (tests/engines)
    "fino.md": {1},  # analyses are 501 here (test_chat_tasks)
    "index.md": {0},  # above
    "local.md": {0},  # below
}
FLIGHTS = [
    {
        "flight_id": str(number), "carrier": ("UA", "AA", "DL")[number % 3], "tailnum": f"N14{number}",
        "origin": ("JFK", "EWR", "LGA")[number % 3 - 1], "dep_delay": number % 90, "day": number % 4 + 1,
        "note": "fog" if number % 5 else "clear",
    }
    for number in range(60)
]  # fmt: skip


def pages() -> list[Path]:
    return sorted(path for path in PAGES.glob("*.md") if programs(path))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_the_programs_of_a_page_run_as_they_are_printed(page, tmp_path, monkeypatch):
    if page.name == "charts.md" and not (ROOT / "infino" / "charts" / "assets" / "echarts.min.js").exists():
        pytest.skip("Apache ECharts is not here; `make assets` fetches it, and `make test-slow` needs it")
    monkeypatch.chdir(tmp_path)
    table = pyarrow.Table.from_pylist(FLIGHTS)
    pyarrow.parquet.write_table(table, "flights.parquet")
    pyarrow.csv.write_csv(table, "flights.csv")
    with LocalGateway() as gateway, gateway.client() as client:
        client.datasets.load("flights", FLIGHTS, id="flight_id")
        names: dict[str, Any] = {
            "client": client,
            "endpoint": gateway.endpoint,
            "keys": (gateway.access_key, gateway.secret_key),
        }
        for number, program in enumerate(programs(page)):
            names["client"] = client  # also where a block before made another, of keys that do not exist
            if number not in NOT_RUN.get(page.name, ()):
                exec(compile(program, f"{page.name}, block {number}", "exec"), names)


def test_the_test_of_the_pages_passes(tmp_path):
    [program] = programs(PAGES / "local.md")
    (tmp_path / "test_page.py").write_text(program)
    # Plugins of our own tests, which take seconds to import and are nothing to the page.
    without = (f"no:{name}" for name in ("cacheprovider", "schemathesis", "hypothesispytest", "xdist", "pytest_cov"))
    options = ["-q", *(word for name in without for word in ("-p", name))]
    options += ["-o", "asyncio_default_fixture_loop_scope=function"]
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


def test_the_reference_describes_the_whole_surface():
    """Every public name has its directive, and every page stands in the navigation."""
    loader = importlib.machinery.SourceFileLoader("reference", str(ROOT / "scripts" / "reference"))
    spec = importlib.util.spec_from_loader("reference", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    written = module.pages()
    text = "\n".join(written.values())
    navigation = (ROOT / "docs" / "mkdocs.yml").read_text(encoding="utf-8")
    assert [name for name in written if f"reference/{name}" not in navigation] == []
    assert [page.name for page in PAGES.glob("*.md") if page.name not in navigation] == []
    described = set(re.findall(r"^::: (\S+)$", text, re.MULTILINE))
    # A page describes what a class inherits too.
    described |= {
        f"{base.__module__}.{base.__qualname__}" for name in described if inspect.isclass(kind := found_by(name))
        for base in kind.__mro__
    }  # fmt: skip
    surface = (ROOT / "docs" / "api.txt").read_text(encoding="utf-8")
    wanted = {
        f"{kind.__module__}.{kind.__qualname__}"
        for name in re.findall(r"^(infino[\w.]*) (?:class)?\(", surface, re.MULTILINE)
        if (inspect.isclass(kind := found_by(name)) or inspect.isfunction(kind))
        and kind.__module__.startswith("infino")
    }
    wanted |= {f"{kind.__module__}.{kind.__qualname__}" for kind in map(models_by, infino_api.models.__all__)}
    assert len(wanted) > 400
    assert sorted(
        name for name in wanted - described
        if name.rpartition(".")[0] not in described and "RawResponse" not in name and not name.startswith(BEHIND)
    ) == []  # fmt: skip


# Protocols between rooms, and the forms of endpoint functions: nobody imports them.
BEHIND = (
    "infino.resources.jobs.HasStatus", "infino_api.blocking.stream.Line", "infino_api.blocking.stream.Ports",
    "infino.runtime.call.",
)  # fmt: skip


def models_by(name: str) -> Any:
    return getattr(infino_api.models, name)


def found_by(name: str) -> Any:
    """The object of a dotted name."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = sys.modules.get(".".join(parts[:length]))
        if module is not None:
            with contextlib.suppress(AttributeError):
                return functools.reduce(getattr, parts[length:], module)
    return None


def test_the_page_of_the_migration_is_the_table():
    text = (PAGES / "migration.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| `(.*)` \|$", text, re.MULTILINE))
    assert rows == {old: new.replace("{", "").replace("}", "") for old, new in NEW_CALLS.items()}
