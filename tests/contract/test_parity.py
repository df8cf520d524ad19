"""Three ways to the same answer: documents and conditions drawn at random, asked in QueryDSL, SQL and plain Python."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

WORDS = ["ink", "pen", "Cap", "O'Neil", 'say "hi"', "50%", "under_score", "naïve"]
DAYS = [f"2026-0{month}-{day:02d}T0{month}:30:00Z" for month in range(1, 6) for day in (1, 15, 28)]


def documents() -> dict[str, dict[str, Any]]:
    """A fixed random dataset in which every field is missing here and there."""
    rng = random.Random(20260102)
    made = {}
    for number in range(120):
        whole = {
            "n": rng.randint(-5, 20),
            "x": rng.choice([0.5, 1.25, -3.0, 7.75]),
            "w": rng.choice(WORDS),
            "b": rng.random() < 0.5,
            "d": rng.choice(DAYS),
            "tags": rng.sample(WORDS, rng.randint(1, 3)),
            "in": {"deep": rng.randint(0, 4)},
        }
        made[str(number)] = {key: value for key, value in whole.items() if rng.random() < 0.85}
    return made


DOCUMENTS = documents()


@attrs.frozen
class Condition:
    """One condition in three languages; SQL's third truth value counts as false, as it does in a WHERE."""

    dsl: dict[str, Any]
    sql: str
    holds: Callable[[dict[str, Any]], bool]


def literal(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + value.replace("'", "''") + "'"


def value_of(document: dict[str, Any], field: str) -> Any:
    for part in field.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


SQL_NAME = {"in.deep": '"in.deep"'}


def equals(field: str, value: Any) -> Condition:
    name = f"{field}.keyword" if isinstance(value, str) else field
    return Condition(
        {"term": {name: value}},
        f"coalesce({SQL_NAME.get(field, field)} = {literal(value)}, FALSE)",
        lambda document: value_of(document, field) == value,
    )


def tagged(value: str) -> Condition:
    return Condition(
        {"term": {"tags.keyword": value}},
        f"coalesce(list_contains(tags, {literal(value)}), FALSE)",
        lambda document: value in document.get("tags", []),
    )


def between(field: str, low: Any, high: Any) -> Condition:
    text = (lambda value: f"TIMESTAMP '{value[:-1].replace('T', ' ')}'") if field == "d" else literal
    name = SQL_NAME.get(field, field)

    def holds(document: dict[str, Any]) -> bool:
        value = value_of(document, field)
        return value is not None and low <= value < high

    return Condition(
        {"range": {field: {"gte": low, "lt": high}}},
        f"coalesce({name} >= {text(low)} AND {name} < {text(high)}, FALSE)",
        holds,
    )


def exists(field: str) -> Condition:
    return Condition(
        {"exists": {"field": field}},
        f"{SQL_NAME.get(field, field)} IS NOT NULL",
        lambda document: value_of(document, field) is not None,
    )


def both(one: Condition, other: Condition) -> Condition:
    return Condition(
        {"bool": {"filter": [one.dsl, other.dsl]}},
        f"({one.sql} AND {other.sql})",
        lambda document: one.holds(document) and other.holds(document),
    )


def either(one: Condition, other: Condition) -> Condition:
    return Condition(
        {"bool": {"should": [one.dsl, other.dsl]}},
        f"({one.sql} OR {other.sql})",
        lambda document: one.holds(document) or other.holds(document),
    )


def opposite(one: Condition) -> Condition:
    return Condition({"bool": {"must_not": [one.dsl]}}, f"(NOT {one.sql})", lambda document: not one.holds(document))


simple = st.one_of(
    st.builds(equals, st.just("n"), st.integers(-6, 21)),
    st.builds(equals, st.just("in.deep"), st.integers(0, 5)),
    st.builds(equals, st.just("w"), st.sampled_from([*WORDS, "absent"])),
    st.builds(equals, st.just("b"), st.booleans()),
    st.builds(tagged, st.sampled_from([*WORDS, "absent"])),
    st.builds(between, st.just("n"), st.integers(-8, 10), st.integers(0, 25)),
    st.builds(between, st.just("x"), st.sampled_from([-4.0, 0.5, 1.25]), st.sampled_from([0.75, 7.75, 9.5])),
    st.builds(between, st.just("d"), st.sampled_from(DAYS), st.sampled_from(DAYS)),
    st.builds(exists, st.sampled_from(["n", "x", "w", "b", "d", "tags", "in.deep"])),
)
conditions = st.recursive(
    simple,
    lambda inner: st.one_of(st.builds(both, inner, inner), st.builds(either, inner, inner), st.builds(opposite, inner)),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def asked(gateway):
    """A client of a gateway that holds the documents."""
    with gateway.client() as client:
        client.datasets.delete("parity", missing_ok=True)
        client.datasets.create("parity")
        report = client.records.bulk("parity", [{"_key": key, **row} for key, row in DOCUMENTS.items()], id="_key")
        assert report.accepted == len(DOCUMENTS)
        yield client
        client.datasets.delete("parity")


@given(condition=conditions)
def test_the_same_records_in_three_languages(asked, condition):
    expected = {key for key, document in DOCUMENTS.items() if condition.holds(document)}
    hits = asked.query.dsl("parity", {"query": condition.dsl, "size": 500})
    rows = asked.query.sql(f"SELECT _id FROM parity WHERE {condition.sql}")
    assert {hit.id for hit in hits.hits()} == expected, json.dumps(condition.dsl)
    assert set(rows.column("_id")) == expected, condition.sql


@given(condition=conditions)
def test_the_same_counts_and_sums_in_three_languages(asked, condition):
    chosen = [document for document in DOCUMENTS.values() if condition.holds(document)]
    counts = Counter(document["w"] for document in chosen if "w" in document)
    sums = {word: sum(document.get("n", 0) for document in chosen if document.get("w") == word) for word in counts}
    body = {
        "size": 0,
        "query": condition.dsl,
        "aggs": {"by": {"terms": {"field": "w.keyword", "size": 50}, "aggs": {"total": {"sum": {"field": "n"}}}}},
    }
    buckets = json.loads(asked.query.dsl("parity", body).raw)["aggregations"]["by"]["buckets"]
    assert {bucket["key"]: bucket["doc_count"] for bucket in buckets} == dict(counts)
    assert {bucket["key"]: bucket["total"]["value"] for bucket in buckets} == sums
    sql = f"SELECT w, count(*), coalesce(sum(n), 0) FROM parity WHERE w IS NOT NULL AND {condition.sql} GROUP BY w"
    rows = [tuple(row) for row in asked.query.sql(sql).rows()]
    assert {word: count for word, count, _ in rows} == dict(counts)
    assert {word: int(total) for word, _, total in rows} == sums
