"""A caller who hangs up leaves nothing running."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

from infino.local import LocalGateway
from infino.local.presence import CALLER, Presence, watching
from infino.signing import SigV4Signer

ENDLESS = b'{"query": "SELECT count(*) FROM range(10000000) a, range(10000000) b"}'


def test_the_statements_of_callers_who_left_are_stopped() -> None:
    with LocalGateway(sql_timeout=600) as gateway, gateway.client() as client:
        headers = SigV4Signer(gateway.access_key, gateway.secret_key).sign(
            "POST", f"{gateway.endpoint}/sql", {"content-type": "application/json"}, ENDLESS
        )
        lines = "".join(f"{name}: {value}\r\n" for name, value in {**headers, "content-length": len(ENDLESS)}.items())
        host, _, port = urlsplit(gateway.endpoint).netloc.partition(":")
        opened = [socket.create_connection((host, int(port))) for _ in range(45)]
        for connection in opened:
            connection.sendall(f"POST /sql HTTP/1.1\r\n{lines}\r\n".encode() + ENDLESS)
        time.sleep(0.3)
        for connection in opened:
            connection.close()
        # With every worker held by the first ones, this would wait for ten minutes.
        assert client.query.sql("SELECT 1 AS one").scalar() == 1


def test_what_starts_after_the_caller_left_is_stopped_by_the_next_reminder() -> None:
    caller, stopped = Presence(), []
    token = CALLER.set(caller)
    try:
        caller.leave()
        with watching(lambda: stopped.append(1)) as found:
            assert found is caller
            caller.leave()
        caller.leave()
    finally:
        CALLER.reset(token)
    assert stopped == [1]
