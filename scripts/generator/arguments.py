"""The arguments of one operation, as the user types them."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, replace
from typing import Any

from . import parser
from .document import (
    DocumentError,
    DocumentProblem,
    Node,
    Operation,
    Place,
    Placed,
    follow,
    model_properties,
    refused,
    words,
)
from .parser import Endpoint, ModelProperty, Property
from .types import PythonType, identifier, in_json, no_files, node_at, of_property

TAKEN = words(
    "self options timeout headers retry extra_query extra_body request call encode segment segments shapes readers "
    "multipart warn cast"
)
"""Names that the generated methods and calls use themselves."""

FILE = "bytes | str | PathLike[str] | IO[bytes]"
"""What may be given as a file: its bytes, its path, or a binary file object."""


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


@dataclass(frozen=True)
class BodyPlan:
    """How a body is made.

    Attributes:
        kind: json, whole, content, document, form, multipart, or empty for none.
        media: Its media type as the document writes it.
        required: True when the operation needs one.
    """

    kind: str = ""
    media: str = ""
    required: bool = False


def of_operation(
    document: Node, operation: Operation, node: Node, endpoint: Endpoint
) -> tuple[list[Argument], BodyPlan]:
    """List the arguments of an operation, required positional ones first, and say how its body is made.

    Args:
        document: The whole document.
        operation: The operation.
        node: The operation's words, those of a variant over its own.
        endpoint: What openapi-python-client made of it.

    Returns:
        Arguments in signature order, and the body.
    """
    typed = dict(parser.parameters_of(endpoint))
    found = []
    for parameter in operation.parameters:
        if "x-infino-from" not in parameter.node:
            renamed = node.get("x-infino-names", {}).get(parameter.node["name"])
            given = Placed({**parameter.node, "x-infino-name": renamed}, parameter.place) if renamed else parameter
            found.append(_parameter(document, given, typed[parser.parameter_key(parameter.node)]))
    body = BodyPlan()
    if operation.body is not None and operation.body.node["content"]:
        more, body = _body(document, operation.body, endpoint)
        found += more
    _refuse_doubles(found, operation.place)
    return sorted(found, key=_rank), body


def _rank(argument: Argument) -> int:
    if argument.positional:
        return (0 if argument.place == "path" else 1) if not argument.default else 2
    return 4 if argument.default else 3


def _refuse_doubles(found: list[Argument], place: Place) -> None:
    by_name: dict[str, Argument] = {}
    for one in found:
        other = by_name.setdefault(one.name, one)
        if other is not one:
            raise refused(
                place,
                f"two arguments are called {one.name!r}: {other.wire or other.place} and {one.wire or one.place}",
                "give one of them an x-infino-name",
            )


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


def _parameter(document: Node, found: Placed, typed: Property) -> Argument:
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
        default=_default(required, schema),
        text=str(node.get("description", "")),
        positional=where == "path" or bool(node.get("x-infino-positional")),
        expression=name,
        reserved=tuple(node.get("x-infino-reserved", ())),
        example=_example_of(node, schema),
        schema=schema,
        deprecated=bool(node.get("deprecated") or schema.get("deprecated")),
        style=_style_told(node, found.place) if "content" not in node and kind.kind != "scalar" else "",
    )
    if where == "path":
        return replace(made, expression=_segment(node, made, found.place))
    return replace(made, pair=_pair(node, made, found.place))


def _example_of(*nodes: Node) -> Any:
    """Return the first example that is given: one, one of a list, or one of those with a name."""
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


def _default(required: bool, schema: Node) -> str:
    """A default is documented; it is sent only where the service needs a value, and never one that can be changed."""
    if not required:
        return "None"
    given = schema.get("default", schema.get("const"))
    return repr(given) if isinstance(given, str | int | float | bool) else "None" if given in ({}, []) else ""


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
        plain = made.type.argument == "str"
        return f"segment({made.name if plain else f'encode.text({made.name}, {made.name!r})'}, {made.name!r}{more})"
    if made.type.kind != "map" and not (made.type.kind in ("scalar", "array") and made.type.has_text):
        raise refused(place, f"a path segment cannot be {made.type.argument}", "type: string, or an array of strings")
    named = f"{made.name}, {made.name!r}, {style!r}, {node['name']!r}, {explode}"
    return f"segments({named}{more})"


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


def _refuse_without_text(node: Node, made: Argument, place: Place) -> None:
    if not made.type.has_text:
        what = f"{made.type.argument} has no text for a {node['in']} parameter"
        raise refused(place, what, "content: {application/json: ...} instead of schema")


def media_kind(media: str) -> str:
    """Tell what a media type holds: json, form, multipart, yaml, ndjson, sequence, events, text or bytes.

    Args:
        media: The media type, parameters included.
    """
    plain = media.partition(";")[0].strip().lower()
    if plain == "application/json" or plain.endswith("+json"):
        return "json"
    known = {
        "application/x-www-form-urlencoded": "form",
        "multipart/form-data": "multipart",
        "application/yaml": "yaml",
        "application/x-ndjson": "ndjson",
        "application/jsonl": "ndjson",
        "application/ndjson": "ndjson",
        "application/x-jsonl": "ndjson",
        "application/jsonlines": "ndjson",
        "application/json-seq": "sequence",
        "text/event-stream": "events",
    }
    return known.get(plain) or ("text" if plain.startswith("text/") else "bytes")


def _body(document: Node, body: Placed, endpoint: Endpoint) -> tuple[list[Argument], BodyPlan]:
    content = body.node["content"]
    medias = {media: media_kind(media) for media in content}
    chosen = next((media for media, kind in medias.items() if kind == "json"), next(iter(content)))
    kind, required = medias[chosen], bool(body.node.get("required"))
    others = [media for media in content if media != chosen]
    with_yaml = "x-infino-body" in body.node and kind == "json" and [medias[one] for one in others] == ["yaml"]
    if others and not with_yaml:
        place = (*body.place, "content", others[0])
        raise refused(place, f"is left out beside {chosen}", "keep one media type, or make it an operation of its own")
    place = (*body.place, "content", chosen)
    typed = next(one.prop for one in endpoint.bodies if one.content_type.get_untrusted_value() == chosen)
    is_flat = "x-infino-body" not in body.node
    flat = typed if is_flat and isinstance(typed, ModelProperty) and parser.has_properties(typed) else None
    schema = Placed(content[chosen].get("schema", {}), (*place, "schema"))
    if flat and kind in ("json", "form") and parser.has_files(flat):
        raise no_files(schema.place)
    if kind == "multipart":
        if not flat:
            raise refused(place, "a multipart body needs named parts", "describe an object with properties")
        return _multipart(document, flat, schema), BodyPlan("multipart", chosen, required)
    if kind == "form":
        if flat:
            fields = [_without_null(replace(one, pair=_form_pair(one))) for one in _flat(document, flat, schema)]
            return fields, BodyPlan("form", chosen, required)
        if isinstance(typed, parser.StringProperty):  # text under the name of a form, as Prometheus takes it
            return [_raw(body.node)], BodyPlan("content", chosen, required)
        if of_property(document, typed).kind != "map":
            raise refused(place, "a form is an object", "describe an object, or send the text as text/plain")
        whole = _whole(document, body, typed, required)
        return [replace(whole, pair=f"*encode.members({whole.name}, {whole.name!r}, '{{}}')")], BodyPlan(
            "form", chosen, required
        )
    if kind == "json":
        if flat:
            fields = _flat(document, flat, schema)
            if chosen.partition(";")[0] == "application/merge-patch+json":
                fields = [_removable(one) for one in fields]
            return fields, BodyPlan("json", chosen, required)
        in_json(of_property(document, typed), schema.place)
        whole = _whole(document, body, typed, required)
        if with_yaml:
            whole = replace(whole, type=replace(whole.type, argument=f"{whole.type.argument} | str"))
        return [whole], BodyPlan("document" if with_yaml else "whole", chosen, required)
    refuse_without_form(of_property(document, typed), chosen, schema.place)
    return [_raw(body.node)], BodyPlan("content", chosen, required)


def refuse_without_form(kind: PythonType, media: str, place: Place) -> None:
    """Refuse what only JSON and forms have a form for.

    Args:
        kind: The type of the body or of the answer.
        media: Its media type.
        place: Where its schema stands.

    Raises:
        DocumentError: It is neither text nor bytes.
    """
    if kind.annotation not in ("str", "bytes", "Any"):
        what = f"{kind.annotation} has no form in {media}, which goes as it is"
        raise refused(place, what, "type: string, and for bytes format: binary")


def _without_null(one: Argument) -> Argument:
    """A form has no null: None is what was not given."""
    return replace(one, keep_none=False, default="None") if one.default == "UNSET" else replace(one, keep_none=False)


def _removable(one: Argument) -> Argument:
    """In a merge patch (RFC 7396) null takes a field away, whatever its type is."""
    return replace(one, keep_none=True, default="UNSET") if one.place == "body" and one.default == "None" else one


def _form_pair(one: Argument) -> str:
    if one.place == "extra":
        raise DocumentError(DocumentProblem((), "x-infino-extra is for JSON bodies", "leave it out"))
    if one.type.kind in ("model", "map", "union", "any", "array"):
        return f"({one.wire!r}, encode.form_value({one.name}, {one.name!r}))"
    return f"({one.wire!r}, {one.name})"


def _whole(document: Node, body: Placed, typed: Property, required: bool) -> Argument:
    kind = of_property(document, typed)
    name = python_name({}, str(body.node.get("x-infino-body", "body")))
    schema = node_at(document, parser.place_of(typed))
    more = ", optional=True" if kind.nullable or not required else ""
    checked = f"encode.mapping({name}, {name!r}{more})" if kind.argument.endswith("Mapping[str, Any]") else name
    default = "" if required else "UNSET" if kind.nullable else "None"
    sent = f"encode.body_value({checked})" + ("" if required else f" if {name} is not {default} else UNSET")
    if not required and "x-infino-body" in body.node:
        sent = f"encode.body_value({checked}) or {{}}"
    return Argument(
        name=name,
        wire="",
        place="whole",
        type=kind,
        required=required,
        default=default,
        text=str(body.node.get("description", "")),
        positional=True,
        expression=sent,
        keep_none=kind.nullable,
        schema=schema,
        deprecated=bool(schema.get("deprecated")),
    )


def _raw(body: Node) -> Argument:
    name = python_name({}, str(body.get("x-infino-body", "content")))
    kind = PythonType("str | bytes", "str | bytes", "readers.anything")
    required = bool(body.get("required"))
    return Argument(
        name=name,
        wire="",
        place="whole",
        type=kind,
        required=required,
        default="" if required else "None",
        text=str(body.get("description", "")),
        positional=True,
        expression=f"encode.content({name})" if required else f"encode.content({name}) if {name} is not None else None",
    )


def _fields(document: Node, typed: ModelProperty, schema: Placed) -> list[tuple[Property, Placed]]:
    """Pair the typed properties of an object with their nodes, in the order of the document."""
    properties = {
        parser.wire_name(one): one for one in (*(typed.required_properties or ()), *(typed.optional_properties or ()))
    }
    return [(properties[wire], found) for wire, found in model_properties(document, schema).items()]


def _flat(document: Node, typed: ModelProperty, schema: Placed) -> list[Argument]:
    found = []
    for one, at in _fields(document, typed, schema):
        node = at.node
        if {**node_at(document, parser.place_of(one)), **node}.get("readOnly"):
            continue
        inner: dict[str, tuple[Property, Placed]] = {}
        if "x-infino-lift" in node and isinstance(one, ModelProperty):
            inner = {parser.wire_name(prop): (prop, where) for prop, where in _fields(document, one, at)}
        wire = parser.wire_name(one)
        lifted = [name for name in node.get("x-infino-lift", []) if name in inner]
        found += [_property(document, *inner[name], required=inner[name][0].required, into=wire) for name in lifted]
        found.append(_property(document, one, at, required=one.required and not lifted))
    if follow(document, schema.node, schema.place).node.get("x-infino-extra"):
        found.append(_extra())
    return found


def _multipart(document: Node, typed: ModelProperty, schema: Placed) -> list[Argument]:
    found = []
    for one in _flat(document, typed, schema):
        several = one.type.kind in ("array", "files")
        node = follow(document, (one.schema or {}).get("items", {}), ()).node if several else one.schema or {}
        media = str(node.get("contentMediaType", ""))
        as_bytes = media and "contentEncoding" not in node and media_kind(media) == "bytes"
        if one.type.kind in ("file", "files") or as_bytes:
            found.append(
                replace(
                    one,
                    place="file",
                    type=replace(one.type, argument=f"Sequence[{FILE}]" if several else FILE),
                    positional=one.required,
                    default="" if one.required else "None",
                    keep_none=False,
                    pair=f"({one.wire!r}, {one.name}{f', {media!r}' if media else ''})",
                )
            )
        else:
            told = f", {media!r}" if media else ""
            found.append(_without_null(replace(one, pair=f"({one.wire!r}, {one.name}{told})")))
    return found


def _extra() -> Argument:
    kind = PythonType("dict[str, Any]", "Mapping[str, Any]", "readers.mapping", kind="map")
    text = "Further fields of the body, sent as they are."
    return Argument("extra", "", "extra", kind, False, "None", text, False, _checked(kind, "extra", False))


def _checked(kind: PythonType, name: str, required: bool) -> str:
    """Return the code of a value that goes into a body, refused where the service could only misread it."""
    if kind.argument.endswith("Mapping[str, Any]") and kind.kind in ("model", "map"):
        return f"encode.mapping({name}, {name!r}" + (")" if required and not kind.nullable else ", optional=True)")
    return f"encode.words({name}, {name!r})" if required and kind.argument == "str" and not kind.nullable else name


def _property(document: Node, typed: Property, at: Placed, required: bool, into: str = "") -> Argument:
    node, wire = at.node, parser.wire_name(typed)
    kind = of_property(document, typed)
    if "x-infino-coerce" in node:  # beside a reference, which is typed by what it names
        kind = replace(kind, nullable=kind.nullable)
    schema = {**node_at(document, parser.place_of(typed)), **node}
    name = python_name(node, wire)
    keep_none = kind.nullable
    default = _default(required, schema) if required else "UNSET" if keep_none else "None"
    expression = _checked(kind, name, required and not default)
    if "x-infino-wrap" in node:
        kind = PythonType("str", "str | Mapping[str, Any]", kind.reader)
        expression = f"encode.wrapped({name}, {node['x-infino-wrap']!r}, {name!r})"
    if node.get("x-infino-serialise"):
        kind = PythonType("str", "str | Mapping[str, Any]", kind.reader)
        expression = f"encode.as_text({name}, {name!r})"
    if required and default == "None":
        expression = f"{expression} or {schema['default']!r}"
    return Argument(
        name=name,
        wire=wire,
        place="body",
        type=kind,
        required=required,
        default=default,
        text=str(schema.get("description", "")),
        positional=bool(node.get("x-infino-positional")),
        expression=expression,
        into=into,
        keep_none=keep_none,
        example=_example_of(schema),
        schema=schema,
        deprecated=bool(schema.get("deprecated")),
    )
