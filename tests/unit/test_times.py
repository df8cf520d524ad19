"""Moments and durations in every accepted form."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.core.errors import ValidationError
from infino.core.times import parse_span, parse_time, to_seconds
from infino.runtime.moments import DatetimeWithNanoseconds
from infino.runtime.read import time

NOW = datetime(2026, 3, 31, 13, 45, 59, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2026, 1, 2, 3), "2026-01-02T03:00:00+00:00"),
        (datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=-5))), "2026-01-02T08:00:00+00:00"),
        (date(2026, 1, 2), "2026-01-02T00:00:00+00:00"),
        (1767312000, "2026-01-02T00:00:00+00:00"),
        (1767312000.5, "2026-01-02T00:00:00.500000+00:00"),
        (1767312000000, "2026-01-02T00:00:00+00:00"),
        (1e11, "1973-03-03T09:46:40+00:00"),
        (-1e11, "1966-10-31T14:13:20+00:00"),
        (99_999_999_999, "5138-11-16T09:46:39+00:00"),
        ("1767312000", "2026-01-02T00:00:00+00:00"),
        ("2026-01-02", "2026-01-02T00:00:00+00:00"),
        ("20260102", "2026-01-02T00:00:00+00:00"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02 03:04:05.123456789+01:00", "2026-01-02T02:04:05.123456+00:00"),
        ("now", "2026-03-31T13:45:59.123456+00:00"),
        ("now-6h", "2026-03-31T07:45:59.123456+00:00"),
        ("-15m", "2026-03-31T13:30:59.123456+00:00"),
        ("+1d", "2026-04-01T13:45:59.123456+00:00"),
        ("now - 1M", "2026-02-28T13:45:59.123456+00:00"),
        ("now-1d/d", "2026-03-30T00:00:00+00:00"),
        ("now/s", "2026-03-31T13:45:59+00:00"),
        ("now/m", "2026-03-31T13:45:00+00:00"),
        ("now/h", "2026-03-31T13:00:00+00:00"),
        ("now/w", "2026-03-30T00:00:00+00:00"),
        ("now/M", "2026-03-01T00:00:00+00:00"),
        ("now/y", "2026-01-01T00:00:00+00:00"),
        ("now+1y-2w", "2027-03-17T13:45:59.123456+00:00"),
    ],
)
def test_moments(value: Any, expected: str) -> None:
    assert parse_time(value, now=NOW).isoformat() == expected


@pytest.mark.parametrize(
    "value", ["", "soon", "now-6", "6h ago", "/d", True, None, float("nan"), 1e30, "now-99999y", []]
)
def test_what_is_no_moment_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        parse_time(value, now=NOW)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.timezones()))
def test_every_form_of_a_moment_means_the_same(moment: datetime) -> None:
    moment = moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)
    assert parse_time(moment.isoformat()) == parse_time(moment) == moment
    assert abs(parse_time(to_seconds(moment)) - moment) < timedelta(milliseconds=1) or abs(to_seconds(moment)) > 1e11


def test_now_is_the_present_by_default() -> None:
    assert abs(parse_time("now") - datetime.now(UTC)) < timedelta(seconds=60)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(30, 30), (0.5, 0.5), ("30s", 30), ("1h30m", 5400), ("250ms", 0.25), ("15", 15), (timedelta(days=1), 86400)],
)
def test_spans(value: Any, expected: float) -> None:
    assert parse_span(value) == expected
    assert type(parse_span(value)) is type(expected)


@pytest.mark.parametrize("value", [0, -1, "0s", "", "m", "5 apples", True, None, float("inf"), timedelta(0)])
def test_what_is_no_span_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        parse_span(value)


def test_a_moment_of_nanoseconds_is_a_datetime_that_keeps_them() -> None:
    text = "2026-01-02T03:04:05.123456789+00:00"
    moment = time(text)
    later, plain = time(text.replace("789", "79")), time(text.replace("789", ""))
    assert isinstance(moment, DatetimeWithNanoseconds)
    assert (moment.isoformat(), str(moment), moment.nanosecond) == (text, text.replace("T", " "), 789)
    assert type(plain) is datetime
    assert type(time(text.replace("789", "000"))) is datetime
    assert (moment == plain, plain == moment, moment != later) == (True, True, True)
    assert (moment < later, later > moment, moment <= later, moment >= later, moment >= plain) == (
        True,
        True,
        True,
        False,
        True,
    )
    assert sorted([later, moment]) == [moment, later]
    assert moment == time("2026-01-02T04:04:05.123456789+01:00")
    assert len({moment, time(text), plain}) == 1
    for copied in (copy.deepcopy(moment), pickle.loads(pickle.dumps(moment)), eval(repr(moment), globals())):
        assert (type(copied), copied.isoformat()) == (type(moment), text)
    day = timedelta(days=1)
    assert (moment + day).isoformat() == (day + moment).isoformat() == text.replace("-02T", "-03T")
    assert (moment - day).isoformat() == text.replace("-02T", "-01T")
    assert moment - plain == timedelta()
    assert moment.astimezone(timezone(timedelta(hours=1))).isoformat() == "2026-01-02T04:04:05.123456789+01:00"
    assert moment.replace(year=2000).isoformat() == text.replace("2026", "2000")
    assert moment.replace(microsecond=0).isoformat() == "2026-01-02T03:04:05.000000+00:00"
    assert moment.isoformat(timespec="seconds") == "2026-01-02T03:04:05+00:00"
    assert [time(one).isoformat()[-9:] for one in ("20260102T030405.1234567Z", "2026-01-02t03:04:05,1234567z")] == [
        "567+00:00"
    ] * 2
