"""Single changes of meaning in the source, and the tests that should notice them.

A sample of such changes (mutations) tells what no coverage figure can: whether a line that runs is also looked at.
Which tests run a line is read from coverage with one context a test, so only those are run again.
"""

from __future__ import annotations

import ast
import itertools
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "infino/core", "infino/bulk", "infino/results", "infino/chat", "infino/runtime",
    "infino/local/sql", "infino/local/rbac", "scripts/generator",
)  # fmt: skip
OPPOSITE: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
PYTEST = (sys.executable, "-m", "pytest", "-m", "not soak and not slow")
PLAIN = ("-m", "not soak and not slow", "--tb=no", "-rfE", "-p", "no:xdist", "-p", "no:cov", "-p", "no:schemathesis",
         "-W", "ignore::pytest.PytestAssertRewriteWarning")  # fmt: skip
# What every run of tests imports, and no change touches, is imported once: the runs are forked from there.
WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(["hypothesis.strategies", "hypothesis.stateful", "numpy", "duckdb", "anyio", "uvicorn",
                             "starlette.applications", "yaml", "pytest", "httpx", "asyncio", "attr"])  # fmt: skip
AT_ONCE = 25
MOST_TESTS = 500


class Mutation(NamedTuple):
    """One place of one file, and what is to stand there."""

    path: str
    line: int
    start: int  # in bytes
    end: int
    before: str
    after: str

    @property
    def name(self) -> str:
        """What a table of exceptions calls it: no line number, since lines move."""
        return f"{self.path}: {' '.join(self.before.split())} -> {' '.join(self.after.split())}"

    def applied(self, source: bytes) -> bytes:
        """The file with this one change."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def _changed(node: ast.AST) -> str | None:
    """What the node becomes, or None where nothing is changed."""
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in OPPOSITE:
            return f"({_inner(left)} {OPPOSITE[type(operator)]} {_inner(right)})"
        case ast.BoolOp(op=operator, values=values):
            return f"({(' and ' if isinstance(operator, ast.Or) else ' or ').join(map(_inner, values))})"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"(bool({ast.unparse(operand)}))"
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=right) if not _is_text(left, right):
            return f"({_inner(left)} {'-' if isinstance(operator, ast.Add) else '+'} {_inner(right)})"
        case ast.Continue() | ast.Raise():
            return "pass"
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            return "return None"
    return None


def _inner(node: ast.expr) -> str:
    """A part of an expression, in brackets where it is one itself: unparsed alone it has lost them."""
    simple = isinstance(node, ast.Name | ast.Attribute | ast.Constant | ast.Call | ast.Subscript)
    return ast.unparse(node) if simple else f"({ast.unparse(node)})"


def _is_text(*nodes: ast.expr) -> bool:
    """Texts know no minus, so the change would only be a TypeError."""
    return any(isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str) for node in nodes)


def mutations(path: Path, root: Path = ROOT) -> Iterator[Mutation]:
    """Every mutation of one file."""
    source = path.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in ast.walk(ast.parse(source)):
        after = _changed(node)
        if after is None or not isinstance(node, ast.expr | ast.stmt):
            continue
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
        yield Mutation(path.relative_to(root).as_posix(), node.lineno, start, end, source[start:end].decode(), after)


def sample(count: int, seed: int, rooms: Sequence[str] = ROOMS) -> list[Mutation]:
    """The same number from each room, chosen by the seed."""
    chooser = random.Random(seed)
    chosen: list[Mutation] = []
    for room in rooms:
        every = [change for path in sorted((ROOT / room).rglob("*.py")) for change in mutations(path)]
        chosen += chooser.sample(every, min(len(every), -(-count // len(rooms))))
    return chosen[:count]


def record(data: Path) -> None:
    """Run every test once and note in the file which lines each runs.

    A file that is newer than the source is kept. Tests that are newer still are not in it, so that changes that only
    they would notice survive.
    """
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    if data.exists() and all(path.stat().st_mtime < data.stat().st_mtime for path in files):
        return
    command = [*PYTEST, "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--cov=infino",
               "--cov=scripts/generator", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"]  # fmt: skip
    environment = {**os.environ, "COVERAGE_FILE": str(data)}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=3000)
    assert done.returncode in (0, 1), "a test that fails is found out later, but all of them are to run"


def who_runs(data: Path, changes: Sequence[Mutation]) -> Mapping[Mutation, Sequence[str]]:
    """The tests that run each changed line, in the order in which they are asked.

    A line that runs while modules are imported has the tests of its whole file.
    """
    from coverage import CoverageData

    recorded = CoverageData(str(data))
    recorded.read()
    names = {context: context.rpartition("|")[0] for context in recorded.measured_contexts()}
    listed = subprocess.run([*PYTEST, "--collect-only"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    known = {line for line in listed.splitlines() if "::" in line}
    by_file = {path: recorded.contexts_by_lineno(str(ROOT / path)) for path in {change.path for change in changes}}
    weight = Counter(names[one] for lines in by_file.values() for contexts in lines.values() for one in contexts)
    found: dict[Mutation, Sequence[str]] = {}
    for change in changes:
        lines = by_file[change.path]
        contexts = lines.get(change.line, [])
        if "" in contexts:
            contexts = [one for every in lines.values() for one in every]
        found[change] = _nearest(known & {names[one] for one in contexts}, change, weight)
    return found


def _nearest(tests: Set[str], change: Mutation, weight: Mapping[str, int]) -> list[str]:
    """One case of each test before the second of any; first tests whose file is called after the changed one."""
    words = Path(change.path).with_suffix("").parts
    cases = Counter[str]()
    order: list[tuple[int, int, int, str]] = []
    for test in sorted(tests, key=lambda test: (weight[test], test)):
        file, function = test.partition("::")[0], test.partition("[")[0]
        cases[function] += 1
        order.append((cases[function], -sum(word in file for word in words), weight[test], test))
    return [test for *_, test in sorted(order)]


class Copy:
    """A copy of the project in which mutations are tried one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writes = itertools.count(1)
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", ".venv*", "__pycache__", "dist", "site"))

    def survivors(self, changes: Mapping[Mutation, Sequence[str]]) -> list[Mutation]:
        """Those of the changes with which none of their tests fails that passes without."""
        noticed = {change: self.noticed_by(change, tests) for change, tests in changes.items()}
        suspects = sorted({test for tests in noticed.values() for test in tests})
        anyway = set(self._failed(suspects)) if suspects else set()
        again = {
            change: [test for test in changes[change] if test not in anyway]
            for change, tests in noticed.items() if anyway.intersection(tests)
        }  # fmt: skip
        survived = [change for change, tests in noticed.items() if not tests]
        return survived + (self.survivors(again) if again else [])

    def noticed_by(self, change: Mutation, tests: Sequence[str]) -> Sequence[str]:
        """The first of the tests that fails with the change, or those that never end; none where all pass."""
        file = self.folder / change.path
        original = file.read_bytes()
        self._write(file, change.applied(original))
        try:
            parts = (tests[first : first + AT_ONCE] for first in range(0, min(len(tests), MOST_TESTS), AT_ONCE))
            return next((failed for part in parts if (failed := self._failed(part, "-x"))), ())
        finally:
            self._write(file, original)

    def _write(self, file: Path, content: bytes) -> None:
        """Write with a time that no other content had: compiled modules are known by the time of their source."""
        file.write_bytes(content)
        os.utime(file, (next(self._writes),) * 2)

    def _failed(self, tests: Sequence[str], *options: str) -> Sequence[str]:
        said = self.folder / "said.txt"
        process = WARM.Process(target=_run_tests, args=(self.folder, [*PLAIN, *options, *tests], said))
        process.start()
        process.join(600)
        if process.exitcode in (0, 5):
            return ()
        if process.exitcode is None:
            process.kill()
            return tests
        told = [
            line.partition(" ")[2] for line in said.read_text().splitlines() if line.startswith(("FAILED", "ERROR"))
        ]
        named = [test for test in tests if any(f"{one} - ".startswith(f"{test} - ") for one in told)]
        return named or tests[:1]  # where nothing can be imported, no test is named


def _run_tests(folder: Path, arguments: list[str], said: Path) -> None:
    """Run tests of the copy in this process, which was forked for it and has nothing of ours but this module."""
    import pytest

    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    os.chdir(folder)
    paths = [str(folder), str(folder / "generated"), str(folder / "infino" / "migration")]
    sys.path[:0] = paths
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False  # or each run would compile everything anew
    with said.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    status = pytest.main(arguments)
    sys.stdout.flush()
    os._exit(status)
