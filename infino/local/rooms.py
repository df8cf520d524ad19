"""Gathers the routes of all rooms, and says 501 by name for what is documented but not here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

import attrs

from infino.local.http import Answer, Call, Handler, Route, unsupported

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from infino.local.access import Principal
    from infino.local.faults import Fault
    from infino.local.state import Gateway

ROOMS = (
    "upkeep", "datasets", "enrich", "records", "sql", "querydsl", "promql", "fino", "rbac", "sources", "imports",
    "visualize",
)  # fmt: skip

UNSUPPORTED = {
    "alerts": ("/alert", "/alert/{id}", "/alerts", "/alerts/config", "/alerts/notify", "/alert-history"),
    "monitors": ("/monitor", "/monitor/{id}", "/monitor/{id}/execute", "/monitors"),
    "users and roles": (
        "/users", "/user/auth", "/user/{id}", "/user/{id}/keys", "/user/{id}/password", "/user/{id}/token",
        "/roles", "/role/{id}",
    ),
    "account information": ("/account",),
    "sources and connections": (
        "/sources", "/sources/connections", "/source/{id}", "/source/{id}/sql", "/source/{id}/web",
        "/source/{id}/datasets", "/source/{id}/{dataset}/dsl", "/source/{id}/{dataset}/metadata",
    ),
    "import jobs and file upload": (
        "/import/file", "/import/jobs", "/import/jobs/{id}", "/import/{id}", "/_connectors/jobs/{id}",
    ),
    "PromQL": ("/promql/query", "/promql/query_range", "/{dataset}/metrics"),
    "QueryDSL": ("/{dataset}/querydsl",),
    "Fino threads": (
        "/fino/threads", "/fino/threads/{id}", "/fino/threads/{id}/messages", "/fino/message",
        "/_conversation/threads", "/_conversation/threads/{id}", "/_conversation/threads/{id}/messages",
    ),
}  # fmt: skip
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@attrs.frozen
class Identity:
    """Who opened a WebSocket, and for which thread and client."""

    principal: Principal
    thread_id: str | None
    client_id: str | None
    fault: Fault | None = None
    """The fault that hits this socket; `heartbeat_gap`, `close_code`, `drop_frames` are the handler's to play."""


SocketHandler: TypeAlias = "Callable[[Gateway, WebSocket, Identity], Awaitable[None]]"


def refusing(feature: str) -> Handler:
    """Return a handler that answers 501 with the feature's name."""

    def refuse(gateway: Gateway, call: Call) -> Answer:
        raise unsupported(feature)

    return refuse


def collect() -> tuple[list[Route], dict[str, SocketHandler]]:
    """Return all routes and all WebSocket handlers by path."""
    routes: list[Route] = []
    sockets: dict[str, SocketHandler] = {}
    for name in ROOMS:
        module = f"infino.local.{name}"
        if find_spec(module) is None:
            continue
        room = import_module(module)
        routes += getattr(room, "ROUTES", ())
        sockets.update(getattr(room, "WEBSOCKETS", ()))
    served = {route.path for route in routes}
    shapes = {shape(path) for path in served}
    for feature, paths in UNSUPPORTED.items():
        refused = [path for path in paths if shape(path) not in shapes]
        routes += [Route(method, path, refusing(feature)) for path in refused for method in METHODS]
    return routes, sockets


def start(gateway: Gateway) -> None:
    """Let every room that has something to do at a start do it."""
    for name in ROOMS:
        room = import_module(f"infino.local.{name}") if find_spec(f"infino.local.{name}") else None
        begin = getattr(room, "start", None)
        if begin is not None:
            begin(gateway)


def shape(path: str) -> tuple[str, ...]:
    """Return a template without its parameters' names, for comparison."""
    return tuple("{}" if segment.startswith("{") else segment for segment in path.split("/"))
