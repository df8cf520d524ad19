"""The same program for asyncio: the same names and the same types, awaited."""

# pyright: strict

from collections.abc import AsyncIterator
from typing import assert_type

from infino import AsyncInfino, ClientReference, IssuedKeys, RolePlan
from infino.bulk.report import BulkReport
from infino.chat.answer import Answer
from infino.chat.stream import AsyncAnswerStream
from infino.models import Dataset, JobStatus, Monitor, NotificationChannel, Record, ServiceInfo, Thread
from infino.resources.dashboards import DashboardResult
from infino.results import PromResult, SearchResult, SqlResult


async def keys() -> tuple[str, str]:
    return "access", "secret"


async def main() -> None:
    async with AsyncInfino(credentials=keys) as client:
        assert_type(client, AsyncInfino)
        assert_type(await client.ping(), ServiceInfo)
        assert_type(client.with_options(timeout=2), AsyncInfino)
        assert_type(await client.datasets.get("a"), Dataset)
        assert_type(await client.datasets.exists("a"), bool)
        assert_type(await client.datasets.count("a"), int)
        async for dataset in client.datasets.list():
            assert_type(dataset, Dataset)
        assert_type(await client.records.get("a", "1"), Record)
        assert_type(await client.records.bulk("a", [{"b": 1}]), BulkReport)
        assert_type(await client.query.sql("SELECT 1"), SqlResult)
        assert_type(client.query.sql_batches("SELECT 1"), AsyncIterator[SqlResult])
        assert_type(client.reference(), ClientReference)
        assert_type(await client.query.dsl("a", {}), SearchResult)
        assert_type(await client.query.promql("up"), PromResult)
        assert_type(await client.fino.ask("why?"), Answer)
        assert_type(await client.fino.analyze("why?"), Answer)
        assert_type(client.fino.notebook_report_stream("n"), AsyncAnswerStream)
        assert_type(await client.fino.threads.create(name="n"), Thread)
        assert_type(await client.jobs.wait("r"), JobStatus)
        assert_type(await client.users.create("ann", "Roles: []"), IssuedKeys)
        assert_type(await client.roles.apply("r: {}"), RolePlan)
        assert_type(await client.dashboards.execute("d"), DashboardResult)
        assert_type(await client.alerts.get("c"), NotificationChannel)
        async for monitor in client.monitors.list():
            assert_type(monitor, Monitor)
        assert_type((await client.datasets.with_raw_response.get("a")).value, Dataset)
        client.on("request", lambda event: print(event.attempt))
