"""JSON in and out, with orjson and without it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from infino_api.models.user import User

from infino.core import codec

text = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner),
    max_leaves=10,
)  # fmt: skip


@given(plain)
def test_what_goes_in_comes_out(value):
    assert json.loads(codec.dumps(value)) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": 1, "b": "é"}, '{"a":1,"b":"é"}'),
        (2**70, "1180591620717411303424"),
        ({1: "a"}, '{"1":"a"}'),
        (date(2026, 1, 2), '"2026-01-02"'),
        (datetime(2026, 1, 2, tzinfo=UTC), '"2026-01-02T00:00:00+00:00"'),
        ((1, 2), "[1,2]"),
        ({3}, "[3]"),
        (numpy.int64(7), "7"),
        (User(roles=["a"]), '{"Roles":["a"]}'),
        ([2**70, {3}, date(2026, 1, 2), numpy.int64(7), User(roles=[])],
         '[1180591620717411303424,[3],"2026-01-02",7,{"Roles":[]}]'),
    ],
)  # fmt: skip
def test_what_json_does_not_know(value, expected):
    assert codec.dumps(value).decode() == expected


DIGITS = "12345678901234567890.12345678901234567890"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal(DIGITS), DIGITS),
        ({"a": 2**70, "b": Decimal("1.50")}, '{"a":1180591620717411303424,"b":1.50}'),
        ({1: [Decimal(DIGITS), "0.1"], 2: Decimal("-1E+3")}, f'{{"1":[{DIGITS},"0.1"],"2":-1E+3}}'),
    ],
)
def test_a_decimal_is_a_number_with_all_its_digits(value, expected):
    assert codec.dumps(value).decode() == expected
    assert codec._standard_dumps(value).decode() == expected


def test_the_standard_library_takes_a_decimal_as_text_and_an_array_as_a_list():
    value = {"d": Decimal(DIGITS), "a": numpy.array([[1, 2], [3, 4]]), "e": numpy.array([]), "f": numpy.float64(0.5)}
    value["t"] = numpy.array(["2026-01-02T03:04:05.000000006"], "datetime64[ns]")
    assert json.loads(json.dumps(value, default=codec.to_json)) == {
        "d": DIGITS, "a": [[1, 2], [3, 4]], "e": [], "f": 0.5, "t": ["2026-01-02T03:04:05.000000006"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        object(), {"a": object()}, "\ud800", {2**70: float("nan")}, {"a": Decimal("NaN")},
        {"a": 2**70, "b": Decimal("-Infinity")}, {1: "a", "1": "b"}, int,
    ],
)  # fmt: skip
def test_what_has_no_json_form(value):
    with pytest.raises((TypeError, ValueError)):
        codec.dumps(value)


@pytest.mark.parametrize(
    "number", [float("nan"), float("inf"), -float("inf"), numpy.float64("nan"), numpy.float32("inf")]
)
@pytest.mark.parametrize(
    ("wrap", "place"),
    [
        (lambda number: number, "$"),
        (lambda number: {"a": None, "b": [1, (number,)]}, "$.b[1][0]"),
        (lambda number: {"a": numpy.array([1.0, number])}, "$.a[1]"),
        (lambda number: User(additional_properties={"limit": number}), "$.limit"),
    ],
)
def test_what_is_no_number_is_refused_and_never_sent_as_null(wrap, place, number):
    with pytest.raises(ValueError, match="NaN and infinities") as caught:
        codec.dumps(wrap(number))
    assert f"(at {place})" in str(caught.value)


def test_null_is_sent_where_it_is_meant():
    assert codec.dumps({"a": None, "b": "null", "c": 1.5, "d": [None, numpy.float64(2)]}) == (
        b'{"a":null,"b":"null","c":1.5,"d":[null,2.0]}'
    )


def test_without_orjson_the_bytes_are_the_same():
    value = {"a": [1, 2.5, None, True, "é🙂"], "b": {"c": "2026-01-02"}}
    program = (
        "import sys; sys.modules['orjson'] = None; from infino.core import codec; import json; "
        "sys.stdout.buffer.write(codec.dumps(json.loads(sys.argv[1]))); assert codec.loads(b'[1]') == [1]"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(value)], capture_output=True, timeout=30, check=True
    )
    assert done.stdout == codec.dumps(value)


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 123456789012345678901234567890])
def test_integers_beyond_64_bits_keep_their_digits(number: int) -> None:
    text = f'{{"n": {number}, "s": "{number}", "f": 0.5}}'
    for content in (text, text.encode()):
        assert codec.loads(content) == {"n": number, "s": str(number), "f": 0.5}
    with pytest.raises(ValueError, match="column"):
        codec.loads(f'{{"n": {number}, "f": NaN}}')


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[1,{"a":', "}]")])
def test_the_standard_library_goes_as_deep_on_every_version_of_python(opening: str, closing: str) -> None:
    """By itself it would end after 1,000 levels, 1,500 or 10,000."""

    def nested(levels: int) -> str:
        times = levels // (opening.count("[") + opening.count("{"))
        return opening * times + "1" + closing * times

    assert codec.standard(nested(500)) == json.loads(nested(500))
    for levels in (codec.LEVELS + 2, 1400, 5000, 200_000):
        with pytest.raises(RecursionError):
            codec.standard(nested(levels))
    many = [[{"a": [number]}] for number in range(3000)]
    assert codec.standard(json.dumps(many)) == many
