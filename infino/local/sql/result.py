"""Runs a query and writes its result as the service does, with tagged values; the JSON is made by the engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import attrs
import duckdb
import orjson
from duckdb.sqltypes import DuckDBPyType

from infino.local.sql.dialect import MAX_COLUMNS, too_wide, wrong_sql
from infino.local.store import literal
from infino.local.values import exact
from infino.local.values.families import FLOATS, INTEGERS, LOCAL_MOMENTS, WIDE_INTEGERS, ZONED_MOMENTS
from infino.local.values.nested import MOMENT, MOMENT_IN_UTC, moment, parts, rebuilt, single, unbent
from infino.local.values.tags import looks_tagged, untaggable

BATCH, FIRST_BATCH = 2048, 64
"""Rows that become Python's at once: as many as the engine makes at once, and of the first, whose size nobody knows."""
BATCH_BYTES = 4 * 1024**2
"""Bytes that those rows should come to."""
BIG_INTEGERS = WIDE_INTEGERS | {"BIGNUM"}
OBJECTS = ("STRUCT", "MAP", "UNION")
NULL = '{"Null":null}'
PLAIN = frozenset({"boolean", "tinyint", "utinyint", "smallint", "integer", "bigint", "double", "varchar"})
"""The types whose values JSON shows whole, wherever they are."""
NESTED = frozenset({"Array", "Object", "Json"})
WITH_DECIMALS = {"decimal": "Decimal", "varchar": "String", "enum": "String", "struct": "Object", "map": "Object"}
"""Type -> its tag inside a list or object that holds decimals."""
JSON_CONSTANT = re.compile(rb'\{"Json":(NaN|-?Infinity)\}')
"""JSON that is no more than such a number, which has its own tag."""
SUSPICIOUS = (b"NaN", b"Infinity", b",}", b",]", b", }", b", ]")


@attrs.frozen
class ResultColumn:
    """One result column.

    Args:
        key: Its key in the rows; unique.
        name: Its name in the query.
        type: The engine's type.
    """

    key: str
    name: str
    type: str


def describe(cursor: duckdb.DuckDBPyConnection, sql: str) -> list[ResultColumn]:
    """Return the columns of a query, without running it."""
    return headers_of((name, kind) for name, kind, *_ in cursor.execute(f"DESCRIBE (\n{sql}\n)").fetchall())


def headers_of(columns: Iterable[tuple[str, str]]) -> list[ResultColumn]:
    """Return the columns of a result by their names and types."""
    headers: list[ResultColumn] = []
    taken: set[str] = set()
    for name, kind in columns:
        key, number = name, 0
        while key in taken:
            number += 1
            key = f"{name}_{number}"
        taken.add(key)
        headers.append(ResultColumn(key, name, kind))
        if len(headers) > MAX_COLUMNS:
            raise wrong_sql(too_wide())
    return headers


def data_type(kind: str) -> str:
    """Return the name under which the response shows an engine type.

    It is the tag of the values, and says what an answer without any value could not: how many digits a decimal has
    behind the point, whether times have a zone (`DateTime`) or none (`Timestamp`), and whether they have nanoseconds.

    Examples:
        >>> data_type("DECIMAL(38,2)"), data_type("TIMESTAMP_NS"), data_type("BIGINT")
        ('Decimal(38,2)', 'Timestamp(9)', 'Integer')
    """
    tag = tag_of(kind)[0]
    if tag == "Decimal":
        return tag + kind.removeprefix("DECIMAL")
    if tag != "DateTime":
        return tag
    return ("DateTime" if kind in ZONED_MOMENTS else "Timestamp") + ("(9)" if kind.endswith("_NS") else "")


def tag_of(kind: str, flat: bool = False) -> tuple[str, str]:
    """Return an engine type's tag, and SQL over `{0}` for the JSON of one value that is not NULL.

    Args:
        kind: The type.
        flat: Whether no tags are written, not even inside of lists and objects.
    """
    if kind.endswith("]"):
        return "Array", nested(kind, flat)
    if kind in INTEGERS:
        return "Integer", "{}::VARCHAR"
    if kind in BIG_INTEGERS:
        fits = "<=" if kind.startswith("U") else "BETWEEN -9223372036854775808 AND"  # else it is cast to signed numbers
        wide = f"CASE WHEN {{0}} {fits} 9223372036854775807 THEN {{0}}::VARCHAR"
        return "Integer", wide + " ELSE '\"' || {0}::VARCHAR || '\"' END"
    if kind in FLOATS:
        named = "CASE WHEN isnan({0}) THEN '\"NaN\"' WHEN isinf({0}) THEN if({0} > 0, '\"Infinity\"', '\"-Infinity\"')"
        return "Float", named + " ELSE {0}::VARCHAR END"
    if kind.startswith("DECIMAL"):
        return "Decimal", f"'\"' || {digits(kind).format('{0}')} || '\"'"
    if kind.startswith(OBJECTS):
        return "Object", nested(kind, flat)
    if kind == "JSON":
        return "Json", "{0}::VARCHAR" if flat else untaggable("{0}::VARCHAR")
    return TAGGED.get(kind, ("String", "to_json({}::VARCHAR)::VARCHAR"))


def digits(kind: str) -> str:
    """Return SQL over `{0}` for the text of a decimal, with the zero before the point that the engine leaves out.

    Examples:
        >>> digits("DECIMAL(4,2)")
        '{0}::VARCHAR'
    """
    width, _, scale = kind.removeprefix("DECIMAL(").removesuffix(")").partition(",")
    return "{0}::VARCHAR" if width != scale else "regexp_replace({0}::VARCHAR, '^(-?)[.]', '\\10.')"


def nested(kind: str, flat: bool) -> str:
    """Return SQL over `{0}` for the JSON of a list or object; decimals inside keep their tag, and so their digits."""
    typed = duckdb.sqltype(kind)
    rewrite = _tagged if has_decimals(typed) and not flat else _inside
    text = f"to_json({rebuilt(typed, '{0}', rewrite)})::VARCHAR"
    return text if flat or rewrite is _tagged else untaggable(text)


def has_decimals(kind: DuckDBPyType) -> bool:
    """Tell whether there are decimals inside a list or object."""
    return kind.id == "decimal" or any(has_decimals(child) for _, child in parts(kind))


def _tagged(kind: DuckDBPyType, value: str) -> str | None:
    """Return SQL for a value beside decimals: under a tag of its own, where it could be taken for one."""
    if str(kind) == "JSON":
        return f"{untaggable(value)}::JSON"
    if kind.id == "struct" and not looks_tagged([name for name, _ in parts(kind)]):
        return None
    tag = WITH_DECIMALS.get(kind.id)
    if tag is None:
        return _inside(kind, value)
    shown = value if tag == "Object" else digits(str(kind)).format(value)
    return f"CASE WHEN {value} IS NOT NULL THEN {{{{'{tag}': {shown}}}}} END"


def _inside(kind: DuckDBPyType, value: str) -> str | None:
    """Return SQL for a value inside a list or object, where the engine's own JSON of it is another than of a column."""
    if kind.id == "blob":
        return f"to_base64({value})"
    if kind.id == "decimal":
        return digits(str(kind)).format(value)
    if kind.id == "union" and not {str(child).lower() for _, child in kind.children} <= PLAIN:
        raise wrong_sql(f"JSON would not show all of a {kind}: select a member of it by union_extract")
    return moment(kind, value, "Z") or single(kind, value) or unbent(kind, value)


def stored(kind: str) -> str:
    """Return SQL over `{0}` for the JSON that a value is in a document: numbers are numbers, digit for digit."""
    if kind.endswith("]") or kind.startswith(OBJECTS):
        return f"to_json({rebuilt(duckdb.sqltype(kind), '{0}', _stored)})::VARCHAR"
    if kind.startswith("DECIMAL"):
        return digits(kind)
    is_number = kind in INTEGERS | BIG_INTEGERS | FLOATS
    return "{0}::VARCHAR" if is_number else tag_of(kind, flat=True)[1]


def _stored(kind: DuckDBPyType, value: str) -> str | None:
    # The engine makes doubles of decimals that are less wide.
    return f"{value}::DECIMAL(38, {dict(kind.children)['scale']})" if kind.id == "decimal" else _inside(kind, value)


TAGGED = {
    "BOOLEAN": ("Boolean", "{}::VARCHAR"),
    "DATE": ("Date", "'\"' || {}::VARCHAR || '\"'"),
    "TIME": ("Time", "'\"' || {}::VARCHAR || '\"'"),
    **dict.fromkeys(LOCAL_MOMENTS, ("DateTime", f"'\"' || {MOMENT} || '\"'")),
    **dict.fromkeys(ZONED_MOMENTS, ("DateTime", f"'\"' || {MOMENT_IN_UTC.format('{0}', zone='Z')} || '\"'")),
    "BLOB": ("Binary", "'\"' || to_base64({}) || '\"'"),
    '"NULL"': ("Null", "'null'"),
}  # fmt: skip


def frames_of(headers: list[ResultColumn], flat: bool) -> Iterator[tuple[str, str, str]]:
    """Yield what stands before and behind each value of a row's JSON, and what stands there for NULL."""
    for number, header in enumerate(headers):
        key = ("," if number else "") + orjson.dumps(header.key).decode() + ":"
        if flat:
            yield key, "", key + "null"
        else:
            yield f"{key}{{{orjson.dumps(tag_of(header.type)[0]).decode()}:", "}", key + NULL


def row_expression(headers: list[ResultColumn], flat: bool = False) -> str:
    """Return SQL for the JSON of one row over columns c0, c1, ...; concat is half the work of a chain of `||`.

    Args:
        headers: The columns.
        flat: Whether to leave out tags, for callers that expect plain objects.
    """
    parts = ["'{'" if flat else "'{\"values\":{'"]
    for number, (header, (before, behind, null)) in enumerate(zip(headers, frames_of(headers, flat), strict=True)):
        column = f"c{number}"
        shown = f"concat({literal(before)}, {tag_of(header.type, flat)[1].format(column)}, {literal(behind)})"
        parts.append(f"CASE WHEN {column} IS NULL THEN {literal(null)} ELSE {shown} END")
    parts.append("'}'" if flat else "'}}'")
    return f"concat({', '.join(parts)})"


WIDE = 200
"""More columns are put together here: the engine would plan their expressions for longer than it works on them."""


def same_types(headers: Sequence[ResultColumn]) -> dict[str, list[int]]:
    """Return the places of the columns of each type."""
    found: dict[str, list[int]] = {}
    for place, header in enumerate(headers):
        found.setdefault(header.type, []).append(place)
    return found


def wide_expressions(headers: Sequence[ResultColumn], flat: bool) -> str:
    """Return SQL for a list for each type, of the JSON of each value of that type; one expression for all of them."""
    return ", ".join(
        listed(f"list_value({', '.join(f'c{place}' for place in places)})", tag_of(kind, flat)[1])
        for kind, places in same_types(headers).items()
    )


def listed(values: str, text: str) -> str:
    """Return SQL for the list of the JSON of each value in a list.

    Args:
        values: SQL of the list.
        text: SQL over `{0}` for the JSON of a value.
    """
    return f"list_transform({values}, lambda v: {text.format('v')})"


def wide_row(
    lists: Sequence[Sequence[str | None]], places: Sequence[int], frames: Sequence[tuple[str, str, str]], flat: bool
) -> str:
    """Return the JSON of one row.

    Args:
        lists: The JSON of its values, by type.
        places: Where each of them belongs.
        frames: What stands around each column's value, and for NULL.
        flat: Whether to leave out tags.
    """
    values = dict(zip(places, chain.from_iterable(lists), strict=True))
    shown = [
        null if (value := values[place]) is None else f"{before}{value}{behind}"
        for place, (before, behind, null) in enumerate(frames)
    ]
    return f"{{{''.join(shown)}}}" if flat else f'{{"values":{{{"".join(shown)}}}}}'


LONGEST = 256 * 1024**2
"""Bytes of one result, which are in memory twice."""


def rows_at_once(rows: int, size: int) -> int:
    """Return how many rows to take next: the larger those before were, the fewer.

    Args:
        rows: Rows so far.
        size: Bytes that they came to.
    """
    return max(1, min(BATCH, BATCH_BYTES * rows // max(size, 1)))


def fetch_rows(
    cursor: duckdb.DuckDBPyConnection,
    sql: str,
    headers: list[ResultColumn],
    limit: int,
    flat: bool = False,
    longest: int = LONGEST,
) -> tuple[bytes, int]:
    """Return the rows' JSON, joined by commas, and their number.

    Args:
        cursor: A reading cursor.
        sql: The query.
        headers: Its columns.
        limit: The most rows that are sent.
        flat: Whether to leave out tags.
        longest: The most bytes that are sent.

    Raises:
        Problem: 400 when there are more.
    """
    names = ", ".join(f"c{number}" for number in range(len(headers)))
    wide = list(frames_of(headers, flat)) if len(headers) > WIDE else None
    places = list(chain.from_iterable(same_types(headers).values()))
    expression = row_expression(headers, flat) if wide is None else wide_expressions(headers, flat)
    cursor.execute(f"SELECT {expression} FROM (\n{sql}\n) AS result({names})")

    def take(size: int) -> list[str]:
        batch = cursor.fetchmany(size)
        return [row[0] if wide is None else wide_row(row, places, wide, flat) for row in batch]

    return gathered(take, headers, limit, longest, flat=flat)


def gathered(
    take: Callable[[int], Sequence[str]], headers: Sequence[ResultColumn], limit: int, longest: int, *, flat: bool
) -> tuple[bytes, int]:
    """Return rows' JSON, joined by commas, and their number.

    Args:
        take: Gives up to so many further rows; none at the end.
        headers: The result's columns.
        limit: The most rows that are sent.
        longest: The most bytes that are sent.
        flat: Whether tags are left out.

    Raises:
        Problem: 400 when there are more.
    """
    chunks: list[bytes] = []
    count = length = 0
    size = FIRST_BATCH
    while batch := take(size):
        count += len(batch)
        if count > limit:
            raise wrong_sql(f"the result has more than {limit} rows; add a LIMIT or aggregate")
        chunks.append(",".join(batch).encode("utf-8", "replace"))
        length += len(chunks[-1])
        if length > longest:
            raise wrong_sql(f"the result has more than {longest} bytes; take fewer columns or rows")
        size = rows_at_once(len(batch), len(chunks[-1]))
    rows = b",".join(chunks)
    nested = any(tag_of(header.type)[0] in NESTED for header in headers)
    return (strict_json(rows, flat=flat) if nested else rows), count


def strict_json(rows: bytes, *, flat: bool) -> bytes:
    """Return rows as JSON that every reader takes: the engine writes NaN and Infinity bare inside lists and objects.

    Args:
        rows: The rows' JSON.
        flat: Whether tags are left out, without which a reader would take such a number for a text.
    """

    def constant(name: str) -> dict[str, str]:
        if flat:
            raise wrong_sql(
                f"a list or object holds the number {name}, which takes rows with tags: select it by itself"
            )
        return {"Float": name}

    if not any(mark in rows for mark in SUSPICIOUS):
        return rows
    try:
        orjson.loads(b"[" + rows + b"]")
    except orjson.JSONDecodeError:
        try:
            return exact.dumps(exact.tolerant(b"[%s]" % JSON_CONSTANT.sub(rb"\1", rows), constant))[1:-1]
        except (ValueError, TypeError):
            raise wrong_sql("the result holds text cast to JSON that is not valid JSON") from None
    return rows


def envelope(rows: bytes, members: dict[str, Any]) -> bytes:
    """Return a whole response: the members as JSON, with the ready rows put in."""
    return orjson.dumps(members)[:-1] + b',"rows":[' + rows + b"]}"
