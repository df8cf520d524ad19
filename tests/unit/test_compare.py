"""What a changed document breaks, adds, or changes on the wire only."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tests.support.changes import ROOT, TEXT, base, document  # which says where the generator lies

Node = dict[str, Any]


@cache
def before() -> Any:
    from generator import compare

    return compare.facts_of(base(), ROOT / "openapi")


def told(change: Callable[[Node], Any]) -> list[str]:
    from generator import compare

    changed = copy.deepcopy(base())
    change(changed)
    after = compare.facts_of(changed, ROOT / "openapi")
    return [f"{one.kind}: {one.text}" for one in compare.changes(before(), after)]


def _fields(changed: Node, name: str) -> Node:
    found: Node = changed["components"]["schemas"][name]["properties"]
    return found


def _thread_input(changed: Node) -> Node:
    found: Node = changed["components"]["schemas"]["ThreadInput"]
    return found


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda d: None, []),
        (lambda d: d["paths"].pop("/monitors"), ["breaking: client.monitors.list() is gone"]),
        (
            lambda d: _thread_input(d)["properties"].update(colour={**TEXT, "description": "C."}),
            [
                "additive: client.fino.threads.create(colour=) is new",
                "additive: models.ThreadInput.colour is new",
            ],
        ),
        (
            lambda d: _thread_input(d).update(required=["name"]),
            [
                "breaking: client.fino.threads.create(name=): presence was optional and is required",
                "breaking: client.fino.threads.create(name=): type was str | None and is str",
                "breaking: models.ThreadInput.name: presence was optional and is required",
                "additive: models.ThreadInput.name: type was str | None and is str",
            ],
        ),
        (
            lambda d: d["paths"]["/fino/threads"]["post"].update({"x-infino-retry": "safe"}),
            ["wire-only: client.fino.threads.create(): retry was never and is safe"],
        ),
        (
            lambda d: _fields(d, "Thread")["id"].update({"x-infino-aliases": ["thread_id"]}),
            ["wire-only: models.Thread.id: spellings was id, thread_id, _id and is id, thread_id"],
        ),
        (
            lambda d: _fields(d, "Thread")["status"].update(enum=["ongoing", None]),
            [
                "additive: models.Thread.status: type was Literal['ongoing', 'completed'] | str | None"
                " and is Literal['ongoing'] | str | None"
            ],
        ),
    ],
)
def test_a_change_is_told_by_what_it_does(change: Callable[[Node], Any], wanted: list[str]) -> None:
    assert told(change) == wanted


def test_a_document_that_is_refused_is_not_compared() -> None:
    with pytest.raises(document.DocumentError, match="webhooks"):
        told(lambda d: d.update(webhooks={}))
