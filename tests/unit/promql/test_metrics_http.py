"""Metrics in and PromQL out over the gateway's HTTP, and the store behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infino import APIError, BadRequestError, Infino, NotFoundError, PermissionDeniedError
from infino.local import LocalGateway
from infino.local.promql.exposition import parse_exposition
from infino.local.promql.metricstore import MetricStore
from infino.local.promql.storage import Matcher
from infino.local.store import Store

T = 1_700_000_000
TEXT = "\n".join(
    f'hits_total{{job="{job}"}} {i * factor} {(T + i * 60) * 1000}'
    for job, factor in (("api", 1), ("web", 2))
    for i in range(20)
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def dataset(sync_client: Infino, fresh: Callable[[str], str]) -> str:
    name = fresh("metrics") + ".aly"
    sync_client.datasets.create(name)
    sync_client.metrics.upload(name, TEXT)
    return name


def ask(client: Infino, path: str, form: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.request("POST", f"/promql/{path}", content=form, headers=FORM)
    return answer


def result(answer: dict[str, Any]) -> Any:
    assert answer["status"] == "success"
    return answer["data"]["result"]


def test_upload_says_what_it_stored(sync_client: Infino, fresh: Callable[[str], str]) -> None:
    name = fresh("metrics")
    sync_client.datasets.create(name)
    assert sync_client.metrics.upload(name, TEXT) == [f"40 samples of 2 series stored in dataset {name}"]


def test_instant_query_in_seconds_and_milliseconds(sync_client: Infino, dataset: str) -> None:
    forms = [f"query=sum(hits_total)&index={dataset}&time={at}" for at in (T + 600, (T + 600) * 1000)]
    answers = [ask(sync_client, "query", form) for form in forms]
    assert answers[0] == answers[1]
    assert answers[0]["data"] == {"resultType": "vector", "result": [{"metric": {}, "value": [T + 600, "30"]}]}


@pytest.mark.parametrize("step", ["300", "5m", "300.0"])
def test_range_query_steps(sync_client: Infino, dataset: str, step: str) -> None:
    form = f"query=hits_total{{job='api'}}&index={dataset}&start={T}&end={T + 600}&step={step}"
    (row,) = result(ask(sync_client, "query_range", form))
    assert row["metric"] == {"__name__": "hits_total", "job": "api"}
    assert row["values"] == [[T, "0"], [T + 300, "5"], [T + 600, "10"]]


def test_a_step_beside_milliseconds_may_be_milliseconds(sync_client: Infino, dataset: str) -> None:
    form = f"query=sum(hits_total)&index={dataset}&start={T}000&end={T + 600}000&step=300000"
    assert len(result(ask(sync_client, "query_range", form))[0]["values"]) == 3


def test_scalar_string_and_matrix_answers(sync_client: Infino, dataset: str) -> None:
    assert ask(sync_client, "query", "query=1%2B1&time=5")["data"] == {"resultType": "scalar", "result": [5, "2"]}
    assert ask(sync_client, "query", 'query="x"&time=5')["data"] == {"resultType": "string", "result": [5, "x"]}
    answer = ask(sync_client, "query", f"query=hits_total[2m]&time={T + 120}&index={dataset}")
    assert answer["data"]["resultType"] == "matrix"
    assert [len(row["values"]) for row in answer["data"]["result"]] == [2, 2]


def test_without_index_all_metric_datasets_are_read(
    sync_client: Infino, dataset: str, fresh: Callable[[str], str]
) -> None:
    other, metric = fresh("more") + ".aly", fresh("only").replace("-", "_")
    sync_client.datasets.create(other)
    sync_client.metrics.upload(other, f"{metric} 7 {T}000")
    sync_client.metrics.upload(dataset, f"{metric} 8 {T + 60}000")
    form = f"query=count_over_time({metric}[1h])&time={T + 60}"
    assert [row["value"][1] for row in result(ask(sync_client, "query", form))] == ["2"]
    assert [row["value"][1] for row in result(ask(sync_client, "query", f"{form}&index={other}"))] == ["1"]


def test_a_dataset_of_documents_has_no_metrics(sync_client: Infino, fresh: Callable[[str], str]) -> None:
    name = fresh("docs")
    sync_client.datasets.create(name)
    assert result(ask(sync_client, "query", f"query=up&index={name}")) == []


def test_an_unknown_dataset_is_404(sync_client: Infino) -> None:
    with pytest.raises(NotFoundError):
        ask(sync_client, "query", "query=up&index=nowhere")
    with pytest.raises(NotFoundError):
        sync_client.metrics.upload("nowhere", "up 1")


@pytest.mark.parametrize(
    ("path", "form", "status", "kind"),
    [
        ("query", "query=sum(", 400, "bad_data"),
        ("query", "", 400, "bad_data"),
        ("query", "query=up&time=soon", 400, "bad_data"),
        ("query", "query=up&time=1e300", 400, "bad_data"),
        ("query", "query=%FF", 400, "bad_data"),
        ("query", "query=label_replace(up,'a','b','c','(')", 400, "bad_data"),
        ("query", "query=topk(NaN, vector(1))", 422, "execution"),
        ("query_range", "query=up&start=0&end=10", 400, "bad_data"),
        ("query_range", "query=up&start=0&end=10&step=1e400", 400, "bad_data"),
        ("query_range", "query=up&start=0&end=10&step=5fortnights", 400, "bad_data"),
        ("query_range", "query=up&start=0&end=10&step=0s", 400, "bad_data"),
        ("query_range", "query=up&start=0&end=10&step=0", 400, "bad_data"),
        ("query_range", "query=up&start=0&end=10&step=-5m", 400, "bad_data"),
        ("query_range", "query=up&start=0&end=1e9&step=1", 400, "bad_data"),
        ("query_range", "query=up[5m]&start=0&end=10&step=1", 400, "bad_data"),
    ],
)
def test_errors_have_the_shape_of_the_prometheus_api(
    sync_client: Infino, path: str, form: str, status: int, kind: str
) -> None:
    with pytest.raises(APIError) as caught:
        ask(sync_client, path, form)
    assert caught.value.status == status
    assert caught.value.body["status"] == "error"
    assert caught.value.body["errorType"] == kind
    assert caught.value.body["error"]


def test_a_wrong_line_stores_nothing(sync_client: Infino, dataset: str) -> None:
    with pytest.raises(BadRequestError, match="line 2"):
        sync_client.metrics.upload(dataset, f"half_done 1 {T}000\nhalf_done{{ 2\n")
    assert result(ask(sync_client, "query", f"query=half_done&time={T}&index={dataset}")) == []


def test_a_body_that_is_no_text_is_refused(sync_client: Infino, dataset: str) -> None:
    with pytest.raises(BadRequestError, match="UTF-8"):
        sync_client.request("POST", f"/{dataset}/metrics", content=b"up \xff", headers=FORM)


def test_a_time_may_be_written_out(sync_client: Infino, dataset: str) -> None:
    for text in ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20", "2023-11-14T23:13:20%2B01:00"):
        assert ask(sync_client, "query", f"query=time()&time={text}")["data"]["result"] == [T, str(T)]


def test_a_later_value_replaces_one_of_the_same_time(sync_client: Infino, dataset: str) -> None:
    sync_client.metrics.upload(dataset, f"level 1 {T}000\nlevel 1 {T}000\nother NaN {T}000\nother NaN {T}000\n")
    with pytest.raises(BadRequestError, match="two values at the time"):
        sync_client.metrics.upload(dataset, f"level 2 {T}000\nlevel 4 {T}000\n")
    sync_client.metrics.upload(dataset, f"level 3 {T}000\n")
    form = f"query=level[5m]&time={T}&index={dataset}"
    assert result(ask(sync_client, "query", form))[0]["values"] == [[T, "3"]]


def test_samples_are_documents_too(sync_client: Infino, dataset: str) -> None:
    assert sync_client.datasets.count(dataset) == 40
    schema = sync_client.request("GET", f"/{dataset}/_schema")
    assert {"@timestamp", "metric", "value", "job"} == set(schema)
    with pytest.raises(BadRequestError, match="holds metrics"):
        sync_client.request(
            "POST",
            f"/{dataset}/json",
            content='{"index":{"_id":"1"}}\n{"a":1}\n',
            headers={"Content-Type": "application/x-ndjson"},
        )
    sync_client.datasets.delete(dataset)
    with pytest.raises(NotFoundError):
        sync_client.datasets.count(dataset)


def test_metrics_do_not_go_into_a_dataset_of_documents(sync_client: Infino, fresh: Callable[[str], str]) -> None:
    name = fresh("docs")
    sync_client.datasets.create(name)
    sync_client.request(
        "POST",
        f"/{name}/json",
        content='{"index":{"_id":"1"}}\n{"a":1}\n',
        headers={"Content-Type": "application/x-ndjson"},
    )
    with pytest.raises(BadRequestError, match="holds documents"):
        sync_client.metrics.upload(name, "up 1")


def test_a_sample_without_time_is_now(gateway: LocalGateway, sync_client: Infino, dataset: str) -> None:
    sync_client.metrics.upload(dataset, "fresh_sample 5\n")
    answer = result(ask(sync_client, "query", f"query=fresh_sample&index={dataset}"))
    assert answer[0]["value"][1] == "5"


def test_get_works_as_well(sync_client: Infino, dataset: str) -> None:
    answer = sync_client.request(
        "GET", "/promql/query", params=[("query", "count(hits_total)"), ("time", str(T)), ("index", dataset)]
    )
    assert result(answer)[0]["value"][1] == "2"


SECRET = """
hits{job="api",instance="secret-a",value="odd"} 1 1700000000000
hits{job="api",instance="secret-b",value="odd"} 2 1700000000000
"""


@contextmanager
def reader(
    gateway: LocalGateway, admin: Infino, fresh: Callable[[str], str], dataset: str, fields: dict[str, Any]
) -> Iterator[Infino]:
    """A client of a new user who may read one dataset, less what `fields` hides."""
    role, user = fresh("role"), fresh("user")
    permission = {"ResourceType": "record", "Actions": ["read"], "Resources": [dataset], "Fields": fields}
    admin.roles.create(role, {"Version": "2025-01-01", "Permissions": [permission]})
    keys = admin.users.create(user, {"Version": "2025-01-01", "Password": "pass-word-1", "Roles": [role]})
    with Infino(credentials=keys.credentials(), endpoint=gateway.endpoint) as theirs:
        yield theirs


@pytest.fixture
def secret(sync_client: Infino, fresh: Callable[[str], str]) -> str:
    name = fresh("secret") + ".aly"
    sync_client.datasets.create(name)
    sync_client.metrics.upload(name, SECRET)
    return name


def at_t(client: Infino, query: str, dataset: str) -> Any:
    return result(ask(client, "query", f"query={query}&time={T}&index={dataset}"))


def test_hidden_labels_are_gone_before_evaluation(
    gateway: LocalGateway, sync_client: Infino, fresh: Callable[[str], str], secret: str
) -> None:
    hide = {"Deny": ["instance"], "Mask": {"job": "redact"}}
    with reader(gateway, sync_client, fresh, secret, hide) as theirs:
        (row,) = at_t(theirs, "sum by (job,instance) (hits)", secret)
        assert row == {"metric": {"job": "***"}, "value": [T, "3"]}
        assert at_t(theirs, 'hits{instance="secret-a"}', secret) == []
        assert at_t(theirs, 'count(hits{instance=~".%2B"})', secret) == []
        assert at_t(theirs, 'hits{job="api"}', secret) == []
        with pytest.raises(APIError) as caught:
            at_t(theirs, "hits %2B on(job) hits", secret)
        assert "secret-" not in str(caught.value.body)


def test_an_allow_list_names_labels_and_metric(
    gateway: LocalGateway, sync_client: Infino, fresh: Callable[[str], str], secret: str
) -> None:
    show = {"Allow": ["metric", "value", "instance"]}
    with reader(gateway, sync_client, fresh, secret, show) as theirs:
        rows = at_t(theirs, "hits", secret)
    assert sorted(row["metric"]["instance"] for row in rows) == ["secret-a", "secret-b"]
    assert {frozenset(row["metric"]) for row in rows} == {frozenset({"__name__", "instance"})}


def test_hidden_values_and_other_datasets_are_refused(
    gateway: LocalGateway, sync_client: Infino, fresh: Callable[[str], str], secret: str, dataset: str
) -> None:
    with reader(gateway, sync_client, fresh, secret, {"Deny": ["value"]}) as theirs:
        for index in (secret, dataset, "nowhere"):
            with pytest.raises(PermissionDeniedError):
                at_t(theirs, "hits", index)
        assert at_t(theirs, 'count({__name__=~".%2B"})', "") == []
        with pytest.raises(PermissionDeniedError):
            theirs.metrics.upload(secret, "hits 1")


def test_samples_survive_closing_the_store(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"

    def now() -> datetime:
        return datetime.now(UTC)

    store = Store(path, now)
    with store.writing() as cursor:
        dataset = store.create(cursor, "m")
        assert MetricStore(store).write(cursor, dataset, parse_exposition(TEXT, 0)) == (40, 2)
    store.close()
    store = Store(path, now)
    with store.reading() as cursor:
        dataset = store.get(cursor, "m")
        groups = [[Matcher("job", "=", "web")]]
        ((labels, series),) = MetricStore(store).select(cursor, dataset, groups, (0, 2**60))
    store.close()
    assert labels == {"__name__": "hits_total", "job": "web"}
    assert series.values.tolist() == [i * 2.0 for i in range(20)]
    assert series.times.tolist() == [(T + i * 60) * 1000 for i in range(20)]


def test_a_failed_write_leaves_nothing() -> None:
    store = Store(None, lambda: datetime.now(UTC))
    metrics = MetricStore(store)
    with store.writing() as cursor:
        store.create(cursor, "m")

    def half() -> None:
        with store.writing() as cursor:
            metrics.write(cursor, store.get(cursor, "m"), parse_exposition(TEXT, 0))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    with store.reading() as cursor:
        assert store.get(cursor, "m").settings == {}
        tables = cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    store.close()
    assert sorted(tables) == [("col_1",), ("datasets",), ("ds_1",), ("layout",)]
