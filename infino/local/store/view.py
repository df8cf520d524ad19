"""A dataset as a reader sees it: its table, its fields, and typed SQL columns over the documents' JSON."""

from __future__ import annotations

import json
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
from infino.local.values.exact import dumps, loads
from infino.local.values.paths import identifier, literal, prefixes, steps_of

Document = dict[str, Any]
EXACT_TEXTS, EXACT_OBJECTS = "exact_texts", "exact_objects"
"""The names of the functions of this module in SQL."""


WORKED_OUT = ("_catalogue", "types", "columns", "by_field", "mixed", "exact", "guarded")
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
                at = literal(path)
                expression = exact_json(path) if field in self.exact else f"json_extract(_source, {at})"
                made.append(TypedColumn(unique(field, taken), field, "JSON", expression, starred=False))
        return tuple(made)

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
        rows, expressions = shredded(self.table, list(columns.values()), condition)
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


def value_expression(
    kinds: Mapping[str, frozenset[str]], kind: str, exact: Collection[str] = (), *, scalars_only: bool = False
) -> str:
    """Return SQL over `_source` for the value of a field, or for the list of its values where a list was seen.

    Args:
        kinds: The kinds and paths of its values.
        kind: The SQL type of one value.
        exact: The paths at which the engine's own reader would bend a number.
        scalars_only: Whether to leave out values that are objects.
    """
    value_at = scalar_at if scalars_only else any_value_at
    paths = paths_of({name: found for name, found in kinds.items() if name != "ARRAY"})
    scalars = [path for path in sorted(paths) if "[*]" not in path]
    arrays = [path for path in sorted(paths) if "[*]" in path]
    for path in sorted(kinds.get("ARRAY", ()), reverse=True):  # an empty list; one inside another comes first
        if not any(found.startswith(f"{path}[*]") for found in arrays):
            arrays.append(f"{path}[*]")
    empty = [path for path in sorted(kinds.get("ARRAY", ())) if "[*]" not in path]
    if not arrays:
        found = [value_at(path, kind, path in exact) for path in scalars]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"
    # Where a value is a list itself, its values are at a path of their own, and its text is none of them.
    lists = kinds.get("ARRAY", frozenset()) if kind == "VARCHAR" else frozenset()
    parts = [(scalar_at if path in lists else value_at)(path, kind, path in exact) for path in arrays]
    for path in scalars:
        value = value_at(path, kind, path in exact)
        is_array = f"json_type(_source, {literal(path)}) IN ('ARRAY', 'NULL')"
        parts.append(f"CASE WHEN {value} IS NULL OR {is_array} THEN []::{kind}[] ELSE [{value}] END")
    joined = parts[0]
    for part in parts[1:]:
        joined = f"list_concat({joined}, {part})"
    nothing = f"[]::{kind}[]"
    if not empty:
        return f"nullif({joined}, {nothing})"
    is_empty = " OR ".join(f"json_extract(_source, {literal(path)})::VARCHAR = '[]'" for path in empty)
    return f"coalesce(nullif({joined}, {nothing}), CASE WHEN {is_empty} THEN {nothing} END)"


def scalar_at(path: str, kind: str, exact: bool = False) -> str:
    """Return what `any_value_at` does, without the values that are objects or lists of them."""
    if "[*]" not in path:
        is_plain = f"json_type(_source, {literal(path)}) NOT IN ('OBJECT', 'ARRAY')"
        return f"CASE WHEN {is_plain} THEN {any_value_at(path, kind, exact)} END"
    values = f"json_extract(_source, {literal(path)})"
    plain = f"list_filter({values}, lambda v: json_type(v) NOT IN ('OBJECT', 'ARRAY'))"
    texts = f"list_transform({plain}, lambda v: json_extract_string(v, '$'))"
    return texts if kind == "VARCHAR" else f"TRY_CAST({texts} AS {kind}[])"


def any_value_at(path: str, kind: str, exact: bool = False) -> str:
    """Return SQL for the value at a path of `_source`, or for the list of values at a path with `[*]`.

    Args:
        path: The JSON path.
        kind: The SQL type of one value.
        exact: Whether it may be a number that the engine's own reader would bend.
    """
    many = "[*]" in path
    if kind.startswith("DECIMAL"):
        return decimal_at(path, kind)
    if exact:
        texts = f"{EXACT_TEXTS}(_source, {literal(json.dumps(steps_of(path)))})"
        return texts if many else f"{texts}[1]"
    text = f"json_extract_string(_source, {literal(path)})"
    return text if kind == "VARCHAR" else f"TRY_CAST({text} AS {kind}{'[]' if many else ''})"


def exact_json(path: str) -> str:
    """Return SQL for the JSON at a path of `_source`, digit for digit."""
    return f"{any_value_at(path, 'VARCHAR', exact=True)}::JSON"


def decimal_at(path: str, kind: str) -> str:
    """Return SQL for a number at a path; only `json_transform` reads its digits, everything else reads a double."""
    steps = steps_of(path)
    shape: Any = kind
    for key in reversed(steps):
        shape = [shape] if key is None else {key: shape}
    found = f"json_transform(_source, {literal(json.dumps(shape, ensure_ascii=False))})"
    reached = inside(found, steps, 0)
    return f"list_filter({reached}, lambda v: v IS NOT NULL)" if None in steps else reached


def inside(value: str, steps: Sequence[str | None], depth: int) -> str:
    """Return SQL for what lies some steps inside a value; all places of lists are joined into one list."""
    if not steps:
        return value
    head, rest = steps[0], steps[1:]
    if head is not None:
        return inside(f"struct_extract({value}, {literal(head)})", rest, depth)
    if not rest:
        return value
    found = f"list_transform({value}, lambda e{depth}: {inside(f'e{depth}', rest, depth + 1)})"
    return f"flatten({found})" if None in rest else found


def exact_texts(source: str, steps: str) -> list[str] | None:
    """Return the text of each value at a path, digit for digit; the slow way, for numbers that no SQL type holds.

    Args:
        source: The document.
        steps: A JSON list of the path's keys, with null for any place in a list.
    """
    found = [
        value if isinstance(value, str) else dumps(value).decode()
        for value in values_at(source, steps)
        if value is not None
    ]
    return found or None


def exact_objects(source: str, steps: str) -> list[str] | None:
    """Return the JSON of each object at a path, digit for digit.

    Args:
        source: The document.
        steps: As for `exact_texts`.
    """
    return [dumps(value).decode() for value in values_at(source, steps) if isinstance(value, dict)] or None


def values_at(source: str, steps: str) -> list[Any]:
    """Return the values at a path of a document."""
    values: list[Any] = [loads(source)]
    for key in json.loads(steps):
        if key is None:
            values = [inner for value in values if isinstance(value, list) for inner in value]
        else:
            values = [value[key] for value in values if isinstance(value, dict) and key in value]
    return values
