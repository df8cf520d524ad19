"""What kind of statement an SQL text is, told so that a doubt always counts as a write."""

from __future__ import annotations

import re
from typing import Final

# A comment that opens another one inside is not a lead: some engines nest comments, others do not.
_LEAD = re.compile(r"(?:\s+|--[^\r\n]*|/\*(?:[^*/]|\*(?!/)|/(?!\*))*\*/|\()*")
_WORD = re.compile(r"[A-Za-z]+\b")
# FROM leads a query in DuckDB, TABLE in PostgreSQL and MySQL.
_READS: Final = frozenset({"SELECT", "WITH", "VALUES", "SHOW", "DESCRIBE", "FROM", "TABLE"})
# What may stand between EXPLAIN and its statement. With ANALYZE the statement is run, so it is judged as if alone.
_EXPLAIN = re.compile(
    r"EXPLAIN\b(?:\s+(?:ANALYZE|VERBOSE|EXTENDED|FORMATTED|QUERY|PLAN|FOR)\b|\s+FORMAT\s*=\s*\w+|\s*\([^()]*\))*",
    re.IGNORECASE,
)
_WRITES: Final = frozenset(
    [
        "INSERT",
        "UPDATE",
        "UPSERT",
        "DELETE",
        "MERGE",
        "REPLACE",
        "INTO",
        "CREATE",
        "DROP",
        "ALTER",
        "RENAME",
        "TRUNCATE",
        "CALL",
        "EXEC",
        "EXECUTE",
        "GRANT",
        "REVOKE",
        "DENY",
        "COPY",
        "UNLOAD",
        "VACUUM",
        "NEXTVAL",
        "SETVAL",
        # SQL Server takes a second statement without a semicolon before it.
        "DBCC",
        "KILL",
        "RECONFIGURE",
        "SHUTDOWN",
        "UPDATETEXT",
        "WRITETEXT",
    ]
)
# Each word alone is common in reading statements.
_PAIRS: Final = [
    {"NEXT", "VALUE"},
    {"BACKUP", "DATABASE"},
    {"RESTORE", "DATABASE"},
    {"DISABLE", "TRIGGER"},
    {"ENABLE", "TRIGGER"},
]
# A word counts wherever it stands, also inside a string: where strings end differs between engines. Only a word that
# is a whole string, as in `action = 'delete'`, is a value in every one of them; REPLACE( is a function.
_WORDS = re.compile(r"'\w+'|REPLACE\s*\(|\w+", re.ASCII)
# One statement, told where quotes end alike in every engine: no backslash, no comment, no name in other quotes, and no
# letter before a string, which might be a prefix that gives it rules of its own.
_ONE: Final = re.compile(r"""(?:(?<!\w)'(?:[^'\\]|'')*+'|"[^"\\]*"|-(?!-)|/(?!\*)|[^-/;'"`$#\[\\])*+""")
# What also writes where it stands alone, and would else look like the name of a metric.
_VERBS: Final = _WRITES | {
    "ANALYZE",
    "BEGIN",
    "CHECKPOINT",
    "COMMIT",
    "FLUSHALL",
    "FLUSHDB",
    "REINDEX",
    "ROLLBACK",
    "SELECT",
}
_STRING: Final = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)"""
_PROMQL = re.compile(
    rf"""\s*(?:
    (?P<joint> (?:by|without|on|ignoring|group_left|group_right)\s*\([\w\s,]*\)
        | (?:group_left|group_right|and|or|unless|atan2|bool|offset)\b
        | [=!<>]=(?!\s*["'`]) | [({{,+*%^<>] | -(?!-) | /(?!\*) )
    | (?P<suffix> \[\s*[0-9][\w\s:.]*\] | @\s*(?:-?[0-9.]+|(?:start|end)\(\s*\)) | (?:=~|!~|!=|=)\s*{_STRING} | [)}}] )
    | (?P<word> [a-z_:][\w:]* )
    | (?P<value> \.?[0-9][\w.]* | {_STRING} )
    | \Z )""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

# To SQL Server a batch that begins with a name calls a procedure, and plain words, signed numbers and words in brackets
# after it are its arguments: `up` and `charge -1` look alike. What may follow here is an error there.
_CALL = re.compile(r"\s*+[a-z_:][\w:]*+\s*+(?![({*/%^=!<>]|(?:and|by|on|or|without)\b)", re.IGNORECASE | re.ASCII)


def reads_only(statement: str) -> bool:
    """Whether a statement certainly changes nothing, so that it may be sent again.

    False also where that is not certain: for several statements in one text, and where a word such as DELETE or INTO
    stands anywhere. A semicolon in a string parts nothing. What a function of the store does cannot be seen.
    """
    # One at the end does not make it two statements.
    statement = statement.strip("; \t\r\n")
    start = _end(_LEAD, statement, 0)
    # A comment may stand on either side of EXPLAIN.
    start = _end(_LEAD, statement, _end(_EXPLAIN, statement, start))
    word = _WORD.match(statement, start)
    if word is None or word[0].upper() not in _READS or _may_write(statement):
        return False
    return ";" not in statement or _ONE.fullmatch(statement) is not None


def _may_write(text: str) -> bool:
    text = text.upper()
    words = set(_WORDS.findall(text))
    if not words.isdisjoint(_WRITES) or any(words >= pair for pair in _PAIRS):
        return True
    # To some engines a number ends where letters begin: `SELECT 1INTO t`.
    if any(word[0].isdigit() and word.endswith(tuple(_WRITES)) for word in words):
        return True
    # MySQL runs what stands in `/*! */`, and MariaDB what stands in `/*M! */`.
    return "/*!" in text or "/*M!" in text


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def never_writes(text: str) -> bool:
    """Whether a text in the language of some store certainly changes nothing: SQL that reads, or PromQL."""
    return reads_only(text) or _looks_like_promql(text)


def _looks_like_promql(text: str) -> bool:
    """Whether a text is made of what PromQL is made of, with an operator between any two operands.

    Two words side by side, as in `KILL 5` or `REFRESH VIEW`, are a statement of some other language.
    """
    if _CALL.match(text):
        return False
    position, operand = 0, False
    while position < len(text):
        token = _PROMQL.match(text, position)
        # A semicolon begins another statement, whatever a string says: no selector needs one.
        if token is None or ";" in token[0]:
            return False
        kind = token.lastgroup
        if kind in ("word", "value") and operand:
            return False
        if kind == "word" and token["word"].upper() in _VERBS:
            return False
        # A query in brackets may be a second statement.
        if kind == "joint" and re.search(r"\bSELECT\b", token[0].upper()):
            return False
        operand = kind != "joint"
        position = token.end()
    return True
