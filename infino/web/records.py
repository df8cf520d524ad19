"""The records behind a mark of a chart: the query that finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from infino.core.errors import ValidationError

LIMIT = 200
Node = Mapping[str, Any]


class RecordConditions:
    """Conditions that all hold, with their values apart from their text."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.values: list[Any] = []

    def add(self, text: str, *values: Any) -> None:
        """Add one, with a value for each `?`."""
        self.texts.append(text)
        self.values += values


def has_records(spec: Node) -> bool:
    """Whether records can be told of the marks of a visualization: not of a query that is written out, whose columns
    and conditions are its own, nor where rows are records already or there is no mark."""
    source, kind = spec.get("source") or {}, (spec.get("chart") or {}).get("type")
    if source.get("kind", "sql") != "sql" or source.get("connection_id") or (source.get("sql") or {}).get("raw_query"):
        return False
    return kind not in ("table", "metric", "gauge")


def query(
    spec: Node, row: Node | None, filters: Sequence[Node], time_range: Node | None, skipped: Sequence[str] = ()
) -> tuple[str, list[Any]]:
    """Write the query of the records behind a row of a visualization.

    Args:
        spec: The visualization.
        row: The row: its values on the axes choose the records; None for all.
        filters: Filters of this view; on the same field they win over saved ones.
        time_range: Span of this view, with `from` and `to`.
        skipped: Fields whose filters did not narrow the chart, and so do not narrow its records.

    Returns:
        The statement with `?` for each value, and the values.

    Raises:
        ValidationError: The records cannot be listed.
    """
    source = spec.get("source") or {}
    if not has_records(spec):
        problem = (
            "records are told of charts that group a dataset, not of queries that are written out or of other sources"
        )
        raise ValidationError(problem, operation="web.records")
    found = RecordConditions()
    fields = {one.get("field") for one in filters}
    for one in [*(one for one in spec.get("filters") or () if one.get("field") not in fields), *filters]:
        if one.get("enabled") is not False and one.get("field") not in skipped:
            _filter(found, one)
    span = time_range or spec.get("time_range") or {}
    time_column = (source.get("sql") or {}).get("time_column") or "@timestamp"
    if span.get("from") and span.get("to") and time_column not in skipped:
        column = _name(time_column)
        found.add(f"{column} BETWEEN ? AND ?", _moment(span["from"]), _moment(span["to"]))
    if row is not None:
        _place(found, spec, row)
    where = f" WHERE {' AND '.join(found.texts)}" if found.texts else ""
    return f"SELECT * FROM {_name(source.get('index'))}{where} LIMIT {LIMIT}", found.values  # noqa: S608 - names quoted, values apart


def _unaggregated(spec: Node) -> list[Any]:
    """Columns of values that are those of single records, so that each mark is one."""
    if (spec.get("chart") or {}).get("type") == "scatter":
        return list((spec.get("mapping") or {}).get("y") or ())[:1]
    metrics = ((spec.get("source") or {}).get("sql") or {}).get("metrics") or ()
    return [one.get("column") for one in metrics[:1] if one.get("function") == "none"]


def _place(found: RecordConditions, spec: Node, row: Node) -> None:
    mapping = spec.get("mapping") or {}
    x = mapping.get("x")
    column, bucket = (x.get("column"), x.get("bucket")) if isinstance(x, Mapping) else (x, None)
    for name in dict.fromkeys((column, mapping.get("series"), *_unaggregated(spec))):
        if not name or name not in row:
            continue
        value = row[name]
        # The service sums up small values under this name; no record holds it.
        if mapping.get("other_bucket") and name == column and value == "Other":
            raise ValidationError("'Other' is many values: its records cannot be listed", operation="web.records")
        if isinstance(value, list | Mapping):
            raise ValidationError(f"{name} is a list here: its records cannot be listed", operation="web.records")
        if value is None:
            found.add(f"{_name(name)} IS NULL")
        elif bucket and name == column:
            found.add(f"date_trunc('{_word(bucket)}', {_name(name)}) = ?", _moment(value))
        else:
            found.add(f"{_name(name)} = ?", value)


def _filter(found: RecordConditions, one: Node) -> None:
    column, operator, value = _name(one.get("field")), one.get("operator"), one.get("value")
    negative = operator in ("is_not", "is_not_one_of", "is_not_between", "does_not_exist")
    values: Sequence[Any] = ()
    match operator:
        case "is" | "is_not" | "is_one_of" | "is_not_one_of":
            values = value if isinstance(value, list) else [value]
            text = " OR ".join(f"{column} IS NULL" if each is None else f"{column} = ?" for each in values)
            values = [each for each in values if each is not None]
        case "is_between" | "is_not_between":
            values = [value["from"], value["to"]] if isinstance(value, Mapping) else list(value or ())
            text = f"{column} BETWEEN ? AND ?"
        case "exists" | "does_not_exist":
            text = f"{column} IS NOT NULL"
        case "contains":
            text, values = f"strpos(CAST({column} AS VARCHAR), ?) > 0", [str(value)]
        case _:
            raise ValidationError(f"there is no operator {operator!r}", operation="web.records")
    if text.count("?") != len(values) or not text:
        raise ValidationError(f"the filter on {one.get('field')!r} has no fitting value", operation="web.records")
    # What is missing is not equal and not between: a plain NOT would lose it.
    found.add(f"NOT coalesce({text}, false)" if negative else f"({text})", *values)


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise ValidationError("the visualization names no dataset or column", operation="web.records")
    # Saved visualizations may quote their names; a quote inside is doubled, as SQL writes it.
    plain = name.strip('"`')
    return '"' + plain.replace('"', '""') + '"'


def _word(bucket: Any) -> str:
    # It becomes part of the statement, where only values can be parameters.
    if not isinstance(bucket, str) or not bucket.isalpha():
        raise ValidationError(f"there is no bucket {bucket!r}", operation="web.records")
    return bucket


def _moment(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value
