"""Puts and removes documents, whole batches by set-based SQL, and keeps the dataset's shape up to date."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import duckdb

from infino.local.http import Problem
from infino.local.store.database import Dataset, Store

LONG_INTEGER = re.compile(rb"[0-9]{19}")
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


@attrs.frozen
class Stored:
    """The state of one stored document."""

    version: int
    source: str


def parameters(ids: Sequence[str], texts: Sequence[str]) -> tuple[str, list[Any]]:
    """Return SQL for two columns and its parameters; two joined texts are several times faster than lists."""
    if any("\n" in id for id in ids):
        return LISTS, [list(ids), list(texts)]
    return LINES, ["\n".join(ids), "\n".join(texts)]


def refuse_metrics(dataset: Dataset) -> None:
    """Raise the 400 for a dataset of samples, whose documents are a view over them."""
    if dataset.settings.get("kind") == "metrics":
        reason = f"dataset [{dataset.name}] holds metrics; documents need a dataset of their own"
        raise Problem(400, "illegal_argument_exception", reason)


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
    refuse_metrics(dataset)
    if not batch.ids:
        return {}
    table = f"ds_{dataset.id}"
    texts = b"\n".join(batch.texts)
    lines, values = parameters(batch.ids, [])
    if lines is LINES:
        values[1] = texts.decode()
    else:
        values[1] = [text.decode() for text in batch.texts]
    if versions is None:
        rows, version = f"SELECT *, 1 FROM ({lines})", f"{table}._version + 1"
    else:
        values.append(list(versions))
        rows, version = f"SELECT a, b, v FROM ({lines}, unnest(?::BIGINT[])) AS t(a, b, v)", "excluded._version"
    written = cursor.execute(
        f"INSERT INTO {table} {rows} ON CONFLICT (_id) DO UPDATE"
        f" SET _source = excluded._source, _version = {version} RETURNING _id, _version",
        values,
    ).fetchall()
    shape = store.shape(cursor, dataset)
    grown = shape.learn(batch.documents, big=LONG_INTEGER.search(texts) is not None)
    store.touch(cursor, dataset, shape if grown else None)
    return dict(written)


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
