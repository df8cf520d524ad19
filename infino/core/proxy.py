"""The address of a proxy, and what the environment says about proxies and certificates."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from infino.core.endpoint import Endpoint, host_of
from infino.core.errors import ConfigError
from infino.core.secret import MASK, Secret

_OF_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
VARIABLES: Final = (
    *_OF_PROXIES, *(name.upper() for name in _OF_PROXIES), "REQUEST_METHOD", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
_SCHEMES: Final = ("http", "https", "socks5", "socks5h")


def _fault(text: str) -> str | None:
    """What is wrong with an address; nothing is raised where variables hold its password."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in _SCHEMES and bool(host_of(parts.netloc)) and (parts.port is None or parts.port > 0)
    except ValueError:
        return "the proxy is not an address such as http://proxy.example:3128"
    if not usable or any(character.isspace() or character == "\\" for character in text):
        return "the proxy is not an address such as http://proxy.example:3128"
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        return "the address of the proxy must end after the port"
    return None


def checked_proxy(proxy: Secret) -> Secret:
    """Refuse what is not an address of a proxy; what it says is not repeated, because it may hold a password."""
    proxy = Secret(proxy.reveal().strip())
    fault = _fault(proxy.reveal())
    if fault is not None:
        raise ConfigError(fault)
    return proxy


def proxy_passwords(proxy: Secret | None) -> tuple[Secret, ...]:
    """Return the password in the address of a proxy, as written, meant and sent, to be masked wherever it turns up."""
    parts = urlsplit(proxy.reveal()) if proxy is not None else None
    if parts is None or not parts.password:
        return ()
    from base64 import b64encode  # few proxies have a password

    meant = unquote(parts.password)
    sent = b64encode(f"{unquote(parts.username or '')}:{meant}".encode("utf-8", "replace")).decode()
    return tuple(Secret(form) for form in {parts.password, meant, sent})


def shown(proxy: Secret | None) -> str | None:
    """Return the address of a proxy without user and password."""
    if proxy is None:
        return None
    parts = urlsplit(proxy.reveal())
    place = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{MASK + '@' if place[1] else ''}{place[2]}"


def proxy_of(environment: Mapping[str, Secret], endpoint: Endpoint) -> tuple[str, Secret] | None:
    """Return the proxy that the environment names for an endpoint, with the variable it comes from.

    Lower-case names win, even when they are empty; `NO_PROXY` lists hosts, domains and ports that are reached without
    one, and `HTTP_PROXY` in capitals counts for nothing under CGI, as everywhere.
    """
    without = environment.get("no_proxy", environment.get("NO_PROXY"))
    if without is not None and _bypassed(endpoint, without.reveal()):
        return None
    for lower in (f"{endpoint.scheme}_proxy", "all_proxy"):
        name = lower if lower in environment else lower.upper()
        if name == "HTTP_PROXY" and "REQUEST_METHOD" in environment:
            continue
        if value := environment.get(name):
            return name, value if "://" in value.reveal() else Secret(f"http://{value.reveal()}")
    return None


def _bypassed(endpoint: Endpoint, without: str) -> bool:
    """Tell whether `NO_PROXY` names an endpoint: by host, domain, host with port, network of addresses, or `*`."""
    host, port = endpoint.address
    for entry in (part.strip().lower().lstrip(".") for part in without.split(",")):
        if entry in ("*", f"{host}:{port}", f"[{host}]:{port}"):
            return True
        if entry and (host == entry or host.endswith(f".{entry}") or _in_network(host, entry)):
            return True
    return False


def _in_network(host: str, network: str) -> bool:
    import ipaddress  # slow to import, and few hosts are looked at

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def certificates_of(environment: Mapping[str, Secret]) -> tuple[str, str] | None:
    """Return the file or folder of certificate authorities that the environment names, with its variable."""
    for name, exists in (("SSL_CERT_FILE", os.path.isfile), ("SSL_CERT_DIR", os.path.isdir)):
        if value := environment.get(name):
            if not exists(value.reveal()):
                raise ConfigError(f"{name} names {value.reveal()!r}, which is not there")
            return name, value.reveal()
    return None
