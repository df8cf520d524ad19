"""The service's SQL dialect: DuckDB's, with UPSERT INTO; and the words in which SQL is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches

import duckdb

from infino.local.disk import damaged_file
from infino.local.http import Problem

MAX_BYTES = 16 * 1024**2
MAX_TOKENS = 100_000
"""The longest statement: the engine's parser can't be interrupted, and takes a second for so many words and values."""
MAX_TABLES, MAX_GROUPINGS, MAX_COLUMNS, MAX_QUERIES = 100, 1000, 10_000, 1000
"""Of one statement: neither can the engine's planner be interrupted, and takes some seconds for so many."""
QUESTIONS = frozenset({"SELECT", "WITH", "FROM", "VALUES", "TABLE", "(", "DESCRIBE", "DESC", "SUMMARIZE", "SHOW"})
WRITES = frozenset({"INSERT", "UPSERT", "UPDATE", "DELETE"})
EXPLAIN = "EXPLAIN"
UNKNOWN_COLUMN = re.compile(
    r'(?:Referenced|have a) column (?:named )?"([^"]+)"(?: not found in FROM clause!|$)', re.MULTILINE
)
KIND = re.compile(r"\A(?:Binder|Catalog|Conversion|Invalid Input|Not implemented|Out of Range|Parser) Error: ")
"""What the engine says before its reason: which part of it found the mistake."""
TOLD = re.compile(r"Could not convert string '(the zone of .* would be lost: .*)' to BOOL", re.DOTALL)
"""How the engine says what a cast is made to say."""
SEND = "send SELECT, INSERT, UPSERT, UPDATE or DELETE"
HINT = "; names with dots, hyphens or @, and words of SQL used as names, need double quotes or backticks"


def wrong_sql(reason: str) -> Problem:
    """Return the 400 for SQL that can't be run."""
    return Problem(400, "sql_exception", reason)


def too_wide() -> str:
    """Return why a result of very many columns is refused."""
    return f"the result has more than {MAX_COLUMNS} columns; name the ones that you need"


def check_length(text: str) -> None:
    """Raise a 400 for a statement that is too long to be parsed."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise wrong_sql(f"the statement is longer than {MAX_BYTES} bytes; send many records by bulk")
    if len(text) > MAX_TOKENS and len(duckdb.tokenize(text)) > MAX_TOKENS:
        raise wrong_sql(f"the statement has more than {MAX_TOKENS} words and values; send many records by bulk")


@contextmanager
def engine_errors(columns: Iterable[str] = ()) -> Iterator[None]:
    """Raise what the engine says about a caller's statement in the block as a 400.

    Args:
        columns: As for `engine_error`; it may grow in the block.
    """
    try:
        yield
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise damaged_file(error) or engine_error(error, columns) from None


def engine_error(error: duckdb.Error, columns: Iterable[str] = ()) -> Problem:
    """Return the 400 for what the engine says about a caller's statement.

    Args:
        error: What the engine raised.
        columns: What the caller may see of the datasets that the statement names, to be proposed.

    Its message is cut before the statement that it quotes and before the names that it proposes instead, for those
    are looked for among all tables.
    """
    if isinstance(error, duckdb.OutOfMemoryException):
        return wrong_sql("the query needs more memory than the gateway has for it; ask for less at once")
    text = str(error)
    if unknown := UNKNOWN_COLUMN.search(text):
        # What lies in an object that is not shown whole is not told either.
        others = [name for name in columns if not name.startswith(f"{unknown[1]}.")]
        near = get_close_matches(unknown[1], others, n=3)
        return wrong_sql(f"there is no column [{unknown[1]}]" + (f"; did you mean {', '.join(near)}?" if near else ""))
    text = TOLD.sub(r"\1", text)
    for mark in ("\n\nLINE ", "\nLINE ", "Did you mean", "Candidate tables:", "Candidate functions:", "Stack Trace"):
        text = text.split(mark)[0]
    return wrong_sql(" ".join(KIND.sub("", text).split())[:1000])
