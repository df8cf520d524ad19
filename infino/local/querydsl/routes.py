"""QueryDSL over HTTP."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import attrs

from infino.local.http import GatewayCall, Problem, Reply, Route
from infino.local.querydsl.points import points_of
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.request import read_boosts, read_timeout
from infino.local.querydsl.search import search
from infino.local.sql.watchdog import time_limit
from infino.local.values import exact

if TYPE_CHECKING:
    import duckdb

    from infino.local.state import Gateway


def querydsl(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /{dataset}/querydsl, and GET with a body as older clients send it."""
    return Reply(json=answer(gateway, call, exact.request(call.json_object(), call.body)))


def answer(gateway: Gateway, call: GatewayCall, body: dict[str, Any], start: int | None = None) -> dict[str, Any]:
    """Run a search of the dataset in a call's path and return the body of its answer.

    Args:
        gateway: The gateway.
        call: The call.
        body: The search.
        start: Which hit is the first of the page, however far that is; by default, as the body says.
    """
    name = call.path["dataset"]
    gateway.access.check(call.principal, "read", "record", name)
    seconds = min(gateway.options.sql_timeout, read_timeout(body) or gateway.options.sql_timeout)
    with ExitStack() as stack:
        point = body.get("pit")
        if point is None:
            cursor = stack.enter_context(gateway.store.reading())
        else:
            held = stack.enter_context(points_of(gateway).reading(call.principal, point))
            if held.dataset != name:
                raise illegal(f"the point in time is of the dataset [{held.dataset}], not of [{name}]")
            cursor = held.cursor
        stack.enter_context(time_limit(cursor.interrupt, seconds))
        for other, _ in read_boosts(body.get("indices_boost")):
            if "*" not in other and other != name and not _readable(gateway, call, cursor, other):
                raise Problem(404, "index_not_found_exception", f"no such index [{other}] in [indices_boost]")
        view = gateway.access.view(call.principal, gateway.store.view(cursor, name))
        if point is not None:
            view = attrs.evolve(view, pinned=True)
        found = search(cursor, view, body, now=gateway.clock.now(), start=start)
        return found if point is None else {"pit_id": point["id"], **found}


def _readable(gateway: Gateway, call: GatewayCall, cursor: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Tell whether there is a dataset that the caller may know of."""
    found = gateway.store.find(cursor, name)
    return found is not None and gateway.access.allows(call.principal, "read", "record", found.name)


ROUTES = (Route("POST", "/{dataset}/querydsl", querydsl), Route("GET", "/{dataset}/querydsl", querydsl))
