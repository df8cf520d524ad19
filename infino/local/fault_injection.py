"""Sends answers, and spoils them when a fault says so."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from infino.local.body import Incoming
from infino.local.clock import GatewayClock
from infino.local.faults import Fault
from infino.local.http import Problem, Reply

if TYPE_CHECKING:
    from starlette.types import Send

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
SMALL = 64 * 1024
"""A refused body of this length is taken in, so that its connection can go on."""
LINGER = 4 * 1024 * 1024
GRACE = 2.0
"""Seconds in which a refused body is taken in before the connection closes."""
ERROR_PAGE = b"<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


async def delay(fault: Fault | None) -> None:
    """Wait as long as a fault says."""
    if fault is not None and fault.delay:
        await asyncio.sleep(fault.delay)


def skewed_clock(clock: GatewayClock, fault: Fault | None) -> Callable[[], datetime]:
    """Return the clock by which a request is verified and dated."""
    skew = fault.clock_skew if fault else None
    return clock.now if skew is None else lambda: clock.now() + timedelta(seconds=skew)


def instead(fault: Fault) -> Reply | None:
    """Return the answer that a fault gives in place of the real one."""
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.html:
        return Reply(fault.status or 502, content=ERROR_PAGE, media_type="text/html", headers=headers)
    if fault.status is None:
        return Reply() if fault.reset else None
    reason = fault.reason or "a fault asked for this answer"
    return Problem(fault.status, fault.type or "injected_fault", reason, headers).answer()


async def send_answer(
    send: Send, answer: Reply, incoming: Incoming, fault: Fault | None, now: Callable[[], datetime], *, head: bool
) -> None:
    """Send an answer, whole or as a fault wants it.

    Args:
        send: The ASGI channel.
        answer: What to send.
        incoming: The request's body; when it was not read to its end, the connection closes.
        fault: What to spoil, if anything.
        now: The clock for the Date header.
        head: Whether the answer has no body because the request was a HEAD.
    """
    if not incoming.complete and incoming.length is not None and incoming.length <= SMALL:
        await incoming.drop(SMALL, GRACE)
    content = answer.encoded()
    if fault is not None and fault.invalid_json:
        content = content[: max(1, len(content) // 2)]
    headers: list[tuple[bytes, bytes]] = [
        (b"x-infino-local", b"1"),
        (b"x-elastic-product", b"Elasticsearch"),  # without it elasticsearch-py refuses to go on
        (b"date", format_datetime(now(), usegmt=True).encode()),
        (b"x-request-id", secrets.token_hex(8).encode()),
        (b"content-length", str(len(content)).encode()),
    ]
    if content or answer.status not in (204, 304):
        headers.append((b"content-type", answer.media_type.encode()))
    for name, value in answer.headers.items():
        headers.append((name.lower().encode("latin-1"), value.encode("latin-1", "replace")))
    if not incoming.complete:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    cut = None
    if fault is not None and (fault.truncate or fault.drop_after is not None):
        cut = len(content) // 2 if fault.drop_after is None else fault.drop_after
    if cut is not None and cut < len(content):
        await send({"type": "http.response.body", "body": content[:cut], "more_body": True})
        close(send)
        return
    await send({"type": "http.response.body", "body": b"" if head else content, "more_body": not incoming.complete})
    if not incoming.complete:
        await incoming.drop(LINGER, GRACE)
        await send({"type": "http.response.body", "body": b""})


def transport_of(send: Send) -> Any:
    """Return the connection's transport; the server offers no official way to break off."""
    return send.__self__.transport  # type: ignore[attr-defined]  # a bound method of uvicorn's protocol


def close(send: Send) -> None:
    """Close the connection after what was written, in the middle of an answer."""
    transport_of(send).close()


def reset(send: Send) -> None:
    """Reset the connection."""
    transport = transport_of(send)
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    transport.abort()
