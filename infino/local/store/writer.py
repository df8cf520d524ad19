"""Puts and removes documents, whole batches by set-based SQL, and keeps the dataset's shape up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Any

import attrs
import duckdb
import numpy as np

from infino.local.catalogue.mapping import METADATA
from infino.local.http import Problem, illegal
from infino.local.store.database import NEXT_COMMIT, Dataset, Store
from infino.local.store.ids import hashes_of
from infino.local.store.typed import fold, stored_doubles

ONLY_DIGITS = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
LONG = b"0" * 16
"""So many digits in a row, after `ONLY_DIGITS`, may be an integer beyond 2^53; cheaper than an expression."""
UNFOLDED = 500
"""So many documents may wait for their typed rows; until then readers type them as they read."""


@attrs.frozen
class DocumentBatch:
    """Documents with distinct ids, to be stored together.

    Args:
        ids: Their ids.
        texts: Their JSON, one line each.
        documents: The same, decoded.
        fresh: Whether the ids were made for them, so that no stored document can have one.
    """

    ids: Sequence[str]
    texts: Sequence[bytes]
    documents: Sequence[Mapping[str, Any]]
    fresh: bool = False

    def insert(
        self,
        store: Store,
        cursor: duckdb.DuckDBPyConnection,
        dataset: Dataset,
        first: int,
        hashes: np.ndarray,
        versions: Sequence[int],
    ) -> None:
        """Append the documents to their dataset, numbered from `first` on; arrays are read faster than lists.

        One alone gives its commit a number on the way: for that, a statement of its own takes half a millisecond.
        """
        table = f"ds_{dataset.id}"
        if len(self.ids) == 1:
            values = [first, int(hashes[0]), self.ids[0], versions[0], self.texts[0].decode()]
            query = f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?) RETURNING {NEXT_COMMIT}"
            [(store.commit,)] = cursor.execute(query, values).fetchall()
            return
        rows = {
            "_seq": np.arange(first, first + len(self.ids)),
            "_h": hashes,
            "_id": np.array(self.ids, object),
            "_version": np.array(versions, np.int64),
            "_source": np.array(b"\n".join(self.texts).decode().split("\n"), object),
        }
        cursor.register("batch", rows)
        try:
            cursor.execute(f"INSERT INTO {table} SELECT _seq, _h, _id, _version, _source FROM batch")
        finally:
            cursor.unregister("batch")


@attrs.frozen
class StoredDocument:
    """The state of one stored document, and where that is stored, which is no part of the state."""

    version: int
    source: str
    number: int = attrs.field(default=0, eq=False)

    @property
    def place(self) -> Place:
        """Where it is stored."""
        return Place(self.number, self.version, len(self.source.encode()))


@attrs.frozen
class Place:
    """Where a document is stored, what version it has and how long it is."""

    number: int
    version: int
    length: int


Stored = Mapping[str, Place]
"""Where documents are, with nothing written since to those that were looked for."""
PAGE = 250
"""Documents that are taken from the engine at once; some are long."""


def put(
    store: Store,
    cursor: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    batch: DocumentBatch,
    versions: Sequence[int] | None = None,
    stored: Stored | None = None,
) -> dict[str, int]:
    """Store documents, replacing those of the same id.

    Args:
        store: The store.
        cursor: A writing cursor.
        dataset: Where to.
        batch: The documents.
        versions: Chosen versions; without them each write adds one.
        stored: Which of the documents there are, if that was looked up already.

    Returns:
        The new version of every id; 1 means that it was created.
    """
    if not batch.ids:
        return {}
    refuse_metrics(dataset)
    if dataset.mapping.decides:
        refuse_unfit(dataset, zip(batch.ids, batch.documents, strict=True))
    hashes = hashes_of(batch.ids)
    before = {} if batch.fresh else places(store, cursor, dataset, batch.ids, hashes, stored)
    if versions is None:
        versions = [before[id].version + 1 if id in before else 1 for id in batch.ids] if before else [1] * len(hashes)
    discard(cursor, dataset, before.values())
    store.note_ids(dataset, hashes)
    held = store.get(cursor, dataset.name)
    batch.insert(store, cursor, dataset, held.next_seq, hashes, versions)
    learn(store, cursor, dataset, batch)
    written = len(batch.ids)
    waiting = held.next_seq + written - held.folded
    columns = fold(cursor, store.view(cursor, dataset.name)) if waiting > UNFOLDED else None
    longer = sum(map(len, batch.texts)) - sum(place.length for place in before.values())
    store.count(cursor, dataset, written, written - len(before), longer, columns)
    return dict(zip(batch.ids, versions, strict=True))


def places(
    store: Store,
    cursor: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    ids: Sequence[str],
    hashes: np.ndarray,
    stored: Stored | None = None,
) -> dict[str, Place]:
    """Return where those of some documents are that exist.

    Args:
        store: The store.
        cursor: A writing cursor.
        dataset: Where to look.
        ids: Their ids.
        hashes: The hash of each id.
        stored: Those that exist, if that was looked up already.
    """
    if stored is not None:
        return {id: stored[id] for id in ids if id in stored}
    known = list(compress(ids, store.possible(cursor, dataset, hashes)))
    if not known:
        return {}
    return dict(places_in(cursor, f"ds_{dataset.id}", known))


def places_in(cursor: duckdb.DuckDBPyConnection, table: str, ids: Sequence[str]) -> Iterator[tuple[str, Place]]:
    """Yield the id and the place of those documents of a table that exist."""
    for id, *place in wanted(cursor, table, "d._seq, d._version, strlen(d._source)", ids):
        yield id, Place(*place)


def documents_in(
    cursor: duckdb.DuckDBPyConnection, table: str, ids: Sequence[str]
) -> Iterator[tuple[str, StoredDocument]]:
    """Yield the id and the state of those documents of a table that exist; nothing else may run on the cursor then."""
    for id, *found in wanted(cursor, table, "d._version, d._source, d._seq", ids):
        yield id, StoredDocument(*found)


def wanted(
    cursor: duckdb.DuckDBPyConnection, table: str, columns: str, ids: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Yield the ids, and some columns, of those documents that have certain ids, as they are taken from the engine.

    There is no index over the ids, for it would make each overwrite ten times slower; a scan of their hashes is fast.
    Of documents that are found by their places, the engine reads nothing but those; for one id it does so by itself.
    """
    asked = frozenset(ids)
    places = f"SELECT rowid FROM {table} WHERE _h IN (SELECT md5_number_lower(unnest(?::VARCHAR[])))"
    rows = f"{table} AS d WHERE d.rowid IN ({places})"
    if len(asked) == 1:
        one = "(SELECT unnest(?::VARCHAR[]) AS _id) AS one"
        rows = f"{table} AS d JOIN {one} ON d._h = md5_number_lower(one._id) AND d._id = one._id"
    cursor.execute(f"SELECT d._id, {columns} FROM {rows}", [list(asked)])
    yield from (row for row in answered(cursor) if row[0] in asked)  # another id may have the same hash


def answered(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the query that runs on a cursor as they are taken from the engine."""
    while page := cursor.fetchmany(PAGE):
        yield from page


def discard(cursor: duckdb.DuckDBPyConnection, dataset: Dataset, gone: Iterable[Place]) -> None:
    """Delete documents and their typed rows."""
    numbers = [place.number for place in gone]
    for table in (f"ds_{dataset.id}", f"col_{dataset.id}") if numbers else ():
        cursor.execute(f"DELETE FROM {table} WHERE _seq IN (SELECT unnest(?::BIGINT[]))", [numbers])


def learn(store: Store, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, batch: DocumentBatch) -> None:
    """Take in what the shape of a dataset gained."""
    shape = store.shape(cursor, dataset)
    if not shape.learn(batch.documents, big=LONG in b"\n".join(batch.texts).translate(ONLY_DIGITS)):
        return
    refuse_metadata(shape.fields().keys() - store.fields(cursor, dataset).keys())
    for field in shape.newly_exact():
        shape.add_digits(field, stored_doubles(cursor, dataset.id, shape.fields()[field]["DOUBLE"]))
    store.grow(cursor, dataset, shape)


class RecordRefused(Problem):
    """A record is not taken as it is; others of the same request may be."""


def refuse_metadata(names: Iterable[str]) -> None:
    """Raise the 400 for members of a document that would hide what the service itself knows of it."""
    for name in names:
        if name.partition(".")[0] in METADATA:
            reason = f"the field [{name}] is metadata, which stands beside a document and never in it"
            raise RecordRefused(400, "document_parsing_exception", reason)


def refuse_unfit(dataset: Dataset, records: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Raise the 400 for the first record, given by id and document, that does not fit the mapping."""
    for id, document in records:
        problem = dataset.mapping.refusal(document, id)
        if problem is not None:
            raise RecordRefused(problem.status, problem.type, problem.reason)


def refuse_metrics(dataset: Dataset) -> None:
    """Raise the 400 for a dataset of samples, whose documents are a view over them."""
    if dataset.settings.get("kind") == "metrics":
        reason = f"dataset [{dataset.name}] holds metrics; documents need a dataset of their own"
        raise illegal(reason)


def remove(
    store: Store,
    cursor: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    ids: Sequence[str],
    stored: Stored | None = None,
) -> int:
    """Remove documents by id and return how many were there.

    Args:
        store: The store.
        cursor: A writing cursor.
        dataset: Where from.
        ids: Which; unknown ones are passed over.
        stored: Those that exist, if that was looked up already.
    """
    refuse_metrics(dataset)
    gone = places(store, cursor, dataset, ids, hashes_of(ids), stored) if ids else {}
    if gone:
        discard(cursor, dataset, gone.values())
        store.count(cursor, dataset, 0, -len(gone), -sum(place.length for place in gone.values()))
    return len(gone)


def fetch(cursor: duckdb.DuckDBPyConnection, dataset_id: int, ids: Sequence[str]) -> dict[str, StoredDocument]:
    """Return the stored state of those ids that exist."""
    return dict(documents_in(cursor, f"ds_{dataset_id}", ids))
