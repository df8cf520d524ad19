"""Enriching a dataset: fields of another one are copied into its records where a field matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from infino.local.http import GatewayCall, Problem, Reply, Route
from infino.local.sql.dialect import engine_error
from infino.local.sql.question import view_for
from infino.local.sql.watchdog import time_limit
from infino.local.sql.writes import Writing
from infino.local.store import identifier
from infino.local.store.writer import DocumentBatch, fetch, put
from infino.local.values import exact

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway


def enrich(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /{dataset}/enrich_dataset."""
    name = call.path["dataset"]
    gateway.access.check(call.principal, "write", "record", name)
    match_field, fields, source = read_policy(call.json_object())
    with gateway.store.writing() as cursor, time_limit(cursor, gateway.options.sql_timeout):
        writing = Writing(gateway, call.principal, cursor)
        source = source or only_source(gateway, call.principal, cursor, name, [match_field, *fields])
        try:
            updated = copy_fields(writing, name, source, match_field, fields)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise engine_error(error) from None
    return Reply(json={"acknowledged": True, "updated": updated, "source": source})


def read_policy(body: dict[str, Any]) -> tuple[str, list[str], str | None]:
    """Return match field, fields to copy and source dataset of an enrich policy, or raise a 400."""
    policy = body.get("enrich_policy", body)
    policy = policy.get("match", policy) if isinstance(policy, dict) else {}
    match_field = policy.get("match_field") if isinstance(policy, dict) else None
    fields = policy.get("enrich_fields") if isinstance(policy, dict) else None
    fields = [fields] if isinstance(fields, str) else fields
    if not isinstance(match_field, str) or not isinstance(fields, list) or not fields:
        raise Problem(400, "illegal_argument_exception", 'send {"enrich_policy": {"match_field", "enrich_fields"}}')
    if not all(isinstance(field, str) and field != match_field for field in fields):
        raise Problem(400, "illegal_argument_exception", "enrich_fields must be names other than the match field")
    source = policy.get("indices") or policy.get("index") or policy.get("source_dataset")
    if isinstance(source, list) and len(source) == 1:
        source = source[0]
    if source is not None and not isinstance(source, str):
        raise Problem(400, "illegal_argument_exception", "indices must name one dataset")
    return match_field, fields, source


def only_source(
    gateway: Gateway, principal: Principal, cursor: duckdb.DuckDBPyConnection, name: str, fields: list[str]
) -> str:
    """Return the one other dataset that has all the fields, or raise a 400 that asks for its name."""
    found = []
    for dataset in gateway.store.list(cursor):
        if dataset.name == name or not gateway.access.allows(principal, "read", "record", dataset.name):
            continue
        view = view_for(gateway, principal, cursor, dataset)
        if all(field in view.types or field == "_id" for field in fields):
            found.append(dataset.name)
    if len(found) == 1:
        return found[0]
    reason = f"{len(found)} other datasets have the fields {', '.join(fields)}; name one in enrich_policy.indices"
    raise Problem(400, "illegal_argument_exception", reason)


def copy_fields(writing: Writing, name: str, source: str, match_field: str, fields: list[str]) -> int:
    """Copy fields of the first matching record of the source into each record, and return how many changed."""
    store, cursor = writing.gateway.store, writing.cursor
    target = writing.readable(name)
    if target is None or writing.readable(source) is None:
        missing = name if target is None else source
        raise Problem(404, "index_not_found_exception", f"no such dataset [{missing}]")
    key = identifier(match_field)
    firsts = ", ".join(f"arg_min({identifier(field)}, _id) AS c{number}" for number, field in enumerate(fields))
    shown = ", ".join(f"s.c{number}" for number in range(len(fields)))
    _, rows = writing.rows(
        f"SELECT t._id, {shown} FROM {identifier(name)} AS t JOIN"
        f" (SELECT {key} AS k, {firsts} FROM {identifier(source)} WHERE {key} IS NOT NULL GROUP BY 1) AS s"
        f" ON t.{key} = s.k"
    )
    dataset = store.get(cursor, name)
    setters = [writing.setter(target, field) for field in fields]
    stored = fetch(cursor, dataset.id, [row[0] for row in rows])
    changed = {}
    for id, *values in rows:
        document = exact.loads(stored[id].source)
        for assign, value in zip(setters, values, strict=True):
            assign(document, value)
        changed[id] = document
    texts = [exact.dumps(document) for document in changed.values()]
    put(store, cursor, dataset, DocumentBatch(list(changed), texts, list(changed.values())), stored=stored)
    return len(changed)


ROUTES = (Route("POST", "/{dataset}/enrich_dataset", enrich),)
