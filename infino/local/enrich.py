"""Enriching a dataset: fields of another one are copied into its records where a field matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infino.local.http import GatewayCall, Problem, Reply, Route, illegal, unsupported
from infino.local.optimistic import Change, Room, carry_out
from infino.local.sql.dialect import engine_errors
from infino.local.sql.question import view_for
from infino.local.sql.writes import WriteStatement
from infino.local.store import identifier

if TYPE_CHECKING:
    import duckdb

    from infino.local.access import Principal
    from infino.local.state import Gateway


POLICY = ("match", "match_field", "enrich_fields", "indices", "index", "source_dataset")
"""The members of a policy."""


def enrich(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /{dataset}/enrich_dataset."""
    name = call.path["dataset"]
    gateway.access.check(call.principal, "write", "record", name)
    match_field, fields, source = read_policy(call.json_object("enrich_policy", *POLICY))
    chosen = ""

    def decide(cursor: duckdb.DuckDBPyConnection) -> Change:
        nonlocal chosen
        writing = WriteStatement(gateway, call.principal, cursor, Room(gateway.options.max_answer))
        chosen = source or only_source(gateway, call.principal, cursor, name, [match_field, *fields])
        return copied(writing, name, chosen, match_field, fields)

    with engine_errors():
        _, updated = carry_out(gateway, decide)
    return Reply(json={"acknowledged": True, "updated": updated, "source": chosen})


def read_policy(body: dict[str, Any]) -> tuple[str, list[str], str | None]:
    """Return match field, fields to copy and source dataset of an enrich policy, or raise a 400."""
    policy = body.get("enrich_policy", body)
    policy = policy.get("match", policy) if isinstance(policy, dict) else {}
    if unknown := sorted(policy.keys() - set(POLICY)) if isinstance(policy, dict) else ():
        raise unsupported(f"[{unknown[0][:80]}] in an enrich policy")
    match_field = policy.get("match_field") if isinstance(policy, dict) else None
    fields = policy.get("enrich_fields") if isinstance(policy, dict) else None
    fields = [fields] if isinstance(fields, str) else fields
    if not isinstance(match_field, str) or not isinstance(fields, list) or not fields:
        raise illegal('send {"enrich_policy": {"match_field", "enrich_fields"}}')
    if not all(isinstance(field, str) and field != match_field for field in fields):
        raise illegal("enrich_fields must be names other than the match field")
    # The words of Elasticsearch, of this service, and of early clients.
    source = policy.get("indices") or policy.get("index") or policy.get("source_dataset")
    if isinstance(source, list) and len(source) == 1:
        source = source[0]
    if source is not None and not isinstance(source, str):
        raise illegal("indices must name one dataset")
    return match_field, fields, source


def only_source(
    gateway: Gateway, principal: Principal, cursor: duckdb.DuckDBPyConnection, name: str, fields: list[str]
) -> str:
    """Return the one other dataset that has all the fields, or raise a 400 that asks for its name."""
    found = []
    for dataset in gateway.store.list(cursor):
        # Datasets that the caller may not read must not decide, for a refusal would tell that they are there.
        if dataset.name == name or not gateway.access.allows(principal, "read", "record", dataset.name):
            continue
        view = view_for(gateway, principal, cursor, dataset)
        if all(field in view.types or field == "_id" for field in fields):
            found.append(dataset.name)
    if len(found) == 1:
        return found[0]
    reason = f"{len(found)} other datasets have the fields {', '.join(fields)}; name one in enrich_policy.indices"
    raise illegal(reason)


def copied(writing: WriteStatement, name: str, source: str, match_field: str, fields: list[str]) -> Change:
    """Return what becomes of the records to which fields of the first matching record of the source are copied."""
    for needed in (name, source):
        if writing.readable(needed) is None:
            raise Problem(404, "index_not_found_exception", f"no such dataset [{needed}]")
    target = writing.target(name, "t")
    key = identifier(match_field)
    # The first by id, so that the same policy gives the same result twice.
    firsts = ", ".join(f"arg_min({identifier(field)}, _id) AS c{number}" for number, field in enumerate(fields))
    shown = ", ".join(f"s.c{number}" for number in range(len(fields)))
    question = (
        f"SELECT t._id, {shown} FROM {target.tables} JOIN"
        f" (SELECT {key} AS k, {firsts} FROM {identifier(source)} WHERE {key} IS NOT NULL GROUP BY 1) AS s"
        f" ON t.{key} = s.k"
    )
    return writing.assigned(target, [writing.setter(target.view, field) for field in fields], question)


ROUTES = (Route("POST", "/{dataset}/enrich_dataset", enrich),)
