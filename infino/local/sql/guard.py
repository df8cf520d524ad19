"""Refuses SQL that is more than a question: writes, settings, files, other databases, table functions."""

from __future__ import annotations

from sqlglot import exp

from infino.local.sql.dialect import wrong_sql

FORBIDDEN = (
    exp.Insert, exp.Update, exp.Delete, exp.DDL,
    exp.Command, exp.Alter, exp.Drop, exp.TruncateTable, exp.Copy, exp.Set, exp.Pragma,
    exp.Attach, exp.Detach, exp.Use, exp.Transaction, exp.Commit, exp.Rollback, exp.Describe, exp.Show,
    exp.Summarize, exp.Pivot, exp.Into, exp.Lock, exp.Kill, exp.Analyze, exp.Cache, exp.Uncache, exp.Comment,
    exp.Merge, exp.LoadData, exp.Export, exp.Install, exp.Parameter, exp.Placeholder, exp.SessionParameter,
)  # fmt: skip
TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})
FORBIDDEN_FUNCTIONS = frozenset(
    {"nextval", "currval", "getenv", "getvariable", "current_setting", "write_log", "set_config"}
)


def check_question(statement: exp.Expr) -> None:
    """Raise a 400 unless a statement only reads.

    Args:
        statement: The parsed statement.

    Example:
        >>> check_question(parse("SELECT 1")[0])
    """
    if not isinstance(statement, exp.Query):
        raise wrong_sql(f"{kind_of(statement)} is not supported; send SELECT, INSERT, UPSERT, UPDATE or DELETE")
    check_nodes(statement)


def check_nodes(tree: exp.Expr) -> None:
    """Raise a 400 for any node inside a statement that could do more than read."""
    for node in tree.walk():
        if isinstance(node, FORBIDDEN) and not isinstance(node, exp.Query):
            raise wrong_sql(f"{kind_of(node)} is not supported inside a query")
        if isinstance(node, exp.Table):
            check_table(node)
        elif isinstance(node, exp.Func):
            check_function(node)


def check_table(table: exp.Table) -> None:
    """Raise a 400 for a table function other than the harmless ones."""
    if isinstance(table.this, exp.Identifier):
        return
    name = function_name(table.this)
    if name not in TABLE_FUNCTIONS:
        raise wrong_sql(f"the table function {name or 'used'} is not supported; query datasets by name")


def check_function(function: exp.Func) -> None:
    """Raise a 400 for a function that reads or changes more than its arguments."""
    name = function_name(function)
    if name in FORBIDDEN_FUNCTIONS:
        raise wrong_sql(f"the function {name} is not supported")


def function_name(node: exp.Expr | None) -> str:
    """Return a function's name in lower case."""
    if isinstance(node, exp.Anonymous):
        return str(node.name).lower()
    if isinstance(node, exp.GenerateSeries):
        return "generate_series"
    if isinstance(node, exp.Func):
        return node.sql_name().lower()
    return ""


def kind_of(node: exp.Expr) -> str:
    """Return a statement's kind as users write it."""
    if isinstance(node, exp.Command):
        return str(node.this).upper()
    return node.key.upper()
