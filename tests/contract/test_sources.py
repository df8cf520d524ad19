"""Connections to real stores: PostgreSQL, MariaDB, SQLite and DuckDB files, and HTTP stores by pass-through."""

from __future__ import annotations

import datetime as dt
import gc
import json
import math
import sqlite3
import threading
import time
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

import duckdb
import psycopg
import pymysql
import pytest

from infino import BadRequestError, Infino, InfinoError, NotFoundError, PermissionDeniedError
from infino.local.http import Problem
from infino.local.presence import CALLER, Presence
from infino.local.reach import Reach
from infino.local.sources import cells, duckdb_file, relational
from infino.local.sources.catalogue import KINDS as KNOWN
from infino.local.sources.vault import LEFT_OUT, MASK, masked, without_secrets
from tests.support.databases import PASSWORD, database_file, mariadb, postgresql

ROWS = "INSERT INTO orders VALUES (1, 'ann', 12.50, '2026-01-02'), (2, 'bob', 99999999999.01, NULL)"
TABLE = "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer VARCHAR(20), total NUMERIC(20, 2), day DATE)"


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """The settings of one connection for each kind of store that is here, each with the same table."""
    folder = tmp_path_factory.mktemp("stores")
    database_file(folder / "shop.sqlite", TABLE, ROWS)
    database_file(folder / "shop.duckdb", TABLE, ROWS, driver=duckdb)
    with postgresql() as pg_port, mariadb(folder) as maria_port:
        login = {"host": "127.0.0.1", "user": "tester", "password": PASSWORD}
        with psycopg.connect(port=pg_port, dbname="shop", **login) as pg:
            pg.execute(TABLE)
            pg.execute(ROWS)
        with pymysql.connect(port=maria_port, database="shop", autocommit=True, **login) as maria:
            maria.cursor().execute(TABLE)
            maria.cursor().execute(ROWS)
        yield {
            "postgresql": {**login, "port": pg_port, "database": "shop"},
            "mariadb": {**login, "port": maria_port, "database": "shop"},
            "sqlite": {"path": str(folder / "shop.sqlite")},
            "duckdb": {"path": str(folder / "shop.duckdb")},
        }


KINDS = pytest.mark.parametrize("kind", ["postgresql", "mariadb", "sqlite", "duckdb"])


@pytest.fixture
def connection(client, stores, kind):
    made = client.connections.create(kind, name=f"my {kind}", config=stores[kind])
    yield made
    client.connections.delete(made.id)


@KINDS
@pytest.mark.server
def test_a_query_in_the_stores_own_language(client, connection, kind):
    result = client.connections.query(connection.id, "shop", "SELECT customer, total FROM orders ORDER BY id")
    rows = [tuple(str(value) for value in row) for row in result.rows()]
    assert rows[0][0] == "ann"
    assert float(rows[0][1]) == 12.5
    assert rows[1] == ("bob", "99999999999.01")


# A store, SQL of a value, its type through the connection, its value there, and as a record (None: the same)
CELLS = [
    ("postgresql", "1.50::numeric(9,2)", "decimal", Decimal("1.50"), None),
    ("postgresql", "'NaN'::numeric", "decimal", Decimal("NaN"), "refused"),
    ("postgresql", "9223372036854775807::bigint", "integer", 2**63 - 1, None),
    ("postgresql", "'infinity'::float8", "float", math.inf, "refused"),
    ("postgresql", "timestamptz '2024-01-01 10:00:00.123456+02'", "timestamp",
     dt.datetime(2024, 1, 1, 8, 0, 0, 123456, tzinfo=dt.UTC), None),
    ("postgresql", "timestamp 'infinity'", "timestamp", "infinity", None),
    ("postgresql", "date '0044-03-15 BC'", "date", "0044-03-15 BC", None),
    ("postgresql", "time '10:00:00.000001'", "time", dt.time(10, 0, 0, 1), None),
    ("postgresql", "interval '1 month 2 days'", "string", "1 mon 2 days", None),
    ("postgresql", "'\\x00ff'::bytea", "string", "AP8=", None),
    ("postgresql", "'00000000-0000-0000-0000-000000000005'::uuid", "string", str(UUID(int=5)), None),
    ("postgresql", "array[1.50, null]::numeric[]", "array", [Decimal("1.50"), None], None),
    ("postgresql", "array['NaN', '-inf', 1.5]::float8[]", "array", [math.nan, -math.inf, 1.5], "refused"),
    ("postgresql", "array[['a'], ['Null']]", "array", [["a"], ["Null"]], None),
    ("postgresql", "'{\"a\": [1, \"Null\"]}'::jsonb", "object", {"a": [1, "Null"]}, None),
    ("postgresql", "'{\"a\": 0.1234567890123456789, \"b\": 18446744073709551616}'::jsonb", "object",
     {"a": Decimal("0.1234567890123456789"), "b": Decimal(2**64)}, None),
    ("postgresql", "'[1.10, 1]'::json", "array", [Decimal("1.10"), 1], None),
    ("postgresql", "'1.10'::jsonb", "decimal", Decimal("1.10"), None),
    ("postgresql", "'{\"a\": 1, \"a\": 2}'::json", "string", '{"a": 1, "a": 2}', None),
    ("postgresql", "'[1e400]'::json", "string", "[1e400]", None),
    ("postgresql", "array['{\"x\": 1.10}'::jsonb]", "array", [{"x": Decimal("1.10")}], None),
    ("postgresql", "true", "boolean", True, None),
    ("postgresql", "'10.0.0.0/8'::cidr", "string", "10.0.0.0/8", None),
    ("mariadb", "cast(1.50 as decimal(9,2))", "decimal", Decimal("1.50"), None),
    ("mariadb", "cast(18446744073709551615 as unsigned)", "decimal", Decimal(2**64 - 1), None),
    ("mariadb", "cast('2024-01-01 10:00:00.123456' as datetime(6))", "timestamp",
     dt.datetime(2024, 1, 1, 10, 0, 0, 123456), None),
    ("mariadb", "cast('2024-01-01' as date)", "date", dt.date(2024, 1, 1), None),
    ("mariadb", "cast('838:59:59' as time)", "time", "838:59:59", None),
    ("mariadb", "x'00ff'", "string", "AP8=", None),
    ("mariadb", "0.1e0", "float", 0.1, None),
    ("mariadb", "_utf8mb4'\U0001f600'", "string", "\U0001f600", None),
    ("duckdb", "[18446744073709551616::hugeint]", "array", [Decimal(2**64)], None),
    ("duckdb", "{'a': 18446744073709551615::ubigint}", "object", {"a": Decimal(2**64 - 1)}, None),
    ("sqlite", "9223372036854775807", "integer", 2**63 - 1, None),
    ("sqlite", "1.5", "float", 1.5, None),
    ("sqlite", "9e999", "float", math.inf, "refused"),
    ("sqlite", "x'00ff'", "string", "AP8=", None),
    ("sqlite", "'\U0001f600'", "string", "\U0001f600", None),
    ("sqlite", "NULL", "string", None, None),
]  # fmt: skip


@pytest.mark.server
def test_a_cell_of_a_driver_is_exact_or_refused(sync_client: Infino, stores) -> None:
    made = {kind: sync_client.connections.create(kind, name=f"cells of {kind}", config=stores[kind]) for kind in stores}
    wrong = []
    for kind, sql, type, value, record in CELLS:
        answer = sync_client.connections.sql(made[kind].id, f"SELECT {sql} AS v")
        found = answer.column("v")[0]
        if (answer.columns[0].type, str(found)) != (type, str(value)):
            wrong.append((kind, sql, answer.columns[0].type, found))
        shown = relation(kind, stores)
        (row,) = shown.query(None, f"SELECT {sql} AS v").rows
        try:
            cells.record({"v": row[0]})
        except cells.NoJson as error:
            if record != "refused" or "[v]" not in str(error):
                wrong.append((kind, sql, "refused", error))
        else:
            if record == "refused":
                wrong.append((kind, sql, "kept", row))
    assert not wrong
    for connection in made.values():
        sync_client.connections.delete(connection.id)


@KINDS
@pytest.mark.server
def test_percent_signs_and_colons_reach_the_store_as_written(client, connection, kind):
    result = client.connections.query(
        connection.id, "shop", "SELECT count(*) AS n FROM orders WHERE customer LIKE 'a%'"
    )
    assert int(result.scalar()) == 1
    text = client.connections.query(connection.id, "shop", "SELECT '{\"a\":1} %s' AS t")
    assert text.scalar() == '{"a":1} %s'


def chart(id, kind="bar", mapping=None, **sql):
    source = {"kind": "sql", "index": "orders", "connection_id": id, "sql": {"time_column": "day", **sql}}
    return {"title": "t", "source": source, "chart": {"type": kind}, "mapping": mapping or {}}


SUMS = {"metrics": [{"id": "m", "function": "sum", "column": "total"}]}
CHARTS = [  # mapping, sql, filters -> rows
    ({"x": "customer"}, {**SUMS, "order_by": [{"metric_id": "m", "direction": "desc"}]}, [],
     [["bob", 99999999999.01], ["ann", 12.5]]),
    ({"x": "customer", "top": 1, "other_bucket": True}, {}, [], [["ann", 1], ["Other", 1]]),
    *[({"x": {"column": "day", "bucket": bucket}}, {}, [("day", "exists", None)], [[f"{start}T00:00:00", 1]])
      for bucket, start in (("minute", "2026-01-02"), ("hour", "2026-01-02"), ("day", "2026-01-02"),
                            ("week", "2025-12-29"), ("month", "2026-01-01"), ("quarter", "2026-01-01"),
                            ("year", "2026-01-01"))],
    ({"x": "customer"}, {}, [("customer", "is_not", "ann")], [["bob", 1]]),
    ({"x": "customer"}, {}, [("customer", "contains", "%")], []),
    ({"x": "customer"}, {}, [("customer", "is", "\\' OR 1=1 -- ")], []),
    ({"x": "customer"}, {}, [("total", "is_between", [12, "12.5"])], [["ann", 1]]),
    ({"x": "customer"}, {}, [("id", "is_one_of", ["2", "x", None])], [["bob", 1]]),
    ({"x": "customer"}, {}, [("day", "is_between", {"from": "2026-01-02T00:00:00Z", "to": 1767312000000})],
     [["ann", 1]]),
    ({"x": "customer"}, {}, [("day", "is_not", "2026-01-02")], [["bob", 1]]),
    ({}, {"raw_query": "WITH a AS (SELECT * FROM orders) SELECT customer, id FROM a ORDER BY id -- all", "limit": 1},
     [("customer", "is", "bob")], [["bob", 2]]),
]  # fmt: skip


@KINDS
@pytest.mark.server
def test_a_visualization_is_written_in_the_stores_own_dialect(client, connection, kind):
    for mapping, sql, filters, rows in CHARTS:
        made = client.visualizations.create(chart(connection.id, "bar", mapping, **sql))
        given = [{"field": field, "operator": operator, "value": value} for field, operator, value in filters]
        data = client.visualizations.execute(made.id, filters=given)
        shown = [[str(row[column.name])[:19] if column.type == "date" else row[column.name] for column in data.columns]
                 for row in data.rows]  # fmt: skip
        assert sorted(shown) == sorted(rows), data.metadata.executed_query
        assert data.metadata.filters_applied == [field for field, _, _ in filters]
        client.visualizations.delete(made.id)
    made = client.visualizations.create(chart(connection.id, "metric", **SUMS))
    span = {"from": "2026-01-01", "to": "2026-01-03"}
    assert float(client.visualizations.execute(made.id, time_range=span).rows[0]["sum_total"]) == 12.5
    for wrong in ({"x": "nope"}, {"x": 'customer"`; DROP TABLE orders; --'}):
        with pytest.raises(BadRequestError, match="there is no field"):
            client.visualizations.execute(client.visualizations.create(chart(connection.id, "bar", wrong)).id)


@pytest.fixture
def shop(sync_client, tmp_path):
    database_file(tmp_path / "shop.sqlite", TABLE, ROWS)
    made = sync_client.connections.create("sqlite", name="shop", config={"path": str(tmp_path / "shop.sqlite")})
    yield made
    sync_client.connections.delete(made.id)


def test_who_may_read_a_connection_may_see_what_is_drawn_over_it(gateway, sync_client, shop, fresh):
    drawn = sync_client.visualizations.create(chart(shop.id, "bar", {"x": "customer"})).id
    for kind, name, sees in (("connection", shop.id, True), ("connection", "another", False), ("record", "*", False)):
        role, user = fresh("role"), fresh("user")
        permission = {"ResourceType": kind, "Actions": ["read"], "Resources": [name]}
        sync_client.roles.create(role, {"Version": "2025-01-01", "Permissions": [permission]})
        keys = sync_client.users.create(user, {"Roles": [role]}).credentials()
        with Infino(credentials=keys, endpoint=gateway.endpoint) as other:
            if sees:
                assert len(other.visualizations.execute(drawn).rows) == 2
                with pytest.raises(PermissionDeniedError):
                    other.visualizations.update(drawn, {"title": "mine"})
                continue
            with pytest.raises(NotFoundError):
                other.visualizations.get(drawn)
            own = other.visualizations.create(chart(shop.id, "bar", {"x": "customer"})).id
            with pytest.raises(PermissionDeniedError):
                other.visualizations.execute(own)


@pytest.mark.parametrize(
    ("source", "sql", "told"),
    [
        ({"connector_id": "mysql"}, {}, "is of the kind sqlite"),
        ({"connection_id": "gone"}, {}, "no connection"),
        ({}, {"raw_query": "SELECT 1 AS a, 2 AS a"}, "two columns called"),
        ({}, {"raw_query": "DELETE FROM orders"}, "read-only"),
        ({"index": "nowhere"}, {}, "no such table"),
        ({"connector_id": "tape"}, {}, None),
    ],
)
def test_what_a_connection_can_not_draw_is_said(sync_client, shop, source, sql, told):
    given = chart(shop.id, "bar", {"x": "customer"}, **sql)
    given["source"] |= source
    made = sync_client.visualizations.create(given)
    if told is None:
        (warning,) = sync_client.visualizations.execute(made.id).metadata.warnings
        assert warning.code == "unknown_connector_id"
        return
    with pytest.raises(InfinoError, match=told):
        sync_client.visualizations.execute(made.id)


@KINDS
@pytest.mark.server
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM orders",
        "INSERT INTO orders VALUES (3, 'eve', 1, NULL)",
        "DROP TABLE orders",
        "SELECT 1; DROP TABLE orders",
        "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
    ],
)
def test_a_connection_never_writes(client, connection, kind, sql):
    with pytest.raises(BadRequestError):
        client.connections.query(connection.id, "shop", sql)
    left = client.connections.query(connection.id, "shop", "SELECT count(*) AS n FROM orders")
    assert int(left.scalar()) == 2


TYPED = {
    "postgresql": "SELECT 1.10::numeric(9,2) d, timestamp '2024-01-01 10:00' t, timestamptz '2024-01-01 10:00+02' z, "
    "date '2024-01-02' y, time '10:30' c, 'infinity'::timestamp i, '-infinity'::date j, 'NaN'::float8 f, "
    "12345678901234567890123::numeric n, NULL::timestamp e, interval '1 month 2 days' v, time '24:00:00' m",
    "mariadb": "SELECT CAST(1.10 AS DECIMAL(9,2)) d, TIMESTAMP '2024-01-01 10:00:00' t, DATE '2024-01-02' y, "
    "TIME '26:30:00' c, CAST(NULL AS DATETIME) e, 18446744073709551615 n",
    "duckdb": "SELECT 1.10::decimal(9,2) d, timestamp '2024-01-01 10:00' t, timestamptz '2024-01-01 10:00+02' z, "
    "date '2024-01-02' y, time '10:30' c, 'infinity'::timestamp i, '-infinity'::date j, 'NaN'::double f, "
    "12345678901234567890123::hugeint n, NULL::timestamp e, timestamp_ns '2024-01-01 00:00:00.000000001' s, "
    "interval '1 month 2 days' w, '2024-01-01 10:00:00.000000001+02'::timestamptz_ns q, "
    "'10:30:00.000000001'::time_ns u;",
    "sqlite": "SELECT 9e999 f, 1.5 d, 7 n, NULL e",
}
EXPECTED = {
    "d": ("decimal", "1.10"), "t": ("timestamp", "2024-01-01T10:00:00"),
    "z": ("timestamp", "2024-01-01T08:00:00+00:00"),
    "y": ("date", "2024-01-02"), "c": ("time", "10:30:00"), "i": ("timestamp", "infinity"), "j": ("date", "-infinity"),
    "f": ("double", "NaN"), "n": ("decimal", "12345678901234567890123"), "e": ("timestamp", None),
    "v": ("interval", "1 mon 2 days"), "w": ("interval", "1 month 2 days"), "m": ("time", "24:00:00"),
    "s": ("timestamp", "2024-01-01T00:00:00.000000001"), "u": ("time", "10:30:00.000000001"),
    "q": ("timestamp", "2024-01-01T08:00:00.000000001+00:00"),
}  # fmt: skip
ODD = {
    "mariadb": {"c": ("time", "26:30:00"), "n": ("decimal", "18446744073709551615")},
    "sqlite": {"f": ("double", "Infinity"), "d": ("double", 1.5), "n": ("long", 7), "e": ("keyword", None)},
}


@KINDS
@pytest.mark.server
def test_values_keep_their_digits_and_columns_their_types(sync_client, stores, kind):
    made = sync_client.connections.create(kind, name="typed", config=stores[kind])
    answer = sync_client.request("POST", f"/source/{made.id}/sql", json={"query": TYPED[kind]})
    got = {
        column["display_name"]: (column["data_type"], value)
        for column, value in zip(answer["columns"], answer["rows"][0], strict=True)
    }
    assert got == {name: {**EXPECTED, **ODD.get(kind, {})}[name] for name in got}
    empty = sync_client.request(
        "POST", f"/source/{made.id}/sql", json={"query": "SELECT total, day FROM orders WHERE id > 9"}
    )
    if kind != "sqlite":  # its driver tells no types
        assert [column["data_type"] for column in empty["columns"]] == ["decimal", "date"]


def test_long_numbers_beside_doubles_keep_their_digits(sync_client, tmp_path):
    path = tmp_path / "mixed"
    database_file(
        path, "CREATE TABLE t AS SELECT 9007199254740993 AS a UNION ALL SELECT 9007199254740992 UNION ALL SELECT 0.5"
    )
    made = sync_client.connections.create("sqlite", name="mixed", config={"path": str(path)})
    answer = sync_client.connections.sql(made.id, "SELECT a, 7 AS b FROM t UNION ALL SELECT 1, 0.5")
    assert [row["a"] for row in answer] == [Decimal(2**53 + 1), Decimal(2**53), Decimal("0.5"), Decimal(1)]
    assert [row["b"] for row in answer] == [7, 7, 7, 0.5]


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_more_rows_than_an_answer_holds_are_an_error(sync_client, tmp_path, kind, monkeypatch):
    monkeypatch.setattr(relational.Relational.query, "__defaults__", (3,))
    monkeypatch.setattr(duckdb_file.DuckdbFile.query, "__defaults__", (3,))
    path = tmp_path / "many"
    rows = "CREATE TABLE t AS SELECT 1 AS a UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4"
    database_file(path, rows, driver=sqlite3 if kind == "sqlite" else duckdb)
    made = sync_client.connections.create(kind, name="many", config={"path": str(path)})
    assert len(sync_client.connections.sql(made.id, "SELECT a FROM t LIMIT 3")) == 3
    with pytest.raises(BadRequestError, match="more than 3 rows, and no answer is cut"):
        sync_client.connections.sql(made.id, "SELECT a FROM t")
    monkeypatch.setattr(cells, "LONGEST", 20)
    with pytest.raises(BadRequestError, match="more than 20 bytes, and no answer is cut"):
        sync_client.connections.sql(made.id, "SELECT 'a long enough text' AS a FROM t LIMIT 3")


ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_is_asked_for_so_long_and_no_longer(sync_client, tmp_path, kind, monkeypatch):
    database_file(tmp_path / "file", driver=sqlite3 if kind == "sqlite" else duckdb)
    monkeypatch.setattr(relational, "TIMEOUT", 0.3)
    monkeypatch.setattr(duckdb_file, "TIMEOUT", 0.3)
    made = sync_client.connections.create(kind, name="endless", config={"path": str(tmp_path / "file")})
    with pytest.raises(BadRequestError, match=r"the query was stopped after 0\.3 s"):
        sync_client.connections.sql(made.id, ENDLESS)


LONG = {"postgresql": "SELECT pg_sleep(60)", "mariadb": "SELECT sleep(60)"}
LEAVING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
    "mariadb": "SELECT count(*) FROM information_schema.processlist WHERE state = 'User sleep'",
}


def relation(kind, stores):
    if kind == "duckdb":
        return duckdb_file.DuckdbFile(stores[kind], Reach(None), chosen_by_admin=True)
    return relational.Relational(KNOWN[kind], stores[kind], Reach(None), chosen_by_admin=True)


@pytest.mark.server
@pytest.mark.parametrize("kind", LONG)
def test_what_a_server_does_for_a_caller_who_left_is_stopped_there(stores, kind):
    caller, told = Presence("ann"), []

    def ask():
        CALLER.set(caller)
        with pytest.raises(Problem) as stopped:
            relation(kind, stores).query(None, LONG[kind])
        told.append(stopped.value.status)

    def busy():
        return relation(kind, stores).query(None, LEAVING[kind]).rows[0][0]

    asking = threading.Thread(target=ask)
    asking.start()
    while not busy():
        time.sleep(0.02)
    while asking.is_alive():
        caller.leave()
        asking.join(0.05)
    assert told == [499]
    gc.collect()  # which would warn of what is still open
    while busy():  # a minute of it would be left
        time.sleep(0.02)


@pytest.mark.server
@pytest.mark.parametrize(
    ("kind", "endless"),
    [("postgresql", "SELECT generate_series(1, 1000000000)"), ("mariadb", "SELECT * FROM seq_1_to_1000000000")],
)
def test_rows_of_a_server_are_taken_as_they_come_and_never_all_held(stores, kind, endless, monkeypatch):
    monkeypatch.setattr(relational, "TIMEOUT", 20)
    with pytest.raises(Problem, match="more than 3 rows"):
        relation(kind, stores).query(None, endless, 3)


@KINDS
@pytest.mark.server
def test_metadata_through_the_inspector(client, connection, kind):
    table = client.connections.metadata(connection.id, "orders")
    assert [column["name"] for column in table["columns"]] == ["id", "customer", "total", "day"]
    with pytest.raises(NotFoundError, match="no table or schema"):
        client.connections.metadata(connection.id, "nowhere")


@KINDS
@pytest.mark.server
def test_connections_are_kept_changed_and_deleted_and_their_secrets_never_shown(client, gateway, stores, kind):
    made = client.connections.create(kind, name="one", config=stores[kind])
    got = client.connections.get(made.id)
    assert (got.id, got.type, got.status) == (made.id, kind, "connected")
    assert PASSWORD not in repr(got.to_dict())
    assert made.id in {one.id for one in client.connections.list()}
    client.connections.update(made.id, config={"name": "two"})
    assert client.connections.get(made.id).to_dict()["config"]["name"] == "two"
    client.connections.delete(made.id)
    with pytest.raises(NotFoundError):
        client.connections.get(made.id)


@pytest.mark.server
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_connection_that_fails_is_refused_without_its_secret(client, stores, kind):
    wrong = {**stores[kind], "password": "PLANTED-wrong"}
    with pytest.raises(BadRequestError) as caught:
        client.connections.create(kind, name="wrong", config=wrong)
    assert "PLANTED" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "config", "complaint"),
    [
        ("postgresql", {}, "config"),
        ("postgresql", {"name": "x"}, "config.host"),
        ("sqlite", {"name": "x"}, "config.path"),
        ("duckdb", {"path": "/nowhere/x.duckdb"}, "nowhere"),
        ("sqlite", {"path": "/nowhere/x.sqlite"}, r"unable to open database file \[/nowhere/x.sqlite\]"),
        ("sqlalchemy", {"url": "sqlite:////nowhere/y.sqlite"}, r"\[/nowhere/y.sqlite\]"),
        ("elasticsearch", {"name": "x"}, "base_url"),
        ("prometheus", {"base_url": "http://127.0.0.1:9"}, "did not answer"),
        ("sqlalchemy", {"url": "nonsense"}, "not an SQLAlchemy URL"),
        ("no-such-store", {"a": 1}, "GET /sources lists"),
        ("postgresql", {"host": "127.0.0.1", "port": "abc"}, "can't be used"),
        ("postgresql", {"host": "127.0.0.1", "port": [1]}, "can't be used"),
        ("postgresql", {"host": "127.0.0.1", "port": 1, "user": {"a": 1}}, "can't be used"),
        ("mariadb", {"host": "127.0.0.1", "port": 1, "database": ["a"]}, "can't be used"),
        ("postgresql", {"url": "postgresql://h:abc/db"}, "not an SQLAlchemy URL"),
        ("sqlalchemy", {"url": "postgresql+nope://h/db"}, "driver is not installed"),
        ("sqlite", {"path": "/tmp/\0x"}, "is not a path"),
        ("sqlite", {"path": ["x"]}, "must be the path"),
        ("elasticsearch", {"base_url": "http://127.0.0.1:9", "timeout_secs": "long"}, "timeout_secs"),
        ("prometheus", {"base_url": "http://127.0.0.1:9", "timeout_secs": 1e9}, "600 at the most"),
        ("prometheus", {"base_url": "http://127.0.0.1:9", "bearer_token": "\u00fc\n"}, "did not answer"),
        ("prometheus", {"base_url": "http://["}, "can't be found"),
    ],
)
def test_bad_settings_say_what_is_wrong(sync_client, kind, config, complaint):
    with pytest.raises(InfinoError, match=complaint):
        sync_client.request("POST", f"/source/{kind}", json={"config": config})


def test_a_sqlite_file_of_any_name_is_read_and_no_other_made(sync_client, tmp_path):
    path = tmp_path / "a#b %20?mode=rwc.sqlite"
    database_file(path, "CREATE TABLE t AS SELECT 7 AS n")
    connection = sync_client.connections.create("sqlite", name="odd", config={"path": str(path)})
    asked = sync_client.request("POST", f"/source/{connection.id}/sql", json={"query": "SELECT n FROM t"})
    assert asked["rows"] == [[7]]
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    sync_client.connections.delete(connection.id)


def test_sources_tell_what_is_installed(client):
    listed = {source.id: source for source in client.sources.list()}
    assert not listed["postgresql"].disabled
    assert listed["snowflake"].disabled
    assert "not installed" in listed["snowflake"].description


@pytest.fixture
def http_store():
    """A store that speaks HTTP: it records what it is asked and answers as the test sets."""
    asked, answers = [], {}

    class Handler(BaseHTTPRequestHandler):
        def _answer(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            asked.append((self.command, self.path, self.headers.get("authorization"), body))
            answer = answers.get(self.path, (200, {}))
            status, payload = answer() if callable(answer) else answer
            content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked, answers
        server.shutdown()
        thread.join()


def test_querydsl_passes_through_to_a_search_store(client, http_store):
    base, asked, answers = http_store
    answers["/logs/_search"] = (200, {"hits": {"total": {"value": 1}, "hits": [{"_id": "1", "_source": {"a": 1}}]}})
    answers["/logs"] = (200, {"logs": {"mappings": {"properties": {"a": {"type": "long"}}}, "settings": {}}})
    config = {"base_url": base, "username": "u", "password": "p"}
    made = client.connections.create("elasticsearch", name="es", config=config)
    client.connections.query(made.id, "logs", {"query": {"match_all": {}}})
    method, path, authorization, body = asked[-1]
    assert (method, path) == ("POST", "/logs/_search")
    assert authorization == "Basic dTpw"
    assert json.loads(body) == {"query": {"match_all": {}}}
    metadata = client.connections.metadata(made.id, "logs")
    assert metadata["mappings"]["properties"] == {"a": {"type": "long"}}


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ((200, b"<html>"), "without JSON"),
        ((200, b"[" * 100_000), "without JSON"),
        ((500, {"error": "boom"}), "answered 500"),
        ((401, {}), "answered 401"),
    ],
)
def test_a_search_store_that_fails_is_reported(sync_client, http_store, answer, complaint):
    base, _, answers = http_store
    made = sync_client.connections.create("opensearch", name="os", config={"base_url": base, "api_key": "PLANTED"})
    answers["/logs/_search"] = answer
    with pytest.raises(BadRequestError, match=complaint) as caught:
        sync_client.connections.query(made.id, "logs", "{}")
    assert "PLANTED" not in str(caught.value)


@pytest.mark.parametrize("answer", [[], ["x"], {"logs": ["x"]}])
def test_a_search_store_that_describes_nothing_is_reported(sync_client, http_store, answer):
    base, _, answers = http_store
    made = sync_client.connections.create("opensearch", name="os", config={"base_url": base})
    answers["/logs"] = (200, answer)
    with pytest.raises(BadRequestError, match="gave no description"):
        sync_client.connections.metadata(made.id, "logs")


def test_promql_passes_through(client, http_store):
    base, asked, answers = http_store
    answers["/api/v1/query"] = (200, {"status": "success", "data": {"resultType": "scalar", "result": [1, "2"]}})
    made = client.connections.create("prometheus", name="p", config={"base_url": base, "bearer_token": "t"})
    client.connections.query(made.id, "metrics", "up")
    assert asked[-1][2:] == ("Bearer t", "query=up")


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        ({"url": "postgresql://ann:p@ss/w:rd@db:5432/shop"}, {"url": "postgresql://****@db:5432/shop"}),
        ({"base_url": "https://token@es:9200/a?api_key=x&b=y"}, {"base_url": "https://****@es:9200/a?api_key=****&b=****"}),
        ({"host": "db", "port": 1, "user": "ann", "password": "x", "Token": "y"},
         {"host": "db", "port": 1, "user": "ann", "password": MASK, "Token": MASK}),
        ({"pwd": "x", "dsn": "y", "headers": {"host": "z"}, "keys": ["k"], "pin": 5, "user": ["u"]},
         {"pwd": MASK, "dsn": MASK, "headers": MASK, "keys": MASK, "pin": MASK, "user": MASK}),
    ],
)  # fmt: skip
def test_what_is_not_known_to_be_harmless_is_masked(config, shown):
    assert masked(config) == shown


def test_no_message_tells_a_secret():
    config = {"user": "ann", "password": "correct horse", "extra": {"pin": "hidden pin"}, "url": "x://u:p%40ssword@h"}
    for text in (
        "correct horse",
        "correct%20horse",
        "hidden pin",
        "p%40ssword",
        "p@ssword",
        "YW5uOmNvcnJlY3QgaG9yc2U=",
    ):
        assert text not in without_secrets(f"no entry with {text} at db", config)
    assert without_secrets("no entry at x://a:b@c@h/d", {}) == "no entry at x://****@h/d"
    # A short secret would be told by the letters that are missing.
    assert without_secrets("connection refused", {"password": "c"}) == LEFT_OUT
    assert without_secrets("refused", {"password": "c"}) == "refused"


def test_an_import_reads_a_search_store_to_its_end(sync_client, http_store, fresh):
    base, asked, answers = http_store
    page = lambda ids, **more: (200, {"_scroll_id": "s", "hits": {"hits": [  # noqa: E731  # read where it is used
        {"_id": str(i), "_source": {"n": i, "big": 2**70}} for i in ids]}, **more})  # fmt: skip
    answers["/logs/_search?scroll=5m"] = page(range(1000))
    pages = iter([page(range(1000, 1500)), page([])])
    answers["/_search/scroll"] = lambda: next(pages, (200, {}))
    made = sync_client.connections.create("elasticsearch", name="es", config={"base_url": base})
    dataset = fresh("hits")
    assert run(sync_client, "elasticsearch", made.id, dataset, source_dataset="logs")["status"] == "completed"
    assert sync_client.datasets.count(dataset) == 1500
    assert sync_client.query.sql(f'SELECT count(*) FROM "{dataset}" WHERE big = {2**70}').scalar() == 1500
    assert [method for method, path, *_ in asked if path == "/_search/scroll"] == ["POST", "POST", "DELETE"]


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"timed_out": True, "hits": {"hits": []}}, "a part of its answer"),
        ({"_shards": {"failed": 1}, "hits": {"hits": []}}, "a part of its answer"),
        ({"hits": {"hits": [{"_id": "1"}]}}, "no hits with their _source"),
        ({"hits": {"hits": [{"_id": "1", "_source": {}}]}}, "how its answer goes on"),
        ({}, "no hits"),
    ],
)
def test_half_an_answer_of_a_search_store_fails_the_import(sync_client, http_store, fresh, answer, complaint):
    base, _, answers = http_store
    answers["/logs/_search?scroll=5m"] = (200, answer)
    made = sync_client.connections.create("elasticsearch", name="es", config={"base_url": base})
    done = run(sync_client, "elasticsearch", made.id, fresh("hits"), source_dataset="logs")
    assert done["status"] == "failed"
    assert complaint in done["error_message"]


def run(client, kind, connection, dataset, **more):
    """Import and return how the run ended."""
    body = {"source_id": connection, "target_dataset": dataset, **more}
    job_id = client.request("PUT", f"/import/{kind}", json=body)["job_id"]
    for _ in range(500):
        job = next(one for one in client.request("GET", "/import/jobs") if one["job_id"] == job_id)
        if job["history"]:
            return job["history"][-1]
        time.sleep(0.02)
    raise AssertionError("the job does not end")


@pytest.mark.parametrize(
    ("query", "complaint"),
    [("SELECT a, b AS a FROM t", "more than one column named [a]"), ("SELECT a FROM t", None)],
)
def test_rows_become_records_whole_or_not_at_all(sync_client, tmp_path, fresh, query, complaint):
    database_file(tmp_path / "x", "CREATE TABLE t (a, b)", "INSERT INTO t VALUES (1, 2), (9e999, 3), (5, 6)")
    made = sync_client.connections.create("sqlite", name="x", config={"path": str(tmp_path / "x")})
    dataset = fresh("rows")
    done = run(sync_client, "sqlite", made.id, dataset, query=query)
    if complaint:
        assert done["status"] == "failed"
        assert complaint in done["error_message"]
    else:
        assert sync_client.query.sql(f'SELECT a FROM "{dataset}" ORDER BY a').column("a") == [1, 5]
        assert done["stats"]["documents_failed"] == 1
        assert "row 2: [a]: inf is not a number" in done["stats"]["errors"][0]


def test_samples_of_prometheus_become_records(sync_client, http_store, fresh):
    base, _, answers = http_store
    sample = lambda value, **labels: {"metric": labels, "value": [1.5, value]}  # noqa: E731  # read where it is used
    result = [sample("2", job="a"), sample("NaN", job="b"), sample("+Inf", job="c"), sample("0.30", job="d")]
    answers["/api/v1/query"] = (200, {"status": "success", "data": {"resultType": "vector", "result": result}})
    made = sync_client.connections.create("prometheus", name="p", config={"base_url": base})
    dataset = fresh("samples")
    done = run(sync_client, "prometheus", made.id, dataset, query="up")
    assert sync_client.query.sql(f'SELECT value::double AS v FROM "{dataset}" ORDER BY job').column("v") == [2.0, 0.3]
    assert done["stats"]["documents_failed"] == 2
    answers["/api/v1/query"][1]["data"]["result"] = [sample("1", time="x")]
    done = run(sync_client, "prometheus", made.id, dataset, query="up")
    assert "label is named [time] or [value]" in done["error_message"]
