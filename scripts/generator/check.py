"""Refuses what the generator would not carry: every key of the document has a meaning, or a sentence that says no."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from .check_schemas import ROOT, article, check_schemas, message_of, misfit, short, unfit
from .document import (
    METHODS,
    DocumentError,
    DocumentProblem,
    Node,
    Operation,
    Place,
    expanded,
    steps_of,
)
from .grammar import (
    BESIDE_A_REFERENCE,
    CHECKS,
    GRAMMAR,
    HOMES,
    NEEDED,
    NEEDED_ADVICE,
    PROSE,
    STATUS,
    TEXT,
    TOKEN,
    UNSENT_HEADERS,
    Child,
    Refuse,
)

HOME = "https://api.infino.ws"
"""The service of the document; a client takes another endpoint by its settings, never an operation by itself."""

SIGNATURE = {
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "x-infino-signature": {
            "algorithm": "AWS4-HMAC-SHA256",
            "region": "us-east-1",
            "service": "es",
            "signed_headers": ["content-type", "host", "x-amz-content-sha256", "x-amz-date"],
        },
    }
}
"""How every request is signed, in the words of the document."""

EXTENSION = re.compile(r"x-", re.IGNORECASE)


def check(document: Node) -> list[DocumentProblem]:
    """Find everything in the document that the generator does not carry.

    Args:
        document: The whole document.

    Returns:
        What it is, in the order of the document; empty when all is well.
    """
    # The later checks rely on the shape that the grammar demands; on another they would raise KeyError.
    found = list(_walk("document", document, ()))
    if found:
        return found
    try:
        operations = expanded(document)
        found += _whole(document, operations)
        # What stands in components or in a path item comes back with each operation that has it.
        found += dict.fromkeys(_operations(document, operations))
        found += check_schemas(document, operations)
        # Only when all else is well: a validator may not end on a schema that was refused above.
        found += () if found else _false_examples(document, operations)
    except DocumentError as error:
        found += error.problems
    return found


def _walk(kind: str, node: Any, place: Place) -> Iterator[DocumentProblem]:
    if not isinstance(node, dict):
        yield DocumentProblem(place, f"{short(node)} is not {article(kind)}", "an object")
        return
    yield from _extensions(kind, node, place)
    if "$ref" in node and kind in HOMES:
        allowed = BESIDE_A_REFERENCE.get(kind, PROSE)
        for key, value in node.items():
            if key == "$ref" or EXTENSION.match(key):
                continue
            rule = GRAMMAR[kind].get(key, TEXT)
            if key not in allowed:
                yield DocumentProblem(
                    (*place, key), "this word is not allowed beside a reference", "put it where $ref points to"
                )
            elif isinstance(rule, Child):
                yield from _children(rule, value, (*place, key))
            elif isinstance(rule, str) and not CHECKS[rule](value):
                yield DocumentProblem((*place, key), f"{short(value)} is not {rule}", rule)
        home = HOMES[kind]
        if not isinstance(node["$ref"], str):
            yield DocumentProblem(
                (*place, "$ref"), f"{node['$ref']!r} is not a reference", f"such as #/components/{home}/Name"
            )
        elif node["$ref"].startswith("#/") and node["$ref"].split("/")[1:3] != ["components", home]:
            yield DocumentProblem((*place, "$ref"), f"{node['$ref']} is not in components.{home}", "move it there")
        return
    rules = GRAMMAR[kind]
    for key in NEEDED.get(kind, ()):
        if key not in node:
            yield DocumentProblem(place, f"{key} is missing", NEEDED_ADVICE.get(key, f"give it {key}"))
    for key, value in node.items():
        if EXTENSION.match(key) and key not in rules:
            continue
        rule = rules.get(key)
        if rule is None:
            # Mostly a typing error, and then the word that was meant is the best advice.
            near = difflib.get_close_matches(key, rules, 1)
            yield DocumentProblem(
                (*place, key), f"{key} is not a word of {article(kind)}", near[0] if near else "take it out"
            )
        elif isinstance(rule, Refuse):
            if not (rule.unless_false and value is False):
                yield DocumentProblem((*place, key), rule.why, rule.do)
        elif isinstance(rule, Child):
            yield from _children(rule, value, (*place, key))
        elif not CHECKS[rule](value):
            yield DocumentProblem((*place, key), f"{short(value)} is not {rule}", rule)


def _children(rule: Child, value: Any, place: Place) -> Iterator[DocumentProblem]:
    if rule.form == "map":
        if not isinstance(value, dict):
            yield DocumentProblem(place, f"{short(value)} is not an object of {rule.kind}s", "an object")
            return
        for name, one in value.items():
            if not (rule.kind == "path item" and EXTENSION.match(name)):
                yield from _walk(rule.kind, one, (*place, name))
            else:
                yield DocumentProblem((*place, name), f"{name} is not a path", "such as /things")
    elif rule.form == "list":
        if not isinstance(value, list):
            yield DocumentProblem(place, f"{short(value)} is not a list of {rule.kind}s", "a list")
            return
        for number, one in enumerate(value):
            yield from _walk(rule.kind, one, (*place, str(number)))
    elif not (rule.form == "schema or flag" and isinstance(value, bool)):
        yield from _walk(rule.kind, value, place)


@cache
def _validators() -> dict[str, Draft202012Validator]:
    schema = json.loads((ROOT / "openapi" / "extensions.schema.json").read_text("utf-8"))
    return {
        kind: Draft202012Validator({**schema, "$ref": f"#/$defs/{kind}"})
        for kind in schema["$defs"]
        if kind not in ("name", "names", "yes")
    }


def _extensions(kind: str, node: Node, place: Place) -> Iterator[DocumentProblem]:
    given = {key: value for key, value in node.items() if EXTENSION.match(key) and key not in GRAMMAR[kind]}
    if not given:
        return
    yield from _extension_problems(kind, given, place, str(node.get("name", "")) if kind == "parameter" else "")
    variants = given.get("x-infino-variants")
    for number, variant in enumerate(variants if isinstance(variants, list) else []):
        words = (
            {key: value for key, value in variant.items() if EXTENSION.match(key)} if isinstance(variant, dict) else {}
        )
        at = (*place, "x-infino-variants", str(number))
        yield from _extension_problems("variant", words, at)
        # A variant is another method of the same request, so only what is said of it may differ.
        others = [key for key in variant if key not in words] if isinstance(variant, dict) else []
        for key in others:
            if key not in ("summary", "description", "deprecated"):
                yield DocumentProblem((*at, key), f"{key} cannot differ in a variant", "an operation of its own")


def _extension_problems(kind: str, given: Node, place: Place, name: str = "") -> Iterator[DocumentProblem]:
    validator = _validators().get(kind)
    schema: Any = validator.schema if validator else {}
    known = schema["$defs"][kind]["properties"] if validator else {}
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key.lower(), known, 1, 0.85)
            do = near[0] if near else "take it out; openapi/extensions.schema.json lists the words"
            yield DocumentProblem(
                (*place, key),
                f"{key}: {short(given[key])} has no meaning at {article(kind)}{f' ({name})' if name else ''}",
                do,
            )
    meant = {key: value for key, value in given.items() if key in known}
    if validator:
        for error in sorted(validator.iter_errors(meant), key=lambda one: list(map(str, one.absolute_path))):
            worst = best_match([error]) or error
            where = [str(step) for step in worst.absolute_path]
            key = where[0] if where else ""
            value = short(meant.get(key, given))
            yield DocumentProblem(
                (*place, *where),
                f"{key or kind}: {value}{f' of parameter {name}' if name else ''} is refused: {message_of(worst)}",
                _advice(known.get(key)),
            )


def _advice(schema: Any) -> str:
    if not isinstance(schema, dict):
        return "see openapi/extensions.schema.json"
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    return "true, or take it out" if schema.get("$ref") == "#/$defs/yes" else "see openapi/extensions.schema.json"


def _whole(document: Node, operations: list[Operation]) -> Iterator[DocumentProblem]:
    version = document.get("openapi", "")
    if not re.fullmatch(r"3\.1\.\d+", version):
        yield DocumentProblem(("openapi",), f"version {version!r} follows other rules", "write it as OpenAPI 3.1")
    servers = document.get("servers", [])
    if [server.get("url", "").rstrip("/") for server in servers] not in ([], [HOME]):
        yield DocumentProblem(
            ("servers",), f"the clients' default endpoint is {HOME}", "change both, or set an endpoint instead"
        )
    names = [tag["name"] for tag in document.get("tags", ())]
    used = {tag for operation in operations for tag in operation.node.get("tags", ())}
    for number, name in enumerate(names):
        if name in names[:number]:
            yield DocumentProblem(("tags", str(number)), f"the tag {name} is there twice", "take one of them out")
        if name not in used:
            yield DocumentProblem(("tags", str(number)), f"no operation has the tag {name}", "take it out")
    yield from _unused(document)
    for path, item in document["paths"].items():
        for place, node in (((), item), *(((key,), item[key]) for key in METHODS if key in item)):
            yield from _servers(node, ("paths", path, *place))
    yield from _security(document.get("security"), ())
    schemes = document.get("components", {}).get("securitySchemes", {})
    if {
        name: {key: item for key, item in one.items() if key != "description"} for name, one in schemes.items()
    } not in (
        {},
        SIGNATURE,
    ):
        place = ("components", "securitySchemes")
        yield DocumentProblem(
            place, "requests are signed as infino/core/signer.py does it, and no other way", "take it back"
        )


def _unused(document: Node) -> Iterator[DocumentProblem]:
    """Refuse components that nothing is made of; an object is a model also where no operation has it."""
    named = set(_targets(document))
    for kind, held in document.get("components", {}).items():
        for name, node in held.items() if kind in HOMES.values() else ():
            is_model = kind == "schemas" and node.keys() & {"properties", "allOf"}
            if ("components", kind, name) not in named and not is_model:
                yield DocumentProblem(("components", kind, name), "nothing refers to it", "take it out")


def _targets(node: Any) -> Iterator[Place]:
    """Go through the places that references and mappings lead to."""
    if isinstance(node, list):
        for one in node:
            yield from _targets(one)
    elif isinstance(node, dict):
        mapped = node.get("mapping")
        pointers = [node.get("$ref"), *(mapped.values() if isinstance(mapped, dict) else ())]
        yield from (steps_of(one) for one in pointers if isinstance(one, str))
        for one in node.values():
            yield from _targets(one)


def _servers(node: Node, place: Place) -> Iterator[DocumentProblem]:
    for number, server in enumerate(node.get("servers", [])):
        if server.get("url", "").rstrip("/") != HOME:
            at = (*place, "servers", str(number))
            yield DocumentProblem(
                at, f"requests are signed for one host, and {server.get('url')} is another", "take it out"
            )
    yield from _security(node.get("security"), place)


def _security(security: Any, place: Place) -> Iterator[DocumentProblem]:
    if security is not None and security != [{"signature": []}]:
        yield DocumentProblem((*place, "security"), "every request is signed in one way", "take it out")


def _operations(document: Node, operations: list[Operation]) -> Iterator[DocumentProblem]:
    ids: dict[str, Place] = {}
    routes: dict[tuple[str, str], Operation] = {}
    for operation in operations:
        node, place = operation.node, operation.place
        other = ids.setdefault(node["operationId"], place)
        if other != place:
            at = (*place, "operationId")
            yield DocumentProblem(
                at, f"{node['operationId']!r} is also the operationId of {'.'.join(other)}", "rename one of them"
            )
        # OpenAPI 3.1, Paths Object: templates that differ only in the names of their parameters are the same path.
        same = routes.setdefault((operation.http, re.sub(r"\{[^{}]*\}", "{}", operation.path)), operation)
        if same.path != operation.path:
            yield DocumentProblem(place, f"{operation.path} is the same path as {same.path}", "take one of them out")
        for one in (node, *node.get("x-infino-variants", [])):
            if one is node and not (one.get("summary") or one.get("description")):
                yield DocumentProblem(place, "summary and description are missing", "say what it does")
        yield from _templated(operation)
        yield from _parameters(operation)
        yield from _responses(operation)
        yield from _body(operation)


def _templated(operation: Operation) -> Iterator[DocumentProblem]:
    path = operation.path
    named = re.findall(r"\{([^{}]*)\}", path)
    declared = [one.node.get("name") for one in operation.parameters if one.node.get("in") == "path"]
    if re.search(r"[{}?#]|%(?![0-9A-Fa-f]{2})", re.sub(r"\{[^{}]*\}", "", path)) or not path.startswith("/"):
        yield DocumentProblem(
            operation.place[:2],
            f"{path!r} is not a path template",
            "slashes, words, %20 for a space, and parameters in braces",
        )
        return
    for name in sorted({*named} ^ {*declared}, key=str):
        if name in named:
            yield DocumentProblem(
                operation.place, f"{path} names {name}, which is not a path parameter", "add it to parameters"
            )
        else:
            yield DocumentProblem(operation.place, f"{name} is not in the path {path}", "put it there, in braces")
    if len(set(named)) != len(named):
        yield DocumentProblem(operation.place[:2], f"{path!r} names a parameter twice", "give each its own name")


def _parameters(operation: Operation) -> Iterator[DocumentProblem]:
    wires = [one.node["name"] for one in operation.parameters]
    for name in operation.node.get("x-infino-names", {}):
        if name not in wires:
            at = (*operation.place, "x-infino-names")
            yield DocumentProblem(
                at, f"x-infino-names: {operation.node['x-infino-names']!r}: no parameter is called {name}", "mend it"
            )
    known = {*wires, *(one.node["x-infino-name"] for one in operation.parameters if "x-infino-name" in one.node)}
    known |= set(operation.node.get("x-infino-names", {}).values())
    given = operation.node.get("parameters", [])
    keys = [(one.get("in"), one.get("name")) for one in given if "$ref" not in one]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            what = f"the {key[0]} parameter {key[1]} is there twice"
            yield DocumentProblem((*operation.place, "parameters"), what, "take one of them out")
    for one in operation.parameters:
        yield from (DocumentProblem(one.place, what, do) for what, do in _parameter(one.node, known))


def _parameter(node: Node, known: set[str]) -> Iterator[tuple[str, str]]:
    name, where = node.get("name", ""), node.get("in")
    if where not in ("path", "query", "header", "cookie"):
        yield f"parameter {name} is in {where!r}", "path, query, header or cookie"
    if not name:
        yield "a parameter has no name", "name it"
    if not node.get("description"):
        yield f"parameter {name} has no description", "say what it is"
    if where == "path" and node.get("required") is not True:
        yield f"path parameter {name} is not required", "required: true"
    shown = [node["example"]] if "example" in node else []
    shown += [one["value"] for one in node.get("examples", {}).values() if "value" in one]
    for value in shown:
        if said := misfit(node.get("schema", {}), value, ("enum",)):
            yield f"the example of {name} is wrong: {said}", "mend the example or the schema"
    if where in ("header", "cookie") and name and not TOKEN.fullmatch(name):
        yield f"a {where} cannot be called {name!r}", "letters, digits and hyphens"
    if where == "header" and name.lower() in UNSENT_HEADERS:
        yield f"the header {name} is the transport's own", "take it out"
    if ("schema" in node) == ("content" in node):
        yield f"parameter {name} needs one of schema and content", "give it a schema"
    if "content" in node and [*node["content"]] != ["application/json"]:
        yield f"parameter {name} can hold application/json only", "content: {application/json: ...}, or a schema"
    for key in ("x-infino-opaque", "x-infino-reserved"):
        if key in node and where != "path":
            yield f"{key}: {node[key]!r} is for path parameters, and {name} is in {where}", "take it out"
    if "x-infino-from" in node:
        if where != "header":
            yield f"x-infino-from: {node['x-infino-from']!r} is for headers, and {name} is in {where}", "take it out"
        elif node["x-infino-from"] not in known:
            yield (
                f"x-infino-from: {node['x-infino-from']!r} is not an argument of the operation",
                f"one of {', '.join(sorted(known))}",
            )


def _responses(operation: Operation) -> Iterator[DocumentProblem]:
    for code, answer in operation.answers.items():
        at = (*operation.place, "responses", code)
        if not STATUS.fullmatch(code):
            yield DocumentProblem(at, f"{code} is not a status", "such as 200, 2XX or default")
        # 1xx are read by the HTTP library itself (RFC 9110, 15.2).
        elif code[0] in "13":
            yield DocumentProblem(
                at, f"the status {code} never reaches a caller: redirects are refused, nothing is cached", "take it out"
            )
        if not answer.node.get("description"):
            yield DocumentProblem(answer.place, f"response {code} has no description", "say what it is")
        for media in answer.node.get("content", {}):
            yield from _media(media, (*answer.place, "content", media))


def _body(operation: Operation) -> Iterator[DocumentProblem]:
    if operation.body is None:
        return
    content = operation.body.node.get("content")
    if not content:
        yield DocumentProblem(operation.body.place, "a request body without content", "name its media type")
        return
    for media, held in content.items():
        yield from _media(media, (*operation.body.place, "content", media))
        if "*" in media or "/" not in media:
            yield DocumentProblem(
                (*operation.body.place, "content", media), f"{media} is not a media type", "such as application/json"
            )
        if "schema" not in held:
            yield DocumentProblem(
                (*operation.body.place, "content", media), "has no schema", "schema: {type: string} for text"
            )


def _false_examples(document: Node, operations: list[Operation]) -> Iterator[DocumentProblem]:
    """Refuse examples of bodies and answers that their own schemas would refuse."""
    for operation in operations:
        for placed in (*([operation.body] if operation.body else []), *operation.answers.values()):
            for media, held in placed.node.get("content", {}).items():
                schema = {**held.get("schema", {}), "components": document.get("components", {})}
                named = {("examples", name, "value"): one for name, one in held.get("examples", {}).items()}
                shown = {place: one["value"] for place, one in named.items() if "value" in one}
                shown |= {("example",): held["example"]} if "example" in held else {}
                for step, value in shown.items():
                    if said := unfit(schema, value):
                        place = (*placed.place, "content", media, *step)
                        yield DocumentProblem(place, said, "mend the example or the schema")


def _media(media: str, place: Place) -> Iterator[DocumentProblem]:
    plain = media.partition(";")[0]
    if plain != plain.lower():
        yield DocumentProblem(place, f"{media} must be in lower case", plain.lower())
    charset = re.search(r"charset=\s*\"?([^\s\";]+)", media, re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        yield DocumentProblem(place, f"text is sent as UTF-8, not as {charset[1]}", "take charset out")
