"""The two lines of defence of SQL, each alone: the check of the engine's parse, and where a statement runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from infino.local.http import Problem
from infino.local.sources.relational import only_a_query
from infino.local.sql import result
from infino.local.sql.guard import TABLE_FUNCTIONS, checked, refused_functions
from infino.local.sql.tokens import tokens
from infino.local.store import Store


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store(None, lambda: datetime.now(UTC))
    with store.writing() as cursor:
        store.create(cursor, "secret")
    yield store
    store.close()


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def test_every_function_of_the_engine_is_placed(engine: duckdb.DuckDBPyConnection) -> None:
    rows = engine.execute("SELECT DISTINCT lower(function_name) FROM duckdb_functions()").fetchall()
    names = list(refused_functions())
    assert set(names) == {name for (name,) in rows}, "place what the engine has and drop what it has not"
    assert names == sorted(names)


def test_no_function_of_the_catalogue_or_of_settings_is_allowed(engine: duckdb.DuckDBPyConnection) -> None:
    allowed = {name for name, reason in refused_functions().items() if not reason}
    rows = engine.execute(
        "SELECT lower(function_name) FROM duckdb_functions() GROUP BY 1"
        " HAVING bool_and(function_type IN ('table', 'table_macro', 'pragma'))"
    ).fetchall()
    assert allowed & {name for (name,) in rows} == TABLE_FUNCTIONS & {name for (name,) in rows}
    marks = ("duckdb_", "pg_", "current_s", "current_q", "privilege", "setting", "variable", "serialize", "__internal")
    assert {name for name in allowed if any(mark in name for mark in marks)} == {"pg_size_pretty", "pg_typeof"}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM secret AT (VERSION => 1)",
        "PIVOT secret ON a USING count(*)",
        "UNPIVOT secret ON a INTO NAME n VALUE v",
        "WITH x AS (INSERT INTO secret VALUES (1) RETURNING *) SELECT * FROM x",
        "WITH x AS (UPDATE secret SET a = 1 RETURNING *) SELECT * FROM x",
        "WITH RECURSIVE pg_tables AS (SELECT * FROM pg_tables) SELECT * FROM pg_tables",
        "WITH Duckdb_Tables AS (SELECT 1) SELECT 1",
        "SELECT main.abs(1)",
        "SELECT 1::main.x",
        "SELECT (SELECT [current_setting('threads')])",
        "SELECT list_transform([1], lambda x: getvariable('a'))",
        "SELECT sum(1) FILTER (current_query() = '')",
        "SELECT count(*) OVER (ORDER BY nextval('s'))",
        "SELECT 1 ORDER BY current_database()",
        "SELECT 1 LIMIT (SELECT txid_current())",
        "SELECT * FROM range((SELECT count(*) FROM duckdb_tables()))",
        "SELECT * FROM (SELECT 1) x, LATERAL query('SELECT 1') y",
        "SHOW ALL TABLES",
        "SELECT * FROM (SHOW DATABASES)",
        "SELECT $1",
        "SELECT 1; SELECT 2",
        "BEGIN",
        "EXPLAIN SELECT 1",
        "SELECT" + " [" * 400 + "1" + "]" * 400,
        "SELECT " + "1," * 200_000 + "1",
        "SELECT 1 FROM range(1)" + ", a" * 101,
    ],
)
def test_the_check_alone_refuses(engine: duckdb.DuckDBPyConnection, text: str) -> None:
    with pytest.raises(Problem) as refused:
        checked(engine, text)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM ds_1",
        "SELECT * FROM main.ds_1",
        "SELECT * FROM datasets",
        "WITH RECURSIVE ds_1 AS (SELECT * FROM ds_1) SELECT * FROM ds_1",
        "FROM query_table('ds_1')",
        "FROM query('FROM ds_1')",
        "FROM query('FROM main.ds_1')",
    ],
)
def test_where_a_statement_runs_no_table_has_a_name(store: Store, text: str) -> None:
    with store.reading() as cursor:
        assert cursor.execute("SELECT count(*) FROM ds_1").fetchone() == (0,)
        store.hide(cursor)
        with pytest.raises((duckdb.CatalogException, duckdb.BinderException)):
            cursor.execute(text)


def test_a_relation_of_a_ctes_name_is_the_cte_only_where_it_is_seen(engine: duckdb.DuckDBPyConnection) -> None:
    def names(text: str) -> list[str]:
        return [relation.name for relation in checked(engine, text).relations]

    assert names("WITH a AS (SELECT 1) SELECT * FROM a, b") == ["b"]
    assert names("WITH a AS (SELECT * FROM a) SELECT * FROM a") == ["a"]
    assert names("WITH RECURSIVE a AS (SELECT 1 UNION SELECT * FROM a) SELECT * FROM A") == []
    assert names("SELECT (WITH a AS (SELECT 1) SELECT * FROM a), (SELECT 1 FROM a)") == ["a"]
    assert names("WITH b AS (SELECT * FROM a), a AS (SELECT * FROM b) SELECT * FROM a") == ["a"]


def test_tokens_know_their_bytes_and_their_brackets() -> None:
    text = "SELECT 'é(' , f(\"ö\", [1]) -- (\n;"
    found = tokens(text)
    assert [token.text for token in found] == ["SELECT", "'é('", ",", "f", "(", '"ö"', ",", "[", "1", "]", ")"]
    assert [text.encode()[token.start : token.end].decode() for token in found] == [token.text for token in found]
    assert [token.depth for token in found] == [0, 0, 0, 0, 0, 1, 1, 1, 2, 1, 0]
    with pytest.raises(Problem, match="without its opening bracket"):
        tokens("1) OR (1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT " + "1, " * 30_000 + "1", "characters at the most"),
        ("SELECT " + "(" * 5_000 + "1" + ")" * 5_000, "too deeply|nested|Expecting"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("DELETE FROM t", "read-only"),
    ],
)
def test_queries_to_connections_are_read_within_limits(text: str, reason: str) -> None:
    with pytest.raises(Problem, match=reason) as refused:
        only_a_query(text, "sqlite")
    assert refused.value.status == 400


def test_a_statement_that_a_parser_logs_does_not_steer(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Problem, match="read-only"):
        only_a_query("VACUUM INTO '\x1b[2J\u202e\nINFO all is well'", "sqlite")
    assert [record.getMessage().isprintable() for record in caplog.records] == [True]


def test_the_larger_rows_are_the_fewer_are_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result, "BATCH_BYTES", 4000)
    rows, asked = ["x" * 1000] * 70, []

    class Cursor:
        def execute(self, sql: str) -> None:
            pass

        def fetchmany(self, count: int) -> list[tuple[str]]:
            asked.append(count)
            given = [(row,) for row in rows[:count]]
            del rows[:count]
            return given

    cursor: Any = Cursor()
    text, count = result.fetch_rows(cursor, "SELECT a", [result.ResultColumn("a", "a", "VARCHAR")], 1000)
    assert (count, len(text)) == (70, 70 * 1001 - 1)
    assert asked == [64, 3, 3, 3]
