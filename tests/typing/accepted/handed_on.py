"""What one call answers goes into the next: ids, names, words, pages, times and changed models, in both clients."""

# pyright: strict

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_type

from infino import AsyncInfino, Infino
from infino.chat.events import Chart as Chart_
from infino.chat.events import Data, Text
from infino.models import Chart, Dashboard, ErrorBody, Panel, Thread, Visualization
from infino.runtime import SyncPage


def ids_are_texts(client: Infino) -> None:
    thread = client.fino.threads.create(name="Delays")
    assert_type(thread.id, str)
    client.fino.threads.messages.add(thread.id, "Only flights from JFK.")
    client.fino.threads.update(thread.id, name=thread.name or "Late flights", extra={"colour": "red"})
    for connection in client.connections.list():
        client.connections.update(connection.id, {"timeout_secs": 30})
        client.connections.delete(connection.id)
    for dataset in client.datasets.list():
        assert_type(dataset.name, str)
        client.datasets.delete(dataset.name)
    for user in client.users.list():
        client.users.delete(client.users.get(user.name).name)
    for role in client.roles.list():
        client.roles.delete(role.name)
    job = client.imports.create("snowflake", connection_id="c1", target_dataset="orders")
    client.imports.delete(client.imports.get(job.id).id)
    for source in client.sources.list():
        print(source.id.upper())


def answers_go_into_the_next_call(client: Infino) -> None:
    upload = client.files.upload("flights", "flights.csv")
    client.jobs.wait(upload.run_id)
    keys = client.users.create("ann", {"Roles": ["analyst"]})
    print(keys.username, keys.access_key, keys.secret_key.reveal(), Infino(credentials=keys.credentials()))
    print(client.account.get().storage_quota.used_bytes)
    client.users.get(client.account.whoami().username)
    print(client.records.get("flights", "1").source["carrier"])
    channel = client.alerts.create({"name": "a", "type": "slack"})
    client.alerts.notify(channel.id, subject="Late", message="It is.")
    client.monitors.execute(client.monitors.create({"name": "late"}).id)
    for remote in client.connections.datasets("c1"):
        client.connections.metadata("c1", remote.name)


def streams_and_results(client: Infino, thread: Thread) -> list[float]:
    for event in client.fino.stream("Which carrier is late?", thread=thread.id):
        if isinstance(event, Text):
            print(event.markdown.upper())
    for batch in client.query.sql_batches("SELECT * FROM flights"):
        print(batch.to_pandas(), [column.name for column in batch.columns])
    hits = [hit.id for hit in client.query.scan("flights")]
    client.records.delete("flights", {"ids": {"values": hits}})
    client.records.bulk("copies", client.query.sql("SELECT * FROM flights"), id="flight_id")
    return [float(row["delay"]) for row in client.query.sql("SELECT delay FROM flights")]


def models_are_changed_and_sent_back(client: Infino) -> str:
    chart = client.visualizations.create({"title": "Late", "chart": {"type": "bar"}})
    chart.description = None
    chart.chart = Chart(type="line")
    changed = client.visualizations.update(chart.id, chart)
    board = Dashboard(title="Delays", panels=[Panel(viz_id=changed.id, kind="visualization")])
    saved = client.dashboards.create(board)
    found = client.dashboards.get(saved.id, timeout=3, extra_query={"verbose": True})
    return found.to_json() + str(Visualization.json_schema())


def words_stay_open(chart: Visualization) -> str:
    if chart.aggregation_type == "count":
        return "counted"
    chart.aggregation_type = "a word of next year"
    return chart.aggregation_type


def unions_are_told_apart(body: ErrorBody) -> str:
    if isinstance(body.error, str):
        return body.error.upper()
    if body.error is None:
        return "no reason"
    assert_type(body.error, dict[str, Any])
    return str(body.error.get("reason"))


def unions_of_models_are_handed_on(
    client: Infino, saved: Visualization | Dashboard, drafts: Sequence[Dashboard | dict[str, Any]], thread: Thread | str
) -> list[str]:
    if isinstance(saved, Visualization):
        saved = client.visualizations.update(saved.id, saved)
        assert_type(saved, Visualization)
    else:
        saved = client.dashboards.update(saved.id, saved)
    boards = [client.dashboards.create(draft) for draft in drafts]
    both: list[Visualization | Dashboard] = [saved, *boards]
    shown: list[Text | Chart_ | Data] = [
        event for event in client.fino.stream("Why?", thread=thread) if isinstance(event, Text | Chart_ | Data)
    ]
    texts = [event.markdown for event in shown if isinstance(event, Text)]
    for one in both:
        match one:
            case Visualization(chart=chart):
                assert_type(chart, Chart | None)
            case Dashboard(panels=panels):
                assert_type(panels, list[Panel] | None)
    return [*texts, *(one.id for one in both)]


def lists_and_times(client: Infino) -> list[Visualization]:
    page = client.visualizations.list(limit=50)
    assert_type(page, SyncPage[Visualization])
    created: list[datetime] = [one.created_at for one in page if one.created_at is not None]
    print(created, page.total)
    return page.all()


async def the_same_for_asyncio(client: AsyncInfino) -> None:
    thread: Thread = await client.fino.threads.create(name="Delays")
    await client.fino.threads.delete((await client.fino.threads.get(thread.id)).id)
    async for chart in client.visualizations.list():
        await client.visualizations.delete(chart.id)
