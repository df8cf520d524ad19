"""Records of datasets with very many fields: a question says which ones, then all their values are read in one go.

They are read with one expression for all fields of a type; what the question is that finds them, `stars` says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, groupby
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
from infino.local.sql.stars import NUMBER, Common, Edit, StarColumn, Stars
from infino.local.store import DatasetView, TypedColumn
from infino.local.store.columns import lists_of, texts_at, texts_of_members

if TYPE_CHECKING:
    import duckdb

    from infino.local.sql.information import Information

MANY = 2**62
"""More rows than there are."""
WORTH = 5000
"""Members of records that are worth a statement of their own."""
Texts = Sequence["str | None"]
"""The JSON of each value of a record, or of a part of a row."""


@attrs.frozen
class Stretch:
    """Columns of an answer that are next to one another.

    Args:
        place: Where the question has the record's number, or the value.
        columns: The columns of a record; none for a value.
    """

    place: int
    columns: Sequence[StarColumn] = ()


@attrs.frozen
class WholeRecords:
    """What a question shows of whole records.

    Args:
        views: The datasets whose records have their numbers in it.
        parts: What it shows.
        edits: What makes it one for numbers of records, and for the columns that it mentions.
    """

    views: Sequence[DatasetView]
    parts: Sequence[Stretch]
    edits: Sequence[Edit]

    @property
    def apart(self) -> bool:
        """Whether any records are to be read by their numbers."""
        return any(part.columns for part in self.parts)

    def told_apart(self, rows: str, view: object) -> str:
        """Return a SELECT of a dataset with numbers that no record of the others has."""
        place = next(place for place, known in enumerate(self.views) if known is view)
        return f"SELECT * REPLACE ({NUMBER} * {len(self.views)} + {place} AS {NUMBER}) FROM ({rows})"

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
        headers, rows = self.read(cursor, sql, lambda kind: tag_of(kind, flat)[1], limit + 1)
        frames = list(frames_of(headers, flat))

        def take(size: int) -> list[str]:
            return [wide_row(row, range(len(headers)), frames, flat) for row in rows(size)]

        return headers, *gathered(take, headers, limit, longest, flat=flat)

    def read(
        self, cursor: duckdb.DuckDBPyConnection, sql: str, text: Callable[[str], str], most: int = MANY
    ) -> tuple[list[ResultColumn], Callable[[int], Iterator[Sequence[Texts]]]]:
        """Return the result's columns, and what gives up to so many further rows.

        Args:
            cursor: A reading cursor.
            sql: The question for the records' numbers.
            text: Returns SQL over `{0}` for the JSON of a value of a type.
            most: The most rows.
        """
        made = describe(cursor, sql)
        pairs = [
            [(column.name, next(iter(column.of.values())).engine_type) for column in part.columns]
            or [(made[part.place].name, made[part.place].type)]
            for part in self.parts
        ]
        cells = [
            f"c{part.place}" if part.columns else f"[{json_of(f'c{part.place}', text(made[part.place].type))}]"
            for part in self.parts
        ]
        inner = ", ".join(f"c{place}" for place in range(len(made)))
        query = f"SELECT {', '.join(cells)} FROM (\n{sql}\n) AS result({inner}) LIMIT {most}"
        found, taken = cursor.execute(query).fetchall(), 0

        def take(size: int) -> Iterator[Sequence[Texts]]:
            nonlocal taken
            batch = found[taken : taken + size]
            taken += len(batch)
            parts = [
                self._texts(cursor, part.columns, values, text) if part.columns else values
                for part, values in zip(self.parts, zip(*batch, strict=True), strict=False)
            ]
            return zip(*parts, strict=True)

        return headers_of(chain.from_iterable(pairs)), take

    def _texts(
        self,
        cursor: duckdb.DuckDBPyConnection,
        columns: Sequence[StarColumn],
        numbers: Sequence[int | None],
        text: Callable[[str], str],
    ) -> list[Texts]:
        """Return the JSON of each value of records with these numbers, or none of it where there is no record."""
        nothing: Texts = [None] * len(columns)
        found: dict[int | None, Texts] = {None: nothing}
        several = len(self.views)
        for place in columns[0].of:
            own = [column.of[place] for column in columns]
            wanted = {number // several for number in numbers if number is not None and number % several == place}
            for number, texts in texts_of(cursor, self.views[place], own, list(wanted), text):
                found[number * several + place] = texts
        return [found[number] for number in numbers]


def texts_of(
    cursor: duckdb.DuckDBPyConnection,
    view: DatasetView,
    columns: Sequence[TypedColumn],
    numbers: Sequence[int],
    text: Callable[[str], str],
) -> Iterator[tuple[int, Texts]]:
    """Yield the number of each of some records of a dataset, with the JSON of each value."""
    types = [column.engine_type for column in columns]
    for alike, texts in alike_in(cursor, view, numbers):
        rows, lists, groups = lists_of(view.table, columns, f" WHERE {among(alike)}", texts)
        shown = [listed(made, text(types[group[0]])) for group, made in zip(groups, lists, strict=True)]
        order = list(chain.from_iterable(groups))
        place_of = sorted(range(len(order)), key=order.__getitem__)
        ordered = itemgetter(*place_of, place_of[0])  # of one place alone it would give no tuple
        cursor.execute(f"SELECT {', '.join([NUMBER, *shown])} FROM {rows}")
        for number, *values in cursor.fetchall():
            yield number, ordered(list(chain.from_iterable(values)))[:-1]


def json_of(value: str, text: str) -> str:
    """Return SQL for the JSON of a value that may be NULL."""
    return f"CASE WHEN {value} IS NOT NULL THEN {text.format(value)} END"


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
        shown = stars.shown()
    except Common:
        return None
    return WholeRecords(stars.views, list(parts_of(shown)), stars.edits) if stars.edits else None


def parts_of(columns: Sequence[StarColumn]) -> Iterator[Stretch]:
    """Yield what is read together of the columns of a question."""
    for (place, of), alike in groupby(columns, lambda column: (column.place, tuple(column.of))):
        yield Stretch(place, list(alike) if of else ())
