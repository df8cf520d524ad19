"""The table of types, way in: values in records, in request bodies and as parameters of SQL, exact or refused."""

from __future__ import annotations

import enum
import ipaddress
import json
import math
import re
from collections import deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import numpy
import pandas
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.bulk.encode import Unsendable, encode_value
from infino.core import codec
from infino.core.errors import ValidationError
from infino.plans.statement import literal

BERLIN = ZoneInfo("Europe/Berlin")
NO = "refused"
AS_RECORD = "as in a record"


class Colour(enum.Enum):
    RED = "r"
    DAY = date(2024, 1, 2)


class Count(enum.IntEnum):
    THREE = 3


class Kelvin(float):
    """A number of a type of its own."""


@dataclass
class Point:
    _id: str
    x: int


@attrs.define
class Place:
    name: str


STRUCTURED = numpy.array([(1, "2024-01-01T00:00:00.000000001")], [("n", "i4"), ("t", "M8[ns]")])
NANOSECOND = "2024-01-01T00:00:00.000000001"

# value, in a record, as an SQL literal, in a request body
ROWS: list[tuple[Any, ...]] = [
    (datetime(2024, 7, 1, 12, tzinfo=BERLIN), '"2024-07-01T12:00:00+02:00"', "'2024-07-01T12:00:00+02:00'"),
    (datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=1), '"2024-10-27T02:30:00+01:00"',
     "'2024-10-27T02:30:00+01:00'"),
    (datetime(1, 1, 1), '"0001-01-01T00:00:00"', "'0001-01-01T00:00:00'"),
    (datetime.max, '"9999-12-31T23:59:59.999999"', "'9999-12-31T23:59:59.999999'"),
    (datetime(1893, 4, 1, tzinfo=timezone(timedelta(seconds=3208))), '"1893-03-31T23:06:32+00:00"',
     "'1893-03-31T23:06:32+00:00'"),
    (date(1, 1, 1), '"0001-01-01"', "'0001-01-01'"),
    (time(1, 2, 3, 4), '"01:02:03.000004"', "'01:02:03.000004'"),
    (time(1, tzinfo=UTC), '"01:00:00+00:00"', "'01:00:00+00:00'"),
    (time(1, tzinfo=BERLIN), NO, NO),  # whether it is summer, no time of day says
    (timedelta(days=1, microseconds=1), "86400.000001", "86400.000001e0"),
    (timedelta.max, "86399999999999.999999", "86399999999999.999999"),
    (Decimal("1.50"), "1.50", "1.50"),
    (Decimal("-0.0"), "-0.0", "(-0.0)"),
    (Decimal("1" * 40 + ".5"), "1" * 40 + ".5", NO),
    (Decimal("0." + "1" * 38), "0." + "1" * 38, NO),
    (Decimal("0." + "1" * 37), "0." + "1" * 37, "0." + "1" * 37),
    (Decimal("1E-40"), "1E-40", "1e-40"),
    (Decimal("1E+400000000"), "1E+400000000", NO),
    (2**200, str(2**200), str(2**200)),
    (-(2**63) - 1, str(-(2**63) - 1), f"({-(2**63) - 1})"),
    (float("nan"), "null", "CAST('nan' AS DOUBLE)", NO),
    (float("-inf"), NO, "CAST('-inf' AS DOUBLE)", NO),
    (Decimal("Infinity"), NO, "CAST('inf' AS DOUBLE)", NO),
    (numpy.float32("inf"), NO, "CAST('inf' AS DOUBLE)", NO),
    (numpy.longdouble("inf"), NO, NO, NO),
    (numpy.array([1.5, float("inf")]), NO, NO, NO),
    ([{"a": (None, -math.inf)}], NO, NO, NO),
    (Decimal("NaN"), "null", "CAST('nan' AS DOUBLE)", NO),
    (5e-324, "5e-324", "5e-324"),
    (Kelvin(1.5), "1.5", "1.5e0"),
    (b"\x00\xff", '"AP8="', "'AP8='"),
    (memoryview(b"ab"), '"YWI="', "'YWI='"),
    (UUID(int=5), f'"{UUID(int=5)}"', f"'{UUID(int=5)}'"),
    (ipaddress.ip_address("::1"), '"::1"', "'::1'"),
    (ipaddress.ip_network("10.0.0.0/8"), '"10.0.0.0/8"', "'10.0.0.0/8'"),
    (Colour.RED, '"r"', "'r'"),
    (Colour.DAY, '"2024-01-02"', "'2024-01-02'"),
    (Count.THREE, "3", "3"),
    (numpy.uint64(2**64 - 1), str(2**64 - 1), str(2**64 - 1)),
    (numpy.float16(0.1), "0.1", "0.1e0"),
    (numpy.float32(0.1), "0.1", "0.1e0"),
    (numpy.longdouble("0.1"), "0.1", "0.1"),
    (numpy.bool_(True), "true", "TRUE"),
    (numpy.datetime64(NANOSECOND), f'"{NANOSECOND}"', f"'{NANOSECOND}'"),
    (numpy.datetime64("2024-01-01"), '"2024-01-01"', "'2024-01-01'"),
    (numpy.datetime64("NaT", "s"), "null", "NULL"),
    (numpy.timedelta64(1, "ns"), "1e-9", "1e-09"),
    (numpy.timedelta64(1, "M"), NO, NO),  # a month is no number of seconds
    (numpy.timedelta64(1, "ps"), NO, NO),
    (numpy.bytes_(b"x"), '"eA=="', "'eA=='"),
    (numpy.complex128(1j), NO, NO),
    (numpy.array([NANOSECOND, "NaT"], "M8[ns]"), f'["{NANOSECOND}",null]', NO),
    (numpy.array([0.1, 0.25], "f4"), "[0.1,0.25]", NO),
    (numpy.array([1, 2], "m8[s]"), "[1.0,2.0]", NO),
    (numpy.array([1.5, float("nan")]), "[1.5,null]", NO, NO),
    (STRUCTURED, f'[{{"n":1,"t":"{NANOSECOND}"}}]', NO),
    (STRUCTURED[0], f'{{"n":1,"t":"{NANOSECOND}"}}', NO),
    (pandas.Timestamp("2024-01-01 00:00:00.123456789", tz="Asia/Tokyo"), '"2024-01-01T00:00:00.123456789+09:00"',
     "'2024-01-01T00:00:00.123456789+09:00'"),
    (pandas.Timedelta("100000D 1ns"), "8640000000.000000001", "8640000000.000000001"),
    (pandas.NaT, "null", "NULL"),
    (pandas.NA, "null", "NULL"),
    (pandas.Period("2026Q2"), '"2026Q2"', "'2026Q2'"),
    (pandas.Interval(1, 2), '{"left":1,"right":2,"closed":"right"}', NO),
    (pandas.Categorical(["a", "b"]), '["a","b"]', NO),
    (pandas.arrays.SparseArray([0, 1]), "[0,1]", NO),
    (pandas.Series([1, 2], ["a", "b"]), '{"a":1,"b":2}', NO),
    (pandas.Series([1, 2], ["a", "a"]), NO, NO),  # a dictionary would hold one of the two
    (pandas.offsets.Day(2), NO, NO),
    (pyarrow.scalar((1, 2, 3), pyarrow.month_day_nano_interval()).as_py(), '{"months":1,"days":2,"nanoseconds":3}', NO),
    (pyarrow.array([1]), NO, NO),
    ({"a": Decimal("1.50")}, '{"a":1.50}', NO),
    ({1: "a", "1": "b"}, NO, NO),
    ({date(2024, 1, 2): 1}, '{"2024-01-02":1}', NO, NO),
    ((1, 2), "[1,2]", "(1, 2)"),
    (range(2), NO, NO, "[0,1]"),
    (deque([1]), NO, NO, "[1]"),
    ({1}, NO, "(1)", "[1]"),
    (Point("1", 2), '{"_id":"1","x":2}', NO),
    (Place("x"), '{"name":"x"}', NO),
    (Fraction(1, 3), NO, NO),
    (1j, NO, NO),
    (int, NO, NO),
    (..., NO, NO),
    ("\ud800", NO, NO),
]  # fmt: skip
CELLS = [row if len(row) == 4 else (*row, AS_RECORD) for row in ROWS]
# An address in a repr is another one in each process, and two that run the tests side by side must agree on names.
NAMES = [re.sub(r" at 0x[0-9a-f]+", "", repr(row[0])[:60]) for row in CELLS]


@pytest.mark.parametrize(("value", "record", "parameter", "body"), CELLS, ids=NAMES)
def test_a_value_is_carried_exactly_or_refused_by_name(value: Any, record: str, parameter: str, body: str) -> None:
    for encode, errors, wanted in (
        (encode_value, Unsendable, record),
        (codec.dumps, (TypeError, ValueError), record if body == AS_RECORD else body),
        (literal, ValidationError, parameter),
    ):
        if wanted == NO:
            with pytest.raises(errors):
                encode(value)
        else:
            found = encode(value)
            assert (found if isinstance(found, str) else found.decode()) == wanted


OFFSETS = st.integers(-86_399, 86_399).map(lambda seconds: timezone(timedelta(seconds=seconds)))
VALUES = (
    st.datetimes(timezones=st.none() | OFFSETS | st.just(BERLIN))
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.uuids()
    | st.binary()
    | st.integers(-(2**63) + 1, 2**63 - 1).map(lambda count: numpy.datetime64(count, "ns"))
    | st.integers(-(2**63) + 1, 2**63 - 1).map(lambda count: numpy.timedelta64(count, "ns"))
)


@given(VALUES)
def test_records_and_bodies_say_the_same_of_a_value(value: Any) -> None:
    try:
        record = encode_value([value])
    except Unsendable:
        with pytest.raises((TypeError, ValueError)):
            codec.dumps([value])
    else:
        assert codec.dumps([value]) == record
        # A value that the first encoder refuses takes the careful one along, and must look the same there.
        careful, other = codec.dumps([value, 2**70]), encode_value([value, 2**70])
        assert json.loads(careful, parse_float=Decimal) == json.loads(other, parse_float=Decimal)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS | st.just(BERLIN)))
def test_an_instant_stays_the_same_instant(value: datetime) -> None:
    (text,) = json.loads(codec.dumps([value]))
    assert datetime.fromisoformat(text).astimezone(UTC) == value.astimezone(UTC)
    assert literal(value) == f"'{text}'"
