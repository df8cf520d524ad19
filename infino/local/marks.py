"""How many commits a database of the data folder has had, noted beside it.

Both engines take a write-ahead log that is missing, cut off or overwritten for the end of what was written, and start
without a word. So each commit has a number, kept within it, and the last one is noted here once it is durable: a
database that has come less far than its mark has lost something. A mark may lag behind, after a power cut or on a full
disk, and then notices less; it is never ahead.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from infino.core.redaction import get_logger
from infino.local.folder import RESTORE, DamagedFile

logger = get_logger("infino.local")
DIGITS = 20


class CommitMark:
    """The mark of one database.

    Args:
        database: Its file, or None for one in memory, which needs none.

    Examples:
        >>> mark = CommitMark(Path("data/infino.duckdb"))
        >>> mark.check(17)
        >>> mark.note(18)
    """

    def __init__(self, database: Path | None) -> None:
        self._database = database
        self._path = database.with_name(f"{database.name}.commits") if database else None
        self._file: int | None = None

    def exists(self) -> bool:
        """Tell whether there is a mark, readable or not."""
        return self._path is not None and self._path.exists()

    def reached(self) -> int:
        """Return the number of the last commit that was noted; 0 for none, and where the mark can't be read."""
        if self._path is None or not self._path.exists():
            return 0
        noted = self._path.read_bytes()
        if len(noted) == DIGITS and noted.isdigit():
            return int(noted)
        logger.warning("%s can't be read and begins anew; what was lost goes unnoticed this time", self._path)
        return 0

    def check(self, found: int) -> None:
        """Raise for a database that has come less far than its mark.

        Args:
            found: The number of its last commit.

        Raises:
            DamagedFile: Naming its files.
        """
        noted = self.reached()
        if self._database is None or found >= noted:
            return
        log = f"{self._database.name}{'-wal' if self._database.suffix == '.sqlite' else '.wal'}"
        raise DamagedFile(
            self._database,
            f"or its log {log} is missing, damaged or an older copy: commits {found + 1} to {noted} are not there",
            f"{RESTORE}; or remove {self._database.name}.commits to go on without them",
        )

    def note(self, number: int) -> None:
        """Note the last commit, over the one before.

        Args:
            number: Its number.
        """
        if self._path is None:
            return
        with suppress(OSError):  # a full disk, where the mark then lags behind
            if self._file is None:
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
                os.ftruncate(self._file, DIGITS)
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, b"%0*d" % (DIGITS, number))

    def close(self) -> None:
        """Close its file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
