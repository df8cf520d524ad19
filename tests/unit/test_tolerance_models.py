"""Every model under damage: drop, rename, add, null and retype never end in anything but a ParseError with a path."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import infino_api.models as models
import pytest
from generator import types
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infino.runtime import Model, ParseError
from infino.runtime import read as readers
from infino.runtime.read import read_fields
from tests.support.document import DOCUMENT

SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
MODELS = sorted(name for name in SCHEMAS if types.is_model(DOCUMENT, name))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(datetime.isoformat)
MANY = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def well_formed(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit a schema node, in any of the spellings it allows."""
    coerce = node.get("x-infino-coerce")
    if coerce:
        return {
            "text": st.text(max_size=6) | st.integers(),
            "integer": st.integers() | st.integers().map(str),
            "number": st.floats(allow_nan=False),
            "flag": st.booleans(),
            "time": TIMES,
            "any": JSON.filter(lambda value: value == value),
        }[coerce]
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        return document_of(name) if types.is_model(DOCUMENT, name) else well_formed(SCHEMAS[name])
    if "anyOf" in node:
        return well_formed(node["anyOf"][0])
    if "enum" in node:
        return st.sampled_from([word for word in node["enum"] if word is not None]) | st.text(max_size=6)
    kinds = node.get("type", [])
    kind = next((one for one in ([kinds] if isinstance(kinds, str) else kinds) if one != "null"), None)
    if kind == "array":
        return st.lists(well_formed(node.get("items", {})), max_size=2)
    if kind == "object":
        values = node.get("additionalProperties")
        inner = well_formed(values) if isinstance(values, dict) else st.integers()
        return st.dictionaries(st.text("ab", min_size=1, max_size=3), inner, max_size=2)
    scalars: dict[Any, st.SearchStrategy[Any]] = {
        "string": st.text(max_size=6),
        "integer": st.integers(),
        "number": st.floats(allow_nan=False),
        "boolean": st.booleans(),
    }
    return scalars.get(kind, st.integers())


def document_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    properties = SCHEMAS[name]["properties"]
    every = {wire: st.deferred(lambda n=node: well_formed(n)) for wire, node in properties.items()}
    always = needed(name)
    return st.fixed_dictionaries(
        {wire: one for wire, one in every.items() if wire in always},
        optional={wire: one for wire, one in every.items() if wire not in always},
    )


def needed(name: str) -> set[str]:
    """Wire names of what every such object carries, before the service has added its own."""
    return {field.names[0] for field in model_class(name).FIELDS if field.required and not field.read_only}


def least(name: str) -> dict[str, Any]:
    """An object with only what it must carry."""
    values: dict[str, Any] = {"string": "x", "integer": 1, "number": 1.5, "boolean": True, "array": []}
    found = {}
    for wire in needed(name):
        node = SCHEMAS[name]["properties"][wire]
        target = node["$ref"].rsplit("/", 1)[-1] if "$ref" in node else ""
        kinds = node.get("type", "object")
        found[wire] = least(target) if target else values.get(kinds if isinstance(kinds, str) else kinds[0], {})
    return found


def filled(name: str) -> dict[str, Any]:
    """An object with what the service adds as well."""
    added = {field.names[0]: {} if field.read is readers.mapping else "x" for field in model_class(name).FIELDS}
    sets = {field.names[0] for field in model_class(name).FIELDS if field.required and field.read_only}
    return {**least(name), **{wire: value for wire, value in added.items() if wire in sets}}


def model_class(name: str) -> type[Model]:
    found = getattr(models, types.class_name(name))
    assert issubclass(found, Model)
    return found


def same(one: Any, other: Any) -> bool:
    """Equality that takes NaN for itself."""
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)


@pytest.mark.parametrize("name", MODELS)
def test_every_field_has_a_documented_attribute(name: str) -> None:
    cls = model_class(name)
    for field in cls.FIELDS:
        assert field.attribute in cls.__annotations__
        assert f"{field.attribute}: " in str(cls.__doc__)
    wires = [wire for field in cls.FIELDS for wire in field.names]
    assert len(wires) == len(set(wires))
    if not any(field.required and not field.read_only for field in cls.FIELDS):
        assert cls().to_dict() == {}
    assert cls.from_dict(least(name)).to_dict() == least(name)
    for wire in needed(name):
        rest = {key: value for key, value in least(name).items() if key != wire}
        with pytest.raises(ParseError, match=f"{wire}.*: is missing"):
            cls.from_dict(rest)
    for field in cls.FIELDS:
        if field.required and field.read_only:
            with pytest.raises(ParseError, match=r"^\$.*: is missing, and every answer should carry it") as caught:
                read_fields(cls, {**filled(name), **dict.fromkeys(field.names)}, is_answer=True)
            assert field.names[0] in str(caught.value)
            with pytest.raises(AttributeError, match="was not given; the service sets it"):
                getattr(cls.from_dict(least(name)), field.attribute)


@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
@MANY
def test_what_fits_is_read_and_survives_a_round_trip(name: str, data: st.DataObject) -> None:
    cls = model_class(name)
    body = data.draw(document_of(name))
    found = cls.from_dict(body)
    for field in cls.FIELDS:
        assert (getattr(found, field.attribute, None) is None) == (body.get(field.names[0]) is None)
    again = cls.from_dict(found.to_dict())
    assert again == found
    assert same(again.to_dict(), found.to_dict())


@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
@MANY
def test_damage_is_read_or_refused_with_a_path(name: str, data: st.DataObject) -> None:
    cls = model_class(name)
    body = data.draw(document_of(name))
    wires = [wire for field in cls.FIELDS for wire in field.names]
    for wire in data.draw(st.lists(st.sampled_from(wires), max_size=4)):
        damage = data.draw(st.sampled_from(["drop", "null", "rename", "retype"]))
        value = body.pop(wire, None)
        if damage == "null":
            body[wire] = None
        elif damage == "rename":
            body[f"{wire}_renamed"] = value
        elif damage == "retype":
            body[wire] = data.draw(JSON)
    unknown = data.draw(st.dictionaries(st.text("xyz", min_size=4, max_size=6), JSON, max_size=2))
    body.update(unknown)
    try:
        found = cls.from_dict(body)
    except ParseError as error:
        refused = error
    else:
        refused = None
    if refused is not None:
        assert refused.path.startswith(("$.", "$["))
        return
    for key, value in unknown.items():
        assert same(found.additional_properties[key], value)
        assert same(found.to_dict()[key], value)
    for key in body:
        if key.endswith("_renamed"):
            assert key in found.to_dict()


@pytest.mark.parametrize("name", MODELS)
@given(value=JSON)
@MANY
def test_anything_at_the_root_is_read_or_refused(name: str, value: Any) -> None:
    if isinstance(value, dict):
        value = least(name) | {f"{key} ": item for key, item in value.items()}  # unknown to every model
        assert same(model_class(name).from_dict(value).to_dict(), value)
        return
    with pytest.raises(ParseError, match=r"^\$: expected an object"):
        model_class(name).from_dict(value)


@pytest.mark.parametrize("name", MODELS)
def test_unknown_words_survive(name: str) -> None:
    cls = model_class(name)
    for wire, node in SCHEMAS[name]["properties"].items():
        if "x-infino-coerce" not in node and "string" in str(node.get("type")) and "format" not in node:
            if "array" in str(node["type"]) or "object" in str(node["type"]):
                continue
            body = least(name) | {wire: "a word from next year"}
            assert cls.from_dict(body).to_dict() == body


def test_a_text_may_come_as_what_has_one() -> None:
    values = ["x", True, 5, 0.5, date(2026, 1, 2), datetime(2026, 1, 2, 3, tzinfo=UTC), Decimal("1.50")]
    texts = [readers.text(value) for value in values]
    assert texts == ["x", "true", "5", "0.5", "2026-01-02", "2026-01-02T03:00:00+00:00", "1.50"]
    assert [readers.nullable(readers.text)(value) for value in (None, 5)] == [None, "5"]


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_spellings_null_hides_no_value(order: int) -> None:
    """Whether null or the value is read first."""
    kinds = [getattr(models, name) for name in MODELS if hasattr(getattr(models, name, None), "FIELDS")]
    looked_at = 0
    for kind in kinds:
        for attribute, names, read, *_ in kind.FIELDS:
            if len(names) > 1 and read in (readers.text, readers.integer):
                spelled = dict(zip(names[::order], ["7", *[None] * (len(names) - 1)], strict=True))
                with suppress(ParseError):  # of another field, which must be there
                    found = read_fields(kind, spelled, is_answer=True)
                    assert getattr(found, attribute) in ("7", 7)
                    looked_at += 1
    assert looked_at > 3


def test_a_body_leaves_out_what_only_the_service_sets() -> None:
    chart = models.Visualization.from_dict({"id": "v1", "title": "Late", "created_at": "2026-01-02", "x": 1})
    assert chart.to_body() == {"title": "Late", "x": 1}
    dashboard = models.Dashboard(
        title="Delays", panels=[models.Panel(viz_id="v1", layout=models.PanelLayout(x=0, w=24))]
    )
    assert dashboard.to_body() == {"title": "Delays", "panels": [{"viz_id": "v1", "layout": {"x": 0, "w": 24}}]}


def test_a_repr_shows_what_is_set() -> None:
    assert repr(models.Dataset(name="web", doc_count=2)) == "Dataset(name='web', doc_count=2)"
    assert repr(models.Panel()) == "Panel()"
    assert repr(models.Panel.from_dict({"x": None, "layout": {"w": 1}})) == (
        "Panel(layout=PanelLayout(w=1), additional_properties={'x': None})"
    )
    assert repr(models.Token.from_dict({"token": "planted", "also": "planted"})) == (
        "Token(token=****, additional_properties={'also': ****})"
    )


def test_whole_numbers_are_never_rounded() -> None:
    big = 2**63 + 1
    assert models.Account.from_dict({"storage_quota": {"used_bytes": str(big)}}).to_dict() == {
        "storage_quota": {"used_bytes": big}
    }
    with pytest.raises(ParseError, match=r"^\$\.storage_quota\.used_bytes: expected a whole number"):
        models.Account.from_dict({"storage_quota": {"used_bytes": 1.5}})


@pytest.mark.parametrize("value", [5, "x", [1, 2], {"a": 1}, 0, ""])
def test_the_member_of_a_union_that_takes_the_value_reads_it(value: Any) -> None:
    for reads in ([readers.integer, readers.text], [readers.text, readers.integer]):
        assert readers.best(*reads, readers.items(readers.integer), readers.mapping)(value) == value


def test_what_fits_no_member_of_a_union_is_kept_where_it_is_an_object_and_refused_where_not() -> None:
    def misfit(value: Any) -> Any:
        return SimpleNamespace(_fit=lambda: (-1, 0))

    for read in (readers.best(readers.integer), readers.best(misfit), readers.best(misfit, readers.integer)):
        kept = read({"a": 1})
        assert isinstance(kept, Model)
        assert kept.to_dict() == {"a": 1}
        with pytest.raises(ParseError):
            read(["x"])


@pytest.mark.parametrize(("value", "wanted"), [
    (True, True), (False, False), (1, True), (0, False), (1.0, True), ("true", True), ("False", False),
    (2, None), (0.5, None), (-1, None), ("yes", None), ("1", None), (None, None), ([], None),
])  # fmt: skip
def test_a_flag_is_what_surely_means_one(value: Any, wanted: bool | None) -> None:
    if wanted is None:
        with pytest.raises(ParseError, match="true or false"):
            readers.flag(value)
    else:
        assert readers.flag(value) is wanted
