"""Puts and removes documents, whole batches by set-based SQL, and keeps the dataset's shape up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import duckdb

from infino.local.http import Problem
from infino.local.store.database import Dataset, Store
from infino.local.store.typed import fold, stored_doubles

ONLY_DIGITS = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
LONG = b"0" * 16
"""So many digits in a row, after `ONLY_DIGITS`, may be an integer beyond 2^53; cheaper than an expression."""
LINES = "unnest(string_split(?, chr(10))) AS _id, unnest(string_split(?, chr(10))) AS _source"
ONE = "?::VARCHAR AS _id, ?::VARCHAR AS _source"
LISTS = "unnest(?::VARCHAR[]) AS _id, unnest(?::VARCHAR[]) AS _source"
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

    def parameters(self) -> tuple[str, list[Any]]:
        """Return SQL for the ids and texts, and its parameters; two long texts are read faster than lists."""
        if len(self.ids) == 1:
            return ONE, [self.ids[0], self.texts[0].decode()]
        texts = b"\n".join(self.texts).decode()
        ids = "\n".join(self.ids)
        if ids.count("\n") != len(self.ids) - 1:
            return LISTS, [list(self.ids), texts.split("\n")]
        return LINES, [ids, texts]


@attrs.frozen
class StoredDocument:
    """The state of one stored document."""

    version: int
    source: str


@attrs.frozen
class Place:
    """Where a document is stored, what version it has and how long it is."""

    number: int
    version: int
    length: int


def put(
    store: Store,
    cursor: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    batch: DocumentBatch,
    versions: Sequence[int] | None = None,
) -> dict[str, int]:
    """Store documents, replacing those of the same id.

    Args:
        store: The store.
        cursor: A writing cursor.
        dataset: Where to.
        batch: The documents.
        versions: Chosen versions; without them each write adds one.

    Returns:
        The new version of every id; 1 means that it was created.
    """
    if not batch.ids:
        return {}
    refuse_metrics(dataset)
    refuse_unfit(dataset, batch)
    before = {} if batch.fresh else places(store, cursor, dataset, batch.ids)
    if versions is None:
        versions = [before[id].version + 1 if id in before else 1 for id in batch.ids] if before else None
    discard(cursor, dataset, before.values())
    length = sum(map(len, batch.texts)) - sum(place.length for place in before.values())
    first, folded = store.count(cursor, dataset, len(batch.ids), len(batch.ids) - len(before), length)
    store.note_ids(dataset, batch.ids)
    rows, values = batch.parameters()
    chosen = "1" if versions is None else "unnest(?::BIGINT[])"
    cursor.execute(
        f"INSERT INTO ds_{dataset.id} SELECT _seq, md5_number_lower(_id), _id, _version, _source FROM"
        f" (SELECT {rows}, {chosen} AS _version, unnest(range({first}, {first + len(batch.ids)})) AS _seq)",
        [*values, *([] if versions is None else [list(versions)])],
    )
    learn(store, cursor, dataset, batch)
    if first + len(batch.ids) - folded > UNFOLDED:
        fold(store, cursor, store.get(cursor, dataset.name))
    return dict(zip(batch.ids, versions or [1] * len(batch.ids), strict=True))


def places(store: Store, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, ids: Sequence[str]) -> dict[str, Place]:
    """Return where those of some documents are that exist."""
    ids = store.possible(cursor, dataset, ids)
    if not ids:
        return {}
    rows = cursor.execute(wanted(dataset.id, "d._seq, d._version, strlen(d._source)"), [list(ids)]).fetchall()
    return {id: Place(*place) for id, *place in rows}


def wanted(dataset_id: int, columns: str) -> str:
    """Return the SELECT of the ids, and some columns, of those documents whose ids are in a list that is bound.

    There is no index over the ids, for it would make each overwrite ten times slower; a scan of their hashes is fast.
    """
    return (
        f"SELECT d._id, {columns} FROM (SELECT unnest(?::VARCHAR[]) AS _id) AS wanted JOIN ds_{dataset_id} AS d"
        " ON d._h = md5_number_lower(wanted._id) AND d._id = wanted._id"
    )


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
    for field in shape.newly_exact():
        shape.add_digits(field, stored_doubles(cursor, dataset.id, shape.fields()[field]["DOUBLE"]))
    store.grow(cursor, dataset, shape)


class RecordRefused(Problem):
    """A record does not fit what is declared of its dataset's fields."""


def refuse_unfit(dataset: Dataset, batch: DocumentBatch) -> None:
    """Raise the 400 for the first record that does not fit the mapping."""
    if not dataset.mapping.decides:
        return
    for id, document in zip(batch.ids, batch.documents, strict=True):
        problem = dataset.mapping.refusal(document, id)
        if problem is not None:
            raise RecordRefused(problem.status, problem.type, problem.reason)


def refuse_metrics(dataset: Dataset) -> None:
    """Raise the 400 for a dataset of samples, whose documents are a view over them."""
    if dataset.settings.get("kind") == "metrics":
        reason = f"dataset [{dataset.name}] holds metrics; documents need a dataset of their own"
        raise Problem(400, "illegal_argument_exception", reason)


def remove(store: Store, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, ids: Sequence[str]) -> int:
    """Remove documents by id and return how many were there.

    Args:
        store: The store.
        cursor: A writing cursor.
        dataset: Where from.
        ids: Which; unknown ones are passed over.
    """
    refuse_metrics(dataset)
    gone = places(store, cursor, dataset, ids) if ids else {}
    if gone:
        discard(cursor, dataset, gone.values())
        store.count(cursor, dataset, 0, -len(gone), -sum(place.length for place in gone.values()))
    return len(gone)


def fetch(cursor: duckdb.DuckDBPyConnection, dataset_id: int, ids: Sequence[str]) -> dict[str, StoredDocument]:
    """Return the stored state of those ids that exist."""
    rows = cursor.execute(wanted(dataset_id, "d._version, d._source"), [list(ids)]).fetchall()
    return {id: StoredDocument(version, source) for id, version, source in rows}
