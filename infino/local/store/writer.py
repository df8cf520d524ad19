"""Puts and removes documents, whole batches by set-based SQL, and keeps the dataset's shape up to date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs
import duckdb

from infino.local.http import Problem
from infino.local.store.database import Dataset, Store
from infino.local.values.paths import literal

ONLY_DIGITS = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
LONG = b"0" * 16
"""So many digits in a row, after `ONLY_DIGITS`, may be an integer beyond 2^53; cheaper than an expression."""
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
LINES = "SELECT unnest(string_split(?, chr(10))), unnest(string_split(?, chr(10)))"
LISTS = "SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])"


@attrs.frozen
class Batch:
    """Documents with distinct ids, to be stored together.

    Args:
        ids: Their ids.
        texts: Their JSON, one line each.
        documents: The same, decoded.
    """

    ids: Sequence[str]
    texts: Sequence[bytes]
    documents: Sequence[Mapping[str, Any]]

    def parameters(self) -> tuple[str, list[Any]]:
        """Return SQL for the ids and texts, and its parameters; two long texts are read faster than lists."""
        texts = b"\n".join(self.texts).decode()
        ids = "\n".join(self.ids)
        if ids.count("\n") != len(self.ids) - 1:
            return LISTS, [list(self.ids), texts.split("\n")]
        return LINES, [ids, texts]


@attrs.frozen
class Stored:
    """The state of one stored document."""

    version: int
    source: str


def put(
    store: Store,
    cursor: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    batch: Batch,
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
    table = f"ds_{dataset.id}"
    lines, values = batch.parameters()
    if versions is None:
        rows, version = f"SELECT *, 1 FROM ({lines})", f"{table}._version + 1"
    else:
        values.append(list(versions))
        rows = lines + ", unnest(?::BIGINT[])"
        version = "excluded._version"
    written = cursor.execute(
        f"INSERT INTO {table} {rows} ON CONFLICT (_id) DO UPDATE"
        f" SET _source = excluded._source, _version = {version} RETURNING _id, _version",
        values,
    ).fetchall()
    learn(store, cursor, dataset, batch)
    return dict(written)


def insert(store: Store, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, batch: Batch) -> None:
    """Store documents whose ids are new; `duckdb.ConstraintException` says that one is not.

    Args:
        store: The store.
        cursor: A writing cursor, whose transaction is lost when an id is taken.
        dataset: Where to.
        batch: The documents.
    """
    refuse_metrics(dataset)
    lines, values = batch.parameters()
    cursor.execute(f"INSERT INTO ds_{dataset.id} SELECT *, 1 FROM ({lines})", values)
    learn(store, cursor, dataset, batch)


def learn(store: Store, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, batch: Batch) -> None:
    """Record that a dataset was written, and what its shape gained."""
    shape = store.shape(cursor, dataset)
    grown = shape.learn(batch.documents, big=LONG in b"\n".join(batch.texts).translate(ONLY_DIGITS))
    for field in shape.newly_exact() if grown else ():
        shape.add_digits(field, stored_doubles(cursor, dataset, shape.fields()[field]["DOUBLE"]))
    store.touch(cursor, dataset, shape if grown else None)


def stored_doubles(
    cursor: duckdb.DuckDBPyConnection, dataset: Dataset, paths: Iterable[str]
) -> Iterator[float | Decimal]:
    """Yield the numbers at some paths of the stored documents that have a fraction or an exponent."""
    for path in paths:
        value = f"json_extract_string(_source, {literal(path)})"
        values = f"unnest({value})" if "[*]" in path else value
        found = cursor.execute(f"SELECT DISTINCT v FROM (SELECT {values} AS v FROM ds_{dataset.id})").fetchall()
        for (text,) in found:
            if text is not None and NUMBER.fullmatch(text):
                yield Decimal(text)


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
    if not ids:
        return 0
    done = cursor.execute(
        f"DELETE FROM ds_{dataset.id} WHERE _id IN (SELECT unnest(?::VARCHAR[]))", [list(ids)]
    ).fetchone()
    removed = int(done[0]) if done else 0
    if removed:
        store.touch(cursor, dataset)
    return removed


def fetch(cursor: duckdb.DuckDBPyConnection, dataset_id: int, ids: Sequence[str]) -> dict[str, Stored]:
    """Return the stored state of those ids that exist."""
    rows = cursor.execute(
        f"SELECT _id, _version, _source FROM ds_{dataset_id} WHERE _id IN (SELECT unnest(?::VARCHAR[]))",
        [list(ids)],
    ).fetchall()
    return {id: Stored(version, source) for id, version, source in rows}
