"""Loads the document and refuses what the generator can't express well."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Node = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "patch", "head")
RETRIES = ("safe", "keyed", "never")
SHAPES = (
    "list", "one", "flag", "identifier", "count", "entry", "entries", "fields",
    "messages", "envelope", "receipt", "greeting", "raw", "whole",
)  # fmt: skip
PAGINATIONS = ("none", "offset")
ERRORS = ("400", "401", "403", "404", "409", "413", "429", "5XX")
EXTENSIONS = frozenset(
    "x-infino-" + name
    for name in (
        "accept", "alias", "aliases", "body", "coerce", "example", "experimental", "extra", "from", "get-with-body",
        "handwritten", "item-shape", "keys", "lift", "method", "mixin", "name", "names", "opaque", "pagination",
        "plan", "positional", "reserved", "resource", "resources", "retry", "secret", "serialise", "shape", "signature",
        "type", "variants", "wrap",
    )
)  # fmt: skip
_RESOURCE = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*")


class DocumentError(Exception):
    """The document says something the generator refuses."""


def load(path: Path) -> Node:
    """Load a YAML document.

    Args:
        path: File to read.

    Returns:
        The document as plain dicts and lists.
    """
    found = YAML(typ="safe").load(path.read_bytes())
    if not isinstance(found, dict):
        raise DocumentError(f"{path.name} is not an OpenAPI document")
    return found


def operations(document: Node) -> Iterator[tuple[str, str, Node, Node]]:
    """Go through every operation in document order.

    Args:
        document: The whole document.

    Yields:
        Path, method, operation, and the path item that holds it.
    """
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method], item


def resolve(document: Node, node: Node) -> Node:
    """Follow a local reference, once or as often as needed.

    Args:
        document: The whole document.
        node: A node that may be `{$ref: ...}`.

    Returns:
        The node itself or what it points to.
    """
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def lint(document: Node) -> list[str]:
    """Check every rule that the generated package relies on.

    Args:
        document: The whole document.

    Returns:
        One sentence for each broken rule; empty when all is well.
    """
    problems: list[str] = []
    seen: dict[str, str] = {}
    for path, method, operation, item in operations(document):
        where = f"{method.upper()} {path}"
        problems += [f"{where}: {text}" for text in _operation_problems(document, operation, item)]
        for name in _names(operation):
            if name in seen:
                problems.append(f"{where}: {name} is also {seen[name]}")
            seen[name] = where
    unknown = sorted({key for key in _keys(document) if key.startswith("x-infino-")} - EXTENSIONS)
    problems += [f"unknown extension {key}" for key in unknown]
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        problems += [f"schema {name}: {text}" for text in _schema_problems(schema)]
    return problems


def _keys(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, item in node.items():
            if key not in ("example", "examples"):
                yield str(key)
                yield from _keys(item)
    elif isinstance(node, list):
        for item in node:
            yield from _keys(item)


def _names(operation: Node) -> list[str]:
    resource = operation.get("x-infino-resource", "")
    variants = operation.get("x-infino-variants", [])
    return [f"{resource}.{one.get('x-infino-method')}" for one in (operation, *variants)]


def _operation_problems(document: Node, operation: Node, item: Node) -> Iterator[str]:
    for key in ("x-infino-resource", "x-infino-method", "x-infino-retry"):
        if key not in operation:
            yield f"misses {key}"
    resource = str(operation.get("x-infino-resource", "client"))
    method = str(operation.get("x-infino-method", "get"))
    if not _RESOURCE.fullmatch(resource):
        yield f"x-infino-resource {resource!r} is not a dotted name"
    if not method.isidentifier() or keyword.iskeyword(method):
        yield f"x-infino-method {method!r} is not a method name"
    yield from _choice(operation, "x-infino-retry", RETRIES)
    yield from _choice(operation, "x-infino-shape", SHAPES)
    yield from _choice(operation, "x-infino-pagination", PAGINATIONS)
    for key in ("summary", "description", "operationId"):
        if not operation.get(key):
            yield f"misses {key}"
    for parameter in [*item.get("parameters", []), *operation.get("parameters", [])]:
        found = resolve(document, parameter)
        if not found.get("description"):
            yield f"parameter {found.get('name')} has no description"
    responses = operation.get("responses", {})
    yield from (f"misses the typed error {code}" for code in ERRORS if code not in responses)
    if not any(str(code).startswith("2") for code in responses):
        yield "documents no success"
    for code, response in responses.items():
        if not resolve(document, response).get("description"):
            yield f"response {code} has no description"


def _choice(operation: Node, key: str, allowed: tuple[str, ...]) -> Iterator[str]:
    if key in operation and operation[key] not in allowed:
        yield f"{key} is {operation[key]!r}, not one of {', '.join(allowed)}"


def _schema_problems(schema: Node) -> Iterator[str]:
    if not schema.get("description"):
        yield "has no description"
    for name, prop in schema.get("properties", {}).items():
        if not prop.get("description"):
            yield f"property {name} has no description"
        if prop.get("properties"):
            yield f"property {name} is an inline object; give it a name in components"
        if name in ("to_dict", "from_dict", "to_body", "additional_properties", "FIELDS"):
            yield f"property {name} hides a method of the model"
