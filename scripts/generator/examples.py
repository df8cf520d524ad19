"""Examples of docstrings, turned from their blocking form into the async one."""

from __future__ import annotations

import ast
import doctest

from .document import DocumentError


def awaited(shown: str) -> str:
    """Put `await` before every call of the client.

    Args:
        shown: Lines as in an interactive session, with prompts and what is printed.

    Returns:
        The same lines for asyncio.

    Raises:
        DocumentError: They are not Python.
    """
    made = []
    try:
        for part in doctest.DocTestParser().get_examples(shown):
            first, *more = _awaited(part.source).splitlines()
            made += [f">>> {first}", *(f"... {line}" for line in more), *part.want.splitlines()]
    except (ValueError, SyntaxError) as error:
        raise DocumentError(f"an example is not Python: {error}") from error
    return "\n".join(made)


def _awaited(source: str) -> str:
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_of_client(node.func)]
    lines = source.encode().splitlines()
    # From the end, so that places in front of a change stay true.
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        goes_on = isinstance(parents[call], ast.Attribute | ast.Subscript)
        last, end = (call.end_lineno or call.lineno) - 1, call.end_col_offset or 0
        if goes_on:
            lines[last] = lines[last][:end] + b")" + lines[last][end:]
        line = lines[call.lineno - 1]
        lines[call.lineno - 1] = line[: call.col_offset] + b"(await "[not goes_on :] + line[call.col_offset :]
    return b"\n".join(lines).decode()


def _is_of_client(node: ast.expr) -> bool:
    """Whether it is a method of a resource or of the client, as in `client.query.sql`."""
    depth = 0
    while isinstance(node, ast.Attribute):
        node, depth = node.value, depth + 1
    return depth > 0 and isinstance(node, ast.Name) and node.id == "client"
