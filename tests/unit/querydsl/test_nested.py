"""Nested objects: each is met, counted and scored by itself, as a search over them alone would."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from infino.local.http import Problem
from infino.local.store.writer import DocumentBatch, put
from infino.local.values import exact
from tests.unit.querydsl.corpus import Corpus

MAPPING = {
    "shop": {"type": "keyword"},
    "items": {
        "type": "nested",
        "properties": {
            "colour": {"type": "keyword"},
            "note": {"type": "text"},
            "parts": {"type": "nested", "properties": {"size": {"type": "long"}}},
        },
    },
}
DOCUMENTS: list[dict[str, Any]] = [
    {
        "shop": "x",
        "items": [
            {"colour": "red", "price": 1, "note": "calm sea", "parts": [{"size": 1}, {"size": 2}]},
            {"colour": "green", "price": 5, "note": "storm", "parts": {"size": 2}},
        ],
    },
    {"shop": "y", "items": [{"colour": "red", "price": 7, "note": "storm storm"}, {"colour": "red", "price": 9}]},
    {"shop": "y", "items": {"colour": "green", "price": 1}},
    {"shop": "z", "items": []},
    {"shop": "z"},
]


@pytest.fixture
def corpus() -> Iterator[Corpus]:
    made = Corpus(DOCUMENTS, mapping=MAPPING)
    yield made
    made.close()


def nested(query: Any, path: str = "items", **options: Any) -> dict[str, Any]:
    """Return a nested query."""
    return {"nested": {"path": path, "query": query, **options}}


def both(*queries: Any) -> dict[str, Any]:
    """Return the query that asks for all of some."""
    return {"bool": {"filter": list(queries)}}


RED, GREEN = {"term": {"items.colour": "red"}}, {"term": {"items.colour": "green"}}
CHEAP = {"range": {"items.price": {"lt": 5}}}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (nested(both(RED, CHEAP)), ["1"]),
        (nested(both(GREEN, CHEAP)), ["3"]),
        (both(nested(GREEN), nested(CHEAP)), ["1", "3"]),
        (nested({"bool": {"must_not": [RED]}}), ["1", "3"]),
        ({"bool": {"must_not": [nested(RED)]}}, ["3", "4", "5"]),
        (nested({"match": {"items.note": "storm"}}), ["1", "2"]),
        (nested(both({"match_phrase": {"items.note": "calm sea"}}, RED)), ["1"]),
        (nested({"query_string": {"query": "items.colour:red AND items.price:[7 TO 8]"}}), ["2"]),
        (nested({"exists": {"field": "items.note"}}), ["1", "2"]),
        (nested({"match_all": {}}), ["1", "2", "3"]),
        (nested({"term": {"items.parts.size": 2}}, "items.parts"), ["1"]),
        (nested(both(GREEN, nested({"term": {"items.parts.size": 1}}, "items.parts"))), []),
        (nested(both(RED, nested({"term": {"items.parts.size": 1}}, "items.parts"))), ["1"]),
        (nested({"term": {"shop": "x"}}), []),
        (RED, []),
        ({"exists": {"field": "items"}}, []),
        ({"query_string": {"query": "storm"}}, []),
        (nested(RED, "nowhere", ignore_unmapped=True), []),
    ],
    ids=str,
)
def test_conditions_are_met_by_one_object(corpus: Corpus, query: Any, found: list[str]) -> None:
    assert corpus.ids(query) == found
    assert corpus.matching(query) == found


def test_every_pair_of_conditions_as_plain_code_finds_it() -> None:
    chance = random.Random(7)
    colours, sizes = ["red", "green", "blue"], range(4)
    documents = [
        {
            "items": [
                {"colour": chance.choice(colours), "price": chance.choice(sizes)} for _ in range(chance.randrange(4))
            ]
        }
        for _ in range(120)
    ]
    corpus = Corpus(documents, mapping=MAPPING)
    for colour, size in itertools.product(colours, sizes):
        query = nested(both({"term": {"items.colour": colour}}, {"term": {"items.price": size}}))
        wanted = [
            str(number)
            for number, document in enumerate(documents, 1)
            if {"colour": colour, "price": size} in document["items"]
        ]
        assert corpus.matching(query) == sorted(wanted, key=int) == corpus.ids(query)
    counts = corpus.aggregate({"a": {"nested": {"path": "items"}, "aggs": {"c": {"terms": {"field": "items.colour"}}}}})
    wanted_counts = Counter(item["colour"] for document in documents for item in document["items"])
    assert {bucket["key"]: bucket["doc_count"] for bucket in counts["a"]["c"]["buckets"]} == wanted_counts
    corpus.close()


@pytest.mark.parametrize(("mode", "score"), [("sum", 5.0), ("avg", 2.5), ("max", 3.0), ("min", 2.0), ("none", 0.0)])
def test_scores_of_objects_are_put_together(corpus: Corpus, mode: str, score: float) -> None:
    should = [{"range": {"items.price": {"lte": 7, "boost": 2}}}, {"range": {"items.price": {"gt": 7, "boost": 3}}}]
    query = nested({"bool": {"should": should}}, score_mode=mode)
    assert corpus.scores(query)["2"] == score


def test_the_best_come_first_and_pages_follow_each_other(corpus: Corpus) -> None:
    query = nested({"match": {"items.note": "storm"}}, score_mode="max")
    first = corpus.search({"query": query, "size": 1})["hits"]
    second = corpus.search({"query": query, "size": 1, "from": 1})["hits"]
    assert [first["hits"][0]["_id"], second["hits"][0]["_id"]] == ["2", "1"]
    assert first["total"]["value"] == 2
    assert first["max_score"] > second["hits"][0]["_score"] > 0


def test_objects_in_buckets_and_back(corpus: Corpus) -> None:
    inside = {
        "colours": {
            "terms": {"field": "items.colour"},
            "aggs": {"price": {"sum": {"field": "items.price"}}, "shops": {"reverse_nested": {}}},
        },
        "red": {
            "filter": RED,
            "aggs": {
                "parts": {
                    "nested": {"path": "items.parts"},
                    "aggs": {
                        "size": {"avg": {"field": "items.parts.size"}},
                        "items": {
                            "reverse_nested": {"path": "items"},
                            "aggs": {"price": {"max": {"field": "items.price"}}},
                        },
                    },
                }
            },
        },
    }
    answer = corpus.aggregate(
        {"s": {"terms": {"field": "shop"}, "aggs": {"i": {"nested": {"path": "items"}, "aggs": inside}}}}
    )
    found = {bucket["key"]: bucket["i"] for bucket in answer["s"]["buckets"]}
    assert {key: one["doc_count"] for key, one in found.items()} == {"x": 2, "y": 3, "z": 0}
    colours = {
        key: [
            (c["key"], c["doc_count"], c["price"]["value"], c["shops"]["doc_count"]) for c in one["colours"]["buckets"]
        ]
        for key, one in found.items()
    }
    assert colours["y"] == [("red", 2, 16.0, 1), ("green", 1, 1.0, 1)]
    assert sorted(colours["x"]) == [("green", 1, 5.0, 1), ("red", 1, 1.0, 1)]
    parts = found["x"]["red"]["parts"]
    assert parts == {"doc_count": 2, "size": {"value": 1.5}, "items": {"doc_count": 1, "price": {"value": 1.0}}}


def test_the_query_decides_whose_objects_are_counted(corpus: Corpus) -> None:
    answer = corpus.aggregate({"i": {"nested": {"path": "items"}}}, {"term": {"shop": "y"}})
    assert answer == {"i": {"doc_count": 3}}
    assert corpus.aggregate({"i": {"nested": {"path": "nowhere"}}}) == {"i": {"doc_count": 0}}


def test_digits_of_objects_are_kept() -> None:
    corpus = Corpus(mapping=MAPPING)
    with corpus.store.writing() as cursor:
        text = b'{"items":[{"n":0.1234567890123456789},{"n":0.1234567890123456788}]}'
        put(corpus.store, cursor, corpus.store.get(cursor, "books"), DocumentBatch(["1"], [text], [exact.loads(text)]))
    assert corpus.ids(nested({"term": {"items.n": "0.1234567890123456789"}})) == ["1"]
    assert corpus.ids(nested({"term": {"items.n": "0.1234567890123456787"}})) == []
    corpus.close()


def test_what_a_role_hides_no_object_shows(corpus: Corpus) -> None:
    hidden = {"allowed": lambda field: field != "items.colour"}
    assert corpus.search({"query": nested(RED)}, **hidden)["hits"]["total"]["value"] == 0
    body = {
        "size": 0,
        "aggs": {"i": {"nested": {"path": "items"}, "aggs": {"c": {"terms": {"field": "items.colour"}}}}},
    }
    assert corpus.search(body, **hidden)["aggregations"]["i"]["c"]["buckets"] == []
    masked = {"replacements": {"items.price": "'-'"}}
    assert corpus.search({"query": nested(CHEAP)}, **masked)["hits"]["total"]["value"] == 0


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"query": nested(RED, inner_hits={})}, 501, "[inner_hits]"),
        ({"query": nested(RED, "nowhere")}, 400, "failed to find nested object under path [nowhere]"),
        ({"fields": ["items.colour"]}, 501, "[items]"),
        ({"fields": ["*"]}, 501, "[items]"),
        ({"aggs": {"i": {"nested": {}}}}, 400, "[path]"),
        ({"aggs": {"i": {"reverse_nested": {}}}}, 400, "inside a [nested]"),
        (
            {"aggs": {"i": {"nested": {"path": "items"}, "aggs": {"b": {"reverse_nested": {"path": "shop"}}}}}},
            400,
            "[shop] is not around it",
        ),
        ({"aggs": {"i": {"nested": {"path": "items"}, "aggs": {"t": {"top_hits": {}}}}}}, 501, "[top_hits]"),
    ],
    ids=str,
)
def test_what_is_refused_is_named(corpus: Corpus, body: Any, status: int, words: str) -> None:
    with pytest.raises(Problem) as caught:
        corpus.search(body)
    assert caught.value.status == status
    assert words in caught.value.reason


def test_what_is_not_nested_is_refused_by_name() -> None:
    corpus = Corpus([{"items": [{"price": 1}], "n": 1}], mapping={"said": {"properties": {"k": {"type": "long"}}}})
    everything = {"match_all": {}}
    for path, reason in (
        ("items", "nested object under path [items] is not of nested type"),
        ("said", "nested object under path [said] is not of nested type"),
        ("n", "failed to find nested object under path [n]"),
    ):
        with pytest.raises(Problem) as caught:
            corpus.ids(nested(everything, path))
        assert (caught.value.status, reason in caught.value.reason) == (400, True), caught.value.reason
        assert corpus.ids(nested(everything, path, ignore_unmapped=True)) == []
    with pytest.raises(Problem, match=r"nested path \[items\] is not nested"):
        corpus.aggregate({"a": {"nested": {"path": "items"}}})
    assert corpus.aggregate({"a": {"nested": {"path": "nowhere"}}})["a"] == {"doc_count": 0}
    corpus.close()
