"""Where the rows of a visualization come from: a dataset of this gateway, or the store behind a connection."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
from sqlglot import exp

from infino.local.http import Problem, illegal, unsupported
from infino.local.sources import connections
from infino.local.sources.catalogue import KINDS
from infino.local.sources.cells import shown
from infino.local.sources.duckdb_file import DuckdbFile
from infino.local.sources.relational import Relational
from infino.local.sql import ask
from infino.local.sql.question import known, readable
from infino.local.sql.tokens import find, first_word, tokens
from infino.local.store import identifier
from infino.local.visualize.dialects import Dialect, StoreDialect, parsed

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway

Rows = tuple[list[dict[str, Any]], list[dict[str, str]]]
_KINDS = {
    "Integer": "number", "Float": "number", "Decimal": "number", "Boolean": "boolean",
    "Date": "date", "DateTime": "date", "Timestamp": "date", "Null": "null",
    "long": "number", "double": "number", "decimal": "number", "boolean": "boolean",
    "timestamp": "date", "date": "date",
}  # fmt: skip
"""What answers of queries call types -> what those of visualizations do."""
_LIMITED = ("SELECT", "WITH", "FROM", "VALUES", "TABLE", "(")
"""What a query begins with that a LIMIT can follow, and narrows: behind SUMMARIZE it would cut what is summarised."""


class Origin(ABC):
    """Where rows come from."""

    dialect: Dialect

    @abstractmethod
    def types(self, wanted: bool) -> Mapping[str, str]:
        """The types of its columns by name, as far as the caller may see them; nothing where they can't be known."""

    @abstractmethod
    def narrowed(self, raw: str, where: str) -> str | None:
        """Put conditions on the table into a query that is written out; None where that can't be done."""

    @abstractmethod
    def limits(self, raw: str) -> bool:
        """Tell whether a query that is written out says how many rows it gives."""

    @abstractmethod
    def rows(self, sql: str) -> Rows:
        """Run a query; its rows, and the name and type of each column."""


class DatasetOrigin(Origin):
    """A dataset of this gateway.

    Args:
        gateway: The gateway.
        principal: Who asks; sees only what access rules allow.
        dataset: Its name.
    """

    def __init__(self, gateway: Gateway, principal: Principal, dataset: str) -> None:
        self.gateway, self.principal, self.dataset = gateway, principal, dataset
        self.dialect = Dialect()

    def types(self, wanted: bool) -> Mapping[str, str]:
        with self.gateway.store.reading() as cursor:
            view = readable(self.gateway, self.principal, cursor, self.dataset)
        if view is None:
            raise Problem(404, "index_not_found_exception", f"no such dataset [{self.dataset}]")
        return {"_id": "VARCHAR", **{column.name: column.type for column in view.columns}}

    def narrowed(self, raw: str, where: str) -> str | None:
        with self.gateway.store.reading() as cursor:
            statement = known(cursor, raw)
        own = {entry["key"].lower() for entry in (statement.top.get("cte_map") or {}).get("map", ())}
        read = {relation.name.lower() for relation in statement.relations}
        words = tokens(raw)
        with_ = words[0].word == "WITH"
        if self.dataset.lower() not in read - own or (with_ and words[1].word == "RECURSIVE"):
            return None
        name = identifier(self.dataset)
        first = f"WITH {name} AS (SELECT * FROM {name} WHERE {where})"
        return f"{first},{raw.encode()[words[0].end :].decode()}" if with_ else f"{first} {raw}"

    def limits(self, raw: str) -> bool:
        word = first_word(raw)
        if word not in _LIMITED:
            reason = f"source.sql.raw_query begins with {', '.join(_LIMITED[:-1])} or (, not with {word or 'nothing'}"
            raise illegal(reason)
        return any(find(tokens(raw), word) is not None for word in ("LIMIT", "FETCH"))

    def rows(self, sql: str) -> Rows:
        answer = orjson.loads(ask(self.gateway, self.principal, sql, flat=True))
        names = {column["alias"]: column["data_type"].partition("(")[0] for column in answer["columns"]}
        rows = answer["rows"]
        for name in (name for name, kind in names.items() if kind == "Decimal"):
            for row in rows:
                row[name] = None if row[name] is None else Decimal(row[name])
        return rows, _described(names.items())


class ConnectionOrigin(Origin):
    """A table of the store behind a connection.

    Args:
        gateway: The gateway.
        principal: Who asks; must be allowed to read the connection.
        source: The `source` of the visualization.

    Raises:
        Problem: 400 when the connection does not speak SQL, or is of another kind than `connector_id` says; 403, 404.
    """

    def __init__(self, gateway: Gateway, principal: Principal, source: Mapping[str, Any]) -> None:
        id, said = source["connection_id"], source.get("connector_id")
        gateway.access.check(principal, "read", "connection", id)
        stored = connections.get(gateway, id)
        if said in KINDS and said != stored.kind.id:
            reason = f"source.connector_id is {said}, and the connection [{id}] is of the kind {stored.kind.id}"
            raise illegal(reason)
        connector = stored.connector()
        if not isinstance(connector, Relational | DuckdbFile):
            raise illegal(f"the connection [{id}] does not speak SQL")
        self.connector, self.dataset = connector, str(source["index"])
        self.dialect = StoreDialect(connector.dialect())

    def types(self, wanted: bool) -> Mapping[str, str]:
        try:
            found = self.connector.metadata(self.dataset) if wanted else {}
        except Problem as problem:
            if problem.status != 404:
                raise
            found = {}  # the store knows whether it has what is asked for
        return {column["name"]: column["type"] for column in found.get("columns", ())}

    def narrowed(self, raw: str, where: str) -> str | None:
        query = parsed(raw, self.dialect.name)
        with_ = query.args.get("with_")
        tables = [table for table in query.find_all(exp.Table) if table.name.lower() == self.dataset.lower()]
        own = any(cte.alias.lower() == self.dataset.lower() for cte in query.find_all(exp.CTE))
        plain = raw[:4].upper() == "WITH" if with_ else True
        if (
            not tables
            or own
            or not plain
            or any(table.db for table in tables)
            or (with_ and with_.args.get("recursive"))
        ):
            return None
        name = self.dialect.identifier(self.dataset)
        # SQLite takes a name within its own definition for the definition itself.
        inner = f"main.{name}" if self.dialect.name == "sqlite" else name
        first = f"WITH {name} AS (SELECT * FROM {inner} WHERE {where})"
        return f"{first},{raw[4:]}" if with_ else f"{first} {raw}"

    def limits(self, raw: str) -> bool:
        return parsed(raw, self.dialect.name).args.get("limit") is not None

    def rows(self, sql: str) -> Rows:
        answer = self.connector.query(None, sql)
        names = [name for name, _ in answer.columns]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise illegal(f"the query has two columns called [{twice}]")
        rows = [
            {name: _cell(value, kind) for value, (name, kind) in zip(row, answer.columns, strict=True)}
            for row in answer.rows
        ]
        return rows, _described(answer.columns)


def _described(columns: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Say which type each column has; what stands behind it in brackets belongs to its values."""
    return [{"name": name, "type": _KINDS.get(kind.partition("(")[0], "string")} for name, kind in columns]


def _cell(value: Any, kind: str) -> Any:
    finite = isinstance(value, Decimal) and value.is_finite()
    return value if finite and kind == "decimal" else shown(value, kind.partition("(")[0])


def origin(gateway: Gateway, principal: Principal, source: Mapping[str, Any]) -> Origin:
    """Return where the rows of a visualization come from.

    Raises:
        Problem: 501 for what only the service runs; see `ConnectionOrigin` for others.
    """
    if source["kind"] != "sql":
        raise unsupported(f"visualizations over {source['kind']}")
    if source.get("connection_id"):
        return ConnectionOrigin(gateway, principal, source)
    if source.get("connector_id") in KINDS:
        raise unsupported(f"a visualization over {source['connector_id']} without the connection_id of a connection")
    return DatasetOrigin(gateway, principal, str(source["index"]))
