"""A caller's question made ready to run: checked, with the caller's own views of the datasets that it names.

The text runs as it was written, where nothing but these views has a name. What runs is what was checked.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs
import duckdb

from infino.local.catalogue.kinds import beyond_doubles
from infino.local.http import Problem
from infino.local.sql.dialect import check_length, wrong_sql
from infino.local.sql.digits import PLACES, kept, plan_of
from infino.local.sql.guard import Relation, Statement, checked
from infino.local.sql.information import Information, described, description, information
from infino.local.sql.stars import NUMBER
from infino.local.sql.tokens import selected, tokens, written
from infino.local.sql.whole import WholeRecords, whole_records
from infino.local.sql.width import Widths
from infino.local.sql.zones import MACRO, checked_zones
from infino.local.store import Dataset, DatasetView, TypedColumn, identifier

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway

View = DatasetView | Information
Views = Mapping[str, View]
STATE = frozenset({"current_catalog", "current_role", "current_schema", "current_user", "session_user", "user"})
"""Names that the engine reads as functions, without brackets, where nothing selected is called so."""
EXACT = f"DECIMAL(38, {PLACES})"
"""What DECIMAL without precision means, unless more is needed; the engine alone would keep three places."""
SHORT, MOST_KEPT = 2000, 256
_passed: dict[str, Statement] = {}
_keeping = threading.Lock()


@attrs.frozen
class Asker:
    """Who asks, and by what; one for each statement.

    Args:
        gateway: The gateway.
        principal: Who asks; sees only what access rules allow.
        cursor: A reading cursor of this statement's own.
        within: The only datasets that may be named; None for all that the caller may read.
    """

    gateway: Gateway
    principal: Principal
    cursor: duckdb.DuckDBPyConnection
    within: Collection[str] | None = None

    def prepare(self, text: str, *, apart: bool = False) -> PreparedQuestion:
        """Check a question and put the caller's views in its way.

        Args:
            text: The question.
            apart: Whether to ask for no more than which records it shows, where it shows them whole.

        Raises:
            Problem: 400 for what is not allowed, 403 and 404 for datasets.

        Examples:
            >>> question = asker.prepare("SELECT carrier FROM flights")
            >>> asker.cursor.execute(question.sql)
        """
        if ";" in text:  # the last one, which could not stand where the statement is put in brackets
            text = written(text, tokens(text))
        check_length(text)
        statement = known(self.cursor, text)
        named = {relation.name.lower(): relation for relation in statement.relations}
        views = {name: self._view(relation) for name, relation in named.items()}
        self._check_within(views.values())
        read = tuple({view.name: view for view in views.values()}.values())
        relation = described(statement)
        if relation is not None:
            views = {relation.name.lower(): description(views[relation.name.lower()])}
            text = f"FROM {identifier(relation.name)}"
            statement = known(self.cursor, text)
        Widths({name: sum(column.starred for column in view.columns) + 1 for name, view in views.items()}).query(
            statement.top, {}
        )
        whole = whole_records(statement, views, self._named) if apart else None
        bare = list(decimals(statement))
        edits = [*datasets(statement), *fields(statement, columns_of(views)), *bare, *names(statement)]
        if whole is not None:
            edits += whole.edits
        sql = edited(text, edits)
        if sql != text:
            statement = known(self.cursor, sql)
        if whole is not None and statement.everything:  # some other part of it means all columns
            return self.prepare(text)
        self._check_state(statement, views)
        sql = statement.text
        if statement.meets:
            places = {moved(edits, start) for start, _, _ in bare}
            statement, checks = self._kept(statement, views, places, whole)
            if checks:
                self.cursor.execute(MACRO)
            sql = edited(statement.text, checks)
        self._show(statement, views, whole)
        return PreparedQuestion(sql, statement, read, whole if whole is not None and whole.apart else None)

    def find(self, name: str) -> DatasetView | None:
        """Return a dataset as the caller may read it, or None when there is none."""
        found = readable(self.gateway, self.principal, self.cursor, name)
        return found or readable(self.gateway, self.principal, self.cursor, name.lower())

    def _view(self, relation: Relation) -> View:
        name = relation.name
        view = information(self._all(), name) or self.find(name)
        if view is None:
            if len(relation.path) > 1:
                known = "information_schema has the tables tables and columns"
                raise wrong_sql(f"no dataset [{name}]; qualified names are not supported, and {known}")
            hint = "; create it first, and quote names with dots or hyphens"
            raise Problem(404, "index_not_found_exception", f"no such dataset [{name}]{hint}")
        return view

    def _all(self) -> Iterator[DatasetView]:
        """Yield every dataset that the caller may read."""
        for dataset in self.gateway.store.list(self.cursor):
            if self.gateway.access.allows(self.principal, "read", "record", dataset.name):
                yield view_for(self.gateway, self.principal, self.cursor, dataset)

    def _check_within(self, views: Collection[View]) -> None:
        beyond = sorted({view.name for view in views} - set(self.within)) if self.within is not None else ()
        if beyond:
            reason = f"the sources of this thread do not include [{', '.join(beyond)}]"
            raise Problem(403, "security_exception", reason)

    def _check_state(self, statement: Statement, views: Views) -> None:
        """Refuse a name that nothing has but a function of the engine's, without brackets."""
        state = STATE - columns_of(views).keys() - statement.labels
        if any(len(path) == 1 and path[0].lower() in state for path, _, _ in statement.columns):
            raise wrong_sql(f"there is no such column, and the functions {', '.join(sorted(STATE))} are not supported")

    def _kept(
        self, statement: Statement, views: Views, places: set[int], whole: WholeRecords | None
    ) -> tuple[Statement, list[Edit]]:
        """Return the statement with the digits that it needs, and edits that keep zones, or raise a 400.

        Args:
            statement: The statement.
            views: What it reads.
            places: Where the types begin that were written without precision.
            whole: As for `PreparedQuestion`.
        """
        made: list[str] = []
        long = False
        wanted = None if statement.everything else statement.mentioned()
        for name, view in named(statement, views):
            columns = [c for c in view.columns if (c.starred if wanted is None else c.name.lower() in wanted)]
            long = long or any(beyond_doubles(view.kinds(column.field)) for column in columns)
            self._make_empty(name, columns, "".join(f", {own} BIGINT" for own in numbers_of(view, whole)))
            made.append(name)
        self.gateway.store.hide(self.cursor)
        while more := kept(plan := plan_of(self.cursor, statement), statement, places, long=long):
            places = {moved(more, place) for place in places}
            statement = known(self.cursor, edited(statement.text, more))
        for name in made:
            self.cursor.execute(f"DROP TABLE temp.{identifier(name)}")
        return statement, list(checked_zones(plan, statement))

    def _make_empty(self, name: str, columns: Iterable[TypedColumn], more: str = "") -> None:
        """Give a name to an empty table with `_id` and some columns."""
        types = "".join(f", {identifier(column.name)} {column.type}" for column in columns if column.name != "_id")
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} (_id VARCHAR{types}{more})")

    def _named(self, item: str, view: DatasetView) -> list[str]:
        """Return the names of the columns that an item of SELECT shows of a dataset."""
        self._make_empty(NUMBER, [column for column in view.columns if column.starred])
        self.gateway.store.hide(self.cursor)
        found = self.cursor.execute(f"DESCRIBE SELECT {item} FROM temp.{NUMBER}").fetchall()
        self.cursor.execute(f"DROP TABLE temp.{NUMBER}")
        return [name for name, *_ in found]

    def _show(self, statement: Statement, views: Views, whole: WholeRecords | None) -> None:
        """Give the datasets' names to views of the caller's, and leave nothing else in reach of the cursor."""
        wanted = None if statement.everything else statement.mentioned()
        for name, view in named(statement, views):
            numbers = numbers_of(view, whole)
            rows = view.rows(wanted, ("_id", *numbers)) if isinstance(view, DatasetView) else view.rows(wanted)
            if whole is not None and numbers and len(whole.views) > 1:
                rows = whole.told_apart(rows, view)
            self.cursor.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(name)} AS {rows}")
        self.gateway.store.hide(self.cursor)


@attrs.frozen
class PreparedQuestion:
    """A question that is ready to run, on the cursor that it was prepared with.

    Args:
        sql: The statement.
        statement: What is known of it.
        views: The datasets it reads.
        whole: The records of which it asks for the numbers, to be read by them; None if it asks for what it shows.
    """

    sql: str
    statement: Statement
    views: tuple[View, ...]
    whole: WholeRecords | None = None


def numbers_of(view: View, whole: WholeRecords | None) -> Sequence[str]:
    """Return the name of the column of records' numbers, where a question has those of a view."""
    return (NUMBER,) if whole is not None and any(view is one for one in whole.views) else ()


def known(cursor: duckdb.DuckDBPyConnection, text: str) -> Statement:
    """Return a statement that passes the check, which depends on nothing but its text; the last ones are kept."""
    found = _passed.get(text)
    if found is not None:
        return found
    found = checked(cursor, text)
    if len(text) <= SHORT:
        with _keeping:
            while len(_passed) >= MOST_KEPT:
                del _passed[next(iter(_passed))]
            _passed[text] = found
    return found


def readable(
    gateway: Gateway, principal: Principal, cursor: duckdb.DuckDBPyConnection, name: str
) -> DatasetView | None:
    """Return a dataset as a caller may read it, or None when there is none."""
    dataset = gateway.store.find(cursor, name)
    if dataset is None:
        return None
    gateway.access.check(principal, "read", "record", dataset.name)
    return view_for(gateway, principal, cursor, dataset)


def view_for(
    gateway: Gateway, principal: Principal, cursor: duckdb.DuckDBPyConnection, dataset: Dataset
) -> DatasetView:
    """Return a dataset with nothing in it that is hidden from a caller."""
    return gateway.access.view(principal, gateway.store.view_of(cursor, dataset))


def columns_of(views: Views) -> dict[str, str]:
    """Return the columns of all the views: name in lower case -> name."""
    return {column.name.lower(): column.name for view in views.values() for column in view.columns}


Edit = tuple[int, int, str]


def datasets(statement: Statement) -> Iterator[Edit]:
    """Yield the edits that quote a dataset's name with dots, which the engine reads as a schema and a table."""
    for relation in statement.relations:
        if len(relation.path) > 1:
            yield *span_of(statement.text, relation), identifier(relation.name)


def span_of(text: str, relation: Relation) -> tuple[int, int]:
    """Return where a dotted name begins and ends, in bytes."""
    parts = [token for token in tokens(text) if token.start >= relation.location][: 2 * len(relation.path) - 1]
    if [part.name for part in parts[::2]] != list(relation.path) or any(part.text != "." for part in parts[1::2]):
        raise wrong_sql(f"[{relation.name}] can't be read as the name of a dataset; quote it")
    return relation.location, parts[-1].end


def fields(statement: Statement, columns: Mapping[str, str]) -> Iterator[Edit]:
    """Yield the edits that make one column of `a.b.c` where it is a dotted field, behind its table's name if any."""
    for path, start, length in statement.columns:
        if len(path) < 2 or length == 0:
            continue
        taken = next((n for n in range(len(path) - 1, 0, -1) if ".".join(path[:n]).lower() in statement.aliases), 0)
        field = columns.get(".".join(path[taken:]).lower())
        if field is None or (taken == 1 and len(path) == 2):
            continue
        table = [".".join(path[:taken])] if taken else []
        yield start, start + length, ".".join(identifier(name) for name in [*table, field])


def named(statement: Statement, views: Views) -> Iterator[tuple[str, View]]:
    """Yield every name of a dataset as a statement has it, with the view of it."""
    for relation in {relation.name: relation for relation in statement.relations}.values():
        view = views.get(relation.name.lower())
        if view is None or len(relation.path) != 1:  # the edited text must name what the first one named
            raise wrong_sql(f"[{relation.name}] can't be read as the name of a dataset; quote it")
        yield relation.name, view


def decimals(statement: Statement) -> Iterator[Edit]:
    """Yield the edits that give DECIMAL without precision the digits that it needs."""
    for name, start, length in statement.types:
        if name == "DECIMAL" and length:
            yield start, start + length, EXACT


def names(statement: Statement) -> Iterator[Edit]:
    """Yield the edits that name what is selected without a name as it is written; the engine would say count_star()."""
    given = tokens(statement.text) if statement.unnamed else ()
    starts = [token.start for token in given]
    for location in statement.unnamed:
        place = bisect_right(starts, location) - 1
        if place >= 0 and location < given[place].end:
            item = selected(given, place)
            name = " ".join(written(statement.text, item).split())
            if item and len(name) <= LONGEST_NAME:
                yield item[-1].end, item[-1].end, f" AS {identifier(name)}"


LONGEST_NAME = 256
"""Characters; longer ones are the engine's to name, or nested questions would grow with each level."""


def moved(edits: Collection[Edit], place: int) -> int:
    """Return where a place of a text is after edits before it."""
    return place + sum(len(new.encode()) - (end - start) for start, end, new in edits if end <= place)


def edited(text: str, edits: Collection[Edit]) -> str:
    """Return a text with parts replaced.

    Args:
        text: The text.
        edits: Where each part begins and ends, in bytes, and what comes there.
    """
    encoded, at, parts = text.encode(), 0, []
    for start, end, new in sorted(edits):
        parts += [encoded[at:start], new.encode()]
        at = end
    return b"".join([*parts, encoded[at:]]).decode()
