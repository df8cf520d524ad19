"""Options of the query language: each one changes the answer as it says, or is refused by its name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from infino.local.http import Problem
from infino.local.querydsl import options
from infino.local.querydsl.options import Table
from infino.local.querydsl.request import read_timeout
from tests.unit.querydsl.corpus import Corpus

DOCUMENTS: list[dict[str, Any]] = [
    {"_id": "a", "n": 1, "f": 1.5, "ok": True, "at": "2024-01-02", "k": "x", "nn": [1, 2], "text": "a <b>storm</b> in"},
    {"_id": "b", "n": 51, "k": "y", "kk": ["b", "a", "b"], "text": "calm sea and calm wind"},
    {"_id": "c", "n": 101, "at": "2024-02-01T00:00:00Z", "o": {"p": 1}, "text": "storm"},
    {"_id": "d", "n": 151},
]


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    made = Corpus(DOCUMENTS)
    yield made
    made.close()


# --- refused by name

SHORT: dict[str, Any] = {
    "term": {"n": {"value": 1}}, "range": {"n": {"gte": 1}}, "prefix": {"k": {"value": "x"}},
    "wildcard": {"k": {"value": "x"}}, "regexp": {"k": {"value": "x"}}, "fuzzy": {"k": {"value": "x"}},
    "match": {"text": {"query": "a"}}, "match_phrase": {"text": {"query": "a"}},
    "match_phrase_prefix": {"text": {"query": "a"}}, "match_bool_prefix": {"text": {"query": "a"}},
}  # fmt: skip
WHOLE: dict[str, Any] = {
    "match_all": {}, "match_none": {}, "bool": {}, "constant_score": {"filter": {"match_all": {}}},
    "dis_max": {"queries": [{"match_all": {}}]}, "exists": {"field": "n"}, "ids": {"values": ["a"]},
    "boosting": {"positive": {"match_all": {}}, "negative": {"match_none": {}}, "negative_boost": 1},
    "nested": {"path": "o", "query": {"match_all": {}}}, "multi_match": {"query": "a"},
    "query_string": {"query": "a"}, "simple_query_string": {"query": "a"},
}  # fmt: skip
AGGREGATIONS: dict[str, dict[str, Any]] = {
    "nested": {"path": "o"}, "reverse_nested": {},
    "filter": {}, "global": {}, "filters": {"filters": [{"match_all": {}}]}, "top_hits": {},
    "ip_range": {"field": "nothing", "ranges": [{"mask": "10.0.0.0/8"}]},
    "range": {"field": "n", "ranges": [{"to": 5}]}, "date_range": {"field": "at", "ranges": [{"to": "2024"}]},
    "histogram": {"field": "n", "interval": 5}, "date_histogram": {"field": "at", "calendar_interval": "month"},
    "composite": {"sources": [{"k": {"terms": {"field": "n"}}}]}, "bucket_sort": {"size": 1},
    "cumulative_sum": {"buckets_path": "_count"}, "derivative": {"buckets_path": "_count"},
}  # fmt: skip
PIPES = ("avg_bucket", "sum_bucket", "min_bucket", "max_bucket", "stats_bucket")


def body_of(table: Table, where: str, option: str, value: Any) -> dict[str, Any]:
    """Return a search in which one option has a value."""
    more = {option: value}
    query = table is options.QUERIES.get(where)
    if query and where in SHORT:
        field = next(iter(SHORT[where]))
        return {"query": {where: {field: {**SHORT[where][field], **more}}}}
    if query:
        return {"query": {where: {**WHOLE[where], **more}}}
    if where == "search":
        return more
    if where == "sort":
        return {"sort": [{"n": more}]}
    if where == "highlight":
        return {"highlight": {"fields": {"text": more}}}
    if where in ("slice", "pit"):
        return {where: more}
    if where == "fields":
        return {"fields": [{"field": "n", **more}]}
    if where == "ip_ranges":
        return {"aggs": {"a": {"ip_range": {"field": "nothing", "ranges": [{"to": "::1", **more}]}}}}
    if where == "ranges":
        return {"aggs": {"a": {"range": {"field": "n", "ranges": [{"to": 5, **more}]}}}}
    if where.startswith("composite."):
        kind = where.partition(".")[2]
        source = {kind: {**AGGREGATIONS.get(kind, {"field": "n"}), **more}}
        return {"aggs": {"a": {"composite": {"sources": [{"k": source}]}}}}
    if where in PIPES:
        histogram = {"histogram": {"field": "n", "interval": 5}}
        return {"aggs": {"h": histogram, "p": {where: {"buckets_path": "h>_count", **more}}}}
    one: dict[str, Any] = {where: {**AGGREGATIONS.get(where, {"field": "n"}), **more}}
    if where in ("cumulative_sum", "derivative", "bucket_sort"):
        one = {"histogram": {"field": "n", "interval": 5}, "aggs": {"p": one}}
    return {"aggs": {"a": one}}


EVERYWHERE: list[tuple[str, Table]] = [
    ("search", options.SEARCH), *options.QUERIES.items(), *options.AGGREGATIONS.items(), *options.OTHERS.items(),
]  # fmt: skip
REFUSALS = [
    pytest.param(table, where, name, id=f"{where}-{name}")
    for where, table in EVERYWHERE
    for name, rule in table.items()
    if rule is not options.acts
]


@pytest.mark.parametrize(("table", "where", "name"), REFUSALS)
def test_what_does_not_act_is_refused_by_its_name(corpus: Corpus, table: Table, where: str, name: str) -> None:
    rule = table[name]
    value = next(value for value in ("no such value", True, -1.5) if not rule(value))
    with pytest.raises(Problem) as caught:
        corpus.search(body_of(table, where, name, value))
    assert (caught.value.status, caught.value.type) == (501, "not_implemented")
    assert f"[{name}" in caught.value.reason
    assert f"[{where}]" in caught.value.reason


@pytest.mark.parametrize(
    ("where", "table"), [pytest.param(where, table, id=where) for where, table in EVERYWHERE if where != "filter"]
)
def test_what_does_not_exist_is_refused_by_its_name(corpus: Corpus, where: str, table: Table) -> None:
    with pytest.raises(Problem) as caught:
        corpus.search(body_of(table, where, "no_such_option", 1))
    assert caught.value.status == 400
    assert "no_such_option" in caught.value.reason


@pytest.mark.parametrize(
    "body",
    [
        {"profile": False, "explain": False, "request_cache": True, "suggest": {}},
        {"query": {"bool": {"adjust_pure_negative": True}}},
        {"query": {"query_string": {"query": "a", "rewrite": "constant_score", "analyzer": "standard"}}},
        {"query": {"range": {"n": {"gte": 1, "relation": "WITHIN"}}}},
        {"aggs": {"a": {"cardinality": {"field": "n", "precision_threshold": 100}}}},
        {"aggs": {"a": {"terms": {"field": "n", "execution_hint": "map", "collect_mode": "breadth_first"}}}},
        {"aggs": {"a": {"percentiles": {"field": "n", "tdigest": {"compression": 200}}}}},
        {"highlight": {"type": "unified", "fields": {"text": {"boundary_scanner": "sentence"}}}},
    ],
    ids=str,
)
def test_hints_and_what_happens_anyway_are_accepted(corpus: Corpus, body: dict[str, Any]) -> None:
    assert corpus.search(body)["hits"]["total"]["value"] > 0


# --- acting


def test_versions_and_sequence_numbers(corpus: Corpus) -> None:
    hit = corpus.search({"version": True, "seq_no_primary_term": True})["hits"]["hits"][0]
    assert (hit["_version"], hit["_seq_no"], hit["_primary_term"]) == (1, 0, 1)
    assert "_version" not in corpus.search({"version": False})["hits"]["hits"][0]
    inner = {"top_hits": {"size": 1, "version": True, "sort": ["n"], "track_scores": True}}
    hit = corpus.aggregate({"a": inner})["a"]["hits"]["hits"][0]
    assert (hit["_version"], hit["_score"]) == (1, 1.0)


def test_best_documents_of_a_bucket_are_scored_though_no_hit_is_shown(corpus: Corpus) -> None:
    query = {"match": {"text": "calm storm"}}
    scores = corpus.scores(query)
    hits = corpus.aggregate({"a": {"top_hits": {}}}, query)["a"]["hits"]
    assert {hit["_id"]: hit["_score"] for hit in hits["hits"]} == scores
    assert hits["max_score"] == max(scores.values())


def test_the_names_of_the_queries_that_a_hit_meets(corpus: Corpus) -> None:
    query = {
        "bool": {
            "should": [
                {"term": {"n": {"value": 1, "_name": "one"}}},
                {"range": {"n": {"lt": 100, "_name": "small"}}},
                {"match": {"text": {"query": "storm", "_name": "storm"}}},
                {"exists": {"field": "nowhere", "_name": "never"}},
            ],
            "_name": "any",
        }
    }
    body = {"query": query, "post_filter": {"ids": {"values": ["a", "b"], "_name": "shown"}}}
    met = {hit["_id"]: set(hit["matched_queries"]) for hit in corpus.search(body)["hits"]["hits"]}
    assert met == {"a": {"one", "small", "storm", "any", "shown"}, "b": {"small", "any", "shown"}}
    assert "matched_queries" not in corpus.search({})["hits"]["hits"][0]


def test_terminate_after(corpus: Corpus) -> None:
    body = {"terminate_after": 2, "aggs": {"n": {"value_count": {"field": "n"}}}}
    answer = corpus.search(body)
    assert answer["terminated_early"] is True
    assert (answer["hits"]["total"]["value"], len(answer["hits"]["hits"])) == (2, 2)
    assert answer["aggregations"]["n"]["value"] == 2
    assert corpus.search({"terminate_after": 4})["terminated_early"] is False
    assert "terminated_early" not in corpus.search({})
    with pytest.raises(Problem, match="terminateAfter"):
        corpus.search({"terminate_after": -1})


def test_two_bounds_on_one_side_of_a_range_are_refused(corpus: Corpus) -> None:
    for bounds in ({"gt": 1, "gte": 0}, {"from": 1, "gte": 0}, {"lt": 1, "to": 5}):
        with pytest.raises(Problem, match="two bounds on one side"):
            corpus.ids({"range": {"n": bounds}})
    assert corpus.ids({"range": {"n": {"gt": None, "gte": 51, "lt": 101}}}) == ["b"]


@pytest.mark.parametrize("field", ["n", "at", "ok"])
def test_what_has_no_case_is_not_asked_without_it(corpus: Corpus, field: str) -> None:
    with pytest.raises(Problem, match="case insensitive"):
        corpus.ids({"term": {field: {"value": "1", "case_insensitive": True}}})


@pytest.mark.parametrize("digest", [{"compression": -1}, {"compression": "high"}, {"execution_hint": "odd"}, 100])
def test_a_digest_that_there_is_not_is_refused(corpus: Corpus, digest: Any) -> None:
    with pytest.raises(Problem, match="tdigest"):
        corpus.aggregate({"a": {"percentiles": {"field": "n", "tdigest": digest}}})


def test_indices_boost(corpus: Corpus) -> None:
    for boosts in ([{"boo*": 2}, {"books": 5}], {"books": 2}):
        assert {hit["_score"] for hit in corpus.search({"indices_boost": boosts})["hits"]["hits"]} == {2.0}


@pytest.mark.parametrize(
    ("value", "seconds"), [(None, None), ("-1", None), ("100ms", 0.1), ("2s", 2), ("1m", 60), ("1d", 86400)]
)
def test_timeout(value: Any, seconds: float | None) -> None:
    assert read_timeout({"timeout": value}) == seconds


@pytest.mark.parametrize("value", ["soon", 5, "5", "5 parsecs", True, []])
def test_what_is_no_timeout(value: Any) -> None:
    with pytest.raises(Problem, match="timeout"):
        read_timeout({"timeout": value})


def test_fields_and_their_formats(corpus: Corpus) -> None:
    def fields(body: dict[str, Any], document: str = "a") -> Any:
        query = {"ids": {"values": [document]}}
        return corpus.search({"query": query, **body})["hits"]["hits"][0].get("fields")

    assert fields({"fields": [{"field": "at", "format": "dd.MM.yyyy"}, "n"]}) == {"at": ["02.01.2024"], "n": [1]}
    assert fields({"docvalue_fields": ["at"]}) == {"at": ["2024-01-02T00:00:00.000Z"]}
    assert fields({"docvalue_fields": ["kk.keyword"]}, "b") == {"kk.keyword": ["a", "b"]}
    assert fields({"fields": ["kk"]}, "b") == {"kk": ["b", "a", "b"]}
    for wrong in ({"fields": [{"field": "n", "format": "0.0"}]}, {"docvalue_fields": ["text"]}):
        with pytest.raises(Problem):
            fields(wrong)


def highlights(corpus: Corpus, **given: Any) -> list[str] | None:
    body = {"query": {"match": {"text": "storm"}}, "highlight": {"fields": {"text": {}}, **given}, "sort": ["n"]}
    return corpus.search(body)["hits"]["hits"][0].get("highlight", {}).get("text")


def test_highlight_options(corpus: Corpus) -> None:
    assert highlights(corpus) == ["a <b><em>storm</em></b> in"]
    assert highlights(corpus, encoder="html") == ["a &lt;b&gt;<em>storm</em>&lt;&#x2F;b&gt; in"]
    assert highlights(corpus, highlight_query={"term": {"text": "in"}}) == ["a <b>storm</b> <em>in</em>"]
    assert highlights(corpus, max_analyzed_offset=6) is None
    assert highlights(corpus, tags_schema="styled") == ['a <b><em class="hlt1">storm</em></b> in']
    for wrong in (
        {"order": "up"},
        {"encoder": "odd"},
        {"tags_schema": "odd"},
        {"max_analyzed_offset": 0},
        {"fragment_size": -1},
        {"number_of_fragments": -3},
        {"no_match_size": -1},
    ):
        with pytest.raises(Problem) as caught:
            highlights(corpus, **wrong)
        assert caught.value.status == 400


@pytest.mark.parametrize("kind", ["query_string", "simple_query_string", "multi_match"])
def test_lenient(corpus: Corpus, kind: str) -> None:
    everywhere = {"query": "storm"}
    assert corpus.ids({kind: everywhere}) == ["a", "c"]
    assert corpus.ids({kind: {**everywhere, "lenient": True, "fields": ["n", "text"]}}) == ["a", "c"]
    for wrong in ({"lenient": False}, {"fields": ["n", "text"]}):
        with pytest.raises(Problem, match="storm"):
            corpus.ids({kind: {**everywhere, **wrong}})


def test_field_names_are_a_list(corpus: Corpus) -> None:
    for kind in ("query_string", "simple_query_string"):
        with pytest.raises(Problem) as caught:
            corpus.ids({kind: {"query": "storm", "fields": "text"}})
        assert caught.value.status == 400
    assert corpus.ids({"multi_match": {"query": "storm", "fields": "text"}}) == ["a", "c"]


@pytest.mark.parametrize(
    ("flags", "text", "found"),
    [
        ("ALL", "calm -wind", ["a", "b", "c", "d"]), ("NONE", "storm|calm", ["a", "b", "c"]),
        ("OR", "storm|calm", ["a", "b", "c"]), ("NONE", "(storm)", ["a", "c"]),
        ("OR|NOT|WHITESPACE", "-storm", ["b", "d"]), ("OR|WHITESPACE", "-storm", ["a", "c"]),
        ("PREFIX", "stor*", ["a", "c"]), ("OR", "stor*", []), ("FUZZY", "strom~1", ["a", "c"]), ("OR", "strom~1", []),
    ],
)  # fmt: skip
def test_flags_of_simple_query_string(corpus: Corpus, flags: str, text: str, found: list[str]) -> None:
    assert corpus.ids({"simple_query_string": {"query": text, "fields": ["text"], "flags": flags}}) == found


def test_flags_of_regexp() -> None:
    corpus = Corpus([{"k": "a@b"}, {"k": "axxb"}, {"k": "a<1-2>b"}, {"k": "a1b"}])

    def found(pattern: str, flags: str | None = None) -> list[str]:
        return corpus.ids({"regexp": {"k.keyword": {"value": pattern, "flags": flags}}})

    assert found("a@b") == ["1", "2", "3", "4"]
    assert found("a@b", "NONE") == ["1"]
    assert found("a<1-2>b") == found("a<1-2>b", "INTERVAL|EMPTY") == ["4"]
    assert found("a<1-2>b", "ANYSTRING") == ["3"]
    with pytest.raises(Problem, match="ODD"):
        found("a", "ODD")
    corpus.close()


def test_escape_of_query_string(corpus: Corpus) -> None:
    assert corpus.ids({"query_string": {"query": "text:storm"}}) == ["a", "c"]
    assert corpus.ids({"query_string": {"query": "text:(storm", "escape": True, "fields": ["text"]}}) == ["a", "c"]
    assert corpus.ids({"query_string": {"query": "text:calm", "escape": True, "fields": ["k"]}}) == []


# --- clauses, as Lucene counts them


def test_clauses_are_counted_as_lucene_counts_them() -> None:
    corpus = Corpus([{**{f"f{number}": number for number in range(300)}, "type": "push"}])
    named = [{"query_string": {"query": f"type:{word}"}} for word in ("push", "pull", "star", "fork")]
    assert corpus.ids({"bool": {"should": named}}) == ["1"]
    deep: Any = {"bool": {"should": [{"term": {"f1": 1}}] * 900 + [{"term": {"type": "push"}}] * 100}}
    for _ in range(20):
        deep = {"bool": {"must": [deep]}}
    assert corpus.ids(deep) == ["1"], "what holds other queries is not a clause itself"
    assert corpus.ids({"query_string": {"query": "push"}}) == ["1"]
    assert corpus.ids({"query_string": {"query": "push b c d"}}) == ["1"], "words together are one value of a number"
    for many in (
        {"query_string": {"query": "a OR b OR c OR d"}},
        {"simple_query_string": {"query": "a b c d"}},
        {"bool": {"should": [{"multi_match": {"query": word}} for word in "abcd"]}},
        {"match": {"type": " ".join(f"w{number}" for number in range(1025))}},
        {"bool": {"should": [{"bool": {}}] * 1025}},
    ):
        with pytest.raises(Problem) as caught:
            corpus.ids(many)
        assert caught.value.type == "too_many_nested_clauses", many
    corpus.close()


@pytest.mark.parametrize(
    ("query", "options", "ids"),
    [
        ("new york", {"type": "phrase", "fields": ["text"]}, ["1"]),
        ("york new", {"type": "phrase", "fields": ["text"]}, []),
        ("york new", {"type": "phrase", "phrase_slop": 2, "fields": ["text"]}, ["1"]),
        ("new y", {"type": "phrase_prefix", "fields": ["text"]}, ["1"]),
        ("new york", {"fields": ["city"]}, ["2"]),
        ("city:(new york)", {}, ["2"]),
        ("city:new york", {"fields": ["city"]}, []),
        ("new AND york", {"fields": ["city"]}, []),
        ("new york AND is", {"fields": ["city", "text"]}, ["1"]),
        ("new york^2", {"fields": ["city"]}, []),
        ("new old", {"default_operator": "and", "fields": ["text", "other"]}, []),  # a field must have both
        ("new AND old", {"fields": ["text", "other"]}, ["1"]),
        ("new old", {"default_operator": "and", "type": "cross_fields", "fields": ["text", "other"]}, ["1"]),
        ("new old", {"minimum_should_match": 2, "fields": ["text", "other"]}, ["1"]),
    ],
)  # fmt: skip
def test_words_side_by_side_are_one_text_for_each_field(query: str, options: dict[str, Any], ids: list[str]) -> None:
    documents = [{"text": "new york is large", "other": "old"}, {"city": "new york"}, {"text": "large york"}]
    corpus = Corpus(documents, mapping={"city": {"type": "keyword"}})
    assert corpus.ids({"query_string": {"query": query, **options}}) == ids
    corpus.close()


# --- aggregations

METRICS = ("avg", "sum", "min", "max", "stats", "extended_stats", "percentiles", "value_count", "cardinality")
BUCKETS = {
    "terms": {}, "histogram": {"interval": 5}, "date_histogram": {"calendar_interval": "month"}, "missing": {},
    "range": {"ranges": [{"to": 3}, {"from": 1}]}, "date_range": {"ranges": [{"to": "2024-01-15"}]},
}  # fmt: skip
FIELDS = ("n", "f", "ok", "at", "k.keyword", "nn", "kk.keyword", "nowhere", "o.p")
MISSING = (None, 1, 1.5, "x", "1", True, "2024-01-01", 2**70, -1)


ENGINE = "search_phase_execution_exception"


def refusal(corpus: Corpus, one: dict[str, Any]) -> str | None:
    """Return the type of the refusal of an aggregation, if it is refused."""
    try:
        corpus.aggregate({"a": one})
    except Problem as problem:
        return problem.type
    return None


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("kind", [*METRICS, *BUCKETS])
def test_no_field_and_no_missing_value_reaches_the_engine_untyped(corpus: Corpus, kind: str, step: int) -> None:
    inner = None if kind in METRICS else {"x": {"avg": {"field": "nowhere", "missing": 2}}}
    start = [*METRICS, *BUCKETS].index(kind) % step
    for field, missing in list(product(FIELDS, MISSING))[start::step]:
        one = {
            kind: {"field": field, **BUCKETS.get(kind, {}), "missing": missing},
            **({"aggs": inner} if inner else {}),
        }
        assert refusal(corpus, one) != ENGINE, (field, missing)


UNMAPPED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"avg": {"field": "nowhere", "missing": 2}}, {"value": 2.0}),
    ({"sum": {"field": "nowhere", "missing": 2}}, {"value": 8.0}),
    ({"value_count": {"field": "nowhere", "missing": 2}}, {"value": 4}),
    ({"cardinality": {"field": "nowhere", "missing": "x"}}, {"value": 1}),
    ({"percentiles": {"field": "nowhere", "missing": 2, "percents": [50]}}, {"values": {"50.0": 2.0}}),
    ({"avg": {"field": "f", "missing": 2.5}}, {"value": 2.25}),
    ({"missing": {"field": "nowhere"}}, {"doc_count": 4}),
    ({"missing": {"field": "nowhere", "missing": "x"}}, {"doc_count": 0}),
]


@pytest.mark.parametrize(("asked", "expected"), UNMAPPED, ids=str)
def test_missing(corpus: Corpus, asked: dict[str, Any], expected: dict[str, Any]) -> None:
    assert corpus.aggregate({"a": asked})["a"] == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 51, 101, 151], {"1.0": 1.0, "5.0": 1.0, "25.0": 26.0, "50.0": 76.0, "75.0": 126.0, "95.0": 151.0}),
        ([7], {"0.0": 7.0, "50.0": 7.0, "100.0": 7.0}),
        ([1, 2], {"0.0": 1.0, "25.0": 1.0, "50.0": 1.5, "75.0": 2.0}),
        (list(range(1, 11)), {"5.0": 1.0, "10.0": 1.5, "50.0": 5.5, "90.0": 9.5, "99.0": 10.0}),
    ],
)
def test_percentiles_as_a_digest_of_single_values(values: list[int], expected: dict[str, float]) -> None:
    corpus = Corpus([{"n": value} for value in values])
    spec = {"percentiles": {"field": "n", "percents": [float(percent) for percent in expected]}}
    assert corpus.aggregate({"p": spec})["p"]["values"] == pytest.approx(expected)
    corpus.close()


def test_percentiles_of_dates(corpus: Corpus) -> None:
    spec = {"percentiles": {"field": "at", "percents": [50], "format": "yyyy-MM-dd"}}
    assert corpus.aggregate({"p": spec})["p"]["values"] == {"50.0": 1705449600000.0, "50.0_as_string": "2024-01-17"}


@pytest.mark.parametrize(
    ("policy", "average", "order", "least"),
    [
        ("skip", 7 / 3, [3, 1, 0], 1.0), ("insert_zeros", 7 / 4, [3, 1, 0, 2], 0.0),
        ("keep_values", 7 / 4, [3, 1, 0, 2], 0.0),
    ],
)  # fmt: skip
def test_gap_policies_hold_for_every_pipeline(policy: str, average: float, order: list[int], least: float) -> None:
    corpus = Corpus([{"n": 0, "v": 1}, {"n": 1, "v": 2}, {"n": 3, "v": 3}, {"n": 3, "v": 1}])
    inner = {"s": {"sum": {"field": "v"}}, "b": {"bucket_sort": {"sort": [{"s": "desc"}], "gap_policy": policy}}}
    beside = {"buckets_path": "h>s", "gap_policy": policy}
    histogram = {"histogram": {"field": "n", "interval": 1}}
    answer = corpus.aggregate(
        {
            "sorted": {**histogram, "aggs": inner},
            "h": {**histogram, "aggs": {"s": inner["s"]}},
            **{kind: {f"{kind}_bucket": beside} for kind in ("avg", "min", "max", "sum", "stats")},
            "fewest": {"min_bucket": {**beside, "buckets_path": "h>_count"}},
        }
    )
    assert [bucket["key"] for bucket in answer["sorted"]["buckets"]] == order
    assert (answer["avg"]["value"], answer["min"]["value"]) == (pytest.approx(average), least)
    assert (answer["max"]["value"], answer["sum"]["value"], answer["fewest"]["value"]) == (4.0, 7.0, 0.0)
    assert answer["stats"]["avg"] == pytest.approx(average)
    by_parts = {"composite": {"sources": [{"n": {"terms": {"field": "n"}}}]}}
    with pytest.raises(Problem, match="several parts"):
        corpus.aggregate({"a": {**by_parts, "aggs": {"b": {"bucket_sort": {"sort": ["_key"]}}}}})
    corpus.close()


def histogram_keys(corpus: Corpus, kind: str, **options: Any) -> list[Any]:
    answer = corpus.aggregate({"h": {kind: {"min_doc_count": 1, **options}}})["h"]["buckets"]
    return [bucket.get("key_as_string", bucket["key"])[:10] if kind[0] == "d" else bucket["key"] for bucket in answer]


def test_hard_bounds(corpus: Corpus) -> None:
    numbers = {"field": "n", "interval": 50}
    assert histogram_keys(corpus, "histogram", **numbers) == [0.0, 50.0, 100.0, 150.0]
    assert histogram_keys(corpus, "histogram", **numbers, hard_bounds={"min": 50, "max": 100}) == [50.0, 100.0]
    assert histogram_keys(corpus, "histogram", **numbers, hard_bounds={"min": 1}) == [50.0, 100.0, 150.0]
    assert histogram_keys(corpus, "histogram", **numbers, offset=1, hard_bounds={"max": 50}) == [1.0, 51.0]
    dates = {"field": "at", "calendar_interval": "month"}
    assert histogram_keys(corpus, "date_histogram", **dates) == ["2024-01-01", "2024-02-01"]
    assert histogram_keys(corpus, "date_histogram", **dates, hard_bounds={"max": "2024-02-01"}) == ["2024-01-01"]
    assert histogram_keys(corpus, "date_histogram", **dates, hard_bounds={"min": "2024-01-02"}) == ["2024-02-01"]
    with pytest.raises(Problem, match="Extended bounds have to be inside hard bounds"):
        histogram_keys(corpus, "histogram", **numbers, hard_bounds={"min": 0}, extended_bounds={"min": -5})


@pytest.mark.parametrize("place", ["first", "last", "default"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_missing_order_of_composite_and_its_pages(corpus: Corpus, place: str, order: str) -> None:
    options = {"field": "k.keyword", "missing_bucket": True, "missing_order": place, "order": order}
    sources = [{"k": {"terms": options}}, {"n": {"histogram": {"field": "n", "interval": 100}}}]
    spec: dict[str, Any] = {"sources": sources, "size": 100}
    whole = [bucket["key"] for bucket in corpus.aggregate({"a": {"composite": spec}})["a"]["buckets"]]
    texts = ["x", "y"] if order == "asc" else ["y", "x"]
    first = place == "first" or (place == "default" and order == "asc")
    assert [key["k"] for key in whole] == ([None, *texts] if first else [*texts, None])
    seen, spec["size"] = [], 1
    while (page := corpus.aggregate({"a": {"composite": spec}})["a"])["buckets"]:
        seen.append(page["buckets"][0]["key"])
        spec["after"] = page["after_key"]
    assert seen == whole


def test_missing_order_needs_a_missing_bucket(corpus: Corpus) -> None:
    for wrong in ({"missing_order": "first"}, {"missing_order": "up", "missing_bucket": True}):
        with pytest.raises(Problem, match="missing_order"):
            corpus.aggregate({"a": {"composite": {"sources": [{"k": {"terms": {"field": "n", **wrong}}}]}}})


def test_formats_write_dates_and_are_refused_for_numbers(corpus: Corpus) -> None:
    assert corpus.aggregate({"a": {"max": {"field": "at", "format": "yyyy"}}})["a"]["value_as_string"] == "2024"
    for kind in ("avg", "stats", "percentiles", "terms"):
        with pytest.raises(Problem, match="format") as caught:
            corpus.aggregate({"a": {kind: {"field": "n", "format": "0.0"}}})
        assert caught.value.status == 501


def test_errors_of_terms_are_shown_on_demand(corpus: Corpus) -> None:
    spec = {"terms": {"field": "k.keyword", "show_term_doc_count_error": True}}
    buckets = corpus.aggregate({"a": spec})["a"]["buckets"]
    assert buckets[0] == {"key": "x", "doc_count_error_upper_bound": 0, "doc_count": 1}


def test_an_aggregation_of_both_spellings_is_refused(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="same member"):
        corpus.search({"aggs": {"a": {"max": {"field": "n"}}}, "aggregations": {"b": {"max": {"field": "n"}}}})


def test_sort_values_at_the_ends_of_the_range() -> None:
    corpus = Corpus([{"n": 2**63 - 1}, {"n": 922337203685477777}, {"n": -(2**63)}, {"m": 1}])

    def after(value: int, order: str) -> list[str]:
        return corpus.ids(None, sort=[{"n": {"order": order, "missing": "_last"}}], search_after=[value])

    assert after(2**63 - 1, "desc") == ["2", "3", "4"]
    assert after(922337203685477777, "asc") == ["1", "4"]
    assert after(-(2**63), "asc") == ["2", "1", "4"]
    corpus.close()
