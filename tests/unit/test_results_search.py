"""Search hits and aggregations as tables and as typed objects."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import attrs
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infino.core.errors import DecodeError, QueryError
from infino.results import SearchResult, hits, native


def answer(sources: list[Any], **more: Any) -> bytes:
    found = [
        {"_index": "flights", "_id": str(number), "_score": 1.0, "_source": source}
        for number, source in enumerate(sources)
    ]
    body = {
        "took": 3,
        "timed_out": False,
        "_shards": {"total": 1, "failed": 0},
        "hits": {"total": {"value": 90, "relation": "gte"}, "max_score": 1.0, "hits": found},
    }
    return json.dumps(body | more, separators=more.pop("separators", (",", ":"))).encode()


def test_hits_and_totals() -> None:
    result = SearchResult(answer([{"carrier": "UA", "delay": 3}, {"carrier": "AA", "late": True}]))
    assert (result.total, result.total_is_exact, result.max_score) == (90, False, 1.0)
    assert (result.stats.took, result.stats.timed_out, result.stats.shards["failed"]) == (3, False, 0)
    first = result.hits()[0]
    assert (first.id, first.score, first.index, first["carrier"]) == ("0", 1.0, "flights", "UA")
    assert result.to_dicts() == [
        {"_id": "0", "_score": 1.0, "carrier": "UA", "delay": 3, "late": None},
        {"_id": "1", "_score": 1.0, "carrier": "AA", "delay": None, "late": True},
    ]
    assert str(result.to_pandas()["delay"].dtype) == "Int64"


def test_a_frame_of_many_hits_takes_the_quick_road(monkeypatch: pytest.MonkeyPatch) -> None:
    def tolerant(content: bytes) -> None:
        raise AssertionError("regular hits were read one by one")

    monkeypatch.setattr(hits, "open_answer", tolerant)
    result = SearchResult(answer([{"carrier": "UA", "delay": number} for number in range(500)]))
    assert result.to_pandas()["delay"].sum() == sum(range(500))


def test_among_many_hits_one_without_its_document_is_a_row_of_nothing() -> None:
    body = json.loads(answer([{"carrier": "UA"}] * 200))
    del body["hits"]["hits"][0]["_source"]
    rows = SearchResult(json.dumps(body).encode()).to_dicts()
    assert [row["carrier"] for row in rows] == [None] + ["UA"] * 199


LONG = "12345678901234567890.5"
CELLS = st.sampled_from([1, 0.5, 1.0, None, "x", True, LONG, [1], {"a": 1}, 10**20])


@settings(max_examples=300)
@given(st.data())
def test_dicts_are_the_rows_whatever_the_hits_hold(data: Any) -> None:
    # A few values and names, so that columns hold the same kinds and documents the same fields.
    cells = st.sampled_from(data.draw(st.lists(CELLS, min_size=1, max_size=3)))
    names = data.draw(st.sampled_from([["a"], ["a", "b"], ["a", "_id"], ["a", "b", "_id", "_score"]]))
    fields = data.draw(st.sampled_from([st.just(names), st.permutations(names), st.just(names) | st.just(names[:1])]))
    sources = data.draw(st.lists(fields.flatmap(lambda some: st.fixed_dictionaries(dict.fromkeys(some, cells)))))
    found = json.loads(answer(sources))
    for hit in found["hits"]["hits"] if data.draw(st.booleans()) else ():  # where anything is possible
        hit["_score"] = data.draw(cells)
        if data.draw(st.booleans()):
            del hit[data.draw(st.sampled_from(sorted(hit)))]
    result = SearchResult(json.dumps(found).replace(f'"{LONG}"', LONG).encode())
    rows = [dict(zip(result.names, row, strict=True)) for row in result.rows()]
    assert repr(result.to_dicts()) == repr(rows)


def test_rows_of_regular_hits_are_not_built_from_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(hits, "tolerant_table")
    result = SearchResult(answer([{"a": 1, "b": "x"}, {"a": None, "b": "y"}]))
    assert result.to_dicts() == [
        {"_id": "0", "_score": 1.0, "a": 1, "b": "x"},
        {"_id": "1", "_score": 1.0, "a": None, "b": "y"},
    ]


@attrs.define
class Flight:
    carrier: str
    _delay: int = 0
    id: str = ""


@dataclasses.dataclass
class Plain:
    carrier: str


def test_hits_as_objects() -> None:
    result = SearchResult(answer([{"carrier": "UA", "_delay": 3, "extra": 1}]))
    assert result.hits(as_=Flight) == [Flight("UA", 3, "0")]
    assert result.hits(Plain) == [Plain("UA")]
    assert result.hits(dict) == [{"carrier": "UA", "_delay": 3, "extra": 1}]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"hits": {}},
        {"hits": {"total": 5, "hits": []}},
        {"hits": []},
        {"hits": {"hits": [{"_id": "a"}], "total": None}},
        {"hits": {"hits": [{"fields": {"x": [1]}}]}},
    ],
)
def test_what_is_missing_does_not_raise(body: Any) -> None:
    result = SearchResult(json.dumps(body).encode())
    assert len(result.hits()) == len(result)
    assert result.total in (None, 5)
    assert result.to_arrow().num_rows == len(result)
    assert result.aggregations.to_dicts() == []


def test_failures() -> None:
    with pytest.raises(QueryError, match="no such field"):
        SearchResult(b'{"error": {"type": "x", "reason": "no such field"}, "status": 400}')
    assert len(SearchResult(answer([{"error": "kept"}]))) == 1
    large = SearchResult(answer([{"text": "x" * 500}] * 300, error={"reason": "a shard is gone"}))
    for use in (len, SearchResult.hits, lambda result: result.total, lambda result: result.aggs):
        with pytest.raises(QueryError, match="a shard is gone"):
            use(large)


def test_a_field_named_error_does_not_make_a_large_answer_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    content = answer([{"error": "x" * 500}] * 300)
    decoded: list[bytes] = []
    read = hits.open_answer

    def spy(raw: bytes) -> hits.OpenedHits:
        decoded.append(raw)
        return read(raw)

    monkeypatch.setattr(hits, "open_answer", spy)
    result = SearchResult(content)
    assert decoded == []
    assert len(result.hits()) == 300
    assert decoded == [content]


def test_failures_of_another_shape() -> None:
    with pytest.raises(DecodeError):
        len(SearchResult(b"[1]"))


SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=5)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.none() | st.text(max_size=5) | st.sampled_from(["2013-01-01", '},{"_index":', "{}"]),
    "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
    "number": st.integers(-5, 5) | st.floats(-5, 5),
    "real": st.none() | st.floats(),
    "yes": st.booleans(),
    "list": st.lists(st.integers(0, 9) | st.none(), max_size=3),
    "object": st.fixed_dictionaries({"a": st.integers(0, 9)}, optional={"b": st.text(max_size=3)}),
    "any": SCALARS | st.lists(SCALARS, max_size=2),
}


@settings(max_examples=300)
@given(st.lists(st.fixed_dictionaries(VALUES), max_size=1) | st.data())
def test_native_agrees_with_tolerant(data: Any) -> None:
    if isinstance(data, list):
        sources = data
    else:
        names = data.draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=4))
        document = st.fixed_dictionaries({}, optional={name: VALUES[name] for name in names})
        sources = data.draw(st.lists(document, max_size=8))
    content = answer(sources)
    judge = hits.tolerant_table(hits.open_answer(content).hits)
    smallest, hits._SMALLEST = hits._SMALLEST, 0
    try:
        quick, rest = hits.native_table(content)
    except native.NotNative:
        return
    finally:
        hits._SMALLEST = smallest

    def typed(value: Any) -> tuple[type, Any]:
        return type(value), "nan" if isinstance(value, float) and math.isnan(value) else value

    assert quick.columns == judge.columns
    for index, _ in enumerate(judge.columns):
        assert [typed(value) for value in quick.values(index)] == [typed(value) for value in judge.values(index)]
    assert rest["hits"]["max_score"] == 1.0


def test_regular_hits_are_native() -> None:
    sources = [
        {"carrier": "UA", "delay": number / 2 if number % 2 else number, "tail": None, "tags": ["a"], "at": {"x": 1}}
        for number in range(300)
    ]
    assert hits.native_table(answer(sources, separators=(", ", ": ")))[0].length == 300
    content = answer(sources)
    table, rest = hits.native_table(content)
    assert [column.type for column in table.columns] == [
        "string",
        "float",
        "string",
        "float",
        "null",
        "array",
        "object",
    ]
    assert table.values(3)[:3] == [0.0, 0.5, 2.0]
    assert rest["took"] == 3
    assert SearchResult(content).hits()[299].source == sources[299]


def test_integers_beyond_a_float_are_not_read_as_floats() -> None:
    sources = [{"n": 0.5}] * 50 + [{"n": 2**53 + 1}] + [{"n": 1}] * 250
    content = answer(sources)
    with pytest.raises(native.NotNative):
        hits.native_table(content)
    assert SearchResult(content).column("n")[50] == 2**53 + 1


@pytest.mark.parametrize("wrap", [lambda n: {"n": n}, lambda n: {"n": [n]}, lambda n: {"n": {"x": [{"y": n}]}}])
@pytest.mark.parametrize("large", [2**53 + 1, -(2**53) - 1, 10**400])
def test_a_large_integer_among_floats_that_no_sample_shows_is_exact(wrap: Any, large: int) -> None:
    sources = [wrap(number / 2 + 0.25) for number in range(3000)]
    sources[1501] = wrap(large)
    for separators in ((",", ":"), (", ", ": ")):
        result = SearchResult(answer(sources, separators=separators))
        assert str(result.column("n")[1501]) == str(wrap(large)["n"])


def test_large_floats_are_native() -> None:
    sources = [{"n": 1.5e300}, {"n": 2.0**60}] * 100
    assert hits.native_table(answer(sources))[0].values(2)[:2] == [1.5e300, 2.0**60]


TREE = {
    "by": {
        "doc_count_error_upper_bound": 0,
        "buckets": [
            {
                "key": "UA",
                "doc_count": 3,
                "mean": {"value": 1.5},
                "month": {
                    "buckets": [
                        {"key": 1, "key_as_string": "2013-01", "doc_count": 2, "spread": {"min": 1, "max": 2}},
                        {"key": 2, "key_as_string": "2013-02", "doc_count": 1, "spread": {"min": 3, "max": 3}},
                    ]
                },
            },
            {"key": "AA", "doc_count": 1, "mean": {"value": None}, "month": {"buckets": []}},
        ],
    }
}


def test_buckets_of_any_depth_are_laid_flat() -> None:
    result = SearchResult(answer([], aggregations=TREE))
    assert result.aggregations["by"] == TREE["by"]
    outer = {"by": "UA", "by.doc_count": 3, "by.mean": 1.5}
    assert result.aggs.to_dicts() == [
        {**outer, "month": "2013-01", "doc_count": 2, "spread.min": 1, "spread.max": 2},
        {**outer, "month": "2013-02", "doc_count": 1, "spread.min": 3, "spread.max": 3},
        {
            "by": "AA",
            "by.doc_count": 1,
            "by.mean": None,
            "month": None,
            "doc_count": None,
            "spread.min": None,
            "spread.max": None,
        },
    ]
    assert result.aggs.to_pandas()["doc_count"].sum() == 3


def test_frames_read_the_flat_table_and_dictionaries_the_tree() -> None:
    aggs = SearchResult(answer([], aggregations=TREE)).aggs
    wanted = aggs.to_arrow()
    assert wanted.num_rows == 3
    assert pa.table(aggs).equals(wanted)
    assert pl.DataFrame(aggs).equals(aggs.to_polars())
    assert pd.DataFrame.from_arrow(aggs).shape == aggs.to_pandas().shape == (3, 7)
    assert duckdb.sql("SELECT sum(doc_count) FROM aggs").fetchall() == [(3,)]
    assert aggs == TREE
    assert dict(aggs) == dict(aggs.items()) == TREE
    assert (list(aggs), len(aggs), "by" in aggs, "no" in aggs) == (["by"], 1, True, False)
    assert (list(aggs.keys()), list(aggs.values())) == (["by"], [TREE["by"]])
    assert (aggs.get("by"), aggs.get("no"), aggs.get("no", 1)) == (TREE["by"], None, 1)
    assert aggs != {"by": None}


def test_other_aggregations() -> None:
    def flat(tree: Any) -> list[dict[str, Any]]:
        return SearchResult(answer([], aggregations=tree)).aggs.to_dicts()

    assert flat({"n": {"value": 2}, "p": {"values": {"50.0": 1.0}}}) == [{"n": 2, "p.50.0": 1.0}]
    assert flat({"late": {"doc_count": 4, "mean": {"value": 2.0}}, "all": {"value": 9}}) == [
        {"late.doc_count": 4, "late.mean": 2.0, "all": 9}
    ]
    assert flat({"f": {"buckets": {"a": {"doc_count": 1}, "b": {"doc_count": 2}}}}) == [
        {"f": "a", "doc_count": 1},
        {"f": "b", "doc_count": 2},
    ]
    assert flat({"c": {"after_key": {"x": 1}, "buckets": [{"key": {"x": 1, "y": "z"}, "doc_count": 2}]}}) == [
        {"c.x": 1, "c.y": "z", "doc_count": 2}
    ]
    assert flat({"a": {"buckets": [{"key": 1, "doc_count": 2}]}, "b": {"buckets": [{"key": "x", "doc_count": 3}]}}) == [
        {"aggregation": "a", "a": 1, "doc_count": 2, "b": None},
        {"aggregation": "b", "a": None, "doc_count": 3, "b": "x"},
    ]
    hits_of = {"buckets": [{"key": 1, "doc_count": 1, "top": {"hits": {"hits": [{"_source": {"x": 1}}]}}}]}
    assert flat({"a": hits_of}) == [{"a": 1, "doc_count": 1, "top": [{"x": 1}]}]
