"""SQL columns over the documents of a dataset, and the fewest steps in which several are read out of the text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import attrs
import duckdb

from infino.local.values.paths import literal, step, steps_of

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

    @property
    def engine_type(self) -> str:
        """The type as the engine itself writes it."""
        return engine_name(self.type)


@functools.lru_cache(1000)
def engine_name(kind: str) -> str:
    """Return the name that the engine has for a type."""
    return str(duckdb.sqltype(kind))


ID = TypedColumn("_id", "_id", "VARCHAR", "_id")
"""The column that every dataset has."""


def shredded(
    table: str, columns: Sequence[TypedColumn], condition: str = "", members: Sequence[str] = ()
) -> tuple[str, list[str]]:
    """Return what to read columns from, and the expression of each; texts at plain paths are read in one pass.

    Args:
        table: A table with `_source`.
        columns: The columns.
        condition: Which rows, as a WHERE clause.
        members: The names of the members that most documents may have, in their order.

    Examples:
        >>> shredded("ds_1", [TypedColumn("a", "a", "BIGINT", "...", path="$.a")])[1]
        ['TRY_CAST(_texts[1] AS BIGINT)']
    """
    paths = [column.path for column in columns if column.path is not None]
    if len(paths) < 2:
        return f"{table}{condition}", [column.expression for column in columns]
    if len(paths) > WIDE:
        return by_type(table, columns, condition, members)
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


def texts_at(paths: Sequence[str]) -> str:
    """Return SQL for the list of the texts at some paths."""
    return f"json_extract_string(_source, [{', '.join(map(literal, paths))}])"


def by_type(
    table: str, columns: Sequence[TypedColumn], condition: str, members: Sequence[str]
) -> tuple[str, list[str]]:
    """Do what `shredded` does, with one cast for all columns of a type: the engine plans very many for longer."""
    plain = [column for column in columns if column.path is not None]

    def texts(paths: Sequence[str]) -> str:
        alike = f"json_keys(_source) = [{', '.join(map(literal, members))}]"
        return f"CASE WHEN {alike} THEN {texts_of_members(paths, members)} ELSE {texts_at(paths)} END"

    rows, lists, groups = lists_of(table, plain, condition, texts if members else texts_at)
    made = ", ".join(f"{found} AS _list{number}" for number, found in enumerate(lists))
    places = {
        plain[which].path: f"_list{number}[{place}]"
        for number, group in enumerate(groups)
        for place, which in enumerate(group, 1)
    }
    expressions = [column.expression if column.path is None else places[column.path] for column in columns]
    return f"(SELECT *, {made} FROM {rows})", expressions


def texts_of_members(paths: Sequence[str], members: Sequence[str]) -> str:
    """Do what `texts_at` does, for documents with certain members, which need not be looked for by name each.

    Args:
        paths: The paths.
        members: The names of all members of each document, in their order.
    """
    places = {step("$", name): place for place, name in enumerate(members, 1)}
    inner = [path for path in paths if path not in places and len(steps_of(path)) > 1]
    places |= {path: place for place, path in enumerate(inner, len(members) + 1)}
    texts = "json_extract_string(_source, '$.*')"
    if inner:
        texts = f"list_concat({texts}, {texts_at(inner)})"
    nowhere = len(places) + 1
    return f"list_select({texts}, [{', '.join(str(places.get(path, nowhere)) for path in paths)}])"


def lists_of(
    table: str, columns: Sequence[TypedColumn], condition: str = "", texts: Callable[[Sequence[str]], str] = texts_at
) -> tuple[str, list[str], list[Sequence[int]]]:
    """Return what to read columns from, SQL for lists of the values of one type each, and which columns these are of.

    Args:
        table: A table with `_source`.
        columns: The columns.
        condition: Which rows, as a WHERE clause.
        texts: Returns SQL for the list of the texts at some paths.
    """
    groups: dict[tuple[str, bool], list[int]] = {}
    for place, column in enumerate(columns):
        groups.setdefault((column.type, column.path is not None), []).append(place)
    paths, lists = list[str](), list[str]()
    for (kind, plain), places in groups.items():
        if not plain:
            lists.append(f"[{', '.join(columns[place].expression for place in places)}]")
            continue
        start = len(paths) + 1
        paths += [path for place in places if (path := columns[place].path) is not None]
        lists.append(f"TRY_CAST(_texts[{start}:{len(paths)}] AS {kind}[])")
    read = f", {texts(paths)} AS _texts" if paths else ""
    return f"(SELECT *{read} FROM {table}{condition})", lists, list(groups.values())
