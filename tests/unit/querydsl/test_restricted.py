"""A field that the caller may not see can't be found by any way of asking, and a mask hides its value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infino.local.http import Problem, encode_json
from tests.unit.querydsl.corpus import Corpus

SECRET = "hunter2"
DOCUMENTS: list[dict[str, Any]] = [
    {"_id": "1", "name": "ann", "pay": 90_000, "pass": SECRET, "a": {"b": SECRET, "c": 1}, "day": "2024-01-01"},
    {"_id": "2", "name": "bob", "pay": 10, "pass": "other", "a": "plain", "day": "2024-01-02"},
    {
        "_id": "3",
        "name": "cyd",
        "pay": 20,
        "*": "star",
        "m": {"x": SECRET},
        "masked": "m-real",
        "list": [{"k": SECRET}, {"v": 1}],
    },
]
DENIED = ("pass", "pay", "a.b", "m.x", "list.k")


def allowed(field: str) -> bool:
    return not field.startswith(DENIED)


def present(document: dict[str, Any]) -> dict[str, Any]:
    """Filter as the gateway's rules do."""
    shown = json.loads(json.dumps(document))
    shown.pop("pass", None)
    shown.pop("pay", None)
    shown.pop("m", None)
    if isinstance(shown.get("a"), dict):
        shown["a"].pop("b", None)
    for item in shown.get("list", []):
        if isinstance(item, dict):
            item.pop("k", None)
    if "masked" in shown:
        shown["masked"] = "***"
    return shown


VIEW = {"allowed": allowed, "present": present, "replacements": {"masked": "'***'"}}


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    made = Corpus(DOCUMENTS)
    # The text indexes of an unrestricted reader are in the cache before the restricted one asks.
    assert made.ids({"match": {"pass": SECRET}}) == ["1"]
    assert made.ids({"query_string": {"query": SECRET}}) == ["1", "3"]
    yield made
    made.close()


ATTACKS: list[Any] = [
    {"query": {"match": {"pass": SECRET}}},
    {"query": {"match_phrase_prefix": {"pass": "hunt"}}},
    {"query": {"term": {"pass.keyword": SECRET}}},
    {"query": {"terms": {"pass": [SECRET]}}},
    {"query": {"prefix": {"a.b": "hunt"}}},
    {"query": {"wildcard": {"a.b.keyword": "h*"}}},
    {"query": {"wildcard": {"a": "*hunter*"}}},
    {"query": {"wildcard": {"a.keyword": "*hunter*"}}},
    {"query": {"regexp": {"a.keyword": ".*hunter.*"}}},
    {"query": {"match": {"a": SECRET}}},
    {"query": {"fuzzy": {"m.x": "hunter3"}}},
    {"query": {"range": {"pay": {"gt": 50_000}}}},
    {"query": {"exists": {"field": "pass"}}},
    {"query": {"exists": {"field": "m"}}},
    {"query": {"multi_match": {"query": SECRET}}},
    {"query": {"multi_match": {"query": SECRET, "fields": ["*", "pa*", "*.keyword", "pass"]}}},
    {"query": {"query_string": {"query": SECRET}}},
    {"query": {"query_string": {"query": "pass:hunter2 OR p*:hunter2 OR _exists_:pass OR pay:>50000"}}},
    {"query": {"simple_query_string": {"query": "hunter2 | hunt*"}}},
    {"query": {"match": {"*": SECRET}}},
    {"query": {"term": {"*.keyword": SECRET}}},
    {"query": {"match": {"masked": "real"}}},
    {"query": {"term": {"masked.keyword": "m-real"}}},
    {"query": {"match": {"$.pass": SECRET}}},
    {"query": {"match": {"_source": SECRET}}},
    {"query": {"match": {"_source.pass": SECRET}}},
]


@pytest.mark.parametrize("body", ATTACKS, ids=lambda body: str(body)[:80])
def test_no_query_finds_a_denied_value(corpus: Corpus, body: Any) -> None:
    assert corpus.search(body, **VIEW)["hits"]["total"]["value"] == 0


def test_a_nested_query_finds_no_denied_value() -> None:
    corpus = Corpus(DOCUMENTS, mapping={"list": {"type": "nested"}})
    body = {"query": {"nested": {"path": "list", "query": {"term": {"list.k.keyword": SECRET}}}}}
    assert corpus.search(body)["hits"]["total"]["value"] == 1
    assert corpus.search(body, **VIEW)["hits"]["total"]["value"] == 0
    corpus.close()


SHOWING: list[Any] = [
    {"sort": [{"pass.keyword": {"unmapped_type": "keyword"}}]},
    {"sort": [{"pay": {"unmapped_type": "long"}}]},
    {"_source": ["pass", "a.*", "*"]},
    {"fields": ["pass", "a.b", "a", "*", "m.x", "m", "list", "masked"]},
    {"query": {"match_all": {}}, "highlight": {"fields": {"*": {"no_match_size": 50}, "pass": {"no_match_size": 50}}}},
    {
        "query": {"match": {"name": "hunter2 ann bob cyd"}},
        "highlight": {"require_field_match": False, "fields": {"*": {}, "pass": {}, "a.b": {}, "m.x": {}}},
    },
    {"aggs": {"x": {"terms": {"field": "pass.keyword"}}, "y": {"terms": {"field": "a.b.keyword", "missing": "none"}}}},
    {"aggs": {"x": {"terms": {"field": "a.keyword"}}, "y": {"terms": {"field": "*.keyword"}}}},
    {
        "aggs": {
            "x": {"max": {"field": "pay"}},
            "y": {"stats": {"field": "pay"}},
            "z": {"percentiles": {"field": "pay"}},
        }
    },
    {
        "aggs": {
            "x": {"filter": {"match": {"pass": SECRET}}},
            "y": {"filters": {"filters": [{"range": {"pay": {"gt": 50}}}]}},
        }
    },
    {"aggs": {"x": {"top_hits": {"_source": ["pass", "pay", "*"], "size": 9}}}},
    {"aggs": {"x": {"composite": {"sources": [{"p": {"terms": {"field": "pass.keyword", "missing_bucket": True}}}]}}}},
    {"aggs": {"x": {"histogram": {"field": "pay", "interval": 10_000}}, "y": {"terms": {"field": "masked.keyword"}}}},
    {
        "aggs": {
            "x": {"terms": {"field": "list.k.keyword", "min_doc_count": 0}},
            "g": {"global": {}, "aggs": {"t": {"top_hits": {}}}},
        }
    },
]


@pytest.mark.parametrize("body", SHOWING, ids=lambda body: str(body)[:80])
def test_nothing_shows_a_denied_value(corpus: Corpus, body: Any) -> None:
    shown = encode_json(corpus.search({"query": {"match_all": {}}, **body}, **VIEW)).decode()
    for value in (SECRET, "90000", "m-real"):
        assert value not in shown


def test_a_denied_field_reads_like_one_that_is_not_there(corpus: Corpus) -> None:
    for body in (
        {"sort": ["FIELD"]},
        {"aggs": {"x": {"avg": {"field": "FIELD"}}}},
        {"query": {"term": {"FIELD": "x"}}},
    ):
        answers = []
        for name in ("pay", "nowhere"):
            try:
                given = corpus.search(json.loads(json.dumps(body).replace("FIELD", name)), **VIEW)
                answers.append(str({**given, "took": 0}))
            except Problem as problem:
                answers.append(str(problem).replace(name, "FIELD"))
        assert answers[0] == answers[1]


def test_what_is_allowed_still_works(corpus: Corpus) -> None:
    body = {"query": {"match": {"name": "ann"}}, "sort": ["day"], "highlight": {"fields": {"name": {}}}}
    hit = corpus.search(body, **VIEW)["hits"]["hits"][0]
    assert hit["_source"] == {"name": "ann", "a": {"c": 1}, "day": "2024-01-01"}
    assert hit["highlight"] == {"name": ["<em>ann</em>"]}
    assert corpus.search({"query": {"match": {"a": "plain"}}}, **VIEW)["hits"]["total"]["value"] == 1


def test_a_field_named_like_a_wildcard_reads_nothing_else() -> None:
    corpus = Corpus([{"*": ["star"], "pass": [SECRET]}, {"pass": [SECRET]}, {"*": "star", "pass": SECRET}])
    for query in ({"match": {"*": SECRET}}, {"term": {"*.keyword": SECRET}}, {"wildcard": {"*": "h*"}}):
        assert corpus.search({"query": query}, allowed=lambda field: field == "*")["hits"]["total"]["value"] == 0
    corpus.close()
