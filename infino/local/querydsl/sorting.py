"""The order of hits: sort keys as SQL, their values in the answer, and where the next page goes on."""

from __future__ import annotations

import math
from typing import Any, Literal

import attrs

from infino.local.http import unsupported
from infino.local.querydsl.fields import DECLARED, NUMERIC, SQL_TYPES, SearchField
from infino.local.querydsl.numbers import number_literal, number_of, number_sql
from infino.local.querydsl.options import check_options
from infino.local.querydsl.plan import SearchPlan
from infino.local.querydsl.problems import content, illegal, parsing, shard
from infino.local.querydsl.reading import as_text, listed, short
from infino.local.values.dates import DEFAULT_FORMAT, DateContext, show_nanos

LEAST, GREATEST = -(2**63), 2**63 - 1
MODES = {"min": "list_min", "max": "list_max", "avg": "list_avg", "sum": "list_sum", "median": "list_median"}
SortKind = Literal["score", "place", "long", "double", "boolean", "date", "keyword", "decimal", "range", "none"]


@attrs.frozen
class SortKey:
    """One sort key.

    Args:
        kind: What it compares.
        sql: Its column among the matched documents.
        descending: Whether the greatest comes first.
        nulls_first: Where documents without a value go; only texts are without one here.
        format: The date format of the answer, if any.
        field: The field that it is by.
    """

    kind: SortKind
    sql: str
    descending: bool = False
    nulls_first: bool = False
    format: str | None = None
    field: SearchField | None = None

    @property
    def _bare(self) -> bool:
        """Whether nothing stands for documents without a value, though they are shown with one."""
        return self.kind == "decimal"

    @property
    def order(self) -> str:
        """The SQL of this key in ORDER BY."""
        return f"{self.sql} {'desc' if self.descending else 'asc'} nulls {'first' if self.nulls_first else 'last'}"

    def show(self, value: Any) -> Any:
        """Return a value as the answer has it."""
        if value is None:  # the type of decimals has no infinities
            return ("Infinity" if self.nulls_first == self.descending else "-Infinity") if self._bare else None
        if self.kind == "date" and self.format and LEAST < value < GREATEST:
            assert self.field is not None
            return show_nanos(int(value) * self.field.unit[0], self.format)
        if self.kind in ("long", "date", "boolean", "place") and float(value).is_integer():
            return int(value)
        if isinstance(value, float) and math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return value if self.field is None else self.field.shown(value)

    def after(self, plan: SearchPlan, value: Any) -> tuple[str, str]:
        """Return the SQL conditions that a document is beyond a value, and that it is level with it."""
        if value is None or (self._bare and value in ("Infinity", "-Infinity")):
            return (f"{self.sql} is not null" if self.nulls_first else "false"), f"{self.sql} is null"
        bound = self._bound(plan, value)
        beyond = f"{self.sql} {'<' if self.descending else '>'} {bound}"
        if not self.nulls_first:
            beyond = f"({beyond} or {self.sql} is null)"
        return f"coalesce({beyond}, false)", f"coalesce({self.sql} = {bound}, false)"

    def _bound(self, plan: SearchPlan, value: Any) -> str:
        if self.kind == "keyword":
            text = as_text(value, "search_after")
            return plan.bind(text if self.field is None else self.field.compared(text))
        if value in ("Infinity", "-Infinity"):
            return f"'{value}'::double"
        if self.kind == "date" and isinstance(value, str):
            assert self.field is not None
            return str(self.field.moment(value, DateContext(plan.now, format=self.format or DEFAULT_FORMAT)))
        if isinstance(value, bool) or value in ("true", "false"):
            value = int(value in (True, "true"))
        if self.field is not None and self.kind in NUMERIC:
            return number_sql(self.field, value, "search_after")
        return number_literal(number_of(value))


def read_sort(plan: SearchPlan, body: Any) -> list[SortKey]:
    """Return the keys of a `sort` element.

    Args:
        plan: Gives fields and columns; a key becomes an output column.
        body: A name, an object, or a list of them.
    """
    keys: list[SortKey] = []
    for item in listed(body):
        if isinstance(item, str):
            keys.append(sort_key(plan, item, {}))
            continue
        if not isinstance(item, dict):
            raise illegal("malformed sort format, either start array, start object, or an actual string")
        for name, given in item.items():
            options = {"order": given} if not isinstance(given, dict) else given
            keys.append(sort_key(plan, name, options))
    return keys


def sort_key(plan: SearchPlan, name: str, options: dict[str, Any]) -> SortKey:
    """Return one sort key."""
    check_options("sort", options)
    order = str(options.get("order") or ("desc" if name == "_score" else "asc")).lower()
    if order not in ("asc", "desc"):
        raise illegal(f"Unknown SortOrder [{short(order)}]")
    descending = order == "desc"
    if name in ("_score", "_doc", "_shard_doc"):
        if strange := sorted(options.keys() - {"order"}):
            raise content(f"[{name}] sort has no option [{strange[0]}]")
        return SortKey("score", "_score", descending) if name == "_score" else SortKey("place", "d", descending)
    if name in ("_script", "_geo_distance"):
        raise unsupported(f"the sort [{name}]")
    field = plan.fields[name]
    if field.kind == "none":
        return unmapped(plan, name, options, descending)
    check_values(field)
    if field.kind == "range":
        raise illegal(f"Sorting by range field [{name}] is not supported")
    return field_key(plan, field.finest(), options, descending)


def unmapped(plan: SearchPlan, name: str, options: dict[str, Any], descending: bool) -> SortKey:
    """Return the key of a field that no document has."""
    given = options.get("unmapped_type")
    if given is None and not plan.fields.declared(name):
        raise shard(f"No mapping found for [{short(name)}] in order to sort on")
    if given is None:
        return SortKey("none", plan.output("null::double"), descending)
    kind = DECLARED.get(str(given))
    if kind is None or kind in ("text", "range"):
        raise illegal(f"No mapper found for type [{short(given)}]")
    return stand_in_key(
        plan, SearchField(name, name, kind), f"null::{SQL_TYPES.get(kind, 'varchar')}", options, descending
    )


def no_fielddata(name: str) -> str:
    """Say why analysed text can be neither sorted nor aggregated, and what can."""
    return (
        f"Text fields are not optimised for operations that require per-document field data like aggregations and "
        f"sorting, so these operations are disabled by default. Please use a keyword field instead "
        f"([{name}.keyword]). Alternatively, set fielddata=true on [{name}] in order to load field data by "
        f"uninverting the inverted index. Note that this can use significant memory."
    )


def check_values(field: SearchField) -> None:
    """Refuse a field whose values can't be read document by document."""
    if field.kind == "text":
        raise illegal(no_fielddata(field.name))
    if not field.listed:
        raise illegal(
            f"Can't load fielddata on [{field.name}] because fielddata is unsupported on fields of type "
            f"[{field.type}]. Use doc values instead."
        )


def field_key(plan: SearchPlan, field: SearchField, options: dict[str, Any], descending: bool) -> SortKey:
    """Return the key of a field: one value a document, and a stand-in where there is none."""
    if options.get("mode") in (None, "min", "max"):  # any other mode works numbers out
        field = field.told_apart()
    value = one_value(plan, field, options.get("mode"), descending)
    return stand_in_key(plan, field, value, options, descending)


def stand_in_key(
    plan: SearchPlan, field: SearchField, value: str, options: dict[str, Any], descending: bool
) -> SortKey:
    """Return the key of one value a document, with what stands for none."""
    pattern = options.get("format")
    if pattern is not None and not isinstance(pattern, str):
        raise parsing("[field_sort] format must be a text")
    if pattern is not None and field.kind != "date":
        raise unsupported(f"[format] in [sort] of the field [{short(field.name)}], which is not a date")
    missing = options.get("missing", "_last")
    if missing not in ("_first", "_last"):
        shown = plan.output(custom_missing(plan, field, value, missing))
        return SortKey(kind_of(field), shown, descending, format=pattern, field=field)
    first = missing == "_first"
    if field.kind in ("keyword", "decimal"):
        return SortKey(kind_of(field), plan.output(value), descending, first, field=field)
    low = first != descending
    stand_in = (
        f"'{'-' if low else ''}infinity'::double"
        if field.kind == "double"
        else f"{LEAST if low else GREATEST}::hugeint"
    )
    name = plan.output(f"coalesce({value}, {stand_in})")
    return SortKey(kind_of(field), name, descending, format=pattern, field=field)


def kind_of(field: SearchField) -> SortKind:
    """Return how a field sorts."""
    return "keyword" if field.kind == "text" else field.kind


def one_value(plan: SearchPlan, field: SearchField, mode: Any, descending: bool) -> str:
    """Return the SQL of the one value that a document is sorted by."""
    column = plan.column(field)
    mode = mode if mode is not None else "max" if descending else "min"
    if mode not in MODES:
        raise illegal(f"Unknown SortMode [{short(mode)}]")
    if field.kind in ("keyword", "boolean", "date") and mode not in ("min", "max"):
        raise illegal("we only support AVG, MEDIAN and SUM on number based fields")
    if field.many:
        column = f"{MODES[mode]}({column})"
        if field.kind == "long" and mode in ("avg", "median"):
            column = f"round({column})::hugeint"
    return f"({column})::int" if field.kind == "boolean" else column


def custom_missing(plan: SearchPlan, field: SearchField, value: str, missing: Any) -> str:
    """Return the SQL of a value with a stand-in of the request's own."""
    if field.kind == "keyword":
        return f"coalesce({value}, {plan.bind(field.compared(as_text(missing, 'missing')))})"
    if field.kind == "date":
        moment = field.moment(missing, DateContext(plan.now, format=field.format or DEFAULT_FORMAT))
        return f"coalesce({value}, {moment})"
    return f"coalesce({value}, {number_sql(field, missing, 'missing')})"


def after_condition(plan: SearchPlan, keys: list[SortKey], values: Any) -> str:
    """Return the SQL condition that a document comes after the last one of the page before."""
    if not isinstance(values, list) or not values:
        raise parsing("Values must contains at least one value.")
    if not keys:
        raise illegal("Sort must contain at least one field when using search_after")
    if len(values) != len(keys):
        raise illegal(f"search_after has {len(values)} value(s) but sort has {len(keys)}.")
    parts, level = [], "true"
    for key, value in zip(keys, values, strict=True):
        if isinstance(value, list | dict):
            raise content(f"Can't handle search_after field value of type [{type(value).__name__}]")
        beyond, same = key.after(plan, value)
        parts.append(f"({level} and {beyond})")
        level = f"{level} and {same}"
    return f"({' or '.join(parts)})"
