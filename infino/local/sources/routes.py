"""Sources and connections over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infino.local.http import GatewayCall, Problem, Reply, Route, illegal, unsupported
from infino.local.sources import connections
from infino.local.sources.catalogue import KINDS
from infino.local.sources.duckdb_file import DuckdbFile
from infino.local.sources.relational import Relational

if TYPE_CHECKING:
    from infino.local.state import Gateway

RESOURCE = "connection"


def _sources(gateway: Gateway, call: GatewayCall) -> Reply:
    return Reply(json=[kind.listed() for kind in KINDS.values()])


def _list(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "read", RESOURCE, "*")
    return Reply(json=[stored.shown() for stored in connections.everything(gateway)])


def _create(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "create", RESOURCE, "*")
    document = connections.create(
        gateway, call.path["id"], connections.config_of(call.json_object("config")), by_admin=call.principal.admin
    )
    message = f"connected to {KINDS[document.body['type']].name}"
    answer = {"connection_id": document.id, "message": message, "created_at": document.created_at, "auth": None}
    return Reply(json=answer)


def _get(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "read", RESOURCE, call.path["id"])
    return Reply(json=connections.get(gateway, call.path["id"]).shown())


def _update(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "write", RESOURCE, call.path["id"])
    changes = connections.config_of(call.json_object("config"))
    return Reply(json=connections.update(gateway, call.path["id"], changes, by_admin=call.principal.admin).shown())


def _delete(gateway: Gateway, call: GatewayCall) -> Reply:
    connection_id = call.path["id"]
    gateway.access.check(call.principal, "delete", RESOURCE, connection_id)
    if not gateway.control.delete(connections.KIND, connection_id):
        raise Problem(404, "connection_not_found_exception", f"no connection [{connection_id}]")
    return Reply(json={"acknowledged": True})


def _query(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "read", RESOURCE, call.path["id"])
    connector = connections.get(gateway, call.path["id"]).connector()
    text = call.json_object("query").get("query")
    if not isinstance(text, str) or not text.strip():
        raise illegal('send {"query": "..."}: the query is text')
    if not isinstance(connector, Relational | DuckdbFile):
        return Reply(json=connector.query(call.path["dataset"], text))
    return Reply(json=_table(connector, call.path["dataset"], text))


def _sql(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "read", RESOURCE, call.path["id"])
    connector = connections.get(gateway, call.path["id"]).connector()
    text = call.json_object("query").get("query")
    if not isinstance(connector, Relational | DuckdbFile):
        raise illegal("this connection does not speak SQL")
    if not isinstance(text, str) or not text.strip():
        raise illegal('send {"query": "SELECT ..."}')
    return Reply(json=_table(connector, None, text))


def _table(connector: Relational | DuckdbFile, database: str | None, text: str) -> dict[str, Any]:
    answer = connector.query(database, text)
    return {
        "execution_time": answer.milliseconds,
        "statement_type": "SELECT",
        "affected_rows": len(answer.rows),
        "error_message": "",
        "columns": [{"display_name": name, "data_type": kind} for name, kind in answer.columns],
        "rows": answer.shown(),
    }


def _metadata(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "read", RESOURCE, call.path["id"])
    return Reply(json=connections.get(gateway, call.path["id"]).connector().metadata(call.path["dataset"]))


def _web(gateway: Gateway, call: GatewayCall) -> Reply:
    raise unsupported("web search")


def _datasets(gateway: Gateway, call: GatewayCall) -> Reply:
    raise unsupported("listing the datasets of a connection; ask for the metadata of its schema")


ROUTES = (
    Route("GET", "/sources", _sources),
    Route("GET", "/sources/connections", _list),
    Route("POST", "/source/{id}", _create),
    Route("GET", "/source/{id}", _get),
    Route("PATCH", "/source/{id}", _update),
    Route("DELETE", "/source/{id}", _delete),
    Route("POST", "/source/{id}/sql", _sql),
    Route("POST", "/source/{id}/web", _web),
    Route("GET", "/source/{id}/datasets", _datasets),
    Route("POST", "/source/{id}/{dataset}/dsl", _query),
    Route("GET", "/source/{id}/{dataset}/dsl", _query),
    Route("GET", "/source/{id}/{dataset}/metadata", _metadata),
)
