"""What search clients ask of a cluster before and after their work: its health, settings, aliases and counts.

There is one node, every acknowledged write is durable and visible, and a dataset has one shard and no alias.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from infino.local import datasets
from infino.local.http import GatewayCall, Problem, Reply, stock_routes, unsupported
from infino.local.opensearch_paths import SHARDS, ask, one_dataset
from infino.local.stock_parameters import parameters_of

if TYPE_CHECKING:
    from infino.local.state import Gateway

HEALTHY = {
    "level": "cluster", "wait_for_status": "green|yellow|red", "wait_for_no_relocating_shards": "true|false",
    "wait_for_nodes": r"1|(>=|ge\()[01]\)?|(<=|le\()[1-9]\d*\)?|(<|lt\()([2-9]|\d\d+)\)?",
}  # fmt: skip
"""What may be asked of the health, and the values with which the answer is the one that there is."""


def health(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /_cluster/health and /_cluster/health/{dataset}."""
    given = parameters_of(call, *HEALTHY)
    for name, value in given.items():
        if not re.fullmatch(HEALTHY[name], value):
            raise unsupported(f"[{name}] with the value [{value[:80]}]: there is one node, and it is green")
    rows = _rows(gateway, call)
    return Reply(
        json={
            "cluster_name": "infino-local", "status": "green", "timed_out": False, "number_of_nodes": 1,
            "number_of_data_nodes": 1, "active_primary_shards": len(rows), "active_shards": len(rows),
            "relocating_shards": 0, "initializing_shards": 0, "unassigned_shards": 0, "delayed_unassigned_shards": 0,
            "number_of_pending_tasks": 0, "number_of_in_flight_fetch": 0, "task_max_waiting_in_queue_millis": 0,
            "active_shards_percent_as_number": 100.0,
        }
    )  # fmt: skip


def _rows(gateway: Gateway, call: GatewayCall) -> list[dict[str, Any]]:
    """Return the rows of the dataset in the path, or of all that the caller may see."""
    if "dataset" in call.path:
        found: list[dict[str, Any]] = ask(datasets.metadata, gateway, call, dataset=one_dataset(call.path["dataset"]))
        return found
    every: list[dict[str, Any]] = ask(datasets.list_all, gateway, call)
    return every


def settings(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /{dataset}/_settings."""
    parameters_of(call)
    name = one_dataset(call.path["dataset"])
    described = ask(datasets.describe, gateway, call, dataset=name)[name]
    return Reply(json={name: {"settings": described["settings"]}})


def aliases(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /_alias and /{dataset}/_alias: there is none."""
    parameters_of(call)
    return Reply(json={row["index"]: {"aliases": {}} for row in _rows(gateway, call)})


def absent(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /_alias/{name}, /_data_stream/{name}, /_index_template/{name} and /_template/{name}: there is none."""
    parameters_of(call)
    raise Problem(404, "resource_not_found_exception", f"there is no [{call.path['name']}] of this kind")


def settle(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /{dataset}/_flush, /{dataset}/_forcemerge and /{dataset}/_cache/clear: nothing is left to do."""
    parameters_of(call, "max_num_segments", "wait_if_ongoing", "force")
    _rows(gateway, call)
    return Reply(json={"_shards": SHARDS})


ROUTES = (
    *stock_routes(health, "GET", "/_cluster/health", "/_cluster/health/{dataset}"),
    *stock_routes(settings, "GET", "/{dataset}/_settings"),
    *stock_routes(aliases, "GET", "/_alias", "/{dataset}/_alias"),
    *stock_routes(
        absent, "GET HEAD", "/_alias/{name}", "/_data_stream/{name}", "/_index_template/{name}", "/_template/{name}"
    ),
    *stock_routes(settle, "GET POST", "/{dataset}/_flush", "/{dataset}/_forcemerge", "/{dataset}/_cache/clear"),
)
