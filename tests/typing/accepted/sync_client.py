"""A user's program that must type-check, and the exact types it meets."""

# pyright: strict

from collections.abc import Iterator
from pathlib import Path
from typing import assert_type

from infino_api.blocking.stream import AnswerStream

import infino
from infino import ClientReference, Credentials, Infino, IssuedKeys, RetryPolicy, RolePlan, Secret, Timeouts
from infino.bulk.report import BulkReport
from infino.charts import Drawing, to_echarts
from infino.chat.answer import Answer
from infino.models import (
    AlertReceipt,
    Connection,
    Dataset,
    FieldSchema,
    JobStatus,
    Monitor,
    NotificationChannel,
    Record,
    Role,
    ServiceInfo,
    Thread,
    User,
)
from infino.resources.dashboards import DashboardResult
from infino.results import PromResult, SearchResult, SqlResult
from infino.signing import SigV4Signer


def keys() -> tuple[str, str]:
    return "access", "secret"


with Infino(credentials=keys, timeout=Timeouts(connect=1), retry=RetryPolicy(attempts=5)) as client:
    assert_type(client, Infino)
    assert_type(client.ping(), ServiceInfo)
    assert_type(client.with_options(timeout=2), Infino)
    assert_type(client.datasets.get("a"), Dataset)
    assert_type(client.datasets.exists("a"), bool)
    assert_type(client.datasets.count("a", timeout=3.0), int)
    assert_type(client.datasets.delete("a", missing_ok=True), bool)
    assert_type(client.datasets.schema("a"), list[FieldSchema])
    for dataset in client.datasets.list():
        assert_type(dataset, Dataset)
        assert_type(dataset.doc_count, int | None)
    assert_type(client.records.get("a", "1"), Record)
    assert_type(client.records.bulk("a", [{"b": 1}], id="b"), BulkReport)
    assert_type(client.records.delete("a", {"match_all": {}}), int)
    assert_type(client.query.sql("SELECT 1"), SqlResult)
    assert_type(client.query.sql_batches("SELECT 1", batch_rows=10), Iterator[SqlResult])
    assert_type(client.reference(), ClientReference)
    assert_type(client.query.dsl("a", {}), SearchResult)
    assert_type(client.query.promql("up"), PromResult)
    assert_type(client.fino.ask("why?"), Answer)
    assert_type(client.fino.analyze("why?", notebook={"tables": ["a"]}, idle_timeout=30), Answer)
    assert_type(client.fino.analyze_stream("why?"), AnswerStream)
    assert_type(client.fino.notebook_report("n", report_type="short"), Answer)
    assert_type(client.fino.notebook_report_stream("n"), AnswerStream)
    assert_type(client.fino.threads.create(name="n"), Thread)
    assert_type(client.fino.threads.messages.add("t", "x"), str)
    assert_type(client.connections.get("c"), Connection)
    assert_type(client.connections.sql("c", "SELECT 1"), SqlResult)
    assert_type(client.jobs.wait("r", progress=lambda job: print(job.status)), JobStatus)
    assert_type(client.users.create("ann", User(roles=["a"])), IssuedKeys)
    assert_type(client.users.rotate_keys("ann").secret_key, Secret)
    assert_type(client.users.create("ann", {"Roles": []}).credentials(), Credentials)
    assert_type(client.roles.get("r"), Role)
    assert_type(client.roles.plan({"r": {"Permissions": []}}), RolePlan)
    assert_type(client.dashboards.execute("d"), DashboardResult)
    for panel in client.dashboards.execute("d"):
        if panel.visualization and panel.data:
            assert_type(to_echarts(panel.visualization, panel.data), Drawing)
    assert_type(client.alerts.create("type: slack"), NotificationChannel)
    for channel in client.alerts.list():
        assert_type(channel, NotificationChannel)
    assert_type(client.alerts.notify("c", subject="s", message="m"), AlertReceipt)
    assert_type(client.monitors.create(Monitor(name="late")), Monitor)
    assert_type(client.monitors.execute("m", context={"a": 1}), AlertReceipt)
    assert_type(client.datasets.with_raw_response.get("a").value, Dataset)
    assert_type(client.datasets.with_raw_response.get("a").status, int)
    stop = client.on("retry", lambda event: print(event.delay, event.reason))
    client.on("response", lambda event: print(event.status))
    stop()
    assert_type(client.debug_curl("GET", "/"), str)
    client.files.upload("a", Path("a.csv"))

try:
    client.ping()
except infino.RateLimitError as error:
    assert_type(error.retry_after, float | None)
except infino.APIError as error:
    assert_type(error.status, int)
    assert_type(error.request_id, str | None)
    assert_type(error.attempts, int)
except (infino.Timeout, infino.ConnectError) as error:
    assert_type(error.hint, str | None)

assert_type(SigV4Signer("a", "b").sign("GET", "https://h/"), dict[str, str])
assert_type(SigV4Signer("a", Secret("b")).presign("wss://h/"), str)
