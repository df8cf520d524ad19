"""How many commits a database of the data folder has had, noted beside it.

Both engines take a write-ahead log that is missing, cut off or overwritten for the end of what was written, and start
without a word. So each commit has a number, kept within it, and the last one is noted here once it is durable: a
database that has come less far than its mark has lost something. A mark may lag behind, after a power cut or on a full
disk, and then notices less; it is never ahead. The database file itself knows of the first commit, so that a mark that
should be there is missed too.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from infino.local.folder import RESTORE, DamagedFile

DIGITS = 20
GIVEN_UP = b"0"
"""What stands in a mark of whoever goes on although commits may be missing."""


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
        """Return the number of the last commit that was noted; 0 for none.

        Raises:
            DamagedFile: The mark can't be read.
        """
        if self._path is None or not self._path.exists():
            return 0
        noted = self._path.read_bytes()
        if noted.strip() == GIVEN_UP:
            return 0
        if len(noted) != DIGITS or not noted.isdigit():
            raise self._lost("is damaged")
        return int(noted)

    def check(self, found: int) -> None:
        """Raise for a database that has come less far than its mark, and for one that has commits and no mark.

        Args:
            found: The number of its last commit.

        Raises:
            DamagedFile: Naming its files.
        """
        noted = self.reached()
        if self._database is None:
            return
        if not self.exists():
            if found:
                raise self._lost("is missing")
            self.note(0)  # before the first commit, which must not be without
        if found >= noted:
            return
        log = f"{self._database.name}{'-wal' if self._database.suffix == '.sqlite' else '.wal'}"
        raise DamagedFile(
            self._database,
            f"or its log {log} is missing, damaged or an older copy: commits {found + 1} to {noted} are not there",
            f"{RESTORE}; or write 0 into {self._database.name}.commits to go on without them",
        )

    def _lost(self, what: str) -> DamagedFile:
        told = f"{what}, and only it tells whether the last commits are there"
        return DamagedFile(self._path, told, f"{RESTORE}; or write 0 into it to go on with what is there")

    def note(self, number: int) -> None:
        """Note the last commit, over the one before.

        Args:
            number: Its number.
        """
        if self._path is None:
            return
        with suppress(OSError):  # a full disk, where the mark then lags behind
            if self._file is None:
                self._file = self._open(self._path)
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, b"%0*d" % (DIGITS, number))

    def _open(self, path: Path) -> int:
        """Open the file, which is there with all its bytes or not at all, even after a kill."""
        if not path.exists() or path.stat().st_size != DIGITS:
            fresh = path.with_name(f"{path.name}.new")
            fresh.unlink(missing_ok=True)
            fresh.touch(0o600)
            fresh.write_bytes(b"0" * DIGITS)
            fresh.replace(path)
        return os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))

    def close(self) -> None:
        """Close its file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
