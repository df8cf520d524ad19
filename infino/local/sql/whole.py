"""Records of datasets with very many fields: a question says which ones, then all their values are read in one go.

They are read with one expression for all fields of a type; what the question is that finds them, `stars` says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from infino.local.sql.guard import Statement
from infino.local.sql.result import (
    WIDE,
    ResultColumn,
    describe,
    frames_of,
    gathered,
    headers_of,
    listed,
    tag_of,
    wide_row,
)
from infino.local.sql.stars import NUMBER, Common, Edit, Records, Stars
from infino.local.store import DatasetView
from infino.local.store.columns import lists_of, texts_at, texts_of_members

if TYPE_CHECKING:
    import duckdb

    from infino.local.sql.information import Information

WORTH = 5000
"""Members of records that are worth a statement of their own."""
Texts = Sequence["str | None"]
"""The JSON of each value of a record, or of a part of a row."""


@attrs.frozen
class WholeRecords:
    """What a question shows of whole records.

    Args:
        views: The datasets whose records have their numbers in it.
        shown: What each of its columns stands for: records, or None for a value of its own.
        edits: What makes it one for numbers of records, and for the columns that it mentions.
    """

    views: Sequence[DatasetView]
    shown: Sequence[Records | None]
    edits: Sequence[Edit]

    @property
    def apart(self) -> bool:
        """Whether any records are to be read by their numbers."""
        return any(self.shown)

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
        made = describe(cursor, sql)
        columns = list(zip(made, self.shown, strict=True))
        cells = [
            f"c{place}" if records else f"[{json_of(f'c{place}', column, flat)}]"
            for place, (column, records) in enumerate(columns)
        ]
        headers = headers_of(
            pair
            for column, records in columns
            for pair in (
                [(c.name, c.engine_type) for c in records.columns] if records else [(column.name, column.type)]
            )
        )
        inner = ", ".join(f"c{place}" for place in range(len(made)))
        query = f"SELECT {', '.join(cells)} FROM (\n{sql}\n) AS result({inner}) LIMIT {limit + 1}"
        rows = cursor.execute(query).fetchall()
        frames, taken = list(frames_of(headers, flat)), 0

        def take(size: int) -> list[str]:
            nonlocal taken
            batch = rows[taken : taken + size]
            taken += len(batch)
            parts = [
                values if records is None else self._read(cursor, records, values, flat)
                for records, values in zip(self.shown, zip(*batch, strict=True), strict=False)
            ]
            return [wide_row(row, range(len(headers)), frames, flat) for row in zip(*parts, strict=True)]

        return headers, *gathered(take, headers, limit, longest, flat=flat)

    def _read(
        self, cursor: duckdb.DuckDBPyConnection, records: Records, numbers: Sequence[int | None], flat: bool
    ) -> list[Texts]:
        """Return the JSON of each value of records with these numbers, or none of it where there is no record."""
        nothing: Texts = [None] * len(records.columns)
        found: dict[int | None, Texts] = {None: nothing}
        types = [column.engine_type for column in records.columns]
        for alike, texts in alike_in(cursor, records.view, list({n for n in numbers if n is not None})):
            rows, lists, groups = lists_of(records.view.table, records.columns, f" WHERE {among(alike)}", texts)
            shown = [listed(types[group[0]], made, flat) for group, made in zip(groups, lists, strict=True)]
            order = list(chain.from_iterable(groups))
            place_of = sorted(range(len(order)), key=order.__getitem__)
            ordered = itemgetter(*place_of, place_of[0])  # of one place alone it would give no tuple
            cursor.execute(f"SELECT {', '.join([NUMBER, *shown])} FROM {rows}")
            for number, *values in cursor.fetchall():
                found[number] = ordered(list(chain.from_iterable(values)))[:-1]
        return [found[number] for number in numbers]


def json_of(value: str, column: ResultColumn, flat: bool) -> str:
    """Return SQL for the JSON of a value of a column."""
    return f"CASE WHEN {value} IS NOT NULL THEN {tag_of(column.type, flat)[1].format(value)} END"


def alike_in(
    cursor: duckdb.DuckDBPyConnection, view: DatasetView, numbers: Sequence[int]
) -> Iterator[tuple[Sequence[int], Callable[[Sequence[str]], str]]]:
    """Yield records that are read together, and what returns SQL for the texts at some paths of theirs.

    The engine goes through a record's members for each path. Where many have the same members in the same order,
    it is told their places instead, in a statement for these.
    """
    if not numbers:
        return
    others: list[int] = []
    members = "json_keys(_source)"
    query = f"SELECT list({NUMBER}), {members} FROM {view.table} WHERE {among(numbers)} GROUP BY {members}"
    for alike, names in cursor.execute(query).fetchall():
        if len(alike) * len(names) > WORTH:
            yield alike, partial(texts_of_members, members=names)
        else:
            others += alike
    if others:
        yield others, texts_at


def among(numbers: Collection[int]) -> str:
    """Return the condition that a record has one of these numbers."""
    return f"{NUMBER} IN ({', '.join(map(str, numbers))})"


def whole_records(
    statement: Statement,
    views: Mapping[str, DatasetView | Information],
    named: Callable[[str, DatasetView], Sequence[str]],
) -> WholeRecords | None:
    """Return what a question shows of whole records, if its stars show nothing else and some dataset is very wide.

    Args:
        statement: The question.
        views: The datasets it names, by their names in lower case.
        named: As for `Stars`.
    """
    wide = any(isinstance(view, DatasetView) and len(view.columns) >= WIDE for view in views.values())
    if not wide or "#" in statement.text or NUMBER in statement.mentioned() | statement.labels | statement.aliases:
        return None
    stars = Stars(statement, views, named)
    try:
        shown = stars.shown(statement.top)
    except Common:
        return None
    return WholeRecords(stars.views, shown, stars.edits) if stars.edits else None
