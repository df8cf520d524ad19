"""The control plane: small named JSON documents (users, threads, jobs ...) in SQLite."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import orjson

from infino.local.clock import iso
from infino.local.disk import refuse_if_full
from infino.local.folder import RESTORE, DamagedFile
from infino.local.http import Problem
from infino.local.marks import CommitMark

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (kind, id)
)
"""


@attrs.frozen
class Document:
    """One stored document with its times (ISO 8601)."""

    id: str
    body: dict[str, Any]
    created_at: str
    updated_at: str


class Control:
    """Durable named documents; safe to share between threads.

    Args:
        path: The database file, or None to keep everything in memory.
        now: Returns the current time.

    Examples:
        >>> control = Control(None, lambda: datetime.now(UTC))
        >>> control.put("thread", "t1", {"name": "late flights"}).body
        {'name': 'late flights'}
    """

    def __init__(self, path: Path | None, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._mark = CommitMark(path)
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._db.close()
            told = str(error).splitlines()[0]
            raise DamagedFile(path, f"can't be read ({told})", RESTORE) from None
        except DamagedFile:
            self._db.close()
            raise

    def _open(self) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")  # shares nothing, and so needs no room for a shared file
        self._db.execute("PRAGMA journal_mode = WAL")
        (found,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        (self._commits,) = self._db.execute("PRAGMA user_version").fetchone()
        self._mark.check(self._commits)
        # A commit that was answered survives a power cut.
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")  # what was a secret is overwritten, not only unlinked
        self._db.execute(SCHEMA)
        if not self._commits:
            with suppress(Problem), self.changing():  # the file itself must know that there are commits
                pass
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Make several reads and writes one atomic change, alone."""
        with self._lock:
            # Within another change, of the same thread by the lock: the outer one commits both.
            if self._db.in_transaction:
                yield
                return
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute(f"PRAGMA user_version = {self._commits + 1}")
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                refuse_if_full(error)
                raise
            self._commits += 1
            self._mark.note(self._commits)

    def get(self, kind: str, id: str) -> Document | None:
        """Return one document, or None."""
        rows = self._select("WHERE kind = ? AND id = ?", (kind, id))
        return rows[0] if rows else None

    def list(self, kind: str) -> Sequence[Document]:
        """Return all documents of a kind, oldest first, whatever the clock said when each was made."""
        return self._select("WHERE kind = ? ORDER BY rowid", (kind,))

    def put(self, kind: str, id: str, body: dict[str, Any]) -> Document:
        """Store a document, replacing one of the same id, and return it.

        Args:
            kind: What it is, such as "thread".
            id: Its name within the kind.
            body: Its JSON.
        """
        moment = iso(self._now())
        with self.changing():
            self._db.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE"
                # Not REPLACE, which would give the document a new rowid, and with it another place in lists.
                " SET body = excluded.body, updated_at = excluded.updated_at",
                (kind, id, orjson.dumps(body).decode(), moment, moment),
            )
            stored = self.get(kind, id)
        assert stored is not None
        return stored

    def create(self, kind: str, id: str, body: dict[str, Any]) -> Document | None:
        """Store a document unless its id is taken; return None if it is."""
        with self.changing():
            return None if self.get(kind, id) else self.put(kind, id, body)

    def delete(self, kind: str, id: str) -> bool:
        """Remove a document and tell whether it was there."""
        with self.changing():
            done = self._db.execute("DELETE FROM documents WHERE kind = ? AND id = ?", (kind, id))
            return done.rowcount > 0

    def clear(self) -> None:
        """Remove everything."""
        with self.changing():
            self._db.execute("DELETE FROM documents")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()
            self._mark.close()

    def _select(self, clause: str, values: tuple[str, ...]) -> Sequence[Document]:
        query = f"SELECT id, body, created_at, updated_at FROM documents {clause}"
        with self._lock:
            rows = self._db.execute(query, values).fetchall()
        return [Document(id, orjson.loads(body), created, updated) for id, body, created, updated in rows]
