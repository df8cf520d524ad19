"""Typed columns beside the documents: derived from their text, a batch at a time, and never the only copy.

`ds_N` holds the documents, each write under a number `_seq` that is never used again. `col_N` has a typed column for
each of the first fields, for every document up to the number `folded`. Readers take the typed rows, and read later
documents out of their text. A field whose type widens gets a new column, filled from the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from infino.local.values.paths import literal

if TYPE_CHECKING:
    import duckdb

    from infino.local.store.database import Dataset, Store

NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
MOST_COLUMNS = 100
"""Folding takes longer the wider the table is; further fields are read out of the text."""


@attrs.frozen
class TypedColumn:
    """One SQL column over the documents.

    Args:
        name: As SQL sees it; unique within the dataset whatever the case.
        field: The dotted field it shows.
        type: The SQL type.
        expression: SQL over `_source`.
        starred: Whether `SELECT *` shows it.
        path: The one JSON path of its value, where its expression is no more than a cast of the text there.
    """

    name: str
    field: str
    type: str
    expression: str
    starred: bool = True
    path: str | None = None


def shredded(table: str, columns: Sequence[TypedColumn], condition: str = "") -> tuple[str, list[str]]:
    """Return what to read columns from, and the expression of each; texts at plain paths are read in one pass.

    Args:
        table: A table with `_source`.
        columns: The columns.
        condition: Which rows, as a WHERE clause.

    Examples:
        >>> shredded("ds_1", [TypedColumn("a", "a", "BIGINT", "...", path="$.a")])[1]
        ['TRY_CAST(_texts[1] AS BIGINT)']
    """
    paths = [column.path for column in columns if column.path is not None]
    if len(paths) < 2:
        return f"{table}{condition}", [column.expression for column in columns]
    listed = ", ".join(literal(path) for path in paths)
    rows = f"(SELECT *, json_extract_string(_source, [{listed}]) AS _texts FROM {table}{condition})"
    expressions = []
    for column in columns:
        if column.path is None:
            expressions.append(column.expression)
            continue
        text = f"_texts[{paths.index(column.path) + 1}]"
        expressions.append(text if column.type == "VARCHAR" else f"TRY_CAST({text} AS {column.type})")
    return rows, expressions


def make_tables(cursor: duckdb.DuckDBPyConnection, number: int) -> None:
    """Make the tables of a dataset: its documents, and a typed row for each."""
    cursor.execute(f"CREATE TABLE ds_{number} (_seq BIGINT, _h UBIGINT, _id VARCHAR, _version BIGINT, _source VARCHAR)")
    cursor.execute(f"CREATE TABLE col_{number} (_seq BIGINT, _id VARCHAR)")


def fold(store: Store, cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> dict[str, tuple[str, str]]:
    """Give every document its typed row, and every changed field its new column.

    Args:
        store: The store.
        cursor: The writing cursor.
        dataset: The dataset, as the cursor sees it now.

    Returns:
        Field -> name and SQL type of its typed column, to be noted with the write.
    """
    view = store.view_of(cursor, dataset)
    hot = list(view.by_field.values())[:MOST_COLUMNS]
    names = dict(dataset.columns)
    table, documents = f"col_{dataset.id}", f"ds_{dataset.id}"
    for number, column in enumerate(hot):
        held = names.get(column.field)
        if held is not None and held[1] == column.type:
            continue
        name = f"f{number}_{dataset.generation}"
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN {name} {column.type}")
        names[column.field] = (name, column.type)
        if held is not None or column.field in view.mixed:  # also where only an object was before
            cursor.execute(
                f"UPDATE {table} SET {name} = v FROM (SELECT _seq AS s, {column.expression} AS v FROM {documents})"
                f" WHERE {table}._seq = s"
            )
    rows, expressions = shredded(documents, hot, f" WHERE _seq > {dataset.folded}")
    targets = ", ".join(["_seq", "_id", *(names[column.field][0] for column in hot)])
    cursor.execute(f"INSERT INTO {table} ({targets}) SELECT {', '.join(['_seq', '_id', *expressions])} FROM {rows}")
    return names


def stored_doubles(cursor: duckdb.DuckDBPyConnection, number: int, paths: Iterable[str]) -> Iterator[float | Decimal]:
    """Yield the numbers at some paths of the stored documents."""
    for path in paths:
        value = f"json_extract_string(_source, {literal(path)})"
        values = f"unnest({value})" if "[*]" in path else value
        found = cursor.execute(f"SELECT DISTINCT v FROM (SELECT {values} AS v FROM ds_{number})").fetchall()
        for (text,) in found:
            if text is not None and NUMBER.fullmatch(text):
                yield Decimal(text)
