"""The native path agrees with the tolerant decoder, value and type, or leaves the answer to it."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infino.results import SqlResult, decode, native
from infino.results.arrays import Table

NAMES = st.text(min_size=1, max_size=6) | st.sampled_from(["a", "A", "n", "String", "Null", "values", "rows", 'q"'])
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["Null", '}},{"values":{', "{}", '"Null"', "null", "2013-01-01", "\\", "\r\n"]
)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
TAGS: dict[str, st.SearchStrategy[Any]] = {
    "String": TEXTS,
    "Integer": INTEGERS | INTEGERS.map(str),
    "Long": INTEGERS,
    "Float": st.floats() | st.integers(-(10**6), 10**6) | st.sampled_from(["NaN", "inf", "-Infinity", "1.5e3"]),
    "Boolean": st.booleans(),
    "Decimal": st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9).map(
        str
    ),
    "Timestamp": st.datetimes().map(lambda moment: moment.isoformat() + "+00:00"),
    "Date": st.dates().map(str),
}
ODD = st.sampled_from(
    [
        {"Integer": 2**70},
        {"Integer": "x"},
        {"Integer": 1.0},
        {"Float": "x"},
        {"Decimal": 1.5},
        {"Decimal": "NaN"},
        {"Mystery": 1},
        {"Array": [{"Integer": 1}, "Null"]},
        {"Object": {"values": {"String": "x"}}},
        {"a": 1, "b": 2},
        {},
        5,
        "bare",
        {"String": None},
        {"String": 5},
    ]
)
NOTHING = st.sampled_from([None, "Null", {"Null": None}])


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    names = draw(st.lists(NAMES, max_size=4, unique=True))
    tags = [draw(st.sampled_from(sorted(TAGS))) for _ in names]
    odd = draw(st.integers(0, 9)) == 0
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        cells: dict[str, Any] = {}
        for name, tag in zip(names, tags, strict=True):
            null = draw(st.integers(0, 2)) == 0
            cells[name] = draw(NOTHING) if null else {tag: draw(TAGS[tag])}
            if odd and draw(st.integers(0, 5)) == 0:
                cells[name] = draw(ODD)
            if odd and draw(st.integers(0, 9)) == 0:
                del cells[name]
        rows.append({"values": cells})
    columns = [{"name": name, "data_type": draw(st.sampled_from(["String", "long", "?"]))} for name in names]
    body = {
        "columns": columns[: draw(st.integers(0, 4))],
        "rows": rows,
        "query_events": draw(st.sampled_from([None, [{"values": {}}], {"rows": []}])),
    }
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (",", ": ")]))
    text = json.dumps(body, separators=separators, ensure_ascii=draw(st.booleans()))
    return text.encode("utf-8", "replace")


def contents(table: Table) -> list[tuple[Any, ...]]:
    def typed(value: Any) -> tuple[type, Any]:
        return type(value), "nan" if isinstance(value, float) and math.isnan(value) else value

    return [(column, [typed(value) for value in table.values(index)]) for index, column in enumerate(table.columns)]


@settings(max_examples=400, deadline=None)
@given(answers())
def test_native_agrees_with_tolerant(content: bytes) -> None:
    judge = decode.decode(content)
    smallest, native._SMALLEST = native._SMALLEST, 0
    try:
        quick = native.decode(content)
    except native.NotNative:
        return
    finally:
        native._SMALLEST = smallest
    assert contents(quick.table) == contents(judge.table)
    assert quick.table.length == judge.table.length
    assert quick.envelope == judge.envelope
    for index, _ in enumerate(judge.table.columns):
        fast, slow = quick.table.array(index), judge.table.array(index)
        assert fast.type == slow.type
        assert [str(value) for value in fast.to_pylist()] == [str(value) for value in slow.to_pylist()]


def engine(cells: dict[str, list[Any]], **more: Any) -> bytes:
    rows = [{"values": dict(zip(cells, row, strict=True))} for row in zip(*cells.values(), strict=True)]
    return json.dumps({"columns": [], "rows": rows} | more, separators=(",", ":")).encode()


REGULAR = {
    "text": [{"String": "Null"}, "Null", {"String": 'a"},{"values":{'}] * 40,
    "whole": [{"Integer": 2**53 + 1}, {"Null": None}, {"Integer": "-5"}] * 40,
    "real": [{"Float": 0.1}, {"Float": "NaN"}, {"Float": "-inf"}] * 40,
    "yes": [{"Boolean": True}, {"Boolean": False}, None] * 40,
    "exact": [{"Decimal": "1.50"}, {"Decimal": "-12345678901234567890.5"}, "Null"] * 40,
    "late": ["Null"] * 119 + [{"Date": "2013-01-01"}],
    "zoned": [{"Timestamp": "2013-01-01T00:00:00.123456789-05:00"}, "Null", {"Timestamp": "2013-07-01T00:00:00Z"}] * 40,
    "empty": ["Null"] * 120,
}


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_regular_answers_are_native(separators: tuple[str, str]) -> None:
    compact = engine(REGULAR, columns=[{"name": "empty", "data_type": "long"}])
    content = json.dumps(json.loads(compact), separators=separators).encode()
    quick = native.decode(content)
    judge = decode.decode(content)
    assert contents(quick.table) == contents(judge.table)
    for index in range(len(quick.table.columns)):
        for table in (quick.table, judge.table):
            assert repr(table.values(index, 1, 3)) == repr(table.values(index)[1:3])
    arrow = SqlResult(content).to_arrow()
    assert {field.name: str(field.type) for field in arrow.schema} == {
        "empty": "int64",
        "text": "string",
        "whole": "int64",
        "real": "double",
        "yes": "bool",
        "exact": "decimal128(38, 2)",
        "late": "date32[day]",
        "zoned": "timestamp[ns, tz=UTC]",
    }
    assert arrow.column("zoned")[0].value == 1357016400123456789
    assert arrow.column("exact")[1].as_py() == Decimal("-12345678901234567890.50")


@pytest.mark.parametrize(
    "cell",
    [{"Integer": 2**64}, {"Array": []}, {"Odd": 1}, {"Integer": 1, "b": 2}, {"Float": 1.5}, {"String": "x"}, {}],
)
def test_irregular_answers_go_to_the_judge(cell: Any) -> None:
    content = engine({"n": [{"Integer": 1}] * 200 + [cell]})
    with pytest.raises(native.NotNative):
        native.decode(content)
    assert SqlResult(content).column("n") == decode.decode(content).table.values(0)


@pytest.mark.parametrize(
    "content",
    [
        b'{"query_events":{"rows":[{"values":{"a":{"Integer":1}}}]},"rows":[]}',
        b'{"rows":[{"values":{"a":{"Integer":1}}}],"more":[{"values":{"a":{"Integer":2}}}]}',
        b'{"rows":[{"values":{"a":{"Integer":1}}},{"values":{"a":{"Integer":2}},"score":1}]}',
        b'{"rows":[{"values":{"a":{"Integer":1},"a":{"Integer":2}}}]}',
        b'{"rows":[{"values":{"a":{"Float":"1","Float":2}}}]}',
        b'{"rows":[{"values":{"String":{"String":"Null"}}},{"values":{"String":"Null"}}]}',
    ],
)
def test_rows_elsewhere_are_never_taken(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "_SMALLEST", 0)
    with pytest.raises(native.NotNative):
        native.decode(content)


def test_without_arrow_rows_still_decode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "available", lambda content: False)
    assert len(SqlResult(engine(REGULAR))) == 120
