"""What builders are made of: metrics and conditions on fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import attrs
from dateutil.parser import isoparse

from infino.core.errors import ValidationError


def refuse(problem: str) -> ValidationError:
    """The error of a builder."""
    return ValidationError(problem, operation="charts")


@attrs.frozen
class Metric:
    """What is computed for each group: made by `count`, `total`, `avg`, `lowest` and `highest`.

    Args:
        function: count, sum, avg, min, max, or none for a column as it is.
        column: Column it is computed from.
    """

    function: str
    column: str | None = None

    @property
    def name(self) -> str:
        """The column of the answer: `count`, or as in `avg_dep_delay`."""
        return "count" if self.column is None else f"{self.function}_{self.column}"


def count() -> Metric:
    """Count the records.

    Examples:
        >>> Visualization.metric("Flights").sql("flights", metric=count())
    """
    return Metric("count")


def total(column: str) -> Metric:
    """Add up a column.

    Args:
        column: Name of the column.

    Examples:
        >>> Visualization.bar("Miles").sql("flights", x="carrier", metric=total("distance"))
    """
    return Metric("sum", column)


def avg(column: str) -> Metric:
    """Average a column.

    Args:
        column: Name of the column.

    Examples:
        >>> Visualization.bar("Late").sql("flights", x="carrier", metric=avg("dep_delay"))
    """
    return Metric("avg", column)


def lowest(column: str) -> Metric:
    """Take the smallest value of a column.

    Args:
        column: Name of the column.

    Examples:
        >>> Visualization.metric("Earliest").sql("flights", metric=lowest("dep_delay"))
    """
    return Metric("min", column)


def highest(column: str) -> Metric:
    """Take the largest value of a column.

    Args:
        column: Name of the column.

    Examples:
        >>> Visualization.metric("Latest").sql("flights", metric=highest("dep_delay"))
    """
    return Metric("max", column)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | bool | int | Decimal) or (isinstance(value, float) and math.isfinite(value))


def _is_value(value: Any) -> bool:
    return value is None or _is_scalar(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_value, value))


def _is_span(value: Any) -> bool:
    ends: Any = [value.get("from"), value.get("to")] if isinstance(value, Mapping) else value
    if not isinstance(ends, list) or len(ends) != 2 or not all(map(_is_scalar, ends)):
        return False
    # Only numbers are compared; texts may be times in any form.
    return not all(isinstance(end, int | float | Decimal) for end in ends) or bool(ends[0] <= ends[1])


# The operators of filters, with what their value must be.
_FITTING: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("is", "is_not"), (_is_value, "one text, number, yes or no, or None")),
    **dict.fromkeys(("is_one_of", "is_not_one_of"), (_is_list, "a list that is not empty, of texts and numbers")),
    **dict.fromkeys(("is_between", "is_not_between"), (_is_span, "two ends, the first not above the last")),
    **dict.fromkeys(("exists", "does_not_exist"), (lambda value: True, "nothing")),
    "contains": (_is_scalar, "one text or number"),
}


def checked_filter(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a filter as a spec has it.

    Raises:
        ValidationError: It names no field or operator, or its value does not fit.
    """
    if not isinstance(given, Mapping):
        raise refuse(f"a filter is made by field(...), not {type(given).__name__}")
    found = dict(given)
    name, operator = found.get("field"), found.get("operator")
    if not isinstance(name, str) or not name.strip():
        raise refuse("a filter needs the name of its field")
    if not isinstance(operator, str) or operator not in _FITTING:
        problem = f"the filter on {name!r} has the operator {operator!r}; there are {', '.join(_FITTING)}"
        raise refuse(problem)
    fits, wanted = _FITTING[operator]
    if not fits(found.get("value")):
        raise refuse(f"the filter on {name!r} takes {wanted}")
    return found


@attrs.frozen
class Field:
    """A field that filters speak of, made by `field`.

    Args:
        name: Its name, unquoted.
    """

    name: str

    def _filter(self, operator: str, **value: Any) -> dict[str, Any]:
        return checked_filter({"field": self.name, "operator": operator, **value})

    def equals(self, value: Any) -> dict[str, Any]:
        """Keep records where the field has this value."""
        return self._filter("is", value=plain_moment(value))

    def differs(self, value: Any) -> dict[str, Any]:
        """Keep records where the field has another value, or none."""
        return self._filter("is_not", value=plain_moment(value))

    def is_one_of(self, values: Iterable[Any]) -> dict[str, Any]:
        """Keep records where the field has one of these values."""
        return self._filter("is_one_of", value=self._list(values))

    def is_none_of(self, values: Iterable[Any]) -> dict[str, Any]:
        """Keep records where the field has none of these values."""
        return self._filter("is_not_one_of", value=self._list(values))

    def _list(self, values: Iterable[Any]) -> list[Any]:
        if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
            raise refuse(f"the filter on {self.name!r} takes a list that is not empty")
        return [plain_moment(value) for value in values]

    def between(self, low: Any, high: Any) -> dict[str, Any]:
        """Keep records where the field lies between two values, both included."""
        return self._filter("is_between", value=[plain_moment(low), plain_moment(high)])

    def not_between(self, low: Any, high: Any) -> dict[str, Any]:
        """Keep records where the field lies outside two values."""
        return self._filter("is_not_between", value=[plain_moment(low), plain_moment(high)])

    def contains(self, text: str | float | bool) -> dict[str, Any]:
        """Keep records where the text of the field holds this text."""
        return self._filter("contains", value=text)

    def exists(self) -> dict[str, Any]:
        """Keep records that have the field."""
        return self._filter("exists")

    def is_missing(self) -> dict[str, Any]:
        """Keep records that do not have the field."""
        return self._filter("does_not_exist")


def field(name: str) -> Field:
    """Name a field to filter by.

    Args:
        name: Its name, unquoted.

    Returns:
        The field, with a method for each condition.

    Examples:
        >>> field("origin").is_one_of(["JFK", "EWR"])
        {'field': 'origin', 'operator': 'is_one_of', 'value': ['JFK', 'EWR']}
    """
    return Field(name)


def span_of_time(start: datetime | str | int, end: datetime | str | int) -> dict[str, Any]:
    """Write a span as a spec has it; its ends are moments, the first before the last."""
    span = {"kind": "absolute", "from": plain_moment(start), "to": plain_moment(end)}
    if _moment(span["from"]) > _moment(span["to"]):
        raise refuse(f"the span ends before it begins: {start} to {end}")
    return span


def _moment(given: Any) -> datetime:
    try:
        if isinstance(given, str):
            found = isoparse(given)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(given, int | float) and not isinstance(given, bool):
            return datetime.fromtimestamp(given / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    problem = f"{given!r} is not a moment: give a datetime, ISO text, or milliseconds since 1970"
    raise refuse(problem)


def plain_moment(value: Any) -> Any:
    """Write a date or time as ISO text; other values stay."""
    return value.isoformat() if isinstance(value, date | datetime) else value
