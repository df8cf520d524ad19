"""How the fields of a dataset compare, and the SQL of their values: out of typed columns, else out of the text.

A field is what the catalogue of the view says it is; a field that the catalogue lacks does not exist, so a
restricted view restricts every query, sort, aggregation and highlight at this one place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

import attrs
import orjson

from infino.local.catalogue.kinds import TIMES, compared, json_types, names_of, only_numbers, sql_type, values_of
from infino.local.catalogue.mapping import EMPTY, Declared
from infino.local.catalogue.parameters import KEYWORDS, OBJECTS, TEXTS, WHOLE
from infino.local.catalogue.ranges import RANGE_ENDS, RANGES, ends_type
from infino.local.catalogue.scalars import DATES
from infino.local.catalogue.shape import paths_of
from infino.local.catalogue.sortable import SORTABLE, shown, sortable
from infino.local.http import Problem, unsupported
from infino.local.querydsl.problems import shard
from infino.local.querydsl.reading import short
from infino.local.store import DatasetView, TypedColumn
from infino.local.store.reading import comparable, is_list, value_expression
from infino.local.values.dates import (
    DEFAULT_FORMAT,
    NANOS,
    NANOS_FORMAT,
    DateContext,
    date_sql,
    moment_sql,
    read_nanos,
)
from infino.local.values.paths import literal
from infino.local.values.patterns import name_pattern

Kind = Literal["long", "double", "boolean", "date", "text", "keyword", "decimal", "range", "none"]
NUMERIC = ("long", "double", "decimal")
KEYWORD_LIMIT = 256
DECLARED: Mapping[str, Kind] = {
    **{name: names_of(kind).compared for name, kind in EMPTY.items()}, **dict.fromkeys(TEXTS, "text"),
    **dict.fromkeys(KEYWORDS | {"flattened"}, "keyword"), **dict.fromkeys(RANGES, "range"),
}  # fmt: skip
"""Declared type -> how its values compare."""
SQL_TYPES: Mapping[str, str] = {"long": "hugeint", "double": "double", "boolean": "boolean", "date": "bigint"}
COLUMN_TYPES: Mapping[str, Collection[str]] = {
    "long": ("BIGINT", "HUGEINT"), "double": ("DOUBLE", "DECIMAL", "BIGINT", "HUGEINT"), "decimal": ("DECIMAL",),
    "boolean": ("BOOLEAN",), "date": TIMES, "text": ("VARCHAR",), "keyword": ("VARCHAR",),
}  # fmt: skip
"""Kind -> SQL types of columns whose values it can be read from."""
NORMALIZED = {"lowercase": "lower({})", "uppercase": "upper({})", "asciifolding": "strip_accents({})"}


@attrs.frozen
class SearchField:
    """One searchable field.

    Args:
        name: The dotted name as the query gave it.
        base: The field that holds its values.
        kind: How its values compare.
        paths: JSON paths that hold its values.
        types: JSON type names its values have.
        exact: The SQL type that tells its numbers apart where doubles would merge neighbours, or "". A text, where no
            type of numbers does.
        column: The dataset's own column of the same values, where there is one; else they are read out of the text.
        limit: How long a text may be to count.
        normalizer: What is done to texts before they are compared.
        null: What counts instead of a null, if anything.
        format: How its dates are written, where that is declared.
        type: The type that is declared of it, or "".
        spec: JSON of the type and the parameters of its ranges.
        unit: How many nanoseconds its dates are counted in, and may be counted in at the finest.
        computed: SQL of its one value, where that is not in the documents.
        factor: What its numbers are rounded to, as a divisor.
        listed: Whether its values can be read document by document, as sorts and aggregations do.
        sources: The fields whose values it has.
    """

    name: str
    base: str
    kind: Kind
    paths: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    exact: str = ""
    column: TypedColumn | None = None
    limit: int | None = None
    normalizer: tuple[str, ...] = ()
    null: str | None = None
    format: str = ""
    type: str = ""
    spec: str = ""
    unit: tuple[int, int] = (NANOS, NANOS)
    computed: str = ""
    factor: float | None = None
    listed: bool = True
    sources: tuple[str, ...] = ()

    @property
    def many(self) -> bool:
        """Whether a document may hold several values, so that the SQL value is a list."""
        return not self.computed and is_list(self.paths)

    @property
    def sorted(self) -> bool:
        """Whether its texts are compared otherwise than as texts."""
        return self.kind == "keyword" and self.type in ("ip", "version")

    @property
    def whole(self) -> bool:
        """Whether an answer shows its values as the documents have them: they are objects."""
        return self.type in WHOLE

    @property
    def as_stored(self) -> bool:
        """Whether an answer shows its values as the documents have them: also numbers, for all their digits."""
        digits = self.kind in NUMERIC and (not self.type or bool(self.exact))
        return self.whole or (digits and len(self.sources) < 2)

    @property
    def sql_type(self) -> str:
        """The SQL type of one value."""
        if self.kind == "range":
            end = ends_type(self.type)
            return f"struct(lo {end}, hi {end})"
        return self.exact if self.kind == "decimal" else SQL_TYPES.get(self.kind, "varchar")

    def finest(self) -> SearchField:
        """Return the same field with its dates as finely as they may be counted."""
        finest = self.unit[1]
        return self if self.unit[0] == finest else attrs.evolve(self, unit=(finest, finest))

    def told_apart(self) -> SearchField:
        """Return the same field with its values as decimals, where doubles would merge neighbours.

        Raises:
            Problem: 501 where its numbers have more digits than decimals, or something stands for none.
        """
        if not self.exact or self.kind != "double":
            return self
        if self.exact == "VARCHAR":
            digits = "numbers that only more than 38 digits tell apart"
            raise unsupported(f"comparing values of the field [{short(self.name)}], which has {digits}")
        if self.null is not None:
            raise unsupported(f"[null_value] of the field [{short(self.name)}], for doubles would merge its numbers")
        column = self.column
        if column is None or not column.type.startswith("DECIMAL"):
            read = value_expression({"DOUBLE": frozenset(self.paths)}, self.exact, listed=self.many)
            column = TypedColumn("", self.base, self.exact + "[]" * self.many, read, starred=False)
        return attrs.evolve(self, kind="decimal", column=column)

    def normalized(self, text: str) -> str:
        """Return a text of a query as the field's own texts are compared."""
        for step in self.normalizer:
            if step == "asciifolding":
                text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
            else:
                text = text.lower() if step == "lowercase" else text.upper()
        return text

    def as_text(self) -> SearchField:
        """Return the same field with its values as the texts that they are."""
        return attrs.evolve(self, type="")

    def compared(self, text: str) -> str:
        """Return a text of a query as the engine compares it."""
        return sorted_text(self.type, text) if self.sorted else text

    def shown(self, key: Any) -> Any:
        """Return a value of the engine as the answer has it."""
        if isinstance(key, Decimal):
            return shortest(key)
        return shown(self.type, key) if self.sorted and isinstance(key, str) else key

    def moment(self, value: Any, dates: DateContext, *, up: bool = False) -> int:
        """Return a date of a query in the field's own unit."""
        return read_nanos(value, dates, up=up) // self.unit[0]

    def sql(self, column: str = "") -> str:
        """Return the SQL expression of the value, or of the list of values when there may be `many`.

        Args:
            column: What the field's `column` is called in the rows that are read; the document's text where there is
                none.
        """
        if self.computed:
            return self.computed
        if column:
            if not self.many:
                return self._converted(column)
            value, values = self._converted("v"), f"coalesce({column}, [])"
            values = values if value == "v" else f"list_transform({values}, lambda v: {value})"
            return f"list_filter({values}, lambda v: v is not null)"
        return comparable(self.paths, self.types, self._cast, self.null)

    def _converted(self, value: str) -> str:
        """Return the value of this field out of one of its column, which has the type that holds it."""
        assert self.column is not None
        kind = self.column.type.removesuffix("[]")
        if self.kind == "date":
            return moment_sql(value, self.unit[0], fine=kind.endswith("_NS"))
        if self.kind == "double":
            return self._rounded(value if kind == "DOUBLE" else f"{value}::double")
        return self._cut(value)

    def _cast(self, value: str) -> str:
        if self.kind == "long":
            fraction = self.type and {"DOUBLE", "VARCHAR"} & set(self.types)
            return once(value, truncated) if fraction else f"try_cast({value} as hugeint)"
        if self.kind == "double":
            number = f"try_cast({value} as double)"
            return self._rounded(f"(case when isfinite({number}) then {number} end)")
        if self.kind == "boolean":
            return f"try_cast({value} as boolean)" if not self.type else f"({value} = 'true')"
        if self.kind == "date":
            if self.type:
                return once(value, lambda t: date_sql(t, self.format or DEFAULT_FORMAT, self.unit[0]))
            return moment_sql(f"try_cast({value} as timestamptz)", NANOS)
        if self.kind == "range":
            end = ends_type(self.type)
            ends = f"{RANGE_ENDS}({literal(self.spec)}, {value})"
            pair = f"{{'lo': e[1]::{end}, 'hi': e[2]::{end}}}"
            return once(ends, lambda e: f"case when {e} is not null then {pair} end", "e")
        return self._cut(value)

    def _rounded(self, value: str) -> str:
        # Halves go up, below zero too, as in Elasticsearch.
        return value if self.factor is None else f"(floor({value} * {self.factor!r} + 0.5) / {self.factor!r})"

    def _cut(self, value: str) -> str:
        if self.kind != "keyword":
            return value
        if self.limit is not None:
            value = f"(case when length({value}) <= {self.limit} then {value} end)"
        for step in self.normalizer:
            value = NORMALIZED[step].format(value)
        return f"{SORTABLE}({literal(self.type)}, {value})" if self.sorted else value


def once(value: str, expression: Callable[[str], str], name: str = "t") -> str:
    """Return an expression in which a long value stands once."""
    return f"list_transform([{value}], lambda {name}: {expression(name)})[1]"


def sorted_text(kind: str, text: str) -> str:
    """Return the text that sorts as a value of a type does, or raise the 400 for one that is none."""
    found = sortable(kind, text)
    if found is None:
        raise no_address(text)
    return found


def no_address(text: object) -> Problem:
    """Return the 400 for a text that is neither an address nor a network."""
    return shard(f"failed to create query: '{short(text)}' is not an IP string literal.")


def shortest(number: float | Decimal) -> float | Decimal:
    """Return a number as a float where that holds it, else with all its digits."""
    if isinstance(number, float) or Decimal(repr(float(number))) == number:
        return float(number)
    return int(number) if number == int(number) else number


def truncated(text: str) -> str:
    """Return SQL for the whole number that a declared integer takes out of a text or a fraction."""
    whole = f"case when regexp_full_match({text}, '-?\\d+') then try_cast({text} as hugeint)"
    return f"{whole} else try_cast(trunc(try_cast({text} as double)) as hugeint) end"


def rows_of(view: DatasetView, names: Mapping[SearchField, str]) -> str:
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

    Examples:
        >>> Fields(view)["price"].kind
        'double'
    """

    def __init__(self, view: DatasetView) -> None:
        self.view = view
        self._known: dict[str, SearchField] = {}

    def __getitem__(self, name: str) -> SearchField:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._resolve(name)
        return found

    def __iter__(self) -> Iterator[SearchField]:
        declared = self.view.mapping.fields
        own = {name for name, one in declared.items() if one.type not in OBJECTS | {"alias", "flattened"}}
        for name in sorted(own | self.view.catalogue.keys()):
            field = self[name]
            if field.kind != "none":
                yield field

    def below(self, name: str) -> list[SearchField]:
        """Return the fields with this name or inside the object of this name."""
        if name in ("_id", "_index") or name.endswith(".keyword") or name in self.view.mapping.fields:
            field = self[name]
            if field.kind != "none":
                return [field]
        prefix = name + "."
        return [field for field in self if field.name == name or field.name.startswith(prefix)]

    def matching(self, pattern: str) -> list[SearchField]:
        """Return the fields that a name with `*` stands for; a plain name stands for itself."""
        if "*" not in pattern:
            return [self[pattern]]
        fits = name_pattern(pattern)
        found = [field for field in self if fits(field.name)]
        if pattern.endswith(".keyword"):
            names = {field.name for field in found}
            below = [self[name] for field in self if fits(name := field.name + ".keyword") and name not in names]
            found += [field for field in below if field.kind == "keyword"]
        return found

    def apart(self, pattern: str) -> str | None:
        """Return a nested object with fields that a name or pattern stands for."""
        mapping, fits = self.view.mapping, name_pattern(pattern)
        names = (name for name in self.view.catalogue if fits(name) or name.startswith(f"{pattern}."))
        found = (mapping.apart(name, self.view.scope) for name in names) if mapping.nested else iter(())
        return next((path for path in found if path is not None), None)

    def declared(self, name: str) -> bool:
        """Tell whether the mapping of the dataset names a field, though no document may have it yet."""
        found = self.view.mapping.fields.get(name)
        return found is not None and self.view.allowed(found.base)

    def _resolve(self, name: str) -> SearchField:
        if name == "_id":
            return SearchField(name, name, "keyword", computed="_id")
        if name == "_index":
            return SearchField(name, name, "keyword", computed=literal(self.view.name))
        if self.view.mapping.apart(name, self.view.scope) is not None:
            return SearchField(name, name, "none")
        field = self._typed(name, name)
        if field.kind != "none" or not name.endswith(".keyword") or name in self.view.mapping.fields:
            return field
        field = self._typed(name.removesuffix(".keyword"), name)
        if field.kind in ("text", "date", "keyword"):
            column = (
                self._column(field.base, "keyword", field.paths) if len(field.paths) == 1 and not field.null else None
            )
            return attrs.evolve(field, kind="keyword", column=column, limit=KEYWORD_LIMIT, normalizer=(), type="")
        return SearchField(name, name, "none")

    def _typed(self, base: str, name: str) -> SearchField:
        declared = self.view.mapping.fields.get(base)
        if declared is not None and declared.type == "alias":
            return attrs.evolve(self[declared.base], name=name)
        if declared is not None and declared.type in DECLARED:
            return self._declared(declared, name)
        if (outer := self.view.mapping.within(base)) is not None:
            return self._flattened(outer, [base], name)
        sources = [base, *self.view.mapping.copies.get(base, ())]
        kinds, paths = self._kinds_of(sources)
        if not paths or self.view.mapping.hides(base):
            return SearchField(name, base, "none")
        kind = compared(kinds)
        return SearchField(
            name, base, kind, tuple(sorted(paths)), tuple(sorted(json_types(kinds))), exact_type(kinds, kind),
            self._column(base, kind, paths) if len(sources) == 1 else None, sources=self._visible(sources),
        )  # fmt: skip

    def _declared(self, declared: Declared, name: str) -> SearchField:
        """Return a declared field, or the part of its parent's values that a multi-field compares its own way."""
        if declared.type == "flattened":
            return self._flattened(
                declared, [n for n in self.view.catalogue if n.startswith(f"{declared.name}.")], name
            )
        kind, options = DECLARED[declared.type], declared.options
        if declared.type == "constant_keyword":
            known = self.view.allowed(declared.name) and declared.name not in self.view.replacements
            value = literal(options["value"])
            return SearchField(name, name, "keyword" if known else "none", type=declared.type, computed=value)
        if kind == "range":
            return self._ranges(declared, name)
        sources = [declared.base, *self.view.mapping.copies.get(declared.base, ())]
        kinds, paths = self._kinds_of(sources)
        null = options.get("null_value")
        if null is not None and self.view.allowed(declared.base) and declared.base not in self.view.replacements:
            paths |= self.view.shape.get(declared.base, {}).get("NULL", frozenset())
        if not paths:
            return SearchField(name, declared.base, "none")
        exact = exact_type(kinds, kind) if declared.type == "double" else ""
        plain = null is None and len(sources) == 1 and "format" not in options
        return SearchField(
            name, declared.base, kind, tuple(sorted(paths)), tuple(sorted(json_types(kinds))), exact,
            self._column(declared.base, kind, paths) if plain else None,
            limit=options.get("ignore_above"), normalizer=declared.normalizer,
            null=None if null is None else text_of(null),
            format=options.get("format", NANOS_FORMAT if declared.type == "date_nanos" else ""),
            type=declared.type,
            unit=(NANOS, DATES.get(declared.type, NANOS)),
            factor=options.get("scaling_factor"), sources=self._visible(sources),
            listed=can_list(declared),
        )  # fmt: skip

    def _ranges(self, declared: Declared, name: str) -> SearchField:
        """Return the ranges of a field, unless some part of them is hidden or masked."""
        view, own = self.view, declared.name
        ends = {field: kinds for field, kinds in view.shape.items() if field.startswith(f"{own}.")}
        kinds = view.shape.get(own, {})
        paths = {way.rpartition(".")[0] for found in ends.values() for way in paths_of(found)}
        paths |= kinds.get("OBJECT", frozenset()) | kinds.get("VARCHAR", frozenset())
        if not paths or not all(view.allowed(field) and field not in view.replacements for field in (own, *ends)):
            return SearchField(name, own, "none")
        spec = orjson.dumps([declared.type, declared.options]).decode()
        return SearchField(
            name, own, "range", tuple(sorted(paths)), ("OBJECT", "VARCHAR"), type=declared.type, spec=spec,
            format=declared.options.get("format", ""), listed=can_list(declared),
        )  # fmt: skip

    def _flattened(self, declared: Declared, names: Collection[str], name: str) -> SearchField:
        """Return values inside a flattened object, which compare as whole texts; a range has none inside."""
        if declared.type != "flattened":
            return SearchField(name, name, "none")
        kinds, paths = self._kinds_of(names)
        if not paths:
            return SearchField(name, name, "none")
        types, limit = tuple(sorted(json_types(kinds))), declared.options.get("ignore_above")
        return SearchField(
            name, name, "keyword", tuple(sorted(paths)), types, limit=limit,
            type="flattened" if name == declared.name else "keyword", listed=can_list(declared),
        )  # fmt: skip

    def _visible(self, names: Collection[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name in self.view.catalogue)

    def _kinds_of(self, names: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Return the kinds and the paths of the values of some fields, as far as the caller may know them."""
        found = [self.view.catalogue.get(name, {}) for name in names]
        kinds = frozenset(kind for one in found for kind in one)
        return kinds, frozenset(path for one in found for paths in one.values() for path in paths)

    def _column(self, base: str, kind: Kind, paths: Collection[str]) -> TypedColumn | None:
        """Return the column of a field, unless it also shows objects or is of a type that these values don't have."""
        column = self.view.by_field.get(base)
        if column is None or base in self.view.mixed:
            return None
        fits = column.type.removesuffix("[]").partition("(")[0] in COLUMN_TYPES.get(kind, ())
        return column if fits and is_list(paths) == column.type.endswith("[]") else None


def exact_type(kinds: Collection[str], kind: Kind) -> str:
    """Return the SQL type that tells numbers apart which doubles would merge, or ""."""
    found = sql_type(kinds) if kind == "double" and only_numbers(values_of(kinds)) else ""
    return found if found.startswith("DECIMAL") or found == "VARCHAR" else ""


def can_list(declared: Declared) -> bool:
    """Tell whether the values of a field are kept by document, as they are unless that is declared otherwise."""
    return declared.options.get("doc_values", True) in (True, "true")


def text_of(value: object) -> str:
    """Return a declared value as the text that a document would hold."""
    return str(value).lower() if isinstance(value, bool) else str(value)
