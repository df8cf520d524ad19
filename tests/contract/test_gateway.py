"""The embedded gateway over its wire, called by a signer that is not ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infino.local import LocalGateway
from tests.support.signed import Signed


@pytest.fixture(scope="module")
def served() -> Iterator[LocalGateway]:
    with LocalGateway() as gateway:
        yield gateway


@pytest.fixture
def call(served: LocalGateway) -> Signed:
    served.reset()
    return Signed(served)


def test_a_dataset_lives_from_create_to_delete(call: Signed) -> None:
    assert call("PUT", "/flights").json == {
        "acknowledged": True,
        "shards_acknowledged": True,
        "index": "flights",
    }
    assert call("PUT", "/flights").status == 409
    (row,) = call("GET", "/flights/metadata").json
    assert row["docs.count"] == "0"
    assert all(isinstance(value, str) for value in row.values())
    assert [row["index"] for row in call("GET", "/metadata").json] == ["flights"]
    assert call("DELETE", "/flights").json == {"acknowledged": True}
    for method, path in [("DELETE", "/flights"), ("GET", "/flights/metadata"), ("GET", "/flights/_schema")]:
        assert call(method, path).status == 404


def test_records_go_in_by_bulk_and_come_out_by_id_and_sql(call: Signed) -> None:
    call("PUT", "/flights")
    reply = call.bulk("flights", {"index": {"_id": "a/b"}}, {"carrier": "AA", "delay": 3})
    assert reply.json["items"] == [
        {"index": {"_index": "flights", "_id": "a/b", "_version": 1, "result": "created", "status": 201}}
    ]
    assert call("GET", "/flights/doc/a%2Fb").json["_source"] == {"carrier": "AA", "delay": 3}
    assert call.rows("SELECT * FROM flights") == [{"_id": "a/b", "carrier": "AA", "delay": 3}]


def test_ping_and_health(call: Signed) -> None:
    assert call("GET", "/").json["version"] == "2025-06-30"
    health = call.send("GET", "/_local/health", b"", {})
    assert health.json["ready"] is True
    assert health.headers["x-infino-local"] == "1"


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"access_key": "IAK_OTHER"}, "access key is not known"),
        ({"secret_key": "wrong"}, "signature does not match"),
        ({"region": "eu-west-1"}, "scope must end in us-east-1/es/aws4_request"),
        ({"service": "s3"}, "scope must end in us-east-1/es/aws4_request"),
    ],
)
def test_a_wrong_signature_is_refused_with_the_reason(call: Signed, keys: dict[str, str], reason: str) -> None:
    reply = call("GET", "/metadata", **keys)
    assert reply.status == 401
    assert reason in reply.reason


def test_an_encoded_slash_never_reaches_another_route(call: Signed) -> None:
    call("PUT", "/flights")
    assert call("DELETE", "/flights%2Fmetadata").status == 404
    assert call("GET", "/flights/metadata").status == 200
    assert call("PUT", "/%2E%2E").status == 400
    assert call("PUT", "/a%2Fb").status == 400
