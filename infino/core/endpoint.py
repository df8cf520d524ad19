"""The address of the service, taken apart once."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import attrs

from infino.core.errors import ConfigError
from infino.core.signer import host_header


@attrs.frozen
class Endpoint:
    """Where requests go.

    Args:
        scheme: `https` or `http`.
        hostname: Name or address in lower case, without brackets.
        port: Port where one was given.
        host: The one value of Host that is sent and signed.
        base_path: Path in front of every route, without a slash at the end.
    """

    scheme: str
    hostname: str
    port: int | None
    host: str
    base_path: str

    @property
    def url(self) -> str:
        """The address as text."""
        return f"{self.scheme}://{self.host}{self.base_path}"

    @property
    def websocket_url(self) -> str:
        """The address for a WebSocket."""
        return f"{'wss' if self.scheme == 'https' else 'ws'}://{self.host}{self.base_path}"


def _is_loopback(hostname: str) -> bool:
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False


def parse_endpoint(text: str, *, allow_http: bool = False) -> Endpoint:
    """Check an endpoint and take it apart.

    Args:
        text: Such as `https://api.infino.ws` or `http://127.0.0.1:8080/base`.
        allow_http: Allow plain http to hosts other than this machine.

    Raises:
        ConfigError: It is not an address, or it holds what an endpoint must not hold.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise ConfigError("the endpoint is not a URL, such as https://api.infino.ws") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigError("the endpoint must not hold a user name or a password; give access_key and secret_key")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError("the endpoint must start with https:// or http:// and name a host")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise ConfigError("the endpoint must not hold a query (?) or a fragment (#)")
    try:
        hostname = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    except UnicodeError:
        raise ConfigError("the host name of the endpoint is not a valid international name") from None
    if any(character.isspace() or ord(character) < 33 for character in text.strip()):
        raise ConfigError("the endpoint must not hold spaces")
    base_path = parts.path.rstrip("/")
    if any(piece in (".", "..") for piece in base_path.split("/")) or "//" in base_path:
        raise ConfigError("the path of the endpoint must not hold empty, '.' or '..' pieces")
    if parts.scheme == "http" and not allow_http and not _is_loopback(hostname):
        raise ConfigError(
            "plain http would send data in the clear; use https, or pass allow_http=True",
        )
    return Endpoint(parts.scheme, hostname, port, host_header(parts.scheme, hostname, port), base_path)
