"""The arguments that are the body of one operation, and how it is made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import parser
from .arguments import Argument, default_of, example_of, python_name
from .document import DocumentError, DocumentProblem, Node, Place, Placed, follow, model_properties, refused
from .parser import Endpoint, ModelProperty, Property
from .types import PythonType, in_json, no_files, node_at, of_property

FILE = "bytes | str | PathLike[str] | IO[bytes]"
"""What may be given as a file: its bytes, its path, or a binary file object."""


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


def media_kind(media: str) -> str:
    """Tell what a media type holds: json, form, multipart, yaml, ndjson, sequence, events, text or bytes.

    Args:
        media: The media type, parameters included.
    """
    # Type and subtype are not case-sensitive, and parameters may follow a semicolon (RFC 9110, 8.3.1).
    plain = media.partition(";")[0].strip().lower()
    if plain == "application/json" or plain.endswith("+json"):
        return "json"
    known = {
        "application/x-www-form-urlencoded": "form",
        "multipart/form-data": "multipart",
        # RFC 9512.
        "application/yaml": "yaml",
        # Lines of JSON have no registered type; these are the spellings in use.
        "application/x-ndjson": "ndjson",
        "application/jsonl": "ndjson",
        "application/ndjson": "ndjson",
        "application/x-jsonl": "ndjson",
        "application/jsonlines": "ndjson",
        # RFC 7464.
        "application/json-seq": "sequence",
        # WHATWG HTML, section 9.2 (server-sent events).
        "text/event-stream": "events",
    }
    return known.get(plain) or ("text" if plain.startswith("text/") else "bytes")


def body_of(document: Node, body: Placed, endpoint: Endpoint) -> tuple[list[Argument], BodyPlan]:
    """List the arguments that are a body, and say how it is made of them.

    Args:
        document: The whole document.
        body: The body, which has content.
        endpoint: What openapi-python-client made of its operation.
    """
    content = body.node["content"]
    medias = {media: media_kind(media) for media in content}
    chosen = next((media for media, kind in medias.items() if kind == "json"), next(iter(content)))
    kind, required = medias[chosen], bool(body.node.get("required"))
    others = [media for media in content if media != chosen]
    # The one pair that is taken: a body given whole can be sent as it is, while fields can only be built as JSON.
    with_yaml = "x-infino-body" in body.node and kind == "json" and [medias[one] for one in others] == ["yaml"]
    if others and not with_yaml:
        place = (*body.place, "content", others[0])
        raise refused(place, f"is left out beside {chosen}", "keep one media type, or make it an operation of its own")
    place = (*body.place, "content", chosen)
    typed = next(one.prop for one in endpoint.bodies if one.content_type.get_untrusted_value() == chosen)
    is_flat = "x-infino-body" not in body.node
    raw = _raw(body.node, follow(document, content[chosen].get("schema", {}), place).node)
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
            return [raw], BodyPlan("content", chosen, required)
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
    return [raw], BodyPlan("content", chosen, required)


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
    place = parser.place_of(typed)
    schema = node_at(document, place)
    if place[:2] == ("components", "schemas"):  # which has a docstring of its own
        schema = {key: item for key, item in schema.items() if key not in ("title", "description")}
    more = ", optional=True" if kind.nullable or not required else ""
    checked = f"encode.mapping({name}, {name!r}{more})" if kind.argument.endswith("Mapping[str, Any]") else name
    default = "" if required else "UNSET" if kind.nullable else "None"
    sent = f"encode.body_value({checked})" + ("" if required else f" if {name} is not {default} else UNSET")
    if not required and "x-infino-body" in body.node:
        sent = f"encode.body_value({checked}) or {{}}"
    return _only(
        body.node, name, kind, schema, default, sent, keep_none=kind.nullable, deprecated=bool(schema.get("deprecated"))
    )


def _raw(body: Node, schema: Node) -> Argument:
    name = python_name({}, str(body.get("x-infino-body", "content")))
    kind = PythonType("str | bytes", "str | bytes", "readers.anything")
    required = bool(body.get("required"))
    sent = f"encode.content({name})" if required else f"encode.content({name}) if {name} is not None else None"
    return _only(body, name, kind, schema, "" if required else "None", sent)


def _only(
    body: Node,
    name: str,
    kind: PythonType,
    schema: Node,
    default: str,
    sent: str,
    *,
    keep_none: bool = False,
    deprecated: bool = False,
) -> Argument:
    """Return the one argument of a method that takes its body whole."""
    return Argument(
        name=name,
        wire="",
        place="whole",
        type=kind,
        required=bool(body.get("required")),
        default=default,
        text=str(body.get("description", "")),
        positional=True,
        expression=sent,
        keep_none=keep_none,
        schema=schema,
        deprecated=deprecated,
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
        # In the order of the word, which is that of the arguments.
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
        # Bytes in base64 are text to a form, whatever they hold.
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
            media_argument = f", {media!r}" if media else ""
            found.append(_without_null(replace(one, pair=f"({one.wire!r}, {one.name}{media_argument})")))
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
    schema = {**node_at(document, parser.place_of(typed)), **node}
    name = python_name(node, wire)
    keep_none = kind.nullable
    default = default_of(required, schema) if required else "UNSET" if keep_none else "None"
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
        example=example_of(schema),
        schema=schema,
        deprecated=bool(schema.get("deprecated")),
    )
