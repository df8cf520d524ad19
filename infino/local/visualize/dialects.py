"""How queries of visualizations are written: for the engine here, and for the stores behind connections."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from infino.local.http import Problem, illegal
from infino.local.sources.relational import statements
from infino.local.store import identifier, literal
from infino.local.values.families import INTEGERS

TEXT = ("VARCHAR", "JSON")
_MYSQL = {
    "minute": "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:00')",
    "hour": "DATE_FORMAT({0}, '%Y-%m-%d %H:00:00')",
    "day": "DATE({0})",
    "week": "DATE({0}) - INTERVAL WEEKDAY({0}) DAY",
    "month": "DATE_FORMAT({0}, '%Y-%m-01')",
    "quarter": "MAKEDATE(YEAR({0}), 1) + INTERVAL QUARTER({0}) - 1 QUARTER",
    "year": "MAKEDATE(YEAR({0}), 1)",
}
_SQLITE = {
    "minute": "strftime('%Y-%m-%dT%H:%M:00', {0})",
    "hour": "strftime('%Y-%m-%dT%H:00:00', {0})",
    "day": "strftime('%Y-%m-%dT00:00:00', {0})",
    "week": "strftime('%Y-%m-%dT00:00:00', {0}, 'weekday 0', '-6 days')",
    "month": "strftime('%Y-%m-01T00:00:00', {0})",
    "quarter": "strftime('%Y-', {0}) || substr('0' || ((strftime('%m', {0}) - 1) / 3 * 3 + 1), -2) || '-01T00:00:00'",
    "year": "strftime('%Y-01-01T00:00:00', {0})",
}
_WITHOUT_LIMIT = ("oracle", "tsql")
_EXACT = (*INTEGERS, "UBIGINT", "HUGEINT", "DECIMAL", "DOUBLE")


class Dialect:
    """How queries are written for the engine here."""

    name = "duckdb"
    grouped_subqueries = True
    lists = True

    def identifier(self, name: str) -> str:
        """Quote a name."""
        return identifier(name)

    def as_text(self, expression: str) -> str:
        """Read a value as text."""
        return f"{expression}::VARCHAR"

    def truncated(self, column: str, bucket: str) -> str:
        """Cut the moments of a quoted column into spans, weeks from Monday."""
        return f"date_trunc({literal(bucket)}, {column})"

    def limited(self, sql: str, limit: int, offset: int) -> str:
        """Take a part of the rows."""
        return f"{sql}\nLIMIT {limit}" + (f" OFFSET {offset}" if offset else "")

    def unless(self, condition: str) -> str:
        """Say that a condition does not hold; what is missing meets none, so a plain NOT would lose it."""
        return f"NOT coalesce({condition}, false)"

    def contains(self, column: str, text: str) -> str:
        """Say that a column holds a text."""
        return f"contains({self.as_text(column)}, {literal(text)})"

    def comparable(self, column: str, kind: str) -> str:
        """Write a column so that constants of its kind can be compared with it."""
        zoned = "TZ" in kind or "ZONE" in kind
        return f"{column}::TIMESTAMPTZ" if self.is_time(kind) and not zoned else column

    def is_time(self, kind: str) -> bool:
        """Tell whether a column holds moments."""
        return kind.startswith(("TIMESTAMP", "DATE"))

    def moment(self, value: datetime, kind: str) -> str:
        """Write a moment, which has a zone."""
        return f"TIMESTAMPTZ {literal(value.isoformat())}"

    def constant(self, value: Any, kind: str) -> str:
        """Write a value for a column; one of another kind is null, and matches nothing."""
        text = literal(plain(value))
        # A cast would round what lies between two whole numbers, or has more digits than the column, to another value.
        exact = _digits(value) if kind.startswith(_EXACT) and not isinstance(value, bool) else None
        return exact or (text if kind in TEXT else f"TRY_CAST({text} AS {kind})")


class StoreDialect(Dialect):
    """How queries are written for a store behind a connection; its constants and names are quoted as sqlglot knows it.

    Args:
        name: What sqlglot calls the dialect.
    """

    lists = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.grouped_subqueries = name not in _WITHOUT_LIMIT

    def _column(self, name: str) -> exp.Expr:
        return exp.Var(this=name)  # it is quoted already

    def _text(self, text: str) -> str:
        return exp.Literal.string(text).sql(dialect=self.name)

    def identifier(self, name: str) -> str:
        return exp.to_identifier(name, quoted=True).sql(dialect=self.name)

    def as_text(self, expression: str) -> str:
        return exp.cast(self._column(expression), "text").sql(dialect=self.name)

    def truncated(self, column: str, bucket: str) -> str:
        if self.name == "oracle":
            raise illegal("mapping.x.bucket can't be used with oracle_db")
        if self.name == "mysql":
            return f"CAST({_MYSQL[bucket].format(column)} AS DATETIME)"
        if self.name == "sqlite":
            return _SQLITE[bucket].format(column)
        return exp.TimestampTrunc(this=self._column(column), unit=exp.var(bucket.upper())).sql(dialect=self.name)

    def limited(self, sql: str, limit: int, offset: int) -> str:
        if self.name not in _WITHOUT_LIMIT:
            return super().limited(sql, limit, offset)
        query = parsed(sql, self.name)
        if not isinstance(query, exp.Query):
            raise illegal("source.sql.raw_query must be one SELECT")
        query = query.limit(limit)
        text = (query.offset(offset) if offset else query).sql(dialect=self.name)
        if lost := self._parts(sql) - self._parts(text):
            reason = f"the query can't be limited: [{next(iter(lost))}] of it would be lost; write a limit into it"
            raise illegal(reason)
        return text

    def _parts(self, sql: str) -> Counter[str]:
        """Count what must still be there when a query was read and written again."""
        kept = (TokenType.STRING, TokenType.NUMBER, TokenType.COMMA)
        return Counter(token.text for token in sqlglot.tokenize(sql, dialect=self.name) if token.token_type in kept)

    def unless(self, condition: str) -> str:
        return f"CASE WHEN {condition} THEN 0 ELSE 1 END = 1"

    def contains(self, column: str, text: str) -> str:
        place = exp.StrPosition(this=self._column(self.as_text(column)), substr=exp.Literal.string(text))
        return f"{place.sql(dialect=self.name)} > 0"

    def comparable(self, column: str, kind: str) -> str:
        if self.name == "sqlite" and self.is_time(kind):
            return f"strftime('%Y-%m-%d %H:%M:%f', {column})"
        return self.as_text(column) if self._kind(kind) is None else column

    def is_time(self, kind: str) -> bool:
        return self._kind(kind) in (_MOMENT, _ZONED)

    def _kind(self, declared: str) -> frozenset[exp.DType] | None:
        try:
            found = exp.DataType.build(declared, dialect=self.name)
        except SqlglotError:
            return None
        return next((types for types in (_NUMBER, _YES_NO, _ZONED, _MOMENT, _TEXT) if found.is_type(*types)), None)

    def moment(self, value: datetime, kind: str) -> str:
        if self.name == "sqlite":
            return self._text(value.replace(tzinfo=None).isoformat(" ", "milliseconds"))
        # MySQL shows its own timestamps without a zone, as it does those that have none.
        zoned = self._kind(kind) == _ZONED and self.name != "mysql"
        text = (value if zoned else value.replace(tzinfo=None)).isoformat(" ")
        return exp.cast(exp.Literal.string(text), "timestamptz" if zoned else "timestamp").sql(dialect=self.name)

    def constant(self, value: Any, kind: str) -> str:
        known = self._kind(kind)
        if known == _NUMBER:
            try:
                number = Decimal(int(value) if isinstance(value, bool) else str(value))
            except InvalidOperation:
                return "NULL"
            return str(number) if number.is_finite() else "NULL"
        if known == _YES_NO:
            meant = {"true": exp.true(), "false": exp.false()}.get(plain(value).lower(), exp.null())
            return meant.sql(dialect=self.name)
        return self._text(plain(value))


_NUMBER = frozenset(exp.DataType.NUMERIC_TYPES)
_YES_NO = frozenset({exp.DType.BOOLEAN})
_ZONED = frozenset({exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ})
_MOMENT = frozenset(exp.DataType.TEMPORAL_TYPES) - _ZONED - {exp.DType.TIME, exp.DType.TIMETZ}
_TEXT = frozenset(exp.DataType.TEXT_TYPES)


def _digits(value: Any) -> str | None:
    """Write a number as the engine reads it exactly; None for what is none, or has more digits than it knows."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < 18 else None


def plain(value: Any) -> str:
    """Write a value as text, true and false in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def parsed(sql: str, dialect: str) -> exp.Expr:
    """Read a query in a dialect.

    Raises:
        Problem: 400 where it can't be read.
    """
    found = statements(sql, dialect)
    if not found:
        raise Problem(400, "parsing_exception", f"No expression was parsed from '{sql}'")
    return found[0]
