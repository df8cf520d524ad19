"""Traces and metrics: spans in the right place, the context on the wire and in threads, and nothing secret in them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv.attributes import (
    db_attributes,
    error_attributes,
    http_attributes,
    network_attributes,
    server_attributes,
    url_attributes,
)
from opentelemetry.semconv.schemas import Schemas

import infino
from infino import telemetry
from infino.local import LocalGateway
from tests.contract.conftest import Make
from tests.support.chat_server import ChatServer, Peer, timeline
from tests.support.facade import Blocking
from tests.support.scripted import ScriptedServer, answering


class Watched:
    """A client, and what it reported."""

    def __init__(self, client: Any, raw: Any) -> None:
        self.client = client
        self.spans, self.reader, traces = InMemorySpanExporter(), InMemoryMetricReader(), TracerProvider()
        traces.add_span_processor(SimpleSpanProcessor(self.spans))
        self.meters = MeterProvider([self.reader])
        self.traces = traces
        self.stop = telemetry.instrument(raw, tracer_provider=traces, meter_provider=self.meters)

    def finished(self) -> list[Any]:
        return list(self.spans.get_finished_spans())

    def named(self, name: str) -> Any:
        [span] = [span for span in self.finished() if span.name == name]
        return span

    def points(self, name: str) -> list[Any]:
        data = self.reader.get_metrics_data()
        return [
            point for resource in data.resource_metrics for scope in resource.scope_metrics
            for metric in scope.metrics if metric.name == name for point in metric.data.data_points
        ]  # fmt: skip

    def metric(self, name: str) -> float:
        found = [point.value if hasattr(point, "value") else point.count for point in self.points(name)]
        return sum(value for value in found if value is not None)


@pytest.fixture
def watch(make: Make) -> Callable[..., Watched]:
    def begin(endpoint: str, **settings: Any) -> Watched:
        client = make(endpoint, **settings)
        return Watched(client, client._target if isinstance(client, Blocking) else client)

    return begin


@pytest.fixture
def watched(watch: Callable[..., Watched], gateway: LocalGateway) -> Watched:
    return watch(gateway.endpoint, access_key=gateway.access_key, secret_key=gateway.secret_key)


def test_a_call_is_a_span_with_its_try_below_it(watched: Watched) -> None:
    watched.client.query.sql("SELECT 'a planted secret' AS s")
    call, attempt = watched.named("query.sql"), watched.named("POST")
    assert attempt.parent.span_id == call.context.span_id
    assert call.attributes["db.system.name"] == "infino"
    assert call.attributes["db.operation.name"] == "query.sql"
    assert call.attributes["server.address"] == "127.0.0.1"
    assert attempt.attributes["http.response.status_code"] == 200
    assert "planted" not in json.dumps([json.loads(span.to_json()) for span in watched.finished()])
    assert watched.metric("db.client.operation.duration") == 1
    assert watched.metric("infino.client.active_calls") == 0


def test_tries_are_told_apart_and_the_context_of_each_is_on_the_wire(watch: Callable[..., Watched]) -> None:
    quick = infino.RetryPolicy(base=0.001)
    with ScriptedServer(answering(503, b"{}"), answering(200, b"{}")) as server:
        watched = watch(server.endpoint, retry=quick)
        watched.client.request("POST", "/sql", json={"query": "SELECT 1"})
        sent = [received.header("traceparent") for received in server.requests]
    first, second = [span for span in watched.finished() if span.name == "POST"]
    assert [f"{span.context.span_id:016x}" for span in (first, second)] == [text.split("-")[2] for text in sent]
    assert first.attributes["error.type"] == "503"
    assert "http.request.resend_count" not in first.attributes
    assert second.attributes["http.request.resend_count"] == 1
    assert watched.metric("infino.client.retries") == 1
    assert watched.metric("http.client.request.duration") == 2


def stable_names() -> set[str]:
    """Names of attributes that the conventions promise not to change."""
    modules = (
        db_attributes, error_attributes, http_attributes, network_attributes, server_attributes, url_attributes,
    )  # fmt: skip
    return {value for module in modules for value in vars(module).values() if isinstance(value, str)}


CALL = {"db.system.name", "db.operation.name", "server.address", "server.port"}
TRY = {"http.request.method", "server.address", "server.port", "network.protocol.version"}
ANSWERED = {"http.response.status_code"}
FAILED = {"error.type"}


def test_names_are_those_of_the_conventions(watch: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "POST,GET")
    with ScriptedServer(answering(404, b"{}"), answering(200, b"{}")) as server:
        watched = watch(server.endpoint)
        with pytest.raises(infino.NotFoundError):
            watched.client.request("POST", "/planted", params={"q": "planted"})
        watched.client.request("DELETE", "/planted")
        url = f"{server.endpoint}/REDACTED"
    failed, call, odd, _ = watched.finished()
    assert failed.attributes.keys() == TRY | ANSWERED | FAILED | {"url.full"}
    assert call.attributes.keys() == CALL | ANSWERED | FAILED | {"http.request.method", "db.response.status_code"}
    assert odd.attributes.keys() == TRY | ANSWERED | {"url.full", "http.request.method_original"}
    assert (odd.name, odd.attributes["http.request.method"]) == ("HTTP", "_OTHER")
    assert odd.attributes["http.request.method_original"] == "DELETE"
    assert odd.attributes["url.full"] == url
    assert all(span.attributes.keys() <= stable_names() for span in watched.finished())
    assert failed.instrumentation_scope.schema_url in {schema.value for schema in Schemas}
    points = watched.points("http.client.request.duration")
    assert [point.attributes.keys() - {"error.type"} for point in points] == [TRY | ANSWERED] * 2
    [failed_call, _] = watched.points("db.client.operation.duration")
    assert failed_call.attributes.keys() == CALL | FAILED | {"db.response.status_code"}


def test_the_port_is_told_where_the_address_has_none(make: Make) -> None:
    client = make("https://infino.example")
    raw = client._target if isinstance(client, Blocking) else client
    stop = telemetry.instrument(raw)
    [listener] = raw._shared.listeners.request
    assert listener.__self__._host == {"server.address": "infino.example", "server.port": 443}
    stop()


def test_an_error_names_its_kind_and_nothing_else(watched: Watched) -> None:
    with pytest.raises(infino.NotFoundError):
        watched.client.datasets.count("no-such-dataset-with-a-planted-name")
    span = watched.finished()[-1]
    assert span.attributes["error.type"] == "NotFoundError"
    assert span.attributes["http.response.status_code"] == 404
    assert span.attributes["db.response.status_code"] == "404"
    assert not span.status.is_ok
    assert "planted" not in json.dumps([json.loads(span.to_json()) for span in watched.finished()])


def test_an_upload_is_one_span_around_its_requests(watched: Watched, fresh: Callable[[str], str]) -> None:
    name = fresh("otel")
    watched.client.datasets.create(name)
    watched.client.records.bulk(name, [{"n": n} for n in range(50)], chunk_records=10)
    [upload] = [span for span in watched.finished() if span.name == "records.bulk" and span.parent is None]
    requests = [span for span in watched.finished() if span.parent and span.parent.span_id == upload.context.span_id]
    assert len(requests) == 5
    assert upload.attributes["db.operation.batch.size"] == 50
    assert watched.metric("infino.client.records") == 50
    assert watched.metric("infino.client.sent") > 500


def test_a_question_is_one_span(watched: Watched, fresh: Callable[[str], str]) -> None:
    name = fresh("otel")
    watched.client.datasets.create(name)
    watched.client.records.bulk(name, [{"n": 1}])
    watched.client.fino.ask(f"how many records are in {name}?", sources=[name])
    question = watched.named("fino.ask")
    created = watched.named("fino.threads.create")
    assert created.parent.span_id == question.context.span_id
    assert "error.type" not in question.attributes
    assert watched.metric("infino.client.active_calls") == 0


def test_the_context_is_sent_with_the_handshake_of_a_question(watch: Callable[..., Watched]) -> None:
    async def script(peer: Peer) -> None:
        await peer.question()
        await peer.send(*timeline())
        await peer.silence()

    with ChatServer(script) as server:
        watched = watch(server.endpoint, access_key="IAK", secret_key="secret-0123456789")
        watched.client.fino.ask("?", thread="t")
        [handshake] = [span for span in watched.finished() if span.attributes.get("http.response.status_code") == 101]
        sent = server.requests[0].headers["traceparent"]
    assert sent.split("-")[2] == f"{handshake.context.span_id:016x}"
    assert handshake.parent.span_id == watched.named("fino.ask").context.span_id
    assert handshake.name == "GET"


def test_nothing_that_a_call_says_is_in_a_span_or_a_metric(
    watched: Watched, gateway: LocalGateway, fresh: Callable[[str], str]
) -> None:
    client, name = watched.client, fresh("planted-name")
    client.datasets.create(name)
    client.records.bulk(name, [{"id": "planted-id", "planted-field": "planted"}], id="id")
    client.query.sql(f'SELECT "planted-field" FROM "{name}" WHERE id = ?', ["planted-id"])
    client.query.dsl(name, {"query": {"term": {"planted-field": "planted"}}})
    client.records.get(name, "planted-id")
    client.fino.ask("how many planted records?", sources=[name])
    for path, headers in ((f"/{name}/planted", {}), ("/sql", {"x-planted": "planted"})):
        with pytest.raises(infino.InfinoError):
            client.request("POST", path, params={"planted": "planted"}, headers=headers, json={"planted": 1})
    with pytest.raises(infino.InfinoError):
        client.request("ODD", f"/{name}")
    with pytest.raises(infino.InfinoError):
        client.query.sql("planted nonsense")
    told = [json.loads(span.to_json()) for span in watched.finished()]
    text = json.dumps(told) + watched.reader.get_metrics_data().to_json()
    assert len(told) > 10
    assert "planted" not in text.lower()
    assert gateway.access_key not in text


def test_durations_have_buckets_below_five_seconds(watched: Watched) -> None:
    watched.client.ping()
    [data] = watched.reader.get_metrics_data().resource_metrics[0].scope_metrics
    [metric] = [metric for metric in data.metrics if metric.name == "db.client.operation.duration"]
    assert metric.data.data_points[0].explicit_bounds == (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)


def test_a_client_that_nobody_instruments_loads_nothing_of_it(gateway: LocalGateway) -> None:
    program = (
        "import sys, infino; "
        f"keys = {(gateway.access_key, gateway.secret_key)!r}; "
        f"client = infino.Infino(credentials=keys, endpoint={gateway.endpoint!r}); "
        "client.query.sql('SELECT 1'); "
        "print([name for name in sys.modules if 'opentelemetry' in name or name == 'infino.telemetry'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_span_of_the_program_is_the_parent(watched: Watched) -> None:
    with watched.traces.get_tracer("program").start_as_current_span("report") as outer:
        watched.client.ping()
    assert any(span.parent and span.parent.span_id == outer.get_span_context().span_id for span in watched.finished())


def test_pages_that_are_read_ahead_are_part_of_the_trace(watch: Callable[..., Watched]) -> None:
    pages = (answering(200, json.dumps({"visualizations": [{"id": id}]}).encode()) for id in "ab")
    with ScriptedServer(*pages, answering(200, b'{"visualizations": []}')) as server:
        watched = watch(server.endpoint)
        with watched.traces.get_tracer("program").start_as_current_span("report") as outer:
            assert len(watched.client.visualizations.list(limit=1).all()) == 2
    parents = [span.parent for span in watched.finished() if span.name == "visualizations.list"]
    assert len(parents) >= 3
    assert {parent and parent.span_id for parent in parents} == {outer.get_span_context().span_id}


def test_slices_that_are_read_side_by_side_are_part_of_the_trace(watched: Watched, fresh: Callable[[str], str]) -> None:
    name = fresh("slices")
    watched.client.datasets.create(name)
    watched.client.records.bulk(name, [{"n": number} for number in range(20)])
    with watched.traces.get_tracer("program").start_as_current_span("report") as outer:
        assert len(list(watched.client.query.scan(name, page_size=2, slices=2))) == 20
    parents = [span.parent for span in watched.finished() if span.name == "query.dsl"]
    assert {parent and parent.span_id for parent in parents} == {outer.get_span_context().span_id}


def test_it_ends_when_it_is_told_to(watched: Watched) -> None:
    watched.stop()
    watched.client.ping()
    assert watched.finished() == []


def test_events_tell_where_calls_begin_and_end(client: Any) -> None:
    told: list[Any] = []
    ends = [client.on("call", told.append), client.on("end", told.append)]
    client.query.sql("SELECT 1")
    with pytest.raises(infino.InfinoError):
        client.query.sql("SELECT nonsense FROM nowhere_at_all")
    for end in ends:
        end()
    assert [type(event).__name__ for event in told] == ["CallEvent", "EndEvent"] * 2
    assert told[0].call == told[1].call != told[2].call
    assert (told[1].status, told[1].error, told[1].attempts) == (200, None, 1)
    assert told[3].error is not None
    assert told[1].elapsed > 0


def test_an_interrupted_call_ends_at_once_and_says_why() -> None:
    def interrupted() -> tuple[str, str]:
        raise KeyboardInterrupt

    told: list[Any] = []
    with infino.Infino(credentials=interrupted, endpoint="http://127.0.0.1:9") as client:
        client.on("end", told.append)
        with pytest.raises(KeyboardInterrupt) as caught:  # it holds the call's frames, so nothing else ends them
            client.query.sql("SELECT 1")
        assert [event.error for event in told] == ["KeyboardInterrupt"]
        assert caught.value.__context__ is None


def test_a_cancelled_call_ends_at_once_and_says_why() -> None:
    async def body() -> None:
        asked = asyncio.Event()

        async def hanging() -> tuple[str, str]:
            asked.set()
            await asyncio.Event().wait()
            return "IAK", "secret"

        told: list[Any] = []
        async with infino.AsyncInfino(credentials=hanging, endpoint="http://127.0.0.1:9") as client:
            client.on("end", told.append)
            task = asyncio.ensure_future(client.ping())
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert [event.error for event in told] == ["CancelledError"]

    asyncio.run(body())


def test_answers_that_are_read_in_turn_leave_no_context_behind(
    gateway: LocalGateway, fresh: Callable[[str], str]
) -> None:
    name = fresh("otel")
    with gateway.client() as raw:
        raw.datasets.create(name)
        raw.records.bulk(name, [{"n": 1}])
        watched = Watched(raw, raw)
        question = f"how many records are in {name}?"
        first, second = (iter(raw.fino.stream(question, sources=[name])) for _ in range(2))
        next(first), next(second)
        list(first), list(second)
        raw.ping()
        assert watched.named("client.ping").parent is None
        assert watched.metric("infino.client.active_calls") == 0


def test_stopping_in_the_middle_ends_what_is_open(watched: Watched, fresh: Callable[[str], str]) -> None:
    name = fresh("otel")
    watched.client.datasets.create(name)

    def records() -> Iterator[dict[str, int]]:
        yield {"n": 1}
        watched.stop()
        yield {"n": 2}

    watched.client.records.bulk(name, records())
    assert [span.name for span in watched.finished()].count("records.bulk") >= 1
    assert watched.metric("infino.client.active_calls") == 0
