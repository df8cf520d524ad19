"""The embedded gateway over its wire, called by a signer that is not ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

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


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("metadata", "word of the API"),
        ("Flights", "lower case"),
        ("my%20flights", "must not contain spaces"),
        ("a%2Fb", "must not contain"),
        ("a%23b", "must not contain"),
        ("-a", "nor start with"),
        ("_a", "nor start with"),
        ("a" * 256, "255 bytes"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(call: Signed, name: str, reason: str) -> None:
    reply = call("PUT", f"/{name}")
    assert reply.status in (400, 404, 405)
    if name == "metadata":
        assert reply.status == 405
    else:
        assert reason in reply.reason
    assert call("GET", "/metadata").json == []


@pytest.mark.parametrize("name", ["a.b-c_d", "0", "é", "a%40b", "a%25b", "a%3Ab", "a%27b"])
def test_other_names_work_on_every_route(call: Signed, name: str) -> None:
    name = quote(unquote(name), safe="-_.~")
    assert call("PUT", f"/{name}").json["index"] == unquote(name)
    call("POST", f"/{name}/json", b'{"index":{"_id":"1"}}\n{"a":1}\n', "application/x-ndjson")
    assert call("GET", f"/{name}/doc/1").json["_source"] == {"a": 1}
    assert call.rows(f'SELECT a FROM "{unquote(name)}"') == [{"a": 1}]
    assert call("DELETE", f"/{name}").json == {"acknowledged": True}


def test_a_mapping_is_kept_and_shown(call: Signed) -> None:
    properties = {"title": {"type": "text"}, "n": {"type": "integer"}, "x": {"type": "float"}, "at": {"type": "date"}}
    call("PUT", "/books", {"mappings": {"properties": properties}})
    call.bulk("books", {"index": {"_id": "1"}}, {"title": "Emma", "pages": 3, "ok": True, "day": "2024-01-01"})
    schema = call("GET", "/books/_schema").json
    assert {field: entry["infino_type"] for field, entry in schema.items()} == {
        "title": "String", "n": "Integer", "x": "Float", "at": "ISO8601Date",
        "pages": "Integer", "ok": "Boolean", "day": "ISO8601Date",
    }  # fmt: skip
    assert {entry["source"] for entry in schema.values()} == {"Logs"}
    described = call("GET", "/books").json["books"]
    assert described["mappings"]["properties"] == {
        **properties, "pages": {"type": "long"}, "ok": {"type": "boolean"}, "day": {"type": "date"},
    }  # fmt: skip
    assert call.rows("SELECT title, n FROM books") == [{"title": "Emma", "n": None}]
    for wrong in ({"mappings": {"properties": [1]}}, {"mappings": 7}, {"mappings": {"properties": {"a": "text"}}}, [1]):
        assert call("PUT", "/wrong", wrong).status == 400


def test_size_count_and_the_old_probe(call: Signed) -> None:
    call("PUT", "/d")
    call.bulk("d", *(line for n in range(30) for line in ({"index": {}}, {"text": "x" * 100, "n": n})))
    (row,) = call("GET", "/d/metadata").json
    assert (row["docs.count"], row["store.size"]) == ("30", "3.4kb")
    assert call("GET", "/d/_count").json == {"count": 30}
    assert (call("HEAD", "/d/schema").status, call("HEAD", "/nope/schema").status) == (200, 404)
    assert call("POST", "/_flush").json["_shards"]["failed"] == 0


@pytest.mark.parametrize(
    ("policy", "status", "reason"),
    [
        ({}, 400, "enrich_policy"),
        ({"enrich_policy": {"match_field": "k", "enrich_fields": ["k"]}}, 400, "other than the match field"),
        (
            {"enrich_policy": {"match_field": "k", "enrich_fields": ["a"], "indices": ["x", "y"]}},
            400,
            "name one dataset",
        ),
        (
            {"enrich_policy": {"match_field": "k", "enrich_fields": ["a"], "indices": "nope"}},
            404,
            "no such dataset [nope]",
        ),
        ({"match": {"match_field": "k", "enrich_fields": "zz", "indices": "d"}}, 400, "there is no column [zz]"),
    ],
)
def test_a_wrong_enrich_policy_changes_nothing(call: Signed, policy: object, status: int, reason: str) -> None:
    call("PUT", "/d")
    call.bulk("d", {"index": {"_id": "1"}}, {"k": "a", "a": 1})
    reply = call("POST", "/d/enrich_dataset", policy)
    assert (reply.status, reason in reply.reason) == (status, True), reply.content
    assert call("GET", "/d/doc/1").json["_version"] == 1


def test_the_gateway_starts_twice_stops_twice_and_says_when_it_is_not_running() -> None:
    gateway = LocalGateway()
    assert "stopped" in repr(gateway)
    for read in (lambda: gateway.endpoint, lambda: gateway.access_key):
        with pytest.raises(RuntimeError, match="not running"):
            read()
    assert gateway.start() is gateway.start()
    assert gateway.endpoint in repr(gateway)
    assert gateway.secret_key not in repr(gateway) + repr(gateway.state.credentials) + repr(gateway.state.options)
    gateway.stop()
    gateway.stop()


LEFT_OPEN = {
    "Infino": """
client = infino.Infino.local(sys.argv[1])
client.datasets.create("d", exist_ok=True)
client.records.bulk("d", [{"id": "1"}], id="id")
print(client.query.sql("SELECT id FROM d").scalar())
""",
    "AsyncInfino": """
client = infino.AsyncInfino.local(sys.argv[1])
async def main():
    await client.datasets.create("d", exist_ok=True)
    await client.records.bulk("d", [{"id": "1"}], id="id")
    print((await client.query.sql("SELECT id FROM d")).scalar())
asyncio.run(main())
""",
}


@pytest.mark.parametrize("program", LEFT_OPEN)
def test_a_script_that_leaves_its_gateway_open_ends_silently(program: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import asyncio, sys, infino" + LEFT_OPEN[program], tmp_path / "data"],
        capture_output=True, timeout=60, check=False, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_a_forked_child_leaves_the_gateway_of_its_parent_running(tmp_path: Path) -> None:
    program = """
import atexit, os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # newer releases warn of every fork beside threads
from infino.local import LocalGateway
gateway = LocalGateway(sys.argv[1]).start()
client = gateway.client()
client.datasets.create("d")
child = os.fork()
if child == 0:
    atexit._run_exitfuncs()
    os._exit(7 if "stopped" in repr(gateway) else 0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(client.records.bulk("d", [{"id": "1"}], id="id").accepted, client.datasets.count("d"))
client.close()
gateway.stop()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "data"], capture_output=True, timeout=60, check=False, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n1 1\n", "")
