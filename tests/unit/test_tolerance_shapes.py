"""Every shape a gateway is known to answer with decodes to the same typed value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from infino_api.api.alerts import create as create_channel
from infino_api.api.alerts import history
from infino_api.api.alerts import list_all as list_channels
from infino_api.api.client import ping
from infino_api.api.connections import create as create_connection
from infino_api.api.connections import datasets as connection_datasets
from infino_api.api.connections import get as get_connection
from infino_api.api.connections import list_all as list_connections
from infino_api.api.connections import update as update_connection
from infino_api.api.dashboards import delete as delete_dashboard
from infino_api.api.datasets import count as count_records
from infino_api.api.datasets import create as create_dataset
from infino_api.api.datasets import delete as delete_dataset
from infino_api.api.datasets import enrich
from infino_api.api.datasets import get as get_dataset
from infino_api.api.datasets import list_all as list_datasets
from infino_api.api.datasets import schema as dataset_schema
from infino_api.api.fino import send
from infino_api.api.fino_threads import create as create_thread
from infino_api.api.fino_threads import delete as delete_thread
from infino_api.api.fino_threads import list_all as list_threads
from infino_api.api.fino_threads_messages import add, clear
from infino_api.api.imports import create as create_import
from infino_api.api.imports import list_all as list_imports
from infino_api.api.jobs import get as get_job
from infino_api.api.metrics import upload as upload_metrics
from infino_api.api.monitors import create as create_monitor
from infino_api.api.monitors import list_all as list_monitors
from infino_api.api.records import bulk_chunk
from infino_api.api.records import delete as delete_records
from infino_api.api.roles import create as create_role
from infino_api.api.roles import get as get_role
from infino_api.api.roles import list_all as list_roles
from infino_api.api.sources import list_all as list_sources
from infino_api.api.users import create as create_user
from infino_api.api.users import get as get_user
from infino_api.api.users import list_all as list_users
from infino_api.api.users import rotate_keys
from infino_api.api.users import update as update_user
from infino_api.api.visualizations import execute
from infino_api.api.visualizations import get as get_visualization
from infino_api.api.visualizations import list_all as list_visualizations

from infino.runtime import MissingItemError, ParseError

ROW = {"health": "green", "status": "open", "index": "web", "docs.count": "12", "store.size": "2.8kb", "pri": "1"}
USER = {"Version": "2025-01-01", "Roles": ["analyst"], "account_id": "7"}
ROLE = {"Version": "2025-01-01", "Permissions": [{"ResourceType": "record", "Actions": ["read"], "Resources": ["*"]}]}
CHART = {"title": "Late", "chart": {"type": "bar"}, "id": "v1"}


@pytest.mark.parametrize(
    "body",
    [
        [ROW],
        {"items": [ROW]},
        {"data": [ROW]},
        {"datasets": [ROW]},
        ROW,
        [{"name": "web", "docs_count": 12, "status": "open", "health": "green", "store_size": "2.8kb", "pri": 1}],
        [{**ROW, "docs.count": 12.0}, None],
    ],
)
def test_c1_datasets(body: Any) -> None:
    [dataset] = list_datasets.request().parse(body)
    assert (dataset.name, dataset.doc_count, dataset.primary_shards) == ("web", 12, 1)
    assert dataset.store_bytes == round(2.8 * 1024)
    assert dataset.primary_store_bytes is None


@pytest.mark.parametrize("body", [[ROW], ROW, [{"index": "other", "docs.count": "1"}, ROW], [{**ROW, "count": 3}]])
def test_c2_dataset_metadata(body: Any) -> None:
    dataset = get_dataset.request("web").parse(body)
    assert (dataset.name, dataset.doc_count) == ("web", 12)


def test_c2_no_row_is_a_missing_dataset() -> None:
    with pytest.raises(MissingItemError, match=r"^\$"):
        get_dataset.request("web").parse([])


@pytest.mark.parametrize(
    "body",
    [
        {"n": {"source": "Logs", "infino_type": "Integer"}},
        {"n": "Integer"},
        {"n": {"type": "Integer"}},
        {"fields": [{"name": "n", "type": "Integer"}]},
        [{"name": "n", "type": "Integer"}],
        {"mappings": {"properties": {"n": {"type": "Integer"}}}},
        {"properties": {"n": {"type": "Integer"}}},
        {"web": {"mappings": {"properties": {"n": {"type": "Integer"}}}}},
        {"columns": [{"name": "n", "data_type": "Integer"}]},
    ],
)
def test_c3_schema(body: Any) -> None:
    [field] = dataset_schema.request("web").parse(body)
    assert (field.name, field.type) == ("n", "Integer")


def test_c3_fields_that_are_called_like_an_envelope() -> None:
    body = {"fields": {"infino_type": "String"}, "properties": {"infino_type": "Float"}}
    found = dataset_schema.request("web").parse(body)
    assert [(field.name, field.type) for field in found] == [("fields", "String"), ("properties", "Float")]


@pytest.mark.parametrize("body", [{"acknowledged": True, "index": "web"}, {"acknowledged": True}, True])
def test_c4_dataset_created(body: Any) -> None:
    assert create_dataset.request("web").parse(body).acknowledged is True


@pytest.mark.parametrize("request_", [delete_dataset.request("web"), delete_dashboard.request("d1")])
@pytest.mark.parametrize("body", [True, {"acknowledged": True}, {"deleted": True}, {}, None, "", "true", [True], 1])
def test_c15_c32_done(request_: Any, body: Any) -> None:
    assert request_.parse(body) is True


@pytest.mark.parametrize("body", [False, {"acknowledged": False}, {"deleted": False}, "false", {"deleted": 0}])
@pytest.mark.parametrize("request_", [delete_thread.request("t"), clear.request("t")])
def test_c15_not_done(request_: Any, body: Any) -> None:
    assert request_.parse(body) is False


@pytest.mark.parametrize("body", [["2 stored"], "2 stored", {"message": "2 stored"}, {"messages": ["2 stored"]}])
def test_c10_metrics(body: Any) -> None:
    assert upload_metrics.request("web.aly", "up 1").parse(body) == ["2 stored"]


@pytest.mark.parametrize("body", [5, "5", 5.0, {"deleted": 5, "total": 9}, {"took": 1, "deleted": "5"}, [5]])
def test_c12_deleted_records(body: Any) -> None:
    assert delete_records.request("web", {"match_all": {}}).parse(body) == 5


@pytest.mark.parametrize("body", [{"count": 3}, 3, {"count": "3", "_shards": {}}])
def test_count(body: Any) -> None:
    assert count_records.request("web").parse(body) == 3


@pytest.mark.parametrize("body", [{"id": "t1"}, {"thread_id": "t1"}, {"_id": "t1", "metadata": {}}, [{"id": "t1"}]])
def test_c14_thread(body: Any) -> None:
    thread = create_thread.request(name="x").parse(body)
    assert (thread.id, thread.messages) == ("t1", None)


@pytest.mark.parametrize("body", [[{"id": "t1"}], {"threads": [{"id": "t1"}]}, {"items": [{"id": "t1"}]}])
def test_threads(body: Any) -> None:
    assert [thread.id for thread in list_threads.request().parse(body)] == ["t1"]


@pytest.mark.parametrize("body", ["m1", {"id": "m1"}, {"message_id": "m1"}, ["m1"]])
def test_c18_message_id(body: Any) -> None:
    assert add.request("t1", "hello").parse(body) == "m1"
    assert send.request("t1", "hello").parse(body) == "m1"


@pytest.mark.parametrize(
    "body",
    [
        [{"id": "datadog", "name": "D"}],
        {"id": "datadog"},
        [{"type": "datadog"}],
        {"sources": [{"id": "datadog"}]},
        {"data": [{"type": "datadog"}]},
    ],
)
def test_c19_sources(body: Any) -> None:
    assert [source.id for source in list_sources.request().parse(body)] == ["datadog"]


@pytest.mark.parametrize("body", [{"connection_id": "c1", "message": "ok"}, {"id": "c1", "type": "snowflake"}])
def test_c20_connection_created(body: Any) -> None:
    assert create_connection.request("snowflake", name="x").parse(body).id == "c1"


def test_c21_connection() -> None:
    body = {
        "id": 1,
        "status": "paused",
        "config": {"password": "hunter2"},
        "created_at": "2026-01-02T03:04:05.123456789+00:00",
    }
    connection = get_connection.request("1").parse(body)
    assert (connection.id, connection.status) == ("1", "paused")
    assert connection.created_at == datetime(2026, 1, 2, 3, 4, 5, 123456, UTC)
    assert "hunter2" not in repr(connection)


@pytest.mark.parametrize("body", [{"message": "updated"}, "updated"])
def test_c21_connection_updated_with_a_message(body: Any) -> None:
    assert update_connection.request("c1", {"timeout_secs": 3}).parse(body).message == "updated"


@pytest.mark.parametrize(
    "body", [[{"name": "orders", "row_count": "5"}], {"datasets": [{"name": "orders", "row_count": 5}]}]
)
def test_connection_datasets(body: Any) -> None:
    [dataset] = connection_datasets.request("c1").parse(body)
    assert (dataset.name, dataset.row_count) == ("orders", 5)


@pytest.mark.parametrize("body", [["orders"], {"datasets": ["orders"]}, {"orders": {}}, {"orders": {"row_count": 5}}])
def test_connection_datasets_may_be_names(body: Any) -> None:
    assert [dataset.name for dataset in connection_datasets.request("c1").parse(body)] == ["orders"]


LISTS = [list_channels, list_monitors, history, list_connections, list_threads, list_imports, list_visualizations]


@pytest.mark.parametrize("module", LISTS)
@pytest.mark.parametrize(
    "body",
    [
        {"c1": {"type": "a"}, "c2": {"type": "b"}},
        {"items": {"c1": {"type": "a"}, "c2": {"type": "b"}}, "total": 2},
        {"c1": {"type": "a"}, "c2": {"id": "c2", "type": "b"}, "total": 2},
        ["c1", "c2"],
        {"items": ["c1", "c2"]},
        {"hits": {"total": {"value": 2}, "hits": [{"id": "c1"}, {"id": "c2"}]}},
    ],
)
def test_items_may_stand_under_their_ids_or_be_bare_ids(module: Any, body: Any) -> None:
    assert [item.id for item in module.request().parse(body)] == ["c1", "c2"]


@pytest.mark.parametrize("module", [*LISTS, list_datasets, list_sources])
@pytest.mark.parametrize("body", [{"items": None}, {"items": None, "total": 0}, {"total": 0}, {"count": 0, "took": 1}])
def test_a_list_without_items_is_empty(module: Any, body: Any) -> None:
    assert module.request().parse(body) == []


@pytest.mark.parametrize("module", [*LISTS, list_datasets, list_sources])
@pytest.mark.parametrize("body", [{"error": "x"}, {"error": {"type": "x"}, "status": 400}])
def test_a_failure_is_no_item(module: Any, body: Any) -> None:
    with pytest.raises(ParseError, match="expected an array"):
        module.request().parse(body)


def test_one_item_without_its_id_is_no_map() -> None:
    chart = {"id": "v1", "attributes": CHART}
    assert [one.title for one in list_visualizations.request().parse(chart)] == ["Late"]
    for parse, body in (
        (list_visualizations.request().parse, {"attributes": {"title": "Late"}}),
        (list_imports.request().parse, {"config": {"a": 1}, "status": "failed", "error": "x"}),
    ):
        with pytest.raises(ParseError, match=r"^\$\.(job_)?id: is missing"):
            parse(body)


def test_envelopes_are_opened_once_however_deep_they_go() -> None:
    body: dict[str, Any] = {}
    for _ in range(100_000):
        body = {"data": body}
    assert len(list_channels.request().parse(body)) == 1


@pytest.mark.parametrize("create", [create_channel, create_monitor])
def test_a_bare_id_is_the_id_of_what_was_created(create: Any) -> None:
    assert create.request({}).parse("c1").id == "c1"
    for message in ("created", "it was created"):
        with pytest.raises(ParseError, match=r"\$\._id: is missing, and every answer should carry it"):
            create.request({}).parse(message)


@pytest.mark.parametrize(
    "body", [{"job_id": "j1", "source_id": "c1"}, {"id": "j1", "connection_id": "c1", "source_dataset": "d"}]
)
def test_c24_import_job(body: Any) -> None:
    job = create_import.request("snowflake", connection_id="c1", target_dataset="orders").parse(body)
    assert (job.id, job.connection_id) == ("j1", "c1")
    assert [job.id for job in list_imports.request().parse({"jobs": [body]})] == ["j1"]


def test_job_that_runs_with_an_end_time() -> None:
    body = {"run_id": "r", "status": "running", "completed_at": "2026-01-02T03:04:05.000000000+00:00", "stats": None}
    job = get_job.request("r").parse(body)
    assert (job.status, job.stats) == ("running", None)
    blank = get_job.request("r").parse({"run_id": "", "completed_at": "", "duration_ms": "", "stats": ""})
    assert blank.to_dict() == {"run_id": ""}


def test_c27_credentials() -> None:
    body = {
        "account_id": 7,
        "access_key": "IAK_1",
        "secret_key": "s3cr3t",
        "username": "ada",
        "password": "pw-1",
        "x": "tok",
    }
    for parse in (create_user.request("ada", {}).parse, rotate_keys.request("ada").parse):
        credentials = parse(body)
        assert (credentials.access_key, credentials.secret_key, credentials.account_id) == ("IAK_1", "s3cr3t", "7")
        shown = repr(credentials)
        assert not [secret for secret in ("IAK_1", "s3cr3t", "pw-1", "tok") if secret in shown]
    assert create_user.request("ada", {}).parse({"status": "OK", "message": "created"}).message == "created"


@pytest.mark.parametrize(
    "body",
    [
        {"ada": USER},
        USER,
        [{"ada": USER}],
        {"name": "ada", "roles": ["analyst"], "version": "2025-01-01", "AccountId": "7"},
    ],
)
def test_user(body: Any) -> None:
    user = get_user.request("ada").parse(body)
    assert (user.name, user.roles, user.account_id, user.version) == ("ada", ["analyst"], "7", "2025-01-01")


@pytest.mark.parametrize(
    "body",
    [
        {"ada": USER, "eve": None},
        [{"name": "ada", **USER}, {"username": "eve"}],
        {"users": [{"name": "ada"}, {"name": "eve"}]},
    ],
)
def test_users(body: Any) -> None:
    assert [user.name for user in list_users.request().parse(body)] == ["ada", "eve"]


@pytest.mark.parametrize(
    "body",
    [
        {"message": "ok", "status": "OK"},
        {"acknowledged": True},
        {"name": "ada", "roles": []},
        {"ada": USER},
        None,
        "done",
    ],
)
def test_c28_c29_updates_and_roles(body: Any) -> None:
    assert update_user.request("ada", {}).parse(body) is True
    assert create_role.request("r", {}).parse(body) is True


@pytest.mark.parametrize("body", [{"analyst": ROLE}, ROLE])
def test_role(body: Any) -> None:
    role = get_role.request("analyst").parse(body)
    assert role.name == "analyst"
    assert role.permissions is not None
    assert (role.permissions[0].resource_type, role.permissions[0].fields) == ("record", None)


def test_role_with_only_a_version() -> None:
    [role] = list_roles.request().parse({"kibana_user": {"Version": "2025-01-01"}})
    assert (role.name, role.permissions) == ("kibana_user", None)


def test_c30_rotation_needs_a_name() -> None:
    with pytest.raises(TypeError, match="name"):
        rotate_keys.request()  # type: ignore[call-arg]  # that is the point


@pytest.mark.parametrize(
    "body",
    [{"version": "2025-06-30"}, b'{"version": "2025-06-30", "status": "healthy"}', {"version": "2025-06-30", "x": 1}],
)
def test_c31_ping(body: Any) -> None:
    assert ping.request().parse(body).version == "2025-06-30"


def test_c31_ping_of_other_engines() -> None:
    assert ping.request().parse(b"OK").message == "OK"
    assert ping.request().parse({"cluster_name": "c", "version": {"number": "2.1"}}).version == {"number": "2.1"}
    assert ping.request().parse(b"").version is None


@pytest.mark.parametrize(
    "body", [CHART, {"id": "v1", "kind": "visualization", "attributes": {"title": "Late", "chart": {"type": "bar"}}}]
)
def test_visualization_envelope(body: Any) -> None:
    found = get_visualization.request("v1").parse(body)
    assert found.chart is not None
    assert (found.id, found.title, found.chart.type) == ("v1", "Late", "bar")
    [listed] = list_visualizations.request().parse({"items": [body]})
    assert listed == found


@pytest.mark.parametrize("version", [1, "v1"])
def test_c33_schema_version(version: Any) -> None:
    assert get_visualization.request("v1").parse({**CHART, "schema_version": version}).schema_version == version


def test_c34_execution_by_an_old_gateway() -> None:
    data = execute.request("v1").parse(
        {"columns": [{"name": "n", "type": "number"}], "rows": [{"n": 1}], "metadata": {"row_count": 1}}
    )
    assert data.metadata is not None
    assert (data.metadata.binding, data.metadata.warnings, data.rows) == (None, None, [{"n": 1}])


def test_c39_thousands_separator() -> None:
    for separator in (True, ","):
        options = {"metric_formatting": {"thousands_separator": separator}}
        found = get_visualization.request("v1").parse({**CHART, "options": options}).options
        assert found is not None
        assert found.metric_formatting is not None
        assert found.metric_formatting.thousands_separator == separator


def test_c40_filters_without_an_id() -> None:
    found = get_visualization.request("v1").parse({**CHART, "filters": [{"field": "a", "operator": "exists"}]})
    assert found.filters is not None
    assert (found.filters[0].id, found.filters[0].field) == (None, "a")


def test_c46_bulk_items() -> None:
    items = [
        {"index": {"_id": "1"}},
        {"create": {"_id": 2, "status": "201", "_type": "_doc"}},
        {"update": {"error": "full"}},
    ]
    answer = bulk_chunk.request("web", b"").parse({"took": 1, "errors": True, "items": items})
    assert answer.items is not None
    assert answer.items[0]["index"].status is None
    assert (answer.items[1]["create"].id, answer.items[1]["create"].status) == ("2", 201)
    assert answer.items[2]["update"].error == "full"


@pytest.mark.parametrize("body", [{}, {"acknowledged": True}, {"status": "OK", "message": "m"}, None])
def test_enrichment(body: Any) -> None:
    assert enrich.request("web", {"match_field": "a"}).parse(body) is not None


@pytest.mark.parametrize(
    ("request_", "body", "path"),
    [
        (list_datasets.request(), {"items": [ROW, {**ROW, "docs.count": "many"}]}, "$.items[1]['docs.count']"),
        (get_job.request("r"), {"stats": {"documents_failed": {}}}, "$.stats.documents_failed"),
        (
            list_roles.request(),
            {"r": {"Permissions": [{"Fields": {"Mask": {"a b": []}}}]}},
            "$.r.Permissions[0].Fields.Mask['a b']",
        ),
        (add.request("t", "x"), True, "$"),
        (create_thread.request(name="x"), None, "$"),
        (bulk_chunk.request("web", b""), {"items": [{"index": 4}]}, "$.items[0].index"),
        (get_job.request("r"), {"started_at": "yesterday-ish"}, "$.started_at"),
    ],
)
def test_what_cannot_be_read_says_where(request_: Any, body: Any, path: str) -> None:
    with pytest.raises(ParseError) as caught:
        request_.parse(body)
    assert caught.value.path == path
    assert "yesterday" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-01-02T03:04:05.123456789+00:00", datetime(2026, 1, 2, 3, 4, 5, 123456, UTC)),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2026-01-02t03:04:05z", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2026-01-02 03:04:05 +00:00", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        ("Fri, 02 Jan 2026 03:04:05 GMT", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        (1767323045, datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        (1767323045000, datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("1767323045000", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        (100_000_000_000, datetime(1973, 3, 3, 9, 46, 40, 0, UTC)),  # the first number that is of milliseconds
        ("20260102T030405Z", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
    ],
)
def test_every_spelling_of_a_time(text: Any, wanted: datetime) -> None:
    job = get_job.request("r").parse({"started_at": text})
    assert job.started_at == wanted


WORDS = [
    "items",
    "fields",
    "mappings",
    "properties",
    "attributes",
    "id",
    "acknowledged",
    "count",
    "status",
    "web",
    "a b",
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)
REQUESTS = [
    get_dataset.request("web"),
    list_datasets.request(),
    create_dataset.request("web"),
    dataset_schema.request("web"),
    delete_dataset.request("web"),
    delete_records.request("web", {}),
    upload_metrics.request("web", ""),
    add.request("t", "x"),
    get_user.request("web"),
    list_users.request(),
    get_visualization.request("v"),
    list_visualizations.request(),
    ping.request(),
    bulk_chunk.request("web", ""),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.operation)
@given(body=ANYTHING)
@settings(max_examples=150, deadline=None)
def test_any_answer_at_all_is_read_or_refused_with_a_path(request_: Any, body: Any) -> None:
    refused = None
    try:
        request_.parse(body)
    except ParseError as error:
        refused = error
    assert refused is None or refused.path.startswith("$")


@given(text=st.text(alphabet='0123456789-:+TZtz., FriJan()"é٣', max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_reader_of_times(text: str) -> None:
    refused = None
    try:
        found = get_job.request("r").parse({"started_at": text}).started_at
        assert (found is None) == (text == "")
        assert found is None or found.tzinfo is not None
    except ParseError as error:
        refused = error
    assert refused is None or refused.path == "$.started_at"
