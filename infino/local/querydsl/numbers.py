"""Numbers of requests, digit for digit, as SQL of the fields they are compared with."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import Any

from infino.local.querydsl.fields import SearchField
from infino.local.querydsl.problems import illegal, shard
from infino.local.querydsl.reading import short

Test = Callable[[str], str]
"""Gives the SQL condition on one value."""
DECIMAL = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*", re.ASCII)


def number_of(value: Any) -> Decimal:
    """Return the number a query value stands for, digit for digit, or raise the 400 for one that is none."""
    if isinstance(value, bool):
        raise shard(f'failed to create query: For input string: "{str(value).lower()}"')
    if isinstance(value, str):
        if not DECIMAL.fullmatch(value):
            raise shard(f'failed to create query: For input string: "{short(value)}"')
    elif not isinstance(value, int | float | Decimal):
        raise shard(f'failed to create query: For input string: "{short(value)}"')
    number = Decimal(repr(value) if isinstance(value, float) else value)
    if not -1e308 < number < 1e308:
        raise shard(f"failed to create query: [{short(value)}] is out of range")
    return number


def number_literal(number: Decimal) -> str:
    """Return a number as SQL of no field's type; whole ones stay whole."""
    if number == number.to_integral_value() and abs(number) < 2**126:
        return f"{int(number)}::hugeint"
    return f"{float(number)!r}::double"


def nearest(field: SearchField, number: Decimal, rounding: str = ROUND_FLOOR) -> Decimal | None:
    """Return the number of a field's type that is next to one, or None beyond all that the type holds.

    Args:
        field: A numeric field, told apart.
        number: The number.
        rounding: Which way to look; doubles have the nearest one, whatever this says.
    """
    if field.kind == "double":
        return Decimal(repr(float(number)))
    scale, most = 0, 2**127
    if field.kind == "decimal":
        scale = int(field.exact.rstrip(")").rpartition(",")[2])
        most = 10 ** (38 - scale)
    with localcontext() as context:
        context.prec = 400
        found = number.quantize(Decimal(1).scaleb(-scale), rounding)
    return found if abs(found) < most else None


def number_text(field: SearchField, value: Any) -> str | None:
    """Return the text of a request's number in a field's type, or None where no value of the field can be it."""
    number = number_of(value)
    found = nearest(field, number)
    return None if found is None or found != number else repr(float(found)) if field.kind == "double" else f"{found:f}"


def number_sql(field: SearchField, value: Any, where: str) -> str:
    """Return a request's number as SQL of a field's type, or raise the 400 for one that the type does not hold."""
    text = number_text(field, value)
    if text is None:
        raise illegal(f"[{where}] {short(value)} can't stand among the values of the field [{short(field.name)}]")
    return f"'{text}'::{field.sql_type}"


def number_test(field: SearchField, operator: str, value: Any) -> Test:
    """Return the SQL test of a field's value against a number.

    Args:
        field: A numeric field, told apart.
        operator: `=`, `<`, `<=`, `>` or `>=`.
        value: The number of the request.
    """
    number = number_of(value)
    if field.factor is not None and operator == "=":
        number = Decimal(repr(math.floor(float(number) * field.factor + 0.5) / field.factor))
    bound = nearest(field, number, ROUND_CEILING if operator in (">=", "<") else ROUND_FLOOR)
    if bound is None:
        met = operator[0] == ("<" if number > 0 else ">")
        return lambda x: f"({x} is not null and {str(met).lower()})"
    if bound != number:
        if operator == "=":
            return lambda x: "false"
        operator = operator[0] + "=" * ((bound > number) == (operator[0] == ">"))
    text = repr(float(bound)) if field.kind == "double" else f"{bound:f}"
    return lambda x: f"{x} {operator} '{text}'::{field.sql_type}"
