"""Plans written by hand: one function gives signature and docstring of the four methods that are made of it.

The module is parsed and never imported, so that generating needs neither the package nor what it stands on.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .docstrings import DEPRECATED, FAILED, OPTIONS
from .document import DocumentError
from .examples import awaited

ROOT = Path(__file__).resolve().parents[2]
_SECTIONS = ("Args", "Returns", "Raises", "Examples")


@dataclass(frozen=True)
class HandPlan:
    """What a method takes from a plan written by hand.

    Attributes:
        module: Where the plan is.
        name: Its name.
        signature: Its parameters as code.
        given: The parameters as they are handed on.
        value: What its call gives.
        imports: Import lines that its annotations need.
        text: Its docstring.
    """

    module: str
    name: str
    signature: str
    given: str
    value: str
    imports: tuple[str, ...]
    text: str

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.text.split("\n", 1)[0]

    def lines(self, iterated: Mapping[str, str] | None, deprecated: bool) -> list[str]:
        """Lay out the docstring of a method.

        Args:
            iterated: What is gone through, where the client of its example is the async one; see `examples`.
            deprecated: Whether the operation may go away.

        Returns:
            Lines without indent.
        """
        head, parts = _sections(self.text)
        # What is the same for every method is added here, so that no plan has to say it.
        parts["Args"] = f"{parts['Args']}\n**options: {OPTIONS}".strip()
        parts["Raises"] = f"{parts['Raises']}\n{FAILED}".strip()
        if iterated is not None:
            parts["Examples"] = awaited(parts["Examples"], iterated)
        made = [head, DEPRECATED] if deprecated else [head]
        for name in _SECTIONS:
            indented = "\n".join(f"    {line}".rstrip() for line in parts[name].splitlines())
            made.append(f"{name}:\n{indented}")
        return "\n\n".join(made).replace("\\", "\\\\").splitlines()


def read(module: str, name: str, taken: frozenset[str]) -> HandPlan:
    """Read one plan.

    Args:
        module: Dotted name of its module.
        name: Name of the function.
        taken: Names that a parameter must not have.

    Returns:
        What the methods take from it.

    Raises:
        DocumentError: There is no such function, or no method can be made of it.
    """
    where = f"x-infino-plan {module}.{name}"
    path = ROOT / (module.replace(".", "/") + ".py")
    if not path.is_file():
        raise DocumentError(f"{where}: there is no module {module}")
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise DocumentError(f"{where}: {path.name}:{error.lineno} is not Python: {error.msg}") from error
    found = next((one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name), None)
    if found is None:
        raise DocumentError(f"{where}: the module has no function {name}")
    problem = _problem(found, taken)
    if problem:
        raise DocumentError(f"{where}: {problem}")
    assert isinstance(found.returns, ast.Subscript)
    parameters = [*found.args.args, *found.args.kwonlyargs]
    annotations = [one.annotation for one in parameters if one.annotation]
    return HandPlan(
        module,
        name,
        ast.unparse(found.args),
        ", ".join([*(one.arg for one in found.args.args), *(f"{one.arg}={one.arg}" for one in found.args.kwonlyargs)]),
        ast.unparse(found.returns.slice),
        _imports(tree, module, [*annotations, found.returns.slice], where),
        inspect.cleandoc(ast.get_docstring(found) or ""),
    )


def _problem(found: ast.FunctionDef, taken: frozenset[str]) -> str:
    """Say why no method can be made of a function; empty when one can."""
    given = found.args
    parameters = [*given.args, *given.kwonlyargs]
    names = [one.arg for one in parameters]
    returns = found.returns
    if given.vararg or given.kwarg or given.posonlyargs:
        return "it may take no *args, **kwargs or positional-only parameters"
    if not (isinstance(returns, ast.Subscript) and isinstance(returns.value, ast.Name) and returns.value.id == "Call"):
        return "it must return Call[...]"
    if any(one.annotation is None for one in parameters):
        return "every parameter needs a type"
    if set(names) & taken:
        return f"the methods need the name {min(set(names) & taken)!r} themselves"
    defaults = [one for one in (*given.defaults, *given.kw_defaults) if one is not None]
    # Defaults are copied as source into another module, where any name in them would be missing.
    if not all(isinstance(one, ast.Constant) for one in defaults):
        return "a default must be a literal"
    if '"""' in (ast.get_docstring(found) or ""):
        return "its docstring holds quotes that would end it"
    _, parts = _sections(inspect.cleandoc(ast.get_docstring(found) or ""))
    described = re.findall(r"^(\w+): ", parts["Args"], re.MULTILINE)
    # The order counts as well: the docstring is copied, and its readers expect that of the signature.
    if described != names:
        return f"its docstring describes {', '.join(described) or 'nothing'} and not {', '.join(names)}"
    if not parts["Returns"] or not parts["Examples"]:
        return "its docstring needs Returns and Examples"
    return ""


def _sections(text: str) -> tuple[str, dict[str, str]]:
    """Split a docstring into its head and its sections, without their indent."""
    head, *rest = re.split(r"\n\n(?=(?:" + "|".join(_SECTIONS) + r"):\n)", text)
    parts = dict.fromkeys(_SECTIONS, "")
    for one in rest:
        name, body = one.split(":\n", 1)
        parts[name] = inspect.cleandoc("\n" + body)
    return head, parts


def _imports(tree: ast.Module, module: str, annotations: list[ast.expr], where: str) -> tuple[str, ...]:
    """Say where the names of annotations come from: the imports of the module, or the module itself."""
    homes: dict[str, str] = {}
    # Names of annotations alone are imported below `if TYPE_CHECKING`.
    bodies = [tree.body, *(one.body for one in tree.body if isinstance(one, ast.If))]
    for line in (line for body in bodies for line in body):
        if isinstance(line, ast.ImportFrom):
            for one in line.names:
                # `import name as name` is how a module says that others may import it.
                spelt = one.name if one.asname in (None, one.name) else f"{one.name} as {one.asname}"
                homes[one.asname or one.name] = f"from {line.module} import {spelt}"
        elif isinstance(line, ast.ClassDef):
            homes[line.name] = f"from {module} import {line.name}"
        elif isinstance(line, ast.Assign | ast.AnnAssign):
            target = line.targets[0] if isinstance(line, ast.Assign) else line.target
            if isinstance(target, ast.Name):
                homes[target.id] = f"from {module} import {target.id}"
    words = {node.id for one in annotations for node in ast.walk(one) if isinstance(node, ast.Name)}
    unknown = sorted(word for word in words - set(homes) if not hasattr(builtins, word))
    if unknown:
        raise DocumentError(f"{where}: nothing says where {', '.join(unknown)} comes from")
    return tuple(sorted(homes[word] for word in words if word in homes))
