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
PROBE, LITTLE = 1024**2, 32 * 1024
"""Bytes that must fit after a write was refused, and as long as none was."""
FULL, DAMAGED = "disk_full", "damaged_file"
"""The types of the problems that health tells of."""


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
    return Problem(507, FULL, reason)


def damaged_file(error: BaseException) -> Problem | None:
    """Return the 500 for an error after which the database file must be looked after, None for any other.

    Args:
        error: What a statement met: a damaged block, or that the engine has given up.
    """
    told = str(error).lower() if isinstance(error, duckdb.Error) else ""
    if "corrupt database file" in told:
        return Problem(500, DAMAGED, f"a block of infino.duckdb in the data folder is damaged; {RESTORE}")
    if "has been invalidated" in told:
        return Problem(500, DAMAGED, "the engine has given up on infino.duckdb; start the gateway again")
    return None


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
        self._refused = False  # a write was refused, and none has been carried out since
        self.damaged = False
        """Whether something of the database file could not be read."""

    def note(self, problem: Problem) -> None:
        """Take in what a request was refused for."""
        self._refused |= problem.type == FULL
        self.damaged |= problem.type == DAMAGED

    def wrote(self) -> None:
        """Take in that something was stored: there is room, however little."""
        self._refused = False

    def writable(self) -> bool:
        """Tell whether there is room to write; after a refusal or on a disk that is nearly full, by trying."""
        if self._folder is None:
            return True
        needed, free = PROBE if self._refused else LITTLE, room(self._folder)
        if not self._refused and free >= AMPLE:
            return True
        if free < needed:
            return False
        probe = self._folder / "probe"
        try:
            probe.write_bytes(bytes(needed))
        except OSError:
            return False
        finally:
            probe.unlink(missing_ok=True)
        self._refused = False
        return True
