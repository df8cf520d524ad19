"""Values become literals that they cannot leave."""

from __future__ import annotations

import datetime as dt
import enum
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import duckdb
import numpy
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.core.errors import ValidationError
from infino.plans.statement import bind, literal, placeholders

STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
HOSTILE = st.lists(st.sampled_from(["'", "''", "\\", "--", "/*", "*/", "$$", ";", '"', "?", ":a", "\n", "x"])).map(
    "".join
)


@given(STORABLE | HOSTILE)
def test_a_bound_string_cannot_end_its_literal(text: str) -> None:
    statement = bind("SELECT ?, 1", [text])
    rendered = statement.removeprefix("SELECT ").removesuffix(", 1")
    assert re.fullmatch(r"'(?:[^']|'')*'", rendered, re.DOTALL)
    assert duckdb.execute(statement).fetchall() == [(text, 1)]


@given(st.lists(STORABLE | HOSTILE, min_size=1, max_size=4))
def test_several_strings_each_stay_in_their_place(texts: list[str]) -> None:
    statement = "SELECT /* ? '*/ '?''?' AS q, \"?\", $$?'$$ -- ?'\n" + ", ?" * len(texts) + ' FROM (SELECT 7 AS "?")'
    assert duckdb.execute(bind(statement, texts)).fetchall() == [("?'?", 7, "?'", *texts)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (False, "FALSE"),
        (0, "0"),
        (-5, "(-5)"),
        (2**70, str(2**70)),
        (1e300, "1e+300"),
        (-0.0, "(-0.0e0)"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-1.50"), "(-1.50)"),
        (float("nan"), "CAST('nan' AS DOUBLE)"),
        (float("-inf"), "CAST('-inf' AS DOUBLE)"),
        (date(2013, 1, 2), "'2013-01-02'"),
        (datetime(2013, 1, 2, 3, 4, 5, 678, UTC), "'2013-01-02T03:04:05.000678+00:00'"),
        (UUID(int=1), "'00000000-0000-0000-0000-000000000001'"),
        (["a", 1], "('a', 1)"),
        ([], "(SELECT NULL WHERE 1 = 0)"),
    ],
)
def test_literals(value: Any, expected: str) -> None:
    assert literal(value) == expected


@pytest.mark.parametrize("value", [{}, [[1]], object(), "a\x00b", "\ud800", [{}]])
def test_what_has_no_literal_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        bind("SELECT ?", [value])


def test_numbers_and_lists_read_back() -> None:
    assert duckdb.execute(bind("SELECT 1-?, ?, ?", [-5, 0.1, Decimal("12.340")])).fetchall() == [
        (6, 0.1, Decimal("12.340"))
    ]
    rows = "SELECT x FROM (VALUES (1), (2), (3)) t(x) WHERE x "
    for query, wanted in [
        ("IN ?", [1, 3]),
        ("IN (?)", [1, 3]),
        ("NOT IN (?)", [2]),
    ]:
        assert [row[0] for row in duckdb.execute(bind(rows + query, [[1, 3]])).fetchall()] == wanted
    assert duckdb.execute(bind(rows + "IN (?)", [[]])).fetchall() == []
    assert len(duckdb.execute(bind(rows + "NOT IN ?", [()])).fetchall()) == 3
    assert duckdb.execute(bind("SELECT abs(?)", [-5])).fetchall() == [(5,)]


def test_named_placeholders() -> None:
    statement = "SELECT :a::VARCHAR, ':a', [1,2,3][1:2], :b, :a"
    assert bind(statement, {"a": 1, "b": "x"}) == "SELECT 1::VARCHAR, ':a', [1,2,3][1:2], 'x', 1"
    assert bind("SELECT ':x'", {}) == "SELECT ':x'"
    with pytest.raises(ValidationError, match="no value for :b"):
        bind("SELECT :b", {"a": 1})
    with pytest.raises(ValidationError, match="no :name"):
        bind("SELECT ':a'", {"a": 1})


@pytest.mark.parametrize(
    ("statement", "params"),
    [
        ("SELECT '?'", ["x"]),
        ("SELECT ? , ?", ["x"]),
        ("SELECT E?", ["\\' OR 1=1 --"]),
        ("SELECT 'a'?", ["b"]),
        ("SELECT ?'b'", ["a"]),
        ("SELECT x?", [1]),
        ('SELECT "?', [1]),
        ("SELECT /* ?", [1]),
        ("SELECT $q$ ?", [1]),
        ("SELECT /* /* */ ? */", ["x */ 1"]),
        ("SELECT ?", "x"),
        ("SELECT ?", 5),
    ],
)
def test_unsafe_or_unmatched_placeholders_are_refused(statement: str, params: Any) -> None:
    with pytest.raises(ValidationError):
        bind(statement, params)


@pytest.mark.parametrize(
    ("statement", "params", "named"),
    [
        ("SELECT %s", [1], "%s"),
        ("SELECT $1", [1], "$1"),
        ("SELECT '?', :a", [1], ":a"),
        ("SELECT @a -- it's", [1], "@a"),
        ("SELECT %(a)s", {"a": 1}, "%(a)s"),
        ("SELECT $a", {"a": 1}, "$a"),
        ("SELECT ?", {"a": 1}, "?"),
    ],
)
def test_placeholders_of_other_drivers_are_named(statement: str, params: Any, named: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"{named} is not a placeholder for a")) as refused:
        bind(statement, params)
    assert "write ? for each value of a list" in str(refused.value)


def test_without_params_a_statement_is_untouched() -> None:
    assert bind("SELECT '?' ?", None) == "SELECT '?' ?"


def test_escape_strings_end_where_the_engine_ends_them() -> None:
    assert list(placeholders(r"SELECT E'\'' , ?", named=False)) == [(15, 16)]
    assert list(placeholders(r"SELECT name'\' , ?", named=False)) == [(17, 18)]


class Level(enum.Enum):
    LOW = "low"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (pandas.NaT, "NULL"),
        (pandas.NA, "NULL"),
        (numpy.datetime64("NaT", "s"), "NULL"),
        (numpy.datetime64("2024-01-01T00:00:00.123456789"), "'2024-01-01T00:00:00.123456789'"),
        (numpy.datetime64("2024-01-01"), "'2024-01-01'"),
        (pandas.Timestamp("2024-01-01T00:00:00.123456789"), "'2024-01-01T00:00:00.123456789'"),
        (pandas.Period("2024-01", "M"), "'2024-01'"),
        (numpy.int64(-3), "(-3)"),
        (numpy.uint64(2**64 - 1), "18446744073709551615"),
        (numpy.float64(0.5), "0.5e0"),
        (numpy.float32(0.1), "0.1e0"),
        (numpy.bool_(True), "TRUE"),
        (numpy.str_("it's"), "'it''s'"),
        (Level.LOW, "'low'"),
        (b"\xff", "'/w=='"),
        (dt.timedelta(seconds=1.5), "1.5e0"),
        (pandas.Timedelta(1_500_000_001), "1.500000001e0"),
        ([numpy.int64(1), pandas.NaT], "(1, NULL)"),
    ],
)
def test_values_of_libraries_are_written_as_records_write_them(value: Any, text: str) -> None:
    assert literal(value) == text


@pytest.mark.parametrize("value", [{"a": 1}, object(), numpy.array([1, 2]), pandas.Interval(0, 1), 1j, int])
def test_what_is_no_single_value_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match="cannot be written"):
        literal(value)
