"""Routes for whoever runs the gateway: health, reset, faults; and the ping."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import duckdb

from infino.local.http import GatewayCall, Problem, Reply, Route, illegal

if TYPE_CHECKING:
    from infino.local.state import Gateway

SERVICE_VERSION = "2025-06-30"


def ping(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /."""
    return Reply(json={"status": "healthy", "version": SERVICE_VERSION, "local": True})


def health(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /_local/health; without a signature, once all is ready, and telling nothing of this machine."""
    return Reply(
        json={
            "ready": True,
            "writable": gateway.disk.writable(),
            "damaged": gateway.disk.damaged,
            "version": installed("infino-sdk"),
            "engines": {
                "sql": f"duckdb {duckdb.__version__}",
                "querydsl": f"tantivy {installed('tantivy')}",
                "promql": f"promql-parser {installed('promql-parser')}",
            },
            "compat": gateway.options.compat,
        }
    )


def installed(distribution: str) -> str:
    """Return a distribution's version, or "unknown" in a bare source tree."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def reset(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /_local/reset: forget all data, keep the keys."""
    require_admin(call)
    gateway.reset()
    return Reply(json={"acknowledged": True})


def arm_faults(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /_local/faults."""
    require_admin(call)
    body = call.json()
    faults = body if isinstance(body, list) else [body]
    if not all(isinstance(fault, dict) for fault in faults):
        raise illegal("send one fault object, or a list of them")
    for fault in faults:
        gateway.faults.arm(**fault)
    return list_faults(gateway, call)


def list_faults(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /_local/faults."""
    return Reply(json={"faults": gateway.faults.list()})


def clear_faults(gateway: Gateway, call: GatewayCall) -> Reply:
    """DELETE /_local/faults."""
    require_admin(call)
    gateway.faults.clear()
    return list_faults(gateway, call)


def require_admin(call: GatewayCall) -> None:
    """Raise the 403 for anyone but the admin."""
    if not call.principal.admin:
        raise Problem(403, "security_exception", "only the admin account may do this")


ROUTES = (
    Route("GET", "/", ping, stock=True),
    Route("GET", "/_local/health", health, public=True),
    Route("POST", "/_local/reset", reset),
    Route("POST", "/_local/faults", arm_faults),
    Route("GET", "/_local/faults", list_faults),
    Route("DELETE", "/_local/faults", clear_faults),
)
