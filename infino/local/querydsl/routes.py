"""QueryDSL over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.local.http import Answer, Call, Route
from infino.local.querydsl.request import read_timeout
from infino.local.querydsl.search import search
from infino.local.sql.watchdog import time_limit
from infino.local.values import exact

if TYPE_CHECKING:
    from infino.local.state import Gateway


def querydsl(gateway: Gateway, call: Call) -> Answer:
    """POST /{dataset}/querydsl, and GET with a body as older clients send it."""
    name = call.path["dataset"]
    gateway.access.check(call.principal, "read", "record", name)
    body = call.json_object() and exact.request(call.body)
    seconds = min(gateway.options.sql_timeout, read_timeout(body) or gateway.options.sql_timeout)
    with gateway.store.reading() as cursor, time_limit(cursor, seconds):
        view = gateway.access.view(call.principal, gateway.store.view(cursor, name))
        return Answer(json=search(cursor, view, body, now=gateway.clock.now()))


ROUTES = (Route("POST", "/{dataset}/querydsl", querydsl), Route("GET", "/{dataset}/querydsl", querydsl))
