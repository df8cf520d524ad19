"""How the fields of a dataset are typed, and the SQL that reads them out of a document.

A field is what the catalogue of the view says it is; a field that the catalogue lacks does not exist, so a
restricted view restricts every query, sort, aggregation and highlight at this one place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

import attrs

from infino.local.catalogue.kinds import TIMES, compared, json_types, sql_type
from infino.local.store import Column
from infino.local.store.view import value_expression
from infino.local.values.paths import literal
from infino.local.values.patterns import name_pattern

Kind = Literal["long", "double", "boolean", "date", "text", "keyword", "decimal", "none"]
NUMERIC = ("long", "double")
KEYWORD_LIMIT = 256
DECLARED: Mapping[str, Kind] = {
    "text": "text", "match_only_text": "text", "search_as_you_type": "text", "keyword": "keyword",
    "constant_keyword": "keyword", "wildcard": "keyword", "ip": "keyword", "version": "keyword",
    "boolean": "boolean", "long": "long", "integer": "long", "short": "long", "byte": "long",
    "unsigned_long": "long", "double": "double", "float": "double", "half_float": "double",
    "scaled_float": "double",
}  # fmt: skip
SQL_TYPES: Mapping[str, str] = {"long": "hugeint", "double": "double", "boolean": "boolean", "date": "bigint"}


class View(Protocol):
    """The part of a dataset view that queries use."""

    @property
    def uuid(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def table(self) -> str: ...

    @property
    def catalogue(self) -> Mapping[str, Mapping[str, frozenset[str]]]: ...

    @property
    def version(self) -> int: ...

    @property
    def present(self) -> Callable[[dict[str, Any]], dict[str, Any]]: ...

    @property
    def declared(self) -> Mapping[str, Mapping[str, Any]]: ...

    @property
    def allowed(self) -> Callable[[str], bool]: ...

    @property
    def by_field(self) -> Mapping[str, Column]: ...

    @property
    def mixed(self) -> Collection[str]: ...

    def scan(self, columns: Mapping[str, Column], own: Sequence[str]) -> str: ...


@attrs.frozen
class Field:
    """One searchable field.

    Args:
        name: The dotted name as the query gave it.
        base: The name without a `.keyword` ending.
        kind: How its values compare.
        paths: JSON paths that hold its values.
        types: JSON type names its values have.
        exact: The SQL type that tells its numbers apart where doubles would merge neighbours, or "".
        column: The dataset's own column of the same values, where there is one; else they are read out of the text.
    """

    name: str
    base: str
    kind: Kind
    paths: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    exact: str = ""
    column: Column | None = None

    @property
    def many(self) -> bool:
        """Whether a document may hold several values, so that the SQL value is a list."""
        return len(self.paths) != 1 or "[*]" in self.paths[0]

    @property
    def sql_type(self) -> str:
        """The SQL type of one value."""
        return self.exact if self.kind == "decimal" else SQL_TYPES.get(self.kind, "varchar")

    def told_apart(self) -> Field:
        """Return the same field with its values as decimals, where doubles would merge neighbours."""
        if not self.exact or (len(self.paths) != 1 and "[*]" not in "".join(self.paths)):
            return self
        column = self.column
        if column is None or not column.type.startswith("DECIMAL"):
            read = value_expression({"DOUBLE": frozenset(self.paths)}, self.exact)
            column = Column("", self.base, self.exact + "[]" * self.many, read, starred=False)
        return attrs.evolve(self, kind="decimal", column=column)

    def sql(self, column: str = "", source: str = "_source") -> str:
        """Return the SQL expression of the value, or of the list of values when there may be `many`.

        Args:
            column: What the field's `column` is called in the rows that are read, where there is one.
            source: What the document's text is called there, where there is none.
        """
        if self.name in ("_id", "_index"):
            return self.paths[0]
        if column:
            if not self.many:
                return self._converted(column)
            value = self._converted("v")
            values = (
                f"coalesce({column}, [])"
                if value == "v"
                else f"list_transform(coalesce({column}, []), lambda v: {value})"
            )
            return f"list_filter({values}, lambda v: v is not null)"
        if not self.many:
            return self._cast(self._guarded(source, self.paths[0]))
        parts = [self._elements(source, path) for path in self.paths]
        every = parts[0] if len(parts) == 1 else f"flatten([{','.join(parts)}])"
        kinds = ",".join(literal(kind) for kind in self.types)
        scalars = f"list_filter({every}, lambda j: json_type(j) in ({kinds}))"
        values = f"list_transform({scalars}, lambda j: {self._cast(chr(40) + 'j->>' + literal('$') + chr(41))})"
        return f"list_filter({values}, lambda v: v is not null)"

    def _converted(self, value: str) -> str:
        """Return the value of this field out of one of its column, which has the type that holds it."""
        assert self.column is not None
        kind = self.column.type.removesuffix("[]")
        if self.kind == "date":
            return f"epoch_ms({value})" if kind in ("TIMESTAMP", "TIMESTAMPTZ") else f"epoch_ms({value}::timestamptz)"
        if self.kind == "double" and kind != "DOUBLE":
            return f"{value}::double"
        return self._cut(value)

    def _guarded(self, source: str, path: str) -> str:
        # A path may hold an object in another document; its text must not come out as this field's value.
        kinds = ",".join(literal(kind) for kind in self.types)
        where = literal(path)
        value = f"json_extract_string({source},{where})"
        return f"(case when json_type({source},{where}) in ({kinds}) then {value} end)"

    @staticmethod
    def _elements(source: str, path: str) -> str:
        extracted = f"json_extract({source},{literal(path)})"
        return extracted if "[*]" in path else f"[{extracted}]"

    def _cast(self, value: str) -> str:
        if self.kind in NUMERIC:
            number = f"try_cast({value} as {self.sql_type})"
            return number if self.kind == "long" else f"(case when isfinite({number}) then {number} end)"
        if self.kind == "boolean":
            return f"try_cast({value} as boolean)"
        if self.kind == "date":
            return f"epoch_ms(try_cast({value} as timestamptz))"
        return self._cut(value)

    def _cut(self, value: str) -> str:
        if self.kind == "keyword" and self.name != self.base:
            return f"(case when length({value}) <= {KEYWORD_LIMIT} then {value} end)"
        return value


COLUMN_TYPES: Mapping[str, Collection[str]] = {
    "long": ("BIGINT", "HUGEINT"), "double": ("DOUBLE", "DECIMAL", "BIGINT", "HUGEINT"), "decimal": ("DECIMAL",),
    "boolean": ("BOOLEAN",), "date": TIMES, "text": ("VARCHAR",), "keyword": ("VARCHAR",),
}  # fmt: skip
"""Kind -> SQL types of columns whose values it can be read from."""


def rows_of(view: View, names: Mapping[Field, str]) -> str:
    """Return the SELECT of every document: its number `d`, its `_id`, and fields under the given names."""
    held = {f"h_{name}": field.column for field, name in names.items() if field.column is not None}
    source = ["_source"] if len(held) < len(names) else []
    columns = "".join(
        f", {field.sql(f'h_{name}' if field.column is not None else '')} as {name}" for field, name in names.items()
    )
    return f"select _seq as d, _id{columns} from ({view.scan(held, ['_seq', '_id', *source])})"


class Fields:
    """The fields of one view.

    Args:
        view: The dataset as the caller may see it.

    Example:
        >>> Fields(view)["price"].kind
        'double'
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self._known: dict[str, Field] = {}

    def __getitem__(self, name: str) -> Field:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._resolve(name)
        return found

    def __iter__(self) -> Iterator[Field]:
        for name in sorted(self.view.catalogue):
            field = self[name]
            if field.kind != "none":
                yield field

    def below(self, name: str) -> list[Field]:
        """Return the fields with this name or inside the object of this name."""
        if name in ("_id", "_index") or name.endswith(".keyword"):
            field = self[name]
            if field.kind != "none":
                return [field]
        prefix = name + "."
        return [field for field in self if field.name == name or field.name.startswith(prefix)]

    def matching(self, pattern: str) -> list[Field]:
        """Return the fields that a name with `*` stands for; a plain name stands for itself."""
        if "*" not in pattern:
            return [self[pattern]]
        fits = name_pattern(pattern)
        found = [field for field in self if fits(field.name)]
        if pattern.endswith(".keyword"):
            found += [
                f for f in (self[x.name + ".keyword"] for x in self if fits(x.name + ".keyword")) if f.kind == "keyword"
            ]
        return found

    def _resolve(self, name: str) -> Field:
        if name == "_id":
            return Field(name, name, "keyword", ("_id",))
        if name == "_index":
            return Field(name, name, "keyword", (literal(self.view.name),))
        field = self._typed(name, name)
        if field.kind != "none" or not name.endswith(".keyword"):
            return field
        field = self._typed(name.removesuffix(".keyword"), name)
        if field.kind in ("text", "date", "keyword"):
            return attrs.evolve(field, kind="keyword", column=self._column(field.base, "keyword", field.paths))
        return Field(name, name, "none")

    def _typed(self, base: str, name: str) -> Field:
        kinds = self.view.catalogue.get(base, {})
        paths = {path for found in kinds.values() for path in found}
        if not paths:
            return Field(name, base, "none")
        kind = self._declared_kind(base) or compared(kinds)
        exact = sql_type(kinds) if kind == "double" else ""
        return Field(
            name, base, kind, tuple(sorted(paths)), tuple(sorted(json_types(kinds))),
            exact if exact.startswith("DECIMAL") else "", self._column(base, kind, paths),
        )  # fmt: skip

    def _column(self, base: str, kind: Kind, paths: Collection[str]) -> Column | None:
        """Return the column of a field, unless it also shows objects or is of a type that these values don't have."""
        column = self.view.by_field.get(base)
        if column is None or base in self.view.mixed:
            return None
        many = len(paths) != 1 or "[*]" in next(iter(paths))
        fits = column.type.removesuffix("[]").partition("(")[0] in COLUMN_TYPES.get(kind, ())
        return column if fits and many == column.type.endswith("[]") else None

    def declared(self, name: str) -> bool:
        """Tell whether the mapping of the dataset names a field, though no document may have it yet."""
        return name in self.view.declared and self.view.allowed(name)

    def _declared_kind(self, name: str) -> Kind | None:
        """Return how the mapping of the dataset says that values compare, where it says so."""
        given = str(self.view.declared.get(name, {}).get("type", ""))
        return DECLARED.get(given)
