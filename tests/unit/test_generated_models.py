"""What every generated model can do: null and nothing, copies, pickles, patterns, JSON and JSON Schema."""

from __future__ import annotations

import copy
import pickle
import sys
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from infino_api import models
from infino_api.api.visualizations.update import request as update
from infino_api.models import Chart, Dashboard, Panel, Thread, Token, Visualization
from jsonschema import Draft202012Validator

from infino.runtime.errors import ParseError
from infino.runtime.model import Model, WireField
from infino.runtime.read import read_fields


def test_none_is_null_and_what_was_not_given_is_nothing() -> None:
    assert Visualization(description=None).to_body() == {"description": None}
    assert Visualization().to_body() == {}
    assert Visualization().description is None
    chart = Visualization.from_dict({"id": "v1", "title": "Late", "description": "old"})
    chart.description = None
    assert chart.to_body() == {"title": "Late", "description": None}
    assert update("v1", chart).json == {"title": "Late", "description": None}
    del chart.description
    assert chart.to_body() == {"title": "Late"}
    assert Visualization.from_dict({"description": None}).to_dict() == {"description": None}


def test_models_of_models_keep_null() -> None:
    board = Dashboard(title="D", panels=[Panel(label=None, viz_id="v1")])
    assert board.to_body() == {"title": "D", "panels": [{"label": None, "viz_id": "v1"}]}


def made() -> Visualization:
    return Visualization.from_dict(
        {
            "id": "v1",
            "title": "Late",
            "description": None,
            "chart": {"type": "bar"},
            "created_at": "2026-01-02",
            "x": [1],
        }
    )


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies_know_what_was_given(way: Any) -> None:
    again = way(made())
    assert again == made()
    assert again.to_dict() == made().to_dict()
    assert Visualization.from_json(made().to_json()) == made()


def test_equality_is_by_class_and_by_what_is_there() -> None:
    assert made() == made()
    assert made() != Visualization.from_dict({"id": "v1"})
    assert Visualization(title="x") != Dashboard(title="x")
    assert Visualization(title="x") != {"title": "x"}
    with pytest.raises(TypeError, match="unhashable"):
        hash(made())


def test_null_and_nothing_differ_to_equality_and_repr() -> None:
    assert Visualization(title="x", description=None) != Visualization(title="x")
    assert repr(Visualization(title="x", description=None)) == "Visualization(title='x', description=None)"
    assert repr(Visualization(title="x")) == "Visualization(title='x')"
    chart = Visualization(title="x", description=None)
    del chart.description
    assert chart == Visualization(title="x")


def test_replacing_keeps_what_was_not_given_so() -> None:
    changed = made().__replace__(title="Later")
    assert changed.to_body() == {"title": "Later", "description": None, "chart": {"type": "bar"}, "x": [1]}
    if sys.version_info >= (3, 13):
        assert copy.replace(made(), title="Later") == changed


def test_models_match_patterns() -> None:
    match made():
        case Visualization(title=title, chart=Chart(type="bar")):
            assert title == "Late"
        case _:
            pytest.fail("no match")


def test_a_name_that_is_no_field_is_an_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'titel'"):
        made().titel  # type: ignore[attr-defined]  # that is the point
    with pytest.raises(AttributeError, match=r"Visualization\.id was not given; the service sets it"):
        Visualization(title="x").id


def test_what_the_service_always_sets_is_asked_of_its_answers_only() -> None:
    assert Thread.from_dict({"name": "t"}).name == "t"
    with pytest.raises(ParseError, match=r"^\$\.id: is missing, and every answer should carry it"):
        read_fields(Thread, {"name": "t"}, is_answer=True)
    assert read_fields(Thread, {"thread_id": 7}, is_answer=True).id == "7"


def test_secrets_are_masked_and_sent() -> None:
    token = Token.from_dict({"token": "planted"})
    assert "planted" not in repr(token)
    assert token.to_dict() == {"token": "planted"}
    assert pickle.loads(pickle.dumps(token)) == token


def test_a_schema_stands_alone_and_takes_what_the_model_writes() -> None:
    schema = Visualization.json_schema()
    Draft202012Validator.check_schema(schema)
    assert "Chart" in schema["$defs"]
    Draft202012Validator(schema).validate(made().to_dict())
    assert not Draft202012Validator(schema).is_valid({"id": "v1", "tags": "x"})
    assert "x-infino" not in str(schema)


def test_times_are_written_as_they_are_read() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)
    thread = Thread.from_dict({"id": "t", "created_at": moment.isoformat()})
    assert thread.created_at == moment
    assert thread.to_dict()["created_at"] == moment.isoformat()


COPIES: list[Any] = [
    copy.copy,
    copy.deepcopy,
    attrs.evolve,
    lambda one: pickle.loads(pickle.dumps(one)),
    lambda one: one.__replace__(),
    lambda one: type(one).from_dict(one.to_dict()),
    lambda one: type(one).from_json(one.to_json()),
]
LEAST: dict[str, Any] = {"name": "x", "subject_template": {}, "message_template": {}}
VALUES: tuple[Any, ...] = ("x", {}, [], 1, "2026-01-02T03:04:05Z", True, LEAST)


def filled(cls: type[Model], kind: str) -> dict[str, Any]:
    """An object of the wire: with what it must have only, with everything, or with null where it may be."""
    found: dict[str, Any] = {}
    for field in sorted(cls.FIELDS, key=lambda field: not field.required):
        if field.required and (kind == "whole" or not field.read_only):
            found[field.names[0]] = next(value for value in VALUES if fits(field, value))
        elif kind == "whole":
            found[field.names[0]] = next((value for value in VALUES if fits(field, value)), None)
        elif kind == "null" and not field.required:
            found[field.names[0]] = None
    return {**found, "of next year": [1, None]} if kind == "whole" else found


def fits(field: WireField, value: Any) -> bool:
    try:
        field.read(value)
    except ParseError:
        return False
    return True


@pytest.mark.parametrize("name", models.__all__)
@pytest.mark.parametrize("kind", ["least", "whole", "null"])
def test_what_every_model_can_do(name: str, kind: str) -> None:
    cls: type[Model] = getattr(models, name)
    given = filled(cls, kind)
    one = cls.from_dict(given)
    written = one.to_dict()
    assert written.keys() == given.keys()
    for way in COPIES:
        again = way(one)
        assert (type(again), again, again.to_dict(), repr(again)) == (cls, one, written, repr(one)), way
    assert repr(one).startswith(f"{name}(")
    assert "object at" not in repr(one)
    match one:
        case Model(additional_properties=more):
            assert more == ({"of next year": [1, None]} if kind == "whole" else {})
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)
    schema = cls.json_schema()
    Draft202012Validator.check_schema(schema)
    assert {field.names[0] for field in cls.FIELDS} == set(schema["properties"])


def test_evolving_keeps_what_was_not_given_so() -> None:
    chart = Visualization(title="Late")
    assert attrs.evolve(chart, title="Later").to_body() == {"title": "Later"}
    assert attrs.evolve(chart, title=None).to_body() == {"title": None}
    assert attrs.evolve(Visualization(description=None), title="x").to_body() == {"description": None, "title": "x"}
    again = attrs.evolve(chart)
    again.additional_properties["more"] = 1
    assert not chart.additional_properties
    with pytest.raises(AttributeError, match="was not given; the service sets it"):
        print(again.id)
