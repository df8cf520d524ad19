"""The resources that are to be generated with their methods, as plain data for the templates."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from . import docstrings, examples, handplans, parser, prose
from .answers import PAGES, answer_of
from .arguments import TAKEN, Argument, parameter_of
from .bodies import BodyPlan, body_of
from .document import (
    DocumentError,
    DocumentProblem,
    Node,
    Operation,
    Place,
    Placed,
    expanded,
    refused,
)
from .names import ROOT, names_of, retry_of
from .parser import Endpoint, Parsed
from .types import class_name, identifier, node_at

_PARAMETER = re.compile(r"\{([^{}]*)\}")
_PLAN = "x-infino-plan"
_EVERYWHERE = ("from collections.abc import Mapping", "from collections.abc import Sequence", "from typing import Any")
# RFC 3986, 3.3: what may stand unescaped in a path; `%`, because the document may hold escapes itself.
_LITERAL = "/:@!$&'()*+,;=~-._%"


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
    wire: tuple[str, ...]
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

    @property
    def reads_alike(self) -> bool:
        """True when a reader is made for all calls, whatever their arguments are, and so is made once."""
        named = {node.id for node in ast.walk(ast.parse(self.parse)) if isinstance(node, ast.Name)}
        return "(" in self.parse and named.isdisjoint(one.name for one in self.arguments)

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
    tags = {
        tag["name"]: " ".join([tag.get("description", ""), *docstrings.elsewhere(tag)]).strip()
        for tag in document.get("tags", ())
        if tag.keys() & {"description", "externalDocs"}
    }
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
    # Only of a whole tree: a method that was refused would be missed by every example that calls it.
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
    # `a.b` and `a_b` would be written into one file.
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
            # Mostly a typing error, and then the word that was meant is the best advice.
            near = difflib.get_close_matches(name, found, 1)
            what = f"{name} is not a resource: no operation lies on it"
            yield DocumentProblem((key, name), what, near[0] if near else "take it out")


def _false_examples(
    document: Node, parsed: Parsed, found: dict[str, Resource], places: dict[str, Place]
) -> Iterator[DocumentProblem]:
    """Refuse examples that are not Python, or that a type checker would refuse."""
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
    found, body = _arguments(document, operation, node, endpoint)
    answer = answer_of(parsed, document, operation, node, found, endpoint)
    paging, moved, start = _paging(operation, node, found)
    models = {*answer.models, *(model for one in found for model in one.type.models)}
    retry = retry_of(node, operation.http)
    hand = handplans.read(node[_PLAN], name, TAKEN) if _PLAN in node else None
    by_hand = hand is not None or bool(node.get("x-infino-handwritten"))
    return Method(
        resource=resource,
        name=name,
        # `from ... import list` would hide the builtin in the module that imports it.
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
            node,
            f"{resource}.{name}",
            retry,
            found,
            answer.returns,
            _refusals(operation),
            bool(paging),
            _of_body(operation, found),
        ),
        wire=tuple(prose.of_call(document, operation, node, found, by_hand)),
        hand=hand,
    )


def _of_body(operation: Operation, found: list[Argument]) -> str:
    """Return what is said of a body whose fields are arguments; of any other its argument says it."""
    is_one = operation.body is None or any(one.place == "whole" for one in found)
    return "" if is_one else str(operation.body.node.get("description", ""))


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
    # Where pages are counted from decides whether the first one is read at all, so it is not guessed.
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


def _arguments(document: Node, operation: Operation, node: Node, endpoint: Endpoint) -> tuple[list[Argument], BodyPlan]:
    """List the arguments of an operation, required positional ones first, and say how its body is made."""
    typed = dict(parser.parameters_of(endpoint))
    found = []
    for parameter in operation.parameters:
        if "x-infino-from" not in parameter.node:
            renamed = node.get("x-infino-names", {}).get(parameter.node["name"])
            given = Placed({**parameter.node, "x-infino-name": renamed}, parameter.place) if renamed else parameter
            found.append(parameter_of(document, given, typed[parser.parameter_key(parameter.node)]))
    body = BodyPlan()
    if operation.body is not None and operation.body.node["content"]:
        more, body = body_of(document, operation.body, endpoint)
        found += more
    _refuse_doubles(found, operation.place)
    # `sorted` keeps the order of equals, so within a rank arguments come as the document lists them.
    return sorted(found, key=_rank), body


def _rank(argument: Argument) -> int:
    # Python's own rule: arguments with a default follow those without, and keyword-only ones come last.
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
