"""Docstrings of generated code; nothing of the document can end the string it stands in."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from openapi_python_client.strings import safe_for_docstring

from .arguments import Argument
from .document import Node

WIDTH = 96
OPTIONS = "`timeout`, `headers` and `retry` of this call; see `CallOptions`."
FAILED = "InfinoError: The call failed; the subclass tells how."
_REPEATS = {
    "safe": "",
    "keyed": "Repeated after a lost answer only when every record has an id.",
    "never": "Not repeated once it may have been processed.",
}


@dataclass(frozen=True)
class Parts:
    """What the docstring of a method is made of, already safe."""

    summary: str
    description: str
    arguments: list[tuple[str, str]]
    returns: str
    errors: list[str]
    example: list[str]


class Described(Protocol):
    """A field with a name and a text."""

    @property
    def name(self) -> str: ...

    @property
    def text(self) -> str: ...


def inline(text: str) -> str:
    """Return text as one safe line.

    Args:
        text: Any string of the document.

    Returns:
        The text on one line, escaped for a docstring.
    """
    safe = safe_for_docstring(" ".join(text.split()))
    before = safe[:-1]
    backslashes = len(before) - len(before.rstrip("\\"))
    return before + '\\"' if safe.endswith('"') and backslashes % 2 == 0 else safe


def parts(operation: Node, arguments: list[Argument]) -> Parts:
    """Gather what a method's docstring says.

    Args:
        operation: The operation.
        arguments: Its arguments.

    Returns:
        The parts, safe for a docstring.
    """
    description = operation.get("description", "")
    summary = str(operation["summary"]).rstrip(".") + "."
    notes = [_REPEATS[operation["x-infino-retry"]]]
    if operation.get("x-infino-experimental"):
        notes.append("Experimental: only unreleased gateways answer this.")
    note = " ".join(filter(None, notes))
    return Parts(
        summary=inline(summary),
        description=inline(f"{description} {note}".strip()) if f"{description}".strip() != summary else inline(note),
        arguments=[(one.name, inline(one.text)) for one in arguments],
        returns=inline(_returns(operation)),
        errors=_errors(arguments),
        example=_example(operation, arguments),
    )


def _returns(operation: Node) -> str:
    for code, response in operation["responses"].items():
        if str(code).startswith("2") and "description" in response:
            return str(response["description"])
    return "The answer."


def _errors(arguments: list[Argument]) -> list[str]:
    checked = any(one.place == "path" for one in arguments)
    found = [FAILED]
    return ["ParameterError: If a name can't be part of a URL.", *found] if checked else found


def _example(operation: Node, arguments: list[Argument]) -> list[str]:
    given = operation.get("x-infino-example")
    if given:
        return [safe_for_docstring(line) for line in str(given).rstrip().splitlines()]
    shown = ", ".join(_sample(one) for one in arguments if one.required)
    return [f"client.{operation['x-infino-resource']}.{operation['x-infino-method']}({shown})"]


def _sample(argument: Argument) -> str:
    kind = argument.type.argument
    if argument.example:
        value = safe_for_docstring(repr(argument.example).replace("'", '"'))
    else:
        value = '"..."' if kind.startswith("str") else "10" if kind in ("int", "float") else "{}"
    return value if argument.positional else f"{argument.name}={value}"


def model_lines(text: str, fields: Iterable[Described]) -> list[str]:
    """Return the docstring lines of a model.

    Args:
        text: Description of the schema.
        fields: Its attributes.

    Returns:
        Lines without indent.
    """
    lines = wrap(inline(text), "")
    listed = [line for one in fields for line in wrap(f"{one.name}: {one.text}", "    ")]
    return [*lines, "", "Attributes:", *listed]


def wrap(text: str, indent: str) -> list[str]:
    """Wrap safe text, hanging by four spaces.

    Args:
        text: Safe text on one line.
        indent: What each line starts with.

    Returns:
        The lines.
    """
    hanging = f"{indent}    " if indent else ""
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    ) or [indent.rstrip()]


def lines(found: Parts, awaited: str = "") -> list[str]:
    """Lay out the docstring of a method.

    Args:
        found: Its parts.
        awaited: `await` or `async for` for the example of an async method, else empty.

    Returns:
        Lines without indent, the first being the summary.
    """
    made = [found.summary, ""]
    if found.description:
        made += [*wrap(found.description, ""), ""]
    made += ["Args:"]
    for name, text in (*found.arguments, ("**options", OPTIONS)):
        made += wrap(f"{name}: {text}", "    ")
    made += ["", "Returns:", *wrap(found.returns, "    "), "", "Raises:"]
    for line in found.errors:
        made += wrap(line, "    ")
    made += ["", "Example:", *_shown(found.example, awaited)]
    return made


def _shown(example: list[str], awaited: str) -> list[str]:
    shown = []
    for number, line in enumerate(example):
        mark = "..." if number and line.startswith((" ", "\t")) else ">>>"
        shown.append(f"    {mark} {_awaited(line, awaited)}")
    return shown


def _awaited(line: str, mode: str) -> str:
    """Turn a line of a sync example into its async form."""
    if mode == "async for":
        spelt = re.sub(r"\bfor (?=\w+ in client\.)", "async for ", line)
        return spelt if spelt != line else line.replace("client.", "await client.", 1)
    if mode == "await":
        called = r"client\.[\w.]+\(.*\)"
        spelt = re.sub(rf"{called}(?=\.\w)", r"(await \g<0>)", line)
        return spelt if spelt != line else line.replace("client.", "await client.", 1)
    return line
