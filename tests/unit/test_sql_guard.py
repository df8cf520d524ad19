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
from infino.local.sql.changes import Assignment, Conflict, read_change
from infino.local.sql.dialect import MAX_BYTES, MAX_TOKENS, check_length
from infino.local.sql.guard import TABLE_FUNCTIONS, Check, checked, refused_functions
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


def test_a_statement_is_as_long_as_it_may_be() -> None:
    check_length("1, " * (MAX_TOKENS // 2))
    with pytest.raises(Problem, match=f"more than {MAX_TOKENS} words"):
        check_length("1, " * (MAX_TOKENS // 2) + "1")
    check_length("ä" * (MAX_BYTES // 2))
    with pytest.raises(Problem, match=f"longer than {MAX_BYTES} bytes"):
        check_length("ä" * (MAX_BYTES // 2) + "1")


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
    ("text", "reason"),
    [
        ("SELECT * FROM secret AT (VERSION => 1)", "AT is not supported"),
        ("PIVOT secret ON a USING count(*)", "PIVOT is not supported here"),
        ("FROM (PIVOT secret ON a IN (1) USING count(*))", "PIVOT is not supported"),
        ("UNPIVOT secret ON a INTO NAME n VALUE v", "not supported"),
        ("WITH x AS (INSERT INTO secret VALUES (1) RETURNING *) SELECT * FROM x", "not supported|syntax"),
        ("WITH x AS (UPDATE secret SET a = 1 RETURNING *) SELECT * FROM x", "not supported|syntax"),
        ("WITH x AS NOT MATERIALIZED (SELECT 1) SELECT * FROM x", "NOT MATERIALIZED is not supported"),
        ("WITH RECURSIVE pg_tables AS (SELECT * FROM pg_tables) SELECT * FROM pg_tables", "the engine has a view"),
        ("WITH Duckdb_Tables AS (SELECT 1) SELECT 1", "CTE can't be called duckdb_tables"),
        ("SELECT main.abs(1)", "main.abs is not supported: functions and types have no qualifier"),
        ("SELECT 1::main.x", "no qualifier"),
        ("SELECT DEFAULT", "DEFAULT is not supported inside a query"),
        ("SELECT (SELECT [current_setting('threads')])", "function current_setting is not supported"),
        ("SELECT list_transform([1], lambda x: getvariable('a'))", "function getvariable"),
        ("SELECT sum(1) FILTER (current_query() = '')", "function current_query"),
        ("SELECT count(*) OVER (ORDER BY nextval('s'))", "function nextval"),
        ("SELECT 1 ORDER BY current_database()", "function current_database"),
        ("SELECT 1 LIMIT (SELECT txid_current())", "function txid_current"),
        ("SELECT no_such_function(1)", "the engine has none of this name"),
        ("SELECT format('{:10000}', 1)", "widths of four digits"),
        ("SELECT format('{:*>9}', 1)", "widths of four digits"),
        ("SELECT printf(a, 1) FROM secret", "a template that is written out"),
        ("SELECT printf()", "a template that is written out"),
        ("SELECT * FROM range((SELECT count(*) FROM duckdb_tables()))", "table function duckdb_tables"),
        ("SELECT * FROM (SELECT 1) x, LATERAL query('SELECT 1') y", "table function query"),
        ("SHOW ALL TABLES", "of SHOW there is"),
        ("SELECT * FROM (SHOW DATABASES)", "of SHOW there is"),
        ("SELECT $1", "no value was given for a placeholder"),
        ("SELECT 1; SELECT 2", "send one statement, not 2"),
        ("BEGIN", "BEGIN is not supported here"),
        ("EXPLAIN SELECT 1", "EXPLAIN is not supported here"),
        ("SELEC 1", "syntax error.*need double quotes"),
        ("SELECT" + " [" * 400 + "1" + "]" * 400, "nested too deeply|syntax error"),
    ],
)
def test_the_check_alone_refuses(engine: duckdb.DuckDBPyConnection, text: str, reason: str) -> None:
    with pytest.raises(Problem, match=reason) as refused:
        checked(engine, text)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("text", "repeated", "most"),
    [
        ("SELECT 1 FROM a{}", ", a", 99),
        ("SELECT 1{}", ", 1", 9_999),
        ("SELECT 1{}", ", (SELECT 1)", 999),
        ("SELECT 1 GROUP BY GROUPING SETS ((){})", ", ()", 999),
    ],
)
def test_limits_are_met_exactly(engine: duckdb.DuckDBPyConnection, text: str, repeated: str, most: int) -> None:
    checked(engine, text.format(repeated * most))
    with pytest.raises(Problem, match="has more than"):
        checked(engine, text.format(repeated * (most + 1)))


def test_what_a_new_version_of_the_engine_adds_is_refused() -> None:
    with pytest.raises(Problem, match="NEW_CLAUSE is not supported"):
        Check("").run({"node": {"type": "SELECT_NODE", "new_clause": 1}})
    with pytest.raises(Problem, match="NEW_TABLE is not supported inside a query"):
        Check("").run({"node": {"type": "NEW_TABLE", "new_clause": 1}})
    with pytest.raises(Problem, match="OPERATOR_NEW is not supported inside a query"):
        Check("").run({"node": {"class": "OPERATOR", "type": "OPERATOR_NEW"}})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT A, f.B AS C FROM flights AS F", {
            "columns": ((("f", "B"), 10, 3), (("A",), 7, 1)), "aliases": {"f", "flights"}, "labels": {"", "c", "f"},
            "everything": False, "joins": False, "unnamed": (),
        }),
        ("SELECT a AS B FROM t AS T(Aa, bb)", {"labels": {"aa", "b", "bb", "t"}}),
        ("WITH q(Z) AS (SELECT a FROM t) SELECT z FROM q", {"labels": {"", "z"}, "aliases": {"q", "t"}}),
        ("SELECT f FROM flights AS f", {"everything": True}),
        ("SELECT f.f FROM flights AS f", {"everything": False}),
        ("SELECT range FROM range(3)", {"everything": True, "aliases": {"range"}}),
        ("SELECT t.* FROM t", {"everything": True}),
        ("DESCRIBE t", {"everything": True, "aliases": {"t"}}),
        ("SELECT x FROM a NATURAL JOIN b", {"everything": True, "joins": True}),
        ("SELECT x FROM a JOIN b USING (k)", {
            "everything": False, "joins": True, "columns": ((("k",), -1, 0), (("x",), 7, 1)),
        }),
        ("SELECT 1 + 1, (SELECT * FROM x), unnest([1]), COLUMNS('a'), [unnest([1])], a, 2 AS d, 3 FROM t", {
            "unnamed": (9, 14, 86),
        }),
        ("SELECT format('{:9999}', 1), 'a'::DATE, 1::INT[], 1::DECIMAL(4, 1)", {
            "types": (("INTEGER", 43, 3), ("DATE", 34, 4)), "columns": (),
        }),
    ],
)  # fmt: skip
def test_what_the_check_finds(engine: duckdb.DuckDBPyConnection, text: str, found: dict[str, object]) -> None:
    statement = checked(engine, text)
    assert {name: getattr(statement, name) for name in found} == found


def test_names_of_columns_are_compared_in_lower_case(engine: duckdb.DuckDBPyConnection) -> None:
    assert checked(engine, 'SELECT f."X.y".Z, A FROM f').mentioned() == {"f", "x.y", "z", "a"}


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
    assert names("WITH a AS (SELECT * FROM x) SELECT 1") == ["x"]
    assert names("WITH RECURSIVE a AS (SELECT 1 UNION SELECT * FROM a) SELECT * FROM A") == []
    assert names("SELECT (WITH a AS (SELECT 1) SELECT * FROM a), (SELECT 1 FROM a)") == ["a"]
    assert names("WITH a AS (SELECT 1) SELECT * FROM m.a") == ["m.a"]
    assert names("WITH b AS (SELECT * FROM a), a AS (SELECT * FROM b) SELECT * FROM a") == ["a"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("UPDATE a SET b = 1, c.d = f(e, 2) WHERE e IS DISTINCT FROM 2", {
            "kind": "Update", "dataset": "a", "alias": "a", "where": "e IS DISTINCT FROM 2",
            "assignments": (Assignment("b", "1"), Assignment("c.d", "f(e, 2)")),
        }),
        ("UPDATE a x SET b = 1", {"dataset": "a", "alias": "x", "where": ""}),
        ("DELETE FROM a.b AS x WHERE c = 'd'", {"kind": "Delete", "dataset": "a.b", "alias": "x", "where": "c = 'd'"}),
        ('INSERT INTO a (b, "c d") VALUES (1, 2), (3, 4) ON CONFLICT (_id) DO UPDATE SET b = excluded.b WHERE c', {
            "columns": ("b", "c d"), "source": "VALUES (1, 2), (3, 4)", "width": None,
            "conflict": Conflict((Assignment("b", "excluded.b"),), "c"),
        }),
        ("INSERT INTO a VALUES (1, (2)), (f(3, 4), 5) ON CONFLICT DO NOTHING", {
            "kind": "Insert", "columns": None, "width": 2, "conflict": Conflict(None, ""),
        }),
        ("UPSERT INTO a AS x (SELECT 1)", {"kind": "Upsert", "alias": "x", "source": "(SELECT 1)", "conflict": None}),
    ],
)  # fmt: skip
def test_how_a_change_is_cut(text: str, found: dict[str, object]) -> None:
    change = read_change(text)
    assert {name: getattr(change, name) for name in found} == found


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
