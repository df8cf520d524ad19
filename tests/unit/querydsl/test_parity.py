"""Random documents and queries give the same answer through QueryDSL, through plain Python, and through SQL."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from tests.support.examples import few_and_many
from tests.unit.querydsl import oracle
from tests.unit.querydsl.corpus import Corpus

WORDS = ["storm", "Calm", "sea", "don't", "v1.2", "ÉTÉ", "ß", "storms", "a_b", "12"]
KINDS = ["x", "y", "X", "it's", "a*b", "", "日本"]

texts = st.lists(st.sampled_from(WORDS), max_size=5).map(lambda found: " ,".join(found))
integers = st.integers(-5, 5)
numbers = st.one_of(integers, st.sampled_from([0.5, -1.25, 3.0, 1e6, 2**53, 2**53 + 1]))


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return one value, several, none or null."""
    return st.one_of(values, values, st.lists(st.one_of(values, st.none()), max_size=3), st.none())


documents = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "text": some(texts),
            "kind": some(st.sampled_from(KINDS)),
            "n": some(integers),
            "f": some(numbers),
            "flag": some(st.booleans()),
            "o": some(st.fixed_dictionaries({}, optional={"p": some(integers), "q": some(st.sampled_from(KINDS))})),
        },
    ),
    max_size=12,
)
number_fields = st.sampled_from(["n", "f", "o.p"])
exact_fields = st.sampled_from(["kind.keyword", "o.q.keyword"])
leaves = st.one_of(
    st.just({"match_all": {}}),
    st.builds(lambda t, o: {"match": {"text": {"query": t, "operator": o}}}, texts, st.sampled_from(["or", "and"])),
    st.builds(lambda t, n: {"match": {"text": {"query": t, "minimum_should_match": n}}}, texts, st.integers(1, 3)),
    st.builds(lambda t: {"match_phrase": {"text": t}}, texts),
    st.builds(lambda f, v: {"term": {f: v}}, exact_fields, st.sampled_from(KINDS)),
    st.builds(lambda f, v: {"term": {f: v}}, number_fields, numbers),
    st.builds(lambda v: {"term": {"flag": v}}, st.booleans()),
    st.builds(lambda f, v: {"terms": {f: v}}, exact_fields, st.lists(st.sampled_from(KINDS), max_size=3)),
    st.builds(lambda f, v: {"terms": {f: v}}, number_fields, st.lists(numbers, max_size=3)),
    st.builds(
        lambda f, low, high, a, b: {"range": {f: {a: low, b: high}}},
        number_fields,
        numbers,
        numbers,
        st.sampled_from(["gt", "gte"]),
        st.sampled_from(["lt", "lte"]),
    ),
    st.builds(lambda f, v: {"range": {f: {"gte": v}}}, exact_fields, st.sampled_from(KINDS)),
    st.builds(lambda f: {"exists": {"field": f}}, st.sampled_from(["text", "n", "o", "o.p", "flag", "nowhere"])),
    st.builds(lambda f, p: {"wildcard": {f: p}}, exact_fields, st.sampled_from(["*", "?", "*'*", "x*", "日?"])),
    st.builds(lambda p: {"wildcard": {"text": p}}, st.sampled_from(["st*", "?été", "*s", "v1.?", "été", "d*t"])),
    st.builds(lambda p: {"prefix": {"text": p}}, st.sampled_from(["s", "don", "v1.", "é"])),
)
queries = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda parts, least: {"bool": {**parts, **({} if least is None else {"minimum_should_match": least})}},
        st.dictionaries(
            st.sampled_from(["must", "filter", "should", "must_not"]),
            st.lists(inner, min_size=1, max_size=3),
            min_size=1,
        ),
        st.none(),
    ),
    max_leaves=6,
)
metrics = st.one_of(
    st.builds(lambda k, f: {k: {"field": f}}, st.sampled_from(["avg", "sum", "min", "max", "stats"]), number_fields),
    st.builds(lambda f: {"value_count": {"field": f}}, number_fields),
    st.builds(lambda f: {"cardinality": {"field": f}}, st.one_of(number_fields, exact_fields)),
)
buckets = st.one_of(
    st.builds(lambda f, n: {"terms": {"field": f, "size": n}}, exact_fields, st.integers(1, 4)),
    st.builds(lambda n: {"terms": {"field": "n", "size": n}}, st.integers(1, 4)),
    st.builds(
        lambda f, n: {"histogram": {"field": f, "interval": n}}, st.sampled_from(["n", "o.p"]), st.integers(1, 4)
    ),
    st.builds(lambda f: {"missing": {"field": f}}, st.sampled_from(["n", "kind", "text"])),
    st.builds(lambda q: {"filter": q}, leaves),
)
trees = st.recursive(
    metrics,
    lambda inner: st.builds(lambda b, m, i: {**b, "aggs": {"m": m, "i": i}}, buckets, metrics, inner),
    max_leaves=3,
)


def numbered(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"_id": str(number), **document} for number, document in enumerate(made)]


def check_queries(made: list[dict[str, Any]], asked: list[Any]) -> None:
    corpus = Corpus(numbered(made))
    try:
        for query in asked:
            expected = [str(number) for number, document in enumerate(made) if oracle.holds(query, document)]
            assert corpus.ids(query) == expected, query
            assert sorted(corpus.matching(query)) == sorted(expected), query
    finally:
        corpus.close()


test_queries_agree_with_python, test_queries_for_long = few_and_many(
    check_queries, 40, made=documents, asked=st.lists(queries, min_size=1, max_size=8)
)


def rounded(value: Any) -> Any:
    """Return a result with its numbers to nine digits."""
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > 2**53):
        return float(f"{value:.9g}") + 0.0
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list) else value


def check_aggregations(made: list[dict[str, Any]], tree: Any, query: Any) -> None:
    corpus = Corpus(numbered(made))
    try:
        expected = oracle.aggregate({"t": tree}, [document for document in made if oracle.holds(query, document)])
        assert rounded(corpus.aggregate({"t": tree}, query)) == rounded(expected)
    finally:
        corpus.close()


test_aggregations_agree_with_python, test_aggregations_for_long = few_and_many(
    check_aggregations, 40, made=documents, tree=trees, query=leaves
)


SQL_SAME: list[tuple[Any, str]] = [
    ({"range": {"n": {"gte": -1, "lt": 4}}}, "n >= -1 and n < 4"),
    ({"term": {"kind.keyword": "it's"}}, "kind = 'it''s'"),
    ({"terms": {"n": [1, 2, 3]}}, "n in (1, 2, 3)"),
    ({"exists": {"field": "kind"}}, "kind is not null"),
    ({"bool": {"must_not": [{"term": {"n": 2}}]}}, "n is distinct from 2"),
    ({"prefix": {"kind.keyword": "x"}}, "starts_with(kind, 'x')"),
]
flat = st.lists(
    st.fixed_dictionaries({}, optional={"n": st.one_of(integers, st.none()), "kind": st.sampled_from(KINDS)}),
    max_size=15,
)


def check_both(made: list[dict[str, Any]]) -> None:
    corpus = Corpus([{"_id": "all", "n": 0, "kind": "all"}, *numbered(made)])
    try:
        with corpus.store.reading() as cursor:
            rows = corpus.store.view(cursor, corpus.name).rows()
            for query, condition in SQL_SAME:
                found = cursor.execute(f"select _id from ({rows}) where {condition}").fetchall()
                assert sorted(corpus.matching(query)) == sorted(row[0] for row in found), query
            groups = cursor.execute(
                f"select kind, count(*), avg(n) from ({rows}) where kind is not null group by kind order by 2 desc, 1"
            ).fetchall()
        aggregation = {"k": {"terms": {"field": "kind.keyword", "size": 100}, "aggs": {"a": {"avg": {"field": "n"}}}}}
        answer = corpus.aggregate(aggregation)["k"]["buckets"]
        assert [(b["key"], b["doc_count"], b["a"]["value"]) for b in answer] == [
            (kind, count, pytest.approx(average) if average is not None else None) for kind, count, average in groups
        ]
    finally:
        corpus.close()


test_queries_and_aggregations_agree_with_sql, test_both_for_long = few_and_many(check_both, 12, made=flat)
