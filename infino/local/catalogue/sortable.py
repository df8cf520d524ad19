"""Addresses and versions as texts that sort right.

The engine compares these texts; requests and answers hold the values. Both ways are written here once. Versions are
ordered as Elasticsearch does: by Semantic Versioning 2.0.0 section 11, with any number of parts, and texts that are no
versions after all that are. Source: https://semver.org and Elasticsearch's reference, "Version field type".
"""

from __future__ import annotations

import functools
import ipaddress
import re

SORTABLE = "sortable"
"""The name of the function `sortable` in SQL."""
OLD_PROTOCOL = 0xFFFF << 32
"""Where addresses of the old protocol are among those of the new one."""
VERSION = re.compile(
    r"((?:0|[1-9]\d{0,98})(?:\.(?:0|[1-9]\d{0,98}))*)(?:-([0-9A-Za-z.-]+))?(\+[0-9A-Za-z.-]+)?", re.ASCII
)
NUMBER, PRERELEASE, RELEASE, DOT = "\1", "\2", "\3", "\4"


def place_of(text: str) -> int:
    """Return where an address stands in the order of all.

    Raises:
        ValueError: It is no address.
    """
    address = ipaddress.ip_address(text)
    if getattr(address, "scope_id", None) is not None:
        raise ValueError(text)
    return int(address) + OLD_PROTOCOL if address.version == 4 else int(address)


def network_of(text: str) -> tuple[int, int]:
    """Return the first and the last place of a network such as `10.0.0.0/8`; an address is one of its own.

    Raises:
        ValueError: It is neither.
    """
    if "/" not in text:
        return place_of(text), place_of(text)
    network = ipaddress.ip_network(text, strict=False)
    return place_of(str(network[0])), place_of(str(network[-1]))


def address_at(place: int) -> str:
    """Return the address at a place, in its canonical form."""
    old = place - OLD_PROTOCOL
    return str(ipaddress.IPv4Address(old) if 0 <= old < 2**32 else ipaddress.IPv6Address(place))


def address_text(place: int) -> str:
    """Return the text that sorts as an address does."""
    return f"{place:032x}"


def version_text(text: str) -> str:
    """Return the text that sorts as a version does; any other text stays as it is, and comes last."""
    found = VERSION.fullmatch(text)
    if found is None:
        return text
    main, prerelease, build = found.groups()
    ending = RELEASE if prerelease is None else PRERELEASE + _parts(prerelease)
    return _parts(main) + ending + (build or "")


def _parts(text: str) -> str:
    parts = (f"{NUMBER}{len(part):02d}{part}" if part.isdecimal() else part for part in text.split("."))
    return DOT.join(parts)


def version_of(sorted_text: str) -> str:
    """Return the version that a text of `version_text` stands for."""
    plain = re.sub(rf"{NUMBER}\d\d|{RELEASE}", "", sorted_text)
    return plain.replace(PRERELEASE, "-").replace(DOT, ".") if sorted_text.startswith(NUMBER) else sorted_text


@functools.lru_cache(100_000)
def sortable(kind: str, text: str | None) -> str | None:
    """Return the text that sorts as a value of a type does, or None where it is none.

    Args:
        kind: `ip` or `version`.
        text: The value.

    Examples:
        >>> sortable("version", "1.9") < sortable("version", "1.10-rc.2") < sortable("version", "1.10")
        True
    """
    if text is None or kind == "version":
        return None if text is None else version_text(text)
    try:
        return address_text(place_of(text))
    except ValueError:
        return None


def shown(kind: str, sorted_text: str) -> str:
    """Return the value that a text of `sortable` stands for."""
    return version_of(sorted_text) if kind == "version" else address_at(int(sorted_text, 16))
