"""What is to be generated: models and resources with their methods, as plain data for the templates."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from . import docstrings, examples, handplans, parser
from .answers import PAGES, answer_of
from .arguments import TAKEN, Argument, of_operation
from .document import (
    DocumentError,
    DocumentProblem,
    Node,
    Operation,
    Place,
    Placed,
    expanded,
    follow,
    model_properties,
    refused,
    words,
)
from .names import ROOT, names_of, retry_of
from .parser import ModelProperty, Parsed, Property
from .types import CLASSES_IN_USE, class_name, identifier, node_at, of_property

_PARAMETER = re.compile(r"\{([^{}]*)\}")
_PLAN = "x-infino-plan"
_EVERYWHERE = ("from collections.abc import Mapping", "from collections.abc import Sequence", "from typing import Any")
_LITERAL = "/:@!$&'()*+,;=~-._"
_IN_A_MODEL = words("to_dict from_dict to_json from_json to_body json_schema additional_properties")
"""Names of attributes that a model has itself."""
_IN_A_MODULE = words("always extras optional readers secret_extras")
"""Names that the body of a class of a model uses."""


@dataclass(frozen=True)
class Method:
    """One method of a resource and the call it plans."""

    resource: str
    name: str
    module: str
    http: str
    path: str
    template: str
    arguments: list[Argument]
    headers: list[tuple[str, str]]
    media: str
    body: str
    body_required: bool
    content_type: str
    retry: str
    get_with_body: bool
    accept: str
    experimental: bool
    handwritten: bool
    deprecated: bool
    returns: str
    value: str
    parse: str
    by_status: tuple[tuple[str, str], ...]
    refusals: tuple[tuple[str, str], ...]
    models: list[tuple[str, str]]
    paging: str
    moved: str
    start: str
    doc: docstrings.DocstringParts
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
    def streams(self) -> bool:
        """True when the answer is gone through while it comes."""
        return self.accept == "stream" and not self.hand

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

    def docstring(self, iterated: Mapping[str, str] | None = None) -> list[str]:
        """Lines of the docstring, without indent; `iterated` says that it is of the async method, see `examples`."""
        if self.hand:
            return self.hand.lines(iterated, self.deprecated)
        example = examples.session(self.doc.example)
        return docstrings.lines(self.doc, example if iterated is None else examples.awaited(example, iterated))

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

    @property
    def has_limit(self) -> bool:
        """True when the size of a page can be asked for."""
        return any(one.name == "limit" for one in self.arguments)

    def at(self, *places: str) -> list[Argument]:
        """Return the arguments that go to these places."""
        return [one for one in self.arguments if one.place in places]


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
    always: bool
    required: bool
    needed: bool
    deprecated: bool
    constant: str


@dataclass(frozen=True)
class ModelPlan:
    """One model class."""

    name: str
    module: str
    place: Place
    text: list[str]
    fields: list[ModelField]
    models: list[tuple[str, str]]
    secret: bool
    mixin: str

    @property
    def constants(self) -> list[ModelField]:
        """Attributes that can only have one value, which tell the members of a union apart."""
        return [one for one in self.fields if one.constant]


def resources(document: Node, parsed: Parsed) -> list[Resource]:
    """Plan every resource of the document, parents before children.

    Args:
        document: The whole document.
        parsed: What openapi-python-client made of it.

    Returns:
        Resources in alphabetical order of their dotted names.

    Raises:
        DocumentError: With everything that can't be expressed.
    """
    tags = {tag["name"]: tag["description"] for tag in document.get("tags", ()) if tag.get("description")}
    texts = {**tags, **document.get("x-infino-resources", {})}
    found: dict[str, Resource] = {}
    places: dict[str, Place] = {}
    problems = []
    for operation in expanded(document):
        # An example shows its own method, and a variant is another.
        shared = {key: value for key, value in operation.node.items() if key != "x-infino-example"}
        for node in (operation.node, *({**shared, **one} for one in operation.node.get("x-infino-variants", ()))):
            try:
                method = _method(document, parsed, operation, node)
                other = places.setdefault(method.operation, operation.place)
                resource = _resource(found, texts, method.resource)
                if any(one.name == method.name for one in resource.methods):
                    raise refused(
                        operation.place, f"{method.operation} is also {'.'.join(other)}", "rename one of them"
                    )
            except DocumentError as error:
                problems += [replace(one, place=one.place or operation.place) for one in error.problems]
                continue
            resource.methods.append(method)
    if not problems:
        problems += _clashes(found, places)
        problems += _strangers(document, found)
        problems += _false_examples(document, parsed, found, places)
    if problems:
        raise DocumentError(*problems)
    for resource in found.values():
        resource.methods.sort(key=lambda method: method.name)
    return [found[name] for name in sorted(found)]


def _clashes(found: dict[str, Resource], places: dict[str, Place]) -> list[DocumentProblem]:
    modules: dict[str, str] = {}
    problems = []
    for name, resource in sorted(found.items()):
        parent = found.get(name.rpartition(".")[0] or ROOT)
        place = next((place for operation, place in places.items() if operation.startswith(f"{name}.")), ())
        if modules.setdefault(resource.module, name) != name:
            other = modules[resource.module]
            problems += refused(place, f"the resources {name} and {other} need one module", "rename one").problems
        if parent and any(method.name == resource.attribute for method in parent.methods):
            problems += refused(place, f"{name} is a resource and a method", "rename one of them").problems
    return problems


def _strangers(document: Node, found: dict[str, Resource]) -> Iterator[DocumentProblem]:
    """Refuse words on resources that the document does not have."""
    key = "x-infino-resources"
    for name in document.get(key, {}):
        if name not in found:
            near = difflib.get_close_matches(name, found, 1)
            what = f"{name} is not a resource: no operation lies on it"
            yield DocumentProblem((key, name), what, near[0] if near else "take it out")


def _false_examples(
    document: Node, parsed: Parsed, found: dict[str, Resource], places: dict[str, Place]
) -> Iterator[DocumentProblem]:
    """Refuse examples that are no Python, or that a type checker would refuse."""
    methods = {method.operation: method for resource in found.values() for method in resource.called}
    signatures = {name: method.parameters for name, method in methods.items()}
    classes = [str(one.class_info.name) for one in parsed.models]
    for name, method in methods.items():
        place = places[name]
        if "x-infino-example" in node_at(document, place):
            place = (*place, "x-infino-example")
        for fault in () if method.hand else examples.faults(method.doc.example, name, signatures, classes):
            yield DocumentProblem(place, f"the example of {name} {fault}", "mend it")


def _resource(found: dict[str, Resource], texts: Node, name: str) -> Resource:
    if name not in found:
        found[name] = Resource(name, str(texts.get(name, f"The calls of `{name}`.")))
        if "." in name:
            parent = _resource(found, texts, name.rsplit(".", 1)[0])
            parent.children = sorted({*parent.children, name})
    return found[name]


def _method(document: Node, parsed: Parsed, operation: Operation, node: Node) -> Method:
    resource, name = names_of(node, operation.place)
    endpoint = parsed.endpoints[operation.http, operation.path]
    found, body = of_operation(document, operation, node, endpoint)
    answer = answer_of(parsed, document, operation, node, found, endpoint)
    paging, moved, start = _paging(operation, node, found)
    models = {*answer.models, *(model for one in found for model in one.type.models)}
    retry = retry_of(node, operation.http)
    hand = handplans.read(node[_PLAN], name, TAKEN) if _PLAN in node else None
    return Method(
        resource=resource,
        name=name,
        module=identifier(name) if name != "list" else "list_all",
        http=operation.http.upper(),
        path=_path(operation, found),
        template=operation.path,
        arguments=found,
        headers=_headers(operation),
        media=answer.media,
        body=body.kind,
        body_required=body.required,
        content_type=body.media,
        retry=retry,
        get_with_body=bool(node.get("x-infino-get-with-body")),
        accept=answer.accept,
        experimental=bool(node.get("x-infino-experimental")),
        handwritten=bool(node.get("x-infino-handwritten")),
        deprecated=bool(node.get("deprecated")),
        returns=f"Page[{answer.item}]" if paging else answer.value,
        value=answer.value,
        parse=answer.parse,
        by_status=answer.by_status,
        refusals=tuple(_refusals(operation)),
        models=sorted(models),
        paging=paging,
        moved=moved,
        start=start,
        doc=docstrings.parts(
            node, f"{resource}.{name}", retry, found, answer.returns, _refusals(operation), bool(paging)
        ),
        hand=hand,
    )


def _refusals(operation: Operation) -> list[tuple[str, str]]:
    """Return the refusals that stand at the operation itself, by status."""
    own = operation.node["responses"]
    return [
        (code, str(answer.node.get("description", "")))
        for code, answer in operation.answers.items()
        if code[0] in "45" and "$ref" not in own[code]
    ]


def _paging(operation: Operation, node: Node, found: list[Argument]) -> tuple[str, str, str]:
    """Return how a list goes on, the argument that moves it, and the code of where it begins."""
    paging = str(node.get("x-infino-pagination", ""))
    if paging not in PAGES:
        return paging, "", ""
    given = {one.wire: one for one in found if one.place == "query"}
    moved = next((given[name] for name in PAGES[paging] if name in given), None)
    if moved is None:
        raise refused(
            (*operation.place, "x-infino-pagination"),
            f"{paging!r} needs the query parameter {' or '.join(PAGES[paging])}",
            "add it, or take the word away",
        )
    schema = moved.schema or {}
    if paging == "page" and schema.get("minimum") == 0 and "default" not in schema:
        raise refused(operation.place, f"the first {moved.wire} may be 0 or 1", "say it by its default")
    first = schema.get("default", 1)
    if paging == "page" and moved.default == "None" and first != 1:
        return paging, moved.name, f"{first} if {moved.name} is None else {moved.name}"
    return paging, moved.name, moved.name


def _path(operation: Operation, found: list[Argument]) -> str:
    """Return the path as f-string source: literal parts escaped, parameters as checked segments."""
    by_wire = {one.wire: one for one in found if one.place == "path"}
    made, end = "", 0
    for match in _PARAMETER.finditer(operation.path):
        literal = quote(operation.path[end : match.start()], safe=_LITERAL)
        made += literal + "{" + by_wire[match[1]].expression + "}"
        end = match.end()
    return made + quote(operation.path[end:], safe=_LITERAL)


def _headers(operation: Operation) -> list[tuple[str, str]]:
    nodes = [one.node for one in operation.parameters]
    return [(node["name"], identifier(node["x-infino-from"])) for node in nodes if "x-infino-from" in node]


def model(document: Node, found: ModelProperty) -> ModelPlan:
    """Plan one model class.

    Args:
        document: The whole document.
        found: What openapi-python-client made of the object.

    Returns:
        The plan.
    """
    place = parser.place_of(found)
    schema = node_at(document, place)
    name, module = str(found.class_info.name), str(found.class_info.module_name)
    if name in CLASSES_IN_USE:
        raise refused(place, f"the class {name} is in use in generated code", "give the schema another name")
    typed = {
        parser.wire_name(one): one for one in (*(found.required_properties or ()), *(found.optional_properties or ()))
    }
    lifted = _lifted(document, place)
    fields: dict[str, ModelField] = {}
    models: set[tuple[str, str]] = set()
    for wire, at in model_properties(document, Placed(schema, place)).items():
        kind, one = _field(document, typed[wire], at)
        models |= kind
        if one.name in fields:
            other = fields[one.name].wires[0]
            raise refused(
                place, f"{name}: {other} and {wire} are both {one.name} in Python", "give one an x-infino-name"
            )
        # What is an argument of its own need not be given within the object as well.
        fields[one.name] = replace(one, needed=False) if wire in lifted else one
    if "date" in fields and any(re.search(r"\bdate\b", one.annotation) for one in fields.values()):
        fields["date"] = replace(fields["date"], name="date_")  # in the class body the field would hide the type
    _refuse_shared_spellings(list(fields.values()), place)
    text = str(schema.get("description", "")) or f"{name}."
    return ModelPlan(
        name=name,
        module=module,
        place=place,
        text=docstrings.model_lines(text, fields.values(), schema),
        fields=list(fields.values()),
        models=sorted(models - {(module, name)}),
        secret=bool(schema.get("x-infino-secret")) or any(one.secret for one in fields.values()),
        mixin=str(schema.get("x-infino-mixin", "")),
    )


def _lifted(document: Node, place: Place) -> set[str]:
    """List the fields of an object that some operation takes as arguments of their own."""
    reference = "#/" + "/".join(place)
    return {
        name
        for schema in document["components"].get("schemas", {}).values()
        for node in schema.get("properties", {}).values()
        if node.get("$ref") == reference
        for name in node.get("x-infino-lift", ())
    }


def _field(document: Node, typed: Property, at: Placed) -> tuple[frozenset[tuple[str, str]], ModelField]:
    node, wire = at.node, parser.wire_name(typed)
    kind = of_property(document, typed)
    schema = {**node_at(document, parser.place_of(typed)), **node}
    name = identifier(str(node.get("x-infino-name") or wire))
    if name in _IN_A_MODEL:
        if name == wire:
            raise refused(at.place, f"{wire} hides what every model has", "give it an x-infino-name")
        name = f"{name}_"
    name = f"{name}_" if name in _IN_A_MODULE else name
    always = bool(node.get("x-infino-always"))
    needed = typed.required and not kind.nullable and kind.annotation != "Any"
    required = always or (needed and not schema.get("writeOnly"))  # what is only sent is missing in answers
    annotation = kind.annotation if required or kind.annotation == "Any" else f"{kind.annotation} | None"
    return kind.models, ModelField(
        name=name,
        wires=(wire, *node.get("x-infino-aliases", ())),
        annotation=annotation,
        reader=kind.reader,
        text=docstrings.inline(docstrings.field_text(schema)),
        secret=_is_secret(document, at),
        read_only=bool(schema.get("readOnly")),
        always=always,
        required=required,
        needed=needed and not always and not schema.get("readOnly"),
        deprecated=bool(schema.get("deprecated")),
        constant=repr(schema["const"]) if "const" in schema else "",
    )


def _is_secret(document: Node, at: Placed) -> bool:
    """Tell whether a value, or anything in it that has no class of its own, must not be shown."""
    found = follow(document, at.node, at.place).node
    inner = [*found.get("anyOf", ()), *found.get("oneOf", ()), *found.get("allOf", ())]
    inner += [one for key in ("items", "additionalProperties") if isinstance(one := found.get(key), dict)]
    own = at.node.get("x-infino-secret") or any(one.get("writeOnly") for one in (at.node, found))
    if own or "properties" in found:
        return bool(own)
    told = found.get("x-infino-secret") or found.get("format") == "password"
    return bool(told) or any(_is_secret(document, Placed(one, at.place)) for one in inner)


def _refuse_shared_spellings(fields: list[ModelField], place: Place) -> None:
    owner: dict[str, str] = {}
    for one in fields:
        for wire in one.wires:
            if owner.setdefault(wire, one.name) != one.name:
                raise refused(place, f"{wire} is read as {owner[wire]} and as {one.name}", "take it from one of them")


def model_plans(document: Node, parsed: Parsed) -> list[ModelPlan]:
    """Plan every model class.

    Args:
        document: The whole document.
        parsed: What openapi-python-client made of it.

    Raises:
        DocumentError: With everything that can't be expressed.
    """
    plans, problems, modules = [], [], dict[str, str]()
    for found in parsed.models:
        try:
            plans.append(model(document, found))
            made = plans[-1]
            if modules.setdefault(made.module, made.name) != made.name:
                raise refused(
                    made.place, f"{made.name} and {modules[made.module]} need one module", "rename one of them"
                )
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(*problems)
    return plans
