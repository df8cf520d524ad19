"""The document: its places, its references, and its operations with what belongs to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, SequenceNode

Node = dict[str, Any]
Place = tuple[str, ...]
"""Keys and list positions from the root of the document to a node."""

# OpenAPI 3.1, Path Item Object, without `trace`: it must not carry credentials (RFC 9110, 9.3.8), and ours are signed.
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


@dataclass(frozen=True)
class DocumentProblem:
    """Something in the document that the generator refuses.

    Attributes:
        place: Where it stands.
        what: What is wrong.
        do: What to do about it.
    """

    place: Place
    what: str
    do: str = ""

    def __str__(self) -> str:
        place = f"{'.'.join(self.place)}: " if self.place else ""
        return f"{place}{self.what}" + (f"; do this: {self.do}" if self.do else "")


class DocumentError(Exception):
    """The document says something that the generator refuses.

    Args:
        problems: The problems, in the order of the document; plain text where no single place is to blame.
    """

    def __init__(self, *problems: DocumentProblem | str) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(DocumentProblem((), one) if isinstance(one, str) else one for one in problems)

    def located(self, path: Path, origins: Mapping[Place, tuple[Path, Place]]) -> str:
        """Return one line for each problem, with the line of the file on which it stands.

        Args:
            path: The file that was loaded.
            origins: Places that come from other files.

        Returns:
            The text, such as `openapi/infino.yaml:812 paths./things.post: ...; do this: ...`.
        """
        made, lines = [], cache(_Lines)
        for one in self.problems:
            file, place = origins.get(one.place[:3], (path, one.place[:3]))
            line = lines(file).of((*place, *one.place[3:]))
            made.append(f"{file.parent.name}/{file.name}:{line} {one}")
        return "\n".join(made)


def refused(place: Place, what: str, do: str = "") -> DocumentError:
    """Return the error for a single problem.

    Args:
        place: Where it stands.
        what: What is wrong.
        do: What to do about it.
    """
    return DocumentError(DocumentProblem(place, what, do))


class _Lines:
    """Lines of the nodes of a file, read only when there is something to say about it."""

    def __init__(self, path: Path) -> None:
        try:
            self._root = YAML(typ="rt").compose(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, YAMLError):
            self._root = None

    def of(self, place: Place) -> int:
        node, line = self._root, 1
        for step in place:
            found = None
            if isinstance(node, MappingNode):
                found = next(((key, value) for key, value in node.value if str(key.value) == step), None)
            elif isinstance(node, SequenceNode) and step.isdecimal() and int(step) < len(node.value):
                found = (node.value[int(step)],) * 2
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        return line


@dataclass(frozen=True)
class Placed:
    """A node and where it really stands, references followed."""

    node: Node
    place: Place


def steps_of(pointer: str) -> Place:
    """Return the steps of a JSON pointer (RFC 6901), or of a reference inside a document."""
    # In this order (RFC 6901, section 4): the other way round `~01` would become `/` instead of `~1`.
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def follow(document: Node, node: Any, place: Place) -> Placed:
    """Follow a reference inside the document, once or as often as needed.

    Args:
        document: The whole document.
        node: A node that may be `{$ref: ...}`.
        place: Where it stands.

    Returns:
        The node that it points to, with its place.

    Raises:
        DocumentError: If the reference leaves the document, points nowhere, or runs in a circle.
    """
    seen: list[str] = []
    start = place
    while isinstance(node, dict) and "$ref" in node:
        target = node["$ref"]
        if not isinstance(target, str) or not target.startswith("#/"):
            raise refused((*start, "$ref"), f"{target!r} is outside of this document", "copy it into components")
        if target in seen:
            raise refused((*start, "$ref"), f"{target} refers to itself", "let one of them say what it is")
        seen.append(target)
        place = steps_of(target)
        node = document
        for step in place:
            if isinstance(node, list) and step.isdecimal() and int(step) < len(node):
                node = node[int(step)]
            elif isinstance(node, dict) and step in node:
                node = node[step]
            else:
                raise refused((*start, "$ref"), f"{target} is not in the document", "define it, or mend the name")
    return Placed(node, place)


def _described(document: Node, node: Node, place: Place) -> Placed:
    """Follow a reference; a description beside it replaces that of its target."""
    found = follow(document, node, place)
    if "$ref" in node and "description" in node:
        return Placed({**found.node, "description": node["description"]}, found.place)
    return found


def resolve(document: Node, node: Node) -> Node:
    """Follow a reference inside the document.

    Args:
        document: The whole document.
        node: A node that may be `{$ref: ...}`.

    Returns:
        The node itself or what it points to.
    """
    return follow(document, node, ()).node


@dataclass(frozen=True)
class Operation:
    """One operation with what its path item adds, references followed.

    Attributes:
        path: Its path template.
        http: HTTP method in lower case.
        node: The operation as it stands in the document.
        place: Where it stands.
        parameters: Its parameters, those of the path item that it does not replace first.
        body: Its request body, if it has one.
        answers: Its responses by status.
    """

    path: str
    http: str
    node: Node
    place: Place
    parameters: tuple[Placed, ...]
    body: Placed | None
    answers: dict[str, Placed]


def operations(document: Node) -> Iterator[tuple[str, str, Node, Node]]:
    """Go through every operation in document order.

    Args:
        document: The whole document.

    Yields:
        Path, method, operation, and the path item that holds it.
    """
    for path, node in document["paths"].items():
        item = resolve(document, node)
        for method in METHODS:
            if method in item:
                yield path, method, item[method], item


def expanded(document: Node) -> list[Operation]:
    """List every operation with its parameters, body and responses looked up.

    Args:
        document: The whole document.

    Returns:
        The operations in document order.

    Raises:
        DocumentError: If a reference leads nowhere.
    """
    found: list[Operation] = []
    for path, node in document["paths"].items():
        item = follow(document, node, ("paths", path))
        found += [_operation(document, path, method, item) for method in METHODS if method in item.node]
    return found


def _operation(document: Node, path: str, method: str, item: Placed) -> Operation:
    place = (*item.place, method)
    node = item.node[method]
    # OpenAPI 3.1: a parameter is identified by name and place, and the operation's replaces that of its path item.
    parameters: dict[tuple[str, str], Placed] = {}
    for holder in (item, Placed(node, place)):
        for number, one in enumerate(holder.node.get("parameters", [])):
            parameter = _described(document, one, (*holder.place, "parameters", str(number)))
            parameters[parameter.node["in"], parameter.node["name"]] = parameter
    body = node.get("requestBody")
    answers = {
        code: _described(document, answer, (*place, "responses", code)) for code, answer in node["responses"].items()
    }
    return Operation(
        path=path,
        http=method,
        node=node,
        place=place,
        parameters=tuple(parameters.values()),
        body=None if body is None else _described(document, body, (*place, "requestBody")),
        answers=answers,
    )


def model_properties(document: Node, schema: Placed) -> dict[str, Placed]:
    """List the properties of an object schema, those of its `allOf` included.

    Args:
        document: The whole document.
        schema: The schema.

    Returns:
        Where each property stands, by its wire name; later members of `allOf` win.
    """
    schema = follow(document, schema.node, schema.place)
    found: dict[str, Placed] = {}
    for number, member in enumerate(schema.node.get("allOf", [])):
        found |= model_properties(document, Placed(member, (*schema.place, "allOf", str(number))))
    for name, node in schema.node.get("properties", {}).items():
        found[name] = Placed(node, (*schema.place, "properties", name))
    return found
