"""A column in the type that was promised: exactly the value that was stored, or refused by the column's name."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino import ValidationError
from infino.engines.exact import check_sendable, conformed

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
US, NS, LOCAL = pa.timestamp("us", "UTC"), pa.timestamp("ns", "UTC"), pa.timestamp("us")
PAIR = pa.struct([("a", pa.int64()), ("b", pa.string())])
CARRIED: list[tuple[Any, pa.DataType | None, pa.DataType, Any]] = [
    (5, pa.int64(), pa.int8(), 5),
    (5, pa.int64(), pa.float64(), 5.0),
    (5, pa.int64(), pa.decimal128(5, 2), Decimal("5.00")),
    (5.0, pa.float64(), pa.int64(), 5),
    (0.1, pa.float64(), pa.float32(), pa.scalar(0.1, pa.float32()).as_py()),
    (1.1, pa.float64(), pa.decimal128(38, 18), Decimal("1.100000000000000000")),
    (1e-7, pa.float64(), pa.decimal128(20, 10), Decimal("0.0000001000")),
    (Decimal("1.10"), pa.decimal128(38, 2), pa.decimal128(10, 1), Decimal("1.1")),
    (2**63, pa.uint64(), pa.decimal128(20, 0), Decimal(2**63)),
    ("aGk=", pa.string(), pa.binary(), b"hi"),
    ("10:00:00.5", pa.string(), pa.time64("ns"), time(10, 0, 0, 500_000)),
    ("2024-02-29", pa.string(), pa.date32(), date(2024, 2, 29)),
    ("2024-01-01T13:00:00+01:00", pa.string(), US, NOON),
    (NOON, NS, US, NOON),
    (None, pa.null(), pa.int64(), None),
    (None, pa.string(), pa.int64(), None),
    ({"a": 1}, None, PAIR, {"a": 1, "b": None}),
    ({"a": 1, "b": None}, None, pa.map_(pa.string(), pa.int64()), [("a", 1), ("b", None)]),
    ([{"a": 1}, {"b": "x"}], None, pa.list_(PAIR), [{"a": 1, "b": None}, {"a": None, "b": "x"}]),
    ([1, 2.0], None, pa.list_(pa.float64()), [1.0, 2.0]),
    (["2024-01-01T12:00:00Z"], None, pa.list_(US), [NOON]),
    (["2024-02-29"], None, pa.list_(pa.date32()), [date(2024, 2, 29)]),
    (["aGk=", None], None, pa.list_(pa.binary()), [b"hi", None]),
    ([1.1], None, pa.list_(pa.decimal128(10, 2)), [Decimal("1.10")]),
    ([True], None, pa.list_(pa.bool_()), [True]),
    ([0.1], None, pa.list_(pa.float64()), [0.1]),
    ([0.1], None, pa.list_(pa.float32()), [pa.scalar(0.1, pa.float32()).as_py()]),
    ('{"a": 1, "b": "x"}', pa.string(), PAIR, {"a": 1, "b": "x"}),
    ('{"x": 0.1, "y": null}', pa.string(), pa.map_(pa.string(), pa.float64()), [("x", 0.1), ("y", None)]),
    ('[{"a": 9223372036854775807}]', pa.string(), pa.list_(PAIR), [{"a": 2**63 - 1, "b": None}]),
]
REFUSED: list[tuple[Any, pa.DataType | None, pa.DataType]] = [
    (300, pa.int64(), pa.int8()),
    (2**53 + 1, pa.int64(), pa.float64()),
    (1.5, pa.float64(), pa.int64()),
    (0.1 + 0.2, pa.float64(), pa.float32()),
    (1.234, pa.float64(), pa.decimal128(10, 2)),
    (Decimal("1.25"), pa.decimal128(38, 2), pa.decimal128(10, 1)),
    (Decimal("1.25"), pa.decimal128(38, 2), pa.int64()),
    ("5", pa.string(), pa.int64()),
    ("5", pa.string(), pa.bool_()),
    ("no base64", pa.string(), pa.binary()),
    ("soon", pa.string(), US),
    ("2024-01-01T13:00:00", pa.string(), US),
    ("2024-01-01T13:00:00Z", pa.string(), LOCAL),
    (NOON, US, LOCAL),
    (NOON, US, pa.string()),
    (NOON, US, pa.date32()),
    (1_700_000_000_000_000_001, NS, US),
    ({"a": 1, "c": 2}, None, PAIR),
    ({"a": "1"}, None, PAIR),
    ([1.5], None, pa.list_(pa.int64())),
    ([2**53 + 1], None, pa.list_(pa.float64())),
    ([1.234], None, pa.list_(pa.decimal128(10, 2))),
    (["2024-01-01T12:00:00"], None, pa.list_(US)),
    (["2024-01-01T12:00:00.123456789Z"], None, pa.list_(US)),
    (["x"], None, pa.list_(pa.int64())),
    ([1], None, pa.list_(pa.string())),
    ([True], None, pa.list_(pa.int64())),
    ({"a": 1}, None, pa.list_(pa.int64())),
    ([1], None, PAIR),
    ([0.1 + 0.2], None, pa.list_(pa.float32())),
    ("x", pa.string(), PAIR),
    ('{"a": 1.5}', pa.string(), PAIR),
]


def promised(value: Any, held: pa.DataType | None, kind: pa.DataType) -> pa.Array:
    array = pa.array(["{}"]) if held is None else pa.array([value], held)
    return conformed("c", array, kind, lambda: [value])


@pytest.mark.parametrize(("value", "held", "kind", "expected"), CARRIED, ids=str)
def test_what_fits_is_carried_exactly(value: Any, held: Any, kind: Any, expected: Any) -> None:
    found = promised(value, held, kind)
    assert found.type == kind
    assert found.to_pylist() == [expected]


@pytest.mark.parametrize(("value", "held", "kind"), REFUSED, ids=str)
def test_what_does_not_fit_is_refused_by_name(value: Any, held: Any, kind: Any) -> None:
    with pytest.raises(ValidationError, match=r"the column 'c' holds .* that cannot be carried exactly as"):
        promised(value, held, kind)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9), st.integers(0, 9))
def test_digits_of_a_number_are_those_that_were_stored(value: float, scale: int) -> None:
    try:
        found = promised(value, pa.float64(), pa.decimal128(38, scale)).to_pylist()[0]
    except ValidationError:
        assert Decimal(repr(value)).as_tuple().exponent < -scale  # type: ignore[operator]  # finite
    else:
        assert found == Decimal(repr(value))


@pytest.mark.parametrize(
    "kind", [pa.duration("us"), pa.list_(pa.duration("us")), pa.month_day_nano_interval()], ids=str
)
def test_intervals_go_only_where_a_number_is_meant(kind: pa.DataType) -> None:
    check_sendable(pa.schema([("c", kind)]))
    with pytest.raises(ValidationError, match="'c' holds intervals"):
        check_sendable(pa.schema([("c", kind)]), intervals=False)


def test_two_columns_of_one_name_are_refused() -> None:
    inner = pa.struct([("b", pa.struct([("c", pa.int64())])), ("d.c", pa.string())])
    check_sendable(pa.schema([("a", inner), ("b.c", pa.int64())]))
    check_sendable(pa.schema([]))
    for name in ("a.b.c", "a.d.c"):
        with pytest.raises(ValidationError, match=f"two columns '{name}'"):
            check_sendable(pa.schema([("a", inner), (name, pa.int64())]))
