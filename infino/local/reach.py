"""What connections to other stores may reach: never the gateway's own files, its own port or the link-local network."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeAlias

import attrs

from infino.local.http import Problem, illegal

Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"
METADATA_SERVICES = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "168.63.129.16", "100.100.100.200")))
"""Where clouds tell a machine its credentials, beside 169.254.169.254, which is link-local."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")


@attrs.define
class Reach:
    """Says which files and addresses connections may open.

    Args:
        data: The data folder, or None.
        files: The folder in which file databases may lie; None leaves the choice to the admin.
        reachable: `host:port` of what may be reached although it is refused by default.

    Examples:
        >>> reach = Reach(Path("data"), Path("/srv/databases"), [])
        >>> reach.file("/srv/databases/shop.sqlite", chosen_by_admin=False)
        PosixPath('/srv/databases/shop.sqlite')
    """

    data: Path | None
    files: Path | None = None
    reachable: Collection[str] = ()
    own_port: int | None = attrs.field(default=None, init=False)
    """The port that the gateway listens on, once it does."""

    def file(self, path: str, *, chosen_by_admin: bool) -> Path:
        """Return the real path of a database file, if a connection may open it.

        Args:
            path: As the connection's settings name it.
            chosen_by_admin: Whether the admin has set, or now sets, this path.

        Raises:
            Problem: 403 for a file of the gateway itself, or outside the allowed folder.
        """
        try:
            real = Path(os.path.realpath(Path(path).expanduser()))
            within = {identity for folder in (real, *real.parents) if (identity := _identity(folder)) is not None}
        except (OSError, ValueError, RuntimeError):
            raise illegal("config.path is not a path")
        if within & self._own_files():
            raise Problem(403, "security_exception", "a connection may not open the gateway's own files")
        if self.files is not None:
            if _identity(self.files) not in within:
                reason = f"connections may open files below {self.files} only, as the gateway was told at its start"
                raise Problem(403, "security_exception", reason)
        elif not chosen_by_admin:
            reason = "only the admin may connect to a file, or start the gateway with files=... for all who may connect"
            raise Problem(403, "security_exception", reason)
        return real

    def _own_files(self) -> set[tuple[int, int]]:
        """The data folder and all in it by device and number, which links and mounts under other names share."""
        if self.data is None:
            return set()
        found = (_identity(path) for path in (self.data, *self.data.rglob("*")))
        return {identity for identity in found if identity is not None}

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, if a connection may reach all of them.

        Args:
            host: A name or an address.
            port: The TCP port.

        Raises:
            Problem: 400 for a name that can't be resolved, 403 for an address that is not to be reached.
        """
        try:
            found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError, ValueError, OverflowError):
            raise Problem(400, "source_exception", f"the host [{host}] can't be found")
        if f"{host}:{port}" not in self.reachable:
            for text in found:
                self._check(host, port, ipaddress.ip_address(text.partition("%")[0]))
        return list(dict.fromkeys(found))

    def _check(self, host: str, port: int, address: Address) -> None:
        for meant in _embedded(address):
            if meant.is_link_local or meant.is_multicast or meant in METADATA_SERVICES:
                reason = f"[{host}] is a link-local address or a metadata service, which connections do not reach"
                raise Problem(403, "security_exception", reason)
            if port == self.own_port and _is_own(meant):
                reason = f"[{host}:{port}] is this gateway itself; its datasets need no connection"
                raise Problem(403, "security_exception", reason)


def _identity(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def _embedded(address: Address) -> Iterator[Address]:
    """Give an address, and the IPv4 address that it stands for."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            yield inner


def _is_own(address: Address) -> bool:
    """Tell whether an address is one of this machine's: then a socket can be bound to it."""
    if address.is_loopback or address.is_unspecified:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True
