"""Questions for whole records of a dataset with very many fields: first which ones, then all their values in one go.

The engine plans each column of each step of a statement, and reads every field of every record that it passes. So the
statement is asked for numbers of records in place of its `*`, with no more than the columns that it mentions; then the
records with these numbers are read, with one expression for all fields of a type.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from infino.local.sql.guard import Statement
from infino.local.sql.result import WIDE, ResultColumn, frames_of, gathered, listed, wide_row
from infino.local.store import DatasetView, TypedColumn
from infino.local.store.columns import ID, lists_of, texts_at, texts_of_members

if TYPE_CHECKING:
    import duckdb

    from infino.local.sql.information import Information

NUMBER = "_seq"
"""The name of a record's number; a question that has this name for anything takes the common way."""
WORTH = 5000
"""Members of records that are worth a statement of their own."""
PLAIN = ("replace_list", "rename_list", "qualified_exclude_list", "columns", "expr")
"""What a star may not have."""
MORE = ("group_expressions", "group_sets", "having", "sample", "qualify")
"""What a question may not have."""


@attrs.frozen
class WholeRecords:
    """What a question shows: records of one dataset, whole.

    Args:
        view: The dataset.
        columns: Those that it shows.
        start: Where its `*` begins, in bytes.
        end: Where that ends.
    """

    view: DatasetView
    columns: Sequence[TypedColumn]
    start: int
    end: int

    @property
    def edit(self) -> tuple[int, int, str]:
        """What makes the question one for numbers of records."""
        return self.start, self.end, NUMBER

    def rows(self, names: Collection[str] | None) -> str:
        """Return what the question reads: the records' numbers, and columns as for `DatasetView.rows`."""
        return self.view.rows(names, ("_id", NUMBER))

    def headers(self) -> list[ResultColumn]:
        """Return the result's columns."""
        return [ResultColumn(column.name, column.name, column.engine_type) for column in self.columns]

    def fetch(
        self, cursor: duckdb.DuckDBPyConnection, sql: str, limit: int, flat: bool, longest: int
    ) -> tuple[list[ResultColumn], bytes, int]:
        """Return the result's columns, the rows' JSON, joined by commas, and their number.

        Args:
            cursor: A reading cursor.
            sql: The question for the records' numbers.
            limit: The most rows that are sent.
            flat: Whether to leave out tags.
            longest: The most bytes that are sent.

        Raises:
            Problem: 400 when there are more.
        """
        numbers = cursor.execute(f"SELECT {NUMBER} FROM (\n{sql}\n) LIMIT {limit + 1}").fetchall()
        headers = self.headers()
        frames = list(frames_of(headers, flat))
        taken = 0

        def take(size: int) -> list[str]:
            nonlocal taken
            wanted = [number for (number,) in numbers[taken : taken + size]]
            taken += len(wanted)
            found: dict[int, str] = {}
            for alike, texts in self._alike(cursor, wanted):
                rows, lists, groups = lists_of(self.view.table, self.columns, f" WHERE {among(alike)}", texts)
                shown = [listed(headers[group[0]].type, made, flat) for group, made in zip(groups, lists, strict=True)]
                order = [place for group in groups for place in group]
                cursor.execute(f"SELECT {', '.join([NUMBER, *shown])} FROM {rows}")
                found |= {number: wide_row(values, order, frames, flat) for number, *values in cursor.fetchall()}
            return [found[number] for number in wanted]

        return headers, *gathered(take, headers, limit, longest, flat=flat)

    def _alike(
        self, cursor: duckdb.DuckDBPyConnection, numbers: Sequence[int]
    ) -> Iterator[tuple[Sequence[int], Callable[[Sequence[str]], str]]]:
        """Yield records that are read together, and what returns SQL for the texts at some paths of theirs.

        The engine goes through a record's members for each path. Where many have the same members in the same order,
        it is told their places instead, in a statement for these.
        """
        if not numbers:
            return
        others: list[int] = []
        members = "json_keys(_source)"
        query = f"SELECT list({NUMBER}), {members} FROM {self.view.table} WHERE {among(numbers)} GROUP BY {members}"
        for alike, names in cursor.execute(query).fetchall():
            if len(alike) * len(names) > WORTH:
                yield alike, partial(texts_of_members, members=names)
            else:
                others += alike
        if others:
            yield others, texts_at


def among(numbers: Sequence[int]) -> str:
    """Return the condition that a record has one of these numbers."""
    return f"{NUMBER} IN ({', '.join(map(str, numbers))})"


def whole_records(statement: Statement, views: Mapping[str, DatasetView | Information]) -> WholeRecords | None:
    """Return what a question shows if it shows nothing but whole records of a dataset with very many fields.

    Args:
        statement: The question.
        views: The datasets it names, by their names in lower case.
    """
    top = statement.top
    if top["type"] != "SELECT_NODE" or top["from_table"]["type"] != "BASE_TABLE" or len(top["select_list"]) != 1:
        return None
    table = top["from_table"]
    name = ".".join(table["qualified_name"]["path"]).lower()
    view = views.get(name)
    (star,) = top["select_list"]
    if not isinstance(view, DatasetView) or not view.numbered or view.documents or "#" in statement.text:
        return None
    if not is_plain(star, table["alias"].lower() or name):
        return None
    if top["cte_map"]["map"] or any(top[key] for key in MORE) or table["sample"] or table["column_name_alias"]:
        return None
    if top["aggregate_handling"] != "STANDARD_HANDLING" or not all(map(keeps_rows, top["modifiers"])):
        return None
    columns = [ID, *(column for column in view.columns if column.starred)]
    left_out = {name.lower() for name in star["exclude_list"]}
    if len(columns) <= WIDE or NUMBER in statement.mentioned() | statement.labels | statement.aliases:
        return None
    if not left_out <= {column.name.lower() for column in columns}:
        return None  # the engine says which one there is not
    kept = [column for column in columns if column.name.lower() not in left_out]
    start = int(star["query_location"])
    return WholeRecords(view, kept, start, start + int(star["query_location_length"])) if kept else None


def is_plain(star: Mapping[str, Any], name: str) -> bool:
    """Tell whether something selected is a `*` that is written as one, perhaps with its table's name and EXCLUDE."""
    if star["class"] != "STAR" or any(star[key] for key in PLAIN) or not star["query_location_length"]:
        return False
    return star["relation_name"].lower() in ("", name)


def keeps_rows(modifier: Mapping[str, Any]) -> bool:
    """Tell whether a clause leaves rows as they are, and means the same whatever is selected."""
    if modifier["type"] == "LIMIT_MODIFIER":
        return True
    orders = modifier["orders"] if modifier["type"] == "ORDER_MODIFIER" else ({"expression": {"class": "STAR"}},)
    return all(order["expression"]["class"] not in ("CONSTANT", "STAR", "POSITIONAL_REFERENCE") for order in orders)
