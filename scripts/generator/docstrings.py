"""Docstrings of generated code; nothing of the document can end the string it stands in."""

from __future__ import annotations

import base64
import binascii
import json
import re
import textwrap
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from . import examples
from .arguments import Argument
from .document import Node, words
from .parser import safe_for_docstring

WIDTH = 96
OPTIONS = "`timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`."
DEPRECATED = "Deprecated: it may go away."
FAILED = "InfinoError: The call failed; the subclass tells how."
_REPEATS = {
    "safe": "",
    "keyed": "Repeated after a lost answer only when every record has an id.",
    "never": "Not repeated once it may have been processed.",
}
_PAGED = (
    "Further pages are read while iterating, until one is empty. What is deleted meanwhile moves what follows it, so "
    "that items may be passed over: take `.all()` first, then delete."
)
_TYPED_FORMATS = words("date date-time uuid decimal byte binary password int32 int64 uint32 uint64 float double char")
"""Formats that the type says, or that Python's numbers have no need of."""
_VERBATIM = re.compile(r"\s*([-*+] |\d+[.)] |\||>|#)|\s{4}")
_FENCE = re.compile(r"\s*(```|~~~)")


@dataclass(frozen=True)
class DocstringParts:
    """What the docstring of a method is made of, already safe but for the example."""

    summary: str
    description: list[str]
    arguments: list[tuple[str, str]]
    returns: str
    errors: list[str]
    example: str


class Described(Protocol):
    """A field with a name and a text."""

    @property
    def name(self) -> str: ...

    @property
    def text(self) -> str: ...


def safe(text: str) -> str:
    """Return one line of text, escaped for a docstring.

    Args:
        text: Any text without line breaks.
    """
    found = safe_for_docstring(text).replace("\n", "")
    # A quote at the end would join the three that close the docstring; an odd number of backslashes escapes it already.
    before = found[:-1]
    backslashes = len(before) - len(before.rstrip("\\"))
    return before + '\\"' if found.endswith('"') and backslashes % 2 == 0 else found


def inline(text: str) -> str:
    """Return text as one safe line.

    Args:
        text: Any string of the document.

    Returns:
        The text on one line, escaped for a docstring.
    """
    return safe(" ".join(text.split()))


def block(text: str) -> list[str]:
    """Return a description as safe lines: paragraphs wrapped, lists, tables and code blocks as they are.

    Args:
        text: Any string of the document.

    Returns:
        Lines without indent.
    """
    made: list[str] = []
    paragraph: list[str] = []
    fenced = False

    def finish() -> None:
        if paragraph:
            made.extend(wrap(inline(" ".join(paragraph)), ""))
            paragraph.clear()

    for line in re.split(r"\r\n|[\n\r]", text.strip()):
        fence = _FENCE.match(line)
        if fenced or fence or _VERBATIM.match(line):
            finish()
            made.append(safe(line.rstrip()))
            fenced = fenced != bool(fence)
        elif line.strip():
            paragraph.append(line.strip())
        else:
            finish()
            made.append("")
    finish()
    return made


def parts(
    operation: Node,
    name: str,
    retry: str,
    arguments: list[Argument],
    returns: str,
    refusals: list[tuple[str, str]],
    paged: bool,
    body: str,
) -> DocstringParts:
    """Gather what a method's docstring says.

    Args:
        operation: The operation.
        name: Resource and method.
        retry: What may be repeated of it.
        arguments: Its arguments.
        returns: What it answers.
        refusals: Refusals of its own, by status.
        paged: True when it answers page by page.
        body: What is said of its body, where that is several arguments.

    Returns:
        The parts, safe for a docstring.
    """
    description = str(operation.get("description", "")).strip()
    first = description.split("\n")[0]
    summary = " ".join(str(operation.get("summary") or first or f"Call {name}").split()).rstrip(".") + "."
    notes = [_REPEATS[retry]]
    # Before all else: whoever reads only one line of the notes should read this.
    if operation.get("deprecated"):
        notes.insert(0, DEPRECATED)
    if operation.get("x-infino-experimental"):
        notes.append("Experimental: only unreleased gateways answer this.")
    if paged:
        notes.append(_PAGED)
    notes += elsewhere(operation)
    lines = block(description) if description and description.rstrip(".") != summary.rstrip(".") else []
    note = wrap(inline(" ".join(filter(None, notes))), "")
    if (
        lines
        and note != [""]
        and "\n\n" not in description
        and not _VERBATIM.match(lines[-1])
        and "```" not in lines[-1]
    ):
        lines = wrap(inline(f"{description} {' '.join(filter(None, notes))}"), "")
    elif note != [""]:
        lines += [*([""] if lines else []), *note]
    if body:
        lines += [*([""] if lines else []), *block(f"The body: {body}")]
    return DocstringParts(
        summary=inline(summary),
        description=lines,
        arguments=[(one.name, inline(argument_text(one))) for one in arguments],
        returns=inline(returns),
        errors=_errors(arguments, refusals),
        example=_example(operation, name, arguments),
    )


def argument_text(one: Argument) -> str:
    """Return what is said of an argument: its description, limits, default and whether it is deprecated.

    Args:
        one: The argument.
    """
    schema = dict(one.schema or {})
    own = [str(schema.pop("title", "")).strip(), str(schema.get("description", "")).strip()]
    # The schema often repeats what the argument says.
    more = [f"{text.removesuffix('.')}." for text in own if text not in f"{one.name} {one.text}"]
    schema["description"] = " ".join([one.text, *more])
    if one.deprecated:
        schema["deprecated"] = True
    return field_text({key: item for key, item in schema.items() if key not in ("readOnly", "writeOnly")})


def field_text(schema: Node) -> str:
    """Return what is said of a value: its description, limits, default and whether it is deprecated.

    Args:
        schema: Its schema, with the description of the place of use.
    """
    said = " ".join(str(schema.get("description", "")).split())
    notes = [*_limits(schema), *(f"each {note}" for note in _limits(schema.get("items", {})))]
    notes += [note for key in ("anyOf", "oneOf") for one in schema.get(key, ()) for note in _limits(one)]
    if "default" in schema:
        notes.append(f"the service's default is {_shown_value(schema['default'])}")
    if schema.get("deprecated"):
        said = f"Deprecated. {said}"
    if schema.get("writeOnly"):
        said = f"{said} Only sent, never returned."
    said = " ".join([said, *elsewhere(schema), *examples_of(schema)])
    if not notes:
        return said.strip()
    text = "; ".join(notes)
    return f"{said} {text[0].upper()}{text[1:]}.".strip()


def _limits(schema: Node) -> Iterable[str]:
    for low, high, noun in (
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minProperties", "maxProperties", " entries"),
    ):
        if low in schema and high in schema:
            yield f"{schema[low]} to {schema[high]}{noun}"
        # Text that must not be empty is what everybody expects.
        elif low in schema and not (low == "minLength" and schema[low] == 1):
            yield f"at least {schema[low]}{noun}"
        elif high in schema:
            yield f"at most {schema[high]}{noun}"
    if "exclusiveMinimum" in schema:
        yield f"more than {schema['exclusiveMinimum']}"
    if "exclusiveMaximum" in schema:
        yield f"less than {schema['exclusiveMaximum']}"
    if "multipleOf" in schema:
        yield f"a multiple of {schema['multipleOf']}"
    if "pattern" in schema:
        yield f"of the form `{schema['pattern']}`"
    if schema.get("uniqueItems"):
        yield "each item once"
    if schema.get("format", "date") not in _TYPED_FORMATS:
        yield f"in the format {schema['format']}"


def elsewhere(node: Node) -> list[str]:
    """Name the page that documents more of an operation, an object or a value.

    Args:
        node: What may have a link.
    """
    if "externalDocs" not in node:
        return []
    docs = node["externalDocs"]
    said = " ".join(docs.get("description", "").split())
    return [f"See {docs['url']}: {said}" if said else f"See {docs['url']}."]


def examples_of(node: Node) -> list[str]:
    """Show the examples that stand at a value.

    Args:
        node: A schema, a parameter, a header or a media type.
    """
    several = node.get("examples") or {}
    named = several.values() if isinstance(several, dict) else [{"value": one} for one in several]
    found = [{"value": node["example"]}] if "example" in node else []
    return [_shown_example(one) for one in (*found, *named)]


def _shown_example(node: Node) -> str:
    shown = f"for example `{_shown_value(node['value'])}`" if "value" in node else ""
    said = [" ".join(str(node[key]).split()).removesuffix(".") for key in ("summary", "description") if node.get(key)]
    text = ": ".join([*said, *([shown] if shown else [])])
    return f"{text[:1].upper()}{text[1:]}."


def _shown_value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _errors(arguments: list[Argument], refusals: list[tuple[str, str]]) -> list[str]:
    checked = any(one.place == "path" for one in arguments)
    found = [f"APIError: {code}: {' '.join(text.split())}" for code, text in refusals]
    # The document's own refusals come first: they say more than the general one.
    found = [*map(inline, found), FAILED]
    return ["ParameterError: If a name can't be part of a URL.", *found] if checked else found


def _example(operation: Node, name: str, arguments: list[Argument]) -> str:
    given = operation.get("x-infino-example")
    if given:
        return re.sub(r"\r\n?", "\n", str(given).strip())
    shown = ", ".join(_sample(one) for one in arguments if not one.default)
    return f"client.{name.removeprefix('client.')}({shown})"


def _sample(argument: Argument) -> str:
    value = _sample_value(argument)
    return value if argument.positional else f"{argument.name}={value}"


def _sample_value(argument: Argument) -> str:
    schema, kind = argument.schema or {}, argument.type.argument
    for value in (argument.example, schema.get("const"), *(schema.get("enum") or ())):
        if value is not None and examples.fits(value, kind, (name for _, name in argument.type.models)):
            return _literal(value)
    if kind == "bytes" and isinstance(argument.example, str) and argument.type.kind == "scalar":
        with suppress(binascii.Error):
            return _literal(base64.b64decode(argument.example))
    if argument.type.kind == "file":
        return '"records.csv"' if argument.place == "file" else 'b"..."'
    if argument.type.kind == "array":
        return "[]"
    if argument.type.kind in ("map", "model", "any", "union") and "Mapping" in kind:
        return "{}"
    samples = {
        "str": '"..."',
        "int": "10",
        "float": "10",
        "bool": "True",
        "datetime": '"2026-01-02T03:04:05Z"',
        "date": '"2026-01-02"',
        "UUID": '"7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11"',
        "Decimal": '"1.10"' if "str" in kind else "10",
        "bytes": 'b"..."',
    }
    return samples.get(kind.split(" ")[0], "{}")


def _literal(value: Any) -> str:
    """Return a value as Python code, in double quotes where that needs no escapes."""
    code = repr(value)
    if isinstance(value, str | bytes) and '"' not in code and "\\" not in code and code.endswith("'"):
        return code.replace("'", '"')
    return code


def model_lines(text: str, fields: Iterable[Described], schema: Node) -> list[str]:
    """Return the docstring lines of a model.

    Args:
        text: Description of the schema.
        fields: Its attributes.
        schema: The schema, for whether it may go away and which page documents more of it.

    Returns:
        Lines without indent.
    """
    notes = [*([DEPRECATED] if schema.get("deprecated") else []), *map(inline, elsewhere(schema))]
    lines = [*(block(text) or [""]), *(line for note in notes for line in ("", note))]
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


def lines(found: DocstringParts, example: str) -> list[str]:
    """Lay out the docstring of a method.

    Args:
        found: Its parts.
        example: Its example as a session, of the blocking client or of the async one.

    Returns:
        Lines without indent, the first being the summary.
    """
    made = [found.summary, ""]
    if found.description:
        made += [*found.description, ""]
    made += ["Args:"]
    for name, text in (*found.arguments, ("**options", OPTIONS)):
        made += wrap(f"{name}: {text}", "    ")
    made += ["", "Returns:", *wrap(found.returns, "    "), "", "Raises:"]
    for line in found.errors:
        made += wrap(line, "    ")
    return [*made, "", "Examples:", *(f"    {safe(line)}".rstrip() for line in example.split("\n"))]
