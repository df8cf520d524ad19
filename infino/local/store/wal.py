"""Folds DuckDB's write-ahead log into the database file, and only while the disk has room for it.

A checkpoint that finds no room invalidates the whole database until it is opened again; a commit that finds none is
undone, and that is all. So the engine's own checkpoints are off, and the log is folded here.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb

from infino.local.disk import room

LONG = 16 * 1024**2
"""Bytes from which on the log is folded, as the engine itself would."""
SPARE = 16 * 1024**2
NO_CHECKPOINTS = {"checkpoint_threshold": "1TB"}
"""The setting that leaves the log to this module."""


class WriteAheadLog:
    """The log of one database.

    Args:
        database: The database file, or None for one in memory, which has no log.
    """

    def __init__(self, database: Path | None) -> None:
        self._database = database

    def fold(self, cursor: duckdb.DuckDBPyConnection, least: int | None = None) -> bool:
        """Fold the log if it has grown long and there is room for what that writes.

        Args:
            cursor: The writing cursor, between two transactions.
            least: Bytes from which on it is long.

        Returns:
            Whether it did, so that rows may have moved.
        """
        if self._database is None:
            return False
        with suppress(FileNotFoundError):
            length = self._database.with_name(self._database.name + ".wal").stat().st_size
            if length < (LONG if least is None else least):
                return False
            needed = 2 * length + self._database.stat().st_size // 4 + SPARE
            if room(self._database.parent) >= needed:
                with suppress(duckdb.TransactionException):  # somebody else's transaction is in the way: next time
                    cursor.execute("CHECKPOINT")
                return True
        return False
