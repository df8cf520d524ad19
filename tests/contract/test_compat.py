"""A program of the old SDK's users goes through unchanged: with that SDK, and with the module of its name in ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infino.local import LocalGateway

PROGRAM = r"""
import asyncio, json, os, sys, time
from infino_sdk import InfinoSDK, InfinoError

sdk = InfinoSDK(os.environ["KEY"], os.environ["SECRET"], os.environ["ENDPOINT"])
done = {}
done["ping"] = sdk.ping()["version"]
sdk.create_dataset("products")
sdk.create_dataset("products")  # it swallows the conflict
rows = [({"index": {"_id": str(n)}}, {"name": f"é p{n}", "price": n}) for n in range(6)]
lines = "".join(json.dumps(line) + "\n" for row in rows for line in row)
done["bulk"] = sdk.upload_json_to_dataset("products", "\n" + lines)["errors"]
done["datasets"] = [row["index"] for row in sdk.get_datasets()]
done["metadata"] = sdk.get_dataset_metadata("products")["docs.count"]
done["schema"] = sdk.get_dataset_schema("products")["price"]["infino_type"]
done["record"] = sdk.get_record("products", "3")["_source"]["name"]
search = {"query": {"range": {"price": {"gte": 4}}}, "sort": [{"price": "asc"}]}
found = sdk.query_dataset_in_querydsl("products", json.dumps(search))
done["dsl"] = [hit["_source"]["price"] for hit in found["hits"]["hits"]]
rows = sdk.query_dataset_in_sql("SELECT max(price) AS top FROM products")["rows"]
done["sql"] = list(rows[0]["values"].values())[0]
upsert = "UPSERT INTO products (_id, name, price) VALUES ('9', 'nine', 9)"
done["upsert"] = sdk.upsert_to_dataset(upsert)["affected_rows"]
done["delete"] = sdk.delete_records("products", json.dumps({"query": {"term": {"price": 0}}}))
sdk.create_dataset("m.aly")
now = int(time.time())
done["metrics"] = sdk.upload_metrics_to_dataset("m.aly", f"up 1 {now * 1000}\n")
done["promql"] = sdk.query_dataset_in_promql("up", "m.aly")["data"]["result"][0]["value"][1]
ranged = sdk.query_dataset_in_promql_range("up", (now - 60) * 1000, now * 1000, 15000, "m.aly")
done["range"] = ranged["data"]["resultType"]
thread = sdk.create_thread({"name": "t"})
done["threads"] = [one["name"] for one in sdk.list_threads()]
sdk.update_thread(thread["id"], {"name": "u"})
done["thread"] = sdk.get_thread(thread["id"])["name"]
message = {"role": "user", "content": {"user_query": "?"}}
done["message"] = isinstance(sdk.add_thread_message(thread["id"], message), str)
done["clear"] = sdk.clear_thread_messages(thread["id"])
done["sources"] = "sqlite" in [source["id"] for source in sdk.get_sources()]
made = sdk.create_connection("sqlite", {"config": {"name": "s", "path": os.environ["SQLITE"]}})["connection_id"]
done["connections"] = [one["id"] for one in sdk.get_connections()] == [made]
done["query_source"] = sdk.query_source(made, "main", "SELECT 41 + 1 AS n")["rows"]
job = sdk.create_import_job("sqlite", {"source_id": made, "target_dataset": "copied", "query": "SELECT 1 AS one"})
done["jobs"] = [one["job_id"] for one in sdk.get_import_jobs()] == [job["job_id"]]
upload = sdk.upload_file("uploaded", os.environ["FILE"])
done["upload"] = (upload["status"], sdk.get_connector_job_status(upload["run_id"])["stats"]["documents_processed"])
permission = "{ResourceType: record, Actions: [read], Resources: ['*']}"
sdk.create_role("r", f"Version: 2025-01-01\nPermissions:\n  - {permission}\n")
done["roles"] = list(sdk.list_roles())
done["user"] = sorted(sdk.create_user("ann", {"Version": "2025-01-01", "Password": "x", "Roles": ["r"]}))
done["get_user"] = sdk.get_user("ann")["ann"]["Roles"]
done["rotate"] = sorted(sdk.rotate_keys("ann"))
try:
    sdk.get_record("products", "missing")
except InfinoError as error:
    done["missing"] = error.status_code() if callable(error.status_code) else error.status_code
source = {"kind": "sql", "index": "products", "sql": {"metrics": [{"function": "max", "column": "price"}]}}
chart = {"title": "top", "source": source, "chart": {"type": "bar"}, "mapping": {"x": "name", "y": []}}
viz = sdk.create_visualization(chart)["id"]
sdk.update_visualization(viz, {"source": {"sql": {"limit": 2}}})
done["visualizations"] = [one["id"] for one in sdk.list_visualizations(limit=5)["items"]] == [viz]
shown = sdk.execute_visualization(viz, filters=[{"field": "price", "operator": "is_between", "value": [4, 5]}])
drawn = sdk.to_echarts_option(sdk.get_visualization(viz), shown)
done["drawn"] = [drawn["kind"], drawn["option"]["series"][0]["data"]]
dash = sdk.create_dashboard({"title": "d", "panels": [{"viz_id": viz}, {"kind": "markdown", "content": "# x"}]})["id"]
done["panels"] = [[one["kind"], one["error"]] for one in sdk.execute_dashboard(dash)]
sdk.delete_dashboard(dash)
sdk.delete_visualization(viz)

async def chat():
    headers = {"x-infino-thread-id": thread["id"], "x-infino-client-id": "old"}
    socket = await sdk.websocket_connect("/_conversation/ws", headers)
    await socket.send(json.dumps({"content": {"user_query": "how many products?"}}))
    while True:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 10))
        if frame.get("content", {}).get("type") == "result":
            await socket.close()
            return frame["content"]["data"]["df"]

done["chat"] = asyncio.run(chat())
sdk.delete_dataset("products")
sdk.close()
print(json.dumps(done))
"""

EXPECTED = {
    "ping": "2025-06-30", "bulk": False, "datasets": ["products"], "metadata": "6", "schema": "Integer",
    "record": "é p3", "dsl": [4, 5], "sql": {"Integer": 5}, "upsert": 1, "delete": 1, "promql": "1", "range": "matrix",
    "threads": ["t"], "thread": "u", "message": True, "clear": True, "sources": True, "connections": True,
    "query_source": [[42]], "jobs": True, "upload": ["completed", 2], "roles": ["r"], "get_user": ["r"],
    "user": ["access_key", "account_id", "password", "secret_key", "username"], "rotate": ["access_key", "secret_key"],
    "missing": 404, "visualizations": True, "drawn": ["echarts", [4, 5]],
    "panels": [["visualization", None], ["markdown", None]], "chat": [{"count": 6}],
}  # fmt: skip


@pytest.fixture
def old_sdk() -> str:
    """The folder that holds the old SDK, put there by `make setup`."""
    folder = Path(os.environ.get("INFINO_OLD_SDK") or Path(sys.prefix) / "old-sdk")
    if not (folder / "infino_sdk").is_dir():
        pytest.skip("infino-sdk 0.7.0 is not here; `make setup` puts it into the virtual environment's old-sdk folder")
    return str(folder)


OURS = str(Path(__file__).parents[2] / "infino" / "migration")


def run_old_program(program: str, path: str, given: str = "", **more: str) -> tuple[dict[str, Any], str]:
    """Run a program with the `infino_sdk` of a folder against a gateway; what it printed last, and its warnings."""
    with LocalGateway(compat=path != OURS) as gateway:
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "KEY": gateway.access_key,
            "SECRET": gateway.secret_key,
            "ENDPOINT": gateway.endpoint,
            **more,
        }
        command = [sys.executable, "-W", "always::DeprecationWarning:__main__", "-c", program]
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=100, check=False, env=environment
        )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.parametrize("ours", [False, True], ids=["old", "ours"])
def test_a_program_of_the_old_sdk_runs_unchanged(ours: bool, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text('[{"a": 1}, {"a": 2}]')
    (tmp_path / "empty.sqlite").touch()
    path = OURS if ours else request.getfixturevalue("old_sdk")
    files = {"SQLITE": str(tmp_path / "empty.sqlite"), "FILE": str(tmp_path / "rows.json")}
    outcome, warned = run_old_program(PROGRAM, path, **files)
    assert isinstance(outcome.pop("metrics"), list)
    assert outcome == EXPECTED
    if ours:
        assert warned.count("InfinoSDK.create_dataset(...) is now client.datasets.create(") == 1
        assert "InfinoSDK.get_datasets(...) is now client.datasets.list()" in warned


README = r"""
import json, os, sys
from infino_sdk import InfinoSDK, InfinoError

sdk = InfinoSDK(os.environ["KEY"], os.environ["SECRET"], os.environ["ENDPOINT"])
shop = "sample-ecommerce-data.rel"
sdk.create_dataset(shop)
orders = [
    ("USD", "EMEA", "2026-04-02T00:00:00Z"), ("EUR", "EMEA", "2026-04-03T00:00:00Z"),
    ("USD", "APAC", "2026-04-05T00:00:00Z"), ("GBP", "APAC", "2026-06-05T00:00:00Z"),
]
rows = [dict(zip(("currency", "region", "@timestamp"), order)) for order in orders]
lines = [line for at, row in enumerate(rows) for line in ({"index": {"_id": str(at)}}, row)]
sdk.upload_json_to_dataset(shop, "".join(json.dumps(line) + "\n" for line in lines))
names, kept, rendered, refused = {"sdk": sdk}, [], [], []
chart = {"title": "c", "source": {"kind": "sql", "index": shop, "sql": {}}, "chart": {"type": "bar"},
         "mapping": {"x": "currency"}, "aggregation_type": "count"}
names |= {"viz_a": sdk.create_visualization(chart), "viz_b": sdk.create_visualization({**chart, "title": "d"})}

def counts(data):
    return sorted([row["currency"], row["count"]] for row in data["rows"])

for block in json.load(sys.stdin):
    before = dict(names)
    try:
        exec(block, names)
    except InfinoError as error:
        refused.append([block.splitlines()[0], json.loads(error.message)["error"]["reason"]])
    new = {name: value for name, value in names.items() if value is not before.get(name)}
    if "viz" in new and "id" in new["viz"]:
        names["viz_id"] = new["viz"]["id"]
    if "dashboard" in new:
        names["dashboard_id"] = new["dashboard"]["id"]
    if "panels" in new:
        kept.append([counts(panel["data"]) for panel in new["panels"]])
    elif "data" in new:
        kept.append(counts(new["data"]))
    if "spec" in new:
        rendered.append(new["spec"]["kind"])
left = [len(sdk.list_dashboards()["items"]), len(sdk.list_visualizations()["items"])]
print(json.dumps({"kept": kept, "rendered": rendered, "refused": refused, "left": left}))
"""


@pytest.mark.parametrize("ours", [False, True], ids=["old", "ours"])
def test_the_examples_of_the_old_readme_for_dashboards_run_unchanged(ours: bool, old_sdk: str) -> None:
    (metadata,) = Path(old_sdk).glob("infino_sdk-*.dist-info/METADATA")
    text = metadata.read_text(encoding="utf-8")
    chapter = text[text.index("\n## Visualize") : text.index("\n## Govern")]
    blocks = [block for block in re.findall(r"```python\n(.*?)```", chapter, re.DOTALL) if "pyecharts" not in block]
    assert len(blocks) == 14
    outcome, _ = run_old_program(README, OURS if ours else old_sdk, json.dumps(blocks))
    every, april = [["EUR", 1], ["GBP", 1], ["USD", 2]], [["EUR", 1], ["USD", 2]]
    europe = [["EUR", 1], ["USD", 1]]
    assert outcome == {
        "kept": [every, april, april, every, [every] * 2, [europe] * 2, [april] * 2],
        "rendered": ["echarts"],
        "refused": [["# Top 10 customers by total revenue (BigQuery)", "`title` is required"]],
        "left": [0, 3],
    }
