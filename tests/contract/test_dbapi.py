"""PEP 249 over the embedded gateway: what the specification promises, one test per promise."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from infino import Infino, dbapi
from infino.local import LocalGateway

ROWS = [("1", "UA", 3, 2.5), ("2", "AA", None, -1.0), ("3", "O'Hare", 7, 0.0)]


@pytest.fixture
def connection(gateway: LocalGateway) -> Iterator[dbapi.Connection]:
    opened = dbapi.connect(access_key=gateway.access_key, secret_key=gateway.secret_key, endpoint=gateway.endpoint)
    yield opened
    opened.client.close()


@pytest.fixture
def table(connection: dbapi.Connection, fresh: Callable[..., str]) -> str:
    name = fresh("dbapi")
    connection.client.datasets.create(name)
    with connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{name}" (_id, carrier, n, delay) VALUES (?, ?, ?, ?)', ROWS)
        assert cursor.rowcount == 3
        assert cursor.description is None
    return f'"{name}"'


def test_module_globals() -> None:
    assert (dbapi.apilevel, dbapi.threadsafety, dbapi.paramstyle) == ("2.0", 2, "qmark")


def test_exception_tree() -> None:
    assert issubclass(dbapi.Warning, Exception)
    assert issubclass(dbapi.InterfaceError, dbapi.Error)
    assert issubclass(dbapi.DatabaseError, dbapi.Error)
    for name in ("Warning", "Error", "InterfaceError", "DatabaseError"):
        assert getattr(dbapi.Connection, name) is getattr(dbapi, name)
    assert not issubclass(dbapi.Warning, dbapi.Error)
    assert not issubclass(dbapi.InterfaceError, dbapi.DatabaseError)
    for name in ("Data", "Operational", "Integrity", "Internal", "Programming", "NotSupported"):
        kind = getattr(dbapi, f"{name}Error")
        assert issubclass(kind, dbapi.DatabaseError)
        assert getattr(dbapi.Connection, f"{name}Error") is kind


def test_constructors_and_type_objects() -> None:
    assert dbapi.Date(2013, 1, 2) == date(2013, 1, 2)
    assert dbapi.Timestamp(2013, 1, 2, 3, 4, 5) == datetime(2013, 1, 2, 3, 4, 5)
    assert dbapi.Time(3, 4, 5).minute == 4
    assert dbapi.Binary(b"x") == b"x"
    assert dbapi.DateFromTicks(0) == date.fromtimestamp(0)
    assert dbapi.TimestampFromTicks(0) == datetime.fromtimestamp(0)
    assert dbapi.TimeFromTicks(0) == datetime.fromtimestamp(0).time()
    assert dbapi.STRING == "string"
    assert dbapi.NUMBER == "integer"
    assert dbapi.NUMBER != "string"
    assert dbapi.DATETIME != dbapi.NUMBER


def test_description_and_rowcount(connection: dbapi.Connection, table: str) -> None:
    cursor = connection.cursor()
    assert cursor.rowcount == -1
    assert cursor.execute(f"SELECT carrier, n, delay FROM {table} ORDER BY _id") is cursor
    assert cursor.description is not None
    assert [len(entry) for entry in cursor.description] == [7, 7, 7]
    assert [entry[0] for entry in cursor.description] == ["carrier", "n", "delay"]
    assert cursor.description[0][1] == dbapi.STRING
    assert cursor.description[1][1] == dbapi.NUMBER
    assert cursor.rowcount == 3
    cursor.execute(f"DELETE FROM {table} WHERE n = ?", [7])
    assert (cursor.description, cursor.rowcount) == (None, 1)
    with pytest.raises(dbapi.Error):
        cursor.fetchall()


def test_fetching(connection: dbapi.Connection, table: str) -> None:
    cursor = connection.cursor()
    wanted = [row[1:] for row in ROWS]
    query = f"SELECT carrier, n, delay FROM {table} ORDER BY _id"
    with pytest.raises(dbapi.Error):
        cursor.fetchone()
    assert cursor.execute(query).fetchall() == wanted
    assert cursor.fetchall() == []
    assert cursor.execute(query).fetchone() == wanted[0]
    assert cursor.rownumber == 1
    assert cursor.fetchmany() == wanted[1:2]
    assert cursor.fetchmany(5) == wanted[2:]
    assert cursor.fetchmany(5) == []
    assert cursor.fetchone() is None
    cursor.arraysize = 2
    assert len(cursor.execute(query).fetchmany()) == 2
    assert list(cursor.execute(query)) == wanted
    assert cursor.execute(f"SELECT * FROM {table} WHERE n > 99").fetchone() is None


def test_fetching_without_rows_is_an_error(connection: dbapi.Connection, table: str) -> None:
    cursor = connection.cursor()
    fetches = (cursor.fetchone, cursor.fetchmany, cursor.fetchall, lambda: next(iter(cursor)))
    for _ in range(2):
        for fetch in fetches:
            with pytest.raises(dbapi.ProgrammingError):
                fetch()
        cursor.execute(f"UPDATE {table} SET n = 1 WHERE _id = 'none'")
        assert (cursor.rowcount, cursor.description, cursor.rownumber) == (0, None, None)
    assert cursor.arraysize == 1
    cursor.execute(f"SELECT n FROM {table}")
    assert cursor.fetchmany(0) == []
    with pytest.raises(dbapi.ProgrammingError):
        cursor.fetchmany(-1)
    with pytest.raises(dbapi.Error):
        cursor.execute("no statement at all")
    assert (cursor.description, cursor.rowcount) == (None, -1)
    cursor.execute(f"SELECT n FROM {table}")
    cursor.close()
    for fetch in (*fetches, lambda: cursor.executemany("DELETE FROM x", [])):
        with pytest.raises(dbapi.InterfaceError):
            fetch()


def test_executemany_counts_all_runs(connection: dbapi.Connection, table: str) -> None:
    cursor = connection.cursor()
    cursor.executemany(f"UPDATE {table} SET n = :n WHERE carrier = :c", [{"n": 1, "c": "UA"}, {"n": None, "c": "AA"}])
    assert cursor.rowcount == 2
    assert cursor.execute(f"SELECT n FROM {table} ORDER BY _id").fetchall() == [(1,), (None,), (7,)]
    assert cursor.executemany(f"DELETE FROM {table} WHERE n = ?", []).rowcount == 0
    assert cursor.executemany(f"DELETE FROM {table} WHERE n = ?", iter([(1,), (7,)])).rowcount == 2


def test_cursors_see_each_others_writes(connection: dbapi.Connection, table: str) -> None:
    connection.cursor().execute(f"DELETE FROM {table} WHERE _id = '1'")
    assert connection.cursor().execute(f"SELECT count(*) FROM {table}").fetchone() == (2,)


def test_parameters(connection: dbapi.Connection, table: str) -> None:
    cursor = connection.cursor()
    assert cursor.execute(f"SELECT n FROM {table} WHERE carrier = ?", ("O'Hare",)).fetchall() == [(7,)]
    assert cursor.execute(f"SELECT n FROM {table} WHERE carrier = :c", {"c": "UA"}).fetchall() == [(3,)]
    with pytest.raises(dbapi.ProgrammingError):
        cursor.execute(f"SELECT n FROM {table} WHERE carrier = ?", [])
    with pytest.raises(dbapi.ProgrammingError):
        cursor.executemany("SELECT ?", [[1]])


def test_values_are_python_values(connection: dbapi.Connection) -> None:
    query = (
        "SELECT 9007199254740993 AS i, TIMESTAMP '2013-01-02 03:04:05.5' AS t, DATE '2013-01-02' AS d, "
        "CAST(1.50 AS DECIMAL(5, 2)) AS x, true AS b, NULL AS n"
    )
    assert connection.cursor().execute(query).fetchone() == (
        9007199254740993,
        datetime(2013, 1, 2, 3, 4, 5, 500000),
        date(2013, 1, 2),
        Decimal("1.50"),
        True,
        None,
    )


def test_transactions_are_refused_and_commits_pass(connection: dbapi.Connection) -> None:
    connection.commit()
    with pytest.raises(dbapi.NotSupportedError):
        connection.rollback()
    cursor = connection.cursor()
    with pytest.raises(dbapi.NotSupportedError):
        cursor.nextset()
    with pytest.raises(dbapi.NotSupportedError):
        cursor.callproc("x")
    cursor.setinputsizes([1])
    cursor.setoutputsize(1)


def test_what_is_closed_refuses(connection: dbapi.Connection) -> None:
    cursor = connection.cursor()
    closed = connection.cursor()
    closed.close()
    with pytest.raises(dbapi.InterfaceError):
        closed.execute("SELECT 1")
    connection.close()
    for use in (connection.cursor, connection.commit, connection.close, lambda: cursor.execute("SELECT 1")):
        with pytest.raises(dbapi.InterfaceError):
            use()


def test_errors_are_those_of_the_specification(connection: dbapi.Connection, gateway: LocalGateway) -> None:
    with pytest.raises(dbapi.ProgrammingError) as caught:
        connection.cursor().execute("SELECT nothing FROM nowhere_at_all")
    assert caught.value.__cause__ is not None
    wrong = dbapi.connect(access_key="IAK_WRONG", secret_key="wrong", endpoint=gateway.endpoint)
    with wrong, pytest.raises(dbapi.OperationalError):
        wrong.cursor().execute("SELECT 1")
    with pytest.raises(dbapi.InterfaceError):
        dbapi.connect(endpoint="not an address")
    with pytest.raises(dbapi.InterfaceError):
        dbapi.connect(connection.client, endpoint="http://x")


def test_a_client_given_stays_open(connection: dbapi.Connection) -> None:
    with dbapi.connect(connection.client) as second, second.cursor() as cursor:
        assert cursor.execute("SELECT 1").fetchone() == (1,)
    assert connection.cursor().execute("SELECT 2").fetchone() == (2,)


def test_threads_may_share_a_connection(connection: dbapi.Connection) -> None:
    found: list[Any] = []

    def run(number: int) -> None:
        found.append(connection.cursor().execute("SELECT ?", [number]).fetchone())

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [(0,), (1,), (2,), (3,)]


def test_many_sets_of_values_are_few_statements(sync_client: Infino, fresh: Callable[..., str]) -> None:
    name, seen = fresh("many"), list[str]()
    sync_client.datasets.create(name)
    sync_client.on("request", lambda event: seen.append(event.path))
    with dbapi.connect(sync_client) as connection, connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{name}" (a, b) VALUES (?, ?)', [(n, f"'?{n}") for n in range(1201)])
        assert cursor.rowcount == 1201
        assert len(seen) == 3
        assert cursor.execute(f'SELECT count(*), max(a), min(b) FROM "{name}"').fetchall() == [(1201, 1200, "'?0")]
        with pytest.raises(dbapi.ProgrammingError, match="2 placeholders"):
            cursor.executemany(f'INSERT INTO "{name}" (a, b) VALUES (?, ?)', [(1, 2), (1,)])
        cursor.executemany(f'UPDATE "{name}" SET a = ? WHERE b = ?', [(7, "'?1"), (8, "'?2")])
        assert cursor.rowcount == 2
    assert cursor.rowcount == 2


MIXED = [
    [1, "2", 3, None, "x"], [True, 1, False, None, 2.5], [Decimal("1.5"), Decimal("2.25"), 3], [0.1, 2**60 + 1],
    [None, 1, 2.0], [Decimal("1" * 30), Decimal("0." + "1" * 20)], [1e300, Decimal("1.10")], ["true", True, b"x"],
    [date(2024, 1, 1), datetime(2024, 1, 1), "2024"], [timedelta(seconds=1), 2], [2**127, -1],
]  # fmt: skip


@pytest.mark.parametrize("values", MIXED, ids=repr)
def test_many_sets_store_what_each_alone_would(
    sync_client: Infino, fresh: Callable[..., str], values: list[Any]
) -> None:
    found = []
    with dbapi.connect(sync_client) as connection, connection.cursor() as cursor:
        for together in (True, False):
            name = fresh("mixed")
            sync_client.datasets.create(name)
            insert, sets = f'INSERT INTO "{name}" (_id, v) VALUES (?, ?)', list(enumerate(values, 1))
            if together:
                cursor.executemany(insert, sets)
                assert cursor.rowcount == len(values)
            else:
                for one in sets:
                    cursor.execute(insert, one)
            raw = sync_client.query.dsl(name, {"sort": ["_id"]}).raw
            found.append(re.findall(rb'"_source":\{.*?\}', raw))
    assert found[0] == found[1]
    assert len(found[0]) == len(values)
