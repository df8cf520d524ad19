"""PromQL answers as tables, in both shapes."""

from __future__ import annotations

import json
import math
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infino.core.errors import DecodeError, QueryError, ValidationError
from infino.results import PromResult, series

AT = datetime(2026, 1, 2, tzinfo=UTC)
SECONDS = 1767312000


def answer(kind: str, result: Any, **more: Any) -> bytes:
    return json.dumps(
        {"status": "success", "data": {"resultType": kind, "result": result}} | more, separators=(",", ":")
    ).encode()


def test_vector() -> None:
    result = PromResult(
        answer(
            "vector",
            [
                {"metric": {"__name__": "up", "job": "api"}, "value": [SECONDS, "1"]},
                {"metric": {"__name__": "up", "time": "x"}, "value": [SECONDS + 0.001, "NaN"]},
            ],
            warnings=["careful"],
        )
    )
    assert result.type == "vector"
    assert result.names == ["__name__", "job", "label_time", "time", "value"]
    first, second = result.to_dicts()
    assert first == {"__name__": "up", "job": "api", "label_time": None, "time": AT, "value": 1.0}
    assert second["time"] == AT.replace(microsecond=1000)
    assert math.isnan(second["value"])
    assert result.stats.warnings == ("careful",)
    assert [str(field.type) for field in result.to_arrow().schema][-2:] == ["timestamp[us, tz=UTC]", "double"]
    assert [one.name for one in result.series()] == ['up{job="api"}', 'up{time="x"}']


def test_matrix_long_wide_and_series() -> None:
    content = answer(
        "matrix",
        [
            {"metric": {"job": "a"}, "values": [[SECONDS, "1"], [SECONDS + 60, "+Inf"]]},
            {"metric": {"job": "b"}, "values": [[SECONDS + 60, "2.5"]]},
        ],
    )
    result = PromResult(content)
    assert result.column("value") == [1.0, math.inf, 2.5]
    assert len(result.to_pandas()) == 3
    wide = result.to_pandas(shape="wide")
    assert list(wide.columns) == ['{job="a"}', '{job="b"}']
    assert wide.index.name == "time"
    assert str(wide.index.tz) == "UTC"
    assert wide.iloc[1].tolist() == [math.inf, 2.5]
    assert math.isnan(wide.iloc[0, 1])
    assert result.series()[0].attrs == {"job": "a"}
    with pytest.raises(ValidationError):
        result.to_pandas(shape="sideways")  # type: ignore[arg-type]  # the point of the test


def test_scalar_and_string() -> None:
    number = PromResult(answer("scalar", [SECONDS, "3.5"]))
    assert number.scalar() == 3.5
    assert number.one() == {"time": AT, "value": 3.5}
    text = PromResult(answer("string", [SECONDS, "12"]))
    assert text.scalar() == "12"
    with pytest.raises(ValidationError):
        text.series()
    assert PromResult(answer("vector", [])).to_pandas().shape == (0, 2)
    with pytest.raises(ValidationError):
        PromResult(answer("vector", [])).scalar()


def test_native_histograms_are_kept() -> None:
    histogram = {"count": "2", "sum": "3", "buckets": []}
    result = PromResult(answer("vector", [{"metric": {}, "histogram": [SECONDS, histogram]}]))
    assert result.column("value") == [histogram]
    assert result.columns[-1].type == "mixed"


@pytest.mark.parametrize(
    "content",
    [
        b'{"status":"error","errorType":"bad_data","error":"parse error: x"}',
        b'{"status": "error", "error": {"reason": "parse error: x"}}',
    ],
)
def test_failure_inside_a_success_is_raised(content: bytes) -> None:
    with pytest.raises(QueryError, match="parse error") as caught:
        PromResult(content, expression="x(")
    assert caught.value.query == "x("


def test_a_label_that_says_error_is_a_label(monkeypatch: pytest.MonkeyPatch) -> None:
    content = answer("vector", [{"metric": {"status": "error", "error": "x"}, "value": [SECONDS, "1"]}])
    assert PromResult(content).one() == {"status": "error", "error": "x", "time": AT, "value": 1.0}
    monkeypatch.setattr("infino.results.prom.exact_loads", None)
    PromResult(content)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"data":{"resultType":"scalar","result":[1]}}', b"3"])
def test_what_is_no_answer_is_a_decode_error(content: bytes) -> None:
    with pytest.raises(DecodeError):
        len(PromResult(content))


POINTS = st.tuples(
    st.integers(0, 4 * 10**9) | st.integers(0, 4 * 10**12).map(lambda millis: millis / 1000),
    st.floats().map(repr) | st.sampled_from(["NaN", "+Inf", "-Inf", "0", "1e-7", "odd"]),
)
LABELS = st.dictionaries(st.sampled_from(["a", "b", "value"]), st.text(max_size=4) | st.just('"values":[['))


@settings(max_examples=300)
@given(st.lists(st.tuples(LABELS, st.lists(POINTS, min_size=1, max_size=4)), min_size=1, max_size=4))
def test_native_agrees_with_tolerant(found: list[Any]) -> None:
    content = answer("matrix", [{"metric": labels, "values": points} for labels, points in found])
    quick = series.read_native(content)
    if quick is None:
        assert "odd" in str(found)
        return
    slow = series.long_table(series.read_tolerant(content))
    fast = series.long_table(quick)
    assert fast.columns == slow.columns
    for index, _ in enumerate(slow.columns):
        assert list(map(str, fast.values(index))) == list(map(str, slow.values(index)))
        assert fast.array(index).type == slow.array(index).type


def test_large_matrices_need_no_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [[SECONDS + 60 * number, str(number)] for number in range(300)]
    content = answer(
        "matrix", [{"metric": {"job": job}, "values": points[:count]} for job, count in (("a", 300), ("b", 2))]
    )
    monkeypatch.setitem(sys.modules, "numpy", None)
    result = PromResult(content)
    assert result.column("job") == ["a"] * 300 + ["b"] * 2
    assert result.column("value")[-3:] == [299.0, 0.0, 1.0]


def test_large_matrices_are_native() -> None:
    points = [[SECONDS + 60 * number, str(number)] for number in range(300)]
    content = answer("matrix", [{"metric": {"job": str(number)}, "values": points} for number in range(3)])
    assert series.read(content).times is not None
    assert PromResult(content).to_pandas(shape="wide").shape == (300, 3)
    assert series.read_native(content.replace(b'"matrix"', b'"vector"')) is None
    assert series.read_native(content.replace(b"[[", b"[ [")) is None


WELL: dict[str, Any] = {"metric": {"job": "a"}, "values": [[SECONDS + 60 * number, "1.5"] for number in range(300)]}


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ({"metric": True, "value": [1, "2"]}, "metric"),
        ({"metric": "x", "value": [1, "2"]}, "metric"),
        ({"values": True}, "values"),
        ({"histograms": "x"}, "histograms"),
        ({"value": 5}, "value"),
        ({"value": [1]}, "value"),
        ({"histogram": {}}, "histogram"),
        ({"values": [None]}, "values"),
        ({"values": [{}]}, "values"),
        ({"values": [[1]]}, "values"),
        ({"values": [[1, "2", "3"]]}, "values"),
        ({"values": [["1", "2"]]}, "values"),
        ({"values": [[True, "2"]]}, "values"),
        ({"values": [[1e30, "2"]]}, "values"),
        ({"values": [[-1e12, "2"]]}, "values"),
        ({"values": [[10**400, "2"]]}, "values"),
        ({"values": [[math.nan, "2"]]}, "values"),
    ],
)
@pytest.mark.parametrize("others", [[], [WELL]], ids=["small", "large"])
def test_a_broken_series_is_a_decode_error_that_says_where(broken: Any, path: str, others: list[Any]) -> None:
    content = answer("matrix", [*others, broken])
    with pytest.raises(DecodeError) as caught:
        len(PromResult(content))
    assert caught.value.path == f"$.data.result[{len(others)}].{path}"


@pytest.mark.parametrize("kind", ["scalar", "string"])
@pytest.mark.parametrize("result", [[1], ["x", "1"], [1e30, "1"], [None, None]])
def test_a_broken_value_is_a_decode_error(kind: str, result: Any) -> None:
    with pytest.raises(DecodeError):
        len(PromResult(answer(kind, result)))


@pytest.mark.parametrize("kind", ["scalar", "string", "vector", [], 5, "other"])
@pytest.mark.parametrize("value", [5, None, True, "x", [1], {"a": 1}])
def test_any_value_of_a_sample_has_a_frame(kind: Any, value: Any) -> None:
    point = [SECONDS, value]
    result = PromResult(answer(kind, point if kind in ("scalar", "string") else [{"metric": {}, "value": point}]))
    assert len(result.to_pandas()) == len(list(result)) == 1
    assert isinstance(result.type, str)


def test_a_time_that_comes_twice_has_no_wide_shape() -> None:
    twice = [[SECONDS, "1"], [SECONDS, "2"], [SECONDS + 60, "3"]]
    content = answer("matrix", [{"metric": {"job": "a"}, "values": twice}, {"metric": {}, "values": twice[2:]}])
    assert PromResult(content).column("value") == [1.0, 2.0, 3.0, 3.0]
    with pytest.raises(ValidationError, match="long"):
        PromResult(content).to_pandas(shape="wide")
