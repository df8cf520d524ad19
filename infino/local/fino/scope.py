"""What a question may look at: the datasets its user may read, as schemas, and read-only SQL as that user."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from infino.local.catalogue.kinds import names_of
from infino.local.fino.answering import QueryScope
from infino.local.fino.plan import DatasetSchema, FieldKind
from infino.local.http import Problem
from infino.local.sql import ask
from infino.local.values.paths import identifier, literal

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway


def scope_of(gateway: Gateway, principal: Principal, sources: Collection[dict[str, Any]]) -> QueryScope:
    """What one user may ask, restricted to the native datasets among a thread's sources where it names any."""
    named = {source["index_name"] for source in sources if source.get("connection_id", "infino") == "infino"}

    def run(sql: str) -> list[dict[str, Any]]:
        return select(gateway, principal, sql, within=named if sources else None)

    schemas = []
    with gateway.store.reading() as cursor:
        for dataset in gateway.store.list(cursor):
            if sources and dataset.name not in named:
                continue
            if not gateway.access.allows(principal, "read", "record", dataset.name):
                continue
            view = gateway.access.view(principal, gateway.store.view_of(cursor, dataset))
            fields: dict[str, FieldKind] = {field: names_of(kind).plain for field, kind in view.types.items()}
            schemas.append(DatasetSchema(dataset.name, fields, _lookup(dataset.name, run)))
    return QueryScope(tuple(schemas), run, gateway.clock.now)


def select(
    gateway: Gateway, principal: Principal, query: str, *, within: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """The rows of one SELECT, run as the user, as plain dictionaries.

    Args:
        gateway: The gateway.
        principal: Who asks.
        query: The statement.
        within: The only datasets that it may read; None for all that the user may.

    Raises:
        Problem: The statement is not a SELECT, is wrong, or reads another dataset.
    """
    # A planner may write any statement, whatever datasets it was told of.
    rows: list[dict[str, Any]] = orjson.loads(ask(gateway, principal, query, flat=True, within=within))["rows"]
    return rows


def _lookup(
    dataset: str, run: Callable[[str], list[dict[str, Any]]]
) -> Callable[[str, Sequence[str]], Mapping[str, str]]:
    def stored(field: str, values: Sequence[str]) -> Mapping[str, str]:
        name, asked = identifier(field), ", ".join(f"lower({literal(value)})" for value in values)
        try:
            rows = run(
                f"SELECT lower({name}) AS folded, min({name}) AS found FROM {identifier(dataset)} "
                f"WHERE lower({name}) IN ({asked}) GROUP BY 1"
            )
        except Problem:  # a field whose values are lists can't be compared with text
            return {}
        found = {row["folded"]: str(row["found"]) for row in rows}
        return {value: found[value.lower()] for value in values if value.lower() in found}

    return stored
