"""Every shape in which the service answers SQL decodes to the same table."""

from __future__ import annotations

import json
import math
import sys
from decimal import Decimal
from typing import Any

import pytest

from infino.core.errors import DecodeError, QueryError, ValidationError
from infino.results import Column, SqlResult

TABLE = [{"city": "Oslo", "n": 3}, {"city": None, "n": 4}]


def result(answer: Any) -> SqlResult:
    return SqlResult(json.dumps(answer).encode())


def column(name: str, **more: Any) -> dict[str, Any]:
    return {"alias": None, "name": {"Column": {"name": name, "table_identifier": None}}, "data_type": "String"} | more


SHAPES = {
    "engine": {
        "columns": [column("city"), column("n")],
        "rows": [
            {"values": {"city": {"String": "Oslo"}, "n": {"Integer": 3}}},
            {"values": {"city": "Null", "n": {"Integer": 4}}},
        ],
        "error_message": None,
    },
    "engine, null in a tag, columns incomplete": {
        "columns": [column("city")],
        "rows": [
            {"values": {"city": {"String": "Oslo"}, "n": {"Long": "3"}}},
            {"values": {"city": {"Null": None}, "n": {"Int64": 4}}},
        ],
    },
    "lists": {
        "columns": [{"name": "city", "type": "keyword"}, {"name": "n", "type": "long"}],
        "rows": [["Oslo", 3], [None, 4]],
        "total": 2,
        "size": 2,
    },
    "jdbc": {
        "schema": [{"name": "c", "alias": "city", "type": "text"}, {"name": "n", "type": "integer"}],
        "datarows": [["Oslo", 3], [None, 4]],
        "status": 200,
    },
    "connector": {
        "execution_time": 5,
        "statement_type": "SELECT",
        "error_message": "",
        "columns": [{"display_name": "city", "data_type": "TEXT"}, {"display_name": "n", "data_type": "INT"}],
        "rows": [["Oslo", 3], [None, 4]],
    },
    "flat rows": {"rows": TABLE},
    "bare array": TABLE,
    "visualization": {"columns": [{"name": "city", "type": "string"}, {"name": "n", "type": None}], "rows": TABLE},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_table(shape: str) -> None:
    decoded = result(SHAPES[shape])
    assert decoded.to_dicts() == TABLE
    assert [(item.name, item.type) for item in decoded.columns] == [("city", "string"), ("n", "integer")]
    assert len(decoded) == 2
    assert decoded.to_arrow().to_pylist() == TABLE


def test_tags_give_python_values() -> None:
    cells = {
        "s": {"String": "Null"},
        "i": {"BigInt": "9007199254740993"},
        "f": {"Double": "-inf"},
        "nan": {"Float": "NaN"},
        "d": {"Decimal": "12.340"},
        "b": {"Bool": True},
        "t": {"Timestamp": "2013-01-01T05:00:00.123456789+00:00"},
        "l": {"Array": [{"Integer": 1}, "Null", {"Object": {"x": {"String": "y"}}}]},
        "o": {"Struct": {"a": {"Float": 1}, "b": {"plain": 1}}},
        "bare": 7,
        "unknown": {"Interval": "1 day"},
        "several": {"a": 1, "b": 2},
    }
    decoded = result({"rows": [{"values": cells}]})
    row = decoded.one()
    assert math.isnan(row.pop("nan"))
    assert row == {
        "s": "Null",
        "i": 9007199254740993,
        "f": -math.inf,
        "d": Decimal("12.340"),
        "b": True,
        "t": "2013-01-01T05:00:00.123456789+00:00",
        "l": [1, None, {"x": "y"}],
        "o": {"a": 1.0, "b": {"plain": 1}},
        "bare": 7,
        "unknown": "1 day",
        "several": {"a": 1, "b": 2},
    }
    assert decoded.unknown_tags == {"unknown": frozenset({"Interval"})}
    assert type(row["b"]) is bool


def test_failure_inside_a_success_is_raised() -> None:
    with pytest.raises(QueryError, match="no such table") as caught:
        SqlResult(b'{"rows": [], "error_message": "no such table: x"}', statement="SELECT 1")
    assert caught.value.query == "SELECT 1"
    with pytest.raises(QueryError, match="bad plan"):
        SqlResult(b'{"error": {"type": "E", "reason": "bad plan"}, "status": 400}')
    assert result({"rows": [{"values": {"error_message": {"String": "kept"}}}]}).scalar() == "kept"


def test_names_of_expressions_repeated_names_and_case() -> None:
    decoded = result(
        {
            "columns": [
                {"alias": "total", "name": {"Aggregate": {"function": "sum"}}},
                {"alias": None, "name": {"Literal": {"value": 1}}},
                {"alias": None, "name": {"Function": "now"}},
                "plain",
            ],
            "rows": [[1, 2, 3, 4]],
        }
    )
    assert decoded.names == ["total", '{"value":1}', "now", "plain"]
    twice = result({"columns": [{"name": "a"}, {"name": "a"}, {"name": "a_2"}], "rows": [[1, 2, 3]]})
    assert twice.one() == {"a": 1, "a_3": 2, "a_2": 3}
    upper = result({"columns": [column("count")], "rows": [{"values": {"COUNT": {"Integer": 9}}}]})
    assert upper.one() == {"count": 9}
    both = result(
        {"columns": [column("n"), column("N")], "rows": [{"values": {"N": {"Integer": 1}, "n": {"Integer": 2}}}]}
    )
    assert both.one() == {"n": 2, "N": 1}
    assert both.column("N") == [1]
    repeated = b'{"columns":[{"name":"a"},{"name":"a"}],"rows":[{"values":{"a":{"Integer":1},"a":{"Integer":2}}}]}'
    assert SqlResult(repeated).one() == {"a": 1, "a_2": 2}


def test_empty_result_keeps_its_types() -> None:
    decoded = result({"columns": [{"name": "n", "type": "long"}, {"name": "t", "type": "timestamp"}], "rows": []})
    assert decoded.columns == (Column("n", "integer", "long"), Column("t", "timestamp", "timestamp"))
    assert [str(field.type) for field in decoded.to_arrow().schema] == ["int64", "timestamp[us]"]
    assert not decoded
    assert decoded.to_pandas().shape == (0, 2)


def test_mixed_columns_lose_nothing() -> None:
    decoded = result({"columns": ["x"], "rows": [[1], [True], ["a"], [None], [2.5]]})
    assert decoded.columns[0].type == "mixed"
    values = decoded.column("x")
    assert values == [1, True, "a", None, 2.5]
    assert type(values[1]) is bool
    assert decoded.to_arrow().column(0).to_pylist() == ["1", "true", "a", None, "2.5"]
    assert decoded.to_pandas()["x"].tolist() == values
    assert result({"columns": ["x"], "rows": [[1], [2.5]]}).columns[0].type == "float"
    assert result({"columns": ["x"], "rows": [[2**53 + 1], [2.5]]}).columns[0].type == "mixed"


@pytest.mark.parametrize("content", [b"", b"not json", b"3", b'{"rows": [', b"\xff"])
def test_what_is_no_table_is_a_decode_error(content: bytes) -> None:
    with pytest.raises(DecodeError):
        len(SqlResult(content))


def test_scalar_one_and_column_say_what_they_need() -> None:
    decoded = result(SHAPES["lists"])
    with pytest.raises(ValidationError, match="2 x 2"):
        decoded.scalar()
    with pytest.raises(ValidationError, match="exactly one row"):
        decoded.one()
    with pytest.raises(ValidationError, match="city, n"):
        decoded.column("town")
    assert decoded.column("CITY") == ["Oslo", None]
    assert result({"rows": [{"n": 5}]}).scalar() == 5


@pytest.mark.parametrize(("depth", "inner"), [(100_000, "1"), (600, '{"Integer":1}'), (900, '{"Integer":1}')])
@pytest.mark.parametrize("tag", ["Array", "Object"])
def test_a_value_nested_too_deeply_is_a_decode_error(depth: int, inner: str, tag: str) -> None:
    # Pythons count the frames of a level differently: each has more levels here than it may have frames.
    before = sys.getrecursionlimit()
    opening, closing = ("[", "]") if tag == "Array" else ('{"a":', "}")
    value = opening * depth + inner + closing * depth
    answer = SqlResult(f'{{"rows": [{{"values": {{"a": {{"{tag}": {value}}}}}}}]}}'.encode())
    sys.setrecursionlimit(500)
    try:
        with pytest.raises(DecodeError, match=r"nested|JSON"):
            len(answer)
    finally:
        sys.setrecursionlimit(before)


def test_what_has_no_tags_inside_may_be_nested_as_deeply_as_json() -> None:
    (row,) = SqlResult(b'{"rows":[{"values":{"a":{"Array":' + b"[" * 900 + b"]" * 900 + b"}}}]}")
    assert repr(row["a"]).count("[") == 900


@pytest.mark.parametrize("content", [b'{"rows":[[1234567890123456789012', b"[1234567890123456789012,]", b"nothing"])
def test_an_answer_that_is_not_json_is_a_decode_error(content: bytes) -> None:
    with pytest.raises(DecodeError, match="not JSON"):
        SqlResult(content).to_dicts()


def test_only_rows_that_are_tagged_from_the_first_on_may_repeat_a_name() -> None:
    columns = b'"columns":[{"name":"a"},{"name":"a"}]'
    tagged = b'{"values":{"a":{"Integer":1},"a":{"Integer":2}}}'
    assert SqlResult(b'{%s,"rows":[%s]}' % (columns, tagged)).to_dicts() == [{"a": 1, "a_2": 2}]
    plain = SqlResult(b'{%s,"rows":[{"a":5},%s]}' % (columns, tagged))
    assert "a_2" not in plain.names


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"k":', "}")])
def test_a_value_of_very_many_levels_is_text_in_a_frame(opening: str, closing: str) -> None:
    """The types of several hundred levels end the process in polars."""
    for levels, is_text in ((150, False), (850, True)):
        value = opening * levels + "1" + closing * levels
        answer = SqlResult(f'{{"columns":[{{"name":"a"}}],"rows":[{{"a":{value}}}]}}'.encode())
        for frame in (answer.to_arrow().to_pydict(), answer.to_polars().to_dict(as_series=False)):
            (found,) = frame["a"]
            assert isinstance(found, str) is is_text
            assert (json.loads(found) if is_text else found) == json.loads(value)


def test_a_value_of_more_levels_than_python_writes_is_a_decode_error() -> None:
    text = "[" * 1020 + "]" * 1020
    answer = SqlResult(f'{{"columns":[{{"name":"a"}}],"rows":[{{"a":{text}}}]}}'.encode())
    assert len(answer) == 1
    if sys.version_info >= (3, 12):  # it writes all that it reads
        assert answer.to_arrow().to_pydict() == {"a": [text]}
    else:
        with pytest.raises(DecodeError, match="nested too deeply"):
            answer.to_arrow()
