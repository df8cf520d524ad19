"""Records: NDJSON bulk, reading one, and deleting by query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.local.bulk import bulk
from infino.local.http import GatewayCall, Problem, Reply, Route
from infino.local.optimistic import Change, carry_out
from infino.local.querydsl import matching_ids
from infino.local.store.writer import fetch, places_in, refuse_metrics
from infino.local.values import exact

if TYPE_CHECKING:
    import duckdb

    from infino.local.state import Gateway


def get_record(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /{dataset}/doc/{record_id}."""
    name, id = call.path["dataset"], call.path["record_id"]
    gateway.access.check(call.principal, "read", "record", name)
    with gateway.store.reading() as cursor:
        view = gateway.access.view(call.principal, gateway.store.view(cursor, name))
        found = fetch(cursor, view.id, [id]).get(id)
    if found is None:
        raise Problem(404, "document_not_found", f"dataset [{name}] has no record [{id}]")
    source = view.present(exact.loads(found.source))
    return Reply(
        json={
            "_index": name, "_id": id, "_version": found.version, "_seq_no": found.version - 1, "_primary_term": 1,
            "found": True, "_source": source,
        }
    )  # fmt: skip


BLIND = frozenset({"match_all", "ids"})
"""Queries that look at no field."""


def delete_records(gateway: Gateway, call: GatewayCall) -> Reply:
    """PATCH /{dataset}: delete what a query matches; the answer is the bare number of deleted records."""
    name = call.path["dataset"]
    gateway.access.check(call.principal, "write", "record", name)
    body = exact.request(call.json_object(), call.body)
    if set(body) != {"query"} or not isinstance(body["query"], dict) or not body["query"]:
        reason = 'send {"query": {...}}; to delete every record, say {"query": {"match_all": {}}}'
        raise Problem(400, "parsing_exception", reason)
    if not body["query"].keys() <= BLIND:  # how many are gone tells what they held
        gateway.access.check(call.principal, "read", "record", name)

    def decide(cursor: duckdb.DuckDBPyConnection) -> Change:
        dataset = gateway.store.get(cursor, name)
        refuse_metrics(dataset)
        whole = gateway.store.view_of(cursor, dataset)
        view = gateway.access.view(call.principal, whole)
        ids = matching_ids(cursor, view, body["query"], now=gateway.clock.now())
        return Change(dataset, {}, dict(places_in(cursor, whole.table, ids)), gone=ids)

    _, gone = carry_out(gateway, decide)
    return Reply(json=gone)


ROUTES = (
    Route("POST", "/{dataset}/json", bulk),
    Route("PATCH", "/{dataset}", delete_records),
    Route("GET", "/{dataset}/doc/{record_id}", get_record),
)
