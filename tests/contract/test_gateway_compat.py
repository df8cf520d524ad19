"""The old SDK 0.7.0, unmodified, against the gateway: everything in compatibility mode, its quirks refused without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from infino.local import LocalGateway

PEER = Path(sys.prefix) / "peer"
pytestmark = pytest.mark.skipif(
    not (PEER / "infino_sdk").is_dir(), reason="infino-sdk 0.7.0 is installed by `make bench`"
)

PROGRAM = r"""
import asyncio, json, sys, time, warnings
warnings.simplefilter("ignore")
from infino_sdk import InfinoSDK

endpoint, access_key, secret_key, folder = sys.argv[1:]
sdk = InfinoSDK(access_key, secret_key, endpoint)
sdk.retry_config.max_retries = 1
told = {}

def do(name, *arguments, key=None, **options):
    try:
        told[key or name] = getattr(sdk, name)(*arguments, **options)
    except Exception as error:
        told[key or name] = "ERROR %s" % (error.status_code() if hasattr(error, "status_code") else error)
    return told[key or name]

do("ping")
do("create_dataset", "demo_products")
do("upload_json_to_dataset", "demo_products",
   '\n{"index":{"_id":"1"}}\n{"name":"chair","price":10}\n{"index":{"_id":"a b"}}\n{"name":"table","price":20}\n')
do("get_datasets")
do("get_dataset_metadata", "demo_products")
do("get_dataset_schema", "demo_products")
do("get_record", "demo_products", "1")
do("get_record", "demo_products", "a b", key="quirky path")
do("query_dataset_in_sql", "SELECT name FROM demo_products ORDER BY price DESC")
do("query_dataset_in_querydsl", "demo_products",
   json.dumps({"query": {"match_all": {}}, "size": 0, "aggs": {"n": {"terms": {"field": "name.keyword"}}}}))
do("upsert_to_dataset", "INSERT INTO demo_products (_id, price) VALUES ('2', 30)")
do("delete_records", "demo_products", json.dumps({"query": {"term": {"price": 20}}}))
do("create_dataset", "m.aly")
do("upload_metrics_to_dataset", "m.aly", 'up{job="x"} 1 1700000000000\n')
do("query_dataset_in_promql_range", "up", 1700000000, 1700000060, 30, "m.aly")
do("create_role", "reader", {"Version": "2025-01-01", "Permissions": [
    {"ResourceType": "record", "Actions": ["read"], "Resources": ["*"]}]})
do("create_user", "ann", {"Version": "2025-01-01", "Password": "p", "Roles": ["reader"]})
do("rotate_keys", "ann")
do("get_sources")
thread = do("create_thread", {"name": "t"})
path = folder + "/rows.jsonl"
with open(path, "w") as file:
    file.write('{"name":"lamp","price":5}\n{"name":"bed","price":6}\n')
do("upload_file", "demo_products", path)
do("list_visualizations", limit=5, offset=0)

async def chat():
    headers = {"x-infino-thread-id": thread["id"], "x-infino-client-id": "c1"}
    socket = await sdk.websocket_connect("/_conversation/ws", headers=headers)
    await socket.send(json.dumps({"content": {"user_query": "how many records in demo_products"}}))
    while True:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 20))
        content = frame.get("content") or {}
        if content.get("type") == "result":
            told["chat"] = content["summary"]
            break
    await socket.close()

asyncio.run(chat())
do("delete_dataset", "demo_products")
print(json.dumps(told))
"""


def run_old_sdk(gateway: LocalGateway, folder: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, gateway.endpoint, gateway.access_key, gateway.secret_key, str(folder)],
        env={**os.environ, "PYTHONPATH": str(PEER)},
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    told: dict[str, object] = orjson.loads(done.stdout)
    return told


def test_everything_works_in_compatibility_mode(tmp_path: Path) -> None:
    with LocalGateway(compat=True) as gateway:
        told = run_old_sdk(gateway, tmp_path)
    failed = {name: answer for name, answer in told.items() if str(answer).startswith("ERROR")}
    assert failed.keys() <= {"list_visualizations"}
    assert "401" not in str(failed)
    assert told["delete_records"] == 1
    assert "**4**" in str(told["chat"])
    rows = told["query_dataset_in_sql"]["rows"]  # type: ignore[index]  # decoded JSON
    assert [row["values"]["name"] for row in rows] == [{"String": "table"}, {"String": "chair"}]


def test_without_it_only_the_quirks_are_refused(tmp_path: Path) -> None:
    with LocalGateway() as gateway:
        told = run_old_sdk(gateway, tmp_path)
    failed = {name: answer for name, answer in told.items() if str(answer).startswith("ERROR")}
    assert failed == {"quirky path": "ERROR 401", "list_visualizations": "ERROR 401"}
