"""From a schema node to the Python type that users see and the reader that makes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from openapi_python_client.strings import ClassName, PythonIdentifier, snake_case

from .document import DocumentError, Node

PREFIX = "field_"
_SCALARS = {
    "string": ("str", "text"),
    "integer": ("int", "integer"),
    "number": ("float", "number"),
    "boolean": ("bool", "flag"),
}
_COERCIONS = {
    "text": ("str", "text"),
    "integer": ("int", "integer"),
    "number": ("float", "number"),
    "flag": ("bool", "flag"),
    "time": ("datetime", "time"),
    "any": ("Any", "anything"),
}
_KEPT = {"list", "dict", "str", "int", "float", "bool", "bytes", "object", "self", "datetime", "property"}


@dataclass(frozen=True)
class PythonType:
    """A type as code: its annotation, how arguments of it are annotated, and its reader.

    Attributes:
        annotation: Annotation of a value read from an answer.
        argument: Annotation of an argument that may also be given as plain data.
        reader: Expression that makes the reader, over `readers`.
        models: Models that the annotations name.
        nullable: True when null is a documented value.
    """

    annotation: str
    argument: str
    reader: str
    models: frozenset[str] = field(default_factory=frozenset)
    nullable: bool = False


def identifier(name: str) -> str:
    """Return a safe snake_case Python name; builtins that annotations don't use keep their name.

    Args:
        name: Any string of the document.

    Returns:
        An identifier.
    """
    found = str(PythonIdentifier(name, PREFIX))
    bare = found[:-1]
    if found.endswith("_") and not snake_case(name).endswith("_") and bare not in _KEPT and _is_free(bare):
        return bare
    return found


def _is_free(name: str) -> bool:
    import builtins
    import keyword

    return hasattr(builtins, name) and not keyword.iskeyword(name)


def class_name(name: str) -> str:
    """Return a safe PascalCase class name.

    Args:
        name: Any string of the document.

    Returns:
        A class name.
    """
    return str(ClassName(name, PREFIX))


def module_name(name: str) -> str:
    """Return the module that holds a model.

    Args:
        name: Schema name.

    Returns:
        A module name.
    """
    return str(PythonIdentifier(name, PREFIX))


def is_model(document: Node, name: str) -> bool:
    """Tell whether a named schema becomes a model class.

    Args:
        document: The whole document.
        name: Schema name.

    Returns:
        True for objects with properties.
    """
    return bool(document["components"]["schemas"][name].get("properties"))


def python_type(document: Node, node: Node) -> PythonType:
    """Choose the Python type of a schema node.

    Args:
        document: The whole document.
        node: A schema, or a reference to one.

    Returns:
        The type as code.

    Raises:
        DocumentError: If the node's type is unknown.
    """
    if "x-infino-coerce" in node:
        annotation, reader = _COERCIONS[node["x-infino-coerce"]]
        return PythonType(annotation, annotation, f"readers.{reader}")
    if "$ref" in node:
        return _referenced(document, node["$ref"].rsplit("/", 1)[-1])
    kinds = node.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    nullable = "null" in kinds
    kinds = [kind for kind in kinds if kind != "null"]
    if len(kinds) != 1:
        return PythonType("Any", "Any", "readers.anything")
    return _of_kind(document, node, kinds[0], nullable)


def _referenced(document: Node, name: str) -> PythonType:
    if not is_model(document, name):
        return python_type(document, document["components"]["schemas"][name])
    found = class_name(name)
    return PythonType(
        found,
        f"{found} | Mapping[str, Any]",
        f"readers.model({module_name(name)!r}, {found!r})",
        frozenset({name}),
    )


def _of_kind(document: Node, node: Node, kind: str, nullable: bool) -> PythonType:
    if kind == "array":
        item = python_type(document, node.get("items", {}))
        return PythonType(
            f"list[{item.annotation}]",
            f"Sequence[{item.argument}]",
            f"readers.items({item.reader})",
            item.models,
            nullable,
        )
    if kind == "object":
        values = node.get("additionalProperties")
        if isinstance(values, dict) and values:
            item = python_type(document, values)
            return PythonType(
                f"dict[str, {item.annotation}]",
                f"Mapping[str, {item.argument}]",
                f"readers.values({item.reader})",
                item.models,
                nullable,
            )
        return PythonType("dict[str, Any]", "Mapping[str, Any]", "readers.mapping", nullable=nullable)
    if kind == "string" and node.get("format") == "date-time":
        return PythonType("datetime", "datetime | str", "readers.time", nullable=nullable)
    if kind == "string" and node.get("format") == "binary":
        return PythonType("bytes", "bytes", "readers.anything", nullable=nullable)
    if kind not in _SCALARS:
        raise DocumentError(f"unknown type {kind!r}")
    annotation, reader = _SCALARS[kind]
    return PythonType(annotation, annotation, f"readers.{reader}", nullable=nullable)
