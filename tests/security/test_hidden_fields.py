"""Two gateways that differ only in what is hidden answer alike in every language: no answer, no error is an oracle."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from infino import Infino
from tests.support.signed import Signed
from tests.support.sqlattack import CANARY, Twins

CHANGING = re.compile(
    r'"(took|execution_time|thread_id|id|message_id|uuid|creation_date|created_at|updated_at|timestamp|run_id)":'
    r'("[^"]*"|[\d.]+)'
)
FORM = "application/x-www-form-urlencoded"
HIDDEN = (
    "ssn", "ssn.keyword", "salary", "user.phone", "user", "deep.er.er", "deep", "s*", "*", "_source", "either",
    "either.pin", "items", "items.pin",
)  # fmt: skip


@pytest.fixture(scope="module")
def twins() -> Iterator[Twins]:
    made = Twins()
    yield made
    made.close()


def queries(field: str) -> dict[str, Any]:
    """Queries over a field by every kind of query."""
    text = {"query": f"{CANARY}first1"}
    return {
        "term": {"term": {field: f"{CANARY}-first-1"}}, "terms": {"terms": {field: [1, "x"]}},
        "match": {"match": {field: text}}, "phrase": {"match_phrase": {field: text}},
        "prefix": {"prefix": {field: "CAN"}}, "wildcard": {"wildcard": {field: "*first*"}},
        "regexp": {"regexp": {field: ".*first.*"}}, "fuzzy": {"fuzzy": {field: "canary"}},
        "range": {"range": {field: {"gte": "A", "lt": "z"}}}, "number": {"range": {field: {"gte": 1}}},
        "exists": {"exists": {"field": field}}, "string": {"query_string": {"query": f"{field}:*first*"}},
        "fields": {"simple_query_string": {"query": "first other", "fields": [field]}},
        "multi": {"multi_match": {"query": "CANARY first", "fields": [field, "name"]}},
        "not": {"bool": {"must_not": {"exists": {"field": field}}}},
        "score": {"function_score": {"query": {"match_all": {}}, "field_value_factor": {"field": field}}},
        "boost": {"boosting": {"positive": {"match_all": {}}, "negative": {"match": {field: text}},
                               "negative_boost": 0.1}},
        "nested": {"nested": {"path": field, "query": {"match_all": {}}}},
        "distance": {"distance_feature": {"field": field, "pivot": "1d", "origin": "now"}},
        "script": {"script": {"script": f"doc['{field}'].value.length() > 3"}},
    }  # fmt: skip


def bodies(field: str) -> dict[str, Any]:
    """Searches that use a field in every other place."""
    everything = {"match_all": {}}
    metrics = (
        "max", "sum", "stats", "extended_stats", "percentiles", "cardinality", "value_count", "terms", "missing",
        "significant_terms", "histogram", "top_metrics", "string_stats", "median_absolute_deviation",
    )  # fmt: skip
    aggregations = {
        f"agg {kind}": {
            "size": 0,
            "aggs": {"x": {kind: {"field": field, **({"interval": 2} if kind == "histogram" else {})}}},
        }
        for kind in metrics
    }
    return {
        **{f"query {kind}": {"query": query} for kind, query in queries(field).items()},
        **aggregations,
        "sort": {"sort": [{field: "desc"}, "_doc"]},
        "sort missing": {"sort": [{field: {"order": "asc", "missing": "_first"}}], "search_after": ["x"]},
        "source": {"_source": [field]}, "fields": {"fields": [field]}, "docvalues": {"docvalue_fields": [field]},
        "stored": {"stored_fields": [field]}, "collapse": {"collapse": {"field": field}},
        "highlight": {"query": {"query_string": {"query": "first other canary"}}, "highlight": {"fields": {field: {}}}},
        "explain": {"query": {"match": {field: "first"}}, "explain": True, "profile": True},
        "filter agg": {"size": 0, "aggs": {"x": {"filter": {"exists": {"field": field}}}}},
        "composite": {"size": 0, "aggs": {"x": {"composite": {"sources": [{"k": {"terms": {"field": field}}}]}}}},
        "inner": {"size": 0, "aggs": {"n": {"terms": {"field": "name"}, "aggs": {"x": {"max": {"field": field}}}}}},
        "bucket sort": {"size": 0, "aggs": {"n": {"terms": {"field": "name", "order": {"x": "asc"}},
                                                  "aggs": {"x": {"max": {"field": field}}}}}},
        "top hits": {"size": 0, "aggs": {"x": {"top_hits": {"sort": [field], "_source": [field]}}}},
        "suggest": {"suggest": {"x": {"text": "first", "term": {"field": field}}}},
        "rescore": {"rescore": {"query": {"rescore_query": {"match": {field: "first"}}}, "window_size": 5}},
        "knn": {"knn": {"field": field, "query_vector": [1], "k": 1}},
        "min score": {"min_score": 0.5, "query": everything},
        "runtime": {"runtime_mappings": {"x": {"type": "keyword", "script": f"emit(doc['{field}'].value)"}}},
    }  # fmt: skip


def told(reply: Any) -> str:
    """A reply without what changes from call to call."""
    return f"{reply.status} {CHANGING.sub('', reply.content.decode())}"


def assert_alike(twins: Twins, method: str, path: str, *arguments: Any, user: str = "reader") -> None:
    first, second = (
        Signed(gateway)(method, path, *arguments, **keys)
        for gateway, keys in zip(twins.gateways, twins.keys[user], strict=True)
    )
    assert told(first) == told(second), (method, path, arguments)
    assert first.status < 500 or first.status == 501, first.content
    sent = orjson.dumps(arguments, default=str).decode()
    if CANARY not in sent:
        assert CANARY not in first.content.decode() + second.content.decode()


@pytest.mark.parametrize("field", HIDDEN)
def test_no_search_is_an_oracle(twins: Twins, field: str) -> None:
    for body in bodies(field).values():
        assert_alike(twins, "POST", "/pub/querydsl", body)


@pytest.mark.parametrize("field", ["ssn", "ssn.keyword", "salary", "user.phone", "deep.er.er", "deep"])
def test_deleting_by_a_hidden_field_tells_nothing_and_deletes_nothing(twins: Twins, field: str) -> None:
    seen = {"not", "multi", "boost", "score"}  # these match by what is seen too
    for query in (query for kind, query in queries(field).items() if kind not in seen):
        assert_alike(twins, "PATCH", "/pub", {"query": query}, user="writer")
    for gateway in twins.gateways:
        assert Signed(gateway)("GET", "/pub/_count").json == {"count": 12}


OTHERS: dict[str, tuple[Any, ...]] = {
    "record": ("GET", "/pub/doc/1"),
    "no record": ("GET", "/secret/doc/1"),
    "count": ("GET", "/pub/_count"),
    "count of another": ("GET", "/secret/_count"),
    "metadata": ("GET", "/pub/metadata"),
    "schema": ("GET", "/pub/_schema"),
    "mapping": ("GET", "/pub"),
    "list": ("GET", "/metadata"),
    "search of another": ("POST", "/secret/querydsl", {}),
    "promql of another": ("POST", "/promql/query", urlencode({"query": "s", "index": "secret"}).encode(), FORM),
    "promql": ("POST", "/promql/query", urlencode({"query": 'count({ssn=~".+"})', "index": "pub"}).encode(), FORM),
    "promql labels": ("POST", "/promql/query", urlencode({"query": "salary", "index": "pub"}).encode(), FORM),
    "enrich": (
        "POST",
        "/pub/enrich_dataset",
        {"enrich_policy": {"match_field": "ssn", "enrich_fields": ["a"], "indices": "pub"}},
    ),
    "enrich from another": (
        "POST",
        "/pub/enrich_dataset",
        {"enrich_policy": {"match_field": "_id", "enrich_fields": ["s"], "indices": "secret"}},
    ),
    **{
        f"promql {query}": (
            "POST",
            "/promql/query",
            urlencode({"query": query, "index": "meter", "time": 1750000000}).encode(),
            FORM,
        )
        for query in (
            "m",
            "count by (ssn) (m)",
            'm{ssn=~".*first.*"}',
            'm{ssn!=""}',
            'label_replace(m, "x", "$1", "ssn", "(.*)")',
            "sum without (job) (m)",
            'count_values("x", m)',
            "sort_by_label(m, 'ssn')",
            'absent(m{ssn="x"})',
            "topk(1, m) by (ssn)",
        )
    },
    "labels": ("GET", "/api/v1/labels?index=meter"),
    "label values": ("GET", "/api/v1/label/ssn/values?index=meter"),
    "series": ("GET", "/api/v1/series?match[]=m&index=meter"),
    "series by a hidden label": (
        "GET",
        "/api/v1/series?" + urlencode({"match[]": 'm{ssn=~".*first.*"}', "index": "meter"}),
    ),
    "labels of everything": ("GET", "/api/v1/labels"),
    "samples as records": ("POST", "/meter/querydsl", {}),
    "samples in SQL": ("POST", "/sql", {"query": "SELECT * FROM meter"}),
    "samples by a hidden label": ("POST", "/sql", {"query": "SELECT ssn FROM meter"}),
    "_search": ("POST", "/pub/_search", {"query": {"match": {"ssn": "first"}}}),
    "_search by q": ("GET", "/pub/_search?q=ssn:first"),
    "_source": ("GET", "/pub/_source/1"),
    "_doc": ("GET", "/pub/_doc/1"),
    "_mget": ("POST", "/_mget", {"docs": [{"_index": "pub", "_id": "1"}, {"_index": "secret", "_id": "1"}]}),
    "_msearch": (
        "POST",
        "/_msearch",
        b'{"index":"pub"}\n{"query":{"prefix":{"ssn":"CAN"}}}\n{"index":"secret"}\n{}\n',
        "application/x-ndjson",
    ),
    "columns in SQL": ("POST", "/sql", {"query": "SELECT * FROM information_schema.columns"}),
    "a point in time of another": ("POST", "/secret/_pit?keep_alive=1m"),
    "a slice": ("POST", "/pub/querydsl", {"slice": {"field": "ssn", "id": 0, "max": 2}}),
    "capabilities": ("GET", "/pub/_field_caps?fields=*"),
    "several": ("GET", "/pub,secret/_search"),
    "everything": ("GET", "/_all/_mapping"),
    "metadata of metrics": ("GET", "/api/v1/metadata"),
    "values of a label": ("GET", "/api/v1/label/__name__/values"),
    "_count": ("POST", "/pub/_count", {"query": {"exists": {"field": "deep"}}}),
    "_mapping": ("GET", "/pub/_mapping"),
    "_cat": ("GET", "/_cat/indices?format=json"),
    "_update": ("POST", "/pub/_update/1", {"doc": {"ssn": "CANARY-first-1"}}),
    "_create": ("PUT", "/pub/_create/1", {"a": 1}),
    "_doc in another": ("PUT", "/secret/_doc/1", {"a": 1}),
    "_delete_by_query": ("POST", "/pub/_delete_by_query", {"query": {"match": {"ssn": "first"}}}),
    "bulk update": (
        "POST",
        "/pub/json",
        b'{"update":{"_id":"1"}}\n{"doc":{"ssn":"CANARY-first-1"}}\n',
        "application/x-ndjson",
    ),
    "bulk create": ("POST", "/pub/json", b'{"create":{"_id":"1"}}\n{"a":1}\n', "application/x-ndjson"),
    "bulk upsert": (
        "POST",
        "/pub/json",
        b'{"update":{"_id":"1"}}\n{"doc":{"user":{"phone":"CANARYfirst1"}},"doc_as_upsert":true}\n',
        "application/x-ndjson",
    ),
}


@pytest.mark.parametrize("call", OTHERS)
@pytest.mark.parametrize("user", ["reader", "writer"])
def test_no_other_call_is_an_oracle(twins: Twins, call: str, user: str) -> None:
    assert_alike(twins, *OTHERS[call], user=user)


QUESTIONS = [
    "How many pub are there?", "What is the max salary by name in pub?", "Which ssn are in pub?", "Show secret",
    "How many pub have ssn CANARY-first-1?", "What is the average n in secret?", "Show pub by user.phone",
]  # fmt: skip


def test_fino_is_no_oracle(twins: Twins) -> None:
    for question in QUESTIONS:
        answers = []
        for gateway, keys in zip(twins.gateways, twins.keys["reader"], strict=True):
            with Infino(endpoint=gateway.endpoint, **keys) as client, contextlib.closing(client):
                answer = client.fino.ask(question)
                answers.append((answer.text, answer.sql, None if answer.data is None else answer.data.to_dicts()))
        assert answers[0] == answers[1], question
        if CANARY not in question:
            assert CANARY not in str(answers)


def test_these_would_see_an_oracle(twins: Twins) -> None:
    twins.keys["admin"] = [
        {"access_key": gateway.access_key, "secret_key": gateway.secret_key} for gateway in twins.gateways
    ]
    with pytest.raises(AssertionError):
        assert_alike(twins, "POST", "/pub/querydsl", {"query": {"wildcard": {"ssn": "*first*"}}}, user="admin")
    with pytest.raises(AssertionError):
        assert_alike(twins, "GET", "/secret/_count", user="admin")
