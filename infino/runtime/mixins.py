"""What the document can't say about a few models."""

from __future__ import annotations

import re

# As Elasticsearch's cat API writes sizes, where `kb` means 1024 bytes.
_SIZE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)i?b?\s*", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


class Sizes:
    """Store sizes in bytes beside the text the service sends."""

    __slots__ = ()
    store_size: str | None
    primary_store_size: str | None

    @property
    def store_bytes(self) -> int | None:
        """Size of all copies in bytes, None when unknown."""
        return size_in_bytes(self.store_size)

    @property
    def primary_store_bytes(self) -> int | None:
        """Size of the primary copy in bytes, None when unknown."""
        return size_in_bytes(self.primary_store_size)


def size_in_bytes(text: str | None) -> int | None:
    """Return the bytes that a size such as `2.8kb` means, in powers of 1024; None when the text is not a size."""
    found = _SIZE.fullmatch(text or "")
    return round(float(found[1]) * 1024 ** _POWERS[found[2].lower()]) if found else None
