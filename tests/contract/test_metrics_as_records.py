"""Samples read as records: QueryDSL, SQL and single records over a metrics dataset, also under field rules."""

from __future__ import annotations

import json

import pytest

from infino import BadRequestError, InfinoError
from tests.support.people import permission

START = 1_700_000_000
HOSTS = ("planted-a", "planted-b")


@pytest.fixture
def samples(sync_client, fresh):
    """Ten minutes of one counter from two hosts."""
    name = fresh("samples") + ".aly"
    sync_client.datasets.create(name)
    lines = [
        f'hits{{job="job-{number}",host="{host}"}} {minute * (number + 1)} {(START + minute * 60) * 1000}'
        for number, host in enumerate(HOSTS)
        for minute in range(10)
    ]
    sync_client.metrics.upload(name, "\n".join(lines))
    return name


def search(client, name, **body):
    return client.request("POST", f"/{name}/querydsl", json=body)


def test_querydsl_sees_each_sample_as_a_record(sync_client, samples):
    query = {"bool": {"must": {"match": {"job": "job-1"}}, "filter": {"range": {"value": {"gte": 16}}}}}
    found = search(sync_client, samples, query=query, sort=[{"@timestamp": "desc"}], highlight={"fields": {"job": {}}})
    assert [hit["_source"]["value"] for hit in found["hits"]["hits"]] == [18.0, 16.0]
    first = found["hits"]["hits"][0]
    assert first["_source"] == {
        "@timestamp": "2023-11-14T22:22:20.000Z", "value": 18.0, "metric": "hits", "job": "job-1", "host": HOSTS[1],
    }  # fmt: skip
    assert first["highlight"] == {"job": ["<em>job</em>-<em>1</em>"]}
    record = sync_client.request("GET", f"/{samples}/doc/{first['_id']}")
    assert record["_source"] == first["_source"]


def test_aggregations_agree_with_sql_and_promql(sync_client, samples):
    minutes = {"date_histogram": {"field": "@timestamp", "fixed_interval": "5m"}, "aggs": {"v": {"sum": VALUE}}}
    by_host = {"terms": {"field": "host.keyword"}, "aggs": {"top": {"max": VALUE}, "time": minutes}}
    page = {"composite": {"size": 1, "sources": [{"h": {"terms": {"field": "host.keyword"}}}]}}
    found = search(sync_client, samples, size=0, aggs={"h": by_host, "page": page})["aggregations"]
    tops = {bucket["key"]: bucket["top"]["value"] for bucket in found["h"]["buckets"]}
    assert found["page"]["buckets"] == [{"key": {"h": HOSTS[0]}, "doc_count": 10}]
    assert [bucket["v"]["value"] for bucket in found["h"]["buckets"][0]["time"]["buckets"]] == [1.0, 20.0, 24.0]
    rows = sync_client.query.sql(f'SELECT host, max(value) AS top FROM "{samples}" GROUP BY 1')
    asked = sync_client.query.promql("max by (host) (max_over_time(hits[20m]))", dataset=samples, at=START + 600)
    assert tops == {row["host"]: row["top"] for row in rows} == dict(zip(HOSTS, (9.0, 18.0), strict=True))
    assert tops == {row["host"]: row["value"] for row in asked}


VALUE = {"field": "value"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/{}", {"query": {"match_all": {}}}),
        ("POST", "/sql", {"query": 'DELETE FROM "{}"'}),
        ("POST", "/sql", {"query": "INSERT INTO \"{}\" (_id, a) VALUES ('1', 1)"}),
    ],
)
def test_records_are_not_written_into_metrics(sync_client, samples, method, path, body):
    text = json.dumps(body) if path != "/sql" else json.dumps({"query": body["query"].replace("{}", samples)})
    with pytest.raises(BadRequestError, match="holds metrics"):
        sync_client.request(method, path.format(samples), json=json.loads(text))
    with pytest.raises(InfinoError, match="holds metrics"):
        sync_client.records.bulk(samples, [{"a": 1}])
    assert sync_client.datasets.count(samples) == 20


@pytest.mark.parametrize("rule", ["Deny", "Mask"])
def test_a_hidden_label_is_hidden_in_every_language(as_user, sync_client, samples, rule):
    client = as_user(permission(**{rule: ["host"] if rule == "Deny" else {"host": "redact"}}))
    one = search(sync_client, samples, size=1)["hits"]["hits"][0]["_id"]
    asked = [
        ("POST", f"/{samples}/querydsl", {"size": 50}),
        ("POST", f"/{samples}/querydsl", {"fields": ["*", "host"], "_source": ["host"]}),
        ("POST", f"/{samples}/querydsl", {"aggs": {"x": {"terms": {"field": "host.keyword"}}}}),
        ("POST", f"/{samples}/querydsl", {"sort": ["host.keyword"]}),
        ("POST", f"/{samples}/querydsl", {"query": {"query_string": {"query": "job*"}}, "highlight": EVERYWHERE}),
        ("POST", "/sql", {"query": f'SELECT * FROM "{samples}"'}),
        ("POST", "/sql", {"query": f'SELECT max(host) FROM "{samples}"'}),
        ("GET", f"/{samples}/doc/{one}", None),
    ]
    for method, path, body in asked:
        try:
            answer = json.dumps(client.request(method, path, **({"json": body} if body else {})))
        except InfinoError as error:
            answer = f"{error} {getattr(error, 'body', '')}"
        assert "planted" not in answer
    for query in (
        {"match": {"host": "planted"}},
        {"prefix": {"host.keyword": "pl"}},
        {"query_string": {"query": "pl*"}},
    ):
        assert search(client, samples, query=query)["hits"]["total"]["value"] == 0
    told = client.query.promql('count by (host) ({__name__="hits"})', dataset=samples, at=START + 60)
    assert "planted" not in str(list(told))


EVERYWHERE = {"require_field_match": False, "fields": {"*": {"no_match_size": 20}}}
