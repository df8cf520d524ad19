"""What kind of statement an SQL text is."""

from __future__ import annotations

import re
from typing import Final

_LEAD = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/|\()*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_READS: Final = frozenset({"SELECT", "WITH", "VALUES", "SHOW", "DESCRIBE", "EXPLAIN", "FROM", "TABLE"})
_VERBS: Final = frozenset(
    [
        "ANALYZE",
        "BEGIN",
        "CALL",
        "COMMENT",
        "COMMIT",
        "COPY",
        "DO",
        "EXEC",
        "EXECUTE",
        "GRANT",
        "LOAD",
        "LOCK",
        "OPTIMIZE",
        "PUT",
        "RENAME",
        "REVOKE",
        "SET",
        "TRUNCATE",
        "UNLOAD",
        "USE",
        "VACUUM",
    ]
)
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


def never_writes(text: str) -> bool:
    """Whether a text in the language of some store, as SQL or PromQL, certainly changes nothing.

    Args:
        text: The query.

    Returns:
        False also where that is not certain.

    Example:
        >>> never_writes("rate(requests_total[5m])"), never_writes("CALL refresh()")
        (True, False)
    """
    if reads_only(text):
        return True
    lead = _LEAD.match(text)
    word = _WORD.match(text, lead.end() if lead else 0)
    acts = word is not None and word[0].upper() in _VERBS
    return not acts and ";" not in text and not _WRITES.search(text)
