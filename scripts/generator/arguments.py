"""The arguments of one operation, as the user types them."""

from __future__ import annotations

from dataclasses import dataclass

from .document import DocumentError, Node, resolve
from .types import PythonType, identifier, python_type

TAKEN = {"self", "options", "timeout", "headers", "retry", "request", "call", "encode", "segment", "shapes", "readers"}
"""Names that the generated methods and calls use themselves."""


@dataclass(frozen=True)
class Argument:
    """One argument of a method and where it goes on the wire.

    Attributes:
        name: Python name.
        wire: Name on the wire.
        place: path, query, header, body, whole, content, document.
        type: Its Python type.
        required: True when it has no default.
        default: Default as code; empty for required ones.
        text: Description.
        positional: True when it may be given by position.
        expression: Code of the value that is sent.
        opaque: For path segments: any character is allowed.
        reserved: For path segments: the service's own words are refused.
        into: For body properties: the object that holds it, empty for the top.
        keep_none: For body properties: None is sent as null.
        example: A value for examples, empty when the document gives none.
    """

    name: str
    wire: str
    place: str
    type: PythonType
    required: bool
    default: str
    text: str
    positional: bool
    expression: str
    opaque: bool = False
    reserved: tuple[str, ...] = ()
    into: str = ""
    keep_none: bool = False
    example: str = ""

    @property
    def annotation(self) -> str:
        """Annotation in the signature."""
        found = self.type.argument
        if self.keep_none and not self.required:
            return f"{found} | None | Unset"
        return f"{found} | None" if self.default == "None" or self.keep_none else found

    @property
    def declaration(self) -> str:
        """The argument as it stands in the signature."""
        return f"{self.name}: {self.annotation}" + (f" = {self.default}" if self.default else "")


def of_operation(document: Node, operation: Node, item: Node) -> list[Argument]:
    """List the arguments of an operation, required positional ones first.

    Args:
        document: The whole document.
        operation: The operation.
        item: The path item that holds it.

    Returns:
        Arguments in signature order.
    """
    found = []
    for parameter in [*item.get("parameters", []), *operation.get("parameters", [])]:
        node = resolve(document, parameter)
        if "x-infino-from" not in node:
            renamed = operation.get("x-infino-names", {}).get(node["name"])
            found.append(_parameter(document, {**node, "x-infino-name": renamed} if renamed else node))
    body = operation.get("requestBody")
    if body:
        found += _body(document, resolve(document, body))
    _refuse_doubles(found)
    return sorted(found, key=_rank)


def _rank(argument: Argument) -> int:
    if argument.positional:
        return 0 if argument.place == "path" else 1 if argument.required else 2
    return 3 if argument.required else 4


def _refuse_doubles(found: list[Argument]) -> None:
    names = [argument.name for argument in found]
    for name in names:
        if names.count(name) > 1:
            raise DocumentError(f"two arguments are called {name!r}; give one an x-infino-name")


def _name(node: Node, wire: str) -> str:
    name = identifier(str(node.get("x-infino-name", wire)))
    return f"{name}_" if name in TAKEN else name


def _parameter(document: Node, node: Node) -> Argument:
    place = node["in"]
    schema = node["schema"]
    kind = python_type(document, schema)
    name = _name(node, node["name"])
    required = bool(node.get("required"))
    expression = name
    if place == "path":
        opaque = bool(node.get("x-infino-opaque"))
        expression = f"segment({name}, {name!r}"
        expression += ", opaque=True" if opaque else ""
        expression += ", reserved=RESERVED)" if node.get("x-infino-reserved") else ")"
    return Argument(
        name=name,
        wire=node["name"],
        place=place,
        type=kind,
        required=required,
        default="" if required else _default(schema),
        text=str(node.get("description", "")),
        positional=place == "path" or bool(node.get("x-infino-positional")),
        expression=expression,
        reserved=tuple(node.get("x-infino-reserved", ())),
        example=str(node.get("example", "")),
    )


def _default(schema: Node) -> str:
    return repr(schema["default"]) if "default" in schema else "None"


def _body(document: Node, body: Node) -> list[Argument]:
    content = body["content"]
    if "application/json" in content:
        schema = content["application/json"].get("schema", {})
        if "x-infino-body" in body:
            return [_whole(document, body, schema, "application/yaml" in content)]
        return _flat(document, resolve(document, schema))
    if "application/x-www-form-urlencoded" in content:
        schema = resolve(document, content["application/x-www-form-urlencoded"]["schema"])
        if schema.get("properties"):
            return _flat(document, schema)
    if "multipart/form-data" in content:
        return []
    return [_raw(body)]


def _whole(document: Node, body: Node, schema: Node, yaml: bool) -> Argument:
    kind = python_type(document, schema)
    if yaml:
        kind = PythonType(kind.annotation, f"{kind.argument} | str", kind.reader, kind.models)
    name = _name({}, body["x-infino-body"])
    required = bool(body.get("required"))
    return Argument(
        name=name,
        wire="",
        place="document" if yaml else "whole",
        type=kind,
        required=required,
        default="" if required else "None",
        text=str(body.get("description", "")),
        positional=required,
        expression=f"encode.body_value({_checked(kind, name, required)})" + ("" if required else " or {}"),
    )


def _raw(body: Node) -> Argument:
    name = _name({}, body.get("x-infino-body", "content"))
    kind = PythonType("str | bytes", "str | bytes", "readers.anything")
    return Argument(
        name=name,
        wire="",
        place="content",
        type=kind,
        required=True,
        default="",
        text=str(body.get("description", "")),
        positional=True,
        expression=f"encode.content({name})",
    )


def _flat(document: Node, schema: Node) -> list[Argument]:
    required = schema.get("required", [])
    found = []
    for wire, node in schema.get("properties", {}).items():
        if node.get("readOnly"):
            continue
        inner = resolve(document, node)
        lifted = [name for name in node.get("x-infino-lift", []) if name in inner.get("properties", {})]
        found += [
            _property(document, name, inner["properties"][name], name in inner.get("required", []), into=wire)
            for name in lifted
        ]
        found.append(_property(document, wire, node, wire in required and not lifted))
    if schema.get("x-infino-extra"):
        found.append(_extra())
    return found


def _extra() -> Argument:
    kind = PythonType("dict[str, Any]", "Mapping[str, Any]", "readers.mapping")
    text = "Further fields of the body, sent as they are."
    return Argument("extra", "", "extra", kind, False, "None", text, False, _checked(kind, "extra", False))


def _checked(kind: PythonType, name: str, required: bool) -> str:
    """Return the code of a value that goes into a body, refused where the service could only misread it."""
    if kind.argument.endswith("Mapping[str, Any]"):
        return f"encode.mapping({name}, {name!r}" + (")" if required else ", optional=True)")
    return f"encode.words({name}, {name!r})" if required and kind.argument == "str" else name


def _property(document: Node, wire: str, node: Node, required: bool, into: str = "") -> Argument:
    kind = python_type(document, node)
    name = _name(node, wire)
    expression = _checked(kind, name, required)
    if "x-infino-wrap" in node:
        kind = PythonType("str", "str | Mapping[str, Any]", kind.reader)
        expression = f"encode.wrapped({name}, {node['x-infino-wrap']!r}, {name!r})"
    if node.get("x-infino-serialise"):
        kind = PythonType("str", "str | Mapping[str, Any]", kind.reader)
        expression = f"encode.as_text({name}, {name!r})"
    keep_none = kind.nullable
    default = "" if required else "UNSET" if keep_none else _default(node)
    if default == "{}":  # a signature must not hold what can be changed
        default, expression = "None", f"{expression} or {{}}"
    return Argument(
        name=name,
        wire=wire,
        place="body",
        type=kind,
        required=required,
        default=default,
        text=str(node.get("description", "")),
        positional=bool(node.get("x-infino-positional")),
        expression=expression,
        into=into,
        keep_none=keep_none,
    )
