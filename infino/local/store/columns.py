"""SQL columns over the documents of a dataset, and the fewest steps in which several are read out of the text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import attrs

from infino.local.values.paths import literal

WIDE = 100
"""More columns than these are cast together."""


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
    if len(paths) > WIDE:
        return by_type(table, columns, condition)
    rows = f"(SELECT *, {texts_at(paths)} AS _texts FROM {table}{condition})"
    expressions = []
    places = {path: place for place, path in enumerate(paths, 1)}
    for column in columns:
        if column.path is None:
            expressions.append(column.expression)
            continue
        text = f"_texts[{places[column.path]}]"
        expressions.append(text if column.type == "VARCHAR" else f"TRY_CAST({text} AS {column.type})")
    return rows, expressions


def texts_at(paths: Iterable[str]) -> str:
    """Return SQL for the list of the texts at some paths."""
    return f"json_extract_string(_source, [{', '.join(map(literal, paths))}])"


def by_type(table: str, columns: Sequence[TypedColumn], condition: str) -> tuple[str, list[str]]:
    """Do what `shredded` does, with one cast for all columns of a type: the engine plans very many for longer."""
    groups: dict[str, list[str]] = {}
    for column in columns:
        if column.path is not None:
            groups.setdefault(column.type, []).append(column.path)
    lists, places, start = list[str](), dict[str, str](), 1
    for number, (kind, paths) in enumerate(groups.items()):
        lists.append(f"TRY_CAST(_texts[{start}:{start + len(paths) - 1}] AS {kind}[]) AS _list{number}")
        places |= {path: f"_list{number}[{place}]" for place, path in enumerate(paths, 1)}
        start += len(paths)
    texts = f"SELECT *, {texts_at(chain.from_iterable(groups.values()))} AS _texts FROM {table}{condition}"
    rows = f"(SELECT *, {', '.join(lists)} FROM ({texts}))"
    return rows, [column.expression if column.path is None else places[column.path] for column in columns]
