"""What a changed document breaks, adds, or changes on the wire only."""

from __future__ import annotations

import copy
import importlib.util
import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.changes import (  # which says where the generator lies
    LIST,
    ROOT,
    TEXT,
    THINGS,
    WHOLE,
    answer,
    base,
    document,
    operation,
    parameter,
    ref,
    small,
    thing,
)

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


def things() -> Node:
    """A document with a few operations of every kind."""
    made = copy.deepcopy(small())
    words = {**TEXT, "enum": ["a", "b"]}
    made["components"]["schemas"] |= {
        "Thing": thing("T.", ["id", "kind"], id=TEXT, kind=words, size=WHOLE, code=TEXT, old=TEXT, day=TEXT),
        "Other": thing("O.", x=TEXT),
    }
    given = [parameter("id", "path"), parameter("q"), parameter("sort", schema=words), parameter("l", schema=LIST)]
    sized = parameter("n", schema={**WHOLE, "default": 5}, required=True)
    paged = {"x-infino-pagination": "offset", "parameters": [parameter("offset", schema=WHOLE), parameter("page")]}
    made["paths"] |= {
        "/things": {"get": operation("things.list", ok=THINGS, **paged)},
        "/things/{id}": {
            "get": operation("things.get", parameters=[*given, sized]),
            "put": operation("things.put", parameters=given[:1], body=thing("B.", name=TEXT, size=WHOLE)),
            "delete": operation("things.remove", parameters=given[:1]),
        },
    }
    return made


def _changed_in_every_way(found: Node) -> None:
    got, put = found["paths"]["/things/{id}"]["get"], found["paths"]["/things/{id}"]["put"]
    _, query, sort, several, sized = got["parameters"]
    query |= {"name": "text", "x-infino-name": "q", "x-infino-positional": True, "deprecated": True}
    sort["schema"]["enum"] = ["a"]
    several["explode"] = False
    sized["schema"]["default"] = 7
    got["responses"]["202"] = answer(ref("Other"))
    got |= {"summary": "In other words", "deprecated": True}
    content = put["requestBody"]["content"]
    content["application/merge-patch+json"] = content.pop("application/json")
    body = content["application/merge-patch+json"]["schema"]
    body["properties"] |= {"must": {**TEXT, "description": "M."}, "size": {**WHOLE, "type": ["integer", "string"]}}
    body["required"] = ["must"]
    found["paths"]["/v2/things"] = found["paths"].pop("/things")
    found["paths"]["/v2/things"]["get"]["x-infino-pagination"] = "page"
    found["paths"]["/things/{id}"]["delete"]["operationId"] = "things.drop"
    schema = found["components"]["schemas"]["Thing"]
    schema["required"] = ["kind"]
    schema["properties"]["kind"]["enum"] = ["a", "b", "c"]
    schema["properties"]["size"]["readOnly"] = True
    schema["properties"]["code"]["x-infino-secret"] = True
    schema["properties"]["old"]["deprecated"] = True
    schema["properties"]["day"]["format"] = "date"


def test_every_kind_of_change_is_told_in_its_class() -> None:
    from generator import compare

    after = copy.deepcopy(things())
    _changed_in_every_way(after)
    old, new = (compare.facts_of(one, ROOT / "openapi") for one in (things(), after))
    assert [f"{one.kind}: {one.text}" for one in compare.changes(old, new)] == [
        "breaking: client.things.get(): answer was Thing and is Thing | Other",
        "breaking: client.things.get(sort=): type was Literal['a', 'b'] | str | None and is Literal['a'] | str | None",
        "breaking: client.things.put(must=) is new and required",
        "breaking: client.things.remove() is gone",
        "breaking: client.things.remove(id=) is gone",
        "breaking: models.Thing.day: type was str | None and is date | None",
        "breaking: models.Thing.id: type was str and is str | None",
        "breaking: models.ThingsPutBody.must is new and required",
        "breaking: models.ThingsPutBody.size: type was int | None and is int | str | None",
        "wire-only: client.things.get(l=): wire was query l form, exploded and is query l form",
        "wire-only: client.things.get(n=): sent was 5 and is 7",
        "wire-only: client.things.get(q=): wire was query q and is query text",
        "wire-only: client.things.list(): paging was offset and is page",
        "wire-only: client.things.list(): route was GET /things and is GET /v2/things",
        "wire-only: client.things.put(): media was application/json and is application/merge-patch+json",
        "wire-only: models.Thing.code: masked was nothing and is yes",
        "wire-only: models.Thing.size: read only was nothing and is yes",
        "additive: client.things.drop() is new",
        "additive: client.things.drop(id=) is new",
        "additive: client.things.get(): deprecated was nothing and is yes",
        "additive: client.things.get(q=): deprecated was nothing and is yes",
        "additive: client.things.get(q=): position was nothing and is 2",
        "additive: client.things.put(name=): type was str | None and is str | None | Unset",
        "additive: client.things.put(size=): type was int | None and is int | str | None | Unset",
        "additive: models.Thing.id: presence was required and is optional",
        "additive: models.Thing.kind: type was Literal['a', 'b'] | str and is Literal['a', 'b', 'c'] | str",
        "additive: models.Thing.old: deprecated was nothing and is yes",
    ]


def test_words_alone_change_nothing() -> None:
    from generator import compare

    after = copy.deepcopy(things())
    after["paths"]["/things/{id}"]["get"] |= {"summary": "Other", "description": "Words."}
    after["components"]["schemas"]["Thing"]["properties"]["size"]["description"] = "Another word."
    old, new = (compare.facts_of(one, ROOT / "openapi") for one in (things(), after))
    assert compare.changes(old, new) == []


@pytest.fixture
def diff() -> Any:
    """What `make diff` runs, as a module."""
    spec = importlib.util.spec_from_file_location("diff", ROOT / "scripts" / "diff.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_newest_version_of_the_changelog_has_the_raw_entry_once(diff: Any) -> None:
    text = "# Changelog\n\nWords.\n\n## 2.0\n\n- Said by people.\n\n## 1.0\n\n- Old.\n"
    once = diff.with_entry(text, [("breaking", "client.a() is gone"), ("additive", "client.b() is new")])
    entry = f"{diff.START}\n- breaking: client.a() is gone\n- additive: client.b() is new\n{diff.END}\n"
    assert once == text.replace("people.\n", f"people.\n\n{entry}")
    again = diff.with_entry(once, [("additive", "client.c() is new")])
    assert again == text.replace("people.\n", f"people.\n\n{diff.START}\n- additive: client.c() is new\n{diff.END}\n")
    newest = text.partition("\n## 1.0")[0]
    assert diff.with_entry(newest, []) == f"{newest}\n{diff.START}\n{diff.END}\n"


@pytest.mark.parametrize(("path", "name"), [
    ("infino.core.retry.RetryPolicy.pause", "RetryPolicy.pause"),
    ("infino.client.AsyncInfino.on(event)", "Infino.on"),
    ("infino.charts.static.page", "page"),
])  # fmt: skip
def test_a_name_is_known_wherever_it_is_defined(diff: Any, path: str, name: str) -> None:
    assert diff.below_modules(path) == name


def test_a_refused_document_is_told_by_its_line(diff: Any, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    """`make diff` compares with a git ref, and ends without a traceback where either document is refused."""
    shutil.copytree(ROOT / "openapi", tmp_path / "openapi")
    source, right, wrong = tmp_path / diff.DOCUMENT, json.dumps(small()), json.dumps({**small(), "webhooks": {}})
    monkeypatch.setattr(diff, "ROOT", tmp_path)

    def committed(text: str) -> None:
        source.write_text(text)
        for command in (
            ["init", "-q"],
            ["add", "-A"],
            ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
        ):
            subprocess.run(["git", *command], cwd=tmp_path, check=True)

    committed(right)
    assert diff.document_changes("HEAD") == []
    source.write_text(wrong)
    with pytest.raises(SystemExit) as caught:
        diff.document_changes("HEAD")
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("openapi/infino.yaml:1 webhooks: there is no receiver for webhooks")
    committed(wrong)
    source.write_text(right)
    with pytest.raises(SystemExit, match="the document of HEAD is refused:\nwebhooks: "):
        diff.document_changes("HEAD")
