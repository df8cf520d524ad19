"""Every kind of aggregation, against answers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

from infino.local.http import Problem
from tests.unit.querydsl.corpus import Corpus

DOCUMENTS: list[dict[str, Any]] = [
    {
        "_id": "1",
        "shop": "north",
        "price": 10,
        "tags": ["a", "b"],
        "ok": True,
        "day": "2024-01-10T23:30:00Z",
        "sizes": [1, 2],
    },
    {"_id": "2", "shop": "north", "price": 20, "tags": ["a"], "ok": False, "day": "2024-01-20", "sizes": [2, 9]},
    {"_id": "3", "shop": "south", "price": 30, "tags": ["b", "b"], "ok": True, "day": "2024-03-05", "sizes": 4},
    {"_id": "4", "shop": "south", "price": 40.5, "day": "2024-03-31T22:30:00Z", "text": "late bird"},
    {"_id": "5", "shop": "east", "tags": "c", "ok": True, "text": "early bird"},
]


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    made = Corpus(DOCUMENTS)
    yield made
    made.close()


def pairs(result: dict[str, Any], key: str = "key") -> list[tuple[Any, int]]:
    return [(bucket[key], bucket["doc_count"]) for bucket in result["buckets"]]


BUCKETS: list[tuple[dict[str, Any], list[tuple[Any, int]]]] = [
    ({"terms": {"field": "shop.keyword"}}, [("north", 2), ("south", 2), ("east", 1)]),
    ({"terms": {"field": "shop.keyword", "size": 1}}, [("north", 2)]),
    ({"terms": {"field": "shop.keyword", "order": {"_key": "desc"}}}, [("south", 2), ("north", 2), ("east", 1)]),
    (
        {"terms": {"field": "shop.keyword", "order": [{"_count": "asc"}, {"_key": "desc"}]}},
        [("east", 1), ("south", 2), ("north", 2)],
    ),
    ({"terms": {"field": "tags.keyword"}}, [("a", 2), ("b", 2), ("c", 1)]),
    ({"terms": {"field": "tags.keyword", "missing": "none"}}, [("a", 2), ("b", 2), ("c", 1), ("none", 1)]),
    ({"terms": {"field": "tags.keyword", "include": "[ab]"}}, [("a", 2), ("b", 2)]),
    ({"terms": {"field": "tags.keyword", "include": ["a", "c"], "exclude": ["c"]}}, [("a", 2)]),
    ({"terms": {"field": "tags.keyword", "min_doc_count": 2}}, [("a", 2), ("b", 2)]),
    ({"terms": {"field": "ok"}}, [(1, 3), (0, 1)]),
    ({"terms": {"field": "price"}}, [(10.0, 1), (20.0, 1), (30.0, 1), (40.5, 1)]),
    ({"terms": {"field": "sizes"}}, [(2, 2), (1, 1), (4, 1), (9, 1)]),
    ({"terms": {"field": "nowhere"}}, []),
    (
        {"range": {"field": "price", "ranges": [{"to": 20}, {"from": 20, "to": 40.5, "key": "mid"}, {"from": 40.5}]}},
        [("*-20.0", 1), ("mid", 2), ("40.5-*", 1)],
    ),
    ({"range": {"field": "sizes", "ranges": [{"to": 2}, {"from": 2}]}}, [("*-2.0", 1), ("2.0-*", 3)]),
    (
        {
            "date_range": {
                "field": "day",
                "format": "yyyy-MM",
                "ranges": [{"to": "2024-02"}, {"from": "2024-02", "to": "now/d"}],
            }
        },
        [("*-2024-02", 2), ("2024-02-2024-03", 1)],
    ),
    ({"histogram": {"field": "price", "interval": 15}}, [(0.0, 1), (15.0, 1), (30.0, 2)]),
    ({"histogram": {"field": "price", "interval": 10, "offset": 5}}, [(5.0, 1), (15.0, 1), (25.0, 1), (35.0, 1)]),
    (
        {"histogram": {"field": "price", "interval": 10, "min_doc_count": 1}},
        [(10.0, 1), (20.0, 1), (30.0, 1), (40.0, 1)],
    ),
    ({"histogram": {"field": "sizes", "interval": 4}}, [(0.0, 2), (4.0, 1), (8.0, 1)]),
    (
        {"histogram": {"field": "price", "interval": 20, "extended_bounds": {"min": -20, "max": 60}}},
        [(-20.0, 0), (0.0, 1), (20.0, 2), (40.0, 1), (60.0, 0)],
    ),
    ({"histogram": {"field": "price", "interval": 20, "hard_bounds": {"min": 20, "max": 39}}}, [(20.0, 2)]),
    ({"histogram": {"field": "price", "interval": 20, "missing": 1}}, [(0.0, 2), (20.0, 2), (40.0, 1)]),
]


@pytest.mark.parametrize(("aggregation", "expected"), BUCKETS, ids=lambda value: str(value)[:90])
def test_buckets(corpus: Corpus, aggregation: dict[str, Any], expected: list[tuple[Any, int]]) -> None:
    assert pairs(corpus.aggregate({"x": aggregation})["x"]) == expected


DATES: list[tuple[dict[str, Any], list[tuple[str, int]]]] = [
    (
        {"calendar_interval": "month"},
        [("2024-01-01T00:00:00.000Z", 2), ("2024-02-01T00:00:00.000Z", 0), ("2024-03-01T00:00:00.000Z", 2)],
    ),
    ({"calendar_interval": "1M", "min_doc_count": 1, "format": "yyyy-MM"}, [("2024-01", 2), ("2024-03", 2)]),
    ({"calendar_interval": "quarter"}, [("2024-01-01T00:00:00.000Z", 4)]),
    ({"calendar_interval": "year", "format": "yyyy"}, [("2024", 4)]),
    (
        {"calendar_interval": "week", "min_doc_count": 1, "format": "yyyy-MM-dd"},
        [("2024-01-08", 1), ("2024-01-15", 1), ("2024-03-04", 1), ("2024-03-25", 1)],
    ),
    (
        {"calendar_interval": "day", "min_doc_count": 1, "format": "dd/MM"},
        [("10/01", 1), ("20/01", 1), ("05/03", 1), ("31/03", 1)],
    ),
    # In Berlin the first document is of the 11th, and the last of April, in summer time.
    (
        {"calendar_interval": "month", "time_zone": "Europe/Berlin", "min_doc_count": 1},
        [
            ("2024-01-01T00:00:00.000+01:00", 2),
            ("2024-03-01T00:00:00.000+01:00", 1),
            ("2024-04-01T00:00:00.000+02:00", 1),
        ],
    ),
    (
        {"calendar_interval": "day", "time_zone": "+01:00", "min_doc_count": 1, "format": "MM-dd"},
        [("01-11", 1), ("01-20", 1), ("03-05", 1), ("03-31", 1)],
    ),
    (
        {"calendar_interval": "month", "offset": "+10d", "min_doc_count": 1, "format": "MM-dd"},
        [("12-11", 1), ("01-11", 1), ("02-11", 1), ("03-11", 1)],
    ),
    (
        {"fixed_interval": "30d", "min_doc_count": 1, "format": "yyyy-MM-dd"},
        [("2023-12-19", 1), ("2024-01-18", 1), ("2024-02-17", 1), ("2024-03-18", 1)],
    ),
    (
        {"fixed_interval": "12h", "min_doc_count": 1, "format": "dd HH:mm", "time_zone": "+02:00"},
        [("11 00:00", 1), ("20 00:00", 1), ("05 00:00", 1), ("01 00:00", 1)],
    ),
]


@pytest.mark.parametrize(("options", "expected"), DATES, ids=lambda value: str(value)[:90])
def test_date_histogram(corpus: Corpus, options: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    found = corpus.aggregate({"x": {"date_histogram": {"field": "day", **options}}})["x"]
    assert pairs(found, "key_as_string") == expected


@pytest.mark.parametrize("zone", ["+02:00", "Europe/Berlin"])
def test_bounds_are_of_the_zone(corpus: Corpus, zone: str) -> None:
    bounds = {"min": "2024-01-10T06:00", "max": "2024-01-11T13:00"}
    options = {"field": "day", "fixed_interval": "12h", "time_zone": zone, "extended_bounds": bounds}
    inside = {"range": {"day": {"gte": "2024-01-10", "lt": "2024-01-12"}}}
    found = corpus.aggregate({"x": {"date_histogram": {**options, "format": "dd HH:mm||yyyy-MM-dd'T'HH:mm"}}}, inside)[
        "x"
    ]
    assert pairs(found, "key_as_string") == [("10 00:00", 0), ("10 12:00", 0), ("11 00:00", 1), ("11 12:00", 0)]


def test_an_hour_that_the_clock_shows_twice_is_two_buckets() -> None:
    corpus = Corpus([{"at": "2024-10-27T00:30:00Z"}, {"at": "2024-10-27T01:30:00Z"}])
    options = {"field": "at", "calendar_interval": "hour", "time_zone": "Europe/Berlin"}
    found = corpus.aggregate({"x": {"date_histogram": options}})["x"]
    assert pairs(found, "key_as_string") == [("2024-10-27T02:00:00.000+02:00", 1), ("2024-10-27T02:00:00.000+01:00", 1)]
    corpus.close()


METRICS: list[tuple[dict[str, Any], Any]] = [
    ({"avg": {"field": "price"}}, {"value": 25.125}),
    ({"sum": {"field": "price"}}, {"value": 100.5}),
    ({"min": {"field": "price"}}, {"value": 10.0}),
    ({"max": {"field": "price"}}, {"value": 40.5}),
    ({"avg": {"field": "price", "missing": 0}}, {"value": 20.1}),
    ({"value_count": {"field": "sizes"}}, {"value": 5}),
    ({"value_count": {"field": "tags.keyword"}}, {"value": 5}),
    ({"sum": {"field": "sizes"}}, {"value": 18.0}),
    ({"cardinality": {"field": "tags.keyword"}}, {"value": 3}),
    ({"cardinality": {"field": "nowhere"}}, {"value": 0}),
    ({"sum": {"field": "nowhere"}}, {"value": 0.0}),
    ({"avg": {"field": "nowhere"}}, {"value": None}),
    ({"avg": {"field": "ok"}}, {"value": 0.75}),
    ({"max": {"field": "day", "format": "yyyy-MM-dd"}}, {"value": 1711924200000.0, "value_as_string": "2024-03-31"}),
    ({"stats": {"field": "price"}}, {"count": 4, "min": 10.0, "max": 40.5, "avg": 25.125, "sum": 100.5}),
    ({"stats": {"field": "nowhere"}}, {"count": 0, "min": None, "max": None, "avg": None, "sum": 0.0}),
    (
        {"percentiles": {"field": "price", "percents": [0, 50, 100]}},
        {"values": {"0.0": 10.0, "50.0": 25.0, "100.0": 40.5}},
    ),
    ({"percentiles": {"field": "price", "percents": 50, "keyed": False}}, {"values": [{"key": 50.0, "value": 25.0}]}),
    ({"percentiles": {"field": "nowhere", "percents": [50]}}, {"values": {"50.0": None}}),
]


@pytest.mark.parametrize(("aggregation", "expected"), METRICS, ids=lambda value: str(value)[:90])
def test_metric(corpus: Corpus, aggregation: dict[str, Any], expected: Any) -> None:
    assert corpus.aggregate({"x": aggregation})["x"] == expected


def test_extended_stats(corpus: Corpus) -> None:
    found = corpus.aggregate({"x": {"extended_stats": {"field": "sizes", "sigma": 1}}})["x"]
    assert found["count"] == 5
    assert found["sum_of_squares"] == 1 + 4 + 4 + 81 + 16
    assert found["variance"] == pytest.approx(21.2 - 3.6**2)
    assert found["variance_sampling"] == pytest.approx((21.2 - 3.6**2) * 5 / 4)
    assert found["std_deviation_bounds"]["upper"] == pytest.approx(3.6 + math.sqrt(21.2 - 3.6**2))
    assert corpus.aggregate({"x": {"extended_stats": {"field": "nowhere"}}})["x"]["variance"] is None


def test_filters_missing_and_global(corpus: Corpus) -> None:
    found = corpus.aggregate(
        {
            "one": {"filter": {"match": {"text": "bird"}}, "aggs": {"p": {"max": {"field": "price"}}}},
            "named": {
                "filters": {
                    "filters": {"n": {"term": {"shop.keyword": "north"}}, "ok": {"term": {"ok": True}}},
                    "other_bucket_key": "rest",
                }
            },
            "listed": {"filters": {"filters": [{"term": {"ok": False}}]}},
            "none": {"missing": {"field": "tags"}},
            "all": {"global": {}, "aggs": {"n": {"value_count": {"field": "_id"}}}},
        },
        {"bool": {"must_not": {"ids": {"values": ["5"]}}}},
    )
    assert found["one"] == {"doc_count": 1, "p": {"value": 40.5}}
    assert found["named"]["buckets"] == {"n": {"doc_count": 2}, "ok": {"doc_count": 2}, "rest": {"doc_count": 1}}
    assert found["listed"]["buckets"] == [{"doc_count": 1}]
    assert found["none"] == {"doc_count": 1}
    assert found["all"] == {"doc_count": 5, "n": {"value": 5}}


def test_nesting_keeps_each_bucket_apart(corpus: Corpus) -> None:
    found = corpus.aggregate(
        {
            "tag": {
                "terms": {"field": "tags.keyword"},
                "meta": {"why": "test"},
                "aggs": {
                    "shop": {
                        "terms": {"field": "shop.keyword"},
                        "aggs": {"p": {"sum": {"field": "price"}}, "s": {"max": {"field": "sizes"}}},
                    },
                    "p": {"avg": {"field": "price"}},
                },
            }
        }
    )["tag"]
    assert found["meta"] == {"why": "test"}
    north, south = {"key": "north", "doc_count": 1}, {"key": "south", "doc_count": 1}
    inner = [bucket["shop"]["buckets"] for bucket in found["buckets"]]
    assert inner == [
        [{"key": "north", "doc_count": 2, "p": {"value": 30.0}, "s": {"value": 9.0}}],
        [{**north, "p": {"value": 10.0}, "s": {"value": 2.0}}, {**south, "p": {"value": 30.0}, "s": {"value": 4.0}}],
        [{"key": "east", "doc_count": 1, "p": {"value": 0.0}, "s": {"value": None}}],
    ]
    assert [bucket["p"]["value"] for bucket in found["buckets"]] == [15.0, 20.0, None]


def test_terms_ordered_by_what_is_inside(corpus: Corpus) -> None:
    for path, expected in (("p", ["south", "north"]), ("s.min", ["south", "north"]), ("f>p", ["south", "north"])):
        inner = {
            "p": {"max": {"field": "price"}},
            "s": {"stats": {"field": "price"}},
            "f": {"filter": {"match_all": {}}, "aggs": {"p": {"max": {"field": "price"}}}},
        }
        terms = {"field": "shop.keyword", "size": 2, "order": {path: "desc"}}
        found = corpus.aggregate({"x": {"terms": terms, "aggs": inner}})["x"]
        assert [bucket["key"] for bucket in found["buckets"]] == expected
        assert found["sum_other_doc_count"] == 1


def test_terms_of_documents_outside_the_query(corpus: Corpus) -> None:
    aggregation = {"x": {"terms": {"field": "shop.keyword", "min_doc_count": 0}}}
    found = corpus.aggregate(aggregation, {"term": {"shop.keyword": "east"}})["x"]
    assert pairs(found) == [("east", 1), ("north", 0), ("south", 0)]


def test_top_hits(corpus: Corpus) -> None:
    inner = {"best": {"top_hits": {"size": 1, "sort": [{"price": "desc"}], "_source": ["price"]}}}
    found = corpus.aggregate({"x": {"terms": {"field": "shop.keyword"}, "aggs": inner}})["x"]["buckets"]
    hits = [bucket["best"]["hits"] for bucket in found]
    assert [hit["hits"][0]["_id"] for hit in hits] == ["2", "4", "5"]
    assert hits[0]["hits"][0]["_source"] == {"price": 20}
    assert [hit["total"]["value"] for hit in hits] == [2, 2, 1]
    empty = corpus.aggregate({"x": {"filter": {"match_none": {}}, "aggs": inner}})["x"]
    assert empty["best"]["hits"]["hits"] == []
    second = corpus.aggregate({"x": {"top_hits": {"from": 1, "size": 2, "sort": ["price"]}}})["x"]["hits"]
    assert [hit["_id"] for hit in second["hits"]] == ["2", "3"]


def test_composite_goes_through_all_pages(corpus: Corpus) -> None:
    sources = [
        {"shop": {"terms": {"field": "shop.keyword", "order": "desc"}}},
        {"tag": {"terms": {"field": "tags.keyword", "missing_bucket": True}}},
    ]
    keys, after = [], None
    for _ in range(10):
        options = {"size": 2, "sources": sources, **({"after": after} if after else {})}
        found = corpus.aggregate({"x": {"composite": options, "aggs": {"p": {"sum": {"field": "price"}}}}})["x"]
        keys += [(*bucket["key"].values(), bucket["doc_count"], bucket["p"]["value"]) for bucket in found["buckets"]]
        after = found.get("after_key")
        if after is None:
            break
    assert keys == [
        ("south", None, 1, 40.5), ("south", "b", 1, 30.0), ("north", "a", 2, 30.0), ("north", "b", 1, 10.0),
        ("east", "c", 1, 0.0),
    ]  # fmt: skip


def test_composite_of_dates_and_numbers(corpus: Corpus) -> None:
    sources = [
        {"month": {"date_histogram": {"field": "day", "calendar_interval": "month", "format": "yyyy-MM"}}},
        {"price": {"histogram": {"field": "price", "interval": 20}}},
    ]
    found = corpus.aggregate({"x": {"composite": {"size": 2, "sources": sources}}})["x"]
    assert [bucket["key"] for bucket in found["buckets"]] == [
        {"month": "2024-01", "price": 0.0},
        {"month": "2024-01", "price": 20.0},
    ]
    rest = corpus.aggregate({"x": {"composite": {"sources": sources, "after": found["after_key"]}}})["x"]
    assert [bucket["key"] for bucket in rest["buckets"]] == [
        {"month": "2024-03", "price": 20.0},
        {"month": "2024-03", "price": 40.0},
    ]


def test_pipelines(corpus: Corpus) -> None:
    inner = {
        "p": {"sum": {"field": "price"}},
        "running": {"cumulative_sum": {"buckets_path": "p"}},
        "change": {"derivative": {"buckets_path": "_count"}},
    }
    found = corpus.aggregate(
        {
            "x": {"date_histogram": {"field": "day", "calendar_interval": "month"}, "aggs": inner},
            "top": {"max_bucket": {"buckets_path": "x>p"}},
            "mean": {"avg_bucket": {"buckets_path": "x>_count"}},
        }
    )
    buckets = found["x"]["buckets"]
    assert [bucket["running"]["value"] for bucket in buckets] == [30.0, 30.0, 100.5]
    assert [bucket.get("change") for bucket in buckets] == [None, {"value": -2.0}, {"value": 2.0}]
    assert found["top"] == {"value": 70.5, "keys": ["2024-03-01T00:00:00.000Z"]}
    assert found["mean"] == {"value": pytest.approx(4 / 3)}


def test_bucket_sort(corpus: Corpus) -> None:
    inner = {"p": {"sum": {"field": "price"}}, "cut": {"bucket_sort": {"sort": [{"p": "desc"}], "from": 1, "size": 1}}}
    found = corpus.aggregate({"x": {"terms": {"field": "shop.keyword"}, "aggs": inner}})["x"]
    assert [bucket["key"] for bucket in found["buckets"]] == ["north"]
    assert found["sum_other_doc_count"] == 0


def test_keyed_buckets(corpus: Corpus) -> None:
    ranges = {"field": "price", "keyed": True, "ranges": [{"to": 20, "key": "low"}]}
    assert corpus.aggregate({"x": {"range": ranges}})["x"]["buckets"] == {"low": {"to": 20.0, "doc_count": 1}}
    steps = {"field": "price", "interval": 100, "keyed": True}
    assert corpus.aggregate({"x": {"histogram": steps}})["x"]["buckets"] == {"0.0": {"key": 0.0, "doc_count": 4}}


def test_a_level_costs_the_same_number_of_statements_whatever_its_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    from infino.local.querydsl.plan import SearchPlan

    ran: list[str] = []
    run = SearchPlan.run
    monkeypatch.setattr(SearchPlan, "run", lambda self, sql: ran.append(sql) or run(self, sql))
    counts = []
    for size in (3, 60):
        corpus = Corpus({"k": f"k{n % size}", "j": f"j{n % 7}", "v": n} for n in range(300))
        ran.clear()
        inner = {"j": {"terms": {"field": "j.keyword"}, "aggs": {"v": {"avg": {"field": "v"}}}}}
        corpus.aggregate({"k": {"terms": {"field": "k.keyword", "size": 100}, "aggs": inner}})
        counts.append(len(ran))
        corpus.close()
    assert counts[0] == counts[1]


REFUSED: list[tuple[dict[str, Any], int, str, str]] = [
    ({"odd": {}}, 400, "parsing_exception", "Unknown aggregation type [odd]"),
    ({}, 400, "parsing_exception", "Missing definition for aggregation [x]"),
    ({"avg": {"field": "price"}, "sum": {"field": "price"}}, 400, "parsing_exception", "Found two aggregation type"),
    ({"terms": {}}, 400, "illegal_argument_exception", "Required one of fields [field, script]"),
    ({"terms": {"field": "text"}}, 400, "illegal_argument_exception", "Text fields are not optimised"),
    (
        {"terms": {"field": "shop.keyword", "size": 0}},
        400,
        "illegal_argument_exception",
        "[size] must be greater than 0",
    ),
    (
        {"terms": {"field": "shop.keyword", "order": {"p": "desc"}}},
        400,
        "illegal_argument_exception",
        "Invalid aggregation path [p]",
    ),
    ({"terms": {"field": "shop.keyword", "odd": 1}}, 400, "x_content_parse_exception", "unknown field [odd]"),
    ({"avg": {"field": "shop.keyword"}}, 400, "illegal_argument_exception", "is not supported for aggregation [avg]"),
    (
        {"avg": {"field": "price"}, "aggs": {"y": {"sum": {"field": "price"}}}},
        400,
        "illegal_argument_exception",
        "cannot accept sub-aggregations",
    ),
    ({"histogram": {"field": "price", "interval": 0}}, 400, "illegal_argument_exception", "[interval] must be >0"),
    ({"histogram": {"field": "price", "interval": 0.0001}}, 400, "illegal_argument_exception", "too many buckets"),
    ({"date_histogram": {"field": "day"}}, 400, "illegal_argument_exception", "Invalid interval"),
    (
        {"date_histogram": {"field": "day", "calendar_interval": "2M"}},
        400,
        "illegal_argument_exception",
        "calendar interval",
    ),
    ({"date_histogram": {"field": "day", "fixed_interval": "1M"}}, 400, "illegal_argument_exception", "time value"),
    (
        {"date_histogram": {"field": "price", "fixed_interval": "1d"}},
        400,
        "illegal_argument_exception",
        "not supported for aggregation",
    ),
    (
        {"percentiles": {"field": "price", "percents": [101]}},
        400,
        "illegal_argument_exception",
        "percent must be in [0,100]",
    ),
    ({"cumulative_sum": {"buckets_path": "p"}}, 400, "action_request_validation_exception", "must have a histogram"),
    ({"terms": {"field": "ok"}, "aggs": {"g": {"global": {}}}}, 400, "illegal_argument_exception", "global"),
    (
        {"terms": {"field": "ok"}, "aggs": {"c": {"composite": {"sources": [{"a": {"terms": {"field": "ok"}}}]}}}},
        400,
        "illegal_argument_exception",
        "[composite] aggregation cannot be used with a parentAggregation",
    ),
    ({"significant_terms": {"field": "shop.keyword"}}, 501, "not_implemented", "significant_terms"),
]


@pytest.mark.parametrize(("aggregation", "status", "kind", "reason"), REFUSED, ids=lambda value: str(value)[:70])
def test_refusals(corpus: Corpus, aggregation: dict[str, Any], status: int, kind: str, reason: str) -> None:
    with pytest.raises(Problem) as caught:
        corpus.aggregate({"x": aggregation})
    assert (caught.value.status, caught.value.type) == (status, kind)
    assert reason in caught.value.reason


def test_dates_are_shown_as_the_mapping_has_them_unless_a_format_is_asked_for() -> None:
    corpus = Corpus(
        [{"at": "03/02/2024"}, {"at": "04/03/2024"}], mapping={"at": {"type": "date", "format": "dd/MM/yyyy"}}
    )
    asked: dict[str, dict[str, Any]] = {
        "date_histogram": {"calendar_interval": "month", "field": "at"},
        "terms": {"field": "at"},
        "min": {"field": "at"},
        "date_range": {"field": "at", "ranges": [{"from": "01/03/2024"}]},
    }
    own = corpus.aggregate({kind: {kind: options} for kind, options in asked.items()})
    assert [bucket["key_as_string"] for bucket in own["date_histogram"]["buckets"]] == ["01/02/2024", "01/03/2024"]
    assert {bucket["key_as_string"] for bucket in own["terms"]["buckets"]} == {"03/02/2024", "04/03/2024"}
    assert own["min"]["value_as_string"] == "03/02/2024"
    assert own["date_range"]["buckets"][0]["from_as_string"] == "01/03/2024"
    other = corpus.aggregate({kind: {kind: {**asked[kind], "format": "yyyy"}} for kind in ("date_histogram", "min")})
    assert (other["date_histogram"]["buckets"][0]["key_as_string"], other["min"]["value_as_string"]) == ("2024", "2024")
    (hit, _) = corpus.search({"fields": ["at"], "sort": [{"at": "asc"}]})["hits"]["hits"]
    assert hit["fields"] == {"at": ["03/02/2024"]}
    corpus.close()
