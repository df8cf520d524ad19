"""Whom the gateway talks to at all: its own names, and no web page of another site.

A page that a browser shows may send requests to loopback, under the gateway's own address or under a name that its
owner makes point there (DNS rebinding). It can't sign, and so gets nowhere; here it is not even heard.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection

from infino.local.http import Problem
from infino.local.signature import ReceivedRequest

HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?")
OWN_PAGE = frozenset({"same-origin", "none"})
"""What a browser says of a request by the gateway's own page, or by the address bar."""


class Admission:
    """Admits a request by its headers alone.

    Args:
        hosts: Names, beside addresses and those of this machine, under which the gateway may be asked.

    Examples:
        >>> Admission(["gateway.internal"]).check(wire)
    """

    def __init__(self, hosts: Collection[str] = ()) -> None:
        own = ("localhost", "host.docker.internal", socket.gethostname())
        self._names = frozenset(name.lower() for name in (*own, *hosts))

    def check(self, wire: ReceivedRequest) -> None:
        """Raise the refusal of a request that is not meant for this gateway or comes from another site's page.

        Args:
            wire: The request without its body.

        Raises:
            Problem: 400 or 421 because of the Host header, 403 because of a browser's Origin.
        """
        hosts = [value.decode("latin-1").strip() for name, value in wire.headers if name == b"host"]
        found = HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if found is None:
            raise Problem(400, "invalid_host", "send one Host header: a name or an address, and the port")
        if not self._known(found["name"].lower()):
            reason = f"this gateway is not {found['name']}; if that is its name, start it with hosts=[...] naming it"
            raise Problem(421, "misdirected_request", reason)
        self._check_browser(wire, hosts[0])

    def _known(self, name: str) -> bool:
        name = name.removesuffix(".")  # a full name
        if name in self._names or name.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True

    def _check_browser(self, wire: ReceivedRequest, host: str) -> None:
        origin, site = wire.header(b"origin"), wire.header(b"sec-fetch-site")
        foreign = site is not None and site.lower() not in OWN_PAGE
        own = (f"http://{host.lower()}", f"https://{host.lower()}")
        if foreign or (origin is not None and origin.lower() not in own):
            reason = "web pages of other sites may not use this gateway; ask it from your server or program"
            raise Problem(403, "cross_site_request", reason)
