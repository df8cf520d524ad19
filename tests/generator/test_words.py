"""Whatever the document says in words stands in a docstring, or is refused by its place."""

# ruff: noqa: E501 - a table reads best with one change a line
from __future__ import annotations

import ast
import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from generator import check_schemas, docstrings, document, prose, write

from tests.support.changes import (
    ROOT,
    TEXT,
    Node,
    at,
    generated,
    operation,
    parameter,
    ref,
    refusals,
    small,
    with_thing,
)

SHOWN = {"example": {"id": "7"}}
BODY = {
    "required": True,
    "description": "What to do.",
    "content": {"application/json": {"schema": ref("Thing"), **SHOWN}},
}
NAMED = {
    "one": {"summary": "A thing", "description": "Of many.", "value": {"id": "8"}},
    "other": {"summary": "Another."},
}
OWN = {
    "200": {"description": "Done.", "content": {"application/json": {"schema": ref("Thing"), "examples": NAMED}}},
    "default": {"description": "It went wrong.", "headers": {"X-Why": {"description": "Why.", "schema": TEXT}}},
}


@cache
def call(by_hand: bool) -> str:
    """The docstring of the call of an operation that says something in every place."""
    changed = with_thing()
    given = [parameter("q", example="y1"), parameter("X-From", "header", **{"x-infino-from": "q"})]
    made = operation(
        "things.do", parameters=given, requestBody=BODY, responses=OWN, summary="Do", description="All of it."
    )
    at("/things", post={**made, "responses": OWN})(changed)
    found = next(one for one in document.expanded(changed) if one.path == "/things")
    files = [ROOT / "openapi" / name for name in ("infino.yaml", "none", "generator.yaml", "templates")]
    planned = write._planned(changed, *files)
    [method] = next(one.methods for one in planned._resources if one.name == "things")
    return " ".join(" ".join(prose.of_call(changed, found, found.node, method.arguments, by_hand)).split())


def test_examples_stand_at_the_call_that_is_planned() -> None:
    assert call(by_hand=False) == (
        'On the wire: q: For example `"y1"`. X-From: The X-From. body: As application/json: For example `{"id": "7"}`. '
        '200: Done. As application/json: A thing: Of many: for example `{"id": "8"}`. Another. '
        "default: It went wrong. In the headers of `with_raw_response`: `X-Why`: Why."
    )


def test_all_words_stand_there_where_a_plan_has_the_docstring_of_the_method() -> None:
    said = call(by_hand=True)
    assert said.startswith("Do All of it. On the wire: q: The q. ")
    assert "body: What to do." in said


def test_the_package_tells_of_the_service_and_of_what_operations_share() -> None:
    changed: Node = copy.deepcopy(small())
    changed["info"] |= {"termsOfService": "https://x.example/terms", "contact": {"name": "Ada", "email": "a@x.example"}}
    changed["externalDocs"] = {"url": "https://x.example/docs", "description": "All of it."}
    changed["components"]["responses"]["Error"] = {
        "description": "No.",
        "content": {"application/json": {"example": {"a": 1}}},
    }
    said = "\n".join(prose.of_package(changed))
    for text in (
        "termsOfService: https://x.example/terms.",
        "contact: Ada, a@x.example.",
        "See https://x.example/docs: All of it.",
        "charts: Visualizations and dashboards.",
        "Server https://api.infino.ws: The service.",
        'Answer Error: No. As application/json: For example `{"a": 1}`.',
    ):
        assert text in said


def lost(changed: Node) -> None:
    """Words in places that nothing is made of."""
    items = {"type": "array", "items": {**TEXT, "description": "Lost in an item."}}
    of_answer = {"type": "array", "items": {**TEXT, "title": "Lost in a title"}}
    changed["components"]["parameters"]["Said"] = parameter("said", description="Lost beneath other words.")
    said = {"$ref": "#/components/parameters/Said", "description": "Said otherwise."}
    at("/things", get=operation("things.get", parameters=[parameter("q", schema=items), said], ok=of_answer))(changed)


def test_words_that_no_docstring_has_are_refused_by_their_place(tmp_path: Path) -> None:
    changed = with_thing()
    lost(changed)
    with pytest.raises(document.DocumentError) as caught:
        generated(changed, tmp_path)
    assert {
        str(one).partition(": no docstring has room for these words; do this: ")[0] for one in caught.value.problems
    } == {
        "paths./things.get.parameters.0.schema.items.description",
        "paths./things.get.responses.200.content.application/json.schema.items.title",
        "components.parameters.Said.description",
    }


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda d: d["tags"].append({"name": "idle"}), "no operation has the tag idle; do this: take it out"),
        (lambda d: d["paths"].update({"/x": {"$ref": "#/components/pathItems/X", "description": "D."}}), "paths./x.description: this word is not allowed"),
        (lambda d: at("/x", get=operation("x.get", parameters=[{"$ref": "#/components/parameters/Username", "summary": "S."}]))(d), "parameters.0.summary: this word is not allowed beside a reference"),
    ],
)  # fmt: skip
def test_words_that_say_nothing_where_they_stand_are_refused(change: Any, wanted: str) -> None:
    assert any(wanted in one for one in refusals(change))


def test_the_words_of_the_document_are_looked_for_as_they_are() -> None:
    """Escapes and line breaks of the docstring are no loss."""
    text = 'One \\d of\n  `two`, "three".'
    changed: Node = {"info": {"description": text}}
    tree = ast.parse(f'"""{text.replace(chr(92), chr(92) * 2)[:-1]}."""')
    assert list(prose.left_out(changed, prose.docstrings_in(tree), ())) == []
    assert [one.place for one in prose.left_out(changed, ["One."], ())] == [("info", "description")]


def test_code_between_fences_keeps_its_lines_and_what_follows_is_wrapped_again() -> None:
    code = ["```python", "one()", "two()", "", "for thing in things:", "    show(thing)", "```"]
    assert docstrings.block("\n".join(["One", "two.", *code, "Three", "four."])) == ["One two.", *code, "Three four."]


def test_a_value_in_a_message_is_cut_where_it_would_be_long() -> None:
    assert check_schemas.short("x" * 57) == repr("x" * 57)
    assert check_schemas.short("x" * 58) == "'" + "x" * 56 + "..."
