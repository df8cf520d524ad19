"""openapi-python-client: the one module that imports it, and where we mend what it gets wrong.

It parses the whole document, and its typed properties, bodies, responses and enums are what all annotations are
written from. It is pinned exactly, because none of these names is promised; tests/unit/test_parser.py says which one a
new release moved. Every mend is a change of the copy that it parses, never of what is generated:

- each description is replaced by the place of its node, so that a typed property leads back to the words it drops;
- free-form objects and enums get names of their own, because it refuses two of one name; we write no class for them;
- headers and cookies are shown to it as query parameters, because it takes only scalars in headers;
- a nullable object is shown as an object, because it would be called `NameType0`; `null` is looked up;
- properties beside a single reference in `allOf` become a second member, because it would drop them;
- references that were copied before their object was read are given its properties;
- defaults are left out, because it writes them into code; we only document them;
- media types that it does not know are read as bytes (`content_type_overrides`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from openapi_python_client import Project as Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.bodies import Body as Body
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint as Endpoint
from openapi_python_client.parser.properties import AnyProperty as AnyProperty
from openapi_python_client.parser.properties import LiteralEnumProperty as LiteralEnumProperty
from openapi_python_client.parser.properties import ModelProperty as ModelProperty
from openapi_python_client.parser.properties import Property as Property
from openapi_python_client.parser.properties.boolean import BooleanProperty as BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty as ConstProperty
from openapi_python_client.parser.properties.date import DateProperty as DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty as DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty as FileProperty
from openapi_python_client.parser.properties.float import FloatProperty as FloatProperty
from openapi_python_client.parser.properties.int import IntProperty as IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty as ListProperty
from openapi_python_client.parser.properties.none import NoneProperty as NoneProperty
from openapi_python_client.parser.properties.string import StringProperty as StringProperty
from openapi_python_client.parser.properties.union import UnionProperty as UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty as UuidProperty
from openapi_python_client.strings import ClassName as ClassName
from openapi_python_client.strings import PythonIdentifier as PythonIdentifier
from openapi_python_client.strings import pascal_case as pascal_case
from openapi_python_client.strings import safe_for_docstring as safe_for_docstring
from openapi_python_client.strings import snake_case as snake_case

from .document import DocumentError, DocumentProblem, Node, Place, expanded, follow

PREFIX = "field_"
_MARK = "\u2060"  # joins the steps of a place in a description; no key can hold it by accident
_KNOWN = ("application/json", "multipart/form-data", "application/x-www-form-urlencoded", "application/octet-stream")


@dataclass
class Parsed:
    """What openapi-python-client made of the document.

    Attributes:
        data: All of it, for its templates.
        config: Its settings.
        endpoints: Its endpoints by HTTP method and path.
    """

    data: GeneratorData
    config: Config
    endpoints: dict[tuple[str, str], Endpoint] = field(default_factory=dict)

    @property
    def models(self) -> list[ModelProperty]:
        """Objects with properties, each of which becomes a class; the parts of a form with files are arguments only."""
        found = [model for model in self.data.models if has_properties(model) and not has_files(model)]
        return sorted(found, key=lambda model: str(model.class_info.name))


def has_properties(model: ModelProperty) -> bool:
    """Tell whether an object has properties of its own, rather than being a map or free-form."""
    return bool(model.required_properties or model.optional_properties)


def has_files(model: ModelProperty) -> bool:
    """Tell whether an object holds files, so that it can only be a multipart form."""
    properties = (*(model.required_properties or ()), *(model.optional_properties or ()))
    inner = (one.inner_property if isinstance(one, ListProperty) else one for one in properties)
    return any(isinstance(one, FileProperty) for one in inner)


def place_of(property: Property) -> Place:
    """Return where the schema of a typed property stands in the document.

    Args:
        property: What the parser made of a schema.
    """
    text = property.description
    return _place("" if text is None else text.get_untrusted_value())


def _place(text: str) -> Place:
    return tuple(text.split(_MARK)[1:]) if text.startswith(_MARK) else ()


def item_of(listed: ListProperty) -> Property:
    """Return what stands in an array; the parser itself promises less of its type."""
    return cast("Property", listed.inner_property)


def members_of(union: UnionProperty) -> list[Property]:
    """Return the members of a union, see `item_of`."""
    return cast("list[Property]", union.inner_properties)


def wire_name(property: Property) -> str:
    """Return the name of a property as it stands in the document."""
    return property.name.get_untrusted_value()


def parse(document: Node, path: Path, output: Path, settings: Path) -> Parsed:
    """Let openapi-python-client parse the whole document.

    Args:
        document: The document.
        path: Its file, for messages.
        output: Folder of the package.
        settings: Settings of openapi-python-client.

    Returns:
        Its models and endpoints.

    Raises:
        DocumentError: If it warns of anything, or leaves anything out.
    """
    loaded = ConfigFile.load_from_path(settings)
    loaded.content_type_overrides = {**_overrides(document), **(loaded.content_type_overrides or {})}
    config = Config.from_sources(loaded, MetaType.NONE, path, "utf-8", False, output)
    data = GeneratorData.from_dict(_Copy(document).made(), config=config)
    if isinstance(data, GeneratorError):
        raise DocumentError(DocumentProblem((), f"openapi-python-client cannot read it: {_first_line(data)}"))
    parsed = Parsed(data, config)
    errors = list(data.errors)
    for collection in data.endpoint_collections_by_tag.values():
        errors += collection.parse_errors
        for endpoint in collection.endpoints:
            [http, *route] = _place(endpoint.description.get_untrusted_value())
            parsed.endpoints[http, "".join(route)] = endpoint
    if errors:
        raise DocumentError(*(_problem(error) for error in errors))
    for operation in expanded(document):
        if (operation.http, operation.path) not in parsed.endpoints:
            raise DocumentError(DocumentProblem(operation.place, "openapi-python-client leaves it out without a word"))
    _settle(parsed)
    data.enums = []  # the words stand in the annotations, and stay open; no class is written for them
    data.models = parsed.models
    return parsed


def _settle(parsed: Parsed) -> None:
    """Give every reference to an object its properties: some are copied before the object has been read."""
    known = {str(model.class_info.name): model for model in parsed.data.models}
    # By id: equal copies of one reference are different objects, and each of them has to be filled.
    seen: set[int] = set()
    waiting: list[Any] = list(known.values())
    for endpoint in parsed.endpoints.values():
        waiting += [one for _, one in parameters_of(endpoint)]
        waiting += [one.prop for one in (*endpoint.bodies, *endpoint.responses)]
    while waiting:
        found = waiting.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        match found:
            case ModelProperty():
                whole = known[str(found.class_info.name)]
                found.required_properties = whole.required_properties
                found.optional_properties = whole.optional_properties
                found.additional_properties = whole.additional_properties
                waiting += [*(whole.required_properties or ()), *(whole.optional_properties or ())]
                waiting.append(whole.additional_properties)
            case ListProperty():
                waiting.append(found.inner_property)
            case UnionProperty():
                waiting += found.inner_properties


def _first_line(error: GeneratorError) -> str:
    text = re.sub(r"<[\w.]*UntrustedString object at \w+>", "it", f"{error.header}: {error.detail or ''}")
    return " ".join(text.replace(_MARK, ".").split())[:400]


def _problem(error: GeneratorError) -> DocumentProblem:
    node: Any = getattr(error, "data", None)
    text = getattr(node, "description", None)
    said = _first_line(error)
    place = _place(text.get_untrusted_value()) if text is not None else _named(said)
    return DocumentProblem(place, f"openapi-python-client cannot type it: {said}", "write it in another form")


def _named(said: str) -> Place:
    """Return the place that a message names, for errors that carry none."""
    if found := re.search(r"parsing ([A-Z]+) (/\S*) within", said):
        return ("paths", found[2], found[1].lower())
    found = re.search(r"/components/schemas/(\S+?):* ", f"{said} ")
    return ("components", "schemas", found[1]) if found else ()


def _overrides(document: Node) -> dict[str, str]:
    """Media types that the parser does not know are bytes to it; how they are really read is ours to say."""
    found = {}
    for operation in expanded(document):
        holders = [operation.body, *operation.answers.values()]
        for media in (media for holder in holders if holder for media in holder.node.get("content", {})):
            plain = media.partition(";")[0].strip().lower()
            if plain not in _KNOWN and not plain.endswith("+json"):
                found[media] = "application/octet-stream"
    return dict(sorted(found.items()))


class _Copy:
    """The copy of the document that is parsed, with our mends."""

    def __init__(self, document: Node) -> None:
        self._document = document
        self._count = 0

    def made(self) -> Node:
        components = self._document.get("components", {})
        copied: Node = {"openapi": self._document["openapi"], "info": {"title": "infino", "version": "1"}}
        copied["components"] = {
            "schemas": {
                name: self._schema(node, ("components", "schemas", name))
                for name, node in components.get("schemas", {}).items()
                # Names for other names are left out, because `_schema` leads every reference past them.
                if "$ref" not in node
            },
            "responses": {
                name: self._content(node, ("components", "responses", name))
                for name, node in components.get("responses", {}).items()
            },
        }
        copied["paths"] = {}
        for operation in expanded(self._document):
            copied["paths"].setdefault(operation.path, {})[operation.http] = self._operation(operation)
        return copied

    def _operation(self, operation: Any) -> Node:
        node: Node = {
            "operationId": operation.node["operationId"],
            "tags": operation.node.get("tags", []),
            "description": f"{_MARK}{operation.http}{_MARK}{operation.path}",
            "parameters": [self._parameter(one.node, one.place) for one in operation.parameters],
            "responses": {code: self._content(one.node, one.place) for code, one in operation.answers.items()},
        }
        if operation.body is not None:
            node["requestBody"] = self._content(operation.body.node, operation.body.place)
        return node

    def _parameter(self, node: Node, place: Place) -> Node:
        if "content" in node:
            [(media, held)] = node["content"].items()
            schema = self._schema(held.get("schema", {}), (*place, "content", media, "schema"))
        else:
            schema = self._schema(node.get("schema", {}), (*place, "schema"))
        moved = node["in"] in ("header", "cookie")
        return {
            "name": parameter_key(node),
            "in": "query" if moved else node["in"],
            "required": bool(node.get("required")),
            "schema": schema,
        }

    def _content(self, node: Node, place: Place) -> Node:
        if "$ref" in node:
            return dict(node)
        found: Node = {"description": _MARK + _MARK.join(place)}
        if "required" in node:
            found["required"] = node["required"]
        if "content" in node:
            found["content"] = {
                media: {"schema": self._schema(held.get("schema", {}), (*place, "content", media, "schema"))}
                for media, held in node["content"].items()
            }
        return found

    def _schema(self, node: Any, place: Place) -> Any:
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            # A name for another name would become a class of its own.
            return {"$ref": "#/" + "/".join(follow(self._document, node, place).place)}
        made = {key: item for key, item in node.items() if not key.startswith("x-") and key not in _LEFT_OUT}
        made["description"] = _MARK + _MARK.join(place)
        if place[:2] == ("components", "schemas") and len(place) == 3:
            made.pop("title", None)  # it has a name already
        for key in ("allOf", "anyOf", "oneOf"):
            if key in node:
                made[key] = [self._schema(one, (*place, key, str(n))) for n, one in enumerate(node[key])]
        if "properties" in node:
            made["properties"] = {
                wire: self._schema(one, (*place, "properties", wire)) for wire, one in node["properties"].items()
            }
        for key in ("items", "additionalProperties"):
            if isinstance(node.get(key), dict):
                made[key] = self._schema(node[key], (*place, key))
        return self._mended(made)

    def _mended(self, made: Node) -> Node:
        kinds = made.get("type")
        if isinstance(kinds, list) and len(kinds) == 1:
            made["type"] = kinds = kinds[0]
        values = made.get("additionalProperties")
        has_class = isinstance(values, dict) and values.keys() & {"properties", "allOf"}  # called after the map
        free = _is_object(kinds) and not made.keys() & {"properties", "allOf", "anyOf", "oneOf"} and not has_class
        if "enum" in made or free:
            self._count += 1
            made["title"] = f"WithoutNameInTheDocument{self._count}"
        if len(made.get("allOf", ())) == 1 and made.keys() & {"properties", "required"}:
            own = {key: made.pop(key) for key in ("properties", "required") if key in made}
            made["allOf"] = [*made["allOf"], {"type": "object", "description": made["description"], **own}]
        if isinstance(kinds, list) and set(kinds) == {"object", "null"}:
            made["type"] = "object"
        return made


_LEFT_OUT = frozenset(("default", "example", "examples", "deprecated", "readOnly", "writeOnly", "externalDocs"))


def _is_object(kinds: Any) -> bool:
    return kinds == "object" or (isinstance(kinds, list) and "object" in kinds)


def parameter_key(node: Node) -> str:
    """Return the name under which the parser knows a parameter.

    Args:
        node: The parameter.
    """
    return f"{node['in']} {node['name']}" if node["in"] in ("header", "cookie") else str(node["name"])


def parameters_of(endpoint: Endpoint) -> Iterator[tuple[str, Property]]:
    """Go through the typed parameters of an endpoint, by the name under which the parser knows them."""
    for _, one in endpoint.iter_all_parameters():
        yield wire_name(one), one
