"""SQL over all datasets: `POST /sql`, and GET with a body as older clients send it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from infino.local.http import Answer, Call, Problem, Route
from infino.local.sql.dialect import parse, render, wrong_sql
from infino.local.sql.guard import check_nodes, check_question
from infino.local.sql.names import resolve
from infino.local.sql.result import Header, data_type, describe, envelope, fetch_rows, reason_of
from infino.local.sql.watchdog import time_limit
from infino.local.sql.writes import Writing
from infino.local.store import DatasetView

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway


def sql(gateway: Gateway, call: Call) -> Answer:
    """POST /sql."""
    query = call.json_object().get("query")
    if not isinstance(query, str) or not query.strip():
        raise Problem(400, "illegal_argument_exception", 'send {"query": "<SQL>"}')
    return Answer(content=run(gateway, call.principal, query))


def run(gateway: Gateway, principal: Principal, query: str) -> bytes:
    """Run one SQL statement for a caller and return the response body.

    Args:
        gateway: The gateway.
        principal: Who asks; sees only what access rules allow.
        query: One SELECT, INSERT, UPSERT, UPDATE or DELETE.

    Raises:
        Problem: 400 for wrong SQL, 403 and 404 for datasets.
    """
    statement, upsert = parse(query)
    if isinstance(statement, (exp.Insert, exp.Update, exp.Delete)):
        return change(gateway, principal, statement, upsert)
    return ask(gateway, principal, statement, flat=gateway.options.sql_shape == "flat")


def change(gateway: Gateway, principal: Principal, statement: exp.Expr, upsert: bool) -> bytes:
    """Carry out an INSERT, UPSERT, UPDATE or DELETE."""
    started = time.perf_counter()
    for part in statement.iter_expressions():
        check_nodes(part)
    with gateway.store.writing() as cursor, time_limit(cursor, gateway.options.sql_timeout):
        writing = Writing(gateway, cursor, lambda name: readable(gateway, principal, cursor, name))
        name = writing.target(dataset_written(statement)).view.name
        gateway.access.check(principal, "write", "record", name)
        try:
            affected = writing.run(statement, upsert)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise wrong_sql(reason_of(error)) from None
    members = {
        **facts_of(exp.Select()),
        "execution_time": int((time.perf_counter() - started) * 1000),
        "statement_type": "Upsert" if upsert else statement.key.capitalize(),
        "affected_rows": affected,
        "columns": [],
        "table_names": [name],
    }
    return envelope(b"", members)


def dataset_written(statement: exp.Expr) -> exp.Expr | None:
    """Return the table that a statement writes."""
    written: exp.Expr | None = statement.this
    return written.this if isinstance(written, exp.Schema) else written


def ask(gateway: Gateway, principal: Principal, statement: exp.Expr, flat: bool = False) -> bytes:
    """Answer a SELECT.

    Args:
        gateway: The gateway.
        principal: Who asks.
        statement: The parsed statement.
        flat: Whether rows are plain objects, without tags.
    """
    started = time.perf_counter()
    check_question(statement)
    facts = facts_of(statement)
    with gateway.store.reading() as cursor, time_limit(cursor, gateway.options.sql_timeout):
        try:
            resolved = resolve(statement, lambda name: readable(gateway, principal, cursor, name))
            headers = describe(cursor, resolved.sql)
            rows, count = fetch_rows(cursor, resolved.sql, headers, gateway.options.sql_rows, flat)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise wrong_sql(reason_of(error)) from None
    members = {
        **facts,
        "execution_time": int((time.perf_counter() - started) * 1000),
        "statement_type": "Select",
        "affected_rows": count,
        "columns": [column_of(header) for header in headers],
        "table_names": [view.name for view in resolved.views],
    }
    return envelope(rows, members)


def readable(
    gateway: Gateway, principal: Principal, cursor: duckdb.DuckDBPyConnection, name: str
) -> DatasetView | None:
    """Return a dataset as a caller may read it, or None when there is none."""
    dataset = gateway.store.find(cursor, name)
    if dataset is None:
        return None
    gateway.access.check(principal, "read", "record", dataset.name)
    return gateway.access.view(principal, gateway.store.view_of(cursor, dataset))


def column_of(header: Header) -> dict[str, Any]:
    """Return a column as the response shows it."""
    return {
        "alias": header.key,
        "name": {"Column": {"name": header.name, "table_identifier": None}},
        "data_type": data_type(header.type),
    }


def facts_of(statement: exp.Expr) -> dict[str, Any]:
    """Return what the response tells about the statement itself."""
    group, order = statement.args.get("group"), statement.args.get("order")
    limit = statement.args.get("limit")
    number = limit.expression.name if limit is not None and limit.expression is not None else ""
    return {
        "has_joins": statement.find(exp.Join) is not None,
        "aggregations": None,
        "error_message": None,
        "query_events": None,
        "order_by": [render(key) for key in order.expressions] if order else [],
        "limit": int(number) if number.isdigit() else None,
        "distinct": statement.args.get("distinct") is not None,
        "group_by_columns": [render(key) for key in group.expressions] if group else [],
    }


ROUTES = (Route("POST", "/sql", sql), Route("GET", "/sql", sql))
