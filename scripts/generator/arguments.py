"""The arguments of one operation, as the user types them, and those that are its parameters."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, replace
from typing import Any

from . import parser
from .document import Node, Place, Placed, refused, words
from .parser import ModelProperty, Property
from .types import PythonType, identifier, node_at, of_property

TAKEN = words(
    "self options timeout headers retry extra_query extra_body request call encode shapes readers multipart warn cast"
)
"""Names that the generated methods and calls use themselves."""


@dataclass(frozen=True)
class Argument:
    """One argument of a method and where it goes on the wire.

    Attributes:
        name: Python name.
        wire: Name on the wire.
        place: path, query, header, cookie, body, file, extra, or whole for one that is the body.
        type: Its Python type.
        required: True when it has no default.
        default: Default as code; empty for required ones.
        text: Description.
        positional: True when it may be given by position.
        expression: Code of the value that is sent.
        pair: Code of the name and value that stand among the pairs of a query, a form or the headers.
        reserved: For path segments: the service's own words are refused.
        into: For body properties: the object that holds it, empty for the top.
        keep_none: For body properties: None is sent as null.
        example: A value for examples, empty when the document gives none.
        schema: Its schema, for what the docstring says of limits and defaults.
        deprecated: True when giving it warns.
        style: How several values or an object are written, empty for scalars.
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
    pair: str = ""
    reserved: tuple[str, ...] = ()
    into: str = ""
    keep_none: bool = False
    example: Any = None
    schema: Node | None = None
    deprecated: bool = False
    style: str = ""

    @property
    def annotation(self) -> str:
        """Annotation in the signature."""
        found = self.type.argument
        if found == "Any":
            return found
        if self.default == "UNSET":
            return f"{found} | Unset" if found == "None" else f"{found} | None | Unset"
        return f"{found} | None" if self.default == "None" or self.keep_none else found

    @property
    def declaration(self) -> str:
        """The argument as it stands in the signature."""
        return f"{self.name}: {self.annotation}" + (f" = {self.default}" if self.default else "")


def python_name(node: Node, wire: str) -> str:
    """Return the name of an argument.

    Args:
        node: The node that may rename it.
        wire: Its name on the wire.
    """
    name = identifier(str(node.get("x-infino-name", wire)))
    bare = name[:-1]
    if name.endswith("_") and not keyword.iskeyword(bare) and parser.snake_case(wire) == bare:
        name = bare  # an argument hides no name from the annotations of its function
    return f"{name}_" if name in TAKEN else name


def parameter_of(document: Node, found: Placed, typed: Property) -> Argument:
    """Return the argument of a parameter.

    Args:
        document: The whole document.
        found: The parameter.
        typed: What openapi-python-client made of it.
    """
    node, where = found.node, found.node["in"]
    kind = of_property(document, typed)
    schema = node_at(document, parser.place_of(typed))
    name = python_name(node, node["name"])
    required = bool(node.get("required"))
    made = Argument(
        name=name,
        wire=node["name"],
        place=where,
        type=kind,
        required=required,
        default=default_of(required, schema),
        text=str(node.get("description", "")),
        positional=where == "path" or bool(node.get("x-infino-positional")),
        expression=name,
        reserved=tuple(node.get("x-infino-reserved", ())),
        example=example_of(node, schema),
        schema=schema,
        deprecated=bool(node.get("deprecated") or schema.get("deprecated")),
        style=_style_told(node, found.place) if "content" not in node and kind.kind != "scalar" else "",
    )
    if "content" not in node and kind.kind in ("model", "map"):
        _refuse_nested(document, typed, node, found.place)
    if where == "path":
        return replace(made, expression=_segment(node, made, found.place))
    return replace(made, pair=_pair(node, made, found.place))


def example_of(*nodes: Node) -> Any:
    """Return the first example that is given: one, one of a list, or one of those with a name.

    Args:
        nodes: The nodes that may give some, the first one first.
    """
    for node in nodes:
        if "example" in node:
            return node["example"]
        several = node.get("examples") or ()
        if isinstance(several, dict):
            several = [one.get("value") if isinstance(one, dict) else one for one in several.values()]
        for one in several:
            if one is not None:
                return one
    return None


def default_of(required: bool, schema: Node) -> str:
    """Return the default of an argument as code, empty for none.

    A default is documented; it is sent only where the service needs a value, and never one that can be changed.

    Args:
        required: Whether the service needs a value.
        schema: Its schema.
    """
    if not required:
        return "None"
    given = schema.get("default", schema.get("const"))
    # An empty list or object would be one for all calls, so None stands for it and is replaced where it is sent.
    return repr(given) if isinstance(given, str | int | float | bool) else "None" if given in ({}, []) else ""


# OpenAPI 3.1, Parameter Object: the styles of each place, the default of that place first.
_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}


def style_of(node: Node, place: Place) -> tuple[str, bool]:
    """Return style and explode of a parameter, the defaults of OpenAPI filled in.

    Args:
        node: The parameter.
        place: Where it stands.
    """
    known = _STYLES[node["in"]]
    style = node.get("style", known[0])
    if style not in known:
        raise refused(
            (*place, "style"), f"{style!r} is not a style of a {node['in']} parameter", f"one of {', '.join(known)}"
        )
    # Also OpenAPI's rule: `explode` is true by default for `form`, and false for every other style.
    return style, bool(node.get("explode", style == "form"))


def _style_told(node: Node, place: Place) -> str:
    style, explode = style_of(node, place)
    return f"{style}, exploded" if explode else style


def _segment(node: Node, made: Argument, place: Place) -> str:
    style, explode = style_of(node, place)
    if made.type.argument == "bytes":
        raise refused(place, "base64 may hold a slash, which parts a path", "type: string, or send it in the query")
    more = ", opaque=True" if node.get("x-infino-opaque") else ""
    more += ", reserved=RESERVED" if made.reserved else ""
    if style == "simple" and made.type.kind == "scalar":
        text = made.name if made.type.argument == "str" else f"encode.text({made.name}, {made.name!r})"
        return f"encode.segment({text}, {made.name!r}{more})"
    if made.type.kind != "map" and not (made.type.kind in ("scalar", "array") and made.type.has_text):
        raise refused(place, f"a path segment cannot be {made.type.argument}", "type: string, or an array of strings")
    named = f"{made.name}, {made.name!r}, {style!r}, {node['name']!r}, {explode}"
    return f"encode.segments({named}{more})"


def _pair(node: Node, made: Argument, place: Place) -> str:
    wire, name = repr(node["name"]), made.name
    if "content" in node:
        return f"({wire}, encode.json_text({name}, {name!r}))"
    style, explode = style_of(node, place)
    kind = made.type.kind
    if kind in ("model", "map"):
        if style == "deepObject":
            return f"*encode.members({name}, {name!r}, {node['name'] + '[{}]'!r})"
        if style == "form" and explode:
            return f"*encode.members({name}, {name!r}, '{{}}')"
        if style in ("form", "simple"):
            return f"({wire}, encode.listed({name}, {name!r}, explode={explode}))"
        raise refused((*place, "style"), f"an object has no form in the style {style}", "deepObject, or form")
    if kind == "array":
        if style == "deepObject":
            raise refused((*place, "style"), "deepObject is for objects", "form, spaceDelimited or pipeDelimited")
        _refuse_without_text(node, made, place)
        # A header field is sent once, its values joined by commas (RFC 9110, 5.3), whether exploded or not.
        if node["in"] == "header" or not explode:
            sign = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")
            return f"({wire}, encode.joined({name}, {name!r}, {sign!r}))"
        return (
            f"({wire}, encode.filled({name}, {name!r}))" if made.required and not made.default else f"({wire}, {name})"
        )
    if style not in ("form", "simple"):
        raise refused((*place, "style"), f"the style {style} is for arrays and objects", "take it out")
    if kind in ("file", "files"):
        raise refused(place, f"a {node['in']} parameter cannot be a file", "send it in the body")
    _refuse_without_text(node, made, place)
    return f"({wire}, {name})"


def _refuse_nested(document: Node, typed: Property, node: Node, place: Place) -> None:
    """Refuse an object whose members have no text: no style of OpenAPI says how they are written."""
    if not isinstance(typed, ModelProperty):
        return  # an object that may be null as well
    each_by_itself = style_of(node, place) in (("deepObject", True), ("deepObject", False), ("form", True))
    properties = (*(typed.required_properties or ()), *(typed.optional_properties or ()))
    known = {parser.wire_name(one): one for one in properties}
    if typed.additional_properties is not None:
        known["its value"] = typed.additional_properties
    for name, one in known.items():
        kind = of_property(document, one)
        if not kind.has_text or (kind.kind == "array" and not each_by_itself):
            what = f"{name} is {kind.argument}, and a member of an object is one text here"
            raise refused(place, what, "content: {application/json: ...} instead of schema")


def _refuse_without_text(node: Node, made: Argument, place: Place) -> None:
    if not made.type.has_text:
        what = f"{made.type.argument} has no text for a {node['in']} parameter"
        raise refused(place, what, "content: {application/json: ...} instead of schema")
