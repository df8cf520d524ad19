"""NDJSON bulk on the gateway: order, item errors, malformed bodies, and the size limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from infino.local import LocalGateway
from tests.support.signed import Reply, Signed


@pytest.fixture(scope="module")
def served() -> Iterator[LocalGateway]:
    with LocalGateway(max_body=100_000) as gateway:
        yield gateway


@pytest.fixture
def call(served: LocalGateway) -> Signed:
    served.reset()
    signed = Signed(served)
    signed("PUT", "/d")
    return signed


def outcomes(reply: Reply) -> list[tuple[str, str, str | int, int]]:
    """Return (action, id, result or error type, status) per item."""
    assert reply.status == 200, reply.content
    found = []
    for item in reply.json["items"]:
        ((action, body),) = item.items()
        found.append((action, body["_id"], body.get("result") or body["error"]["type"], body["status"]))
    return found


def source(call: Signed, id: str) -> Any:
    return call("GET", f"/d/doc/{id}").json["_source"]


def test_actions_on_one_record_follow_each_other(call: Signed) -> None:
    reply = call.bulk(
        "d",
        {"create": {"_id": "a"}}, {"n": 1},
        {"create": {"_id": "a"}}, {"n": 2},
        {"update": {"_id": "a"}}, {"doc": {"o": {"x": 1}}},
        {"update": {"_id": "a"}}, {"doc": {"o": {"y": 2}}},
        {"update": {"_id": "a"}}, {"doc": {"n": 1}},
        {"delete": {"_id": "b"}},
        {"index": {"_id": "b"}}, {"n": 1},
        {"delete": {"_id": "b"}},
        {"update": {"_id": "b"}}, {"doc": {"n": 1}},
        {"update": {"_id": "b"}}, {"doc": {"n": 7}, "doc_as_upsert": True},
        {"update": {"_id": "c"}}, {"doc": {"n": 7}, "upsert": {"first": True}},
        {"update": {"_id": "c"}}, {"doc": {"n": 7}, "upsert": {"first": True}},
        {"update": {"_id": "c"}}, {"script": "ctx"},
    )  # fmt: skip
    assert reply.json["errors"] is True
    assert outcomes(reply) == [
        ("create", "a", "created", 201),
        ("create", "a", "version_conflict_engine_exception", 409),
        ("update", "a", "updated", 200),
        ("update", "a", "updated", 200),
        ("update", "a", "noop", 200),
        ("delete", "b", "not_found", 404),
        ("index", "b", "created", 201),
        ("delete", "b", "deleted", 200),
        ("update", "b", "document_missing_exception", 404),
        ("update", "b", "created", 201),
        ("update", "c", "created", 201),
        ("update", "c", "updated", 200),
        ("update", "c", "illegal_argument_exception", 400),
    ]
    assert source(call, "a") == {"n": 1, "o": {"x": 1, "y": 2}}
    assert source(call, "b") == {"n": 7}
    assert source(call, "c") == {"first": True, "n": 7}
    assert call("GET", "/d/_count").json == {"count": 3}


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"doc": {"n": 1}, "detect_noop": "false"}, "updated"), ({"doc": {"n": 1}, "detect_noop": "true"}, "noop"),
        ({"doc": {"n": 1}, "detect_noop": "x"}, 400), ({"doc": {"n": 1}, "doc_as_upsert": 1}, 400),
        ({"doc": 5, "upsert": {}}, 400), ({"doc": {}, "upsert": []}, 400), ({}, 400),
    ],
)  # fmt: skip
def test_the_options_of_an_update_act_or_are_refused(call: Signed, body: Any, outcome: str | int) -> None:
    reply = call.bulk("d", {"index": {"_id": "a"}}, {"n": 1}, {"update": {"_id": "a"}}, body)
    item = reply.json["items"][1]["update"]
    assert outcome in (item.get("result"), item["status"])
    made = call.bulk("d", {"update": {"_id": "b"}}, {"doc": {"n": 1}, "doc_as_upsert": "true"})
    assert outcomes(made) == [("update", "b", "created", 201)]


def test_the_last_of_a_repeated_id_wins(call: Signed) -> None:
    reply = call.bulk("d", *(line for n in range(5) for line in ({"index": {"_id": "a"}}, {"n": n})))
    assert [item["index"]["_version"] for item in reply.json["items"]] == [1, 2, 3, 4, 5]
    assert source(call, "a") == {"n": 4}


def test_writing_again_counts_the_version_up(call: Signed) -> None:
    for version, result in [(1, "created"), (2, "updated"), (3, "updated")]:
        reply = call.bulk("d", {"index": {"_id": "a"}}, {"v": version}, {"index": {"_id": f"new{version}"}}, {"v": 0})
        items = [item["index"] for item in reply.json["items"]]
        assert [(item["_version"], item["result"]) for item in items] == [(version, result), (1, "created")]
        assert source(call, "a") == {"v": version}


def test_missing_ids_are_assigned_and_blank_lines_skipped(call: Signed) -> None:
    body = b'\n\n{"index":{}}\r\n{"a":1}\r\n  \n{"index":{"_index":"d"}}\n{"a":2}\n{"create":{}}\n{"a":3}'
    reply = call("POST", "/d/json", body, "application/x-ndjson")
    ids = [id for _, id, result, _ in outcomes(reply) if result == "created"]
    assert len(set(ids)) == 3
    assert [source(call, id) for id in ids] == [{"a": 1}, {"a": 2}, {"a": 3}]


@pytest.mark.parametrize("id", ['q"uo\\te', "new\nline", "é/ü ☃", "a,b", '","', "x" * 2000])
def test_any_text_is_an_id(call: Signed, id: str) -> None:
    reply = call.bulk("d", {"index": {"_id": id}}, {"a": "é"}, {"index": {"_id": "plain"}}, {"a": 1})
    assert [item["index"]["_id"] for item in reply.json["items"]] == [id, "plain"]
    assert call.rows("SELECT _id FROM d WHERE a = 'é'") == [{"_id": id}]


@pytest.mark.parametrize(
    "bad",
    [
        b"not json",
        b"[1]",
        b"7",
        b'{"a":NaN}',
        b'{"a":1,}',
        b'{"a":1},{"b":2}',
        b'{"a":1',
        b"\xff\xfe",
        b'{"a":"\\ud800"}',
    ],
)
def test_a_bad_document_fails_alone(call: Signed, bad: bytes) -> None:
    reply = call.bulk(
        "d", {"index": {"_id": "1"}}, {"n": 1}, {"index": {"_id": "2"}}, bad, {"index": {"_id": "3"}}, {"n": 3}
    )
    assert outcomes(reply) == [
        ("index", "1", "created", 201),
        ("index", "2", "document_parsing_exception", 400),
        ("index", "3", "created", 201),
    ]
    assert call("GET", "/d/_count").json == {"count": 2}


def test_lines_that_are_json_only_together_are_refused_apart(call: Signed) -> None:
    lines = [b'{"a":[{"b":1}', b'{"c":2}]}', b'{"d":1},{"e":2}']
    reply = call.bulk("d", *(line for n, text in enumerate(lines) for line in ({"index": {"_id": str(n)}}, text)))
    assert {result for _, _, result, _ in outcomes(reply)} == {"document_parsing_exception"}
    assert call("GET", "/d/_count").json == {"count": 0}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"{]\n", "line 1"),
        (b"[]\n", "not an action"),
        (b'{"index":{}}\n', "no document line"),
        (b'{"index":{},"delete":{}}\n{}\n', "not an action"),
        (b'{"upsert":{}}\n{}\n', "unknown bulk action [upsert]"),
        (b'{"index":{"_index":"other"}}\n{}\n', "dataset [d]"),
        (b'{"index":{"_id":""}}\n{}\n', "non-empty text _id"),
        (b'{"index":{"_id":{}}}\n{}\n', "non-empty text _id"),
        (b'{"delete":{}}\n', "non-empty text _id"),
        (b'{"index":7}\n{}\n', "dataset [d]"),
        (b'{"index":{"_id":"a\\u0000"}}\n{}\n', "non-empty text _id"),
    ],
)
def test_a_malformed_body_is_refused_whole(call: Signed, body: bytes, reason: str) -> None:
    reply = call("POST", "/d/json", b'{"index":{"_id":"ok"}}\n{}\n' * bool(body.strip()) + body, "application/x-ndjson")
    assert reply.status == 400
    assert reason in reply.reason.replace("line 3", "line 1")
    assert call("GET", "/d/_count").json == {"count": 0}


@pytest.mark.parametrize(
    "given",
    [
        {"if_seq_no": 1, "if_primary_term": 1}, {"version": 3, "version_type": "external"}, {"routing": "x"},
        {"pipeline": "p"}, {"require_alias": True}, {"_type": "other"}, {"nosuch": 1},
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/d/json", "/d/_bulk"])
def test_what_an_action_says_acts_or_is_refused_by_name(call: Signed, path: str, given: dict[str, Any]) -> None:
    lines = [{"index": {"_id": "1"}}, {"n": 1}, {"index": {"_id": "1", **given}}, {"n": 2}]
    reply = call("POST", path, b"".join(orjson.dumps(line) + b"\n" for line in lines), "application/x-ndjson")
    assert (reply.status, f"[{next(iter(given))}] in a bulk action" in reply.reason) == (501, True)
    assert call("GET", "/d/doc/1").status == 404
    idle = {"_type": "_doc", "retry_on_conflict": 3, "require_alias": False}
    assert call.bulk("d", {"index": {"_id": "1", **idle}}, {"n": 3}).json["errors"] is False


def test_a_body_beyond_the_limit_gets_413(call: Signed) -> None:
    body = b'{"index":{}}\n{"a":"%s"}\n' % (b"x" * 100_000)
    reply = call("POST", "/d/json", body, "application/x-ndjson")
    assert reply.status == 413
    assert "smaller chunks" in reply.reason
    assert call.bulk("d", {"index": {}}, {"a": 1}).status == 200


def test_an_unknown_dataset_is_404(call: Signed) -> None:
    assert call.bulk("nope", {"index": {}}, {}).status == 404
    assert call("GET", "/nope/doc/1").status == 404
    assert call("GET", "/d/doc/1").status == 404


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"match_all": {}}, []),
        ({"term": {"k": "a"}}, ["2", "3"]),
        ({"range": {"n": {"gte": 2}}}, ["1"]),
        ({"bool": {"must": [{"range": {"n": {"gte": 2}}}], "must_not": [{"term": {"k": "b"}}]}}, ["1", "2"]),
    ],
)
def test_delete_by_query_answers_the_bare_number(call: Signed, query: dict[str, Any], left: list[str]) -> None:
    call.bulk(
        "d", {"index": {"_id": "1"}}, {"k": "a", "n": 1}, {"index": {"_id": "2"}}, {"k": "b", "n": 2},
        {"index": {"_id": "3"}}, {"k": "c", "n": 3},
    )  # fmt: skip
    assert call("PATCH", "/d", {"query": query}).json == 3 - len(left)
    assert [row["_id"] for row in call.rows("SELECT _id FROM d ORDER BY _id")] == left


@pytest.mark.parametrize("body", [{}, {"query": {}}, {"query": {"nope": {}}}, {"size": 1}, {"query": 7}, [1]])
def test_a_wrong_delete_by_query_deletes_nothing(call: Signed, body: Any) -> None:
    call.bulk("d", {"index": {"_id": "1"}}, {"k": "a"})
    assert call("PATCH", "/d", orjson.dumps(body)).status == 400
    assert call("GET", "/d/_count").json == {"count": 1}


@pytest.mark.parametrize("depth", [100, 240, 600, 1000, 3000])
def test_depth_never_breaks_the_gateway(call: Signed, depth: int) -> None:
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    for lines in ([{"index": {"_id": "1"}}, deep], [{"update": {"_id": "1"}}, b'{"doc":%s}' % deep]):
        reply = call.bulk("d", *lines)
        assert reply.status in (200, 400), reply.content
    assert call("POST", "/d/querydsl", b'{"query":{"bool":{"must":%s}}}' % deep).status == 400
    assert call("GET", "/d/doc/1").status in (200, 404)
    assert call.sql("SELECT count(*) AS n FROM d").status == 200


def test_a_no_op_is_no_oracle_for_a_hidden_field(call: Signed) -> None:
    call("POST", "/d/json", b'{"index":{"_id":"1"}}\n{"open":1,"salary":5000}\n', "application/x-ndjson")
    permissions = [
        {"ResourceType": "record", "Actions": ["read", "write"], "Resources": ["*"], "Fields": {"Deny": ["salary"]}}
    ]
    call("PUT", "/role/clerk", {"Version": "2025-01-01", "Permissions": permissions})
    made = call("PUT", "/user/ann", {"Version": "2025-01-01", "Password": "p", "Roles": ["clerk"]}).json
    keys = {"access_key": made["access_key"], "secret_key": made["secret_key"]}
    guess = b'{"update":{"_id":"1"}}\n{"doc":{"salary":%d}}\n'
    for salary in (5000, 4000):
        reply = call("POST", "/d/json", guess % salary, "application/x-ndjson", **keys)
        assert outcomes(reply) == [("update", "1", "security_exception", 403)]
    same = b'{"update":{"_id":"1"}}\n{"doc":{"open":1}}\n'
    assert outcomes(call("POST", "/d/json", same, "application/x-ndjson", **keys)) == [("update", "1", "updated", 200)]
    assert outcomes(call("POST", "/d/json", guess % 5000, "application/x-ndjson")) == [("update", "1", "noop", 200)]
    for query in (
        "UPDATE d SET open = salary",
        "INSERT INTO d (_id, open) VALUES ('1', 2) ON CONFLICT (_id) DO UPDATE SET open = d.salary",
        "DELETE FROM d WHERE salary > 1",
    ):
        reply = call("POST", "/sql", {"query": query}, **keys)
        assert reply.status in (400, 403), reply.content
        assert "5000" not in reply.content.decode()
    assert source(call, "1") == {"open": 1, "salary": 5000}
