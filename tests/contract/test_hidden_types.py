"""Fields of every declared type stay hidden, whatever a search, SQL, a description or a refusal says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.people import attempt, permission

SECRETS = ("73411977", "73.41.19.77", "Planted")
PROPERTIES: dict[str, Any] = {
    "k": {"type": "keyword", "copy_to": "copied"}, "copied": {"type": "keyword"},
    "constant": {"type": "constant_keyword", "value": "Planted"}, "ranged": {"type": "integer_range"},
    "version": {"type": "version"}, "address": {"type": "ip"}, "network": {"type": "ip_range"},
    "nanos": {"type": "date_nanos"}, "flat": {"type": "flattened"},
}  # fmt: skip
HIDDEN = ["constant", "ranged", "version", "address", "network", "nanos", "flat"]
RECORD = {
    "k": "x", "ranged": {"gte": 73411977, "lte": 73411977}, "version": "1.73411977", "address": "73.41.19.77",
    "network": "73.41.19.77/32", "nanos": "2024-01-01T00:00:00.073411977Z", "flat": {"a": "Planted"},
}  # fmt: skip
MATCHING = [
    {"term": {"constant": "Planted"}}, {"term": {"ranged": 73411977}}, {"range": {"version": {"gte": "1.1"}}},
    {"term": {"address": "73.0.0.0/8"}}, {"term": {"network": "73.41.19.77"}}, {"range": {"nanos": {"gte": "2024"}}},
    {"term": {"flat": "Planted"}}, {"term": {"flat.a": "Planted"}}, {"term": {"ranged.gte": 73411977}},
    {"query_string": {"query": "Planted"}}, {"exists": {"field": "ranged"}}, {"wildcard": {"constant": "P*"}},
]  # fmt: skip


@pytest.mark.parametrize(
    "rule", [{"Deny": HIDDEN}, {"Mask": dict.fromkeys(HIDDEN, "redact")}], ids=["denied", "masked"]
)
def test_no_type_tells_what_is_hidden(as_user, sync_client, fresh, rule):
    name = fresh("types")
    sync_client.datasets.create(name, mapping={"properties": PROPERTIES})
    sync_client.records.bulk(name, [{"_id": "1", **RECORD}], id="_id")
    user = as_user(permission("*", ["read"], [name]), permission("record", ["read"], [name], **rule))
    for query in MATCHING:
        assert len(sync_client.query.dsl(name, {"query": query}).to_dicts()) == (0 if "ranged.gte" in str(query) else 1)
        found, status = attempt(user, "POST", f"/{name}/querydsl", json={"query": query})
        assert (status, '"hits": []' in found) == (200, True), query
    asked = [{"fields": ["*"], "docvalue_fields": ["k"]}, {"highlight": {"fields": {"*": {}}}}]
    asked += [{"sort": [{field: {"unmapped_type": "keyword"}}]} for field in HIDDEN]
    asked += [{"aggs": {"a": {"terms": {"field": field}}}} for field in HIDDEN]
    asked += [
        {"aggs": {"a": {"value_count": {"field": "ranged"}}, "h": {"histogram": {"field": "ranged", "interval": 1}}}}
    ]
    answers = [attempt(user, "POST", f"/{name}/querydsl", json=body)[0] for body in asked]
    answers += [attempt(user, "GET", f"/{name}{path}")[0] for path in ("", "/_schema", "/_mapping", "/doc/1")]
    answers += [attempt(user, "POST", "/sql", json={"query": text})[0] for text in (
        f"SELECT * FROM {name}", f"SELECT constant FROM {name}", f"SELECT ranged FROM {name}",
        f'SELECT "ranged.gte" FROM {name}', f"DESCRIBE {name}",
    )]  # fmt: skip
    for answer in answers:
        assert [secret for secret in SECRETS if secret in answer] == [], answer
