"""Puts the caller's view of each dataset in place of its name, and dotted fields in place of column paths."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import attrs
from sqlglot import exp

from infino.local.http import Problem
from infino.local.sql.dialect import render, wrong_sql
from infino.local.store import DatasetView, identifier

MARK = secrets.token_hex(8)
"""Makes the stand-ins for subqueries unguessable, so that no query can contain one."""

FindView = Callable[[str], DatasetView | None]


@attrs.frozen
class Resolved:
    """A query over the real tables.

    Args:
        sql: DuckDB's SQL.
        views: The datasets it reads.
    """

    sql: str
    views: tuple[DatasetView, ...]


def resolve(statement: exp.Expr, find: FindView) -> Resolved:
    """Rewrite a checked query so that it reads the caller's views.

    Args:
        statement: The parsed query; it is changed.
        find: Returns the view of a dataset by exact name, or None.

    Raises:
        Problem: 400 for a qualified name, 404 for an unknown dataset.

    Example:
        >>> resolve(parse("SELECT carrier FROM flights")[0], find).sql
        'SELECT carrier FROM (SELECT _id, ... AS "carrier" FROM ds_1) AS flights'
    """
    tables = [(table, dataset_of(table, find)) for table in real_tables(statement)]
    views = {view.name: view for _, view in tables}
    columns = {column.name.lower(): column.name for view in views.values() for column in view.columns}
    join_paths(statement, columns, aliases_of(statement))
    wanted = None if shows_everything(statement, columns) else mentioned(statement)
    rows: dict[str, str] = {}
    for number, (table, view) in enumerate(tables):
        mark = f"_{MARK}_{number}"
        rows[identifier(mark)] = f"({view.rows(wanted)})"
        stand_in(table, mark, view.name)
    sql = render(statement)
    for mark, subquery in rows.items():
        sql = sql.replace(mark, subquery)
    return Resolved(sql, tuple(views.values()))


def real_tables(statement: exp.Expr) -> list[exp.Table]:
    """Return the tables of a statement that are no CTEs, inside out."""
    return [
        table for table in statement.find_all(exp.Table) if isinstance(table.this, exp.Identifier) and not is_cte(table)
    ]


def is_cte(table: exp.Table) -> bool:
    """Tell whether a table name means a CTE that is visible where it stands."""
    if table.args.get("db"):
        return False
    name = table.name.lower()
    return any(cte.alias.lower() == name for cte in visible_ctes(table))


def visible_ctes(table: exp.Table) -> Iterator[exp.CTE]:
    """Yield the CTEs that a table name could mean."""
    child: exp.Expr = table
    inside: exp.CTE | None = None
    while child.parent is not None:
        parent = child.parent
        if isinstance(child, exp.CTE):
            inside = child
        if isinstance(parent, exp.With):
            for cte in parent.expressions:
                if cte is inside:
                    if inside is not None and parent.args.get("recursive"):
                        yield inside
                    break
                yield cte
        elif not isinstance(child, exp.With):
            with_ = parent.args.get("with_") or parent.args.get("with")
            if with_ is not None:
                yield from with_.expressions
        child = parent


def dataset_of(table: exp.Table, find: FindView) -> DatasetView:
    """Return the view that a table name means."""
    name = ".".join(part.name for part in table.parts)
    view = find(name) or find(name.lower())
    if view is not None:
        return view
    if table.args.get("db"):
        raise wrong_sql(f"no dataset [{name}]; qualified names and system tables are not supported")
    hint = "; create it first, and quote names with dots or hyphens"
    raise Problem(404, "index_not_found_exception", f"no such dataset [{name}]{hint}")


def stand_in(table: exp.Table, mark: str, name: str) -> None:
    """Turn a table into a marked name with the alias that its columns are qualified by."""
    if not table.args.get("alias"):
        table.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
    table.set("this", exp.to_identifier(mark, quoted=True))
    table.set("db", None)
    table.set("catalog", None)


def aliases_of(statement: exp.Expr) -> frozenset[str]:
    """Return every name that qualifies columns, in lower case."""
    named = statement.find_all(exp.Table, exp.Subquery, exp.CTE, exp.Lateral, exp.Unnest, exp.Values)
    return frozenset(node.alias_or_name.lower() for node in named if node.alias_or_name)


def join_paths(statement: exp.Expr, columns: dict[str, str], aliases: frozenset[str]) -> None:
    """Replace `a.b.c`, where it is a dotted field, by one column; a leading table name stays in front."""
    for node in list(statement.find_all(exp.Dot, exp.Column)):
        if isinstance(node.parent, exp.Dot):
            continue
        parts = path_of(node)
        if parts is None or len(parts) < 2:
            continue
        names = [part.name for part in parts]
        whole = columns.get(".".join(names).lower())
        rest = columns.get(".".join(names[1:]).lower())
        if names[0].lower() in aliases and rest is not None:
            node.replace(exp.column(exp.to_identifier(rest, quoted=True), table=parts[0].copy()))
        elif names[0].lower() not in aliases and whole is not None:
            node.replace(exp.column(exp.to_identifier(whole, quoted=True)))


def path_of(node: exp.Expr) -> list[exp.Identifier] | None:
    """Return the identifiers of `a.b.c`, or None for anything else."""
    if isinstance(node, exp.Column):
        parts = node.parts
        return [part for part in parts if isinstance(part, exp.Identifier)] if len(parts) else None
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        before = path_of(node.this)
        return None if before is None else [*before, node.expression]
    return None


def mentioned(statement: exp.Expr) -> frozenset[str]:
    """Return every identifier of a statement in lower case."""
    return frozenset(node.name.lower() for node in statement.find_all(exp.Identifier))


def shows_everything(statement: exp.Expr, columns: dict[str, str]) -> bool:
    """Tell whether columns may be used without being named: `*`, COLUMNS, NATURAL JOIN, a table as a value."""
    for node in statement.find_all(exp.Star, exp.Columns, exp.Join):
        if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
            return True
        if isinstance(node, exp.Columns) or (isinstance(node, exp.Join) and node.method.upper() == "NATURAL"):
            return True
    aliases = aliases_of(statement)
    bare = (node.name.lower() for node in statement.find_all(exp.Column) if not node.table)
    return any(name in aliases and name not in columns for name in bare)
