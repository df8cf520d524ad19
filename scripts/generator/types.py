"""From a typed property of openapi-python-client to the Python type that users see and the reader that makes it."""

from __future__ import annotations

import builtins
import json
import keyword
import re
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from . import parser
from .document import DocumentError, Node, Place, Placed, follow, model_properties, refused, words
from .parser import PREFIX, ClassName, ModelProperty, Property, PythonIdentifier, snake_case

_COERCIONS = {
    "text": ("str", "text"),
    "integer": ("int", "integer"),
    "number": ("float", "number"),
    "flag": ("bool", "flag"),
    "time": ("datetime", "time"),
    "any": ("Any", "anything"),
}
_BUILTINS_OF_ANNOTATIONS = {
    "list", "dict", "str", "int", "float", "bool", "bytes", "object", "self", "datetime", "property", "tuple",
}  # fmt: skip
CLASSES_IN_USE = words(
    "Any AsyncCaller AsyncPage AsyncStream Call Caller ClassVar Decimal IO Items Json Literal Mapping "
    "Model None NoneType PathLike RawResponse RetryPolicy Sequence Stream SyncPage TYPECHECKING TYPE_CHECKING "
    "Timeouts UNSET UUID Unset"
)
"""Class names that generated modules use themselves."""


@dataclass(frozen=True)
class PythonType:
    """A type as code: its annotation, how arguments of it are annotated, and its reader.

    Attributes:
        annotation: Annotation of a value read from an answer.
        argument: Annotation of an argument that may also be given as plain data.
        reader: Expression that makes the reader, over `readers`.
        models: Models that the annotations name, as module and class.
        nullable: True when null is a documented value.
        kind: What it is: scalar, file, files, array, map, model, union or any.
        has_text: True when it can stand in a query, a header or a path: a scalar, or an array of those.
    """

    annotation: str
    argument: str
    reader: str
    models: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    nullable: bool = False
    kind: str = "scalar"
    has_text: bool = True

    @property
    def optional(self) -> str:
        """The annotation of a value that may be null."""
        return (
            f"{self.annotation} | None" if self.nullable and self.annotation not in ("Any", "None") else self.annotation
        )

    @property
    def optional_argument(self) -> str:
        """The annotation of an argument that may be null."""
        return f"{self.argument} | None" if self.nullable and self.argument not in ("Any", "None") else self.argument


def identifier(name: str) -> str:
    """Return a safe snake_case Python name; builtins that annotations don't use keep their name.

    Args:
        name: Any string of the document.

    Returns:
        An identifier.
    """
    name = re.sub(r"\[(\w)", r"_\1", name)  # page[size] is page_size
    found = str(PythonIdentifier(name, PREFIX))
    bare = found[:-1]
    # The parser adds a `_` to every builtin; only those that annotations use would be hidden by a name.
    added = found.endswith("_") and not snake_case(name).endswith("_")
    if added and bare not in _BUILTINS_OF_ANNOTATIONS and hasattr(builtins, bare) and not keyword.iskeyword(bare):
        return bare
    return found


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
        True for objects with properties; one with files is a form, whose parts are arguments.
    """
    schema = follow(document, document["components"]["schemas"][name], ()).node
    binary = any(node.get("format") == "binary" for node in schema.get("properties", {}).values())
    return bool(schema.get("properties") or schema.get("allOf")) and not binary


def node_at(document: Node, place: Place) -> Node:
    """Return the node that stands at a place of the document, empty when there is none."""
    found: Any = document
    for step in place:
        found = found[int(step)] if isinstance(found, list) else found.get(step, {})
    return found if isinstance(found, dict) else {}


def of_property(document: Node, found: Property) -> PythonType:
    """Choose the Python type of what openapi-python-client made of a schema.

    Args:
        document: The whole document, for the words that the parser drops.
        found: The typed property.

    Returns:
        The type as code.
    """
    place = parser.place_of(found)
    node = node_at(document, place)
    made = _coerced(node) or _of(document, found, node, place)
    kinds = node.get("type")
    nullable = made.nullable or (isinstance(kinds, list) and "null" in kinds) or None in node.get("enum", ())
    return replace(made, nullable=nullable)


def _coerced(node: Node) -> PythonType | None:
    if "x-infino-coerce" not in node:
        return None
    annotation, reader = _COERCIONS[node["x-infino-coerce"]]
    argument = "datetime | str" if annotation == "datetime" else annotation
    return PythonType(annotation, argument, f"readers.{reader}", kind="any" if annotation == "Any" else "scalar")


def _of(document: Node, found: Property, node: Node, place: Place) -> PythonType:
    match found:
        case parser.ModelProperty():
            return _object(document, found)
        case parser.ListProperty():
            item = of_property(document, parser.item_of(found))
            if item.kind == "file":
                return PythonType("list[bytes]", "Sequence[bytes]", "readers.anything", kind="files")
            return _container(in_json(item, place), "list[{}]", "Sequence[{}]", "items", "array")
        case parser.UnionProperty():
            members = [in_json(of_property(document, one), place) for one in parser.members_of(found)]
            return _union(document, members, node, place)
        case parser.LiteralEnumProperty():
            words = [word for word in node.get("enum", sorted(found.values)) if word is not None]
            base, reader = ("int", "integer") if found.value_type is int else ("str", "text")
            return _scalar(f"{_literal(words)} | {base}", reader)
        case parser.ConstProperty():
            value = node["const"]
            # By exact type, because True is an int as well.
            reader = {bool: "flag", int: "integer", str: "text"}.get(type(value))
            if reader is None:
                raise refused((*place, "const"), f"{value!r} is neither text nor a whole number", "describe it instead")
            return _scalar(_literal([value]), reader)
        case parser.StringProperty():
            return _text(node)
        case parser.FloatProperty():
            if node.get("format") != "decimal":
                return _scalar("float", "number")
            if "schemas" not in place and "schema" in place and "content" not in place:  # a parameter, sent as text
                return PythonType("Decimal", "Decimal | int", "readers.decimal")
            raise refused(
                (*place, "format"),
                "a JSON number passes through floats and loses digits",
                "type: string, format: decimal",
            )
        case parser.FileProperty():
            return PythonType("bytes", "bytes", "readers.base64", kind="file")
        case parser.IntProperty():
            return _scalar("int", "integer")
        case parser.BooleanProperty():
            return _scalar("bool", "flag")
        case parser.DateTimeProperty():
            return PythonType("datetime", "datetime | str", "readers.time")
        case parser.DateProperty():
            return PythonType("date", "date | str", "readers.day")
        case parser.UuidProperty():
            return PythonType("UUID", "UUID | str", "readers.uuid")
        case parser.NoneProperty():
            return PythonType("None", "None", "readers.nothing", nullable=True)
        case parser.AnyProperty():
            return PythonType("Any", "Any", "readers.anything", kind="any")
    raise refused(place, f"{type(found).__name__} of openapi-python-client is not known here", "add it to types.py")


def _scalar(annotation: str, reader: str) -> PythonType:
    return PythonType(annotation, annotation, f"readers.{reader}")


def _text(node: Node) -> PythonType:
    if node.get("format") == "decimal":
        return PythonType("Decimal", "Decimal | str", "readers.decimal")
    if node.get("format") == "byte" or node.get("contentEncoding") == "base64":
        return PythonType("bytes", "bytes", "readers.base64")
    return _scalar("str", "text")


def in_json(kind: PythonType, place: Place) -> PythonType:
    """Pass on what JSON knows.

    Args:
        kind: The type.
        place: Where it is described.

    Raises:
        DocumentError: It is bytes as they are.
    """
    if kind.kind in ("file", "files"):
        raise no_files(place)
    return kind


def no_files(place: Place) -> DocumentError:
    """Return the refusal of bytes where only JSON goes.

    Args:
        place: Where they are described.
    """
    return refused(place, "bytes as they are have no form in JSON", "format: byte, which is base64")


def _literal(words: list[Any]) -> str:
    return f"Literal[{', '.join(map(repr, words))}]"


def _container(item: PythonType, annotation: str, argument: str, reader: str, kind: str) -> PythonType:
    keep = ", keep_null=True" if item.nullable else ""
    return PythonType(
        annotation.format(item.optional),
        argument.format(item.optional_argument),
        f"readers.{reader}({item.reader}{keep})",
        item.models,
        kind=kind,
        has_text=kind == "array" and item.kind in ("scalar", "any"),
    )


def model_type(model: ModelProperty) -> PythonType:
    """Return the type of an object that has a class.

    Args:
        model: The object.
    """
    name, module = str(model.class_info.name), str(model.class_info.module_name)
    models = frozenset({(module, name)})
    reader = f"readers.model({module!r}, {name!r})"
    return PythonType(name, f"{name} | Mapping[str, Any]", reader, models, kind="model", has_text=False)


def _object(document: Node, found: ModelProperty) -> PythonType:
    if parser.has_files(found):
        raise no_files(parser.place_of(found))
    if parser.has_properties(found):
        return model_type(found)
    values = found.additional_properties
    if values is None or isinstance(values, parser.AnyProperty):
        return PythonType("dict[str, Any]", "Mapping[str, Any]", "readers.mapping", kind="map", has_text=False)
    item = in_json(of_property(document, values), parser.place_of(found))
    return _container(item, "dict[str, {}]", "Mapping[str, {}]", "values", "map")


def _union(document: Node, members: list[PythonType], node: Node, place: Place) -> PythonType:
    nullable = any(one.nullable for one in members)
    members = [one for one in members if one.annotation != "None"]
    if not members:
        return PythonType("None", "None", "readers.nothing", nullable=True)
    # A union with anything is anything, and a reader of it could refuse nothing.
    if any(one.kind == "any" for one in members):
        return PythonType("Any", "Any", "readers.anything", kind="any", nullable=nullable)
    if len(members) == 1:
        return replace(members[0], nullable=nullable)
    models: frozenset[tuple[str, str]] = reduce(frozenset.union, (one.models for one in members), frozenset())
    reader = _tagged(document, node, place) or f"readers.best({', '.join(one.reader for one in members)})"
    return PythonType(
        _joined(one.annotation for one in members),
        _joined(one.argument for one in members),
        reader,
        models,
        nullable,
        kind="union",
        has_text=all(one.has_text for one in members),
    )


def _joined(parts: Any) -> str:
    """Join unions to one, each member named once."""
    return " | ".join(dict.fromkeys(one for part in parts for one in split_union(part)))


def split_union(annotation: str) -> list[str]:
    """Split an annotation at the bars that stand outside of brackets and quotes.

    Args:
        annotation: Such as `dict[str, int | str] | None`.

    Returns:
        Its members.
    """
    parts, depth, quote, start, escaped = [], 0, "", 0, False
    for index, sign in enumerate(annotation):
        if quote:
            if escaped:
                escaped = False
            elif sign == "\\":
                escaped = True
            elif sign == quote:
                quote = ""
        elif sign in "'\"":
            quote = sign
        elif sign in "[(":
            depth += 1
        elif sign in "])":
            depth -= 1
        elif sign == "|" and not depth:
            parts.append(annotation[start:index].strip())
            start = index + 1
    return [*parts, annotation[start:].strip()]


def _words_of(document: Node, name: str, tag: str) -> list[str]:
    """Return the words that a named object allows for a field, as a mapping would name them."""
    node = document["components"]["schemas"].get(name, {})
    at = model_properties(document, Placed(node, ("components", "schemas", name))).get(tag)
    schema = follow(document, at.node, at.place).node if at else {}
    words = [schema["const"]] if "const" in schema else schema.get("enum", ())
    # The keys of a discriminator's mapping are text, so `true` and `1` are compared in their JSON spelling.
    return [json.dumps(word) if isinstance(word, bool | int) else word for word in words if word is not None]


def _tagged(document: Node, node: Node, place: Place) -> str:
    """Return the reader of a union with a discriminator, empty when there is none."""
    if "discriminator" not in node:
        return ""
    schemas = document["components"]["schemas"]
    found = dict(node["discriminator"].get("mapping", {}))
    tag = node["discriminator"]["propertyName"]
    members = [one for one in node.get("oneOf") or node.get("anyOf") or [] if one.get("type") != "null"]
    known = [str(one.get("$ref", "")).rsplit("/", 1)[-1] for one in members]
    for name in known:
        if not name:
            raise refused((*place, "discriminator"), "chooses among objects without a name", "move them to components")
        if all(target.rsplit("/", 1)[-1] != name for target in found.values()):
            for word in (*_words_of(document, name, tag), name):
                found.setdefault(word, name)
    readers = []
    for word, target in found.items():
        name = target.rsplit("/", 1)[-1]
        if name not in schemas or not is_model(document, name):
            raise refused(
                (*place, "discriminator", "mapping", word), f"{target} is not an object of components", "mend it"
            )
        # A member without the field could never be told from the others.
        if tag not in model_properties(document, Placed(schemas[name], ("components", "schemas", name))):
            raise refused((*place, "discriminator", "propertyName"), f"{name} has no {tag}", "describe it there")
        if name not in known:
            raise refused(
                (*place, "discriminator", "mapping", word), f"{target} is not one of the members", "add it to them"
            )
        readers.append(f"{word!r}: readers.model({module_name(class_name(name))!r}, {class_name(name)!r})")
    return f"readers.tagged({tag!r}, {{{', '.join(readers)}}})"
