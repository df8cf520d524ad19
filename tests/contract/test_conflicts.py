"""Where sources contradict each other about what goes over the wire: what we send, and every answer that we take.

Shapes of single answers are in the unit tests of tolerance; here is what takes a whole call, through both clients.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from infino_api.models import Visualization

import infino
from tests.support.chat_server import ChatServer, Peer, partial
from tests.support.scripted import ScriptedServer, answering
from tests.unit.test_results_shapes import SHAPES, TABLE

PROM = b'{"status":"success","data":{"resultType":"matrix","result":[]}}'


def test_c5_a_401_for_a_missing_dataset_is_never_taken_as_success(make):
    with ScriptedServer(answering(200, b"[]"), answering(401, b"no")) as server:
        client = make(server.endpoint)
        client.datasets.list().all()
        with pytest.raises(infino.AuthenticationError) as caught:
            client.datasets.delete("gone", missing_ok=True)
        assert "when the dataset does not exist" in caught.value.hint
    with ScriptedServer(answering(404, b"index_not_found_exception")) as server:
        assert make(server.endpoint).datasets.delete("gone", missing_ok=True) is False


@pytest.mark.parametrize("shape", SHAPES)
def test_c6_every_result_of_sql_is_the_same_table(make, shape):
    with ScriptedServer(answering(200, json.dumps(SHAPES[shape]).encode())) as server:
        assert make(server.endpoint).query.sql("SELECT 1").to_dicts() == TABLE


@pytest.mark.parametrize("call", [
    lambda c: c.query.sql("SELECT 1").to_dicts(),
    lambda c: c.query.dsl("ds", {"query": {"match_all": {}}}),
])  # fmt: skip
def test_c7_an_old_gateway_gets_reads_as_get_once_it_has_said_so(make, call):
    with ScriptedServer(answering(405), answering(200, b'{"hits":{"hits":[]},"columns":[],"rows":[]}')) as server:
        client = make(server.endpoint)
        call(client)
        call(client)
        assert [sent.method for sent in server.requests] == ["POST", "GET", "GET"]


@pytest.mark.parametrize(
    ("start", "sent"),
    [
        (1_767_323_045, "1767323045"),
        (1_767_323_045_000, "1767323045"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "1767323045"),
        ("2026-01-02T03:04:05Z", "1767323045"),
    ],
)
def test_c8_moments_are_sent_as_seconds(make, start, sent):
    with ScriptedServer(answering(200, PROM)) as server:
        make(server.endpoint).query.promql_range("up", start=start, end=start, step=15)
        form = parse_qs(server.requests[0].body.decode())
        assert (form["start"], form["end"], form["step"]) == ([sent], [sent], ["15"])


def test_c9_the_dataset_of_a_promql_query_is_its_index_and_may_be_left_out(make):
    with ScriptedServer(answering(200, PROM)) as server:
        client = make(server.endpoint)
        client.query.promql("up")
        client.query.promql("up", dataset="m.aly")
        assert [parse_qs(sent.body.decode()).get("index") for sent in server.requests] == [None, ["m.aly"]]


@pytest.mark.parametrize("op", ["index", "create", "update", "delete"])
def test_c13_every_action_of_bulk_is_sent_as_such(make, op):
    answer = json.dumps({"took": 1, "errors": False, "items": [{op: {"_id": "1", "result": "updated"}}]}).encode()
    with ScriptedServer(answering(200, answer)) as server:
        report = make(server.endpoint).records.bulk("ds", [{"k": "1", "a": 2}], id="k", op=op)
        assert report.accepted == 1
        assert json.loads(server.requests[0].body.splitlines()[0]) == {op: {"_id": "1"}}


@pytest.mark.parametrize("content", ["how late?", {"user_query": "how late?"}, {"user_message": "how late?"}])
def test_c16_c17_the_content_of_a_message_passes_as_it_is_given(make, content):
    wanted = {"user_query": content} if isinstance(content, str) else content
    with ScriptedServer(answering(200, b'"m1"')) as server:
        client = make(server.endpoint)
        assert client.fino.threads.messages.add("t1", content) == "m1"
        assert client.fino.send("t1", content, extra={"context": {"a": 1}}) == "m1"
        added, sent = (json.loads(request.body) for request in server.requests)
        assert added == {"role": "user", "content": wanted}
        assert sent == {"thread_id": "t1", "role": "user", "content": wanted, "context": {"a": 1}}


def test_c22_c23_a_query_elsewhere_is_wrapped_signed_as_json_and_names_its_connection(make):
    answer = json.dumps(SHAPES["connector"]).encode()
    with ScriptedServer(answering(200, answer)) as server:
        client = make(server.endpoint)
        assert client.connections.query("c1", "DATABASE", "SELECT city, n FROM t").to_dicts() == TABLE
        sent = server.requests[0]
        assert (sent.method, sent.target) == ("POST", "/source/c1/DATABASE/dsl")
        assert json.loads(sent.body) == {"query": "SELECT city, n FROM t"}
        assert sent.header("x-infino-connection-id") == "c1"
        assert sent.header("content-type") == "application/json"
        assert "SignedHeaders=content-type;host;" in (sent.header("authorization") or "")


def test_c25_c26_an_upload_names_no_batch_size_of_its_own_and_its_job_is_asked_for_at_the_connectors(make):
    done = b'{"run_id":"r1","status":"completed","stats":{"documents_processed":1}}'
    with ScriptedServer(answering(200, b'{"run_id":"r1","status":"submitted"}'), answering(200, done)) as server:
        client = make(server.endpoint)
        client.files.upload("ds", b'{"a":1}\n', format="jsonl", wait=False)
        assert b"batch_size" not in server.requests[0].body
        assert client.jobs.wait("r1").status == "completed"
        assert server.requests[1].target == "/_connectors/jobs/r1"


METRICS = ["count", "sum", "avg", "none", "min", "max", "median"]
ORDERS: list[dict[str, Any]] = [
    {"column": "a", "direction": "desc"},
    {"column": "a", "function": "sum", "direction": "asc"},
    {"metric_id": "m1", "direction": "down"},
]


@pytest.mark.parametrize("function", METRICS)
def test_c37_c38_functions_and_orders_of_a_chart_come_back_as_they_were(make, function):
    sql = {"metrics": [{"id": "m1", "function": function, "column": "a"}], "order_by": ORDERS}
    body = {"title": "t", "source": {"kind": "sql", "index": "ds", "sql": sql}, "aggregation_type": function}
    with ScriptedServer(answering(201, json.dumps({"id": "v1", "attributes": body}).encode())) as server:
        made = make(server.endpoint).visualizations.create(Visualization.from_dict(body))
        assert json.loads(server.requests[0].body) == body
    assert made.aggregation_type == function
    assert made.source.sql.metrics[0].function == function
    assert made.source.sql.order_by == ORDERS


@pytest.mark.parametrize("name", ["demo_products", "flexlm_cdslmd.rel", "9lives", "a-b.aly", "a.sem"])
def test_c41_names_that_examples_use_are_names(make, name):
    with ScriptedServer(answering(200, b'{"acknowledged":true}')) as server:
        make(server.endpoint).datasets.create(name)
        assert server.requests[0].target == f"/{name}"


@pytest.mark.parametrize("connector", ["mysql", "postgres", "one_of_next_year"])
def test_c42_connectors_nobody_has_heard_of_pass(make, connector):
    source = {"kind": "sql", "index": "ds", "connection_id": "c1", "connector_id": connector}
    warnings = [{"code": "unknown_connector_id", "message": "default dialect"}]
    data = {"columns": [], "rows": [], "metadata": {"warnings": warnings}}
    answers = ({"connection_id": "c1"}, {"id": "v1", "attributes": {"source": source}}, data)
    with ScriptedServer(*(answering(200, json.dumps(one).encode()) for one in answers)) as server:
        client = make(server.endpoint)
        assert client.connections.create(connector, name="n").id == "c1"
        assert server.requests[0].target == f"/source/{connector}"
        assert client.visualizations.get("v1").source.connector_id == connector
        assert client.visualizations.execute("v1").metadata.warnings[0].code == "unknown_connector_id"


FINALS: list[list[Any]] = [
    [{"content": {"type": "message", "text": "UA"}}],
    [{"content": {"type": "result", "summary": "UA"}}],
    [partial("summary", "UA"), {"content": {"type": "EOM"}}],
    [{"content": {"type": "result", "summary": "UA"}}, {"type": "complete"}],
]


@pytest.mark.parametrize("path", ["/_conversation/ws", "/fino/nl"])
@pytest.mark.parametrize("frames", FINALS, ids=["message", "result", "EOM", "complete"])
def test_c43_c44_both_addresses_and_every_end_of_an_answer(make, path, frames):
    async def answer(peer: Peer) -> None:
        assert "which?" in await peer.question()
        await peer.send(*frames)

    with ChatServer(answer) as server:
        found = make(server.endpoint).fino.ask("which?", thread="t1", timeout=20, path=path)
        assert (found.text, found.complete) == ("UA", True)
        assert server.requests[0].path.startswith(f"{path}?")


BODIES = [b'{"error":{"type":"t","reason":"gone"},"status":404}', b"gone", b'"gone"', b'{"error":"gone"}']


@pytest.mark.parametrize("body", BODIES)
def test_c47_every_body_of_an_error_gives_its_reason(make, body):
    with ScriptedServer(answering(404, body)) as server:
        with pytest.raises(infino.NotFoundError, match="gone") as caught:
            make(server.endpoint).datasets.get("ds")
        assert caught.value.reason == "gone"
