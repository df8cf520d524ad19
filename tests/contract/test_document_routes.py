"""The gateway and the document agree: every operation has a route, and none gives a status it does not document."""

from __future__ import annotations

import json

import pytest

from infino.local.router import Router
from infino.local.routing import UNSUPPORTED, collect
from tests.support.document import DOCUMENT

METHODS = {"get", "put", "post", "delete", "patch", "head"}
OPERATIONS = [
    (method.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
]


@pytest.fixture(scope="module")
def router():
    return Router(collect()[0])


@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_operation_has_a_route(router, method, path, operation):
    concrete = path.replace("{", "").replace("}", "").encode()
    match = router.match(method, concrete)
    if match.route.handler.__name__ == "refuse":
        assert operation.get("x-infino-experimental"), f"{method} {path} is answered with 501"


def test_what_is_unsupported_is_named_and_all_of_it_is_documented(router):
    refused = {path for paths in UNSUPPORTED.values() for path in paths}
    concrete = {path: path.replace("{", "").replace("}", "").encode() for _, path, _ in OPERATIONS}
    found = {
        path: router.match(method, concrete[path]).route.path for method, path, _ in OPERATIONS
        if router.match(method, concrete[path]).route.handler.__name__ == "refuse"
    }  # fmt: skip
    assert set(found.values()) == refused


@pytest.mark.parametrize("path", ["/alerts", "/monitors"])
def test_a_501_names_the_feature(sync_client, path):
    from infino import ServerError

    with pytest.raises(ServerError, match=path.strip("/")) as caught:
        sync_client.with_options(retry=None).request("GET", path)
    assert caught.value.status == 501
    assert json.loads(json.dumps(caught.value.body))
