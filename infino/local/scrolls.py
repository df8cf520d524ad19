"""Scrolls: the hits of a search page by page, all of them as they were at the first page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from infino.local.http import GatewayCall, Problem, Reply, stock_routes, unsupported
from infino.local.querydsl.points import points_of
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.routes import answer
from infino.local.stock_parameters import parameters_of

if TYPE_CHECKING:
    from infino.local.state import Gateway


def begin_scroll(gateway: Gateway, call: GatewayCall, body: dict[str, Any], keep_alive: str) -> dict[str, Any]:
    """Open a scroll and return its first page.

    Args:
        gateway: The gateway.
        call: The call, with the dataset in its path.
        body: The search.
        keep_alive: How long the scroll is kept without being used.
    """
    for name in ("from", "search_after", "pit"):
        if body.get(name):
            raise illegal(f"[{name}] is not allowed in a scroll context")
    if body.get("size") in (0, "0"):
        raise illegal("[size] cannot be [0] in a scroll context")
    gateway.access.check(call.principal, "read", "record", call.path["dataset"])
    points = points_of(gateway)
    id = points.open(call.principal, call.path["dataset"], keep_alive)
    try:
        return _page(gateway, call, id, body, 0)
    except BaseException:
        points.close(call.principal, [id])
        raise


def _page(gateway: Gateway, call: GatewayCall, id: str, body: dict[str, Any], start: int) -> dict[str, Any]:
    found = answer(gateway, call, {**body, "pit": {"id": id}}, start)
    rest = {name: value for name, value in body.items() if name not in ("aggs", "aggregations")}
    point = points_of(gateway).find(call.principal, {"id": id})
    point.scrolled = (rest, start + len(found["hits"]["hits"]))
    return {"_scroll_id": found.pop("pit_id"), **found}


def scroll(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET and POST /_search/scroll: the next page."""
    given = parameters_of(call, "scroll", "scroll_id")
    body = call.json_object()
    if strange := sorted(body.keys() - {"scroll", "scroll_id"}):
        raise Problem(400, "parsing_exception", f"request does not support [{strange[0]}]")
    id = body.get("scroll_id", given.get("scroll_id", call.path.get("scroll_id")))
    asked = {"id": id, "keep_alive": body.get("scroll", given.get("scroll"))}
    point = points_of(gateway).find(call.principal, asked)
    if point.scrolled is None:
        raise Problem(404, "search_context_missing_exception", "it is the id of a point in time, not of a scroll")
    inner = attrs.evolve(call, path={"dataset": point.dataset})
    return Reply(json=_page(gateway, inner, str(id), *point.scrolled))


def clear(gateway: Gateway, call: GatewayCall) -> Reply:
    """DELETE /_search/scroll: forget scrolls."""
    given = parameters_of(call, "scroll_id")
    named = call.json_object().get("scroll_id", given.get("scroll_id", call.path.get("scroll_id")))
    ids = named if isinstance(named, list) else str(named or "").split(",")
    if "_all" in ids:
        raise unsupported("[_all] as the id of scrolls; name them")
    gone = points_of(gateway).close(call.principal, ids)
    return Reply(200 if gone else 404, {"succeeded": bool(gone), "num_freed": len(gone)})


ROUTES = (
    *stock_routes(scroll, "GET POST", "/_search/scroll", "/_search/scroll/{scroll_id}"),
    *stock_routes(clear, "DELETE", "/_search/scroll", "/_search/scroll/{scroll_id}"),
)
