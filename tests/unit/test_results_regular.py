"""Rows of one form are read without a Python object for each value, and any other form as exactly."""

from __future__ import annotations

import gc
import json
from decimal import Decimal
from typing import Any

import pyarrow  # noqa: F401  # rows are read natively where Arrow is loaded already
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.core import codec
from infino.core.errors import DecodeError
from infino.results import SearchResult, SqlResult, decode, native

REGULAR: list[dict[str, Any]] = [
    {"s": {"String": "a,{}:[]\u00e9 null"}, "i": {"Integer": -(2**63)}, "f": {"Float": 1e300}, "b": {"Boolean": True}},
    {"s": {"String": ""}, "i": {"Integer": 2**63 - 1}, "f": {"Float": -0.0}, "b": {"Boolean": False}},
    {"s": {"String": "Null"}, "i": {"Integer": 0}, "f": {"Float": 7}, "b": {"Boolean": True}},
]


def body(rows: list[dict[str, Any]], separators: tuple[str, str] = (",", ":"), ascii_only: bool = False) -> bytes:
    answer = {"columns": [], "rows": [{"values": row} for row in rows]}
    return json.dumps(answer, separators=separators, ensure_ascii=ascii_only).encode()


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each answer was read natively."""
    monkeypatch.setattr(native, "_SMALLEST", 0)
    taken: list[bool] = []
    read = native.decode

    def spy(content: bytes) -> Any:
        taken.append(False)
        found = read(content)
        taken[-1] = True
        return found

    monkeypatch.setattr(native, "decode", spy)
    return taken


def agrees(content: bytes) -> None:
    """Value, type and name are those of the judge."""
    judge, found = decode.decode(content), SqlResult(content)
    assert found.columns == judge.table.columns
    for index, column in enumerate(found.columns):
        mine, wanted = found.column(column.name), judge.table.values(index)
        assert [(type(value), str(value)) for value in mine] == [(type(value), str(value)) for value in wanted]


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize("null", [None, "Null", {"Null": None}])
@pytest.mark.parametrize("late", [False, True])
def test_regular_rows_are_read_natively(ways: list[bool], separators: tuple[str, str], null: Any, late: bool) -> None:
    empty = [dict.fromkeys(REGULAR[0], null)]
    rows = REGULAR * 40 + empty if late else empty + REGULAR
    content = body([{**row, "none": null} for row in rows], separators)
    agrees(content)
    assert ways == [True]


@pytest.mark.parametrize(
    "row",
    [
        {"i": {"Integer": 1}, "s": {"String": "x"}, "f": {"Float": 1.0}, "b": {"Boolean": True}},
        {"s": {"String": "x"}, "i": {"Integer": 1}, "b": {"Boolean": True}, "f": {"Float": 1.0}},
        {"s": {"String": "x"}, "i": {"Integer": 1}, "f": {"Float": 1.0}},
        REGULAR[0] | {"more": {"String": "x"}},
        REGULAR[0] | {"s": {"String": 5}},
        REGULAR[0] | {"s": {"String": None}},
        REGULAR[0] | {"s": {"Text": "x"}},
        REGULAR[0] | {"s": {"String": 'quoted "x"'}},
        REGULAR[0] | {"s": {"String": "line\nend"}},
        REGULAR[0] | {"s": {"String": "\x1f\x01"}},
        REGULAR[0] | {"s": {"String": "x", "b": 1}},
        REGULAR[0] | {"s": {"Array": [{"String": "x"}]}},
        REGULAR[0] | {"i": {"Integer": 2**63}},
        REGULAR[0] | {"i": {"Integer": 1.0}},
        REGULAR[0] | {"i": {"Integer": "5"}},
        REGULAR[0] | {"i": {"Integer": None}},
        REGULAR[0] | {"f": {"Float": "NaN"}},
        REGULAR[0] | {"b": {"Boolean": 1}},
        REGULAR[0] | {"b": {"Boolean": "true"}},
        REGULAR[0] | {"b": {}},
    ],
)
@pytest.mark.parametrize("place", [0, 1, -1])
def test_other_rows_are_left_to_others(ways: list[bool], row: dict[str, Any], place: int) -> None:
    rows = REGULAR * 40
    rows.insert(place if place >= 0 else len(rows), row)
    agrees(body(rows))
    assert len(ways) == 1


def test_keys_that_change_places_are_not_mixed_up(ways: list[bool]) -> None:
    rows = [{"a": {"String": "1"}, "b": {"String": "2"}, "c": {"String": "3"}} for _ in range(100)]
    rows[70] = {"a": {"String": "1"}, "c": {"String": "3"}, "b": {"String": "2"}}
    content = body(rows)
    assert SqlResult(content).column("b") == ["2"] * 100


def test_a_number_too_large_for_a_float_is_kept(ways: list[bool]) -> None:
    content = body([*REGULAR * 40, REGULAR[0] | {"f": {"Float": 10**400}}])
    agrees(content)
    assert SqlResult(content).column("f")[-1] == 10**400


def test_escapes_are_read_as_json(ways: list[bool]) -> None:
    agrees(body(REGULAR, ascii_only=True))
    assert ways == [True]


@pytest.mark.parametrize("width", [100, 400])
def test_wide_rows_are_read_natively(ways: list[bool], width: int) -> None:
    rows = [
        {f"c{k}": [{"Integer": n}, {"String": f"v{n}"}, "Null"][(k + n) % 3 if n else k % 2] for k in range(width)}
        for n in range(30)
    ]
    kinds = [
        {f"c{k}": [{"Integer": k}, {"String": "x"}][k % 2] if (k + n) % 7 else "Null" for k in range(width)}
        for n in range(90)
    ]
    agrees(body(kinds))
    assert ways == [True]
    agrees(body(rows))


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False), min_size=1, max_size=8), st.booleans())
def test_no_number_of_a_document_loses_a_digit(numbers: list[Decimal], many: bool) -> None:
    """In hits of a few bytes and of many, in a single record, and inside of lists."""
    texts = [str(number) for number in numbers] * (400 if many else 1)
    hits = ",".join(
        f'{{"_id":"{at}","_score":1.0,"_source":{{"n":{text},"l":[{text}]}}}}' for at, text in enumerate(texts)
    )
    found = SearchResult(f'{{"hits":{{"hits":[{hits}]}}}}'.encode())
    wanted = [Decimal(text) for text in texts]
    assert [Decimal(str(row["n"])) for row in found] == [Decimal(str(row["l"][0])) for row in found] == wanted
    assert [Decimal(str(codec.loads(f'{{"n":{text}}}')["n"])) for text in texts[:8]] == wanted[:8]


def test_lists_and_objects_of_tagged_rows_are_read_alike() -> None:
    """With tags inside of them, with words that look like tags, and without."""
    cells = [
        ({"Array": [1, "x"]}, [1, "x"]),
        ({"Array": [{"Integer": 1}, "Null"]}, [1, None]),
        ({"Array": ["Null", "x"]}, ["Null", "x"]),
        ({"Object": {"Integer": 1, "b": 2}}, {"Integer": 1, "b": 2}),
        ({"Object": {"a": {"Float": 0.5}}}, {"a": 0.5}),
        ({"Null": None}, None),
        ({"Null": 5}, None),
    ]
    for cell, wanted in cells:
        for others in ([], [({"Array": ["y"]}, ["y"])] * 3):
            rows = [{"values": {"v": one, "n": {"Integer": 1}}} for one, _ in [(cell, wanted), *others]]
            body = json.dumps({"columns": [], "rows": rows}, separators=(",", ":")).encode()
            assert [row["v"] for row in SqlResult(body)] == [wanted, *(value for _, value in others)]


@pytest.mark.parametrize("cell", [[0], [5], [[1]], [], {}, "x", "Integer", 5, None, True, {"Integer": 1, "Float": 2.5}])
@pytest.mark.parametrize("others", [0, 3])
@pytest.mark.parametrize("first", [True, False])
def test_a_cell_without_a_tag_is_what_it_is(cell: Any, others: int, first: bool) -> None:
    cells = [cell, *[{"Integer": 7}] * others] if first else [*[{"Integer": 7}] * others, cell]
    content = json.dumps(
        {"columns": [], "rows": [{"values": {"v": one, "n": {"Integer": 1}}} for one in cells]}
    ).encode()
    assert SqlResult(content).column("v") == [7 if one == {"Integer": 7} else one for one in cells]


def test_rows_with_other_keys_and_another_order_keep_them_apart() -> None:
    rows = [{"values": values} for values in (
        {"a": {"Integer": 1}, "b": {"Integer": 2}}, {"b": {"Integer": 3}, "a": {"Integer": 4}},
        {"c": {"Integer": 5}}, {},
    )]  # fmt: skip
    found = SqlResult(json.dumps({"columns": [], "rows": rows}).encode())
    assert found.names == ["a", "b", "c"]
    assert list(found.rows()) == [(1, 2, None), (4, 3, None), (None, None, 5), (None, None, None)]
    even = SqlResult(json.dumps({"columns": [], "rows": rows[:2]}).encode())
    assert even.to_dicts() == [{"a": 1, "b": 2}, {"a": 4, "b": 3}]


@pytest.mark.parametrize("resting", [True, False])
def test_the_garbage_collector_is_left_as_it_was(resting: bool) -> None:
    try:
        if resting:
            gc.disable()
        SqlResult(body(REGULAR)).to_dicts()
        with pytest.raises(DecodeError):
            SqlResult(b'{"rows": [').to_dicts()
        assert gc.isenabled() is not resting
    finally:
        gc.enable()
