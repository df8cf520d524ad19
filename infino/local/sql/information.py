"""What a caller may see, as relations of SQL: SHOW TABLES, SHOW COLUMNS and two tables of information_schema.

They are made for each statement of the caller's own views, and pass the same fence as datasets do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import attrs
import orjson

from infino.local.sql.dialect import wrong_sql
from infino.local.sql.guard import Relation, Statement
from infino.local.sql.tokens import SqlToken, tokens, written
from infino.local.store import DatasetView, literal
from infino.local.store.columns import ID, TypedColumn

Row = tuple[str | int | None, ...]
PLACE = ("infino", "main")
"""The catalogue and the schema of every dataset, for there is but one."""
TABLES = {"table_catalog": "VARCHAR", "table_schema": "VARCHAR", "table_name": "VARCHAR", "table_type": "VARCHAR"}
COLUMNS = {
    "table_catalog": "VARCHAR", "table_schema": "VARCHAR", "table_name": "VARCHAR", "column_name": "VARCHAR",
    "ordinal_position": "INTEGER", "column_default": "VARCHAR", "is_nullable": "VARCHAR", "data_type": "VARCHAR",
}  # fmt: skip


DESCRIPTION: dict[str, str] = dict.fromkeys(
    ("column_name", "column_type", "null", "key", "default", "extra"), "VARCHAR"
)


@attrs.frozen
class Information:
    """One table of information_schema as a caller may see it.

    Args:
        name: Its name, with the schema.
        types: Its columns and their types.
        content: Its rows.
    """

    name: str
    types: dict[str, str]
    content: Sequence[Row]

    @property
    def columns(self) -> tuple[TypedColumn, ...]:
        """Its columns."""
        return tuple(TypedColumn(name, name, kind, "") for name, kind in self.types.items())

    def kinds(self, field: str) -> Collection[str]:
        """Return nothing: there are no documents."""
        return ()

    def rows(self, names: Collection[str] | None = None) -> str:
        """Return a SELECT of all its rows.

        Args:
            names: The columns that are needed; the others come too.
        """
        if not self.content:
            return f"SELECT {', '.join(f'NULL::{kind} AS {name}' for name, kind in self.types.items())} WHERE false"
        text = orjson.dumps([dict(zip(self.types, row, strict=True)) for row in self.content]).decode()
        shape = orjson.dumps([self.types]).decode()
        return f"SELECT unnest(from_json({literal(text)}, {literal(shape)}), recursive := true)"


def information(views: Iterator[DatasetView], name: str) -> Information | None:
    """Return a table of information_schema, or None for another name.

    Args:
        views: All datasets that the caller may read.
        name: The name, with the schema.
    """
    made = MADE.get(name.lower())
    if made is None:
        return None
    types, rows = made
    return Information(name, types, [row for view in views for row in rows(view)])


def table_rows(view: DatasetView) -> Iterator[Row]:
    """Yield the row of `information_schema.tables` for a dataset."""
    yield *PLACE, view.name, "BASE TABLE"


def column_rows(view: DatasetView) -> Iterator[Row]:
    """Yield the rows of `information_schema.columns` for a dataset: what `*` shows."""
    yield *PLACE, view.name, "_id", 1, None, "NO", "VARCHAR"
    for place, column in enumerate(view.by_field.values(), start=2):
        yield *PLACE, view.name, column.name, place, None, "YES", column.engine_type


MADE: dict[str, tuple[dict[str, str], Callable[[DatasetView], Iterator[Row]]]] = {
    "information_schema.tables": (TABLES, table_rows),
    "information_schema.columns": (COLUMNS, column_rows),
}


def description(view: DatasetView | Information) -> Information:
    """Return what DESCRIBE says of a relation; the engine would plan all its columns, and more than once."""
    columns = [column for column in view.columns if column.starred]
    if isinstance(view, DatasetView):
        columns.insert(0, ID)
    content = [(column.name, column.engine_type, "YES", None, None, None) for column in columns]
    return Information(view.name, DESCRIPTION, content)


def described(statement: Statement) -> Relation | None:
    """Return the relation that a statement describes, or None for any other statement."""
    table = statement.top.get("from_table") or {}
    if table.get("type") != "SHOW_REF" or table["show_type"] != "DESCRIBE" or len(statement.relations) != 1:
        return None
    (relation,) = statement.relations
    _, *name = tokens(statement.text)
    path = [part.name for part in name[::2]]
    return relation if path == list(relation.path) and all(part.text == "." for part in name[1::2]) else None


def shown(text: str, given: Sequence[SqlToken]) -> str | None:
    """Return the question that a SHOW TABLES or SHOW COLUMNS stands for, or None for other statements.

    Args:
        text: The statement.
        given: Its tokens.

    Examples:
        >>> shown("SHOW COLUMNS FROM flights", tokens("SHOW COLUMNS FROM flights"))
        'DESCRIBE flights'
    """
    words = [token.word for token in given]
    if words[:2] == ["SHOW", "TABLES"]:
        listed = "SELECT table_name AS name FROM information_schema.tables"
        if len(words) == 4 and words[2] in ("LIKE", "ILIKE"):
            listed += f" WHERE table_name {written(text, given[2:])}"
        elif len(words) != 2:
            raise wrong_sql(f"SHOW TABLES takes LIKE 'pattern' and nothing else, not {words[2]}")
        return f"{listed} ORDER BY name"
    if words[:2] == ["SHOW", "COLUMNS"] and len(words) > 3 and words[2] in ("FROM", "IN"):
        return f"DESCRIBE {written(text, given[3:])}"
    return None
