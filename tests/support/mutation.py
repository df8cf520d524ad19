"""Single changes of meaning in the source, and the tests that should notice them.

A sample of such changes (mutations) tells what no coverage figure can: whether a line that runs is also looked at.
Which tests run a line is read from coverage with one context a test, so only those are run again.
"""

from __future__ import annotations

import ast
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
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
TESTS_AT_ONCE = 25
MOST_TESTS = 100


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
            return f"({ast.unparse(left)} {OPPOSITE[type(operator)]} {ast.unparse(right)})"
        case ast.BoolOp(op=operator, values=values):
            word = " and " if isinstance(operator, ast.Or) else " or "
            return "(" + word.join(f"({ast.unparse(value)})" for value in values) + ")"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"(bool({ast.unparse(operand)}))"
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=right) if not _is_text(left, right):
            return f"({ast.unparse(left)} {'-' if isinstance(operator, ast.Add) else '+'} {ast.unparse(right)})"
        case ast.Continue() | ast.Raise():
            return "pass"
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            return "return None"
    return None


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


def collected() -> set[str]:
    """The tests that can be asked for by name."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:xdist", "-p", "no:cov"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True).stdout
    return set(listed.splitlines())


def who_runs(data: Path) -> Mapping[str, Mapping[int, Sequence[str]]]:
    """The tests that run each line of each file, those that run least first: they look closest."""
    from coverage import CoverageData

    known = collected()

    recorded = CoverageData(str(data))
    recorded.read()
    lines: dict[str, dict[int, list[str]]] = {}
    weight: dict[str, int] = {}
    for measured in recorded.measured_files():
        by_line = recorded.contexts_by_lineno(measured)
        lines[Path(measured).relative_to(ROOT).as_posix()] = by_line
        for tests in by_line.values():
            for test in tests:
                weight[test] = weight.get(test, 0) + 1
    for by_line in lines.values():
        for number, tests in by_line.items():
            named = known.intersection(test.rpartition("|")[0] for test in tests)
            by_line[number] = sorted(named, key=lambda test: weight.get(f"{test}|run", 0))
    return lines


class Copy:
    """A copy of the project in which mutations are tried one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("infino", "generated", "scripts", "tests", "openapi", "docs", "examples", "pyproject.toml"):
            source = ROOT / name
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=ignored) if source.is_dir() else shutil.copy(source, folder)

    def notices(self, change: Mutation, tests: Sequence[str]) -> bool:
        """Tell whether one of the tests fails, or never ends, with the change."""
        file = self.folder / change.path
        original = file.read_bytes()
        file.write_bytes(change.applied(original))
        try:
            return any(
                self._fails(tests[first : first + TESTS_AT_ONCE])
                for first in range(0, min(len(tests), MOST_TESTS), TESTS_AT_ONCE)
            )
        finally:
            file.write_bytes(original)

    def _fails(self, tests: Sequence[str]) -> bool:
        paths = [self.folder, self.folder / "generated", self.folder / "infino" / "migration"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", "-p", "no:cov", *tests]
        try:
            return subprocess.run(
                command, cwd=self.folder, env=environment, capture_output=True, timeout=300, check=False
            ).returncode not in (0, 5)
        except subprocess.TimeoutExpired:
            return True
