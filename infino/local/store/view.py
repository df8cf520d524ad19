"""A dataset as a reader sees it: its table, its fields, and typed SQL columns over the documents' JSON."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from infino.local.catalogue.kinds import NO_SCALARS
from infino.local.catalogue.mapping import NOTHING_DECLARED, declared_type
from infino.local.catalogue.mapping import Mapping as FieldMapping
from infino.local.catalogue.shape import Fields, exact_paths, paths_of
from infino.local.store.columns import TypedColumn, shredded
from infino.local.store.reading import any_value_at, exact_json, json_at, value_expression
from infino.local.values.paths import identifier, literal, prefixes, steps_of

Document = dict[str, Any]
WORKED_OUT = ("_catalogue", "types", "columns", "by_field", "mixed", "exact", "guarded", "members", "fields")
"""What a view works out of its fields, when it is first asked for."""


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
        mapping: What was declared of its fields at creation.
        present: Filters or masks one document for the caller.
        allowed: Whether the caller may know of a field.
        replacements: Field -> SQL literal shown instead of its value.
        holders: The fields in whose objects something may be hidden or masked.
        generation: Grows with its fields.
        uuid: Never given twice in any store; derived data can be cached under it, with the version.
        schema: What stands in front of its tables' names, so that they are found from any search path.
        folded: The last document that has a typed row.
        whole: Whether no document lacks its typed row.
        numbered: Whether its documents have numbers that fit 64 bits; those of samples don't.
        folder: Where what is derived from the documents is kept; None for memory.
        derived: What is derived from the documents of the whole store, for as long as that is open.
        ask: Asks for one of its text indexes, by its name, to be made ahead of further searches.
        pinned: Whether it is as it was at a point in time, so that who asks again gets no later snapshot.
        typed: Field -> name and SQL type of its typed column.
        documents: The table of the documents, where it is not the dataset's own.
        scope: The dotted name of the objects that stand for documents, if they do.

    Examples:
        >>> with store.reading() as cursor:
        ...     view = store.view(cursor, "flights")
        ...     cursor.execute(f"SELECT count(*) FROM {view.table}")
    """

    id: int
    name: str
    version: int
    shape: Fields
    mapping: FieldMapping = NOTHING_DECLARED
    present: Callable[[Document], Document] = unchanged
    allowed: Callable[[str], bool] = attrs.field(default=lambda field: True)
    replacements: Mapping[str, str] = attrs.field(factory=dict)
    holders: frozenset[str] = frozenset()
    generation: int = 0
    uuid: str = ""
    schema: str = ""
    folded: int = 0
    whole: bool = False
    numbered: bool = True
    folder: Path | None = None
    derived: dict[str, Any] = attrs.field(factory=dict)
    ask: Callable[[str], None] = lambda index: None
    pinned: bool = False
    typed: Mapping[str, tuple[str, str]] = attrs.field(factory=dict)
    documents: str = ""
    scope: str = ""

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """Return something that is derived from the documents of the whole store, which is made at first."""
        found = self.derived.get(name)
        return self.derived.setdefault(name, make()) if found is None else found

    def take_from(self, earlier: DatasetView) -> None:
        """Take over what was worked out of the same fields and mapping, for whoever sees all of them."""
        self.__dict__.update({name: earlier.__dict__[name] for name in WORKED_OUT if name in earlier.__dict__})

    @property
    def table(self) -> str:
        """SQL for use after FROM; it has the columns `_id VARCHAR` and `_source JSON`."""
        return self.documents or f"{self.schema}ds_{self.id}"

    @property
    def catalogue(self) -> Fields:
        """Dotted field -> kind of value -> JSON paths.

        Masked fields are left out: a search, a sort or a count over the stored values would tell what they are.
        """
        return self._catalogue

    @cached_property
    def _catalogue(self) -> Fields:
        values = {
            field: {kind: paths for kind, paths in kinds.items() if kind not in NO_SCALARS}
            for field, kinds in self.shape.items()
            if self.allowed(field) and field not in self.replacements
        }
        return {field: kinds for field, kinds in values.items() if kinds}

    @cached_property
    def types(self) -> Mapping[str, str]:
        """Dotted field -> SQL type of its values."""
        return {field: self._type(field, kinds) for field, kinds in self.catalogue.items()}

    @cached_property
    def columns(self) -> tuple[TypedColumn, ...]:
        """The SQL columns, `_id` excepted: those of values, and then those of whole objects."""
        made = list(self.by_field.values())
        taken = {"_id", *(column.name.lower() for column in made)}
        containers = {
            field: path
            for shown in self.by_field
            for way in paths_of(self.shape[shown])
            for field, path in prefixes(way)
        }
        for field, path in containers.items():
            if field not in self.shape and self._whole(field):
                expression = exact_json(path) if field in self.exact else json_at(path)
                made.append(TypedColumn(unique(field, taken), field, "JSON", expression, starred=False))
        return tuple(made)

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Name of a column in lower case -> the field that it shows."""
        return {column.name.lower(): column.field for column in self.columns}

    @cached_property
    def by_field(self) -> Mapping[str, TypedColumn]:
        """Dotted field -> the column of its values."""
        taken = {"_id"}
        return {
            field: self._column(unique(field, taken), field, kinds)
            for field, kinds in self.shape.items()
            if field != "_id" and not field.startswith("_id.") and self.allowed(field)
        }

    @cached_property
    def mixed(self) -> frozenset[str]:
        """The fields that are values in some documents and objects in others."""
        objects = frozenset(field for field, kinds in self.shape.items() if "OBJECT" in kinds)
        return objects | {
            field[:at]
            for field in self.shape
            for at in range(len(field))
            if field[at] == "." and field[:at] in self.shape
        }

    @cached_property
    def exact(self) -> frozenset[str]:
        """The fields of objects with a number inside that the engine's own reader would bend."""
        inner = (field for field, kinds in self.shape.items() if exact_paths(kinds))
        return frozenset(field[:at] for field in inner for at in range(len(field)) if field[at] == ".")

    @cached_property
    def members(self) -> Sequence[str]:
        """The names of the members of a document that has all fields, in the order in which they came."""
        ways = (path for kinds in self.shape.values() for path in sorted(paths_of(kinds)))
        return list(dict.fromkeys(name for path in ways if (name := steps_of(path)[0]) is not None))

    @cached_property
    def guarded(self) -> frozenset[str]:
        """The fields of values and objects in which something is hidden or masked; their plain values are shown."""
        return frozenset(field for field in self.mixed if not self._whole(field))

    def _whole(self, container: str) -> bool:
        """Tell whether an object may be shown as it is: nothing inside it is hidden or masked."""
        if container in self.holders or self.present is unchanged:
            return container not in self.holders
        probe: Document = {"": 0}  # a key that is in no shape, for the engine has no path to it
        for key in reversed(container.split(".")):
            probe = {key: probe}
        return self.present(probe) == probe

    def _type(self, field: str, kinds: Collection[str]) -> str:
        return "VARCHAR" if field in self.mixed else declared_type(self.mapping.fields.get(field), kinds)

    def _column(self, name: str, field: str, kinds: Mapping[str, frozenset[str]]) -> TypedColumn:
        kind = self._type(field, kinds)
        if field in self.replacements:
            return TypedColumn(name, field, "VARCHAR", self.replacements[field])
        declared = self.mapping.fields.get(field)
        if declared is not None and declared.type == "constant_keyword":
            return TypedColumn(name, field, "VARCHAR", literal(declared.options["value"]))
        paths = paths_of(kinds)
        many = "ARRAY" in kinds or any("[*]" in path for path in paths)
        shown = f"{kind}[]" if many else kind
        if field in self.guarded:
            return TypedColumn(name, field, shown, value_expression(kinds, kind, scalars_only=True))
        exact = paths if field in self.exact else exact_paths(kinds) if kind == "VARCHAR" else frozenset()
        plain = not many and not kind.startswith("DECIMAL") and not exact
        if plain and len(paths) == 1:
            (path,) = paths
            return TypedColumn(name, field, shown, any_value_at(path, kind), path=path)
        return TypedColumn(name, field, shown, value_expression(kinds, kind, exact))

    def kinds(self, field: str) -> Collection[str]:
        """Return the kinds of a field's values."""
        return self.shape.get(field, ())

    def rows(self, names: Collection[str] | None = None, own: Sequence[str] = ("_id",)) -> str:
        """Return a SELECT of `_id` and typed columns, for use as a subquery.

        Args:
            names: Lower-case column names that are needed, or None for all that `*` shows.
            own: As for `scan`.

        Examples:
            >>> view.rows({"carrier"})
            'SELECT _id, json_extract_string(_source, \\'$.carrier\\') AS "carrier" FROM ds_17'
        """
        shown = {
            column.name: column
            for column in self.columns
            if (column.starred if names is None else column.name.lower() in names)
        }
        return self.scan(shown, own)

    def scan(self, columns: Mapping[str, TypedColumn], own: Sequence[str]) -> str:
        """Return a SELECT over all documents: out of their typed rows where they have one, else out of their text.

        Args:
            columns: Name -> column that it shows.
            own: Which of `_seq`, `_id` and `_source` come before them.
        """
        held = {name: self.typed[column.field][0] for name, column in columns.items() if self._is_typed(column)}
        if not held or not self.folded:
            return self._from_text(own, columns)
        cold = {name: f"_cold.c{place}" for place, name in enumerate(name for name in columns if name not in held)}
        sources = {"_seq": "_typed._seq", "_id": "_typed._id", "_source": "_cold.text"}
        shown = [f"{sources[name]} AS {name}" for name in own]
        shown += [f"{cold.get(name) or f'_typed.{held[name]}'} AS {identifier(name)}" for name in columns]
        rows = f"{self.schema}col_{self.id} AS _typed"
        if cold or "_source" in own:
            texts = self._from_text(
                ["_seq AS place", "_source AS text"],
                {place.partition(".")[2]: columns[name] for name, place in cold.items()},
                f" WHERE _seq <= {self.folded}",
            )
            rows += f" JOIN ({texts}) AS _cold ON _typed._seq = _cold.place"
        typed = f"SELECT {', '.join(shown)} FROM {rows}"
        later = f" WHERE _seq > {self.folded}"
        return typed if self.whole else f"{typed} UNION ALL {self._from_text(own, columns, later)}"

    def _is_typed(self, column: TypedColumn) -> bool:
        held = self.typed.get(column.field)
        own = column.field not in self.replacements and column.field not in self.guarded
        return held is not None and held[1] == column.type and column.starred and own

    def _from_text(self, own: Sequence[str], columns: Mapping[str, TypedColumn], condition: str = "") -> str:
        rows, expressions = shredded(self.table, list(columns.values()), condition, self.members)
        named = [f"{expression} AS {identifier(name)}" for name, expression in zip(columns, expressions, strict=True)]
        return f"SELECT {', '.join([*own, *named])} FROM {rows}"


def unique(name: str, taken: set[str]) -> str:
    """Return a column name that differs from the others whatever the case."""
    candidate, number = name, 0
    while candidate.lower() in taken:
        number += 1
        candidate = f"{name}_{number}"
    taken.add(candidate.lower())
    return candidate
