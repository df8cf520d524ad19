"""Gathers the routes of all rooms, and says 501 by name for what is documented but not here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

import attrs

from infino.local.http import GatewayCall, Handler, Reply, Route, unsupported

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from infino.local.access import Principal
    from infino.local.faults import Fault
    from infino.local.state import Gateway

T = TypeVar("T")
ROOMS = (
    "opensearch_paths", "scrolls", "cluster_paths", "prometheus_paths",
    "admin", "datasets", "enrich", "records", "sql", "querydsl", "promql", "fino", "rbac", "sources", "imports",
    "visualize",
)  # fmt: skip
"""Modules with `ROUTES`, `WEBSOCKETS` or a `start`; of two routes for one method and path the first one counts."""
UNSUPPORTED = {
    "alerts": ("/alert", "/alert/{id}", "/alerts", "/alerts/config", "/alerts/notify", "/alert-history"),
    "account information": ("/account",),
    "monitors": ("/monitor", "/monitor/{id}", "/monitor/{id}/execute", "/monitors"),
}
"""Paths of the service that no room has; a test holds them against the document."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class RunInThread(Protocol):
    """Runs something in a worker thread."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """Run it and return what it returns."""
        ...


@attrs.frozen
class Identity:
    """Who opened a WebSocket, and for which thread and client."""

    principal: Principal
    thread_id: str | None
    client_id: str | None
    fault: Fault | None
    """The fault that hits this socket; `heartbeat_gap`, `close_code`, `drop_frames` are the handler's to play."""
    step: RunInThread
    """Runs a step of the conversation in a thread, of which one caller has only so many."""


SocketHandler: TypeAlias = "Callable[[Gateway, WebSocket, Identity], Awaitable[None]]"


def refusing(feature: str) -> Handler:
    """Return a handler that answers 501 with the feature's name."""

    def refuse(gateway: Gateway, call: GatewayCall) -> Reply:
        raise unsupported(feature)

    return refuse


def collect() -> tuple[list[Route], dict[str, SocketHandler]]:
    """Return all routes and all WebSocket handlers by path."""
    routes: list[Route] = []
    sockets: dict[str, SocketHandler] = {}
    for name in ROOMS:
        room = import_module(f"infino.local.{name}")
        routes += getattr(room, "ROUTES", ())
        sockets.update(getattr(room, "WEBSOCKETS", ()))
    for feature, paths in UNSUPPORTED.items():
        routes += [Route(method, path, refusing(feature)) for path in paths for method in METHODS]
    return routes, sockets


def start(gateway: Gateway) -> None:
    """Let every room that has something to do at a start do it."""
    for name in ROOMS:
        begin = getattr(import_module(f"infino.local.{name}"), "start", None)
        if begin is not None:
            begin(gateway)
