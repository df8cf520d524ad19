"""What is to be generated: resources with their methods, as plain data for the templates."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import arguments, docstrings, handplans
from .arguments import TAKEN, Argument
from .document import DocumentError, Node, operations, resolve
from .types import PythonType, class_name, identifier, is_model, module_name, python_type

_PAGED = ("list", "entries")
_NAMED = ("one", "entry")
_FIXED = {
    "flag": ("bool", "shapes.flag"),
    "identifier": ("str", "shapes.identifier"),
    "count": ("int", "shapes.count"),
    "messages": ("list[str]", "shapes.messages"),
    "raw": ("Json", "shapes.raw"),
}
_WRITTEN_BY_HAND = "x-infino-handwritten"
_PLAN = "x-infino-plan"
_EVERYWHERE = ("from collections.abc import Mapping", "from collections.abc import Sequence", "from typing import Any")


@dataclass(frozen=True)
class Method:
    """One method of a resource and the call it plans."""

    resource: str
    name: str
    module: str
    http: str
    path: str
    arguments: list[Argument]
    headers: list[tuple[str, str]]
    body: str
    body_required: bool
    content_type: str
    retry: str
    get_with_body: bool
    accept: str
    experimental: bool
    handwritten: bool
    returns: str
    value: str
    parse: str
    models: list[str]
    paging: str
    doc: docstrings.Parts
    hand: handplans.HandPlan | None = None

    @property
    def parameters(self) -> str:
        """Parameters of the method as code: those of the plan written by hand, where there is one."""
        return self.hand.signature if self.hand else self.signature

    @property
    def given(self) -> str:
        """The parameters as they are handed to the plan."""
        if self.hand:
            return self.hand.given
        return ", ".join(one.name if one.positional else f"{one.name}={one.name}" for one in self.arguments)

    @property
    def gives(self) -> str:
        """What the plan's call gives."""
        return self.hand.value if self.hand else self.value

    @property
    def planner(self) -> str:
        """The import of the plan, under the name that the method calls."""
        if self.hand:
            return f"from {self.hand.module} import {self.hand.name} as request"
        return f"from ..api.{self.resource.replace('.', '_')}.{self.module} import request"

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return self.hand.summary if self.hand else self.doc.summary

    def docstring(self, is_async: bool) -> list[str]:
        """Lines of the docstring, without indent."""
        if self.hand:
            return self.hand.lines(is_async)
        return docstrings.lines(self.doc, ("async for" if self.is_paged else "await") if is_async else "")

    @property
    def operation(self) -> str:
        """Resource and method, as in `datasets.create`."""
        return f"{self.resource}.{self.name}"

    @property
    def signature(self) -> str:
        """Arguments of the method, without self and the per-call options."""
        positional = [one.declaration for one in self.arguments if one.positional]
        keyword = [one.declaration for one in self.arguments if not one.positional]
        return ", ".join([*positional, *(["*"] if keyword else []), *keyword])

    @property
    def is_paged(self) -> bool:
        """True when the method returns a page object."""
        return bool(self.paging)


@dataclass
class Resource:
    """One resource class, its methods and the resources below it."""

    name: str
    text: str
    methods: list[Method] = field(default_factory=list)
    children: list[str] = field(default_factory=list)

    @property
    def class_name(self) -> str:
        """Class name without its ending, such as `FinoThreads`."""
        return class_name(self.name.replace(".", "_"))

    @property
    def module(self) -> str:
        """Module name, such as `fino_threads`."""
        return self.name.replace(".", "_")

    @property
    def attribute(self) -> str:
        """Name on its parent, such as `threads`."""
        return self.name.rsplit(".", 1)[-1]

    @property
    def plan_imports(self) -> list[str]:
        """Import lines that the annotations of plans written by hand need, beside those that every module has."""
        lines = sorted({line for method in self.methods if method.hand for line in method.hand.imports})
        names = [line.rsplit(" ", 1)[1] for line in lines]
        doubles = sorted({name for name in names if names.count(name) > 1})
        if doubles:
            raise DocumentError(f"{self.name}: plans mean different things by {', '.join(doubles)}")
        kept = [line for line in lines if not line.startswith(_EVERYWHERE)]
        return [line.replace("from infino_api.models.", "from ..models.") for line in kept]

    @property
    def called(self) -> list[Method]:
        """Methods that the generated classes have."""
        return [method for method in self.methods if not method.handwritten]


@dataclass(frozen=True)
class ModelField:
    """One attribute of a model."""

    name: str
    wires: tuple[str, ...]
    annotation: str
    reader: str
    text: str
    secret: bool
    read_only: bool


@dataclass(frozen=True)
class ModelPlan:
    """One model class."""

    name: str
    module: str
    text: list[str]
    fields: list[ModelField]
    models: list[str]
    secret: bool
    mixin: str


def resources(document: Node) -> list[Resource]:
    """Plan every resource of the document, parents before children.

    Args:
        document: The whole document.

    Returns:
        Resources in alphabetical order of their dotted names.
    """
    texts = document.get("x-infino-resources", {})
    found: dict[str, Resource] = {}
    for path, http, operation, item in operations(document):
        for variant in ({}, *operation.get("x-infino-variants", [])):
            method = _method(document, path, http, {**operation, **variant}, item)
            _resource(found, texts, method.resource).methods.append(method)
    for resource in found.values():
        resource.methods.sort(key=lambda method: method.name)
    return [found[name] for name in sorted(found)]


def _resource(found: dict[str, Resource], texts: Node, name: str) -> Resource:
    if name not in found:
        found[name] = Resource(name, str(texts.get(name, f"The calls of `{name}`.")))
        if "." in name:
            parent = _resource(found, texts, name.rsplit(".", 1)[0])
            parent.children = sorted({*parent.children, name})
    return found[name]


def _method(document: Node, path: str, http: str, operation: Node, item: Node) -> Method:
    name = operation["x-infino-method"]
    where = f"{operation['x-infino-resource']}.{name}"
    try:
        found = arguments.of_operation(document, operation, item)
        kind, value, parse = _answer(document, operation, found)
        hand = handplans.read(operation[_PLAN], name, frozenset(TAKEN)) if _PLAN in operation else None
    except (DocumentError, KeyError) as error:
        raise DocumentError(f"{where}: {error}") from error
    paging = _paging(operation, found)
    page = f"Page[{value.removeprefix('list[').removesuffix(']')}]"
    models = {*kind.models, *(model for one in found for model in one.type.models)}
    body, content_type = _body(document, operation, found)
    return Method(
        resource=operation["x-infino-resource"],
        name=name,
        module=identifier(name) if name != "list" else "list_all",
        http=http.upper(),
        path=_path(path, found),
        arguments=found,
        headers=_headers(document, operation, item),
        body=body,
        body_required=bool(resolve(document, operation.get("requestBody", {})).get("required")),
        content_type=content_type,
        retry=operation["x-infino-retry"],
        get_with_body=bool(operation.get("x-infino-get-with-body")),
        accept=operation.get("x-infino-accept", "json"),
        experimental=bool(operation.get("x-infino-experimental")),
        handwritten=bool(operation.get(_WRITTEN_BY_HAND)),
        returns=page if paging else value,
        value=value,
        parse=parse,
        models=sorted(models),
        paging=paging,
        doc=docstrings.parts(operation, found),
        hand=hand,
    )


def _paging(operation: Node, found: list[Argument]) -> str:
    paging = str(operation.get("x-infino-pagination", ""))
    if paging == "offset" and {"limit", "offset"} - {one.name for one in found}:
        raise DocumentError("offset pagination needs the parameters limit and offset")
    return paging


def _path(path: str, found: list[Argument]) -> str:
    """Return the path as f-string source: literal parts escaped, parameters as checked segments."""
    by_wire = {one.wire: one for one in found if one.place == "path"}
    parts = []
    for part in path.split("/"):
        if part.startswith("{") and part.endswith("}"):
            parts.append("{" + by_wire[part[1:-1]].expression + "}")
        elif "{" in part or "}" in part:
            raise DocumentError(f"{path}: a parameter must be a whole segment")
        else:
            parts.append(repr(part)[1:-1])
    return "/".join(parts)


def _headers(document: Node, operation: Node, item: Node) -> list[tuple[str, str]]:
    nodes = [resolve(document, one) for one in [*item.get("parameters", []), *operation.get("parameters", [])]]
    return [(node["name"], identifier(node["x-infino-from"])) for node in nodes if "x-infino-from" in node]


def _body(document: Node, operation: Node, found: list[Argument]) -> tuple[str, str]:
    """Return how the body is made (json, whole, document, content, form or none) and its media type."""
    if "requestBody" not in operation:
        return "", ""
    content = resolve(document, operation["requestBody"])["content"]
    places = {one.place for one in found}
    if "application/json" in content:
        kind = "document" if "document" in places else "whole" if "whole" in places else "json"
        return kind, "application/json"
    media = next(iter(content))
    if media == "multipart/form-data":
        return "", ""
    return ("content" if "content" in places else "form"), media


def _answer(document: Node, operation: Node, found: list[Argument]) -> tuple[PythonType, str, str]:
    """Return the item type, the annotation of the whole value and the code that parses it."""
    shape = operation.get("x-infino-shape")
    kind = _item_type(document, operation)
    if shape is None:
        return kind, kind.annotation if kind.annotation != "Any" else "Json", _default_parse(kind)
    if shape in _FIXED:
        return PythonType("", "", ""), *_FIXED[shape]
    if operation.get("x-infino-item-shape") == "envelope":
        kind = PythonType(kind.annotation, kind.argument, f"shapes.envelope({kind.reader})", kind.models)
    keys = "".join(f", {key!r}" for key in operation.get("x-infino-keys", ()))
    if shape == "list":
        found_id = _identity(document, kind, "id", "name")
        keys += f", identity={found_id}" if found_id else ""
        return kind, f"list[{kind.annotation}]", f"shapes.many({kind.reader}{keys})"
    if shape in ("entries", "fields"):
        return kind, f"list[{kind.annotation}]", f"shapes.{shape}({kind.reader}{keys})"
    if shape in _NAMED:
        last = [one.name for one in found if one.place == "path"][-1]
        return kind, kind.annotation, f"shapes.{shape}({kind.reader}, {last})"
    if shape == "receipt" and operation["x-infino-method"] == "create":
        found_id = _identity(document, kind, "id")
        return kind, kind.annotation, f"shapes.receipt({kind.reader}{f', {found_id[0]!r}' if found_id else ''})"
    return kind, kind.annotation, f"shapes.{shape}({kind.reader})"


def _identity(document: Node, kind: PythonType, *names: str) -> tuple[str, ...]:
    """Return the spellings of the first of these attributes that an object has."""
    for name in names:
        for model in kind.models:
            for wire, node in document["components"]["schemas"][model]["properties"].items():
                if identifier(str(node.get("x-infino-name", wire))) == name:
                    return wire, *node.get("x-infino-aliases", ())
    return ()


def _default_parse(kind: PythonType) -> str:
    return f"shapes.whole({kind.reader})" if kind.models else kind.reader


def _item_type(document: Node, operation: Node) -> PythonType:
    if "x-infino-type" in operation:
        return python_type(document, {"$ref": f"#/components/schemas/{operation['x-infino-type']}"})
    for code, response in operation["responses"].items():
        if not str(code).startswith("2"):
            continue
        content = resolve(document, response).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return PythonType("None", "None", "(lambda value: None)")
        if operation.get("x-infino-shape") == "list" and resolve(document, schema).get("type") == "array":
            schema = resolve(document, schema)["items"]
        return python_type(document, schema)
    raise DocumentError("no success is documented")


def model(document: Node, name: str, python_names: dict[str, str]) -> ModelPlan:
    """Plan one model class.

    Args:
        document: The whole document.
        name: Schema name.
        python_names: Attribute name of each wire name, as the parser chose them.

    Returns:
        The plan.
    """
    schema = document["components"]["schemas"][name]
    fields: list[ModelField] = []
    models: set[str] = set()
    for wire, node in schema["properties"].items():
        kind = python_type(document, node)
        models |= kind.models
        chosen = identifier(str(node.get("x-infino-name", "")) or python_names.get(wire, wire))
        fields.append(
            ModelField(
                name=chosen,
                wires=(wire, *node.get("x-infino-aliases", ())),
                annotation=kind.annotation,
                reader=kind.reader,
                text=docstrings.inline(str(node.get("description", ""))),
                secret=bool(node.get("x-infino-secret")),
                read_only=bool(node.get("readOnly")),
            )
        )
    names = [one.name for one in fields]
    if len(set(names)) != len(names):
        raise DocumentError(f"schema {name}: two properties share a Python name")
    return ModelPlan(
        name=class_name(name),
        module=module_name(name),
        text=docstrings.model_lines(str(schema["description"]), fields),
        fields=fields,
        models=sorted(models - {name}),
        secret=bool(schema.get("x-infino-secret")) or any(one.secret for one in fields),
        mixin=str(schema.get("x-infino-mixin", "")),
    )


def model_names(document: Node) -> list[str]:
    """List the schemas that become model classes."""
    return sorted(name for name in document["components"]["schemas"] if is_model(document, name))
