"""What builders are made of: metrics and conditions on fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import attrs
from dateutil.parser import isoparse

from infino.core.errors import ValidationError


@attrs.frozen
class Metric:
    """What is computed for each group: made by `count`, `total`, `avg`, `lowest` and `highest`.

    Args:
        function: count, sum, avg, min or max.
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


@attrs.frozen
class Field:
    """A field that filters speak of, made by `field`.

    Args:
        name: Its name, unquoted.
    """

    name: str

    def _filter(self, operator: str, value: Any = None) -> dict[str, Any]:
        found = {"field": self.name, "operator": operator}
        return found if value is None and operator in ("exists", "does_not_exist") else {**found, "value": value}

    def equals(self, value: Any) -> dict[str, Any]:
        """Keep records where the field has this value."""
        return self._filter("is", plain_moment(value))

    def differs(self, value: Any) -> dict[str, Any]:
        """Keep records where the field has another value, or none."""
        return self._filter("is_not", plain_moment(value))

    def is_one_of(self, values: Sequence[Any]) -> dict[str, Any]:
        """Keep records where the field has one of these values."""
        return self._filter("is_one_of", self._list(values))

    def is_none_of(self, values: Sequence[Any]) -> dict[str, Any]:
        """Keep records where the field has none of these values."""
        return self._filter("is_not_one_of", self._list(values))

    def _list(self, values: Sequence[Any]) -> list[Any]:
        if isinstance(values, str) or not values:
            raise ValidationError(f"the filter on {self.name!r} takes a list that is not empty", operation="charts")
        return [plain_moment(value) for value in values]

    def between(self, low: Any, high: Any) -> dict[str, Any]:
        """Keep records where the field lies between two values, both included."""
        return self._filter("is_between", [plain_moment(low), plain_moment(high)])

    def not_between(self, low: Any, high: Any) -> dict[str, Any]:
        """Keep records where the field lies outside two values."""
        return self._filter("is_not_between", [plain_moment(low), plain_moment(high)])

    def contains(self, text: str | float | bool) -> dict[str, Any]:
        """Keep records where the text of the field holds this text."""
        if isinstance(text, list | tuple | Mapping) or text is None:
            raise ValidationError(f"the filter on {self.name!r} takes one text or number", operation="charts")
        return self._filter("contains", text)

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
    known = [_seconds(span[side]) for side in ("from", "to")]
    if known[0] > known[1]:
        raise ValidationError(f"the span ends before it begins: {start} to {end}", operation="charts")
    return span


def _seconds(moment: str | int) -> float:
    if not isinstance(moment, str):
        return moment / 1000
    try:
        found = isoparse(moment)
    except ValueError:
        problem = f"{moment!r} is no moment: give a datetime, ISO text, or milliseconds since 1970"
    else:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    raise ValidationError(problem, operation="charts")


def plain_moment(value: Any) -> Any:
    """Write a date or time as ISO text; other values stay."""
    return value.isoformat() if isinstance(value, date | datetime) else value
