"""Whatever the body, the answer is a result or a refusal: never another exception, never a broken dataset."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from infino.local.http import Problem, encode_json
from tests.unit.querydsl.corpus import Corpus
from tests.unit.querydsl.hostile import bodies

DOCUMENTS: list[dict[str, Any]] = [
    {
        "title": "The quick brown fox", "kind": "A", "price": 10, "count": 2**62, "sold": True, "day": "2024-03-14",
        "tags": ["red", "blue"], "parts": [{"size": 1}, {"size": 2.5}], "a\"b": 1, "x' or 1=1 --": "y", "é": "ü",
    },
    {"title": ["quick", "dog"], "kind": "it's", "price": 1.5, "sold": False,
        "day": "2024-02-29T10:00:00+02:00", "*": "star"},
    {"title": "", "kind": "B\u0000C", "price": -3, "tags": [],
        "": "empty", "parts": {"size": 7}, "p[0]": [[1, [2]]]},
    {"kind": 5, "title": None, "day": "1969-12-31T23:59:59.999Z", "a": {"b": {"c": [1, "x", None, True]}}},
    {},
]  # fmt: skip


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    made = Corpus(DOCUMENTS)
    yield made
    made.close()


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=bodies())
def test_any_body_gives_a_result_or_a_refusal(corpus: Corpus, body: Any) -> None:
    answer, problem = outcome(corpus, body)
    if problem is None:
        json.loads(encode_json(answer))
        assert len(answer["hits"]["hits"]) <= len(DOCUMENTS)
    else:
        assert problem.status in (400, 501)
        assert 0 < len(problem.reason) < 2000
        # The catch-all for the engine's own errors is for limits that no check foresees; none is known.
        assert problem.type != "search_phase_execution_exception", problem.reason
    assert len(corpus.ids(None)) == len(DOCUMENTS)


def outcome(corpus: Corpus, body: Any) -> tuple[dict[str, Any], Problem | None]:
    """Return the answer to a body, or the refusal."""
    try:
        return corpus.search(body), None
    except Problem as problem:
        return {}, problem
