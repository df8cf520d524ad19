"""SQL that writes: INSERT, UPSERT, UPDATE and DELETE become reads of the caller's view, then one change of records."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import duckdb
import orjson
from sqlglot import exp

from infino.local.bulk import merge
from infino.local.http import Problem
from infino.local.sql.dialect import parse, render, wrong_sql
from infino.local.sql.guard import check_nodes
from infino.local.sql.names import resolve
from infino.local.sql.result import Header, describe
from infino.local.store import Dataset, DatasetView, identifier
from infino.local.store.writer import Batch, fetch, put, remove
from infino.local.values import exact
from infino.local.values.paths import keys_of

if TYPE_CHECKING:
    from infino.local.state import Gateway

Document = dict[str, Any]
Readable = Callable[[str], DatasetView | None]
UNSUPPORTED_CLAUSES = ("returning", "from_", "from", "using", "order", "limit", "tables", "cluster")
AS_TEXT = {
    "TIMESTAMP": "replace({}::VARCHAR, ' ', 'T')",
    "TIMESTAMP_NS": "replace({}::VARCHAR, ' ', 'T')",
    "TIMESTAMPTZ_NS": "replace(({} AT TIME ZONE 'UTC')::VARCHAR, ' ', 'T') || 'Z'",
    "TIMESTAMP WITH TIME ZONE": "replace(({} AT TIME ZONE 'UTC')::VARCHAR, ' ', 'T') || 'Z'",
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
        alias: The name that qualifies its columns, quoted.
    """

    dataset: Dataset
    view: DatasetView
    alias: str


@attrs.frozen
class Writing:
    """One writing statement under way.

    Args:
        gateway: The gateway.
        cursor: The writing cursor.
        readable: Returns the caller's view of a dataset.
    """

    gateway: Gateway
    cursor: duckdb.DuckDBPyConnection
    readable: Readable

    def run(self, statement: exp.Expr, upsert: bool) -> int:
        """Carry out a statement and return how many records it touched."""
        refuse_clauses(statement)
        if isinstance(statement, exp.Insert):
            return self._insert(statement, upsert)
        if isinstance(statement, exp.Update):
            return self._update(statement)
        return self._delete(statement)

    def target(self, table: exp.Expr | None) -> Target:
        """Return what a table name means, or raise the 404 for an unknown dataset."""
        if not isinstance(table, exp.Table):
            raise wrong_sql("name the dataset to write")
        name = ".".join(part.name for part in table.parts)
        view = self.readable(name) or self.readable(name.lower())
        if view is None:
            raise Problem(404, "index_not_found_exception", f"no such dataset [{name}]; create it first")
        dataset = self.gateway.store.get(self.cursor, view.name)
        return Target(dataset, view, identifier(table.alias or view.name))

    def rows(self, text: str, columns: Sequence[str] | None = None) -> tuple[list[str], list[list[Any]]]:
        """Run a query as the caller and return its column names and its rows as JSON values."""
        statement, _ = parse(text)
        check_nodes(statement)
        sql = resolve(statement, self.readable).sql
        headers = describe(self.cursor, sql)
        if columns is not None and len(columns) != len(headers):
            raise wrong_sql(f"{len(columns)} columns are named but {len(headers)} values are given")
        names = ", ".join(f"c{number}" for number in range(len(headers)))
        cells = ", ".join(cell(header, f"c{number}") for number, header in enumerate(headers))
        query = f"SELECT json_array({cells})::VARCHAR FROM ({sql}) AS result({names})"
        found = self.cursor.execute(query).fetchall()
        try:
            values = exact.loads("[" + ",".join([row[0] for row in found]) + "]")
        except orjson.JSONDecodeError:
            raise wrong_sql("NaN and infinity can't be stored in a JSON document") from None
        return list(columns or [header.name for header in headers]), values

    def _insert(self, statement: exp.Insert, upsert: bool) -> int:
        schema = statement.this
        columns = [column.name for column in schema.expressions] if isinstance(schema, exp.Schema) else None
        target = self.target(schema.this if isinstance(schema, exp.Schema) else schema)
        source = source_of(statement, columns)
        names, rows = self.rows(source, columns)
        documents = self._new_documents(target, names, rows)
        before = fetch(self.cursor, target.dataset.id, list(documents))
        conflict = statement.args.get("conflict")
        if before or len(documents) < len(rows):
            if upsert:
                documents |= {id: merged(stored.source, documents[id]) for id, stored in before.items()}
            elif conflict is None:
                taken = next(iter(before), "given twice")
                reason = f"_id [{taken}] exists already; use ON CONFLICT (_id) DO UPDATE SET ... or UPSERT INTO"
                raise Problem(409, "version_conflict_engine_exception", reason)
            elif conflict.expressions:
                changed = self._resolved_conflicts(target, conflict, source, names)
                documents = {
                    id: changed.get(id) or documents[id] for id in documents if id in changed or id not in before
                }
            else:
                documents = {id: document for id, document in documents.items() if id not in before}
        return self._store(target, documents)

    def _new_documents(
        self, target: Target, names: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> dict[str, Document]:
        """Return the documents by id; of a repeated id the last one."""
        found: dict[str, Document] = {}
        lowered = [name.lower() for name in names]
        place = lowered.index("_id") if "_id" in lowered else None
        setters = [setter(target.view, name) for name in names]
        for row in rows:
            id = row[place] if place is not None else None
            document: Document = {}
            for number, (assign, value) in enumerate(zip(setters, row, strict=True)):
                if number != place:
                    assign(document, value)
            found[secrets.token_hex(16) if id is None else str(id)] = document
        return found

    def _resolved_conflicts(
        self, target: Target, conflict: exp.Expr, source: str, names: Sequence[str]
    ) -> dict[str, Document]:
        """Return what DO UPDATE makes of the records that exist."""
        keys = [key.name.lower() for key in conflict.args.get("conflict_keys") or ()]
        if keys not in ([], ["_id"]):
            raise wrong_sql("ON CONFLICT works on (_id) only")
        columns = ", ".join(identifier(name) for name in names)
        tables = (
            f"{identifier(target.view.name)} AS {target.alias}"
            f' JOIN ({source}) AS excluded({columns}) ON {target.alias}."_id" = excluded."_id"::VARCHAR'
        )
        where = conflict.args.get("where")
        condition = where.this if where is not None else None
        return self._changed(target, conflict.expressions, tables, condition)

    def _update(self, statement: exp.Update) -> int:
        target = self.target(statement.this)
        where = statement.args.get("where")
        tables = f"{identifier(target.view.name)} AS {target.alias}"
        return self._store(target, self._changed(target, statement.expressions, tables, where.this if where else None))

    def _changed(
        self, target: Target, assignments: Sequence[exp.Expr], tables: str, condition: exp.Expr | None
    ) -> dict[str, Document]:
        """Return the changed documents of those records that meet a condition."""
        assigned: list[tuple[str, str]] = []
        for assignment in assignments:
            if not isinstance(assignment, exp.EQ) or not isinstance(assignment.this, exp.Column):
                raise wrong_sql("SET takes column = value")
            name = ".".join(part.name for part in assignment.this.parts)
            if name.lower() == "_id":
                raise wrong_sql("_id can't be changed; insert a new record and delete the old one")
            assigned.append((name, qualified(assignment.expression, target.alias)))
        values = ", ".join([f'{target.alias}."_id"', *(value for _, value in assigned)])
        where = f" WHERE {qualified(condition, target.alias)}" if condition is not None else ""
        _, rows = self.rows(f"SELECT {values} FROM {tables}{where}")
        setters = [setter(target.view, name) for name, _ in assigned]
        stored = fetch(self.cursor, target.dataset.id, [row[0] for row in rows])
        changed = {}
        for id, *cells in rows:
            document = exact.loads(stored[id].source)
            for assign, value in zip(setters, cells, strict=True):
                assign(document, value)
            changed[id] = document
        return changed

    def _delete(self, statement: exp.Expr) -> int:
        target = self.target(statement.this)
        where = statement.args.get("where")
        condition = f" WHERE {qualified(where.this, target.alias)}" if where else ""
        tables = f"{identifier(target.view.name)} AS {target.alias}"
        _, rows = self.rows(f'SELECT {target.alias}."_id" FROM {tables}{condition}')
        return remove(self.gateway.store, self.cursor, target.dataset, [row[0] for row in rows])

    def _store(self, target: Target, documents: Mapping[str, Document]) -> int:
        texts = [exact.dumps(document) for document in documents.values()]
        batch = Batch(list(documents), texts, list(documents.values()))
        put(self.gateway.store, self.cursor, target.dataset, batch)
        return len(documents)


def refuse_clauses(statement: exp.Expr) -> None:
    """Raise a 400 for clauses that are not carried out, rather than pass them over."""
    for clause in UNSUPPORTED_CLAUSES:
        if statement.args.get(clause):
            raise wrong_sql(f"{clause.rstrip('_').upper()} is not supported in {statement.key.upper()}")


def source_of(statement: exp.Insert, columns: Sequence[str] | None) -> str:
    """Return the rows to insert as a SELECT."""
    source = statement.expression
    if isinstance(source, exp.Values):
        if columns is None:
            raise wrong_sql("name the columns: INSERT INTO dataset (a, b) VALUES ...")
        widths = {len(row.expressions) for row in source.expressions if isinstance(row, exp.Tuple)}
        if widths != {len(columns)}:
            raise wrong_sql(f"every row of VALUES must have {len(columns)} values")
        bare = source.copy()
        bare.set("alias", None)
        return f"SELECT * FROM {render(bare)}" if render(bare).startswith("(") else f"SELECT * FROM ({render(bare)})"
    if not isinstance(source, exp.Query):
        raise wrong_sql("INSERT takes VALUES or a SELECT")
    return render(source)


def qualified(expression: exp.Expr, alias: str) -> str:
    """Render an expression with its own unqualified columns qualified, for `excluded` has the same names."""
    copy = expression.copy()
    for column in list(copy.find_all(exp.Column)):
        if not column.args.get("table") and column.find_ancestor(exp.Select) is None:
            column.set("table", exp.to_identifier(alias[1:-1].replace('""', '"'), quoted=True))
    return render(copy)


def cell(header: Header, column: str) -> str:
    """Return SQL for a value that becomes the right JSON."""
    return AS_TEXT.get(header.type, "{}").format(column)


def merged(old: str, new: Document) -> Document:
    """Return a stored document with the members of a new one."""
    return merge(exact.loads(old), new)


def setter(view: DatasetView, name: str) -> Callable[[Document, Any], None]:
    """Return a function that puts a column's value at its place in a document.

    Args:
        view: The dataset, which knows where a dotted field lives.
        name: The column.
    """
    field = next((column.field for column in view.columns if column.name.lower() == name.lower()), name)
    kinds = view.shape.get(field, {})
    paths = sorted({path.removesuffix("[*]") for found in kinds.values() for path in found})
    keys = keys_of(paths[0]) if paths and "[*]" not in paths[0] else [field]
    if any("[*]" in path for path in paths):
        raise wrong_sql(f"column {name} lies inside a list and can't be set by SQL; send an update by bulk")

    def assign(document: Document, value: Any) -> None:
        inner = document
        for key in keys[:-1]:
            below = inner.get(key)
            if not isinstance(below, dict):
                below = inner[key] = {}
            inner = below
        inner[keys[-1]] = value

    return assign
