"""Indexes texts soon after they are written, so that the first search has little left to do."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb

from infino.core.redaction import get_logger
from infino.local.querydsl.fields import Fields, SearchField
from infino.local.querydsl.textindex import indexes_of, key_of, texts_sql

if TYPE_CHECKING:
    from infino.local.state import Gateway
    from infino.local.store import DatasetView, Store

logger = get_logger("infino.local")
QUIET = 0.5
"""Seconds without a write after which texts are indexed; a crowd of writers is not to be kept up with."""
WAITING = 100_000
"""Writes to a dataset that are not left waiting for quiet."""
LEAST = 5000
"""Writes to a dataset that are worth the while; fewer are indexed by the first search in no time."""
SLICE = 50_000
"""Documents that one transaction indexes: the engine keeps what was deleted since it began."""
LOOKED_AT = 1000
"""Documents that tell whether a field without a declared type holds texts of several words."""


class TextUpkeep:
    """A thread that follows the writes of one gateway.

    Args:
        gateway: The gateway; the thread ends before its store closes.

    Examples:
        >>> gateway.part(TextUpkeep, gateway)
    """

    def __init__(self, gateway: Gateway) -> None:
        self._store: Store = gateway.store
        self._ended = threading.Event()
        self._indexed: dict[str, int] = {}  # the number of the next document of each dataset when it was last indexed
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self.settled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="infino-texts", daemon=True)
        self._thread.start()
        gateway.on_close(self._end)

    def _end(self) -> None:
        self._ended.set()
        self._store.written.set()
        cursor = self._cursor
        if cursor is not None:
            with suppress(duckdb.Error):
                cursor.interrupt()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._store.written.wait()
            self.settled.clear()
            self._store.written.clear()
            self._ended.wait(QUIET)
            try:
                self._answer()
                self._follow(LEAST if not self._store.written.is_set() else WAITING)
            except (duckdb.Error, MemoryError, OSError, ValueError) as error:
                # A search does it then, as far as it gets, or tells why it can't be done.
                logger.debug("texts are not indexed ahead: %s", type(error).__name__)
            if not self._store.written.is_set():
                self.settled.set()

    def _answer(self) -> None:
        """Make the indexes that searches wait for; one that fails is not tried again before it is asked for again."""
        while self._store.asked and not self._ended.is_set():
            asked = self._store.asked.pop()
            if self._grow(*asked):
                self._store.asked.add(asked)

    def _follow(self, least: int) -> None:
        """Index the texts of each dataset that was written to so often."""
        with self._store.reading() as cursor:
            written = {
                one.uuid: one.next_seq
                for one in self._store.list(cursor)
                if one.next_seq - self._indexed.get(one.uuid, 1) >= least
            }
        for uuid, last in written.items():
            while not self._ended.is_set() and self._grow(uuid):
                self._answer()
            self._indexed[uuid] = last

    def _grow(self, uuid: str, index: str = "") -> bool:
        """Index a slice of the texts of a dataset, or of one of its indexes, and tell whether there may be more.

        An index of a caller who does not see all of a field's values is not one of them: only their searches fill it.
        """
        with self._store.reading() as cursor:
            self._cursor = cursor
            try:
                dataset = next((one for one in self._store.list(cursor) if one.uuid == uuid), None)
                if dataset is None:
                    return False
                view = self._store.view_of(cursor, dataset)
                indexes = indexes_of(view)

                def is_wanted(field: SearchField) -> bool:
                    if index:
                        return key_of(view, field)[1] == index
                    return indexes.begun(view, field) or is_text(cursor, view, field)

                return view.numbered and any(
                    indexes.growing(view, field).follow(cursor, view, field, SLICE)
                    for field in Fields(view)
                    if is_wanted(field)
                )
            finally:
                self._cursor = None


def is_text(cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: SearchField) -> bool:
    """Tell whether a field is declared to be a text, or its last values have several words."""
    if field.kind != "text" or field.type:
        return field.kind == "text"
    value = "list_aggregate(v, 'string_agg', ' , ')" if field.many else "v"
    last = f"(SELECT v FROM {texts_sql(view, field)} ORDER BY d DESC LIMIT {LOOKED_AT})"
    row = cursor.execute(f"SELECT coalesce(bool_or(contains({value}, ' ')), false) FROM {last}").fetchone()
    return bool(row and row[0])
