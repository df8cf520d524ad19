"""SQL statements: the calls that send them, values bound into them, and whether one changes anything.

The service knows no bind variables, so values are written into the statement, each as a literal that it cannot
leave: quotes are doubled, negative numbers stand in brackets, and a placeholder that touches a word, a number or
a quote is refused because the literal would grow together with it. Whether a statement reads is told so that a doubt
always counts as a write.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from enum import Enum
from functools import partial
from itertools import pairwise
from typing import Any, Final, TypeAlias

import attrs
from infino_api.api.query import execute as _execute
from infino_api.api.query import sql as _sql

from infino.core.errors import ValidationError
from infino.core.values import is_months, plain
from infino.results.sql import SqlResult
from infino.runtime.call import Call

Params: TypeAlias = Sequence[Any] | Mapping[str, Any]

# Dollar quotes of PostgreSQL (its manual, 4.1.2.4): nothing in them is escaped, so they end at the same tag only.
_DOLLAR = re.compile(r"\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = re.compile(r"[\w$'\"`]")
# Placeholders of other drivers (PEP 249's `format` and `pyformat`, PostgreSQL, SQL Server), to name them in the error.
_FOREIGN = re.compile(r"%s|%\(\w+\)s|\$\w+|(?<![\w@])@\w+")
_BEFORE_LIST: Final = re.compile(r"\b(?:IN\s*\(?|VALUES)\s*\Z", re.IGNORECASE)
# How far back a list looks for its IN; `\Z` would otherwise search the whole statement for each value.
_NEAR: Final = 200
_SCALARS: Final = (str, int, float, Decimal, type(None))
_DIGITS: Final = 38
"""Digits of a decimal that engines keep."""
_LONGEST: Final = 400
"""Zeros that are written behind the digits of a decimal."""
# `IN ()` is a syntax error; a subquery without rows is true of nothing, and `NOT IN` of it of everything.
_NOTHING: Final = "(SELECT NULL WHERE 1 = 0)"
# A comment that opens another one inside is not a lead: some engines nest comments, others do not.
_LEAD = re.compile(r"(?:\s+|--[^\r\n]*|/\*(?:[^*/]|\*(?!/)|/(?!\*))*\*/|\()*")
_FIRST = re.compile(r"[A-Za-z]+\b")
# FROM leads a query in DuckDB, TABLE in PostgreSQL and MySQL.
_READS: Final = frozenset({"SELECT", "WITH", "VALUES", "SHOW", "DESCRIBE", "FROM", "TABLE"})
# What may stand between EXPLAIN and its statement. With ANALYZE the statement is run, so it is judged as if alone.
_EXPLAIN = re.compile(
    r"EXPLAIN\b(?:\s+(?:ANALYZE|VERBOSE|EXTENDED|FORMATTED|QUERY|PLAN|FOR)\b|\s+FORMAT\s*=\s*\w+|\s*\([^()]*\))*",
    re.IGNORECASE,
)
WRITES: Final = frozenset({
    "INSERT", "UPDATE", "UPSERT", "DELETE", "MERGE", "REPLACE", "INTO", "CREATE", "DROP", "ALTER", "RENAME", "TRUNCATE",
    "CALL", "EXEC", "EXECUTE", "GRANT", "REVOKE", "DENY", "COPY", "UNLOAD", "VACUUM", "NEXTVAL", "SETVAL",
    # SQL Server takes a second statement without a semicolon before it.
    "DBCC", "KILL", "RECONFIGURE", "SHUTDOWN", "UPDATETEXT", "WRITETEXT",
})  # fmt: skip
# Each word alone is common in reading statements.
_PAIRS: Final = [
    {"NEXT", "VALUE"},
    {"BACKUP", "DATABASE"},
    {"RESTORE", "DATABASE"},
    {"DISABLE", "TRIGGER"},
    {"ENABLE", "TRIGGER"},
]
# A word counts wherever it stands, also inside a string: where strings end differs between engines. Only a word that
# is a whole string, as in `action = 'delete'`, is a value in every one of them; REPLACE( is a function.
_WORDS = re.compile(r"'\w+'|REPLACE\s*\(|\w+", re.ASCII)
# One statement, told where quotes end alike in every engine: no backslash, no comment, no name in other quotes, and no
# letter before a string, which might be a prefix that gives it rules of its own.
_ONE: Final = re.compile(r"""(?:(?<!\w)'(?:[^'\\]|'')*+'|"[^"\\]*"|-(?!-)|/(?!\*)|[^-/;'"`$#\[\\])*+""")


def sql(q: str, params: Params | None = None) -> Call[SqlResult]:
    """Run an SQL statement that reads; it is repeated after failures that may pass (one that writes is not).

    Args:
        q: The statement, with `?` or `:name` where values go.
        params: The values, in a list for `?` or a mapping for `:name`.

    Returns:
        The rows.

    Raises:
        QueryError: The statement failed inside a successful answer.
        ValidationError: Values and placeholders don't match.

    Examples:
        >>> client.query.sql("SELECT count(*) FROM flights WHERE carrier = ?", ["UA"]).scalar()
    """
    statement = bind(q, params)
    call = _sql.request(statement)
    # A write that came this way is not repeated either.
    retry = call.retry if reads_only(statement) else "never"
    # As bytes: a table decodes itself from them, column by column, when it is asked.
    return attrs.evolve(call, retry=retry, accept="bytes", parse=partial(SqlResult, statement=statement))


def execute(q: str, params: Params | None = None) -> Call[SqlResult]:
    """Run an SQL statement that writes; it is never sent again when it may have been processed.

    Args:
        q: The statement, with `?` or `:name` where values go.
        params: The values, in a list for `?` or a mapping for `:name`.

    Returns:
        The result; `.stats.affected_rows` counts what was written.

    Raises:
        QueryError: The statement failed inside a successful answer.
        ValidationError: Values and placeholders don't match.

    Examples:
        >>> client.query.execute("INSERT INTO airlines (_id, name) VALUES (?, ?)", ["ZZ", "Zed Air"])
    """
    statement = bind(q, params)
    return attrs.evolve(_execute.request(statement), accept="bytes", parse=partial(SqlResult, statement=statement))


def bind(statement: str, params: Params | None) -> str:
    """Write values into a statement in place of its placeholders.

    Args:
        statement: SQL with `?` (values in a sequence) or `:name` (values in a mapping) as placeholders. Those in
            strings, quoted names, comments and dollar quotes are text, not placeholders.
        params: The values: str, int, float, Decimal, bool, None, date, datetime, UUID, or a list of these for IN.
            None leaves the statement as it is.

    Returns:
        The statement to send.

    Raises:
        ValidationError: Placeholders and values don't match, or a value has no safe literal.

    Examples:
        >>> bind("SELECT * FROM flights WHERE carrier = ? AND delay > ?", ["O'Hare", -5])
        "SELECT * FROM flights WHERE carrier = 'O''Hare' AND delay > (-5)"
    """
    if params is None:
        return statement
    if isinstance(params, str | bytes) or not isinstance(params, Mapping | Sequence):
        raise ValidationError("params must be a list of values for `?`, or a mapping of values for `:name`")
    named = isinstance(params, Mapping)
    found = list(placeholders(statement, named=named))
    if params and not found:
        _refuse_foreign(statement, named=named)
    value_of = _by_name(params, found) if isinstance(params, Mapping) else _by_position(params, found)
    parts, position = [], 0
    for index, (start, end) in enumerate(found):
        # Before the value is looked at: a literal of any kind would grow together with its neighbour.
        _refuse_neighbours(statement, start, end)
        value = value_of(index, statement[start:end])
        if _is_list(value) and not _BEFORE_LIST.search(statement, max(0, start - _NEAR), start):
            problem = f"value {index + 1} is a list, and a list of values stands only after IN or VALUES"
            raise ValidationError(problem, hint="upload records with lists by records.bulk()")
        text = literal(value)
        # The brackets are there already: `IN ((1, 2))` would be a list of one row.
        if text.startswith("(") and text.endswith(")") and _in_brackets(statement, start, end):
            text = text[1:-1]
        parts += [statement[position:start], text]
        position = end
    return "".join([*parts, statement[position:]])


def _refuse_foreign(statement: str, *, named: bool) -> None:
    """Name the placeholder of another driver, or of the other kind, in a statement that has none for the values."""
    other = next((statement[start:end] for start, end in placeholders(statement, named=not named)), None)
    if other is None:
        foreign = _FOREIGN.search("".join(_without_quotes(statement)))
        other = foreign[0] if foreign else None
    if other is not None:
        raise ValidationError(
            f"{other} is not a placeholder for {'a mapping' if named else 'a list of values'}",
            hint="write ? for each value of a list, or :name for each value of a mapping",
        )


def _without_quotes(statement: str) -> Iterator[str]:
    """Yield a statement's characters, with a space for each string, quoted name and comment."""
    position = 0
    while position < len(statement):
        skipped = _skip(statement, position)
        yield " " if skipped else statement[position]
        position = skipped or position + 1


def _by_position(params: Sequence[Any], found: list[tuple[int, int]]) -> Callable[[int, str], Any]:
    if len(params) != len(found):
        raise ValidationError(
            f"the statement has {len(found)} placeholders and there are {len(params)} values",
            hint="a ? inside quotes or a comment is text, not a placeholder",
        )
    return lambda index, _: params[index]


def _by_name(params: Mapping[str, Any], found: list[tuple[int, int]]) -> Callable[[int, str], Any]:
    def value(_: int, placeholder: str) -> Any:
        name = placeholder[1:]
        # Names that the statement lacks are no mistake: one mapping often serves several statements.
        if name not in params:
            raise ValidationError(f"there is no value for :{name}")
        return params[name]

    if params and not found:
        raise ValidationError(
            "the statement has no :name placeholder",
            hint="a :name inside quotes or a comment is text, not a placeholder",
        )
    return value


def _refuse_neighbours(statement: str, start: int, end: int) -> None:
    if (start and _WORD.match(statement[start - 1])) or _WORD.match(statement[end : end + 1]):
        around = statement[max(0, start - 10) : end + 10]
        raise ValidationError(f"the placeholder in {around!r} touches its neighbour: put a space between them")


def _in_brackets(statement: str, start: int, end: int) -> bool:
    return statement[:start].rstrip().endswith("(") and statement[end:].lstrip().startswith(")")


def placeholders(statement: str, *, named: bool) -> Iterator[tuple[int, int]]:
    """Find the placeholders of a statement, `:name` or `?`, as start and end of each.

    A quote or comment that is never closed is refused, because nothing can be bound safely then.
    """
    position, size = 0, len(statement)
    while position < size:
        character = statement[position]
        skipped = _skip(statement, position)
        if skipped is not None:
            position = skipped
        elif character == "?" and not named:
            yield position, position + 1
            position += 1
        elif character == ":" and named:
            name = _NAME.match(statement, position + 1)
            before = statement[position - 1 : position]
            # After a word, a bracket or another colon it is a path, a slice or a cast: `doc:field`, `x[1:n]`, `x::int`.
            if name and not (before and (_WORD.match(before) or before in ":])")):
                yield position, name.end()
                position = name.end()
            else:
                # A cast of PostgreSQL, `x::int`.
                position += 2 if statement.startswith("::", position) else 1
        else:
            position += 1


def _skip(statement: str, position: int) -> int | None:
    """The end of the quote or comment that starts here, or None."""
    character = statement[position]
    if character in "'\"`":
        before = statement[position - 1 : position].lower()
        word = statement[position - 2 : position - 1] if position > 1 else ""
        # PostgreSQL's `E'...'`: a backslash escapes the quote there.
        escapes = character == "'" and before == "e" and not re.match(r"\w", word)
        return _end_of_quote(statement, position, escapes=escapes)
    if statement.startswith("--", position):
        end = statement.find("\n", position)
        return len(statement) if end < 0 else end + 1
    if statement.startswith("/*", position):
        return _end_of_comment(statement, position)
    if character == "$" and not re.match(r"\w", statement[position - 1 : position] if position else ""):
        opening = _DOLLAR.match(statement, position)
        if opening:
            end = statement.find(opening[0], opening.end())
            if end < 0:
                raise ValidationError(f"the quote {opening[0]} in the statement is never closed")
            return end + len(opening[0])
    return None


def _end_of_quote(statement: str, start: int, *, escapes: bool) -> int:
    quote, position = statement[start], start + 1
    while position < len(statement):
        if escapes and statement[position] == "\\":
            position += 2
        elif statement[position] != quote:
            position += 1
        # A doubled quote stands for itself.
        elif statement.startswith(quote, position + 1):
            position += 2
        else:
            return position + 1
    raise ValidationError(f"a quote {quote} in the statement is never closed")


def _end_of_comment(statement: str, start: int) -> int:
    # Engines differ in whether comments nest. Counting depth is the safe side: what may be a comment binds nothing.
    depth, position = 1, start + 2
    while position < len(statement):
        if statement.startswith("/*", position):
            depth, position = depth + 1, position + 2
        elif statement.startswith("*/", position):
            depth, position = depth - 1, position + 2
            if not depth:
                return position
        else:
            position += 1
    raise ValidationError("a comment in the statement is never closed")


def reads_only(statement: str) -> bool:
    """Whether a statement certainly changes nothing, so that it may be sent again.

    False also where that is not certain: for several statements in one text, and where a word such as DELETE or INTO
    stands anywhere. A semicolon in a string parts nothing. What a function of the store does cannot be seen.
    """
    # One at the end does not make it two statements.
    statement = statement.strip("; \t\r\n")
    start = _end(_LEAD, statement, 0)
    # A comment may stand on either side of EXPLAIN.
    start = _end(_LEAD, statement, _end(_EXPLAIN, statement, start))
    word = _FIRST.match(statement, start)
    if word is None or word[0].upper() not in _READS or _may_write(statement):
        return False
    return ";" not in statement or _ONE.fullmatch(statement) is not None


def _may_write(text: str) -> bool:
    text = text.upper()
    words = set(_WORDS.findall(text))
    if not words.isdisjoint(WRITES) or any(words >= pair for pair in _PAIRS):
        return True
    # To some engines a number ends where letters begin: `SELECT 1INTO t`.
    if any(word[0].isdigit() and word.endswith(tuple(WRITES)) for word in words):
        return True
    # MySQL runs what stands in `/*! */`, and MariaDB what stands in `/*M! */`.
    return "/*!" in text or "/*M!" in text


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def literal(value: Any) -> str:
    """Write one value as an SQL literal.

    Args:
        value: str, int, float, Decimal, bool, None, date, datetime, time, UUID, or a list, tuple or set of these;
            other values are what `infino.core.values` says of them in JSON: bytes are base64, durations seconds.

    Returns:
        The literal.

    Raises:
        ValidationError: The value has no safe literal.

    Examples:
        >>> literal(["it's", None, 1.5])
        "('it''s', NULL, 1.5e0)"
    """
    if _is_list(value):
        return f"({', '.join(_scalar(item) for item in value)})" if value else _NOTHING
    return _scalar(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | Set) and not is_months(value)


def _scalar(value: Any) -> str:
    # First: an enum may be text or a number too, and its value is what counts.
    if isinstance(value, Enum):
        value = value.value
    if getattr(value, "ndim", 1) == 0 and value.dtype.kind in "biu":  # whole numbers and truths of numpy
        value = value.item()
    match value:
        case None:
            return "NULL"
        # Before `int`, for every bool is one.
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return _signed(str(int(value)))
        case float():
            return _double(float(value))
        case Decimal():
            return _decimal(value)
        case str():
            return _quoted(str(value))
    return _scalar(_simpler(value))


def _simpler(value: Any) -> Any:
    """What a value of another type is in JSON, for that is what the service compares it with."""
    problem = f"a value of type {type(value).__name__} cannot be written as an SQL literal"
    try:
        found = plain(value)
    except TypeError as error:
        raise ValidationError(f"{problem}: {error}") from None
    if not isinstance(found, _SCALARS):
        raise ValidationError(problem)
    return found


def _decimal(value: Decimal) -> str:
    """A decimal as it is written; engines read a fraction of more digits than they have as a float, and so round it."""
    if not value.is_finite():
        return _double(float(value))
    _, digits, place = value.as_tuple()
    exponent = int(place)
    width = max(len(digits) + exponent, 1) + max(-exponent, 0)  # the zero in front of a fraction counts
    if width <= _DIGITS or 0 <= exponent <= _LONGEST:
        return _signed(format(value, "f"))
    if Decimal(repr(float(value))) == value:
        return _double(float(value))
    raise ValidationError(
        f"a decimal of more than {_DIGITS} digits cannot be written as an SQL literal: it would be rounded"
    )


def _double(value: float) -> str:
    if not math.isfinite(value):
        # SQL has no literal for these, but engines read their names.
        return f"CAST('{value}' AS DOUBLE)"
    # Without an exponent engines read 0.1 as a decimal.
    text = repr(value)
    return _signed(text if "e" in text else f"{text}e0")


def _signed(text: str) -> str:
    # 1-? must not become 1--5, which starts a comment.
    return f"({text})" if text.startswith("-") else text


def _quoted(text: str) -> str:
    if "\x00" in text:
        raise ValidationError("a text with a zero character cannot be written as an SQL literal")
    try:
        # It would fail later, as part of the whole statement, where nobody can say which value it was.
        text.encode()
    except UnicodeEncodeError as error:
        raise ValidationError("a text with half a surrogate pair cannot be written as an SQL literal") from error
    return "'" + text.replace("'", "''") + "'"


MOST_RANGES: Final = 1024


def identifier(name: str) -> str:
    """Quote the name of a dataset or a column for SQL."""
    if not isinstance(name, str) or not name or "\x00" in name:
        raise ValidationError(f"a name in SQL is a text of at least one character, not {name!r}")
    return '"' + name.replace('"', '""') + '"'


def ends_of_ranges(table: str, count: int, by: str) -> str:
    """Return the statement that asks where ranges of about equal size begin, in the order of a column."""
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_RANGES:
        raise ValidationError(f"slices must be a whole number from 1 to {MOST_RANGES}, not {count!r}")
    column = identifier(by)
    part = f"ntile({count}) OVER (ORDER BY {column}) AS part"
    values = f"SELECT {column} AS value, {part} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608  # quoted
    return f"SELECT min(value) AS low FROM ({values}) AS parts GROUP BY part ORDER BY low"  # noqa: S608  # as above


def conditions(by: str, lows: Sequence[Any]) -> list[str]:
    """Return the condition of each range, by the least value of each in order; repeated ones are one range."""
    column = identifier(by)
    # The first range has no lower end: it also takes what is written below the least value meanwhile.
    inner = [literal(low) for low in dict.fromkeys(lows)][1:]
    if not inner:
        return ["1 = 1"]
    found = [f"({column} < {inner[0]} OR {column} IS NULL)"]
    found += [f"({column} >= {low} AND {column} < {high})" for low, high in pairwise(inner)]
    return [*found, f"({column} >= {inner[-1]})"]
