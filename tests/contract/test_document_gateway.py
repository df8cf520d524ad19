"""What the embedded gateway answers is what the document says it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from generator import document as rules
from generator import names
from infino_api.api.users import create, rotate_keys
from openapi_schema_validator import OAS31Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from infino import Infino, NotFoundError
from infino.local import LocalGateway
from infino.runtime import RawResponse
from tests.support.document import DOCUMENT

OPERATIONS = {
    ".".join(names.names_of(operation, ("paths", path, method))): operation
    for path, method, operation, _ in rules.operations(DOCUMENT)
}
REGISTRY: Registry[Any] = Registry().with_resource(
    "urn:infino", Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
)
ROLE = {"Version": "2025-01-01", "Permissions": [{"ResourceType": "record", "Actions": ["read"], "Resources": ["*"]}]}
USER = {"Version": "2025-01-01", "Password": "Correct-horse-9", "Roles": ["reader"]}
LINES = b'{"index": {"_id": "1"}}\n{"carrier": "AA", "delay": 3}\n{"index": {}}\n{"carrier": "UA", "delay": 4}\n'
CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("datasets.create", ("document-check",), {}),
    ("records.bulk_chunk", ("document-check", LINES), {}),
    ("datasets.list", (), {}),
    ("datasets.get", ("document-check",), {}),
    ("datasets.schema", ("document-check",), {}),
    ("datasets.count", ("document-check",), {}),
    ("datasets.describe", ("document-check",), {}),
    ("datasets.flush", (), {}),
    ("records.get", ("document-check", "1"), {}),
    ("query.sql", ('SELECT carrier, sum(delay) AS late FROM "document-check" GROUP BY carrier',), {}),
    ("query.dsl", ("document-check", {"query": {"match_all": {}}}), {}),
    ("query.promql", ("vector(1)",), {}),
    ("query.promql_range", ("vector(1)",), {"start": 0, "end": 60, "step": "30s"}),
    ("records.delete", ("document-check", {"match_all": {}}), {}),
    ("sources.list", (), {}),
    ("connections.list", (), {}),
    ("imports.list", (), {}),
    ("roles.create", ("reader", ROLE), {}),
    ("roles.get", ("reader",), {}),
    ("roles.list", (), {}),
    ("roles.update", ("reader", {"Permissions": []}), {}),
    ("users.create", ("document-check", USER), {}),
    ("users.get", ("document-check",), {}),
    ("users.list", (), {}),
    ("users.update", ("document-check", {"Roles": []}), {}),
    ("users.rotate_keys", ("document-check",), {}),
    ("users.delete", ("document-check",), {}),
    ("roles.delete", ("reader",), {}),
    ("account.whoami", (), {}),
    ("datasets.delete", ("document-check",), {}),
]


def anchored(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: f"urn:infino{item}" if key == "$ref" else anchored(item) for key, item in node.items()}
    return [anchored(item) for item in node] if isinstance(node, list) else node


def check(operation: dict[str, Any], raw: RawResponse[Any]) -> None:
    code = str(raw.status)
    assert code in operation["responses"], f"{raw.status} is not documented"
    response = rules.resolve(DOCUMENT, operation["responses"][code])
    schema = response["content"]["application/json"]["schema"]
    OAS31Validator(anchored(schema), registry=REGISTRY).validate(json.loads(raw.content))


@pytest.fixture(scope="module")
def client() -> Iterator[Infino]:
    with LocalGateway() as gateway, gateway.client() as client:
        yield client


def raw_method(client: Infino, name: str) -> Any:
    *resources, method = name.split(".")
    bare = {"users.create": create, "users.rotate_keys": rotate_keys}
    if name in bare:  # their plans keep no bytes that hold keys: the bare calls do
        return lambda *arguments: client._caller.call(bare[name].request(*arguments), True)
    found: Any = client
    for step in resources:
        found = getattr(found, step)
    raw = found.with_raw_response
    # The generated class, because what is written by hand keeps no bytes that hold keys.
    generated = next(kind for kind in type(raw).__mro__ if kind.__module__.startswith("infino_api."))
    return getattr(generated(raw._caller), method)


def test_every_answer_fits_its_documented_schema(client: Infino) -> None:
    for name, arguments, options in CALLS:
        raw = raw_method(client, name)(*arguments, **options)
        try:
            check(OPERATIONS[name], raw)
        except Exception as error:
            raise AssertionError(f"{name}: {error}") from error


def test_a_conversation_fits_its_documented_schemas(client: Infino) -> None:
    threads = client.fino.threads
    created = threads.with_raw_response.create(name="Document check")
    check(OPERATIONS["fino.threads.create"], created)
    id = created.value.id
    assert id is not None
    check(OPERATIONS["fino.threads.list"], threads.with_raw_response.list())
    check(OPERATIONS["fino.threads.get"], threads.with_raw_response.get(id))
    check(OPERATIONS["fino.threads.update"], threads.with_raw_response.update(id, name="Checked"))
    check(OPERATIONS["fino.threads.messages.add"], threads.messages.with_raw_response.add(id, "hello"))
    check(OPERATIONS["fino.threads.messages.clear"], threads.messages.with_raw_response.clear(id))
    check(OPERATIONS["fino.threads.delete"], threads.with_raw_response.delete(id))


def test_an_error_fits_its_documented_schema(client: Infino) -> None:
    with pytest.raises(NotFoundError) as caught:
        client.datasets.get("never-made")
    schema = {"$ref": "urn:infino#/components/schemas/ErrorBody"}
    OAS31Validator(schema, registry=REGISTRY).validate(caught.value.body)
