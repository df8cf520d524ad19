"""Connections to SQL stores through SQLAlchemy: one read-only statement at a time, passed on as it was written."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from infino.core.redaction import get_logger
from infino.local.http import Problem, illegal, unsupported
from infino.local.reach import Reach
from infino.local.sources.catalogue import SourceKind
from infino.local.sources.cells import MYSQL, DriverRows, answered, document, iso, taken
from infino.local.sources.line import Line
from infino.local.sources.vault import without_secrets
from infino.local.sql.watchdog import time_limit

if TYPE_CHECKING:  # SQLAlchemy is a third of a start's time, and most starts never need it
    import sqlalchemy
    from sqlalchemy.engine import URL, Connection

Config = dict[str, Any]
TIMEOUT = 60  # seconds for one statement
ROWS = 100_000  # rows of one answer
LARGEST = 100 * 1024**2  # bytes of one value of a file, which is read and made in this process
LONGEST = 64 * 1024  # characters of one query: the parser is in Python, and takes about a second for so many
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Copy, exp.Create, exp.Drop, exp.Into, exp.Command)
SQLGLOT = {"postgresql": "postgres", "mariadb": "mysql", "clickhousedb": "clickhouse", "mssql": "tsql"}
PORTS = {
    "postgresql": 5432, "cockroachdb": 26257, "redshift": 5439, "mysql": 3306, "mariadb": 3306, "clickhousedb": 8123,
    "mssql": 1433, "oracle": 1521, "trino": 8080, "vertica": 5433, "db2": 50000,
}  # fmt: skip
"""Dialects that connect to a host and port, and the port where none is given."""
HOSTED = frozenset({"snowflake", "bigquery"})
"""Dialects that reach the vendor's own hosts only."""
PARAMETERS = frozenset(
    {
        "application_name", "charset", "connect_timeout", "driver", "encrypt", "options", "role", "schema", "secure",
        "service_name", "sslmode", "timeout", "trustservercertificate", "warehouse",
    }
)  # fmt: skip
"""Parameters that a URL may carry."""


class Relational:
    """One SQL store.

    Args:
        kind: The kind of store.
        config: Its settings: a `url`, or `host`, `port`, `user`, `password`, `database`; `path` for files.
        reach: Which files and addresses may be opened.
        chosen_by_admin: Whether the admin chose the file, if it is one.
    """

    def __init__(self, kind: SourceKind, config: Config, reach: Reach, *, chosen_by_admin: bool) -> None:
        self.kind = kind
        self.config = config
        self.reach = reach
        self.chosen_by_admin = chosen_by_admin

    def test(self) -> None:
        """Connect once.

        Raises:
            Problem: 400 with the driver's reason, without secrets.
        """
        with self._connected(None) as connection:
            connection.exec_driver_sql("SELECT 1 FROM DUAL" if "oracle" in self.kind.id else "SELECT 1").fetchall()

    def query(self, database: str | None, sql: str, limit: int = ROWS) -> DriverRows:
        """Run one SELECT in the store's own dialect.

        Args:
            database: The database to use, or None for the one of the settings.
            sql: One statement; anything but a query is refused before it is sent.
            limit: Rows at the most.

        Raises:
            Problem: 400 for what is not a query, for more rows, and for what the store refuses.
        """
        with self._connected(database) as connection:
            dialect = connection.dialect
            parsed = only_a_query(sql, dialect.name)
            started = time.perf_counter()
            # The text goes to the driver as it is; drivers that format with % want each % of it doubled.
            text = sql.replace("%", "%%") if dialect.paramstyle in {"format", "pyformat"} else sql
            # Rows come as they are taken: by default drivers hold all that there are. Only queries can have a cursor.
            result = connection.exec_driver_sql(
                text, execution_options={"stream_results": isinstance(parsed, exp.Query)}
            )
            with _closing(result, connection):
                if not result.returns_rows or result.cursor is None:
                    raise illegal("the statement gives no rows")
                names = list(result.keys())
                declared = _declared(connection, result.cursor.description)
                rows = taken(result.fetchmany, limit)
            for place, kind in enumerate(declared):
                if kind in ("timestamp", "timestamptz"):
                    for row in rows:
                        row[place] = iso(row[place]) if isinstance(row[place], str) else row[place]
            spent = round((time.perf_counter() - started) * 1000)
            return answered(names, declared, rows, spent)

    def dialect(self) -> str:
        """What sqlglot calls the store's dialect.

        Raises:
            Problem: 501 where it is not known.
        """
        return known_dialect(self._url(None).get_backend_name())

    def metadata(self, dataset: str) -> dict[str, Any]:
        """The columns of a table, or, for a database or schema, of all its tables."""
        from sqlalchemy import inspect

        with self._connected(None) as connection:
            inspector = inspect(connection)
            schema = self.config.get("schema") or inspector.default_schema_name
            tables = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
            if dataset in tables:
                return {"schema": schema, "table": dataset, "columns": _columns(inspector, dataset, schema)}
            known = {schema, self._url(None).database, *inspector.get_schema_names()}
            if dataset not in known:
                raise Problem(404, "index_not_found_exception", f"the source has no table or schema [{dataset}]")
            chosen = dataset if dataset in inspector.get_schema_names() else schema
            names = [*inspector.get_table_names(chosen), *inspector.get_view_names(chosen)]
            listed = [{"table": name, "columns": _columns(inspector, name, chosen)} for name in names]
            return {"schema": chosen, "tables": listed}

    def _url(self, database: str | None) -> URL:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        config = self.config
        if config.get("url"):
            try:
                url = make_url(str(config["url"]))
            except (ArgumentError, ValueError):
                raise illegal("config.url is not an SQLAlchemy URL")
        else:
            url = self._built()
        file = url.get_backend_name() == "sqlite"
        return url.set(database=database) if database and not file and database != "default" else url

    def _built(self) -> URL:
        from sqlalchemy.engine import URL

        config, driver = self.config, self.kind.driver
        if self.kind.id == "sqlalchemy":
            raise illegal("config.url is missing")
        if driver is None:
            raise unsupported(self.kind.listed()["description"])
        if self.kind.id == "sqlite":
            path = config.get("path")
            if not path or not isinstance(path, str):
                raise illegal("config.path must be the path of the file to read")
            return URL.create(driver, database=path)
        host = config.get("host") or config.get("account")
        if not host:
            raise illegal("config.host (or config.url) is missing")
        port = config.get("port")
        return URL.create(
            driver,
            username=config.get("user") or config.get("username"),
            password=config.get("password") or config.get("pat_token"),
            host=str(host),
            port=int(port) if port else None,
            database=config.get("database"),
        )

    @contextlib.contextmanager
    def _connected(self, database: str | None) -> Iterator[Connection]:
        from sqlalchemy import exc

        kind, place = self.kind.id, database
        try:
            url = self._url(database)
            kind, place = url.drivername, url.database
            engine = self._engine(self._admitted(url))
            with (
                Line() as line,
                time_limit(line.stop, TIMEOUT, exc.SQLAlchemyError),
                _opened(engine, line) as connection,
            ):
                yield connection
        except (exc.NoSuchModuleError, ModuleNotFoundError) as error:
            raise unsupported(f"[{kind}] here: its driver is not installed ({error})")
        except exc.SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip()
            if reason == "unable to open database file":  # SQLite's words, which leave out what only we know
                reason = f"{reason} [{place}]"
            raise Problem(400, "source_exception", without_secrets(reason, self.config))
        except (TypeError, ValueError) as error:  # drivers say so of settings and texts that they can't use
            reason = f"the settings or the query can't be used: {without_secrets(str(error), self.config)}"
            raise illegal(reason)

    def _admitted(self, url: URL) -> URL:
        """Return the URL with a file's real path, once it is known to reach nothing that it must not."""
        url.get_dialect()  # first of all, whether there is such a driver
        backend = url.get_backend_name()
        strange = sorted({name.lower() for name in url.query} - PARAMETERS)
        if strange:  # drivers read files that some of them name, or send files to the server
            reason = f"config.url has the parameter [{strange[0]}]; known are {', '.join(sorted(PARAMETERS))}"
            raise illegal(reason)
        if backend == "sqlite":
            if not url.database or url.database == ":memory:":
                return url
            return url.set(database=str(self.reach.file(url.database, chosen_by_admin=self.chosen_by_admin)))
        if backend in PORTS:
            if "/" in (url.host or ""):
                raise illegal("config.host must be a name or an address")
            self.reach.addresses(url.host or "localhost", url.port or PORTS[backend])
        elif backend not in HOSTED and (self.reach.files is not None or not self.chosen_by_admin):
            # What a dialect that is not known here opens can't be checked.
            raise Problem(403, "security_exception", f"only the admin may connect by the dialect [{backend}]")
        return url

    def _engine(self, url: URL) -> sqlalchemy.Engine:
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        backend = url.get_backend_name()
        if backend == "sqlite":  # opened by URI, so that the file is neither made nor changed
            # A ? or # in the name would end the path and with it the read-only mode.
            url = url.set(database=f"file:{quote(url.database or '')}", query={"mode": "ro", "uri": "true"})
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=_connecting(backend))


def _connecting(backend: str) -> dict[str, Any]:
    if backend == "postgresql":
        return {"connect_timeout": 10}
    # The time to connect leaves out what a server says first, so each answer of it has a limit too.
    return {"connect_timeout": 10, "read_timeout": TIMEOUT} if backend in {"mysql", "mariadb"} else {}


@contextlib.contextmanager
def _opened(engine: sqlalchemy.Engine, line: Line) -> Iterator[Connection]:
    """Connect for one question, read only and within its time, on a line that can be cut."""
    from sqlalchemy import event

    # Once, for MySQL is told by another connection to stop; first, for the dialect asks the server things too.
    event.listen(engine, "connect", lambda raw, _: _hold(line, engine, raw), once=True, insert=True)
    cursors: list[Any] = []
    event.listen(engine, "before_cursor_execute", lambda _, cursor, *rest: cursors.append(cursor))
    try:
        with engine.connect() as connection:
            try:
                _make_read_only(connection)
                _read_exactly(connection)
                yield connection
            except BaseException:
                connection.invalidate()  # on which more of an answer may be coming
                for cursor in cursors:  # of which none can be closed on a line that is cut, until that is closed
                    with contextlib.suppress(Exception):
                        cursor.close()
                raise
            connection.rollback()
    finally:
        engine.dispose()


@contextlib.contextmanager
def _closing(result: sqlalchemy.CursorResult[Any], connection: Connection) -> Iterator[None]:
    """Leave unread what is not taken of an answer: it may have no end."""
    raw = connection.connection.driver_connection
    try:
        yield
    finally:
        unread = getattr(raw, "_result", None)
        if unread is not None:  # PyMySQL reads it to the end otherwise
            unread.unbuffered_active = False
        result.close()


def _hold(line: Line, engine: sqlalchemy.Engine, raw: Any) -> None:
    """Let a line break off what a driver's connection does."""
    channel = raw if hasattr(raw, "fileno") else getattr(raw, "_sock", None)  # which PyMySQL tells nobody
    if channel is not None:
        line.add(channel.fileno())
    if engine.dialect.name in {"mysql", "mariadb"}:
        number = raw.thread_id()

        def kill() -> None:
            with engine.connect() as other:
                other.exec_driver_sql(f"KILL QUERY {number}")

        line.cancel = kill
    else:  # psycopg's plain cancel() holds up the whole process until the server answers
        names = ("interrupt", "cancel_safe", "cancel")
        line.cancel = next((getattr(raw, name) for name in names if hasattr(raw, name)), None)


get_logger("sqlglot")  # it logs statements that it does not know, as callers wrote them


def known_dialect(name: str) -> str:
    """Return what sqlglot calls a dialect of SQLAlchemy's.

    Raises:
        Problem: 501 where it is not known.
    """
    found = SQLGLOT.get(name, name)
    if sqlglot.Dialect.get(found) is None:
        raise unsupported(f"queries in the dialect [{name}]")
    return found


def statements(sql: str, dialect: str) -> list[exp.Expr]:
    """Read what stands in a text.

    Args:
        sql: The text.
        dialect: What sqlglot calls its dialect.

    Raises:
        Problem: 400 where it can't be read.
    """
    try:
        return [statement for statement in sqlglot.parse(sql, read=dialect) if statement]
    except RecursionError:
        raise Problem(400, "parsing_exception", "the query is nested too deeply")
    except SqlglotError as error:
        raise Problem(400, "parsing_exception", str(error).splitlines()[0])


def only_a_query(sql: str, dialect: str) -> exp.Expr:
    """Read a text that is exactly one query; the store's own read-only mode stands behind this.

    Raises:
        Problem: 400 for several statements, one that writes or is too long, 501 where the dialect is not known.
    """
    if len(sql) > LONGEST:
        raise Problem(400, "parsing_exception", f"a query to a connection may have {LONGEST} characters at the most")
    parsed = statements(sql, known_dialect(dialect))
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Query | exp.Describe | exp.Show):
        raise illegal("connections are read-only: send one SELECT")
    if any(parsed[0].find_all(*WRITES)):
        raise illegal("connections are read-only: the query writes")
    return parsed[0]


def _make_read_only(connection: Connection) -> None:
    """Put the session into the store's own read-only mode and limit its time, where the store has such modes."""
    name = connection.dialect.name
    if name == "sqlite":
        raw: Any = connection.connection.driver_connection
        raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
    elif name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{TIMEOUT}s'")
    elif name in {"mysql", "mariadb"}:
        is_mariadb = getattr(connection.dialect, "is_mariadb", False)
        limit = f"max_statement_time = {TIMEOUT}" if is_mariadb else f"max_execution_time = {TIMEOUT * 1000}"
        connection.exec_driver_sql(f"SET SESSION {limit}")
        connection.rollback()
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _read_exactly(connection: Connection) -> None:
    """Let psycopg give dates, times and intervals as the server writes them, and JSON digit for digit.

    It refuses those that Python has no object for, takes a month for thirty days, and numbers of JSON for floats.
    """
    if connection.dialect.driver == "psycopg":
        from psycopg.types.json import set_json_loads
        from psycopg.types.string import TextLoader

        raw: Any = connection.connection.driver_connection
        for name in ("date", "time", "timetz", "timestamp", "timestamptz", "interval"):
            raw.adapters.register_loader(name, TextLoader)
        set_json_loads(document, raw)
        connection.exec_driver_sql("SET LOCAL datestyle = 'ISO'")


def _declared(connection: Connection, description: Sequence[Sequence[Any]]) -> list[str | None]:
    """Return what the driver says of the types of columns, where it says something."""
    codes = [column[1] for column in description]
    if connection.dialect.driver == "psycopg":
        raw: Any = connection.connection.driver_connection
        known = [raw.adapters.types.get(code) for code in codes]
        return [info.name if info and code == info.oid else None for info, code in zip(known, codes, strict=True)]
    if connection.dialect.driver == "pymysql":
        return [MYSQL.get(code) for code in codes]
    return [None] * len(codes)


def _columns(inspector: sqlalchemy.Inspector, table: str, schema: str | None) -> list[dict[str, Any]]:
    return [
        {"name": column["name"], "type": str(column["type"]), "nullable": bool(column.get("nullable", True))}
        for column in inspector.get_columns(table, schema)
    ]
