"""Dates, regular expressions and JSON paths, each on its own."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from infino.local.http import Problem
from infino.local.querydsl.compound import required
from infino.local.querydsl.regexps import RegexpReader, from_wildcard
from infino.local.values.dates import DateContext, read_date, read_zone, show_date
from infino.local.values.patterns import name_pattern

NOW = datetime(2024, 3, 15, 10, 30, 45, 123000, tzinfo=UTC)


def shown(text: Any, *, up: bool = False, **options: Any) -> str:
    return show_date(read_date(text, DateContext(NOW, **options), up=up))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2024", "2024-01-01T00:00:00.000Z", "2024-12-31T23:59:59.999Z"),
        ("2024-02", "2024-02-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"),
        ("2024-02-29T10:00", "2024-02-29T10:00:00.000Z", "2024-02-29T10:00:59.999Z"),
        ("2024-02-29T10:00:00.5Z", "2024-02-29T10:00:00.500Z", "2024-02-29T10:00:00.500Z"),
        ("2024-01-01T00:00:00+02:00", "2023-12-31T22:00:00.000Z", "2023-12-31T22:00:00.999Z"),
        (0, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        ("86400000", "1970-01-02T00:00:00.000Z", "1970-01-02T00:00:00.000Z"),
        ("now", "2024-03-15T10:30:45.123Z", "2024-03-15T10:30:45.123Z"),
        ("now/d", "2024-03-15T00:00:00.000Z", "2024-03-15T23:59:59.999Z"),
        ("now-1M/M", "2024-02-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"),
        ("now/w", "2024-03-11T00:00:00.000Z", "2024-03-17T23:59:59.999Z"),
        ("2024-01-31||+1M", "2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z"),
        ("2024-01-31||+1y-2h/h", "2025-01-30T22:00:00.000Z", "2025-01-30T22:59:59.999Z"),
    ],
)
def test_dates(text: Any, low: str, high: str) -> None:
    assert shown(text) == low
    assert shown(text, up=True) == high


def test_dates_in_formats_and_zones() -> None:
    assert shown("05/02/2024 3:07", format="dd/MM/yyyy H:mm") == "2024-02-05T03:07:00.000Z"
    assert shown(60, format="epoch_second") == "1970-01-01T00:01:00.000Z"
    assert shown("2024-07-01", zone=read_zone("Europe/Paris")) == "2024-06-30T22:00:00.000Z"
    assert shown("now/d", zone=read_zone("-11:00")) == "2024-03-14T11:00:00.000Z"
    assert (
        show_date(read_date(NOW.isoformat(), DateContext(NOW)), "EEE d MMM yy 'at' hh:mm a")
        == "Fri 15 Mar 24 at 10:30 AM"
    )


@pytest.mark.parametrize(
    "text", ["soon", "2024-13-01", "now+", "now/x", "2024||5", "", [1], True, 10**30, "now+999999999y"]
)
def test_what_is_no_date(text: Any) -> None:
    with pytest.raises(Problem):
        read_date(text, DateContext(NOW))


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("a.c", "abc", "abcd"),
        ("a+b?", "aab", "b"),
        ("(ab|c){2,3}", "abc", "ab"),
        ("[a-c]x", "bx", "dx"),
        ("[^a]", "b", "a"),
        ('"a.c"+', "a.c", "abc"),
        ("x@", "x anything\n", "y"),
        ("v<08-11>", "v09", "v9"),
        ("^a$", "^a$", "a"),
        (r"\d\.\w", "5.x", "5x"),
        (r"a\*", "a*", "aa"),
    ],
)
def test_regular_expressions(pattern: str, yes: str, no: str) -> None:
    whole = re.compile(RegexpReader(pattern).translate())
    assert whole.fullmatch(yes)
    assert not whole.fullmatch(no)


@pytest.mark.parametrize(
    "pattern", ["a(", "a)", "[a", "*a", "a{2,1}", "a{999}", "a\\", '"a', "[z-a]", "a{x}", "(" * 60 + ")" * 60]
)
def test_wrong_regular_expressions(pattern: str) -> None:
    with pytest.raises(Problem) as caught:
        RegexpReader(pattern).translate()
    assert caught.value.status == 400


def test_patterns() -> None:
    assert re.fullmatch(from_wildcard(r"a*\*?"), "abc*d")
    assert not re.fullmatch(from_wildcard(r"a*\*?"), "abcd")
    assert [name_pattern("a*b*c")(name) for name in ("abc", "axbxc", "ac", "abcx")] == [True, True, False, False]
    assert not name_pattern("ab*b")("ab")


@pytest.mark.parametrize(
    ("spec", "count", "expected"),
    [
        (2, 3, 2), (-1, 3, 2), ("75%", 4, 3), ("-25%", 4, 3), ("2<75%", 2, 2), ("2<75%", 4, 3),
        ("2<-25% 9<-3", 5, 4), ("2<-25% 9<-3", 10, 7), (5, 3, 5), (-9, 3, 0), (None, 3, None),
    ],
)  # fmt: skip
def test_how_many_must_match(spec: Any, count: int, expected: int | None) -> None:
    assert required(spec, count) == expected
