"""Room on the disk: what the engines say when there is none, and whether there is some again."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path

import duckdb

from infino.local.folder import RESTORE
from infino.local.http import Problem

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]  # the module doesn't exist on this platform

ERRNO = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
TOLD = tuple(os.strerror(number).lower() for number in ERRNO)
SQLITE = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_SHMSIZE"})
AMPLE = 64 * 1024**2
"""Free bytes from which on nobody needs to look closer."""
PROBE = 1024**2


def is_full(error: BaseException) -> bool:
    """Tell whether an error says that the disk, a quota or a limit on files leaves no room to write.

    Args:
        error: An error of the system, of SQLite or of DuckDB, which passes the system's words on.

    Examples:
        >>> is_full(OSError(errno.ENOSPC, "No space left on device"))
        True
    """
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", None) in SQLITE
    if isinstance(error, duckdb.Error):
        return any(words in str(error).lower() for words in TOLD)
    return isinstance(error, OSError) and error.errno in ERRNO


def full_disk(error: BaseException) -> Problem | None:
    """Return the 507 for an error that says that there is no room, None for any other.

    Args:
        error: What a write met.
    """
    if not is_full(error):
        return None
    reason = "the gateway's disk is full: nothing was stored, reads go on; make room and send it again"
    return Problem(507, "disk_full", reason)


def damaged_file(error: BaseException) -> Problem | None:
    """Return the 500 for an error that says that a block of the database file is damaged, None for any other.

    Args:
        error: What a statement met.
    """
    if not isinstance(error, duckdb.Error) or "corrupt database file" not in str(error).lower():
        return None
    return Problem(500, "damaged_file", f"a block of infino.duckdb in the data folder is damaged; {RESTORE}")


def refuse_if_full(error: BaseException) -> None:
    """Raise the 507 for an error that says that there is no room; return for any other."""
    if (problem := full_disk(error)) is not None:
        raise problem from error


def room(folder: Path) -> int:
    """Return the bytes that a file in a folder may still grow by; a limit on file sizes counts from nothing."""
    free = shutil.disk_usage(folder).free
    if resource is not None:
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        if limit != resource.RLIM_INFINITY:
            largest = max((path.stat().st_size for path in folder.glob("*.duckdb*")), default=0)
            free = min(free, limit - largest)
    return free


class Disk:
    """The disk of one gateway.

    Args:
        folder: The data folder, or None for a gateway in memory.

    Examples:
        >>> Disk(None).writable()
        True
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.refused = False
        """Whether a write was refused, and none has been tried since."""

    def writable(self) -> bool:
        """Tell whether there is room to write; after a refusal or on a disk that is nearly full, by trying."""
        if self._folder is None:
            return True
        if self.refused or room(self._folder) < AMPLE:
            probe = self._folder / "probe"
            try:
                probe.write_bytes(bytes(PROBE))
                self.refused = room(self._folder) < PROBE
            except OSError:
                self.refused = True
            finally:
                probe.unlink(missing_ok=True)
        return not self.refused
