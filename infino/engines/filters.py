"""Filters of Spark as conditions of SQL, where both mean the same; all others are left to Spark."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from infino.plans.statement import identifier, literal
from infino.results import arrays

_COMPARED: Final = {
    "EqualTo": "=",
    "GreaterThan": ">",
    "GreaterThanOrEqual": ">=",
    "LessThan": "<",
    "LessThanOrEqual": "<=",
}


def condition(filter: Any, schema: Any) -> str | None:
    """Return a filter as a condition of SQL, or None where SQL might see it otherwise.

    A text is compared for equality only: in which order texts stand is a matter of the engine. Numbers compare with
    numbers and times with times of the same kind; NaN, which Spark orders, is never stored.

    Args:
        filter: A filter of `pyspark.sql.datasource`.
        schema: The types in which the service has the columns, as Arrow. Spark may be promised others.
    """
    # By name: importing the classes would need pyspark, and these functions are tested without.
    if type(filter).__name__ == "Not":
        inner = condition(filter.child, schema)
        return None if inner is None else f"NOT ({inner})"
    # Only whole columns: how engines write a field of a struct differs.
    name = ".".join(filter.attribute) if len(filter.attribute) == 1 else ""
    if name not in schema.names:
        return None
    column, kind = identifier(name), schema.field(name).type
    match type(filter).__name__:
        case "IsNull":
            return f"{column} IS NULL"
        case "IsNotNull":
            return f"{column} IS NOT NULL"
        case "In" if filter.value and all(_same(value, kind, "=") for value in filter.value):
            return f"{column} IN ({', '.join(map(literal, filter.value))})"
        # Spark's `<=>`, which is false for null and not null; so that NOT of it is true there.
        case "EqualNullSafe" if _same(filter.value, kind, "="):
            return f"({column} IS NOT NULL AND {column} = {literal(filter.value)})"
        case operator if operator in _COMPARED and _same(filter.value, kind, _COMPARED[operator]):
            return f"{column} {_COMPARED[operator]} {literal(filter.value)}"
    return None


def _same(value: Any, kind: Any, operator: str) -> bool:
    """Return whether a comparison means the same in SQL."""
    types = arrays.arrow().types
    if types.is_boolean(kind):
        return isinstance(value, bool) and operator == "="
    if isinstance(value, bool) or value is None:
        return False
    if types.is_string(kind):
        return isinstance(value, str) and operator == "=" and "\x00" not in value
    if types.is_integer(kind):
        return isinstance(value, int)
    if types.is_float64(kind):
        # False for infinities and NaN, whose difference to themselves is NaN.
        return isinstance(value, float) and value - value == 0
    if types.is_timestamp(kind):
        return isinstance(value, datetime) and (value.tzinfo is None) == (kind.tz is None)
    if types.is_date(kind):
        return isinstance(value, date) and not isinstance(value, datetime)
    return types.is_decimal(kind) and isinstance(value, Decimal) and value.is_finite()
