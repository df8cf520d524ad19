"""Connections to DuckDB files, opened read-only by DuckDB itself."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from infino.local.http import Problem
from infino.local.reach import Reach
from infino.local.sources.cells import DriverRows, answered, iso, within
from infino.local.sources.relational import ROWS, Config, only_a_query

# The statement can neither reach other files nor lift that rule.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "lock_configuration": "true",
}


def _with_moments_as_text(sql: str, width: int, moments: Sequence[int]) -> str:
    """Wrap a query so that moments and intervals come as text.

    Python has neither DuckDB's infinity nor its nanoseconds, and takes a month for thirty days.
    """
    names = [f"c{place}" for place in range(width)]
    shown = [f"{name}::VARCHAR" if place in moments else name for place, name in enumerate(names)]
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
        with self._connected() as connection:
            started = time.perf_counter()
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            kinds = [str(column[1]) for column in cursor.description or ()]
            moments = [
                place for place, kind in enumerate(kinds) if kind.startswith(("TIMESTAMP", "DATE", "TIME", "INTERVAL"))
            ]
            if moments:
                cursor = connection.execute(_with_moments_as_text(sql, len(names), moments))
            rows = within(cursor.fetchmany(limit + 1), limit)
            for row in rows:
                for place in moments:
                    row[place] = row[place] and iso(row[place])
            spent = round((time.perf_counter() - started) * 1000)
            return answered(names, [kind.partition("(")[0] if kind[-1] != "]" else None for kind in kinds], rows, spent)

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
        if not path:
            raise Problem(400, "illegal_argument_exception", "config.path is missing: the file to read")
        real = self.reach.file(str(path), chosen_by_admin=self.chosen_by_admin)
        try:
            with duckdb.connect(str(real), read_only=True, config=SETTINGS) as connection:
                yield connection
        except duckdb.Error as error:
            raise Problem(400, "source_exception", str(error).splitlines()[0])
