"""What lies at the bottom of a failed connection."""

from __future__ import annotations

import socket


def root_cause(error: BaseException) -> BaseException:
    """Follow a chain of translated errors down to what the operating system said."""
    for _ in range(20):
        inner = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__ or error.__context__
        if inner is None:
            break
        error = inner
    return error


def connect_hint(root: BaseException, *, proxied: bool = False) -> str | None:
    """Say what to do about a connection that could not be made, by its root cause."""
    if proxied and isinstance(root, ConnectionRefusedError | socket.gaierror):
        return "check the address of the proxy, and whether it runs"
    if isinstance(root, ConnectionRefusedError):
        return "nothing listens there; is the gateway running, and is the port right?"
    if isinstance(root, socket.gaierror):
        return "the host name is unknown; check the endpoint"
    if type(root).__module__ == "ssl":
        return "TLS failed; check the certificate, the ca_bundle setting, or whether the server speaks https at all"
    return None
