"""SQL that writes: its pieces are asked as questions of the caller's, then records change at once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import duckdb
import orjson

from infino.local.bulk import merge
from infino.local.http import Problem
from infino.local.sql.changes import Assignment, Conflict, WritingStatement
from infino.local.sql.dialect import wrong_sql
from infino.local.sql.guard import Statement
from infino.local.sql.question import Asker, readable
from infino.local.sql.result import ResultColumn, describe
from infino.local.sql.watchdog import time_limit
from infino.local.store import Dataset, DatasetView, identifier
from infino.local.store.writer import DocumentBatch, Stored, fetch, put, remove
from infino.local.values import exact
from infino.local.values.nested import MOMENT, MOMENT_IN_UTC
from infino.local.values.paths import keys_of

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway

Document = dict[str, Any]
AS_TEXT = {
    "TIMESTAMP": MOMENT,
    "TIMESTAMP_NS": MOMENT,
    "TIMESTAMPTZ_NS": f"{MOMENT_IN_UTC} || 'Z'",
    "TIMESTAMP WITH TIME ZONE": f"{MOMENT_IN_UTC} || 'Z'",
    "BLOB": "to_base64({})",
    "DATE": "{}::VARCHAR",
    "TIME": "{}::VARCHAR",
    "UUID": "{}::VARCHAR",
    "INTERVAL": "{}::VARCHAR",
}


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
    def tables(self) -> str:
        """SQL for use after FROM."""
        return f"{self.name} AS {self.alias}"


@attrs.frozen
class Writing:
    """One writing statement under way.

    Args:
        gateway: The gateway.
        principal: Who writes.
        cursor: The writing cursor. No caller's text runs on it: questions have reading cursors of their own, which see
            the same records, for nothing is written before all questions are answered.
    """

    gateway: Gateway
    principal: Principal
    cursor: duckdb.DuckDBPyConnection

    def run(self, change: WritingStatement, target: Target) -> int:
        """Carry out a statement and return how many records it touched."""
        if change.kind == "Update":
            return self._store(target, *self._changed(target, change.assignments, target.tables, change.where))
        if change.kind == "Delete":
            return self._delete(target, change.where)
        return self._insert(target, change)

    def target(self, change: WritingStatement) -> Target:
        """Return what a statement writes, or raise the 404 for an unknown dataset."""
        view = self.readable(change.dataset) or self.readable(change.dataset.lower())
        if view is None:
            raise Problem(404, "index_not_found_exception", f"no such dataset [{change.dataset}]; create it first")
        dataset = self.gateway.store.get(self.cursor, view.name)
        return Target(dataset, view, identifier(view.name), identifier(change.alias))

    def readable(self, name: str) -> DatasetView | None:
        """Return a dataset as the caller may read it, or None when there is none."""
        return readable(self.gateway, self.principal, self.cursor, name)

    def rows(
        self, text: str, columns: Sequence[str] | None = None, check: Callable[[Statement], None] | None = None
    ) -> tuple[list[str], list[list[Any]]]:
        """Ask a question as the caller and return its column names and its rows as JSON values.

        Args:
            text: The question.
            columns: Names for its columns, as many as it has.
            check: Looks at the parsed question before it runs.
        """
        with self.gateway.store.reading() as cursor, time_limit(cursor, self.gateway.options.sql_timeout):
            question = Asker(self.gateway, self.principal, cursor).prepare(text)
            if check is not None:
                check(question.statement)
            headers = describe(cursor, question.sql)
            if columns is not None and len(columns) != len(headers):
                raise wrong_sql(f"{len(columns)} columns are named but {len(headers)} values are given")
            names = ", ".join(f"c{number}" for number in range(len(headers)))
            cells = ", ".join(
                f"coalesce(to_json({cell(header, f'c{number}')})::VARCHAR, 'null')"
                for number, header in enumerate(headers)
            )
            query = f"SELECT concat('[', concat_ws(',', {cells}), ']') FROM (\n{question.sql}\n) AS result({names})"
            found = cursor.execute(query).fetchall()
        try:
            values = exact.loads("[" + ",".join([row[0] for row in found]) + "]")
        except orjson.JSONDecodeError:
            raise wrong_sql("NaN and infinity can't be stored in a JSON document") from None
        return list(columns or [header.name for header in headers]), values

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

    def _insert(self, target: Target, change: WritingStatement) -> int:
        columns = change.columns if change.width is None else columns_in_order(target.view, change.width)
        names, rows = self.rows(change.source, columns)
        documents = self._new_documents(target, names, rows)
        before = fetch(self.cursor, target.dataset.id, list(documents))
        if before or len(documents) < len(rows):
            if change.kind == "Upsert":
                documents |= {id: merged(stored.source, documents[id]) for id, stored in before.items()}
            elif change.conflict is None:
                taken = next(iter(before), "given twice")
                reason = f"_id [{taken}] exists already; use ON CONFLICT (_id) DO UPDATE SET ... or UPSERT INTO"
                raise Problem(409, "version_conflict_engine_exception", reason)
            else:
                changed = self._resolved(target, change.conflict, change.source, names)
                kept = {id: document for id, document in documents.items() if id not in before}
                documents = {id: changed.get(id) or kept[id] for id in documents if id in changed or id in kept}
        return self._store(target, documents, before)

    def _new_documents(
        self, target: Target, names: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> dict[str, Document]:
        """Return the documents by id; of a repeated id the last one."""
        found: dict[str, Document] = {}
        lowered = [name.lower() for name in names]
        place = lowered.index("_id") if "_id" in lowered else None
        setters = [None if number == place else self.setter(target.view, name) for number, name in enumerate(names)]
        for row in rows:
            id = row[place] if place is not None else None
            document: Document = {}
            for assign, value in zip(setters, row, strict=True):
                if assign is not None:
                    assign(document, value)
            found[secrets.token_hex(16) if id is None else str(id)] = document
        return found

    def _resolved(self, target: Target, conflict: Conflict, source: str, names: Sequence[str]) -> dict[str, Document]:
        """Return what DO UPDATE makes of the records that exist.

        The new row is one value called `excluded`, so that a column's name alone means the stored record's.
        """
        if conflict.update is None:
            return {}
        columns = ", ".join(identifier(name) for name in names)
        new = f"(SELECT excluded FROM (\n{source}\n) AS excluded({columns})) AS new_rows"
        tables = f'{target.tables} JOIN {new} ON {target.alias}."_id" = new_rows.excluded."_id"::VARCHAR'
        changed, _ = self._changed(target, conflict.update, tables, conflict.where)
        return changed

    def _changed(
        self, target: Target, assignments: Sequence[Assignment], tables: str, condition: str
    ) -> tuple[dict[str, Document], Stored]:
        """Return the changed documents of those records that meet a condition, and these as they are stored."""
        setters = [self.setter(target.view, assignment.column) for assignment in assignments]
        values = "".join(f", (\n{assignment.expression}\n)" for assignment in assignments)
        _, rows = self.rows(f'SELECT {target.alias}."_id"{values} FROM {tables}{where(condition)}', check=single_values)
        stored = fetch(self.cursor, target.dataset.id, [row[0] for row in rows])
        changed: dict[str, Document] = {}
        for id, *cells in rows:
            if id in changed:
                raise wrong_sql(f"SET gives several values for the record [{id}]")
            document = changed[id] = exact.loads(stored[id].source)
            for assign, value in zip(setters, cells, strict=True):
                assign(document, value)
        return changed, stored

    def _delete(self, target: Target, condition: str) -> int:
        _, rows = self.rows(f'SELECT {target.alias}."_id" FROM {target.tables}{where(condition)}')
        return remove(self.gateway.store, self.cursor, target.dataset, [row[0] for row in rows])

    def _store(self, target: Target, documents: Mapping[str, Document], stored: Stored) -> int:
        texts = [exact.dumps(document) for document in documents.values()]
        batch = DocumentBatch(list(documents), texts, list(documents.values()))
        put(self.gateway.store, self.cursor, target.dataset, batch, stored=stored)
        return len(documents)


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


def where(condition: str) -> str:
    """Return a WHERE clause, or nothing for no condition."""
    return f" WHERE (\n{condition}\n)" if condition else ""


def single_values(statement: Statement) -> None:
    """Raise a 400 where SET gives a column something that stands for several, such as COLUMNS(*)."""
    waiting: list[Any] = list(statement.top["select_list"])
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict) and node.get("class") != "SUBQUERY":
            if node.get("class") == "STAR":
                raise wrong_sql("SET takes one value for each column, not * or COLUMNS")
            waiting += node.values()


def cell(header: ResultColumn, column: str) -> str:
    """Return SQL for a value that becomes the right JSON."""
    return AS_TEXT.get(header.type, "{}").format(column)


def merged(old: str, new: Document) -> Document:
    """Return a stored document with the members of a new one."""
    return merge(exact.loads(old), new)


Setter = Callable[[Document, Any], None]


def field_of(view: DatasetView, name: str) -> str:
    """Return the field that a column shows, or the name of a new one."""
    return next((column.field for column in view.columns if column.name.lower() == name.lower()), name)


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
            if not isinstance(below, dict):
                below = inner[key] = {}
            inner = below
        inner[keys[-1]] = value

    return assign
