"""Filters and time ranges as SQL conditions over the columns that a caller may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from infino.local.values.dates import read_iso
from infino.local.visualize.dialects import Dialect, plain


class Unfit(Exception):
    """A filter that can't be applied; its text says why."""


@attrs.frozen
class Conditions:
    """What of the filters holds.

    Args:
        sql: Conditions, to be joined by AND.
        applied: Fields that were applied.
        skipped: Fields that were not, each with the reason.
    """

    sql: tuple[str, ...]
    applied: tuple[str, ...]
    skipped: tuple[Mapping[str, str], ...]


def meant_elsewhere(one: Mapping[str, Any], dataset: str) -> str | None:
    """Why a filter's `query_type` or `index` is not that of a source in SQL over the dataset; None where it fits."""
    if one.get("query_type") not in (None, "", "sql"):
        return f"it is a filter for {one['query_type']}, and the source is asked in SQL"
    if one.get("index") not in (None, "", dataset):
        return f"it is a filter for the dataset {one['index']}"
    return None


def merged(
    saved: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]], dataset: str
) -> list[Mapping[str, Any]]:
    """Join saved and given filters; on the same field the given ones win, where they are meant for the dataset."""
    fields = {one.get("field") for one in given if meant_elsewhere(one, dataset) is None}
    return [*(one for one in saved if one.get("field") not in fields), *given]


def conditions(
    filters: Sequence[Mapping[str, Any]], dataset: str, types: Mapping[str, str], dialect: Dialect
) -> Conditions:
    """Write filters as SQL.

    Args:
        filters: The filters; those that are not enabled say nothing.
        dataset: What is read.
        types: Types of the columns by name.
        dialect: How they are written.

    Returns:
        The conditions; a filter that can't be applied is named with its reason and never fails the call.
    """
    sql, applied, skipped = [], [], []
    for one in filters:
        if one.get("enabled") is False:
            continue
        field = str(one.get("field", "")).strip('"`')
        try:
            if reason := meant_elsewhere(one, dataset):
                raise Unfit(reason)
            # Also a field that is hidden from the caller, so that a filter cannot find out its values.
            if field not in types:
                raise Unfit(f"there is no field {field}")
            comparison = _Comparison(dialect.identifier(field), types[field], dialect)
            sql.append(comparison.condition(str(one.get("operator")), one.get("value")))
            applied.append(field)
        except Unfit as problem:
            skipped.append({"field": field, "reason": str(problem)})
    return Conditions(tuple(sql), tuple(applied), tuple(skipped))


@attrs.frozen
class _Comparison:
    """Conditions on one column.

    Args:
        column: Its name, quoted.
        kind: Its type.
        dialect: How they are written.
    """

    column: str
    kind: str
    dialect: Dialect

    def condition(self, operator: str, value: Any) -> str:
        match operator:
            case "is" | "is_not":
                found = self._equal([value])
            case "is_one_of" | "is_not_one_of":
                if not isinstance(value, list) or not value:
                    raise Unfit(f"{operator} takes a list that is not empty")
                found = self._equal(value)
            case "is_between" | "is_not_between":
                low, high = map(self._constant, _ends(value))
                found = f"{self.dialect.comparable(self.column, self.kind)} BETWEEN {low} AND {high}"
            case "exists" | "does_not_exist":
                found = f"{self.column} IS NOT NULL"
            case "contains":
                if isinstance(value, dict | list) or value is None:
                    raise Unfit("contains takes one text, number or yes or no")
                found = self.dialect.contains(self.column, plain(value))
            case _:
                raise Unfit(f"there is no operator {operator}")
        negative = operator in ("is_not", "is_not_one_of", "is_not_between", "does_not_exist")
        return self.dialect.unless(found) if negative else f"({found})"

    def _equal(self, values: Sequence[Any]) -> str:
        if any(isinstance(value, dict | list) for value in values):
            raise Unfit("values must be texts, numbers, yes or no, or null")
        return " OR ".join(f"{self.column} IS NULL" if value is None else self._is(value) for value in values)

    def _is(self, value: Any) -> str:
        # A list matches by any of its items, as in a search.
        if self.kind.endswith("[]") and self.dialect.lists:
            return f"list_contains({self.column}, {self.dialect.constant(value, self.kind[:-2])})"
        return f"{self.dialect.comparable(self.column, self.kind)} = {self._constant(value)}"

    def _constant(self, value: Any) -> str:
        if self.dialect.is_time(self.kind):
            return self.dialect.moment(moment(value), self.kind)
        return self.dialect.constant(value, self.kind)


def _ends(value: Any) -> tuple[Any, Any]:
    if isinstance(value, list) and len(value) == 2:
        return value[0], value[1]
    if isinstance(value, Mapping) and {"from", "to"} <= set(value):
        return value["from"], value["to"]
    raise Unfit("a span is [low, high] or {from, to}")


def moment(value: Any) -> datetime:
    """Read a moment: milliseconds since 1970, or ISO 8601 in UTC where it names no zone.

    Raises:
        Unfit: It is neither.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        return read_iso(str(value))
    except (ValueError, OverflowError, OSError):
        raise Unfit(f"{value!r} is not a moment: send ISO 8601 or milliseconds") from None


def time_filter(span: Mapping[str, Any] | None, column: str) -> list[Mapping[str, Any]]:
    """Turn an absolute span of time into a filter; a relative one is stored only, as the service does it."""
    if not span or "from" not in span or "to" not in span:
        return []
    value = {"from": span["from"], "to": span["to"]}
    return [{"field": column, "operator": "is_between", "value": value, "is_time_filter": True}]
