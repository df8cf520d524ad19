"""Thousands of statements against what a role hides: nothing comes out, no error tells of it, nothing fails inside."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from infino.local.access import Principal
from tests.support.sqlattack import CANARY, Grammar, Twins


@pytest.fixture(scope="module")
def twins() -> Iterator[Twins]:
    made = Twins()
    yield made
    made.close()


def attack(twins: Twins, seed: int, count: int) -> Counter[str]:
    """Ask many statements, fail at the first that does harm, and count what the others came to."""
    seen: Counter[str] = Counter()
    for writes, text in Grammar(seed, twins.tables).statements(count):
        done = twins.write(text) if writes else twins.ask(text)
        assert done.fault is None, (text, done.fault, [answer[:500] for answer in done.answers])
        seen[done.answers[0][:3]] += 1
    return seen


def test_a_slice_of_the_attack(twins: Twins) -> None:
    seen = attack(twins, seed=20, count=160)
    assert set(seen) <= {"200", "400", "403", "404", "409"}
    assert seen["200"] > 16, "most statements must not be refused for their grammar"


def test_the_attack_would_see_a_leak_and_an_oracle(twins: Twins) -> None:
    admin = Principal("admin", "x", admin=True)
    assert twins.ask("SELECT ssn FROM pub", admin).fault == "leaked"
    assert twins.ask("SELECT length(ssn) FROM pub", admin).fault == "tells what is hidden"
    assert twins.ask("SELECT 1 FROM pub WHERE error(md5(ssn)) IS NULL", admin).fault == "tells what is hidden"
    assert CANARY in twins.ask("SELECT * FROM secret", admin).answers[0]


@pytest.mark.soak
def test_ten_thousand_statements(twins: Twins) -> None:
    seed = int(os.environ.get("ATTACK_SEED", "1"))
    count = int(os.environ.get("ATTACK_COUNT", "10000"))
    seen = attack(twins, seed, count)
    print(f"seed {seed}: {dict(seen)}")
    assert seen["200"] > count // 10
