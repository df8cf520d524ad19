"""Typed columns beside the documents: derived from their text, a batch at a time, and never the only copy.

`ds_N` holds the documents, each write under a number `_seq` that is never used again. `col_N` has a typed column for
each of the first fields, for every document up to the number `folded`. Readers take the typed rows, and read later
documents out of their text. A field whose type widens gets a new column, filled from the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from infino.local.store.columns import shredded
from infino.local.store.reading import text_at

if TYPE_CHECKING:
    import duckdb

    from infino.local.store.view import DatasetView

NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
MOST_COLUMNS = 100
"""Folding takes longer the wider the table is; further fields are read out of the text."""


def make_tables(cursor: duckdb.DuckDBPyConnection, number: int) -> None:
    """Make the tables of a dataset: its documents, and a typed row for each."""
    cursor.execute(f"CREATE TABLE ds_{number} (_seq BIGINT, _h UBIGINT, _id VARCHAR, _version BIGINT, _source VARCHAR)")
    cursor.execute(f"CREATE TABLE col_{number} (_seq BIGINT, _id VARCHAR)")


def fold(cursor: duckdb.DuckDBPyConnection, view: DatasetView) -> dict[str, tuple[str, str]]:
    """Give every document its typed row, and every changed field its new column.

    Args:
        cursor: The writing cursor.
        view: The dataset, as the cursor sees it now.

    Returns:
        Field -> name and SQL type of its typed column, to be noted with the write.
    """
    hot = list(view.by_field.values())[:MOST_COLUMNS]
    names = dict(view.typed)
    table, documents = f"col_{view.id}", f"ds_{view.id}"
    for number, column in enumerate(hot):
        held = names.get(column.field)
        if held is not None and held[1] == column.type:
            continue
        name = f"f{number}_{view.generation}"
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN {name} {column.type}")
        names[column.field] = (name, column.type)
        if held is not None or column.field in view.mixed:  # also where only an object was before
            cursor.execute(
                f"UPDATE {table} SET {name} = v FROM (SELECT _seq AS s, {column.expression} AS v FROM {documents})"
                f" WHERE {table}._seq = s"
            )
    rows, expressions = shredded(documents, hot, f" WHERE _seq > {view.folded}")
    targets = ", ".join(["_seq", "_id", *(names[column.field][0] for column in hot)])
    cursor.execute(f"INSERT INTO {table} ({targets}) SELECT {', '.join(['_seq', '_id', *expressions])} FROM {rows}")
    return names


def stored_doubles(cursor: duckdb.DuckDBPyConnection, number: int, paths: Iterable[str]) -> Iterator[float | Decimal]:
    """Yield the numbers at some paths of the stored documents."""
    for path in paths:
        values = f"unnest({text_at(path)})" if "[*]" in path else text_at(path)
        found = cursor.execute(f"SELECT DISTINCT v FROM (SELECT {values} AS v FROM ds_{number})").fetchall()
        for (text,) in found:
            if text is not None and NUMBER.fullmatch(text):
                yield Decimal(text)
