"""SQL that writes: its pieces are asked as questions of the caller's, then records change at once."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs
import duckdb
import orjson

from infino.local.bulk import merge
from infino.local.http import Problem
from infino.local.optimistic import Change, Room, State, state_of
from infino.local.sql.changes import Assignment, Conflict, WritingStatement
from infino.local.sql.dialect import wrong_sql
from infino.local.sql.guard import Statement, nodes_of
from infino.local.sql.question import Asker, readable
from infino.local.sql.result import FIRST_BATCH, describe, stored
from infino.local.sql.whole import Texts
from infino.local.store import Dataset, DatasetView, identifier
from infino.local.store.writer import Stored, answered, documents_in, places_in, refuse_metrics
from infino.local.values import exact
from infino.local.values.paths import keys_of

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway

Document = dict[str, Any]


@attrs.frozen
class Target:
    """What a statement writes.

    Args:
        dataset: The dataset.
        view: The same as the caller sees it.
        name: The name that its view has in the questions, quoted.
        alias: The name that qualifies its columns, quoted.
    """

    dataset: Dataset
    view: DatasetView
    name: str
    alias: str

    @property
    def documents(self) -> str:
        """The table of its documents, for use after FROM."""
        return f"{self.view.schema}ds_{self.dataset.id}"

    @property
    def tables(self) -> str:
        """SQL for use after FROM."""
        return f"{self.name} AS {self.alias}"


@attrs.frozen
class WriteStatement:
    """One writing statement under way; nothing is written while its questions are answered.

    Args:
        gateway: The gateway.
        principal: Who writes.
        cursor: A reading cursor of this statement's own, on which the questions run one after the other.
        room: Counts what the statement would write.
        read: Every dataset that was read.
    """

    gateway: Gateway
    principal: Principal
    cursor: duckdb.DuckDBPyConnection
    room: Room
    read: dict[str, State] = attrs.field(factory=dict)

    def decide(self, statement: WritingStatement) -> Change:
        """Return what a statement writes."""
        target = self.target(statement.dataset, statement.alias)
        self.gateway.access.check(self.principal, "write", "record", target.view.name)
        refuse_metrics(target.dataset)
        if statement.kind == "Update":
            return self._update(target, statement.assignments, target.tables, statement.where)
        if statement.kind == "Delete":
            return self._delete(target, statement.where)
        return self._insert(target, statement)

    def target(self, name: str, alias: str) -> Target:
        """Return what a statement writes, or raise the 404 for an unknown dataset."""
        view = self.readable(name) or self.readable(name.lower())
        if view is None:
            raise Problem(404, "index_not_found_exception", f"no such dataset [{name}]; create it first")
        dataset = self.gateway.store.get(self.cursor, view.name)
        return Target(dataset, view, identifier(view.name), identifier(alias))

    def readable(self, name: str) -> DatasetView | None:
        """Return a dataset as the caller may read it, or None when there is none."""
        return readable(self.gateway, self.principal, self.cursor, name)

    def rows(
        self, text: str, columns: Sequence[str] | None = None, check: Callable[[Statement], None] | None = None
    ) -> tuple[list[str], Iterator[Sequence[str]]]:
        """Ask a question as the caller and return its column names and its rows, each value as JSON.

        Args:
            text: The question.
            columns: Names for its columns, as many as it has.
            check: Looks at the parsed question before it runs.
        """
        question = Asker(self.gateway, self.principal, self.cursor).prepare(text, apart=check is None)
        if check is not None:
            check(question.statement)
        self.read.update({view.name: state_of(view) for view in question.views if isinstance(view, DatasetView)})
        if question.whole is not None:
            headers, take = question.whole.read(self.cursor, question.sql, stored)
            rows = rows_of(take)
        else:
            headers = describe(self.cursor, question.sql)
            rows = answered(self.cursor)
        if columns is not None and len(columns) != len(headers):
            raise wrong_sql(f"{len(columns)} columns are named but {len(headers)} values are given")
        if question.whole is None:
            names = ", ".join(f"c{number}" for number in range(len(headers)))
            cells = ", ".join(
                f"coalesce({stored(header.type).format(f'c{number}')}, 'null')" for number, header in enumerate(headers)
            )
            self.cursor.execute(f"SELECT {cells} FROM (\n{question.sql}\n) AS result({names})")
        return list(columns or [header.name for header in headers]), self._counted(rows)

    def _counted(self, rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
        """Yield the rows of a question, each counted."""
        for row in rows:
            self.room.take(*row)
            yield row

    def setter(self, view: DatasetView, name: str) -> Setter:
        """Return what puts a column's value at its place, or raise the 403 for a field hidden from the caller."""
        field = field_of(view, name)
        rules = self.gateway.access.fields(self.principal, view.name)
        refused = Problem(
            403, "security_exception", f"user [{self.principal.username}] may not write the field [{field}] in full"
        )
        if not rules.writes(field) or field in view.holders:
            raise refused
        assign = setter(view, field)

        def assign_checked(document: Document, value: Any) -> None:
            if not rules.sees(value, field):
                raise refused
            assign(document, value)

        return assign if rules.unrestricted else assign_checked

    def _insert(self, target: Target, statement: WritingStatement) -> Change:
        columns = statement.columns if statement.width is None else columns_in_order(target.view, statement.width)
        names, rows = self.rows(statement.source, columns)
        texts, given, fresh = self._new_documents(target, names, rows)
        if fresh:
            return self._change(target, {}, texts, fresh=True)
        if statement.kind == "Upsert":
            stored = {}
            for id, document in documents_in(self.cursor, target.documents, list(texts)):
                stored[id] = document.place
                texts[id] = exact.dumps(merge(exact.loads(document.source), exact.loads(texts[id])))
                self.room.take(texts[id])
            return self._change(target, stored, texts)
        stored = dict(places_in(self.cursor, target.documents, list(texts)))
        if not stored and len(texts) == given:
            return self._change(target, {}, texts)
        if statement.conflict is None:
            told = f"_id [{next(iter(stored))}] exists already" if stored else "an _id is given twice"
            reason = f"{told}; use ON CONFLICT (_id) DO UPDATE SET ... or UPSERT INTO"
            raise Problem(409, "version_conflict_engine_exception", reason)
        changed = self._resolved(target, statement.conflict, statement.source, names)
        kept = {id: changed.get(id) or texts[id] for id in texts if id in changed or id not in stored}
        return self._change(target, stored, kept)

    def _new_documents(
        self, target: Target, names: Sequence[str], rows: Iterable[Sequence[str]]
    ) -> tuple[dict[str, bytes], int, bool]:
        """Return the documents by id, the last of each; how many were given, and whether all ids are new."""
        texts: dict[str, bytes] = {}
        lowered = [name.lower() for name in names]
        place = lowered.index("_id") if "_id" in lowered else None
        once_each(lowered)
        setters = [None if number == place else self.setter(target.view, name) for number, name in enumerate(names)]
        given, fresh = 0, True
        for row in rows:
            values = json_values(row)
            id = values[place] if place is not None else None
            document: Document = {}
            for assign, value in zip(setters, values, strict=True):
                if assign is not None:
                    assign(document, value)
            texts[id_of(id)] = exact.dumps(document)
            given, fresh = given + 1, fresh and id is None
        return texts, given, fresh

    def _resolved(self, target: Target, conflict: Conflict, source: str, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return what DO UPDATE makes of the records that exist.

        The new row is one value called `excluded`, so that a column's name alone means the stored record's.
        """
        if conflict.update is None:
            return {}
        columns = ", ".join(identifier(name) for name in names)
        new = f"(SELECT excluded FROM (\n{source}\n) AS excluded({columns})) AS new_rows"
        tables = f'{target.tables} JOIN {new} ON {target.alias}."_id" = new_rows.excluded."_id"::VARCHAR'
        return self._update(target, conflict.update, tables, conflict.where).texts

    def _update(self, target: Target, assignments: Sequence[Assignment], tables: str, condition: str) -> Change:
        """Return what SET makes of those records that meet a condition."""
        once_each([assignment.column.lower() for assignment in assignments])
        setters = [self.setter(target.view, assignment.column) for assignment in assignments]
        values = "".join(f", (\n{assignment.expression}\n)" for assignment in assignments)
        question = f'SELECT {target.alias}."_id"{values} FROM {tables}{where(condition)}'
        return self.assigned(target, setters, question)

    def assigned(self, target: Target, setters: Sequence[Setter], question: str) -> Change:
        """Return what becomes of records to whose fields a question gives values.

        Args:
            target: The dataset that they are in.
            setters: What puts the values at their places.
            question: It selects the id of each record, and then the values.
        """
        _, rows = self.rows(question, check=single_values)
        given: dict[str, Sequence[str]] = {}
        for id, *values in rows:
            known = exact.loads(id)
            if known in given:
                raise wrong_sql(f"SET gives several values for the record [{known}]")
            given[known] = values
        texts = dict.fromkeys(given, b"")
        stored = {}
        for id, found in documents_in(self.cursor, target.documents, list(given)):
            stored[id] = found.place
            document = exact.loads(found.source)
            for assign, value in zip(setters, json_values(given.pop(id)), strict=True):
                assign(document, value)
            texts[id] = exact.dumps(document)
            self.room.take(texts[id])
        return self._change(target, stored, texts)

    def _delete(self, target: Target, condition: str) -> Change:
        _, rows = self.rows(f'SELECT {target.alias}."_id" FROM {target.tables}{where(condition)}')
        ids = [exact.loads(row[0]) for row in rows]
        return Change(target.dataset, self.read, dict(places_in(self.cursor, target.documents, ids)), gone=ids)

    def _change(self, target: Target, stored: Stored, texts: Mapping[str, bytes], *, fresh: bool = False) -> Change:
        return Change(target.dataset, self.read, stored, texts, fresh=fresh)


def columns_in_order(view: DatasetView, width: int) -> list[str]:
    """Return the columns that values without names belong to: all that `*` shows, with `_id` or without.

    Args:
        view: The dataset as the caller sees it.
        width: How many values there are.

    Raises:
        Problem: 400 when there are more or fewer.
    """
    names = ["_id", *(column.name for column in view.by_field.values())]
    if len(names) > 1 and width in (len(names), len(names) - 1):
        return names[-width:]
    told = f"{width} values are given and [{view.name}] has {len(names)} columns ({', '.join(names)})"
    raise wrong_sql(f"{told[:500]}; name those that are meant: INSERT INTO dataset (a, b) VALUES ...")


def once_each(names: Sequence[str]) -> None:
    """Raise a 400 for a column that is given twice, or within another one, for one of the values would be lost."""
    twice = [name for name, number in Counter(names).items() if number > 1]
    if twice:
        raise wrong_sql(f"the column {twice[0]} is given twice")
    given = set(names)
    for name in names:
        parts = name.split(".")
        for length in range(1, len(parts)):
            if (outer := ".".join(parts[:length])) in given:
                raise wrong_sql(f"the column {name} lies within {outer}, which is given too")


def id_of(value: Any) -> str:
    """Return the id that a value of `_id` stands for; a new one for NULL."""
    if value is None:
        return secrets.token_hex(16)
    if value == "" or isinstance(value, bool | list | dict) or "\0" in str(value):
        raise wrong_sql("_id must be a number or a text that is not empty")
    return str(value)


def where(condition: str) -> str:
    """Return a WHERE clause, or nothing for no condition."""
    return f" WHERE (\n{condition}\n)" if condition else ""


def rows_of(take: Callable[[int], Iterator[Sequence[Texts]]]) -> Iterator[Sequence[str]]:
    """Yield rows, each value as JSON, out of parts that are read a batch at a time."""
    while batch := list(take(FIRST_BATCH)):
        for parts in batch:
            yield [value or "null" for value in chain.from_iterable(parts)]


def single_values(statement: Statement) -> None:
    """Raise a 400 where SET gives a column something that stands for several, such as COLUMNS(*)."""
    if any(node.get("class") == "STAR" for node in nodes_of(statement.top["select_list"], closed="SUBQUERY")):
        raise wrong_sql("SET takes one value for each column, not * or COLUMNS")


def json_values(cells: Sequence[str]) -> list[Any]:
    """Return the values of a row."""
    try:
        values: list[Any] = exact.loads(f"[{','.join(cells)}]")
    except orjson.JSONDecodeError:
        raise wrong_sql("NaN and infinity can't be stored in a JSON document") from None
    return values


Setter = Callable[[Document, Any], None]


def field_of(view: DatasetView, name: str) -> str:
    """Return the field that a column shows, or the name of a new one."""
    return view.fields.get(name.lower(), name)


def setter(view: DatasetView, field: str) -> Setter:
    """Return a function that puts a column's value at its place in a document.

    Args:
        view: The dataset, which knows where a dotted field lives.
        field: The field.
    """
    kinds = view.shape.get(field, {})
    paths = sorted({path.removesuffix("[*]") for found in kinds.values() for path in found})
    keys = keys_of(paths[0]) if paths and "[*]" not in paths[0] else [field]
    if any("[*]" in path for path in paths):
        raise wrong_sql(f"column {field} lies inside a list and can't be set by SQL; send an update by bulk")

    def assign(document: Document, value: Any) -> None:
        inner = document
        for key in keys[:-1]:
            below = inner.get(key)
            if below is None:
                below = inner[key] = {}
            elif not isinstance(below, dict):
                raise wrong_sql(f"a record has a value at {key}, which would be lost to the column {field} within it")
            inner = below
        inner[keys[-1]] = value

    return assign
