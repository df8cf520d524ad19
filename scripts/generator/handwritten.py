"""Refuses a document that no longer gives what handwritten code takes from the generated package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .blocking import ROOT, defined
from .document import DocumentError, DocumentProblem

_PACKAGE = "infino_api"
_WRITTEN_LAST = f"{_PACKAGE}.blocking"  # from the very sources that would need it


def check(package: Path) -> None:
    """Look for every import from the generated package in `infino/`.

    Args:
        package: Folder of the freshly generated package.

    Raises:
        DocumentError: With every line that would find nothing.
    """
    problems = [
        DocumentProblem((), f"{where} takes {name} from the document, which does not give it", _DO)
        for path in sorted((ROOT / "infino").rglob("*.py"))
        if _PACKAGE in (text := path.read_text("utf-8"))
        for where, name in _missing(path.relative_to(ROOT).as_posix(), ast.parse(text), package)
    ]
    if problems:
        raise DocumentError(*problems)


_DO = "leave it in the document, or change that file as well"


def _missing(path: str, tree: ast.Module, package: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        # Relative imports stay inside of `infino`.
        if not isinstance(node, ast.ImportFrom) or node.level or not node.module:
            continue
        top, *rest = node.module.split(".")
        if top == _PACKAGE and not node.module.startswith(_WRITTEN_LAST):
            for one in node.names:
                if not _gives(package.joinpath(*rest), one.name):
                    yield f"{path}:{node.lineno}", f"{node.module}.{one.name}"


def _gives(home: Path, name: str) -> bool:
    """Tell whether a module defines or imports a name, or has a module of that name below it."""
    below = name in ("*", "blocking") or (home / f"{name}.py").is_file() or (home / name).is_dir()
    return below or name in defined(home)
