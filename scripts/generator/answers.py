"""What an operation answers: the Python type of the value and the code that reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from . import parser
from .arguments import Argument
from .bodies import media_kind, refuse_without_form
from .docstrings import field_text
from .document import Node, Operation, Place, Placed, follow, model_properties, refused
from .names import names_of
from .parser import Endpoint, ListProperty, ModelProperty, NoneProperty, Parsed, Property, UnionProperty
from .prose import headers_of
from .types import PythonType, class_name, identifier, in_json, model_type, node_at, of_property, split_union

_FIXED = {
    "flag": ("bool", "shapes.flag"),
    "identifier": ("str", "shapes.identifier"),
    "count": ("int", "shapes.count"),
    "messages": ("list[str]", "shapes.messages"),
    "raw": ("Json", "shapes.raw"),
}
_NAMED = ("one", "entry")
_STREAMS = ("ndjson", "sequence", "events")
_CURSORS = ("next_cursor", "next_page_token", "next_page", "next")
PAGES = {
    "offset": ("offset",),
    "page": ("page", "page_number"),
    "cursor": ("cursor", "page_token", "after"),
}
"""Parameters that move a list on, by the kind of paging."""
# Must agree with the keys that `runtime.shapes` looks under: the type is planned here, the answer is read there.
LIST_KEYS = ("items", "data", "results", "hits")
_NOTHING = PythonType("None", "None", "readers.nothing", nullable=True)


@dataclass(frozen=True)
class AnswerType:
    """The value of an operation.

    Attributes:
        value: Its annotation.
        item: The annotation of one item of a list, else the same.
        parse: Code of the reader of the whole answer.
        models: Models that the annotation names.
        accept: How the body is handed over: json, none, bytes or stream.
        by_status: Readers of answers whose status says what they are.
        returns: What the docstring says of it.
        media: The media type that is asked for by name, empty where the transport knows it.
    """

    value: str
    item: str
    parse: str
    models: frozenset[tuple[str, str]]
    accept: str
    by_status: tuple[tuple[str, str], ...] = ()
    returns: str = "The answer."
    media: str = ""


@dataclass(frozen=True)
class _Success:
    """One documented success."""

    status: str
    media: str
    type: PythonType
    property: Property | None
    place: Place
    description: str


def answer_of(
    parsed: Parsed, document: Node, operation: Operation, node: Node, found: list[Argument], endpoint: Endpoint
) -> AnswerType:
    """Choose the type and the reader of an operation's answer.

    Args:
        parsed: Models of the document.
        document: The whole document.
        operation: The operation.
        node: Its words, those of a variant over its own.
        found: Its arguments.
        endpoint: What openapi-python-client made of it.

    Returns:
        The answer.
    """
    successes = _successes(document, operation, node, endpoint)
    shape = node.get("x-infino-shape")
    _refuse_idle(operation, node)
    if shape is None and "x-infino-type" not in node and not node.get("x-infino-pagination"):
        return _plain(operation, node, successes, ".".join(names_of(node, operation.place)))
    # A 204 beside a 200 says nothing of the type, so the first success that has a body is the one to describe.
    main = next((one for one in successes if one.property is not None), successes[0])
    kind = _type_of(parsed, operation, node, main)
    accept = str(node.get("x-infino-accept", "json"))
    if main.media and media_kind(main.media) != "json" and "x-infino-accept" not in node:
        word = next(one for one in ("x-infino-shape", "x-infino-type", "x-infino-pagination") if one in node)
        what = f"{word} reads JSON, and the answer is {main.media}"
        raise refused((*operation.place, word), what, "take it out; the media type says how it is read")
    base = AnswerType(kind.annotation, kind.annotation, "", kind.models, accept, returns=main.description)
    keys = list(node.get("x-infino-keys", ()))
    if shape is None and node.get("x-infino-pagination"):
        shape = "list"
    if shape is None:
        return replace(base, parse=f"shapes.whole({kind.reader})")
    _refuse_strange_keys(document, operation, main, keys)
    if shape in _FIXED:
        value, parse = _FIXED[shape]
        return replace(base, value=value, item=value, parse=parse, models=frozenset())
    if shape == "list" and "x-infino-type" not in node:
        kind, keys = _items(document, main, keys)
        base = replace(base, models=kind.models)
    reader = f"shapes.envelope({kind.reader})" if node.get("x-infino-item-shape") == "envelope" else kind.reader
    options = "".join(f", {key!r}" for key in keys)
    if shape in ("list", "entries", "fields"):
        if shape == "list":
            spellings = _identity(document, parsed, kind, "id", "name")
            options += f", identity={spellings}" if spellings else ""
            options += f", following={_following(document, main, operation, node)!r}" if _by(node) == "cursor" else ""
        function = "many" if shape == "list" else shape
        item = kind.annotation
        return replace(base, value=f"list[{item}]", item=item, parse=f"shapes.{function}({reader}{options})")
    if shape in _NAMED:
        # The last one names the item, those before it what it lies in.
        last = [one.name for one in found if one.place == "path"][-1]
        return replace(base, parse=f"shapes.{shape}({reader}, {last})")
    if shape == "receipt":
        spellings = _identity(document, parsed, kind, "id")
        last = [one.name for one in found if one.place == "path"][-1:]
        options = "".join(f", {one!r}" for one in spellings) + (f", known={last[0]}" if last and spellings else "")
        if spellings:
            return replace(base, parse=f"shapes.receipt({reader}{options})")
    return replace(base, parse=f"shapes.{shape}({reader})")


_LISTED = {"list", "entries", "fields"}
_NEEDS: dict[str, set[str | None]] = {
    "x-infino-keys": {"list", "entries"},
    "x-infino-item-shape": {*_LISTED},
    "x-infino-type": {*_LISTED, "one", "entry", "envelope", "receipt", "greeting", "whole", None},
    "x-infino-pagination": {*_LISTED},
}
"""Words that say something beside these shapes only; None is that of none."""
_INSTEAD = (
    ("x-infino-plan", "x-infino-example"),
    ("x-infino-plan", "x-infino-pagination"),
    ("x-infino-handwritten", "x-infino-plan"),
    ("x-infino-handwritten", "x-infino-example"),
    ("x-infino-handwritten", "x-infino-pagination"),
)
"""Words beside which others say nothing: a plan has an example of its own, and what is written by hand has all."""


def _refuse_idle(operation: Operation, node: Node) -> None:
    """Refuse a word that would change nothing where it stands."""
    shape = node.get("x-infino-shape") or ("list" if node.get("x-infino-pagination") else None)
    for word, known in _NEEDS.items():
        if word in node and shape not in known:
            beside = f"beside the shape {shape}" if shape else "without x-infino-shape"
            raise refused((*operation.place, word), f"{word} says nothing {beside}", "take it out, or add the shape")
    for word, other in _INSTEAD:
        if node.get(word) and node.get(other):
            what = f"{other} says nothing beside {word}"
            raise refused((*operation.place, other), what, "take one of them out")
    if _by(node) == "cursor" and shape != "list":
        what = f"x-infino-pagination: 'cursor' finds no cursor in the shape {shape}"
        raise refused((*operation.place, "x-infino-pagination"), what, "x-infino-shape: list")
    if "x-infino-accept" in node and shape is None and "x-infino-type" not in node:
        what = "x-infino-accept says nothing without x-infino-shape"
        raise refused((*operation.place, "x-infino-accept"), what, "describe the answer by its media type")
    if node.get("x-infino-get-with-body") and (operation.http != "post" or operation.body is None):
        what = "x-infino-get-with-body is for a POST with a body that old gateways know as a GET"
        raise refused((*operation.place, "x-infino-get-with-body"), what, "take it out")
    if shape in _NAMED and "{" not in operation.path:
        what = f"x-infino-shape: {shape!r} takes the item of a name, and the path has no parameter that names one"
        raise refused((*operation.place, "x-infino-shape"), what, "x-infino-shape: whole")
    for path in node.get("x-infino-alias", ()):
        named = [sorted(re.findall(r"\{[^{}]*\}", one)) for one in (path, operation.path)]
        if named[0] != named[1] or not path.startswith("/"):
            what = f"x-infino-alias: {path!r} is not a path with the parameters of {operation.path}"
            raise refused((*operation.place, "x-infino-alias"), what, "mend it")


def _refuse_strange_keys(document: Node, operation: Operation, main: _Success, keys: list[str]) -> None:
    """Refuse keys of an envelope whose description has none of them."""
    if keys and isinstance(main.property, ModelProperty) and parser.has_properties(main.property):
        known = model_properties(document, _placed(document, main.property))
        if not {*keys} & {*known}:
            what = f"x-infino-keys: {keys!r} are not fields of the answer"
            raise refused((*operation.place, "x-infino-keys"), what, f"one of {', '.join(known)}")


def _by(node: Node) -> str:
    return str(node.get("x-infino-pagination", ""))


def _successes(document: Node, operation: Operation, node: Node, endpoint: Endpoint) -> list[_Success]:
    codes = sorted(code for code in operation.answers if code.startswith("2"))
    if not codes:
        raise refused(
            (*operation.place, "responses"), f"{operation.path} documents no success", 'a response "200" or "2XX"'
        )
    return [_success(document, operation, node, endpoint, code) for code in codes]


def _success(document: Node, operation: Operation, node: Node, endpoint: Endpoint, code: str) -> _Success:
    placed = operation.answers[code]
    description = " ".join([str(placed.node.get("description", "The answer.")), *headers_of(document, placed)])
    content = placed.node.get("content", {})
    if content and (operation.http == "head" or code in ("204", "205")):
        what = "an answer to HEAD" if operation.http == "head" else f"an answer of {code}"
        raise refused((*placed.place, "content"), f"{what} has no body", "take it out")
    if not content:
        return _Success(code, "", _NOTHING, None, placed.place, description)
    # JSON wins over its alternatives, because it is the one form of which the schema describes every field.
    chosen = next((media for media in content if media_kind(media) == "json"), next(iter(content)))
    others = [media for media in content if media != chosen]
    if others and "x-infino-shape" not in node and "x-infino-accept" not in node:
        raise refused(
            (*placed.place, "content", others[0]), f"is left out beside {chosen}", "keep one media type for each status"
        )
    if "*" in chosen:
        raise refused((*placed.place, "content", chosen), f"{chosen} says nothing of the answer", "name its media type")
    typed = next(one for one in endpoint.responses if one.status_code.pattern == code).prop
    if media_kind(chosen) in _STREAMS and isinstance(typed, ListProperty):  # the stream itself is the array
        typed = parser.item_of(typed)
    place = (*placed.place, "content", chosen)
    kind, form = of_property(document, typed), media_kind(chosen)
    if kind.kind != "model" and "x-infino-shape" not in node:
        own = follow(document, content[chosen].get("schema", {}), (*place, "schema")).node
        said = " ".join(str(own.get("description", "")).split())
        description = field_text(
            {**own, "description": description if said in description else f"{description} {said}"}
        )
    if form == "json":
        in_json(kind, place)
    elif form not in _STREAMS:
        refuse_without_form(kind, chosen, place)
    return _Success(code, chosen, kind, typed, place, description)


def _type_of(parsed: Parsed, operation: Operation, node: Node, main: _Success) -> PythonType:
    if "x-infino-type" not in node:
        return main.type
    name = class_name(str(node["x-infino-type"]))
    for model in parsed.models:
        if str(model.class_info.name) == name:
            return model_type(model)
    place = (*operation.place, "x-infino-type")
    raise refused(place, f"{node['x-infino-type']!r} is not an object of components.schemas", "name one of those")


def _items(document: Node, main: _Success, keys: list[str]) -> tuple[PythonType, list[str]]:
    """Return the type of one item of a list, and the keys under which an envelope may hold the list."""
    if isinstance(main.property, ListProperty):
        return of_property(document, parser.item_of(main.property)), keys
    if isinstance(main.property, ModelProperty):
        properties = (*(main.property.required_properties or ()), *(main.property.optional_properties or ()))
        lists = {parser.wire_name(one): held for one in properties if (held := _list_of(one))}
        # The document's own word wins; a sole list needs none.
        known = [name for name in (*keys, *LIST_KEYS) if name in lists] or (list(lists) if len(lists) == 1 else [])
        if known:
            return of_property(document, parser.item_of(lists[known[0]])), [known[0], *keys]
    what = main.type.annotation
    raise refused(
        main.place,
        f"{what} is not a list, and none of its fields is known as one",
        "an array, or name it by x-infino-keys",
    )


def _list_of(property: Property) -> ListProperty | None:
    """Return the list that a field holds, also where it may be null."""
    members = property.inner_properties if isinstance(property, UnionProperty) else [property]
    held = [one for one in members if not isinstance(one, NoneProperty)]
    return held[0] if len(held) == 1 and isinstance(held[0], ListProperty) else None


def _following(document: Node, main: _Success, operation: Operation, node: Node) -> str:
    """Return the field of an envelope that holds the next cursor."""
    if isinstance(main.property, ModelProperty):
        properties = model_properties(document, _placed(document, main.property))
        found = next((name for name in _CURSORS if name in properties), "")
        if found:
            return found
    raise refused(
        (*operation.place, "x-infino-pagination"),
        f"{_by(node)!r} needs an answer that holds the next cursor",
        f"an object with {' or '.join(_CURSORS)} beside its items",
    )


def _placed(document: Node, model: ModelProperty) -> Placed:
    place = parser.place_of(model)
    return Placed(node_at(document, place), place)


def _identity(document: Node, parsed: Parsed, kind: PythonType, *names: str) -> tuple[str, ...]:
    """Return the spellings of the first of these attributes that an object has."""
    for name in names:
        for model in parsed.models:
            if (str(model.class_info.module_name), str(model.class_info.name)) in kind.models and kind.kind == "model":
                for wire, found in model_properties(document, _placed(document, model)).items():
                    if identifier(str(found.node.get("x-infino-name", wire))) == name:
                        return wire, *found.node.get("x-infino-aliases", ())
    return ()


def _plain(operation: Operation, node: Node, successes: list[_Success], name: str) -> AnswerType:
    """Return the answer of an operation of which plain OpenAPI says all."""
    reads = {one.status: _read(one, operation, name) for one in successes}
    accepts = {accept for one in successes if (accept := _accept(one))}
    if len(accepts) > 1:
        other = next(one for one in successes if _accept(one) != "json")
        raise refused(other.place, f"{other.media} is answered beside another form", "one operation for each")
    streams = "stream" in accepts
    for one in successes:
        # 204 and 205 have no body (RFC 9110, 15.3.5 and 15.3.6); any other status might bring one that is not a stream.
        if streams and not one.media and one.status not in ("204", "205"):
            raise refused(one.place, f"{one.status} beside a stream may hold anything", "204 for an answer of nothing")
    types = [one.type for one in successes]
    values = dict.fromkeys(part for one in successes for part in split_union(_annotation(one)))
    if len(values) > 1 and "None" in values:
        # None last, as in annotations written by hand.
        values = {**{part: None for part in values if part != "None"}, "None": None}
    value = " | ".join(values)
    first = next(iter(reads.values()))
    accept = str(node.get("x-infino-accept") or next(iter(accepts), "none" if operation.http == "head" else "json"))
    return AnswerType(
        value=value,
        item=value,
        parse=first if accept != "none" else "readers.nothing",
        models=frozenset(model for one in types for model in one.models),
        accept=accept,
        by_status=tuple(reads.items()) if len(reads) > 1 else (),
        returns=" ".join(dict.fromkeys(one.description for one in successes)),
        media=next((one.media for one in successes if streams and one.media), ""),
    )


def _accept(one: _Success) -> str:
    kind = media_kind(one.media) if one.media else ""
    return "stream" if kind in _STREAMS else kind if kind in ("", "json") else "bytes"


def _annotation(one: _Success) -> str:
    kind = media_kind(one.media) if one.media else "json"
    if kind == "json":
        return "Json" if one.type.annotation == "Any" else one.type.optional
    item = "Json" if _is_free(one.type) else one.type.optional
    return {
        "ndjson": f"Stream[{item}]",
        "sequence": f"Stream[{item}]",
        "events": f"Stream[ServerSentEvent[{item}]]",
        "text": "str",
        "yaml": "str",
    }.get(kind, "bytes")


def _is_free(kind: PythonType) -> bool:
    """Streams are described as text where nothing is known of their values."""
    return kind.kind == "file" or kind.annotation in ("Any", "str")


def _read(one: _Success, operation: Operation, name: str) -> str:
    kind = media_kind(one.media) if one.media else ""
    if not kind:
        return f"shapes.nothing({operation.path!r})"
    if kind == "json":
        return _nullable(f"shapes.whole({one.type.reader})" if one.type.kind == "model" else one.type.reader, one.type)
    item = "readers.anything" if _is_free(one.type) else _nullable(one.type.reader, one.type)
    return {
        "ndjson": f"shapes.lines({item}, {name!r})",
        # RFC 7464, section 2.1: a record separator (0x1E) stands in front of every text of a JSON sequence.
        "sequence": f"shapes.lines({item}, {name!r}, b'\\x1e')",
        "events": f"shapes.events({item}, {name!r})",
        "text": "shapes.text",
        "yaml": "shapes.text",
    }.get(kind, "shapes.content")


def _nullable(reader: str, kind: PythonType) -> str:
    return f"readers.nullable({reader})" if kind.nullable and kind.annotation not in ("Any", "None") else reader
