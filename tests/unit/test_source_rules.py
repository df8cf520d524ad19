"""Rules about our own files that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = sorted(
    path
    for folder in ("infino", "scripts", "tests", "examples", "openapi", "docs/pages", ".ci")
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and path.suffix in {"", ".py", ".md", ".yaml", ".toml", ".sh"} and "__pycache__" not in path.parts
) + [ROOT / name for name in ("README.md", "Makefile", "pyproject.toml")]
PACKAGE = [path for path in OURS if path.is_relative_to(ROOT / "infino") and path.suffix == ".py"]
EXEMPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pyright:\s*ignore|pragma:\s*no cover)(.*)")
REASON = re.compile(
    r"(?:: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*|\[[A-Za-z-]+(?:, ?[A-Za-z-]+)*\]|)(?:\s+(?:#|-)\s*|\s+\()\w"
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> Iterator[tuple[int, str]]:
    return enumerate(path.read_text(encoding="utf-8").splitlines(), 1)


def test_there_is_something_to_look_at():
    assert len(PACKAGE) > 100
    assert len(OURS) > 200


def test_no_module_is_longer_than_500_lines():
    assert [name(path) for path in PACKAGE if len(path.read_text(encoding="utf-8").splitlines()) > 500] == []


def test_no_function_is_longer_than_50_lines():
    """Its description does not count: the text of a docstring is not a complication."""
    long = []
    for path in PACKAGE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                described = ast.get_docstring(node, clean=False)
                size = (node.end_lineno or 0) - node.lineno + 1 - (described.count("\n") + 1 if described else 0)
                long += [f"{name(path)}:{node.lineno} {node.name}, {size} lines"] if size > 50 else []
    assert long == []


@pytest.mark.parametrize(
    ("library", "allowed"),
    [("httpx", ("infino/transport.py", "infino/local/")), ("websockets", ("infino/websocket.py",))],
)
def test_network_libraries_stay_in_their_rooms(library, allowed):
    pattern = re.compile(rf"^\s*(?:import|from) {library}\b", re.MULTILINE)
    found = [name(path) for path in PACKAGE if pattern.search(path.read_text(encoding="utf-8"))]
    assert found, "the rule looks for something that is there"
    assert [path for path in found if not path.startswith(allowed)] == []


def test_every_exemption_has_a_code_and_a_reason():
    bare = []
    for path in OURS:
        if path.suffix == ".py" and path != Path(__file__):
            for number, line in lines(path):
                found = EXEMPTION.search(line)
                if found and not REASON.match(found[1]):
                    bare.append(f"{name(path)}:{number} {line.strip()}")
    assert bare == []


@pytest.mark.parametrize(
    ("comment", "fine"),
    [
        ("# noqa: E402  # only once it is installed", True),
        ("# noqa: ASYNC109 - one limit", True),
        ("# type: ignore[union-attr, arg-type]  # found", True),
        ("# pragma: no cover - not on Windows", True),
        ("# noqa: S506 (a safe loader)", True),
        ("# noqa", False),
        ("# noqa: E402", False),
        ("# type: ignore", False),
        ("# type: ignore[arg-type]", False),
        ("# pragma: no cover", False),
    ],
)
def test_the_rule_of_exemptions(comment, fine):
    found = EXEMPTION.search(comment)
    assert found
    assert bool(REASON.match(found[1])) is fine


def test_no_path_of_a_machine_is_in_a_file():
    pattern = re.compile(r"(?:^|[^A-Za-z0-9_.-])/(?:" + "|".join(("work", "farm", "root", "Users", "home")) + r")/")
    found = [
        f"{name(path)}:{number}"
        for path in OURS
        for number, line in lines(path)
        if pattern.search(line)
    ]  # fmt: skip
    assert found == []
