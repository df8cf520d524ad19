"""Connections to DuckDB files, opened read-only by DuckDB itself."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import duckdb
from duckdb.sqltypes import DuckDBPyType

from infino.local.http import Problem, illegal
from infino.local.memory import engine_memory
from infino.local.reach import Reach
from infino.local.sources.cells import DriverRows, answered, iso, taken
from infino.local.sources.relational import ROWS, TIMEOUT, Config, only_a_query
from infino.local.sql.watchdog import time_limit
from infino.local.values.nested import moment, rebuilt, single

# The statement can neither reach other files nor lift that rule.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "lock_configuration": "true",
    "temp_directory": "",  # nothing is put beside the file, nor anywhere else
}


CONVERTED: dict[str, Callable[[str], Any]] = {"BIGNUM": Decimal}
TEXTS = ("TIMESTAMP", "DATE", "TIME", "INTERVAL")


def _as_text(kind: str) -> bool:
    """Tell whether a column comes as text.

    Python has neither DuckDB's infinity nor its nanoseconds, and takes a month for thirty days.
    """
    return kind.startswith(TEXTS) and not kind.endswith("]")


def _read(kind: str, column: str) -> str:
    """SQL for a column as Python can read it."""
    if _as_text(kind):
        return f"{column}::VARCHAR"
    try:
        return rebuilt(duckdb.sqltype(kind), column, _inside).format()  # it is a template
    except duckdb.Error:  # a type of an extension
        return column


def _inside(kind: DuckDBPyType, value: str) -> str | None:
    text = f"{value}::VARCHAR" if kind.id.startswith(("date", "time", "interval")) else None
    return moment(kind, value, "+00:00") or single(kind, value) or text


def _readable(sql: str, kinds: Sequence[str]) -> str:
    """Wrap a query so that its values lose nothing on their way into Python."""
    names = [f"c{place}" for place in range(len(kinds))]
    shown = [_read(kind, name) for kind, name in zip(kinds, names, strict=True)]
    if shown == names:
        return sql
    return f"SELECT {', '.join(shown)} FROM (\n{sql.rstrip().rstrip(';')}\n) AS answer({', '.join(names)})"


class DuckdbFile:
    """One DuckDB file.

    Args:
        config: Its settings: `path`.
        reach: Which files may be opened.
        chosen_by_admin: Whether the admin chose the file.
    """

    def __init__(self, config: Config, reach: Reach, *, chosen_by_admin: bool) -> None:
        self.config = config
        self.reach = reach
        self.chosen_by_admin = chosen_by_admin

    def test(self) -> None:
        """Open the file once; a 400 `Problem` says why it can't be."""
        with self._connected():
            pass

    def query(self, database: str | None, sql: str, limit: int = ROWS) -> DriverRows:
        """Run one SELECT; see `Relational.query`."""
        only_a_query(sql, "duckdb")
        with self._connected() as connection, time_limit(connection.interrupt, TIMEOUT):
            started = time.perf_counter()
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            kinds = [str(column[1]) for column in cursor.description or ()]
            readable = _readable(sql, kinds)
            if readable != sql:
                cursor = connection.execute(readable)
            rows = taken(cursor.fetchmany, limit)
            for place, kind in enumerate(kinds):
                convert = iso if _as_text(kind) else CONVERTED.get(kind)
                if convert is not None:
                    for row in rows:
                        row[place] = row[place] and convert(row[place])
            spent = round((time.perf_counter() - started) * 1000)
            return answered(names, [kind.partition("(")[0] if kind[-1] != "]" else None for kind in kinds], rows, spent)

    def dialect(self) -> str:
        """What sqlglot calls the dialect."""
        return "duckdb"

    def metadata(self, dataset: str) -> dict[str, Any]:
        """The columns of a table, or of all tables of a schema."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT table_schema, table_name, column_name, data_type, is_nullable = 'YES' "
                "FROM information_schema.columns WHERE table_name = $1 OR table_schema = $1 "
                "ORDER BY table_schema, table_name, ordinal_position",
                [dataset],
            ).fetchall()
        if not rows:
            raise Problem(404, "index_not_found_exception", f"the source has no table or schema [{dataset}]")
        tables: dict[str, list[dict[str, Any]]] = {}
        for _, table, name, kind, nullable in rows:
            tables.setdefault(table, []).append({"name": name, "type": kind, "nullable": nullable})
        if dataset in tables:
            return {"schema": rows[0][0], "table": dataset, "columns": tables[dataset]}
        return {"schema": dataset, "tables": [{"table": name, "columns": columns} for name, columns in tables.items()]}

    @contextlib.contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        path = self.config.get("path")
        if not path or not isinstance(path, str):
            raise illegal("config.path must be the path of the file to read")
        real = self.reach.file(path, chosen_by_admin=self.chosen_by_admin)
        try:
            config = {**SETTINGS, "memory_limit": f"{engine_memory() // 1024}KiB"}
            with duckdb.connect(str(real), read_only=True, config=config) as connection:
                yield connection
        except duckdb.Error as error:
            raise Problem(400, "source_exception", str(error).splitlines()[0])
