"""Saved visualizations and dashboards: `/visualizations` and `/dashboards`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.local.http import GatewayCall, Handler, Reply, Route, illegal
from infino.local.visualize.documents import Saved, patched
from infino.local.visualize.execute import execute

if TYPE_CHECKING:
    from infino.local.state import Gateway

PAGE, MOST = 500, 1000


def _number(call: GatewayCall, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not text.isdecimal():
        raise illegal(f"{name} must be a whole number, 0 or more")
    return int(text)


def _handlers(kind: str) -> dict[str, Handler]:
    def listed(gateway: Gateway, call: GatewayCall) -> Reply:
        saved = Saved(gateway, kind)
        limit, offset = min(_number(call, "limit", PAGE), MOST), _number(call, "offset", 0)
        # All of the tags, and any of the ids.
        wanted = set(filter(None, call.query.get("tags", "").split(",")))
        ids = set(filter(None, call.query.get("ids", "").split(",")))
        seen = [
            stored
            for stored in gateway.control.list(kind)
            if saved.sees(call.principal, stored)
            and wanted <= set(stored.body.get("tags") or ())
            and (not ids or stored.id in ids)
        ]
        return Reply(json={"items": [saved.envelope(one) for one in seen[offset : offset + limit]], "total": len(seen)})

    def create(gateway: Gateway, call: GatewayCall) -> Reply:
        saved = Saved(gateway, kind)
        return Reply(201, saved.envelope(saved.create(call.principal, call.json_object())))

    def get(gateway: Gateway, call: GatewayCall) -> Reply:
        saved = Saved(gateway, kind)
        return Reply(json=saved.envelope(saved.read(call.principal, call.path["id"])))

    def update(gateway: Gateway, call: GatewayCall) -> Reply:
        saved = Saved(gateway, kind)
        # Reading and writing as one step, so that no change of another caller is lost between them.
        with gateway.control.changing():
            stored = saved.change(call.principal, call.path["id"])
            return Reply(json=saved.envelope(saved.store(stored, patched(stored.body, call.json_object()))))

    def replace(gateway: Gateway, call: GatewayCall) -> Reply:
        saved = Saved(gateway, kind)
        with gateway.control.changing():
            # PUT makes what is not there (RFC 9110, 9.3.4).
            if gateway.control.get(kind, call.path["id"]) is None:
                made = saved.create(call.principal, call.json_object(), call.path["id"])
                return Reply(201, saved.envelope(made))
            stored = saved.change(call.principal, call.path["id"])
            return Reply(json=saved.envelope(saved.store(stored, call.json_object())))

    def delete(gateway: Gateway, call: GatewayCall) -> Reply:
        with gateway.control.changing():
            Saved(gateway, kind).change(call.principal, call.path["id"])
            gateway.control.delete(kind, call.path["id"])
        return Reply(json={"deleted": True})

    return {"listed": listed, "create": create, "get": get, "update": update, "replace": replace, "delete": delete}


def data(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /visualizations/{id}/data."""
    stored = Saved(gateway, "visualization").read(call.principal, call.path["id"])
    return Reply(json=execute(gateway, call.principal, stored.body, call.json_object("filters", "time_range")))


def _routes(kind: str) -> tuple[Route, ...]:
    handlers = _handlers(kind)
    one = f"/{kind}s/{{id}}"
    return (
        Route("GET", f"/{kind}s", handlers["listed"], parameters=("limit", "offset", "tags", "ids")),
        Route("POST", f"/{kind}s", handlers["create"]),
        Route("GET", one, handlers["get"]),
        Route("PATCH", one, handlers["update"]),
        Route("PUT", one, handlers["replace"]),
        Route("DELETE", one, handlers["delete"]),
    )


ROUTES = (*_routes("visualization"), *_routes("dashboard"), Route("POST", "/visualizations/{id}/data", data))
