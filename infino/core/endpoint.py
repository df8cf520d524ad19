"""Addresses, taken apart once: that of the service, and that of a proxy, with what the environment says about it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import attrs

from infino.core.errors import ConfigError
from infino.core.redaction import MASK, Secret

# Letters, digits, hyphens; underscores, because names inside of clusters have them. A dot at the end is a full name.
_LABEL: Final = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_HOST: Final = re.compile(rf"(?=.{{1,254}}\Z)(?:{_LABEL}\.)*{_LABEL}\.?")
# Brackets hold an IPv6 address, and nothing but a port follows them.
_BRACKETED: Final = re.compile(r"\[(?=[^\]]*:)[0-9A-Fa-f:.]+\](?::[0-9]*)?")
_BROKEN_ESCAPE: Final = r"%(?![0-9A-Fa-f]{2})"
# An encoded dot, backslash or control character: servers decode them before they choose a route.
_HIDDEN: Final = r"(?i)%(?:2e|5c|[01][0-9a-f]|7f)"


DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def host_header(scheme: str, hostname: str, port: int | None) -> str:
    """Build the one value of Host that is sent and signed."""
    host = f"[{hostname.lower()}]" if ":" in hostname else hostname.lower()
    return host if port is None or port == DEFAULT_PORTS.get(scheme) else f"{host}:{port}"


@attrs.frozen
class Endpoint:
    """Where requests go; `host` is the one value of Host that is sent and signed."""

    scheme: str
    hostname: str
    port: int | None
    host: str
    base_path: str

    @property
    def url(self) -> str:
        """The address as text."""
        return f"{self.scheme}://{host_header(self.scheme, self.hostname, self.port)}{self.base_path}"

    @property
    def websocket_url(self) -> str:
        """The address for a WebSocket, under the name that is signed."""
        return f"{'wss' if self.scheme == 'https' else 'ws'}://{self.host}{self.base_path}"

    @property
    def tunnelled(self) -> bool:
        """Whether another host is signed than the one that is connected to."""
        return self.host != host_header(self.scheme, self.hostname, self.port)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return self.hostname, self.port or (443 if self.scheme == "https" else 80)

    def __str__(self) -> str:
        return self.url


def is_loopback(hostname: str) -> bool:
    """Tell whether a host is this machine, however it is written."""
    name = hostname.removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    import ipaddress  # slow to import, and few endpoints need it

    try:
        address = ipaddress.ip_address(hostname)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _ascii_host(name: str) -> str:
    """Return a host name or address in ASCII, by IDNA 2008 where it holds other letters; empty when it is neither.

    Letters are composed, and nothing else: what other programs would map to another name is refused.
    """
    numeric = _NUMBER.fullmatch(name.rstrip(".").rpartition(".")[2])
    if ":" in name or numeric:
        # What looks like an address is a whole one: systems read `127.1` and `0x7f.1` in ways of their own.
        import ipaddress  # slow to import, as are the modules below, and few names need them

        try:
            return "" if "%" in name else str((ipaddress.IPv6Address if ":" in name else ipaddress.IPv4Address)(name))
        except ValueError:
            return ""
    if not name.isascii() or "xn--" in name:
        name = ".".join(_ascii_label(label) for label in name.split("."))
    return name if _HOST.fullmatch(name) else ""


def _ascii_label(label: str) -> str:
    """Return one label of a name in ASCII, or `?`, which no name may hold."""
    import unicodedata

    import idna  # comes with httpx

    label = unicodedata.normalize("NFC", label)
    try:
        if label.startswith("xn--"):
            return label if idna.alabel(idna.ulabel(label)).decode() == label else "?"
        return label if label.isascii() else idna.alabel(label).decode()
    except (idna.IDNAError, UnicodeError):
        return "?"


def host_of(netloc: str) -> str:
    """Return the host in the authority of a URL in small letters; empty where its letters would become others."""
    changed = any(not letter.isascii() and (len(letter.lower()) > 1 or letter.lower().isascii()) for letter in netloc)
    place = netloc.rpartition("@")[2]
    if changed or (set(place) & set("[]") and not _BRACKETED.fullmatch(place)):
        return ""
    return _ascii_host(urlsplit(f"//{netloc}").hostname or "")


def _base_path(path: str) -> str:
    """Percent-encode the path in front of every route, and refuse one that a server could read as another."""
    path = quote(path.rstrip("/"), safe="/%-._~!$&'()*+,;=:@")
    if "%" in path and (re.search(_HIDDEN, path) or re.search(_BROKEN_ESCAPE, path)):
        raise ConfigError("the path of the endpoint must not hold encoded dots, backslashes or control characters")
    # Servers that know path parameters cut them off: `..;x` is `..` there.
    pieces = [re.split("(?i);|%3b", piece)[0] for piece in re.split("(?i)/|%2f", path)]
    if "." in pieces or ".." in pieces or "//" in path:
        raise ConfigError("the path of the endpoint must not hold empty, '.' or '..' pieces")
    return path


def _host_value(scheme: str, host: str) -> str:
    """Check the Host that is signed in place of the endpoint's own."""
    try:
        parts = urlsplit(f"//{host}")
        name, port = host_of(host) if parts.netloc == host and "@" not in host else "", parts.port
    except ValueError:
        name, port = "", None
    if not name:
        raise ConfigError("host is a name, with a port or without, such as search.internal:9200")
    if port == 0:
        raise ConfigError("the port of host must not be 0")
    return host_header(scheme, name, port)


def parse_endpoint(text: str, *, allow_http: bool = False, host: str | None = None) -> Endpoint:
    """Check an endpoint and take it apart; `host` is signed where it is not the endpoint's, as behind a tunnel."""
    text = text.strip()
    if any(character.isspace() or ord(character) < 33 for character in text):
        raise ConfigError("the endpoint must not hold spaces")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ConfigError("the endpoint holds bytes that are not text; was it read in another encoding?")
    if "\\" in text:
        raise ConfigError("the endpoint must not hold a backslash")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ConfigError("the endpoint is not a URL, such as https://api.infino.ws") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigError("the endpoint must not hold a user name or a password; give access_key and secret_key")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError("the endpoint must start with https:// or http:// and name a host")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise ConfigError("the endpoint must not hold a query (?) or a fragment (#)")
    hostname = host_of(parts.netloc)
    if not hostname:
        raise ConfigError("the host of the endpoint is not a valid name or address")
    if port == 0:
        raise ConfigError("the port of the endpoint must not be 0")
    base_path = _base_path(parts.path)
    if parts.scheme == "http" and not allow_http and not is_loopback(hostname):
        raise ConfigError(
            "plain http would send data in the clear; use https, or pass allow_http=True (INFINO_ALLOW_HTTP=true)",
        )
    own = host_header(parts.scheme, hostname, port)
    signed = own if host is None else _host_value(parts.scheme, host)
    return Endpoint(parts.scheme, hostname, port, signed, base_path)


_OF_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
VARIABLES: Final = (
    *_OF_PROXIES, *(name.upper() for name in _OF_PROXIES), "REQUEST_METHOD", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
_SCHEMES: Final = ("http", "https", "socks5", "socks5h")


def _proxy_fault(text: str) -> str | None:
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
    fault = _proxy_fault(proxy.reveal())
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


def shown_proxy(proxy: Secret | None) -> str | None:
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
