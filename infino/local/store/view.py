"""A dataset as a reader sees it: its table, its fields, and typed SQL columns over the documents' JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

import attrs

from infino.local.store.shapes import Fields, step

NOT_VALUES = frozenset({"NULL", "OBJECT", "ARRAY"})
NUMBERS = frozenset({"BIGINT", "UBIGINT", "DOUBLE"})
PATH_STEP = re.compile(r'\.([A-Za-z_][A-Za-z0-9_]*)|\."((?:[^"\\]|\\.)*)"|(\[\*\])')
Document = dict[str, Any]


def literal(text: str) -> str:
    """Quote text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Quote a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def column_type(kinds: Collection[str]) -> str:
    """Return the narrowest SQL type that holds every JSON type a field was seen with."""
    seen = frozenset(kinds) - {"NULL", "ARRAY"}
    if seen <= NUMBERS and seen:
        if "DOUBLE" in seen:
            return "DOUBLE"
        return "HUGEINT" if "UBIGINT" in seen else "BIGINT"
    if seen == {"BOOLEAN"}:
        return "BOOLEAN"
    if seen == {"DATE"}:
        return "DATE"
    if seen and seen <= {"DATE", "TIMESTAMP"}:
        return "TIMESTAMP"
    return "VARCHAR"


@attrs.frozen
class Column:
    """One SQL column over the documents.

    Args:
        name: As SQL sees it; unique within the dataset whatever the case.
        field: The dotted field it shows.
        type: The SQL type.
        expression: SQL over `_source`.
        starred: Whether `SELECT *` shows it.
    """

    name: str
    field: str
    type: str
    expression: str
    starred: bool = True


def unchanged(document: Document) -> Document:
    """Show a document as it is."""
    return document


@attrs.frozen(slots=False)
class DatasetView:
    """One dataset within one reading transaction.

    Args:
        id: The internal number; tables of this dataset end in it (`ds_17`, `samples_17`).
        name: The dataset's name.
        version: Grows with every write; what is derived from the data can be cached under (uuid, version).
        shape: All fields with the JSON types and paths seen, those without values included.
        declared: What the mapping given at creation says about fields, such as `{"title": {"type": "text"}}`.
        present: Filters or masks one document for the caller.
        allowed: Whether the caller may know of a field.
        replacements: Field -> SQL literal shown instead of its value.
        uuid: Never given twice in any store; derived data can be cached under it, with the version.

    Example:
        >>> with store.reading() as cursor:
        ...     view = store.view(cursor, "flights")
        ...     cursor.execute(f"SELECT count(*) FROM {view.table}")
    """

    id: int
    name: str
    version: int
    shape: Fields
    declared: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    present: Callable[[Document], Document] = unchanged
    allowed: Callable[[str], bool] = attrs.field(default=lambda field: True)
    replacements: Mapping[str, str] = attrs.field(factory=dict)
    uuid: str = ""

    @property
    def table(self) -> str:
        """SQL for use after FROM; it has the columns `_id VARCHAR` and `_source JSON`."""
        return f"ds_{self.id}"

    @property
    def catalogue(self) -> Fields:
        """Dotted field -> JSON type (VARCHAR DATE TIMESTAMP BIGINT UBIGINT DOUBLE BOOLEAN) -> JSON paths.

        Masked fields are left out: a search, a sort or a count over the stored values would tell what they are.
        """
        return self._catalogue

    @cached_property
    def _catalogue(self) -> Fields:
        values = {
            field: {kind: paths for kind, paths in kinds.items() if kind not in NOT_VALUES}
            for field, kinds in self.shape.items()
            if self.allowed(field) and field not in self.replacements
        }
        return {field: kinds for field, kinds in values.items() if kinds}

    @cached_property
    def types(self) -> Mapping[str, str]:
        """Dotted field -> SQL type of its values."""
        return {field: self._type(field, kinds) for field, kinds in self.catalogue.items()}

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The SQL columns, `_id` excepted."""
        made: list[Column] = []
        taken = {"_id"}
        containers: dict[str, str] = {}
        for field, kinds in self.shape.items():
            if field.startswith("_id.") or field == "_id" or not self.allowed(field):
                continue
            paths = frozenset().union(*kinds.values())
            containers.update(container for path in paths for container in prefixes(path))
            made.append(self._column(unique(field, taken), field, kinds))
        for field, path in containers.items():
            if field not in self.shape and self._whole(field):
                expression = f"json_extract(_source, {literal(path)})"
                made.append(Column(unique(field, taken), field, "JSON", expression, starred=False))
        return tuple(made)

    def _whole(self, container: str) -> bool:
        """Tell whether an object may be shown as it is: nothing inside it is hidden or masked."""
        return all(
            self.allowed(field) and field not in self.replacements
            for field in self.shape
            if field.startswith(container + ".")
        )

    def _type(self, field: str, kinds: Collection[str]) -> str:
        mixed = any(other.startswith(field + ".") for other in self.shape)
        return "VARCHAR" if mixed else column_type(kinds)

    def _column(self, name: str, field: str, kinds: Mapping[str, frozenset[str]]) -> Column:
        kind = self._type(field, kinds)
        if field in self.replacements:
            return Column(name, field, "VARCHAR", self.replacements[field])
        scalars = {path for paths in kinds.values() for path in paths if "[*]" not in path}
        arrays = {path for paths in kinds.values() for path in paths if "[*]" in path}
        bare = kinds.get("ARRAY", frozenset())
        if not arrays and not bare:
            return Column(name, field, kind, scalar_expression(sorted(scalars), kind))
        return Column(name, field, f"{kind}[]", array_expression(sorted(scalars), sorted(arrays), kind))

    def rows(self, names: Collection[str] | None = None) -> str:
        """Return a SELECT of `_id` and typed columns, for use as a subquery.

        Args:
            names: Lower-case column names that are needed, or None for all that `*` shows.

        Example:
            >>> view.rows({"carrier"})
            'SELECT _id, json_extract_string(_source, \\'$.carrier\\') AS "carrier" FROM ds_17'
        """
        shown = [
            f"{column.expression} AS {identifier(column.name)}"
            for column in self.columns
            if (column.starred if names is None else column.name.lower() in names)
        ]
        return f"SELECT {', '.join(['_id', *shown])} FROM {self.table}"


def unique(name: str, taken: set[str]) -> str:
    """Return a column name that differs from the others whatever the case."""
    candidate, number = name, 0
    while candidate.lower() in taken:
        number += 1
        candidate = f"{name}_{number}"
    taken.add(candidate.lower())
    return candidate


def scalar_expression(paths: list[str], kind: str) -> str:
    """Return SQL for the first value found at one of the paths."""
    texts = [f"json_extract_string(_source, {literal(path)})" for path in paths]
    text = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
    return typed(text, kind)


def typed(text: str, kind: str, suffix: str = "") -> str:
    """Return SQL that casts text to a type; times go through UTC, for a plain cast would drop the offset."""
    if kind == "VARCHAR":
        return text
    if kind == "TIMESTAMP":
        return f"CAST(TRY_CAST({text} AS TIMESTAMPTZ{suffix}) AS TIMESTAMP{suffix})"
    return f"TRY_CAST({text} AS {kind}{suffix})"


def array_expression(scalars: list[str], arrays: list[str], kind: str) -> str:
    """Return SQL for the list of all values at the paths; NULL when there are none."""
    parts = [f"json_extract_string(_source, {literal(path)})" for path in arrays]
    for path in scalars:
        text = f"json_extract_string(_source, {literal(path)})"
        is_array = f"json_type(_source, {literal(path)}) IN ('ARRAY', 'NULL')"
        parts.append(f"CASE WHEN {text} IS NULL OR {is_array} THEN []::VARCHAR[] ELSE [{text}] END")
    joined = parts[0]
    for part in parts[1:]:
        joined = f"list_concat({joined}, {part})"
    return typed(f"nullif({joined}, []::VARCHAR[])", kind, "[]")


def prefixes(path: str) -> list[tuple[str, str]]:
    """Return (dotted field, path) of every object or array on the way to a value.

    Args:
        path: Such as `$.items[*].name`.

    Example:
        >>> prefixes("$.items[*].name")
        [('items', '$.items')]
    """
    found: list[tuple[str, str]] = []
    field, walked = "", "$"
    for plain, quoted, _ in PATH_STEP.findall(path):
        if not plain and not quoted:
            break
        key = plain or re.sub(r"\\(.)", r"\1", quoted)
        if field:
            found.append((field, walked))
        field, walked = f"{field}.{key}" if field else key, step(walked, key)
    else:
        return found
    return [*found, (field, walked)]


def keys_of(path: str) -> list[str]:
    """Return the object keys of a JSON path.

    Args:
        path: Such as `$.user."first name"`.

    Example:
        >>> keys_of('$.user."first name"')
        ['user', 'first name']
    """
    steps = PATH_STEP.findall(path)
    return [plain or re.sub(r"\\(.)", r"\1", quoted) for plain, quoted, array in steps if not array]
