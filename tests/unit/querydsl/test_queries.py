"""Every kind of query, against answers worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.querydsl.corpus import Corpus

DOCUMENTS: list[dict[str, Any]] = [
    {
        "_id": "1", "title": "The quick brown fox", "price": 10, "kind": "A", "tags": ["red", "blue"], "sold": True,
        "day": "2024-03-14T08:00:00Z", "parts": [{"name": "leg", "size": 3}, {"name": "tail", "size": 9}],
    },
    {
        "_id": "2", "title": "A quick lazy dog, don't wake it", "price": 20.5, "kind": "B", "tags": ["red"],
        "sold": False, "day": "2024-03-15", "parts": {"name": "leg", "size": 4},
    },
    {
        "_id": "3", "title": ["Brown bread", "quick rolls"], "price": 30, "kind": "a", "tags": [],
        "day": "2024-02-29T23:59:59Z",
    },
    {
        "_id": "4", "title": "foo_bar 10.0.0.1 example.com v2", "kind": "code-7", "price": None,
        "note.text": "dotted key",
    },
    {"_id": "5", "kind": "it's \"odd\" * ?", "price": -5, "sold": "yes"},
]  # fmt: skip


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    made = Corpus(DOCUMENTS)
    yield made
    made.close()


ALL = ["1", "2", "3", "4", "5"]
CASES: list[tuple[Any, list[str]]] = [
    (None, ALL),
    ({"match_all": {}}, ALL),
    ({"match_none": {}}, []),
    # match
    ({"match": {"title": "QUICK fox"}}, ["1", "2", "3"]),
    ({"match": {"title": {"query": "quick fox", "operator": "and"}}}, ["1"]),
    ({"match": {"title": {"query": "quick brown dog", "minimum_should_match": 2}}}, ["1", "2", "3"]),
    ({"match": {"title": {"query": "quick brown fox", "minimum_should_match": "-1"}}}, ["1", "3"]),
    ({"match": {"title": {"query": "quick brown fox", "minimum_should_match": "100%"}}}, ["1"]),
    ({"match": {"title": {"query": "quikc", "fuzziness": "AUTO"}}}, ["1", "2", "3"]),
    ({"match": {"title": {"query": "quikc", "fuzziness": 0}}}, []),
    ({"match": {"title": {"query": "wuick", "fuzziness": 1, "prefix_length": 1}}}, []),
    ({"match": {"title": "don't"}}, ["2"]),
    ({"match": {"title": "10.0.0.1"}}, ["4"]),
    ({"match": {"title": "example"}}, []),
    ({"match": {"title": "..."}}, []),
    ({"match": {"title": {"query": "...", "zero_terms_query": "all"}}}, ALL),
    ({"match": {"price": "10"}}, ["1"]),
    ({"match": {"kind.keyword": "A"}}, ["1"]),
    ({"match": {"nowhere": "A"}}, []),
    ({"match": {"note.text": "DOTTED"}}, ["4"]),
    # phrases
    ({"match_phrase": {"title": "quick brown"}}, ["1"]),
    ({"match_phrase": {"title": "brown quick"}}, []),
    ({"match_phrase": {"title": "bread quick"}}, []),
    ({"match_phrase": {"title": {"query": "quick fox", "slop": 1}}}, ["1"]),
    ({"match_phrase_prefix": {"title": "quick bro"}}, ["1"]),
    ({"match_phrase_prefix": {"title": "bro"}}, ["1", "3"]),
    ({"match_bool_prefix": {"title": "fox ro"}}, ["1", "3"]),
    ({"match_bool_prefix": {"title": {"query": "quick ro", "operator": "and"}}}, ["3"]),
    # several fields
    ({"multi_match": {"query": "red fox", "fields": ["title", "tags"]}}, ["1", "2"]),
    ({"multi_match": {"query": "red fox", "fields": ["title", "tags"], "operator": "and"}}, []),
    (
        {"multi_match": {"query": "red fox", "fields": ["title", "tags"], "type": "cross_fields", "operator": "and"}},
        ["1"],
    ),
    ({"multi_match": {"query": "quick bro", "fields": ["ti*^3"], "type": "phrase_prefix"}}, ["1"]),
    ({"multi_match": {"query": "10"}}, ["1"]),
    # terms
    ({"term": {"title": "quick"}}, ["1", "2", "3"]),
    ({"term": {"title": "Quick"}}, []),
    ({"term": {"title": {"value": "Quick", "case_insensitive": True}}}, ["1", "2", "3"]),
    ({"term": {"kind.keyword": "A"}}, ["1"]),
    ({"term": {"kind.keyword": {"value": "A", "case_insensitive": True}}}, ["1", "3"]),
    ({"term": {"tags.keyword": "blue"}}, ["1"]),
    ({"term": {"price": 20.5}}, ["2"]),
    ({"term": {"price": "30"}}, ["3"]),
    ({"term": {"parts.size": 9}}, ["1"]),
    ({"term": {"parts.name.keyword": "leg"}}, ["1", "2"]),
    ({"term": {"day": "2024-03-15"}}, ["2"]),
    ({"term": {"_id": "4"}}, ["4"]),
    ({"terms": {"kind.keyword": ["A", "B", "nope"]}}, ["1", "2"]),
    ({"terms": {"tags.keyword": ["blue", "green"]}}, ["1"]),
    ({"terms": {"price": [10, "30", -5.0]}}, ["1", "3", "5"]),
    ({"terms": {"title": ["dog", "fox"]}}, ["1", "2"]),
    ({"terms": {"day": ["2024-03-15"]}}, ["2"]),
    ({"terms": {"kind.keyword": []}}, []),
    ({"ids": {"values": ["5", "1", "x"]}}, ["1", "5"]),
    ({"ids": {"values": "2"}}, ["2"]),
    # ranges
    ({"range": {"price": {"gte": 10, "lt": 30}}}, ["1", "2"]),
    ({"range": {"price": {"gt": "10"}}}, ["2", "3"]),
    ({"range": {"price": {}}}, ["1", "2", "3", "5"]),
    ({"range": {"parts.size": {"gt": 3, "lt": 5}}}, ["2"]),
    ({"range": {"day": {"gte": "2024-03-14"}}}, ["1", "2"]),
    ({"range": {"day": {"lte": "2024-03-14"}}}, ["1", "3"]),
    ({"range": {"day": {"lt": "2024-03"}}}, ["3"]),
    ({"range": {"day": {"lte": "2024-02"}}}, ["3"]),
    ({"range": {"day": {"gte": "now-1d/d"}}}, ["1", "2"]),
    ({"range": {"day": {"gte": "now/d", "lt": "now+1d/d"}}}, ["2"]),
    ({"range": {"day": {"gte": "2024-03-15||-1M/M", "lt": "2024-03-15||/M"}}}, ["3"]),
    ({"range": {"day": {"gte": 1710403200000}}}, ["1", "2"]),
    ({"range": {"day": {"gt": "14/03/2024", "format": "dd/MM/yyyy"}}}, ["2"]),
    ({"range": {"day": {"gte": "2024-03-15", "time_zone": "+02:00"}}}, ["2"]),
    ({"range": {"day": {"gte": "2024-03-15", "time_zone": "-02:00"}}}, []),
    ({"range": {"kind.keyword": {"gte": "B", "lt": "b"}}}, ["2", "3"]),
    # existence
    ({"exists": {"field": "price"}}, ["1", "2", "3", "5"]),
    ({"exists": {"field": "tags"}}, ["1", "2"]),
    ({"exists": {"field": "parts"}}, ["1", "2"]),
    ({"exists": {"field": "nowhere"}}, []),
    ({"exists": {"field": "note"}}, ["4"]),
    # patterns
    ({"prefix": {"kind.keyword": "co"}}, ["4"]),
    ({"prefix": {"title": "bro"}}, ["1", "3"]),
    ({"prefix": {"kind.keyword": {"value": "CO", "case_insensitive": True}}}, ["4"]),
    ({"wildcard": {"kind.keyword": "c?de*"}}, ["4"]),
    ({"wildcard": {"kind.keyword": r"*\**"}}, ["5"]),
    ({"wildcard": {"title": {"value": "qu*k"}}}, ["1", "2", "3"]),
    ({"regexp": {"kind.keyword": "code-[0-9]+"}}, ["4"]),
    ({"regexp": {"kind.keyword": "ode-7"}}, []),
    ({"regexp": {"kind.keyword": "code-<5-8>"}}, ["4"]),
    ({"regexp": {"title": "(fox|dog)"}}, ["1", "2"]),
    ({"fuzzy": {"title": "fix"}}, ["1"]),
    ({"fuzzy": {"kind.keyword": {"value": "cod-7", "fuzziness": 1}}}, ["4"]),
    # compound
    ({"bool": {}}, ALL),
    ({"bool": {"must": [{"term": {"title": "quick"}}], "must_not": {"term": {"kind.keyword": "B"}}}}, ["1", "3"]),
    ({"bool": {"must_not": [{"exists": {"field": "title"}}]}}, ["5"]),
    ({"bool": {"filter": {"range": {"price": {"gt": 0}}}, "should": [{"term": {"title": "dog"}}]}}, ["1", "2", "3"]),
    ({"bool": {"should": [{"term": {"title": "dog"}}, {"term": {"price": 10}}]}}, ["1", "2"]),
    ({"bool": {"should": [{"term": {"title": "quick"}}, {"term": {"price": 10}}], "minimum_should_match": 2}}, ["1"]),
    ({"bool": {"filter": [{"match_all": {}}], "should": [{"term": {"price": 10}}], "minimum_should_match": 1}}, ["1"]),
    ({"constant_score": {"filter": {"match": {"title": "fox"}}}}, ["1"]),
    ({"dis_max": {"queries": [{"match": {"title": "fox"}}, {"term": {"price": 30}}]}}, ["1", "3"]),
    (
        {
            "boosting": {
                "positive": {"match": {"title": "quick"}},
                "negative": {"term": {"price": 10}},
                "negative_boost": 0.5,
            }
        },
        ["1", "2", "3"],
    ),
    (
        {
            "bool": {
                "should": [{"term": {"title": "quick"}}, {"term": {"price": 10}}, {"term": {"kind.keyword": "B"}}],
                "minimum_should_match": 2,
            }
        },
        ["1", "2"],
    ),
    # query_string
    ({"query_string": {"query": "title:(quick AND fox)"}}, ["1"]),
    ({"query_string": {"query": "quick -lazy", "default_field": "title"}}, ["1", "3"]),
    ({"query_string": {"query": "+quick +brown", "fields": ["title"]}}, ["1", "3"]),
    ({"query_string": {"query": "quick brown", "fields": ["title"], "default_operator": "AND"}}, ["1", "3"]),
    ({"query_string": {"query": 'title:"lazy dog"'}}, ["2"]),
    ({"query_string": {"query": 'title:"quick dog"~2'}}, ["2"]),
    ({"query_string": {"query": "price:[10 TO 20.5]"}}, ["1", "2"]),
    ({"query_string": {"query": "price:{10 TO *}"}}, ["2", "3"]),
    ({"query_string": {"query": "price:>10 AND NOT title:dog"}}, ["3"]),
    ({"query_string": {"query": "day:[2024-03-14 TO now]"}}, ["1", "2"]),
    ({"query_string": {"query": "title:qu?ck AND title:f*"}}, ["1"]),
    ({"query_string": {"query": "title:quikc~"}}, ["1", "2", "3"]),
    ({"query_string": {"query": "title:/f.x/"}}, ["1"]),
    ({"query_string": {"query": "_exists_:parts"}}, ["1", "2"]),
    ({"query_string": {"query": "*"}}, ALL),
    ({"query_string": {"query": "*:*"}}, ALL),
    ({"query_string": {"query": "fox OR rolls"}}, ["1", "3"]),
    ({"query_string": {"query": "fox^2 OR (rolls AND bread)^0.5"}}, ["1", "3"]),
    # simple_query_string
    ({"simple_query_string": {"query": "quick + (fox | rolls)", "fields": ["title"]}}, ["1", "3"]),
    ({"simple_query_string": {"query": "quick + -lazy", "fields": ["title"]}}, ["1", "3"]),
    ({"simple_query_string": {"query": '"quick brown" rol*', "fields": ["title"]}}, ["1", "3"]),
    ({"simple_query_string": {"query": "quick brown", "fields": ["title"], "default_operator": "and"}}, ["1", "3"]),
    ({"simple_query_string": {"query": "quikc~1", "fields": ["title"]}}, ["1", "2", "3"]),
    ({"simple_query_string": {"query": ')) fox ( "', "fields": ["title"]}}, ["1"]),
]


@pytest.mark.parametrize(("query", "expected"), CASES, ids=lambda value: str(value)[:80])
def test_query_finds(corpus: Corpus, query: Any, expected: list[str]) -> None:
    assert corpus.ids(query) == expected
    assert sorted(corpus.matching(query)) == expected
