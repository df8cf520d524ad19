"""The kinds of store that a connection can reach, and whether what each needs is installed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Literal

import attrs

QueryType = Literal["sql", "querydsl", "promql"]


def importable(module: str) -> bool:
    """Whether a module is installed, without importing it."""
    package, _, inner = module.partition(".")
    return find_spec(package) is not None and (not inner or find_spec(module) is not None)


@attrs.frozen
class SourceKind:
    """One kind of store.

    Args:
        id: What goes into `POST /source/{id}`.
        name: As people know it.
        query_type: The language that queries are passed through in.
        drivers: SQLAlchemy driver names (`dialect+driver`) with the module each needs, the preferred one first.
        category: How consoles group it.
    """

    id: str
    name: str
    query_type: QueryType
    drivers: Mapping[str, str] = attrs.field(factory=dict)
    category: str = "Database"

    @property
    def driver(self) -> str | None:
        """The first SQLAlchemy driver whose module is installed."""
        return next((driver for driver, module in self.drivers.items() if importable(module)), None)

    @property
    def installed(self) -> bool:
        """Whether a connection of this kind can work here."""
        return self.query_type != "sql" or self.driver is not None

    def listed(self) -> dict[str, Any]:
        """The kind as `GET /sources` shows it."""
        needs = "" if self.installed else f" (not installed: needs {' or '.join(dict.fromkeys(self.drivers.values()))})"
        return {
            "id": self.id,
            "name": self.name,
            "category": self.category,
            "description": f"{self.name}, queried in {self.query_type}{needs}",
            "capabilities": ["query", "metadata", "import"],
            "disabled": not self.installed,
            "query_type": self.query_type,
            "auth_strategy": "native",
        }


KINDS = {
    kind.id: kind
    for kind in (
        SourceKind(
            "postgresql", "PostgreSQL", "sql", {"postgresql+psycopg": "psycopg", "postgresql+psycopg2": "psycopg2"}
        ),
        SourceKind("mysql", "MySQL", "sql", {"mysql+pymysql": "pymysql", "mysql+mysqldb": "MySQLdb"}),
        SourceKind("mariadb", "MariaDB", "sql", {"mariadb+pymysql": "pymysql", "mariadb+mysqldb": "MySQLdb"}),
        SourceKind("sqlite", "SQLite", "sql", {"sqlite": "sqlite3"}, "File"),
        SourceKind("duckdb", "DuckDB", "sql", {"duckdb": "duckdb"}, "File"),
        SourceKind("snowflake", "Snowflake", "sql", {"snowflake": "snowflake.sqlalchemy"}, "Warehouse"),
        SourceKind("bigquery", "BigQuery", "sql", {"bigquery": "sqlalchemy_bigquery"}, "Warehouse"),
        SourceKind("clickhouse", "ClickHouse", "sql", {"clickhousedb": "clickhouse_connect"}, "Warehouse"),
        SourceKind("mssql", "SQL Server", "sql", {"mssql+pyodbc": "pyodbc", "mssql+pymssql": "pymssql"}),
        SourceKind("oracle_db", "Oracle", "sql", {"oracle+oracledb": "oracledb"}),
        SourceKind("sqlalchemy", "Any SQLAlchemy URL", "sql", {"": "sqlalchemy"}),
        SourceKind("elasticsearch", "Elasticsearch", "querydsl", category="Search"),
        SourceKind("opensearch", "OpenSearch", "querydsl", category="Search"),
        SourceKind("prometheus", "Prometheus", "promql", category="Observability"),
    )
}
