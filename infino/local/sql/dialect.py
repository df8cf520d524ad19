"""Reads the service's SQL dialect: DuckDB's, with backticks as quotes and UPSERT INTO."""

from __future__ import annotations

import re
from typing import ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError

from infino.local.http import Problem

UPSERT = re.compile(r"\s*UPSERT\s+INTO\b", re.IGNORECASE)
FIRST_WORD = re.compile(r"[\s(]*([A-Za-z_]+)")
STATEMENTS = frozenset({"SELECT", "WITH", "FROM", "INSERT", "UPSERT", "UPDATE", "DELETE", "VALUES", "TABLE"})
HINT = "; names with dots, hyphens or @ need double quotes or backticks"


class InfinoSql(DuckDB):
    """DuckDB's SQL in which backticks quote names as double quotes do."""

    class Tokenizer(DuckDB.Tokenizer):
        IDENTIFIERS: ClassVar = ['"', "`"]


def wrong_sql(reason: str) -> Problem:
    """Return the 400 for SQL that can't be run."""
    return Problem(400, "sql_exception", reason)


def parse(text: str) -> tuple[exp.Expr, bool]:
    """Parse exactly one statement.

    Args:
        text: The SQL.

    Returns:
        The statement, and whether it was written as UPSERT INTO.

    Raises:
        Problem: 400 for a syntax error, no statement or several.

    Example:
        >>> parse("SELECT 1")[1]
        False
    """
    first = FIRST_WORD.match(text)
    if first and first[1].upper() not in STATEMENTS:
        raise wrong_sql(f"{first[1].upper()} is not supported; send SELECT, INSERT, UPSERT, UPDATE or DELETE")
    upsert = UPSERT.match(text)
    if upsert:
        text = "INSERT INTO" + text[upsert.end() :]
    try:
        statements = [statement for statement in sqlglot.parse(text, read=InfinoSql) if statement is not None]
    except (SqlglotError, RecursionError) as error:
        raise wrong_sql(f"syntax error: {first_line(error)}{HINT}") from None
    if len(statements) != 1:
        raise wrong_sql(f"send one statement, not {len(statements)}")
    return statements[0], upsert is not None


def first_line(error: BaseException) -> str:
    """Return an error's first line without terminal colours."""
    text = str(error) or type(error).__name__
    return re.sub(r"\x1b\[\d*m", "", text.splitlines()[0]).rstrip(". ")


def render(statement: exp.Expr) -> str:
    """Return a statement as DuckDB's SQL."""
    return statement.sql(dialect="duckdb", comments=False)
