"""The house of docs/ARCHITECTURE.md: imports point only where its table says, and never in a circle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "infino"
GENERATED = ROOT / "generated" / "infino_api"
STANDS_ON = {
    "infino_api.models": {"runtime", "core"},
    "infino_api.api": {"infino_api.models", "runtime", "core"},
    "infino_api.resources": {
        *("infino_api.models", "infino_api.api", "infino_api.blocking"),
        *("plans", "results", "resources", "runtime", "core"),
    },
    "infino_api.blocking": {
        *("infino_api.models", "infino_api.api", "infino_api.resources", "client", "resources", "caller", "transport"),
        *("plans", "bulk", "chat", "results", "websocket", "imports", "local", "runtime", "core"),
    },
}
"""What the rows of generated code may import; its own package is written with relative imports."""
IN_THE_STORE = (
    *("writer", "convert", "database", "typed", "view", "columns", "reading"),
    *("samples", "bounds", "ids", "known", "shown", "wal", "turns"),
)
"""The modules of the gateway's store: each imports only those behind it."""


def module(path: Path, home: Path = ROOT) -> str:
    return ".".join(path.relative_to(home).with_suffix("").parts).removesuffix(".__init__")


def room(name: str) -> str:
    """The room of a module: the first name below the package, or the generated part."""
    parts = name.split(".")
    if parts[0] == "infino_api":
        return ".".join(parts[:2])
    return (
        parts[1]
        if len(parts) > 1 and ((PACKAGE / parts[1]).is_dir() or (PACKAGE / f"{parts[1]}.py").is_file())
        else "infino"
    )


def imports(path: Path) -> Iterator[str]:
    """Everything of ours that a module imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name for name in found if name.split(".")[0] in ("infino", "infino_api"))


def table() -> dict[str, set[str]]:
    """The rooms of the document, and what each may import."""
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .*? \| (.*?) \|$", text, re.MULTILINE)
    return {name: set(re.findall(r"`([\w.]+)`", allowed)) | {name} for name, allowed in rows}


def test_every_room_has_a_row_and_every_row_a_room_or_a_reason():
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    rows = set(table())
    assert {"infino" if name == "__init__" else name for name in there} <= rows
    assert rows - there <= {"infino", "mcp", "engines"}


@pytest.mark.parametrize("name", sorted(set(table()) - {"infino"}))
def test_a_room_imports_only_what_its_row_names(name):
    files = sorted((PACKAGE / name).rglob("*.py")) if (PACKAGE / name).is_dir() else [PACKAGE / f"{name}.py"]
    allowed = table()[name]
    wrong = {
        f"{module(path)} -> {found}"
        for path in files
        if path.is_file()
        for found in imports(path)
        if room(found) not in allowed
    }
    assert wrong == set()


@pytest.mark.parametrize("name", STANDS_ON)
def test_generated_code_imports_only_what_it_stands_on(name):
    folder = GENERATED / name.split(".")[1]
    wrong = {
        f"{path.name} -> {found}"
        for path in folder.rglob("*.py")
        for found in imports(path)
        if room(found) not in {*STANDS_ON[name], name}
    }
    assert wrong == set()


def test_the_table_itself_points_downwards():
    order = list(table())
    upwards = {
        f"{name} -> {other}"
        for name, allowed in table().items()
        for other in allowed - {name}
        if other in order and order.index(other) < order.index(name)
    }
    # By name only: the check of the distribution, and the gateway's own `.client()`.
    assert upwards == {"core -> infino", "local -> infino"}


def test_no_modules_import_each_other_in_a_circle():
    files = {module(path): path for path in PACKAGE.rglob("*.py")}
    arrows = {}
    for name, path in files.items():
        named = {one if one in files else one.rpartition(".")[0] for one in imports(path)}
        arrows[name] = {one for one in named if one in files} - {name, "infino"}
    assert {circle for circle in circles(arrows) if len(circle) > 1} == set()


def test_the_modules_of_the_store_stand_on_one_another_in_order():
    folder = PACKAGE / "local" / "store"
    assert {path.stem for path in folder.glob("*.py")} == {*IN_THE_STORE, "__init__"}
    upwards = {
        f"{name} -> {other}"
        for place, name in enumerate(IN_THE_STORE)
        for found in imports(folder / f"{name}.py")
        for other in IN_THE_STORE[: place + 1]
        if f"{found}.".startswith(f"infino.local.store.{other}.")
    }
    assert upwards == set()


def circles(arrows: dict[str, set[str]]) -> set[tuple[str, ...]]:
    """Sets of modules each of which reaches every other."""
    reached = {name: reach(name, arrows) for name in arrows}
    return {tuple(sorted({name, *(other for other in reached[name] if name in reached[other])})) for name in arrows}


def reach(name: str, arrows: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    pending = [name]
    while pending:
        new = arrows[pending.pop()] - found
        found |= new
        pending += new
    return found


def test_the_search_for_circles_finds_one():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {("a", "b", "c"), ("d",)}


def test_one_class_name_is_one_thing() -> None:
    """A reader who meets a name in an error or a search finds one class; only the old SDK's names are kept beside."""
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.is_relative_to(PACKAGE / "migration"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(module(path))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}
