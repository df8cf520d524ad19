"""SQL over all datasets: `POST /sql`, and GET with a body as older clients send it."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from infino.local.http import GatewayCall, Problem, Reply, Route, illegal
from infino.local.optimistic import Change, Room, carry_out
from infino.local.sql.changes import read_change
from infino.local.sql.dialect import EXPLAIN, QUESTIONS, SEND, WRITES, check_length, engine_errors, wrong_sql
from infino.local.sql.guard import Statement
from infino.local.sql.information import shown
from infino.local.sql.question import Asker
from infino.local.sql.result import ResultColumn, data_type, describe, envelope, fetch_rows
from infino.local.sql.tokens import SqlToken, find, first_word, split, tokens, written
from infino.local.sql.watchdog import WATCHDOG, time_limit
from infino.local.sql.writes import WriteStatement
from infino.local.store import literal

if TYPE_CHECKING:
    import duckdb

    from infino.local.access import Principal
    from infino.local.state import Gateway


def start(gateway: Gateway) -> None:
    """Have statements watched from the first one on."""
    WATCHDOG.start()


def sql(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /sql."""
    query = call.json_object("query").get("query")
    if not isinstance(query, str) or not query.strip():
        raise illegal('send {"query": "<SQL>"}')
    return Reply(content=run(gateway, call.principal, query))


def run(gateway: Gateway, principal: Principal, query: str) -> bytes:
    """Run one SQL statement for a caller and return the response body.

    Args:
        gateway: The gateway.
        principal: Who asks; sees only what access rules allow.
        query: One SELECT, INSERT, UPSERT, UPDATE, DELETE, EXPLAIN, DESCRIBE, SUMMARIZE or SHOW.

    Raises:
        Problem: 400 for wrong SQL, 403 and 404 for datasets.
    """
    check_length(query)
    word = first_word(query)
    if word in WRITES:
        return change(gateway, principal, query)
    flat = gateway.options.sql_shape == "flat"
    if word == EXPLAIN:
        return explain(gateway, principal, query, flat)
    if word == "SHOW":
        query = shown(query, tokens(query)) or query
    if word and word not in QUESTIONS:
        raise wrong_sql(f"{word} is not supported; {SEND}")
    return ask(gateway, principal, query, flat)


def change(gateway: Gateway, principal: Principal, query: str) -> bytes:
    """Carry out an INSERT, UPSERT, UPDATE or DELETE."""
    started = time.perf_counter()
    statement = read_change(query)

    def decide(cursor: duckdb.DuckDBPyConnection) -> Change:
        return WriteStatement(gateway, principal, cursor, Room(gateway.options.max_answer)).decide(statement)

    with engine_errors():
        dataset, affected = carry_out(gateway, decide)
    members = {
        **facts_of(None),
        "execution_time": int((time.perf_counter() - started) * 1000),
        "statement_type": statement.kind,
        "affected_rows": affected,
        "columns": [],
        "table_names": [dataset.name],
    }
    return envelope(b"", members)


def ask(
    gateway: Gateway, principal: Principal, query: str, flat: bool = False, within: Collection[str] | None = None
) -> bytes:
    """Answer a SELECT.

    Args:
        gateway: The gateway.
        principal: Who asks.
        query: The statement.
        flat: Whether rows are plain objects, without tags.
        within: The only datasets that it may read; None for all that the caller may.
    """
    started = time.perf_counter()
    known: list[str] = []
    with (
        engine_errors(known),
        gateway.store.reading() as cursor,
        time_limit(cursor.interrupt, gateway.options.sql_timeout),
    ):
        question = Asker(gateway, principal, cursor, within).prepare(query, apart=True)
        known += [column.name for view in question.views for column in view.columns]
        limits = gateway.options.sql_rows, flat, gateway.options.max_answer // 2
        if question.whole is not None:
            headers, rows, count = question.whole.fetch(cursor, question.sql, *limits)
        else:
            headers = describe(cursor, question.sql)
            rows, count = fetch_rows(cursor, question.sql, headers, *limits)
    members = {
        **facts_of(question.statement),
        "execution_time": int((time.perf_counter() - started) * 1000),
        "statement_type": "Select",
        "affected_rows": count,
        "columns": [column_of(header) for header in headers],
        "table_names": [view.name for view in question.views],
    }
    return envelope(rows, members)


def explain(gateway: Gateway, principal: Principal, query: str, flat: bool) -> bytes:
    """Answer an EXPLAIN, for callers from whom nothing of the datasets is hidden: plans show what views leave out."""
    inner = written(query, tokens(query)[1:])
    word = first_word(inner)
    if word and word not in QUESTIONS:
        raise wrong_sql(f"EXPLAIN {word} is not supported; EXPLAIN takes a SELECT")
    with engine_errors(), gateway.store.reading() as cursor, time_limit(cursor.interrupt, gateway.options.sql_timeout):
        question = Asker(gateway, principal, cursor).prepare(inner)
        if not all(gateway.access.fields(principal, view.name).unrestricted for view in question.views):
            raise Problem(403, "security_exception", "EXPLAIN takes the permission to read every field")
        plans = cursor.execute(f"EXPLAIN\n{question.sql}").fetchall()
    values = ", ".join(f"({', '.join(map(literal, row))})" for row in plans)
    return ask(gateway, principal, f"FROM (VALUES {values}) AS plan(explain_key, explain_value)", flat)


def column_of(header: ResultColumn) -> dict[str, Any]:
    """Return a column as the response shows it."""
    return {
        "alias": header.key,
        "name": {"Column": {"name": header.name, "table_identifier": None}},
        "data_type": data_type(header.type),
    }


def facts_of(statement: Statement | None) -> dict[str, Any]:
    """Return what the response tells about the statement itself."""
    clauses = {kind: node for node in (statement.top["modifiers"] if statement else ()) for kind in [node["type"]]}
    limit = (clauses.get("LIMIT_MODIFIER", {}).get("limit") or {}).get("literal", {}).get("text", "")
    return {
        "has_joins": statement is not None and statement.joins,
        "aggregations": None,
        "error_message": None,
        "query_events": None,
        "order_by": keys_behind(statement.text, "ORDER") if statement else [],
        "limit": int(limit) if limit.isdigit() else None,
        "distinct": "DISTINCT_MODIFIER" in clauses,
        "group_by_columns": keys_behind(statement.text, "GROUP") if statement else [],
    }


def keys_behind(text: str, word: str) -> list[str]:
    """Return the keys of the outermost ORDER BY or GROUP BY, as they are written."""
    given = tokens(text)
    place = find(given, word, "BY")
    if place is None:
        return []
    rest: Sequence[SqlToken] = given[place + 2 :]
    ends = [end for following in BEHIND if (end := find(rest, following)) is not None]
    return [written(text, key) for key in split(rest[: min(ends, default=len(rest))])]


BEHIND = ("HAVING", "WINDOW", "QUALIFY", "ORDER", "LIMIT", "OFFSET", "USING", "UNION", "INTERSECT", "EXCEPT")
ROUTES = (Route("POST", "/sql", sql), Route("GET", "/sql", sql))
