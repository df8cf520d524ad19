"""Writes the blocking twin of every flow and of the client from its async source.

Async is the source. What differs by a word is turned over; whatever else stands in the source is imported from there,
so that each class and function exists once. A real difference between threads and tasks is a pair of functions,
`async_name` and `name`, side by side in one module.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from .document import DocumentError
from .words import Edit, PlainText, apply, edits, word

ROOT = Path(__file__).resolve().parents[2]
FLOWS = ROOT / "infino" / "resources"
OTHERS = tuple(ROOT / "infino" / name for name in ("client.py", "chat/session.py", "chat/stream.py"))
# Where the blocking form of what a module holds is in another one.
MODULES = {"infino.bulk.run_async": "infino.bulk.run"}
_ASYNC = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)


class AsyncSource:
    """One async module, and what is to be turned in it.

    Args:
        path: Its file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.relative_to(ROOT).as_posix()
        self.module = self.path.removesuffix(".py").replace("/", ".")
        self.twin = f"infino_api.blocking.{path.stem}"
        self.text = path.read_text(encoding="utf-8")
        # Parsed, not imported: these modules import the very package that is being generated, which may be missing.
        self.tree = ast.parse(self.text)
        self._places = PlainText(self.text)
        self.turned = self._turned()

    def _turned(self) -> set[str]:
        """Names of the definitions that hold something async, and of those that speak of one."""
        definitions = {name: node for node in self.tree.body for name in names(node)}
        found = {
            name
            for name, node in definitions.items()
            if any(isinstance(one, _ASYNC) for one in ast.walk(node))
            or any(word(one) != one for one in mentioned(node))
        }
        # A definition that uses a turned one must be turned too, so this goes on until a round finds no more.
        while more := {n for n, node in definitions.items() if n not in found and mentioned(node) & found}:
            found |= more
        # A pair is there already in both forms.
        return {name for name in found if word(name) == name or word(name) not in definitions}

    def span(self, node: ast.stmt) -> tuple[int, int]:
        """Where a statement begins and ends; its decorators and the comment in front of it belong to it."""
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        # A comment in front of a definition explains it, so both forms have it.
        while not node.col_offset and first > 1 and self._places.lines[first - 2].startswith("#"):
            first -= 1
        # `ast` counts columns in UTF-8 bytes, `tokenize` in characters; everything here is in characters.
        last = self._places.lines[(node.end_lineno or first) - 1].encode()[: node.end_col_offset].decode()
        return self._places.place(first, node.col_offset), self._places.place(node.end_lineno or first, len(last))

    def definitions(self) -> list[ast.stmt]:
        """The statements that are to be turned."""
        return [node for node in self.tree.body if set(names(node)) & self.turned]

    def refusal(self, line: int, why: str) -> DocumentError:
        """Make the error of a line."""
        return DocumentError(f"{self.path}:{line} has no blocking twin: {why}")


def names(node: ast.stmt) -> list[str]:
    """Names that a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)]
    return [node.target.id] if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else []


def defined(module: Path) -> set[str]:
    """Read which names a module defines or imports; it is never imported itself.

    Args:
        module: Its folder, or its file without the ending.

    Returns:
        The names, none where there is no such module.
    """
    file = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    # What a module imports can be imported from it as well.
    found = {one.asname or one.name for node in imported for one in node.names}
    return found | {name for node in tree.body for name in names(node)}


def mentioned(node: ast.AST) -> set[str]:
    """Names that a piece of code uses."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def sources() -> list[AsyncSource]:
    """Read every module that has a twin."""
    found = [AsyncSource(path) for path in (*OTHERS, *sorted(FLOWS.glob("*.py")))]
    return [source for source in found if source.turned]


def flows(every: Iterable[AsyncSource]) -> dict[str, AsyncSource]:
    """Say where the async classes are that stand on top of generated ones, by their names."""
    return {
        node.name: source
        for source in every
        for node in source.definitions()
        if isinstance(node, ast.ClassDef) and node.name.startswith("Async")
    }


def write(every: list[AsyncSource], output: Path) -> None:
    """Write all twins.

    Args:
        every: The async modules.
        output: Folder of the freshly generated package.

    Raises:
        DocumentError: Something has no blocking form.
    """
    home = output / "blocking"
    home.mkdir()
    (home / "__init__.py").write_text('"""The blocking client and its flows, generated from their async sources."""\n')
    turner = Turner(every, output)
    for source in every:
        (home / f"{source.path.rsplit('/', 1)[1]}").write_text(turner.twin(source), encoding="utf-8")


class Turner:
    """Turns modules over.

    Args:
        every: All modules that have a twin.
        generated: Folder of the freshly generated package.
    """

    def __init__(self, every: list[AsyncSource], generated: Path) -> None:
        self._every = {source.module: source for source in every}
        self._homes = {"infino": ROOT / "infino", "infino_api": generated}
        self._known: dict[str, set[str]] = {}

    def twin(self, source: AsyncSource) -> str:
        """Write the twin of one module; the formatter leaves out the imports that it does not need."""
        # All of it first, so that a refusal is raised before any part of the twin is put together.
        changes = list(self._changes(source))
        checked = [line for node in source.tree.body if isinstance(node, ast.If) for line in node.body]
        summary = (ast.get_docstring(source.tree) or "").split("\n", 1)[0]
        parts = [
            f'"""{summary}\n\nGenerated from {source.path}; changes belong there.\n"""',
            "from __future__ import annotations",
            *self._imports(source, source.tree.body),
            "\n    ".join(["if TYPE_CHECKING:", *self._imports(source, checked)]) if checked else "",
        ]
        bodies = [apply(source.text, changes, *source.span(node)) for node in source.definitions()]
        return "\n".join(parts) + "\n\n\n" + "\n\n\n".join(bodies) + "\n"

    def _imports(self, source: AsyncSource, body: list[ast.stmt]) -> Iterator[str]:
        """Imports of a module, each from where its blocking form is, and what its twin shares with it."""
        used = {name for node in source.definitions() for name in mentioned(node)}
        for node in body:
            if isinstance(node, ast.Import) and [one.name for one in node.names] != ["asyncio"]:
                yield ast.unparse(node)
            elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
                yield from self._import(source, node)
            for name in names(node):
                if name in used and name not in source.turned:
                    yield f"from {source.module} import {word(name)}"

    def _import(self, source: AsyncSource, node: ast.ImportFrom) -> Iterator[str]:
        for one in node.names:
            module, name = str(node.module), word(one.name)
            if name != one.name:
                module = MODULES.get(module, module)
            other = self._every.get(module)
            if other is not None and one.name in other.turned:
                module = other.twin
            # Looked up now: the twin would fail only where it is imported, and say nothing of its source.
            elif name != one.name and name not in self._defined(module):
                raise source.refusal(node.lineno, f"{module} has no {name}, the blocking form of {one.name}")
            yield f"from {module} import {name}" + (f" as {word(one.asname)}" if one.asname else "")

    def _defined(self, module: str) -> set[str]:
        """Names that a module offers; ours are read, and never imported."""
        if module not in self._known:
            # Our own modules are parsed (see AsyncSource); those of others, such as contextlib, may be imported.
            top, *rest = module.split(".")
            if top not in self._homes:
                return set(dir(importlib.import_module(module)))
            self._known[module] = defined(self._homes[top].joinpath(*rest))
        return self._known[module]

    def _changes(self, source: AsyncSource) -> Iterator[Edit]:
        """Everything that changes in the definitions of a module."""
        # Spans that are replaced or taken out as a whole: a word-by-word edit inside one would overlap it.
        done: list[tuple[int, int]] = []
        for node in (one for definition in source.definitions() for one in ast.walk(definition)):
            if isinstance(node, ast.ImportFrom):
                done.append(source.span(node))
                yield Edit(*done[-1], ("\n" + " " * node.col_offset).join(self._import(source, node)))
            elif isinstance(node, ast.ClassDef):
                for double in self._doubles(source, node):
                    done.append(source.span(double))
                    yield Edit(*done[-1], "")
        spans = [source.span(node) for node in source.definitions()]
        for edit in edits(source.text, _docstrings(source.tree), source.refusal, spans):
            if not any(start <= edit.start and edit.end <= end for start, end in done):
                yield edit

    def _doubles(self, source: AsyncSource, kind: ast.ClassDef) -> Iterator[ast.stmt]:
        """`aclose` beside `close` is the same method once both are blocking; any other double is refused."""
        methods = [node for node in kind.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        plain = {node.name for node in methods if word(node.name) == node.name}
        for node in methods:
            if word(node.name) != node.name and word(node.name) in plain:
                if node.name != "aclose":
                    raise source.refusal(node.lineno, f"{node.name} and {word(node.name)} become one method")
                yield node


def _docstrings(tree: ast.Module) -> set[tuple[int, int]]:
    """Places of the docstrings, as line and column."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                found.add((first.lineno, first.col_offset))
    return found
