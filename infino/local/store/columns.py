"""SQL columns over the documents of a dataset, and the fewest steps in which several are read out of the text."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from infino.local.values.paths import literal


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
    places = {path: place for place, path in enumerate(paths, 1)}
    for column in columns:
        if column.path is None:
            expressions.append(column.expression)
            continue
        text = f"_texts[{places[column.path]}]"
        expressions.append(text if column.type == "VARCHAR" else f"TRY_CAST({text} AS {column.type})")
    return rows, expressions
