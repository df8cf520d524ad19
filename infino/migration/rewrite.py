"""Finds calls of the old SDK in Python files, says the new ones, and writes them when asked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from infino.core.errors import ValidationError
from infino.core.extras import require
from infino.core.redaction import printable_lines
from infino.migration.table import NEW_CALLS

if TYPE_CHECKING:
    import libcst

# What the new calls need to be told of the old ones: the names of their arguments in order.
_HOLE = re.compile(r"\{(\w+)\}")


@attrs.frozen
class OldCall:
    """One call of the old SDK.

    Args:
        path: File.
        line: Line, from 1.
        old: The call as it stands there.
        new: The call of the new client.
    """

    path: Path
    line: int
    old: str
    new: str

    def __str__(self) -> str:
        return printable_lines(f"{self.path}:{self.line}: {self.old}\n    {self.new}")


def find(paths: Sequence[Path]) -> Iterator[OldCall]:
    """Look for calls of the old SDK.

    Args:
        paths: Python files, or folders that hold them.

    Yields:
        Each call with its place.

    Raises:
        MissingDependencyError: libcst is not installed.
        ValidationError: A file is not Python 3.

    Examples:
        >>> for call in find([Path("scripts")]):
        ...     print(call)
    """
    for path in files(paths):
        yield from _rewrite(path)[0]


def write(path: Path) -> list[OldCall]:
    """Write the new calls into a file. What an answer is used for stays to be looked at: it is typed now.

    Args:
        path: The file.

    Returns:
        The calls that were replaced.
    """
    calls, text = _rewrite(path)
    if calls:
        path.write_bytes(text)
    return calls


def files(paths: Sequence[Path]) -> Iterator[Path]:
    """The Python files that paths name.

    Args:
        paths: Files, and folders that are looked through.

    Yields:
        Each file; below a folder none of an environment, of installed packages or of a hidden folder.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, below, names in os.walk(path):
            below[:] = sorted(
                one
                for one in below
                if not one.startswith(".") and one != "site-packages" and not Path(folder, one, "pyvenv.cfg").exists()
            )
            yield from (Path(folder, name) for name in sorted(names) if name.endswith(".py"))


def old_arguments() -> Mapping[str, list[str]]:
    """Names of the arguments of each old method, in order."""
    import inspect

    from infino_sdk import InfinoSDK

    return {name: list(inspect.signature(getattr(InfinoSDK, name)).parameters)[1:] for name in NEW_CALLS}


def new_call(old: str, arguments: Sequence[tuple[str | None, str]]) -> str:
    """Write the new form of one call.

    Args:
        old: Name of the old method.
        arguments: Keyword (None for a positional one) and source of each argument.

    Returns:
        Source of the new call.

    Examples:
        >>> new_call("query_dataset_in_promql", [(None, "'up'")])
        "client.query.promql('up')"
    """
    order = old_arguments()[old]
    given = {
        name or order[place]: source for place, (name, source) in enumerate(arguments) if name or place < len(order)
    }
    head, _, rest = NEW_CALLS[old].partition("(")
    kept = []
    for part in filter(None, (one.strip() for one in rest.removesuffix(")").split(", "))):
        holes = _HOLE.findall(part)
        if all(hole in given for hole in holes):
            kept.append(_HOLE.sub(lambda hole: given[hole[1]], part))
    return f"{head}({', '.join(kept)})"


def _rewrite(path: Path) -> tuple[list[OldCall], bytes]:
    cst = require("libcst", "migrate", "infino migrate")
    metadata: Any = require("libcst.metadata", "migrate", "infino migrate")
    try:
        wrapper = metadata.MetadataWrapper(cst.parse_module(path.read_bytes()))
    except (cst.ParserSyntaxError, UnicodeDecodeError, SyntaxError) as error:
        reason = " ".join(str(error).split())
        raise ValidationError(f"{path} cannot be read as Python 3: {reason}") from None
    found: list[OldCall] = []
    module = wrapper.module
    names = _clients(module, cst)

    class Calls(cst.CSTTransformer):  # type: ignore[misc, name-defined]  # a class of an optional library
        METADATA_DEPENDENCIES = (metadata.PositionProvider,)

        def leave_Call(self, original: libcst.Call, updated: libcst.Call) -> Any:  # noqa: N802 - libcst calls it by this name
            # Of the original: only its nodes have places, and only its names are those of the old SDK.
            function: Any = original.func
            if not isinstance(function, cst.Attribute) or function.attr.value not in NEW_CALLS:
                return updated
            owner = module.code_for_node(function.value)
            if owner not in names:
                return updated
            # Of the updated call: libcst leaves inner nodes first, so old calls among the arguments are new by now.
            arguments = [
                (one.keyword.value if one.keyword else None, one.star + module.code_for_node(one.value))
                for one in updated.args
            ]
            new = new_call(function.attr.value, arguments).replace("client.", f"{owner}.", 1)
            line = self.get_metadata(metadata.PositionProvider, original).start.line
            found.append(OldCall(path, line, module.code_for_node(original), new))
            return cst.parse_expression(new)

    return found, wrapper.visit(Calls()).bytes


def _clients(module: Any, cst: Any) -> set[str]:
    """Names that hold an `InfinoSDK`: what it is assigned to, `with ... as`, annotated parameters, and `sdk`."""
    # What the old documentation calls it, for files in which it is made elsewhere.
    names = {"sdk", "self.sdk"}

    class Names(cst.CSTVisitor):  # type: ignore[misc]  # a class of an optional library
        def visit_Assign(self, node: Any) -> None:  # noqa: N802 - libcst calls it by this name
            if _makes_client(node.value, module):
                names.update(module.code_for_node(one.target) for one in node.targets)

        def visit_WithItem(self, node: Any) -> None:  # noqa: N802 - libcst calls it by this name
            if _makes_client(node.item, module) and node.asname is not None:
                names.add(module.code_for_node(node.asname.name))

        def visit_Param(self, node: Any) -> None:  # noqa: N802 - libcst calls it by this name
            if node.annotation and "InfinoSDK" in module.code_for_node(node.annotation.annotation):
                names.add(node.name.value)

    module.visit(Names())
    return names


def _makes_client(node: Any, module: Any) -> bool:
    return bool(re.match(r"(\w+\.)*InfinoSDK(\.new(_with_retry)?)?\(", module.code_for_node(node)))
