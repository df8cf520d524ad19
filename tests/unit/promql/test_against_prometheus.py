"""The evaluator against a real Prometheus 2.x: the same samples, the same random expressions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

import pytest

from infino.local.promql.answers import failure, success
from infino.local.promql.engine import Evaluator
from infino.local.promql.errors import PromQLError
from infino.local.promql.storage import MemoryStorage
from tests.unit.promql import grammar, oracle

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not oracle.available(), reason="needs the Debian package `prometheus`"),
]
INSTANTS, RANGES = 500, 100
TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[oracle.Oracle]:
    with oracle.running(tmp_path_factory.mktemp("prometheus"), oracle.open_metrics()) as started:
        yield started


@pytest.fixture(scope="module")
def storage() -> MemoryStorage:
    memory = MemoryStorage()
    for labels, points in grammar.samples():
        memory.add(labels, points)
    return memory


def alike(mine: float, theirs: float) -> bool:
    if math.isnan(mine) or math.isnan(theirs):
        return math.isnan(mine) and math.isnan(theirs)
    return mine == theirs or math.isclose(mine, theirs, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def difference(mine: oracle.Series | None, theirs: oracle.Series | None) -> str | None:
    if mine is None or theirs is None:
        return None if mine is theirs else f"error here: {mine is None}, there: {theirs is None}"
    if mine.keys() != theirs.keys():
        return f"series only here {mine.keys() - theirs.keys()}, only there {theirs.keys() - mine.keys()}"
    for labels, points in theirs.items():
        if mine[labels].keys() != points.keys():
            return f"{dict(labels)}: other times"
        for at, value in points.items():
            if not alike(mine[labels][at], value):
                return f"{dict(labels)} at {at}: {mine[labels][at]!r}, not {value!r}"
    return None


def expressions(seed: int, count: int) -> list[str]:
    writer = grammar.Writer(Random(seed))
    return [writer.vector(1 + place % 3) for place in range(count)]


def answered(engine: Evaluator, storage: MemoryStorage, query: str, *times: int) -> oracle.Series | None:
    try:
        if len(times) == 1:
            return oracle.points(success(engine.instant(query, times[0], storage)))
        start, end, step = times
        return oracle.points(success(engine.range(query, start, end, step, storage)))
    except PromQLError as error:
        return oracle.points(failure(error))


def report(wrong: list[str], answers: list[oracle.Series | None]) -> None:
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong)
    useful = sum(1 for answer in answers if answer)
    assert useful > len(answers) * 0.5, f"only {useful} of {len(answers)} expressions gave anything"


def test_instant_queries_agree(prometheus: oracle.Oracle, storage: MemoryStorage) -> None:
    engine, wrong, answers = Evaluator(oracle.RULES_2), [], []
    for place, query in enumerate(expressions(1, INSTANTS)):
        at = grammar.START + (place * 7_919_000) % (grammar.END - grammar.START)
        theirs = oracle.points(prometheus.ask("query", query=query, time=at / 1000))
        mine = answered(engine, storage, query, at)
        answers.append(mine)
        problem = difference(mine, theirs)
        if problem:
            wrong.append(f"{query}\n    at {at}: {problem}")
    report(wrong, answers)


def test_range_queries_agree(prometheus: oracle.Oracle, storage: MemoryStorage) -> None:
    engine, wrong, answers = Evaluator(oracle.RULES_2), [], []
    for place, query in enumerate(expressions(2, RANGES)):
        start = grammar.START + 600_000 + place * 11_000
        end, step = start + 3_600_000, 60_000 + place * 1000
        form = {"start": start / 1000, "end": end / 1000, "step": step / 1000}
        theirs = oracle.points(prometheus.ask("query_range", query=query, **form))
        mine = answered(engine, storage, query, start, end, step)
        answers.append(mine)
        problem = difference(mine, theirs)
        if problem:
            wrong.append(f"{query}\n    from {start} step {step}: {problem}")
    report(wrong, answers)
