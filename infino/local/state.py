"""What every room of the gateway shares."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import attrs
import duckdb

from infino.local.clock import GatewayClock
from infino.local.control import Control
from infino.local.credentials import admin_credentials
from infino.local.disk import Disk
from infino.local.faults import Faults
from infino.local.folder import RESTORE, DamagedFile, Folder, in_use
from infino.local.keys import AccessKeys
from infino.local.marks import CommitMark
from infino.local.memory import MemoryCeiling, engine_memory
from infino.local.rbac.access import RoleAccess
from infino.local.reach import Reach
from infino.local.store import Store
from infino.local.store.convert import convert
from infino.local.vault import Vault

T = TypeVar("T")
SPILL = 16 * 1024**3
"""Bytes on disk that queries may take together beyond the memory, or a quarter of what is free."""


@attrs.frozen
class Options:
    """How the gateway behaves.

    Args:
        path: The data folder, or None to keep everything in memory.
        compat: Whether to accept the deviations of the old SDK 0.7.0.
        sql_timeout: Seconds that one query may take.
        sql_rows: Rows that one SQL result may have.
        sql_shape: "tagged" for rows as the service sends them, "flat" for rows as plain objects.
        max_body: Bytes that one request body may have.
        max_answer: Bytes that one answer may have.
        memory: Bytes that the engine may take; by default half of the machine's or the container's.
        max_in_flight: Bytes that all request bodies in memory may have together.
        max_upload: Bytes that one uploaded file may have.
        max_spool: Bytes that all uploads under way may have together on disk.
        files: The folder in which file databases of connections must lie; None leaves the choice to the admin.
        reachable: `host:port` of what connections may reach although it is link-local or the gateway itself.
        hosts: Names, beside addresses and those of this machine, under which the gateway may be asked.
        access_key: The admin's access key; chosen at random when None.
        secret_key: The admin's secret.
        clock_tolerance: Seconds that a caller's clock may be off.
    """

    path: Path | None = None
    compat: bool = False
    sql_timeout: float = 60.0
    sql_rows: int = 1_000_000
    sql_shape: str = "tagged"
    max_body: int = 100 * 1024**2
    max_answer: int = 512 * 1024**2
    memory: int | None = None
    max_in_flight: int = 512 * 1024**2
    max_upload: int = 4 * 1024**3
    max_spool: int = 16 * 1024**3
    files: Path | None = attrs.field(default=None, converter=attrs.converters.optional(Path))
    reachable: Collection[str] = ()
    hosts: Collection[str] = ()
    access_key: str | None = None
    secret_key: str | None = attrs.field(default=None, repr=False)
    clock_tolerance: float = 300.0


class Gateway:
    """The opened data folder with everything in it; handlers get it as their first argument.

    Args:
        options: How to behave.

    Examples:
        >>> gateway = Gateway(Options())
        >>> gateway.close()
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock = GatewayClock()
        self.faults = Faults()
        self.reach = Reach(options.path, options.files, options.reachable)
        self.folder = Folder(options.path) if options.path else None
        self._opened: list[Callable[[], None]] = [self.folder.close] if self.folder else []
        self._lock = threading.Lock()
        self._parts: dict[Callable[..., object], Any] = {}
        self._parts_lock = threading.RLock()
        self.disk = Disk(options.path)
        self.stopping = False
        try:
            if options.path:
                refuse_missing_files(options.path, keys_given=options.access_key is not None)
            self.spool = self._make_spool()
            self.credentials = admin_credentials(options.path, options.access_key, options.secret_key)
            self.store = open_store(self._file("infino.duckdb"), self.clock.now, self._engine_limits())
            self._opened.append(self.store.close)
            self._opened.append(self._watch_memory().close)
            self._refuse_missing_control()
            self.control = Control(self._file("control.sqlite"), self.clock.now)
            self._opened.append(self.control.close)
            self.vault = Vault(options.path)
            self.keys = AccessKeys(self.control, self.vault, self.credentials)
            self.access = RoleAccess(self.control, self.keys, self.credentials.account_id)
        except BaseException:
            self.close()
            raise

    def _watch_memory(self) -> MemoryCeiling:
        """Stop statements that take more than the engine's memory and what bodies and answers may have beside it."""
        options = self.options
        growth = (options.memory or engine_memory()) + 2 * options.max_answer + options.max_in_flight
        store = self.store
        return MemoryCeiling(growth, store.busy, store.begun, partial(store.interrupt, reads_only=True))

    def _engine_limits(self) -> dict[str, Any]:
        """Return the engine's settings for memory, and for what it puts on disk when that is not enough."""
        memory = self.options.memory or engine_memory()
        spill = min(SPILL, shutil.disk_usage(self.spool).free // 4)
        return {
            "memory_limit": f"{memory // 1024}KiB",
            "temp_directory": str(self.spool / "engine"),
            "max_temp_directory_size": f"{spill // 1024}KiB",
        }

    def _file(self, name: str) -> Path | None:
        return self.options.path / name if self.options.path else None

    def _refuse_missing_control(self) -> None:
        path = self._file("control.sqlite")
        if path is None or (path.exists() and path.stat().st_size):
            return
        mark = CommitMark(path)
        with self.store.reading() as cursor:
            used = bool(self.store.list(cursor)) and not mark.exists()
        if used or mark.reached() or path.with_name("vault.key").exists():
            what = "is missing or empty, and with it users, roles and connections"
            anew = f"or remove vault.key and write 0 into {path.name}.commits to begin without them"
            raise DamagedFile(path, what, f"{RESTORE}; {anew}")

    def _make_spool(self) -> Path:
        """Return an empty folder for uploads that are under way."""
        if self.options.path is None:
            spool = Path(tempfile.mkdtemp(prefix="infino-"))
            self._opened.append(lambda: shutil.rmtree(spool, ignore_errors=True))
            return spool
        spool = self.options.path / "spool"
        shutil.rmtree(spool, ignore_errors=True)
        spool.mkdir(mode=0o700)
        return spool

    def part(self, make: Callable[..., T], *arguments: object) -> T:
        """Return what a room keeps for this gateway; made at the first call, of these arguments.

        Args:
            make: Makes it; a class or a function of the room's own.
            arguments: What it is made of.

        Examples:
            >>> gateway.part(MetricStore, gateway.store)
        """
        with self._parts_lock:
            if make not in self._parts:
                self._parts[make] = make(*arguments)
            found: T = self._parts[make]
            return found

    def on_close(self, action: Callable[[], None]) -> None:
        """Have something of a room closed before the store is."""
        self._opened.append(action)

    def reset(self) -> None:
        """Remove all datasets and documents and disarm all faults; keys stay."""
        with self._lock:
            self.faults.clear()
            self.store.clear()
            self.control.clear()
            self.keys.forget()

    def close(self) -> None:
        """Close everything, last opened first."""
        while self._opened:
            self._opened.pop()()


def refuse_missing_files(folder: Path, *, keys_given: bool) -> None:
    """Raise for a missing file without which others can't be there.

    A first start makes them in the order of this table.

    Args:
        folder: The data folder.
        keys_given: Whether the admin's keys need no file.

    Raises:
        DamagedFile: Naming the file.
    """
    credentials, store, control = (folder / name for name in ("credentials.json", "infino.duckdb", "control.sqlite"))
    if not store.exists() and (control.exists() or CommitMark(store).reached()):
        raise DamagedFile(store, "is missing, and with it all datasets", RESTORE)
    if store.exists() and not credentials.exists() and not keys_given:
        raise DamagedFile(credentials, "is missing", f"{RESTORE}; or give access_key and secret_key")


def open_store(path: Path | None, now: Callable[[], datetime], limits: dict[str, Any]) -> Store:
    """Open the store, or say in one sentence why it can't be.

    Args:
        path: The database file, or None to keep everything in memory.
        now: Returns the current time.
        limits: Settings of the engine.

    Raises:
        DamagedFile: When the file is not a store, or half of one.
        FolderInUse: When another process holds it.
    """
    try:
        store = Store(path, now, limits)
        try:
            convert(store)
            if path is not None and path.stat().st_size < expected_size(store, path):
                raise DamagedFile(path, "is shorter than what it holds: its end is lost", RESTORE)
        except BaseException:
            # The engine hands an open file out again, as it was set up, to whoever opens it in this process.
            store.close()
            raise
        return store
    except duckdb.Error as error:
        if path is None:
            raise
        told = str(error).splitlines()[0]
        if "onflicting lock" in told:
            raise in_use(path.parent, "") from None
        raise DamagedFile(path, f"can't be read ({told.replace(str(path), path.name)})", RESTORE) from None


def expected_size(store: Store, path: Path) -> int:
    """Return how long the database file must at least be: free blocks at its end may not be there, used ones are.

    Args:
        store: The opened store.
        path: Its file, after which DuckDB names the database.
    """
    with store.reading() as cursor:
        query = "SELECT used_blocks * block_size FROM pragma_database_size() WHERE database_name = ?"
        found = cursor.execute(query, [path.stem]).fetchone()
    return int(found[0]) if found else 0
