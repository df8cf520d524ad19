"""The words of the document beside methods and models: where they are written, and which are written nowhere."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from .arguments import Argument
from .docstrings import argument_text, block, elsewhere, examples_of, field_text, inline, wrap
from .document import DocumentProblem, Node, Operation, Place, Placed, follow
from .grammar import GRAMMAR, Child

_PARAMETERS = ("path", "query", "header", "cookie")
_WORDS = ("title", "summary", "description", "termsOfService", "contact", "license", "url", "example")


def of_package(document: Node) -> list[str]:
    """Return what the docstring of the package says: the description of the service, and what operations share.

    Args:
        document: The whole document.

    Returns:
        Lines without indent.
    """
    info, components = document["info"], document.get("components", {})
    said = [f"{info['title']}, version {info['version']}.", info.get("summary", ""), info.get("description", "")]
    legal = [key for key in ("termsOfService", "contact", "license") if key in info]
    said += [f"{key}: {', '.join(_leaves(info[key]))}." for key in legal]
    said += elsewhere(document)
    said += [f"{one['name']}: {one['description']}" for one in _described(document.get("tags", ()))]
    said += [f"Server {one['url']}: {one['description']}" for one in _described(document.get("servers", ()))]
    said += [
        one["description"]
        for one in _described(one for _, one in sorted(components.get("securitySchemes", {}).items()))
    ]
    shared = {name: node for name, node in sorted(components.get("responses", {}).items()) if "$ref" not in node}
    said += [f"Answer {name}: {_answer(document, Placed(node, ()))}" for name, node in shared.items()]
    return [line for one in said if one for line in ("", *block(str(one)))]


def _described(nodes: Iterable[Node]) -> list[Node]:
    return [one for one in nodes if one.get("description")]


def of_call(document: Node, operation: Operation, node: Node, arguments: list[Argument], by_hand: bool) -> list[str]:
    """Return what the docstring of a planned call says beside that of its method: how it looks on the wire.

    Args:
        document: The whole document.
        operation: The operation.
        node: Its words, those of a variant over its own.
        arguments: Its arguments.
        by_hand: Whether the docstring of its method is written by hand, so that all words of the document stand here.

    Returns:
        Lines without indent.
    """
    named = {one.wire for one in arguments if one.place in _PARAMETERS}
    entries = [(one.name, [argument_text(one)]) for one in arguments if by_hand]
    for one in operation.parameters:
        own = [] if one.node["name"] in named else [one.node["description"]]
        entries.append((one.node["name"], [*own, *examples_of(one.node)]))
    if operation.body:
        own = [operation.body.node.get("description", "")] if by_hand else []
        entries.append(("body", [*own, *_contents(operation.body.node)]))
    for code, answer in operation.answers.items():
        if "$ref" not in operation.node["responses"][code]:
            said = _answer(document, answer)
            entries.append((code, [said] if by_hand or said != answer.node.get("description") else []))
    lines = [line for name, said in entries if any(said) for line in wrap(inline(f"{name}: {' '.join(said)}"), "    ")]
    words = [node.get("summary", ""), node.get("description", ""), *elsewhere(node)] if by_hand else []
    head = [line for one in words if one for line in ("", *block(str(one)))]
    return [*head, "", "On the wire:", *lines] if lines else head


def _answer(document: Node, answer: Placed) -> str:
    said = [str(answer.node.get("description", "")), *headers_of(document, answer), *_contents(answer.node)]
    return " ".join(said)


def _contents(node: Node) -> list[str]:
    found = [(media, examples_of(held)) for media, held in node.get("content", {}).items()]
    return [f"As {media}: {' '.join(said)}" for media, said in found if said]


def headers_of(document: Node, answer: Placed) -> list[str]:
    """Say which headers an answer has, which `with_raw_response` shows.

    Args:
        document: The whole document.
        answer: The answer.
    """
    found = []
    for name, node in answer.node.get("headers", {}).items():
        header = follow(document, node, (*answer.place, "headers", name)).node
        described = " ".join(str({**header, **node}.get("description", "")).split())
        schema = {**header.get("schema", {}), "description": described, "deprecated": header.get("deprecated", False)}
        said = " ".join([field_text(schema), *examples_of(header)]).strip()
        found.append(f"`{name}`: {said}" if said else f"`{name}`.")
    return [f"In the headers of `with_raw_response`: {' '.join(found)}"] if found else []


def docstrings_in(tree: ast.Module) -> list[str]:
    """Return every docstring of a module.

    Args:
        tree: The module.
    """
    homes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [text for node in ast.walk(tree) if isinstance(node, homes) and (text := ast.get_docstring(node, False))]


def left_out(document: Node, docstrings: Iterable[str], kept: Collection[str]) -> Iterator[DocumentProblem]:
    """Find the words of the document that stand in no docstring and in no schema that a model can show.

    Args:
        document: The whole document.
        docstrings: Every docstring.
        kept: Places of schemas that `json_schema()` shows as they are.
    """
    # Docstrings wrap, indent and escape what the document says; its letters and digits survive all of that.
    everything = "\n".join(map(_bare, docstrings))
    for place, text in _words(document, (), "document", kept):
        if _bare(text) not in everything and _bare(_json(text)[1:-1]) not in everything:
            yield DocumentProblem(
                place,
                "no docstring has room for these words",
                "say it at the operation, its parameter, body or answer; or take out what no operation uses",
            )


def _words(node: Any, place: Place, kind: str, kept: Collection[str]) -> Iterator[tuple[Place, str]]:
    """Go through the words of everything but the schemas of models, by the grammar of the keys."""
    is_shown = kind == "schema" and (place[:2] == ("components", "schemas") or "/".join(place) in kept)
    if not isinstance(node, dict) or is_shown:
        return
    several = node.get("examples")
    shown = [*_WORDS, "examples"] if isinstance(several, list) else [*_WORDS, "value"] if kind == "example" else _WORDS
    for key in shown:
        yield from (((*place, key), text) for text in _leaves(node.get(key)))
    for key, rule in GRAMMAR[kind].items():
        if key in node and isinstance(rule, Child):
            held = node[key]
            each = held.items() if rule.form == "map" else enumerate(held) if rule.form == "list" else (("", held),)
            for step, one in each if isinstance(held, dict | list) else ():
                where = (*place, key, str(step)) if rule.form in ("map", "list") else (*place, key)
                yield from _words(one, where, rule.kind, kept)


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, one in value.items() if key != "$ref" for text in (*_leaves(one),)]
    if isinstance(value, list):
        return [text for one in value for text in _leaves(one)]
    return [] if value is None else [value if isinstance(value, str) else _json(value)]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _bare(text: str) -> str:
    """Return the letters and digits of a text, which no layout changes."""
    return re.sub(r"[\W_]+", "", text)
