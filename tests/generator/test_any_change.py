"""Changes that nobody thought of: whatever stands in the document, it is carried or refused, and never a traceback."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.changes import TEXT, WHOLE, Node, operation, parameter, ref, small, thing, write

from generator.grammar import GRAMMAR  # isort: skip # tests.support.changes says where it lies

WORDS = sorted({key for rules in GRAMMAR.values() for key in rules} | {"x-infino-name", "x-infino-keys", "toDict", "X"})
VALUES: list[Any] = [
    None, -1, 1.5, True, False, "", "a b", "class", [], ["x"], [1], [{}], {}, {"x": 1}, 10**40, TEXT, [TEXT],
    {"a": TEXT}, ref("Thing"), {"$ref": 1}, {"$ref": "#/x"}, {"type": ["string", "null"]}, {"type": "object"},
]  # fmt: skip


FILE: Node = {**TEXT, "format": "binary"}


def rich() -> Node:
    """A document with something of every kind."""
    changed = copy.deepcopy(small())
    either = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}}
    changed["components"]["schemas"] |= {
        "Thing": thing("T.", ["id"], id=TEXT, tags={"type": "array", "items": TEXT}, either=either),
        "Cat": thing("C.", ["kind"], kind={"const": "cat"}),
        "Dog": {"description": "D.", "allOf": [ref("Cat"), thing("More.", kind={"const": "dog"})]},
    }
    texts = {"type": "array", "items": TEXT}
    given = [parameter("q"), parameter("h", "header"), parameter("c", "cookie"), parameter("l", schema=texts)]
    listed = {"x-infino-pagination": "offset", "parameters": [parameter("offset", schema=WHOLE)]}
    changed["paths"]["/things"] = {
        "get": operation("things.list", ok={"type": "array", "items": ref("Thing")}, **listed),
        "post": operation("things.create", body=ref("Thing"), parameters=given),
        "put": operation("things.upload", body=thing("F.", file=FILE), media="multipart/form-data"),
    }
    return changed


def places(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, inner in steps:
        yield from places(inner, (*place, step))


def at(node: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        node = node[step]
    return node


def changed(document: Node, known: list[tuple[Any, ...]], dice: random.Random) -> Node:
    """The document with one thing added, replaced, taken out, renamed or copied from elsewhere."""
    found = copy.deepcopy(document)
    *holder, step = dice.choice(known)
    parent, here = at(found, tuple(holder)), at(found, (*holder, step))
    match dice.randrange(5):
        case 0 if isinstance(here, dict):
            here[dice.choice(WORDS)] = copy.deepcopy(dice.choice(VALUES))
        case 1:
            del parent[step]
        case 2 if isinstance(here, dict) and here:
            here[dice.choice(WORDS)] = here.pop(dice.choice(list(here)))
        case 3:
            parent[step] = copy.deepcopy(at(document, dice.choice(known)))
        case _:
            parent[step] = copy.deepcopy(dice.choice(VALUES))
    return found


@pytest.mark.parametrize(("seed", "count"), [(1, 60), pytest.param(2, 4000, marks=pytest.mark.soak)])
def test_no_change_ends_in_a_traceback(seed: int, count: int) -> None:
    document, dice = rich(), random.Random(seed)
    assert write.problems(document) == []
    roots = [("paths", "/things"), ("components", "schemas"), ("components", "securitySchemes"), ("info",), ("tags",)]
    known = [(*root, *place) for root in roots for place in places(at(document, root)) if place]
    for _ in range(count):
        for problem in write.problems(changed(document, known, dice)):
            assert problem.partition(": ")[2], problem
