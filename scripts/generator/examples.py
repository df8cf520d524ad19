"""Examples of docstrings: shown as a session, turned into their async form, and checked against signatures."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .document import DocumentError, words

ROOT = "client"
_PLAIN: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "bytes": (bytes,),
    "None": (type(None),),
}
_MADE = words("Decimal UUID Unset date datetime")
"""Types of annotations that no literal has, as models are; of any other name nothing is known."""
_OPTIONS = words("timeout headers retry extra_query extra_body")
"""What every method takes, see infino/runtime/options.py."""
_HOLDERS = {"Sequence": (list, tuple), "list": (list,), "Mapping": (dict,), "dict": (dict,)}


def session(code: str) -> str:
    """Show code as it is typed into an interactive session.

    Args:
        code: Python.

    Returns:
        The same lines with prompts.
    """
    # Lines that go on with a statement have the other prompt, whatever their indent is.
    inside = {line for one in ast.parse(code).body for line in range(one.lineno + 1, (one.end_lineno or 0) + 1)}
    return "\n".join(f"{'...' if n in inside else '>>>'} {line}" for n, line in enumerate(code.split("\n"), 1))


def awaited(shown: str, iterated: Mapping[str, str]) -> str:
    """Turn the example of a blocking method into that of its async twin.

    Args:
        shown: Lines as in an interactive session, with prompts and what is printed.
        iterated: The operations that are gone through, each with `page` or `stream`.

    Returns:
        The same lines for asyncio.

    Raises:
        DocumentError: They are not Python.
    """
    made = []
    try:
        for part in doctest.DocTestParser().get_examples(shown):
            first, *more = _awaited(part.source, iterated).split("\n")
            made += [f">>> {first}", *(f"... {line}" for line in more), *part.want.splitlines()]
    except (ValueError, SyntaxError) as error:
        raise DocumentError(f"an example is not Python: {error}") from error
    return "\n".join(made)


def _awaited(source: str, iterated: Mapping[str, str]) -> str:
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    # In bytes, because `ast` counts the columns of UTF-8.
    lines = source.encode().splitlines()
    changes: list[tuple[int, int, bytes]] = []
    for call, name in calls(tree):
        kind, node, holder = iterated.get(name, ""), call, parents[call]
        if isinstance(holder, ast.For | ast.comprehension) and holder.iter is call and kind:
            line, column = _start(holder, lines)
            changes.append((line, column, b"async "))
            if kind == "page":
                continue
        elif isinstance(holder, ast.withitem) and kind:
            changes.append((parents[holder].lineno - 1, parents[holder].col_offset, b"async "))
        elif kind == "page" and isinstance(holder, ast.Attribute) and isinstance(parents[holder], ast.Call):
            node = parents[holder]  # a method of the page is what has to be waited for
        start, end = (
            (node.lineno - 1, node.col_offset),
            ((node.end_lineno or node.lineno) - 1, node.end_col_offset or 0),
        )
        # `await` binds weaker than a dot, so what goes on needs brackets.
        goes_on = isinstance(parents[node], ast.Attribute | ast.Subscript)
        changes += [(*end, b")"), (*start, b"(await ")] if goes_on else [(*start, b"await ")]
    # From the end, so that places in front of a change stay true.
    for line, column, text in sorted(changes, reverse=True):
        lines[line] = lines[line][:column] + text + lines[line][column:]
    return b"\n".join(lines).decode()


def _start(loop: ast.For | ast.comprehension, lines: list[bytes]) -> tuple[int, int]:
    """Return where the `for` of a loop stands; that of a comprehension is the word before its target."""
    if isinstance(loop, ast.For):
        return loop.lineno - 1, loop.col_offset
    line = loop.target.lineno - 1
    return line, lines[line].rfind(b"for", 0, loop.target.col_offset)


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Go through the calls of methods of the client, as in `client.query.sql(...)`, each with its operation."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            steps, owner = [], node.func
            while isinstance(owner, ast.Attribute):
                steps.append(owner.attr)
                owner = owner.value
            if steps and isinstance(owner, ast.Name) and owner.id == ROOT:
                yield node, ".".join(reversed(steps)) if len(steps) > 1 else f"{ROOT}.{steps[0]}"


def faults(code: str, name: str, signatures: Mapping[str, str], classes: Iterable[str]) -> Iterator[str]:
    """Say what is wrong with an example.

    Args:
        code: The example.
        name: The operation that it is of.
        signatures: The parameters of each operation as code.
        classes: Names of the models.

    Yields:
        One sentence for each fault.
    """
    try:
        found = list(calls(ast.parse(code)))
    except (SyntaxError, ValueError) as error:
        yield f"is not Python: {error}"
        return
    if all(called != name for _, called in found):
        yield f"does not call client.{name.removeprefix(f'{ROOT}.')}"
    made = _MADE.union(classes)
    for call, called in found:
        if called in signatures:
            yield from (f"{ast.unparse(call.func)}: {one}" for one in _misuse(call, signatures[called], made))


def _misuse(call: ast.Call, signature: str, made: frozenset[str]) -> Iterator[str]:
    function = ast.parse(f"def f({signature}): ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    taken = function.args
    if any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords):
        return
    if len(call.args) > len(taken.args):
        yield f"takes {len(taken.args)} arguments by position, and {len(call.args)} are given"
    parameters = {one.arg: one for one in (*taken.args, *taken.kwonlyargs)}
    given = dict(zip([one.arg for one in taken.args], call.args, strict=False))
    for one in call.keywords:
        if one.arg in given:
            yield f"{one.arg} is given twice"
        elif one.arg not in {*parameters, *_OPTIONS}:
            yield f"has no parameter {one.arg}"
        given[str(one.arg)] = one.value
    needed = {one.arg for one in taken.args[: len(taken.args) - len(taken.defaults)]}
    needed |= {one.arg for one, default in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if default is None}
    yield from (f"needs {one}" for one in sorted(needed - given.keys()))
    for one in (name for name in parameters if name in given):
        annotation = parameters[one].annotation
        try:
            value = ast.literal_eval(given[one])
        except ValueError:
            continue
        if annotation is not None and not _fits(value, annotation, made):
            yield f"{one}={value!r} is not {ast.unparse(annotation)}"


def fits(value: Any, annotation: str, classes: Iterable[str]) -> bool:
    """Tell whether a type checker takes a literal.

    Args:
        value: What the literal stands for.
        annotation: The annotation of a parameter.
        classes: Names of models in it.
    """
    return _fits(value, ast.parse(annotation, mode="eval").body, _MADE.union(classes))


def _fits(value: Any, node: ast.expr, made: frozenset[str]) -> bool:
    match node:
        case ast.BinOp():
            return _fits(value, node.left, made) or _fits(value, node.right, made)
        case ast.Constant():
            return value is None and node.value is None
        case ast.Name():
            plain = _PLAIN.get(node.id)
            if plain is None:
                return node.id not in made
            return isinstance(value, plain) and (bool in plain or not isinstance(value, bool))
        case ast.Subscript(value=ast.Name(id="Literal")):
            return any(value == word and type(value) is type(word) for word in _words(node.slice))
        case ast.Subscript(value=ast.Name(id=holder)) if isinstance(value, _HOLDERS.get(holder, ())):
            if isinstance(value, dict) and isinstance(node.slice, ast.Tuple):
                key, item = node.slice.elts
                return all(_fits(one, key, made) and _fits(held, item, made) for one, held in value.items())
            return all(_fits(one, node.slice, made) for one in value)
    return False


def _words(node: ast.expr) -> tuple[Any, ...]:
    found = ast.literal_eval(node)
    return found if isinstance(found, tuple) else (found,)
