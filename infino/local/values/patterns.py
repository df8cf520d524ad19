"""The one matcher of names, for roles, fields and queries: in linear time, however many `*` a pattern has."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache


@lru_cache(4096)
def name_pattern(pattern: str) -> Callable[[str], bool]:
    """Return the test whether a whole name fits a pattern in which `*` is any run of characters.

    Args:
        pattern: Such as `user.*`.

    Examples:
        >>> name_pattern("a*.c")("ab.c")
        True
    """
    first, *rest = pattern.split("*")
    if not rest:
        return pattern.__eq__
    *middle, last = rest

    def fits(name: str) -> bool:
        if not name.startswith(first):
            return False
        at = len(first)
        for part in middle:
            found = name.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return len(name) - at >= len(last) and name.endswith(last)

    return fits
