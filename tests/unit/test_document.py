"""The OpenAPI document: valid, complete by our own rules, and refused when it breaks one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from generator import document as rules
from generator import names as naming
from generator import write
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.support.document import DOCUMENT

ROOT = Path(__file__).resolve().parents[2]


Node = dict[str, Any]
OPERATIONS = [
    pytest.param(path, method, operation, item, id=operation["operationId"])
    for path, method, operation, item in rules.operations(DOCUMENT)
]
EXPERIMENTAL = {
    "account.get",
    "account.whoami",
    "alerts.configure",
    "alerts.create",
    "alerts.delete",
    "alerts.get",
    "alerts.history",
    "alerts.list",
    "alerts.notify",
    "alerts.update",
    "connections.datasets",
    "connections.sql",
    "connections.web_search",
    "datasets.count",
    "datasets.describe",
    "datasets.flush",
    "imports.get",
    "monitors.create",
    "monitors.delete",
    "monitors.execute",
    "monitors.get",
    "monitors.list",
    "monitors.update",
    "users.create_token",
    "users.set_password",
}
NEVER_REPEATED = {
    "alerts.configure",
    "alerts.create",
    "alerts.notify",
    "connections.create",
    "dashboards.create",
    "files.upload",
    "fino.send",
    "fino.threads.create",
    "fino.threads.messages.add",
    "imports.create",
    "metrics.upload",
    "monitors.create",
    "monitors.execute",
    "query.execute",
    "records.delete",
    "users.create",
    "users.create_token",
    "users.rotate_keys",
    "visualizations.create",
}
ROUTES = """
GET /
GET /metadata
POST /_flush
PUT GET DELETE PATCH /{}
GET /{}/metadata
GET /{}/_schema
GET /{}/_count
HEAD /{}/schema
POST /{}/enrich_dataset
GET /{}/doc/{}
POST /{}/json
POST /{}/metrics
POST /{}/querydsl
POST /sql
POST /promql/query
POST /promql/query_range
GET /sources
GET /sources/connections
POST GET PATCH DELETE /source/{}
POST /source/{}/{}/dsl
GET /source/{}/{}/metadata
POST /source/{}/sql
POST /source/{}/web
GET /source/{}/datasets
PUT /import/{}
POST /import/file
GET /import/jobs
GET DELETE /import/jobs/{}
GET /_connectors/jobs/{}
GET POST /fino/threads
GET PUT DELETE /fino/threads/{}
POST DELETE /fino/threads/{}/messages
POST /fino/message
GET /users
PUT GET PATCH DELETE /user/{}
PATCH /user/{}/keys
PATCH /user/{}/password
POST /user/{}/token
GET /user/auth
GET /roles
PUT GET PATCH DELETE /role/{}
GET /account
POST /alert
GET PATCH DELETE /alert/{}
GET /alerts
GET /alert-history
POST /alerts/config
POST /alerts/notify
POST /monitor
GET PATCH DELETE /monitor/{}
GET /monitors
POST /monitor/{}/execute
POST GET /visualizations
GET PATCH PUT DELETE /visualizations/{}
POST /visualizations/{}/data
POST GET /dashboards
GET PATCH PUT DELETE /dashboards/{}
"""


def lint(document: Node) -> list[str]:
    """Everything that the generator refuses before it writes a line, in its own words."""
    return write.problems(document)


def names() -> Iterator[tuple[str, Node]]:
    for path, method, operation, _ in rules.operations(DOCUMENT):
        for variant in ({}, *operation.get("x-infino-variants", [])):
            merged = {**operation, **variant}
            yield (
                ".".join(naming.names_of(merged, ("paths", path, method))),
                {**merged, "retry": naming.retry_of(merged, method)},
            )


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_the_document_breaks_no_rule_of_ours() -> None:
    assert lint(DOCUMENT) == []


def test_every_route_of_the_contract_is_there_and_no_other() -> None:
    wanted = set()
    for line in ROUTES.split("\n"):
        *methods, path = line.split() or [""]
        wanted |= {(method, path) for method in methods}
    import re

    found = {(method.upper(), re.sub(r"\{[^}]*\}", "{}", path)) for path, method, _, _ in rules.operations(DOCUMENT)}
    assert found == wanted


def test_only_unreleased_routes_are_experimental() -> None:
    assert {name for name, operation in names() if operation.get("x-infino-experimental")} == EXPERIMENTAL


def test_what_must_not_happen_twice_is_never_repeated() -> None:
    assert {name for name, operation in names() if operation["retry"] == "never"} == NEVER_REPEATED
    assert {name for name, operation in names() if operation["retry"] == "keyed"} == {"records.bulk_chunk"}


@pytest.mark.parametrize("key", ["operationId", "responses"])
def test_an_operation_without_a_needed_key_is_refused(key: str) -> None:
    broken = copy.deepcopy(DOCUMENT)
    del broken["paths"]["/sql"]["post"][key]
    assert [problem for problem in lint(broken) if "paths./sql.post" in problem and key in problem]


def test_an_operation_that_says_nothing_of_itself_is_refused() -> None:
    broken = copy.deepcopy(DOCUMENT)
    del broken["paths"]["/sql"]["post"]["summary"], broken["paths"]["/sql"]["post"]["description"]
    assert lint(broken) == ["paths./sql.post: summary and description are missing; do this: say what it does"]


def test_words_of_ours_take_less_than_a_fifth_of_the_lines_of_plain_openapi() -> None:
    """Counted over the operations; a word of ours ends where a line stands no deeper than it."""
    whole = (ROOT / "openapi" / "infino.yaml").read_text()
    lines = whole.partition("\npaths:\n")[2].partition("\ncomponents:\n")[0].splitlines()
    ours, deep = 0, None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if deep is None or indent <= deep:
            deep = indent if line.lstrip(" -").startswith("x-infino-") else None
        ours += deep is not None
    assert ours > 200
    assert len(lines) <= 1.2 * (len(lines) - ours), f"{len(lines)} lines, {ours} of them ours"


def test_every_operation_documents_its_errors() -> None:
    for path, method, operation, _ in rules.operations(DOCUMENT):
        codes = {str(code)[0] for code in operation["responses"]}
        assert codes & {"4", "5", "d"}, (path, method)


def _twice(document: Node) -> None:
    document["paths"]["/users"]["get"]["operationId"] = "roles.list"


def _nameless_parameter(document: Node) -> None:
    document["components"]["parameters"]["Dataset"]["description"] = ""


def _nameless_response(document: Node) -> None:
    document["components"]["responses"]["Error"]["description"] = ""


def _unknown_word(document: Node) -> None:
    document["paths"]["/sql"]["post"]["x-infino-retry"] = "always"


def _keyword(document: Node) -> None:
    document["paths"]["/sql"]["post"]["x-infino-method"] = "import"


def _code_in_a_name(document: Node) -> None:
    document["paths"]["/sql"]["post"]["x-infino-resource"] = "query; import os"


def _hidden_method(document: Node) -> None:
    document["components"]["schemas"]["Thread"]["properties"]["to_dict"] = {"description": "x"}


def _undescribed_property(document: Node) -> None:
    document["components"]["schemas"]["Thread"]["properties"]["name"] = {"type": "string"}


def _misspelt_extension(document: Node) -> None:
    document["components"]["schemas"]["Thread"]["properties"]["name"]["x-infino-alais"] = ["title"]


@pytest.mark.parametrize(
    "spoil",
    [
        _misspelt_extension,
        _twice,
        _nameless_parameter,
        _nameless_response,
        _unknown_word,
        _keyword,
        _code_in_a_name,
        _hidden_method,
        _undescribed_property,
    ],
)
def test_a_broken_rule_is_noticed(spoil: Callable[[Node], None]) -> None:
    broken = copy.deepcopy(DOCUMENT)
    spoil(broken)
    assert lint(broken)


REGISTRY: Registry[Any] = Registry().with_resource(
    "urn:infino", Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
)


def anchored(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: f"urn:infino{item}" if key == "$ref" else anchored(item) for key, item in node.items()}
    return [anchored(item) for item in node] if isinstance(node, list) else node


def sent(node: Any) -> Any:
    """The document as a request has to fit it: what only the service sets is not required of it."""
    if isinstance(node, list):
        return [sent(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: sent(item) for key, item in node.items()}
    if isinstance(found.get("required"), list):
        given = found.get("properties", {})
        found["required"] = [name for name in found["required"] if not given.get(name, {}).get("readOnly")]
    return found


SENT: Registry[Any] = Registry().with_resource(
    "urn:infino", Resource.from_contents(sent(DOCUMENT), default_specification=DRAFT202012)
)


@pytest.mark.parametrize(("path", "method", "operation", "item"), OPERATIONS)
def test_every_example_fits_its_schema(path: str, method: str, operation: Node, item: Node) -> None:
    bodies = [(rules.resolve(DOCUMENT, response), REGISTRY) for response in operation["responses"].values()]
    bodies += [(operation["requestBody"], SENT)] if "requestBody" in operation else []
    for body, registry in bodies:
        for media in body.get("content", {}).values():
            if "example" in media:
                OAS31Validator(anchored(media["schema"]), registry=registry).validate(media["example"])


@pytest.mark.parametrize(("path", "method", "operation", "item"), OPERATIONS)
def test_every_success_and_every_json_body_has_an_example(path: str, method: str, operation: Node, item: Node) -> None:
    for code, response in operation["responses"].items():
        if str(code).startswith("2") and method != "head":
            assert any("example" in media for media in response["content"].values())
    json_body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    assert json_body is None or operation["requestBody"]["required"] is False or "example" in json_body
