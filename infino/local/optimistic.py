"""Changes that follow from a question, which is answered beside all writers; only what follows is written alone.

The question sees one snapshot. What is written must still stand as it was read there, or the question is asked again:
while all writers wait if it takes no time, else beside them once more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import attrs
import duckdb

from infino.local.bulk import decoded
from infino.local.http import Problem
from infino.local.sql.dialect import wrong_sql
from infino.local.sql.watchdog import QueryStopped, time_limit
from infino.local.store import Dataset, DatasetView, Store
from infino.local.store.ids import hashes_of
from infino.local.store.writer import DocumentBatch, Stored, places, put, remove

if TYPE_CHECKING:
    from infino.local.state import Gateway

BRIEF = 0.5
"""Seconds for which a question may hold up all writers."""
SLICE = 16 * 1024**2
"""Bytes of documents that are decoded at once."""
OVERHEAD = 100
"""Bytes that a document takes here beside its text."""
State = tuple[str, int]
"""The UUID and the version of a dataset."""


class Room:
    """The bytes that one change may take.

    Args:
        limit: How many.

    Examples:
        >>> Room(1000).take("x" * 500)
    """

    def __init__(self, limit: int) -> None:
        self._limit = self._left = limit

    def take(self, *texts: str | bytes) -> None:
        """Count a document's texts, or raise the 400 when there are too many."""
        self._left -= OVERHEAD + sum(map(len, texts))
        if self._left < 0:
            raise wrong_sql(f"the statement writes records of more than {self._limit} bytes together; narrow it down")


@attrs.frozen
class Change:
    """What is to be written, and what it follows from.

    Args:
        dataset: What is written, as it was read.
        read: Name -> state of every dataset that was read.
        stored: Where those documents are that are written or removed; the others did not exist.
        texts: Id -> JSON of each document that is written.
        gone: The ids of those that are removed.
        fresh: Whether the ids were made for the documents, so that no stored document can have one.
    """

    dataset: Dataset
    read: Mapping[str, State]
    stored: Stored
    texts: Mapping[str, bytes] = attrs.field(factory=dict)
    gone: Collection[str] = ()
    fresh: bool = False

    def is_current(self, store: Store, cursor: duckdb.DuckDBPyConnection) -> bool:
        """Tell whether nothing was written to any dataset that was read."""
        found = {name: store.find(cursor, name) for name in {*self.read, self.dataset.name}}
        read = {**self.read, self.dataset.name: state_of(self.dataset)}
        return all(dataset is not None and state_of(dataset) == read[name] for name, dataset in found.items())

    def is_untouched(self, store: Store, cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> bool:
        """Tell whether nobody wrote to the documents that are written."""
        if dataset.uuid != self.dataset.uuid:
            return False
        ids = [*self.texts, *self.gone]
        return self.fresh or places(store, cursor, dataset, ids, hashes_of(ids)) == self.stored

    def write(self, store: Store, cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> int:
        """Write it, and return how many documents that are."""
        for ids in slices(self.texts):
            texts = [self.texts[id] for id in ids]
            batch = DocumentBatch(ids, texts, decoded(texts), self.fresh)
            put(store, cursor, dataset, batch, stored=self.stored)
        return len(self.texts) + remove(store, cursor, dataset, list(self.gone), self.stored)


def state_of(dataset: Dataset | DatasetView) -> State:
    """Return what tells whether a dataset was written to."""
    return dataset.uuid, dataset.version


def slices(texts: Mapping[str, bytes]) -> Iterator[Sequence[str]]:
    """Yield the ids of documents that are decoded together."""
    ids: list[str] = []
    size = 0
    for id, text in texts.items():
        ids.append(id)
        size += OVERHEAD + len(text)
        if size > SLICE:
            yield ids
            ids, size = [], 0
    if ids:
        yield ids


def carry_out(gateway: Gateway, decide: Callable[[duckdb.DuckDBPyConnection], Change]) -> tuple[Dataset, int]:
    """Decide what is to be written beside all other writers, and write it; return where, and how many documents.

    Args:
        gateway: The gateway.
        decide: Reads on a cursor of its own, as often as it is called, and says what follows.

    Raises:
        Problem: 409 when others change the same documents again and again.
    """
    store, limit = gateway.store, gateway.options.sql_timeout
    last = time.monotonic() + limit
    while True:
        started = time.monotonic()
        with store.reading() as reader, time_limit(reader.interrupt, limit):
            change = decide(reader)
        brief = time.monotonic() - started < BRIEF
        with store.writing() as cursor, time_limit(cursor.interrupt, limit):
            current = change.is_current(store, cursor)
            if brief and not current:
                with suppress(QueryStopped), store.reading() as reader, time_limit(reader.interrupt, BRIEF):
                    change, current = decide(reader), True  # nobody else writes meanwhile
            dataset = store.get(cursor, change.dataset.name)
            if current or change.is_untouched(store, cursor, dataset):
                return dataset, change.write(store, cursor, dataset)
        if time.monotonic() > last:
            reason = f"others changed the same records of [{change.dataset.name}] again and again; send it once more"
            raise Problem(409, "version_conflict_engine_exception", reason)
