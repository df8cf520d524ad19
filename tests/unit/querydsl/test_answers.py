"""What surrounds the query: sort, pages, `_source`, highlight, totals, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infino.local.http import Problem
from infino.local.querydsl.source import SourceFilter
from tests.unit.querydsl.corpus import Corpus

DOCUMENTS: list[dict[str, Any]] = [
    {"_id": "a", "name": "carrot", "n": 3, "m": [5, 1], "at": "2024-01-02", "ok": True, "big": 2**60 + 1},
    {"_id": "b", "name": "apple", "n": 1, "m": [9], "at": "2024-01-01T12:00:00Z", "ok": False, "big": 2**60},
    {
        "_id": "c",
        "n": 2,
        "m": [],
        "f": 1.5,
        "text": "Storms came. The big storm broke every roof in the old harbour town.",
    },
    {
        "_id": "d",
        "name": "Banana",
        "n": 1,
        "m": 7,
        "text": ["calm sea", "a storm again"],
        "user": {"id": 1, "mail": "x@y.z"},
    },
]


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    made = Corpus(DOCUMENTS)
    yield made
    made.close()


SORTS: list[tuple[Any, str, list[Any]]] = [
    (["n", {"name.keyword": "asc"}], "dbca", [1, 1, 2, 3]),
    ([{"n": "desc"}, {"name.keyword": {"order": "desc"}}], "acbd", [3, 2, 1, 1]),
    ({"name.keyword": "asc"}, "dbac", ["Banana", "apple", "carrot", None]),
    ({"name.keyword": {"order": "asc", "missing": "_first"}}, "cdba", [None, "Banana", "apple", "carrot"]),
    ({"name.keyword": {"order": "asc", "missing": "b"}}, "dbca", ["Banana", "apple", "b", "carrot"]),
    ({"m": "asc"}, "adbc", [1, 7, 9, 2**63 - 1]),
    ({"m": "desc"}, "bdac", [9, 7, 5, -(2**63)]),
    ({"m": {"order": "asc", "mode": "sum"}}, "adbc", [6, 7, 9, 2**63 - 1]),
    ({"m": {"order": "asc", "mode": "avg"}}, "adbc", [3, 7, 9, 2**63 - 1]),
    ({"m": {"order": "asc", "missing": 6}}, "acdb", [1, 6, 7, 9]),
    ([{"at": "asc"}, "_id"], "bacd", [1704110400000, 1704153600000, 2**63 - 1, 2**63 - 1]),
    ([{"at": {"order": "desc", "format": "yyyy-MM-dd"}}, "_id"], "abcd", ["2024-01-02", "2024-01-01"]),
    ([{"f": "desc"}, {"_id": "desc"}], "cdba", [1.5, "-Infinity", "-Infinity", "-Infinity"]),
    ([{"ok": "asc"}, "_id"], "bacd", [0, 1, 2**63 - 1, 2**63 - 1]),
    ([{"big": "asc"}, "_id"], "bacd", [2**60, 2**60 + 1]),
    ([{"nowhere": {"unmapped_type": "keyword"}}, {"_id": "desc"}], "dcba", [None, None]),
    ([{"nowhere": {"unmapped_type": "long"}}, {"_id": "desc"}], "dcba", [2**63 - 1, 2**63 - 1]),
    ([{"nowhere": {"unmapped_type": "double", "order": "desc"}}, {"_id": "desc"}], "dcba", ["-Infinity"]),
    ([{"nowhere": {"unmapped_type": "date", "missing": "2024-01-01"}}, "_id"], "abcd", [1704067200000]),
]


@pytest.mark.parametrize(("sort", "ids", "values"), SORTS, ids=str)
def test_sort(corpus: Corpus, sort: Any, ids: str, values: list[Any]) -> None:
    hits = corpus.search({"sort": sort})["hits"]["hits"]
    assert "".join(hit["_id"] for hit in hits) == ids
    assert [hit["sort"][0] for hit in hits][: len(values)] == values


@pytest.mark.parametrize(
    "sort", [[*given, "_id"] if isinstance(given, list) else [given, "_id"] for given, _, _ in SORTS], ids=str
)
def test_search_after_visits_each_document_once(corpus: Corpus, sort: list[Any]) -> None:
    everything = [hit["_id"] for hit in corpus.search({"sort": sort})["hits"]["hits"]]
    seen: list[str] = []
    after: list[Any] | None = None
    for _ in range(len(DOCUMENTS) + 1):
        body = {"sort": sort, "size": 1, **({"search_after": after} if after else {})}
        hits = corpus.search(body)["hits"]["hits"]
        if not hits:
            break
        seen.append(hits[0]["_id"])
        after = hits[0]["sort"]
    assert seen == everything


def test_pages(corpus: Corpus) -> None:
    assert corpus.ids(None, sort=["_id"], **{"from": 1}) == ["b", "c", "d"]
    answer = corpus.search({"sort": ["_id"], "from": 1, "size": 2})["hits"]
    assert [hit["_id"] for hit in answer["hits"]] == ["b", "c"]
    assert answer["total"] == {"value": 4, "relation": "eq"}
    assert corpus.search({"size": 0})["hits"]["hits"] == []


def test_totals(corpus: Corpus) -> None:
    assert corpus.search({"track_total_hits": 2})["hits"]["total"] == {"value": 2, "relation": "gte"}
    assert corpus.search({"track_total_hits": True})["hits"]["total"] == {"value": 4, "relation": "eq"}
    assert "total" not in corpus.search({"track_total_hits": False})["hits"]


def test_post_filter_leaves_aggregations_alone(corpus: Corpus) -> None:
    body = {"post_filter": {"term": {"n": 1}}, "aggs": {"n": {"value_count": {"field": "n"}}}, "sort": ["_id"]}
    answer = corpus.search(body)
    assert [hit["_id"] for hit in answer["hits"]["hits"]] == ["b", "d"]
    assert answer["hits"]["total"]["value"] == 2
    assert answer["aggregations"]["n"]["value"] == 4


NESTED = {"a": 1, "user": {"id": 2, "mail": "m", "deep": {"x": 1, "y": 2}}, "list": [{"p": 1, "q": 2}, 5], "e": {}}
FILTERS: list[tuple[Any, dict[str, Any]]] = [
    (None, NESTED),
    (True, NESTED),
    ("a", {"a": 1}),
    (["user.deep"], {"user": {"deep": {"x": 1, "y": 2}}}),
    (["*.x", "a"], {"a": 1, "user": {"deep": {"x": 1}}}),
    ({"includes": ["user.*"], "excludes": ["*.mail", "*.y"]}, {"user": {"id": 2, "deep": {"x": 1}}}),
    ({"excludes": ["user", "list.q"]}, {"a": 1, "list": [{"p": 1}, 5], "e": {}}),
    (["list.p"], {"list": [{"p": 1}]}),
    (["nowhere"], {}),
]


@pytest.mark.parametrize(("given", "expected"), FILTERS, ids=str)
def test_source_filter(given: Any, expected: dict[str, Any]) -> None:
    assert SourceFilter(given).show(NESTED) == expected


def test_source_in_the_answer(corpus: Corpus) -> None:
    one = {"query": {"ids": {"values": ["d"]}}}
    assert "_source" not in corpus.search({**one, "_source": False})["hits"]["hits"][0]
    hit = corpus.search({**one, "_source": ["user.id"], "fields": ["user.m*", "m"]})["hits"]["hits"][0]
    assert hit["_source"] == {"user": {"id": 1}}
    assert hit["fields"] == {"user.mail": ["x@y.z"], "m": [7]}


HIGHLIGHTS: list[tuple[Any, dict[str, Any], dict[str, list[str]]]] = [
    (
        {"match": {"text": "storm"}},
        {},
        {
            "c": ["Storms came. The big <em>storm</em> broke every roof in the old harbour town."],
            "d": ["a <em>storm</em> again"],
        },
    ),
    (
        {"prefix": {"text": "storm"}},
        {"fragment_size": 20},
        {"c": ["<em>Storms</em> came.", "The big <em>storm</em> broke"], "d": ["a <em>storm</em> again"]},
    ),
    (
        {"prefix": {"text": "storm"}},
        {"fragment_size": 20, "number_of_fragments": 1, "order": "score", "pre_tags": ["<b>"], "post_tags": ["</b>"]},
        {"c": ["<b>Storms</b> came."], "d": ["a <b>storm</b> again"]},
    ),
    (
        {"match_phrase": {"text": "big storm"}},
        {"number_of_fragments": 0},
        {"c": ["Storms came. The <em>big</em> <em>storm</em> broke every roof in the old harbour town."]},
    ),
    (
        {"bool": {"must": {"match": {"text": "roof"}}, "must_not": {"match": {"text": "calm"}}}},
        {"fragment_size": 15},
        {"c": ["<em>roof</em> in the old"]},
    ),
]


@pytest.mark.parametrize(("query", "options", "expected"), HIGHLIGHTS, ids=lambda value: str(value)[:60])
def test_highlight(corpus: Corpus, query: Any, options: dict[str, Any], expected: dict[str, list[str]]) -> None:
    hits = corpus.search({"query": query, "highlight": {"fields": {"text": {}}, **options}})["hits"]["hits"]
    assert {hit["_id"]: hit["highlight"]["text"] for hit in hits if "highlight" in hit} == expected


def test_highlight_of_whole_values_and_other_fields(corpus: Corpus) -> None:
    body = {"query": {"term": {"name.keyword": "apple"}}, "highlight": {"fields": {"name.keyword": {}, "text": {}}}}
    assert corpus.search(body)["hits"]["hits"][0]["highlight"] == {"name.keyword": ["<em>apple</em>"]}
    body = {"query": {"match": {"name": "apple"}}, "highlight": {"fields": {"n*": {"require_field_match": False}}}}
    assert corpus.search(body)["hits"]["hits"][0]["highlight"] == {"name": ["<em>apple</em>"]}


def test_empty_dataset() -> None:
    corpus = Corpus()
    answer = corpus.search({"query": {"match": {"x": "y"}}, "aggs": {"a": {"terms": {"field": "z.keyword"}}}})
    assert answer["hits"] == {"total": {"value": 0, "relation": "eq"}, "max_score": None, "hits": []}
    assert answer["aggregations"]["a"]["buckets"] == []
    corpus.close()


def deep(levels: int) -> Any:
    query: Any = {"match_all": {}}
    for _ in range(levels):
        query = {"bool": {"must": [query]}}
    return query


REFUSED: list[tuple[Any, int, str, str]] = [
    ({"query": {"odd": {}}}, 400, "parsing_exception", "unknown query [odd]"),
    ({"query": {}}, 400, "illegal_argument_exception", "query malformed, empty clause found"),
    ({"query": []}, 400, "parsing_exception", "query malformed, must start with start_object"),
    ({"query": {"match": "x"}}, 400, "parsing_exception", "[match] query malformed, no start_object after query name"),
    (
        {"query": {"match": {"a": "b", "c": "d"}}},
        400,
        "parsing_exception",
        "[match] query doesn't support multiple fields, found [a] and [c]",
    ),
    (
        {"query": {"match": {"a": {"query": "b", "odd": 1}}}},
        400,
        "parsing_exception",
        "[match] query does not support [odd]",
    ),
    (
        {"query": {"match": {"a": "b"}, "term": {"a": "b"}}},
        400,
        "parsing_exception",
        "[match] malformed query, expected [END_OBJECT] but found [FIELD_NAME]",
    ),
    ({"query": {"term": {"a": ["b"]}}}, 400, "parsing_exception", "[term] query does not support array of values"),
    ({"query": {"term": {"a": None}}}, 400, "illegal_argument_exception", "value cannot be null"),
    ({"query": {"terms": {"a": "b"}}}, 400, "parsing_exception", "[terms] query does not support [a]"),
    ({"query": {"range": {"n": {"odd": 1}}}}, 400, "parsing_exception", "[range] query does not support [odd]"),
    ({"query": {"range": {"n": {"gte": "x"}}}}, 400, "query_shard_exception", 'For input string: "x"'),
    ({"query": {"range": {"at": {"gte": "soon"}}}}, 400, "parse_exception", "failed to parse date field [soon]"),
    ({"query": {"bool": {"musty": []}}}, 400, "x_content_parse_exception", "[bool] unknown field [musty]"),
    ({"query": {"exists": {}}}, 400, "parsing_exception", "[exists] must be provided with a [field]"),
    ({"query": {"regexp": {"name.keyword": "a("}}}, 400, "illegal_argument_exception", "failed to parse regexp [a(]"),
    (
        {"query": {"regexp": {"name.keyword": "a" * 1001}}},
        400,
        "illegal_argument_exception",
        "The length of regex [1001]",
    ),
    (
        {"query": {"regexp": {"text": "((((a{255}){255}){255}){255})"}}},
        400,
        "illegal_argument_exception",
        "too much effort",
    ),
    (
        {"query": {"regexp": {"name.keyword": "((((a{255}){255}){255}){255})"}}},
        400,
        "illegal_argument_exception",
        "too much effort",
    ),
    ({"query": {"query_string": {"query": "a AND"}}}, 400, "query_shard_exception", "Failed to parse query [a AND]"),
    (
        {"query": {"fuzzy": {"name": {"value": "a", "fuzziness": 3}}}},
        400,
        "illegal_argument_exception",
        "Invalid edit distance 3",
    ),
    (
        {"query": {"nested": {"path": "user", "query": {"term": {"user.id": 1}}, "inner_hits": {}}}},
        501,
        "not_implemented",
        "[inner_hits] in [nested]",
    ),
    (
        {"query": {"nested": {"path": "odd", "query": {"match_all": {}}}}},
        400,
        "query_shard_exception",
        "failed to find nested object under path [odd]",
    ),
    (
        {"query": {"match": {"text": {"query": "a", "boost": -1}}}},
        400,
        "illegal_argument_exception",
        "negative [boost]",
    ),
    ({"query": deep(40)}, 400, "illegal_argument_exception", "nested depth"),
    (
        {"query": {"query_string": {"query": "(" * 500 + "a" + ")" * 500}}},
        400,
        "query_shard_exception",
        "nested too deeply",
    ),
    (
        {"query": {"simple_query_string": {"query": "(" * 500 + "a" + ")" * 500}}},
        400,
        "illegal_argument_exception",
        "nested too deeply",
    ),
    (
        {"query": {"bool": {"should": [{"match_all": {}}] * 1100}}},
        400,
        "too_many_nested_clauses",
        "maxClauseCount is set to 1024",
    ),
    (
        {"query": {"terms": {"n": list(range(65_537))}}},
        400,
        "illegal_argument_exception",
        "The number of terms [65537]",
    ),
    ({"query": {"function_score": {}}}, 501, "not_implemented", "function_score"),
    ({"odd": 1}, 400, "parsing_exception", "Unknown key for a VALUE_NUMBER in [odd]."),
    ({"suggest": {"x": {}}}, 501, "not_implemented", "suggest"),
    (
        {"size": 10_001},
        400,
        "illegal_argument_exception",
        "Result window is too large, from + size must be less than or equal to: [10000] but was [10001]",
    ),
    ({"size": -1}, 400, "illegal_argument_exception", "[size] parameter cannot be negative"),
    ({"from": -1}, 400, "illegal_argument_exception", "[from] parameter cannot be negative"),
    ({"sort": ["nowhere"]}, 400, "query_shard_exception", "No mapping found for [nowhere] in order to sort on"),
    ({"sort": ["text"]}, 400, "illegal_argument_exception", "Text fields are not optimised"),
    ({"sort": [{"n": {"format": "0.0"}}]}, 501, "not_implemented", "[format] in [sort] of the field [n]"),
    ({"sort": [{"_score": {"missing": 5}}]}, 400, "x_content_parse_exception", "[_score] sort has no option [missing]"),
    ({"sort": [{"x": {"unmapped_type": "odd"}}]}, 400, "illegal_argument_exception", "No mapper found for type [odd]"),
    ({"query": {"terms": {"a": {"index": "x", "id": "1"}}}}, 501, "not_implemented", "a lookup of terms"),
    ({"aggs": {"a": {"global": {}, "aggs": {}, "aggregations": {}}}}, 400, "parsing_exception", "the same member"),
    ({"sort": [{"n": "up"}]}, 400, "illegal_argument_exception", "Unknown SortOrder [up]"),
    (
        {"sort": ["n"], "search_after": [1, 2]},
        400,
        "illegal_argument_exception",
        "search_after has 2 value(s) but sort has 1.",
    ),
    ({"search_after": [1]}, 400, "illegal_argument_exception", "Sort must contain at least one field"),
    ([], 400, "parsing_exception", "Expected [START_OBJECT]"),
]


@pytest.mark.parametrize(("body", "status", "kind", "reason"), REFUSED, ids=lambda value: str(value)[:70])
def test_refusals(corpus: Corpus, body: Any, status: int, kind: str, reason: str) -> None:
    with pytest.raises(Problem) as caught:
        corpus.search(body)
    assert (caught.value.status, caught.value.type) == (status, kind)
    assert reason in caught.value.reason


def test_a_query_too_deep_for_any_stack_is_refused(corpus: Corpus) -> None:
    for body in ({"query": deep(5000)}, {"aggs": deep_aggregations(5000)}):
        with pytest.raises(Problem, match="nested") as caught:
            corpus.search(body)
        assert caught.value.status == 400


def deep_aggregations(levels: int) -> Any:
    spec: Any = {"x": {"terms": {"field": "n"}}}
    for _ in range(levels):
        spec = {"x": {"terms": {"field": "n"}, "aggs": spec}}
    return spec


def test_a_thousand_clauses_are_answered(corpus: Corpus) -> None:
    should = [{"term": {"n": number}} for number in range(1000)]
    assert corpus.ids({"bool": {"should": should}}) == ["a", "b", "c", "d"]
    assert corpus.ids({"terms": {"n": list(range(2, 65_000))}}) == ["a", "c"]


def test_now_is_what_the_clock_says(corpus: Corpus) -> None:
    from infino.local.querydsl import search

    with corpus.store.reading() as cursor:
        view = corpus.store.view(cursor, corpus.name)
        body = {"query": {"range": {"at": {"gt": "now-12h"}}}}
        assert search(cursor, view, body, now=datetime(2024, 1, 2, 1, tzinfo=UTC))["hits"]["total"]["value"] == 1


def test_a_mapping_decides_how_values_compare() -> None:
    mapping = {
        "code": {"type": "keyword"}, "day": {"type": "text"}, "size": {"type": "long"}, "later": {"type": "long"},
        "flag": {"type": "boolean"},
    }  # fmt: skip
    documents = [{"code": "A B", "day": "2024-01-01", "size": "12", "flag": "true"}, {"code": "b", "size": 3}]
    corpus = Corpus(documents, mapping=mapping)
    assert corpus.ids({"term": {"code": "A B"}}) == ["1"]
    assert corpus.ids({"match": {"code": "b"}}) == ["2"]
    assert corpus.ids({"match": {"day": "2024"}}) == ["1"]
    assert corpus.ids({"range": {"size": {"gt": 5}}}) == ["1"]
    assert corpus.ids({"term": {"flag": True}}) == ["1"]
    assert corpus.ids(None, sort=["code"]) == ["1", "2"]
    assert corpus.ids(None, sort=[{"later": "asc"}, {"size": "asc"}]) == ["2", "1"]
    buckets = corpus.aggregate({"x": {"terms": {"field": "code"}}})["x"]["buckets"]
    assert [bucket["key"] for bucket in buckets] == ["A B", "b"]
    with pytest.raises(Problem, match="No mapping found"):
        corpus.search({"sort": ["later"]}, allowed=lambda field: field != "later")
    corpus.close()


def test_a_list_in_a_list_of_objects_is_no_text() -> None:
    corpus = Corpus([{"_id": "a", "o": [{"q": "x"}]}, {"_id": "b", "o": [{"q": []}, {"q": ["y"]}]}])
    assert corpus.ids({"range": {"o.q.keyword": {"lt": "x"}}}) == []
    assert corpus.ids({"range": {"o.q.keyword": {"gt": "x"}}}) == ["b"]
    corpus.close()
