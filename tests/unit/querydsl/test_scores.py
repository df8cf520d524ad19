"""Scores against Lucene's BM25, computed here from its formula."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.querydsl.corpus import Corpus

K1, B = 1.2, 0.75
TEXTS = {
    "1": "the quick brown fox",
    "2": "quick quick fox jumps over the lazy dog and the cat",
    "3": "a slow brown bear",
    "4": "fox",
    "5": None,
}
TOKENS = {identity: text.split() for identity, text in TEXTS.items() if text}
KINDS = {"1": "A", "2": "B", "3": "A", "4": "C", "5": "A"}


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    made = Corpus(
        {"_id": identity, "kind": KINDS[identity], "n": int(identity), **({"text": text} if text else {})}
        for identity, text in TEXTS.items()
    )
    yield made
    made.close()


def rarity(having: int, documents: int) -> float:
    return math.log(1 + (documents - having + 0.5) / (having + 0.5))


def frequency(count: float, length: float, average: float) -> float:
    return count / (count + K1 * (1 - B + B * length / average))


def bm25(word: str, identity: str) -> float:
    """Score one word in one document; a document without the field counts for nothing."""
    having = sum(word in tokens for tokens in TOKENS.values())
    average = sum(map(len, TOKENS.values())) / len(TOKENS)
    tokens = TOKENS[identity]
    return rarity(having, len(TOKENS)) * frequency(tokens.count(word), len(tokens), average)


def close(expected: dict[str, float]) -> Any:
    return pytest.approx(expected, rel=1e-5)


def test_one_word(corpus: Corpus) -> None:
    expected = {identity: bm25("fox", identity) for identity in ("1", "2", "4")}
    assert corpus.scores({"match": {"text": "fox"}}) == close(expected)
    assert corpus.scores({"term": {"text": "fox"}}) == close(expected)
    boosted = {identity: 2.5 * score for identity, score in expected.items()}
    assert corpus.scores({"match": {"text": {"query": "fox", "boost": 2.5}}}) == close(boosted)


def test_words_add_up(corpus: Corpus) -> None:
    expected = {"1": bm25("quick", "1") + bm25("brown", "1"), "2": bm25("quick", "2"), "3": bm25("brown", "3")}
    assert corpus.scores({"match": {"text": "quick brown"}}) == close(expected)
    should = [{"match": {"text": "quick"}}, {"match": {"text": "brown"}}]
    assert corpus.scores({"bool": {"should": should}}) == close(expected)
    assert next(iter(corpus.scores({"match": {"text": "quick brown"}}))) == "1"


def test_a_phrase_is_one_rare_word(corpus: Corpus) -> None:
    average = sum(map(len, TOKENS.values())) / len(TOKENS)
    weight = rarity(2, 4) + rarity(2, 4)
    expected = {"1": weight * frequency(1, 4, average)}
    assert corpus.scores({"match_phrase": {"text": "quick brown"}}) == close(expected)


def test_a_keyword_counts_once_whatever_its_length(corpus: Corpus) -> None:
    expected = {identity: rarity(3, 5) * frequency(1, 1, 1) for identity in ("1", "3", "5")}
    assert corpus.scores({"term": {"kind.keyword": "A"}}) == close(expected)


def test_constant_scores(corpus: Corpus) -> None:
    for query in (
        {"range": {"n": {"lte": 2}}},
        {"terms": {"n": [1, 2]}},
        {"ids": {"values": ["1", "2"]}},
        {"wildcard": {"text": "qu*"}},
        {"prefix": {"text": "qu"}},
        {"constant_score": {"filter": {"match": {"text": "quick"}}}},
    ):
        assert corpus.scores(query) == {"1": 1.0, "2": 1.0}, query
    assert corpus.scores({"match_all": {"boost": 3}}) == dict.fromkeys(TEXTS, 3.0)
    assert corpus.scores({"bool": {"filter": {"match": {"text": "quick"}}}}) == {"1": 0.0, "2": 0.0}


def test_best_of_and_boosting(corpus: Corpus) -> None:
    queries = [{"match": {"text": "quick"}}, {"match": {"text": "brown"}}]
    both = sorted([bm25("quick", "1"), bm25("brown", "1")])
    found = corpus.scores({"dis_max": {"queries": queries, "tie_breaker": 0.3}})
    assert found["1"] == pytest.approx(both[1] + 0.3 * both[0], rel=1e-5)
    negative = {"positive": queries[0], "negative": {"term": {"n": 1}}, "negative_boost": 0.25}
    expected = {"1": bm25("quick", "1") * 0.25, "2": bm25("quick", "2")}
    assert corpus.scores({"boosting": negative}) == close(expected)


def test_a_misspelt_word_scores_by_its_distance(corpus: Corpus) -> None:
    found = corpus.scores({"match": {"text": {"query": "fix", "fuzziness": 1}}})
    expected = {identity: bm25("fox", identity) * (1 - 1 / 3) for identity in ("1", "2", "4")}
    assert found == close(expected)


def test_deep_nesting_keeps_scores_small_to_write(corpus: Corpus) -> None:
    query: Any = {"match": {"text": "fox"}}
    for _ in range(25):
        query = {"dis_max": {"queries": [query, {"term": {"n": 4}}], "tie_breaker": 0.5}}
    assert set(corpus.scores(query)) == {"1", "2", "4"}


def test_scores_are_left_out_where_nobody_asks(corpus: Corpus) -> None:
    body = {"query": {"match": {"text": "fox"}}, "sort": ["n"]}
    answer = corpus.search(body)["hits"]
    assert answer["max_score"] is None
    assert [hit["_score"] for hit in answer["hits"]] == [None] * 3
    answer = corpus.search({**body, "track_scores": True})["hits"]
    assert answer["max_score"] == pytest.approx(bm25("fox", "4"), rel=1e-5)
    assert (
        len(
            corpus.search({"query": {"match": {"text": "fox"}}, "min_score": bm25("fox", "1") * 1.0001})["hits"]["hits"]
        )
        == 1
    )
