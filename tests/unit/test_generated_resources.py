"""The generated resource classes: every operation, both faces, planned as the document says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote, urljoin, urlsplit
from uuid import UUID

import pytest
from generator import document as rules
from generator import names
from hypothesis import given, settings
from hypothesis import strategies as st
from infino_api.resources.root import AsyncRootResources, RootResources

from infino.core.errors import ValidationError
from infino.runtime import Call, ParameterError, segment
from tests.support.document import DOCUMENT

T = TypeVar("T")
OPTIONS = {"timeout": 2.0, "headers": {"x-a": "b"}, "retry": None}
HOSTILE = ["", ".", "..", "a/b", "../users", "a?b", "a#b", "a\\b", "a\nb", "a\x00b", "\ud800"]


class Planned(Exception):
    """Carries the call that would have been made."""


class Recorder:
    """A caller that only keeps what it is asked to call; a transport is not what is tested here."""

    def call(self, call: Call[T], raw: bool = False, /, **options: Any) -> Any:
        raise Planned(call, options)


class AsyncRecorder:
    """The same for async resources."""

    async def call(self, call: Call[T], raw: bool = False, /, **options: Any) -> Any:
        raise Planned(call, options)


def operations() -> list[Any]:
    return list(_operations())


def _operations() -> Iterator[Any]:
    for path, method, operation, item in rules.operations(DOCUMENT):
        for variant in ({}, *operation.get("x-infino-variants", [])):
            merged = {**operation, **variant, "path": path, "http": method.upper(), "item": item}
            resource, name = names.names_of(merged, ("paths", path, method))
            named = {**merged, "resource": resource, "method": name, "retry": names.retry_of(merged, method)}
            if not merged.get("x-infino-handwritten"):
                yield pytest.param(named, id=f"{resource}.{name}")


def method_of(root: Any, operation: Mapping[str, Any], raw: bool = False) -> Any:
    found = root
    for step in operation["resource"].split("."):
        found = found if step == "client" else getattr(found, step)
    return getattr(found.with_raw_response if raw else found, operation["method"])


def parameters(operation: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
    nodes = [*operation["item"].get("parameters", []), *operation.get("parameters", [])]
    found = [rules.resolve(DOCUMENT, node) for node in nodes]
    return [node for node in found if node["in"] == place and "x-infino-from" not in node]


def arguments(method: Any) -> dict[str, Any]:
    """A value for each argument that has no default."""
    every = inspect.signature(method).parameters.values()
    needed = [one for one in every if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    made: dict[str, Any] = {}
    for one in needed:
        annotation = str(one.annotation)
        plain = annotation.startswith("str")
        made[one.name] = "x1" if plain else 1 if annotation in ("int", "float", "Moment", "Span") else {"a": 1}
    return made


def planned(method: Any, given: Mapping[str, Any]) -> tuple[Call[Any], dict[str, Any]]:
    positional = [
        one.name for one in inspect.signature(method).parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD
    ]
    with pytest.raises(Planned) as caught:
        method(
            *[given[name] for name in positional if name in given],
            **{k: v for k, v in given.items() if k not in positional},
            **OPTIONS,
        )
    call, options = caught.value.args
    return call, options


def python_name(operation: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    return str(operation.get("x-infino-names", {}).get(node["name"]) or node.get("x-infino-name") or node["name"])


@pytest.mark.parametrize("operation", operations())
def test_the_call_goes_where_the_document_says(operation: dict[str, Any]) -> None:
    method = method_of(RootResources(Recorder()), operation)
    call, options = planned(method, arguments(method))
    assert call.operation == f"{operation['resource']}.{operation['method']}"
    assert (call.method, call.path) == (operation["http"], re.sub(r"\{[^}]*\}", "x1", operation["path"]))
    # A plan looks at what is sent, and may allow less than the document.
    assert call.retry in {operation["retry"], "never" if "x-infino-plan" in operation else None}
    assert call.experimental == bool(operation.get("x-infino-experimental"))
    assert call.get_with_body == bool(operation.get("x-infino-get-with-body"))
    assert options == OPTIONS
    content = list(operation.get("requestBody", {}).get("content", {"": None}))
    assert call.content_type in (*content, None if content == [""] else content[0])


@pytest.mark.parametrize("operation", operations())
async def test_both_clients_and_raw_responses_have_the_same_signature(operation: dict[str, Any]) -> None:
    roots = RootResources(Recorder()), AsyncRootResources(AsyncRecorder())
    sync, asynchronous = (method_of(root, operation) for root in roots)
    raw, async_raw = (method_of(root, operation, raw=True) for root in roots)
    signatures = [dict(inspect.signature(one).parameters) for one in (sync, asynchronous, raw, async_raw)]
    for one in signatures:
        one.pop("wait", None)  # what `fino.send` does beyond its one call
    assert all(found == signatures[0] for found in signatures)
    assert signatures[0]["options"].kind is inspect.Parameter.VAR_KEYWORD
    given = arguments(asynchronous)
    wanted = planned(sync, given)[0]
    for one in (asynchronous, async_raw):
        with pytest.raises(Planned) as caught:
            await one(**given)
        assert caught.value.args[0] == wanted
    assert planned(raw, given)[0] == wanted


@pytest.mark.parametrize("operation", operations())
def test_every_method_is_explained(operation: dict[str, Any]) -> None:
    for root, is_async in ((RootResources(Recorder()), False), (AsyncRootResources(AsyncRecorder()), True)):
        method = method_of(root, operation)
        text = inspect.getdoc(method) or ""
        for section in ("Args:", "Returns:", "Raises:", "Example"):
            assert section in text
        for name in inspect.signature(method).parameters:
            assert re.search(rf"^    (?:\*\*)?{name}: \S", text, re.MULTILINE), name
        example = re.split("Examples?:", text)[1]
        resource = operation["resource"]
        called = f"client.{resource}." if resource != "client" else "client."
        assert f"{called}{operation['method']}(" in example
        assert is_async == ("await client" in example or "async for" in example)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("operation", operations())
def test_no_path_parameter_reaches_another_route(operation: dict[str, Any], hostile: str) -> None:
    method = method_of(RootResources(Recorder()), operation)
    for node in parameters(operation, "path"):
        name = python_name(operation, node)
        given = {**arguments(method), name: hostile}
        if node.get("x-infino-opaque") and hostile not in ("", ".", "..", "\ud800"):
            call, _ = planned(method, given)
            assert call.path.count("/") == operation["path"].count("/")
            assert not set("?#\\\n\x00") & set(call.path)
            continue
        with pytest.raises(ParameterError) as caught:
            method(**given)
        assert caught.value.parameter == name
        assert len(str(caught.value).splitlines()) == 1


RESERVED = DOCUMENT["components"]["parameters"]["Dataset"]["x-infino-reserved"]


def test_the_reserved_words_are_the_first_segments_of_the_fixed_routes() -> None:
    first = {path.split("/")[1] for path, *_ in rules.operations(DOCUMENT)} - {"", "{dataset}"}
    assert first <= set(RESERVED)


@pytest.mark.parametrize("word", RESERVED)
def test_reserved_words_are_no_dataset_names(word: str) -> None:
    client = RootResources(Recorder())
    with pytest.raises(ParameterError, match="reserved"):
        client.datasets.delete(word)
    with pytest.raises(ParameterError, match="reserved"):
        client.records.delete(word, {"match_all": {}})
    call, _ = planned(client.connections.metadata, {"id": "c1", "dataset": word})
    assert call.path == f"/source/c1/{word}/metadata"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("web logs", "web%20logs"),
        ("a%2Fb", "a%252Fb"),
        ("é", "%C3%A9"),
        ("a.b-c_d~e", "a.b-c_d~e"),
        ("...", "..."),
        ("a:b*", "a%3Ab%2A"),
    ],
)
def test_segments_are_encoded_once(value: str, wanted: str) -> None:
    assert segment(value, "name") == wanted


@given(st.text(max_size=12), st.booleans())
@settings(max_examples=400, deadline=None)
def test_a_segment_stays_one_segment(value: str, opaque: bool) -> None:
    try:
        found = segment(value, "name", opaque=opaque)
    except ParameterError:
        assert value in ("", ".", "..") or re.search(r"[\x00-\x1f\x7f-\x9f/?#\\\ud800-\udfff]", value)
        return
    assert re.fullmatch(r"([A-Za-z0-9._~-]|%[0-9A-F]{2})+", found)
    assert unquote(found) == value
    assert urlsplit(urljoin("http://h/a/b", f"/{found}/doc")).path == f"/{found}/doc"


def test_ids_that_are_no_text() -> None:
    assert segment(UUID(int=1), "id") == "00000000-0000-0000-0000-000000000001"  # type: ignore[arg-type]  # lenient on purpose
    assert segment(7, "id") == "7"  # type: ignore[arg-type]  # lenient on purpose
    for wrong in (None, b"x", True, ["x"]):
        with pytest.raises(ParameterError, match="pass a string"):
            segment(wrong, "id")  # type: ignore[arg-type]  # that is the point


def body(method: Any, *given: Any, **named: Any) -> Any:
    with pytest.raises(Planned) as caught:
        method(*given, **named)
    return caught.value.args[0]


def test_bodies_take_their_documented_form() -> None:
    client = RootResources(Recorder())
    assert not body(client.datasets.create, "web").json
    created = body(client.datasets.create, "web", mapping={"properties": {}})
    assert created.json == {"mappings": {"properties": {}}}
    connected = body(client.connections.create, "snowflake", name="s", config={"account": "a"})
    assert connected.json == {"config": {"account": "a", "name": "s"}}
    assert body(client.connections.query, "c1", "d", {"a": "é"}).json == {"query": '{"a":"é"}'}
    assert body(client.connections.query, "c1", "d", "SELECT 1").headers == {"x-infino-connection-id": "c1"}


def test_text_is_wrapped_and_further_fields_pass() -> None:
    client = RootResources(Recorder())
    sent = body(client.fino.send, "t1", "hi")
    assert sent.json == {"thread_id": "t1", "content": {"user_query": "hi"}, "role": "user"}
    sent = body(client.fino.send, "t1", {"q": 1}, extra={"context": {}})
    assert sent.json == {"thread_id": "t1", "content": {"q": 1}, "role": "user", "context": {}}


def test_what_is_not_given_is_not_sent_and_null_is_when_it_means_something() -> None:
    create = RootResources(Recorder()).imports.create
    given = {"connection_id": "c", "target_dataset": "t"}
    assert body(create, "s", **given).json == {"source_id": "c", "target_dataset": "t"}
    assert body(create, "s", **given, schedule=None).json == {"source_id": "c", "target_dataset": "t", "schedule": None}


def test_documents_are_models_objects_or_yaml() -> None:
    from infino_api.models import Permission, Role

    client = RootResources(Recorder())
    role = Role(name="r", permissions=[Permission(resource_type="record", actions=["read"], resources=["*"])])
    permission = {"ResourceType": "record", "Actions": ["read"], "Resources": ["*"]}
    wanted = {"Version": "2025-01-01", "Permissions": [permission]}
    call = body(client.roles.create, "r", role)
    assert (call.json, call.content, call.content_type) == (wanted, None, "application/json")
    assert body(client.roles.create, "r", wanted).json == wanted
    call = body(client.roles.create, "r", "Permissions: []\n")
    assert (call.content, call.content_type) == (b"Permissions: []\n", "application/yaml")
    assert not call.json


def test_forms_and_queries_hold_text() -> None:
    client = RootResources(Recorder())
    call = body(client.query.promql, "up", at=1.5, dataset="m")
    assert call.form == (("query", "up"), ("time", "1.5"), ("index", "m"))
    call = body(client.query.promql_range, "up", start=1, end=2, step="60s")
    assert call.form == (("query", "up"), ("start", "1"), ("end", "2"), ("step", "60"))
    assert body(client.dashboards.list, limit=7).query == (("limit", "7"),)
    assert body(client.dashboards.list, limit=7, offset=0).query == (("limit", "7"), ("offset", "0"))


def test_secrets_stay_out_of_the_repr_of_a_call() -> None:
    client = RootResources(Recorder())
    calls = [
        body(client.users.create, "ada", {"Password": "planted"}),
        body(client.users.create, "ada", "Password: planted"),
        body(client.connections.create, "s", name="n", config={"password": "planted"}),
    ]
    shown = repr(calls)
    assert "planted" not in shown


def test_a_connection_is_updated_by_its_fields_or_by_the_old_body() -> None:
    client = RootResources(Recorder())
    wanted = {"config": {"timeout_secs": 30}}
    assert body(client.connections.update, "c1", {"timeout_secs": 30}).json == wanted
    assert body(client.connections.update, "c1", wanted).json == wanted
    with pytest.raises(ValidationError, match="config holds a whole body, and name beside it"):
        client.connections.update("c1", {"config": {"a": 1}, "name": "n"})


def test_threads_take_fields_that_the_document_does_not_know() -> None:
    client = RootResources(Recorder())
    created = body(client.fino.threads.create, name="t", extra={"colour": "red"})
    assert created.json == {"name": "t", "colour": "red"}
    assert body(client.fino.threads.update, "t1", extra={"colour": None}).json == {"colour": None}
