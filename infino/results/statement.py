"""What kind of statement an SQL text is."""

from __future__ import annotations

import re
from typing import Final

_LEAD = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/|\()*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_READS: Final = frozenset({"SELECT", "WITH", "VALUES", "SHOW", "DESCRIBE", "EXPLAIN", "FROM", "TABLE"})
_WRITES = re.compile(r"\b(?:INSERT|UPDATE|UPSERT|DELETE|MERGE|REPLACE|CREATE|DROP|ALTER)\b", re.IGNORECASE)


def reads_only(statement: str) -> bool:
    """Whether a statement certainly changes nothing, so that it may be sent again.

    Args:
        statement: SQL text.

    Returns:
        False also where that is not certain, as with several statements in one text.

    Example:
        >>> reads_only("SELECT 1"), reads_only("INSERT INTO t VALUES (1)")
        (True, False)
    """
    lead = _LEAD.match(statement)
    word = _WORD.match(statement, lead.end() if lead else 0)
    if word is None or word[0].upper() not in _READS:
        return False
    # WITH and EXPLAIN may lead to a write, and so may a second statement: then every mention of one counts, even
    # one inside a string.
    first = word[0].upper() in ("WITH", "EXPLAIN")
    several = ";" in statement.rstrip().removesuffix(";")
    return not ((first or several) and _WRITES.search(statement))
