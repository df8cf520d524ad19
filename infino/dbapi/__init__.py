"""Infino as a database of PEP 249 (DB-API 2.0).

from infino import dbapi

with dbapi.connect() as connection, connection.cursor() as cursor:
    cursor.execute("SELECT carrier, count(*) FROM flights WHERE month = ? GROUP BY 1", [1])
    print(cursor.fetchall())
"""

from __future__ import annotations

from infino.dbapi.connection import Connection, Cursor, connect
from infino.dbapi.standard import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    DatabaseError,
    DataError,
    Date,
    DateFromTicks,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
    Warning,  # PEP 249 names it so
)

apilevel = "2.0"
# PEP 249: threads may share the module and connections, but not cursors.
threadsafety = 2
# `:name` works too, but PEP 249 wants one style to be named.
paramstyle = "qmark"

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "apilevel",
    "connect",
    "paramstyle",
    "threadsafety",
]
