"""Whether the tests notice when the source says something else."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.mutation import ROOMS, Copy, Mutation, mutations, record, sample, who_runs

SOURCE = '''\
def area(width, height):
    """Say how much."""
    if not width or height < 0:
        raise ValueError("ä")
    for number in range(width):
        if number == 3:
            continue
    return width + height
'''
COUNT, SEED = int(os.environ.get("INFINO_MUTATIONS", "120")), int(os.environ.get("INFINO_SEED", "2026"))
RECORD = os.environ.get("INFINO_COVERAGE")
# Changes after which everything that can be seen stays as it was, each with the reason.
EQUAL_IN_EFFECT = {
    "infino/local/sql/dialect.py: len(text) > MAX_TOKENS -> (len(text) >= MAX_TOKENS)":
        "a text of as many characters has no more words than that: it is only counted for nothing",
    'scripts/generator/docstrings.py: len(before) - len(before.rstrip("\\\\")) -> '
    r"(len(before) + len(before.rstrip('\\')))":
        "only whether it is odd counts, and a sum is where a difference is",
    "infino/results/sql.py: continue -> pass":
        "the next row is found by its brackets, which takes longer and finds the same",
}  # fmt: skip


def test_each_kind_of_change_is_made(tmp_path: Path) -> None:
    file = tmp_path / "area.py"
    file.write_text(SOURCE, encoding="utf-8")
    made = {change.after for change in mutations(file, tmp_path)}
    assert made == {
        "((not width) and (height < 0))", "(bool(width))", "(height <= 0)", "pass", "(number != 3)", "return None",
        "(width - height)",
    }  # fmt: skip
    for change in mutations(file, tmp_path):
        changed = change.applied(SOURCE.encode()).decode()
        compile(changed, "area.py", "exec")
        assert changed != SOURCE


def test_the_sample_is_the_same_for_one_seed_and_takes_from_every_room() -> None:
    chosen = sample(24, seed=5)
    assert chosen == sample(24, seed=5) != sample(24, seed=6)
    assert {room for room in ROOMS for change in chosen if change.path.startswith(f"{room}/")} == set(ROOMS)


@pytest.mark.soak
@pytest.mark.timeout(5400)
def test_nine_of_ten_changes_are_noticed(tmp_path: Path) -> None:
    """Runs every test once with coverage, and for each change the tests that run its line."""
    data = Path(RECORD or tmp_path / "coverage")
    record(data)
    tests = who_runs(data, [change for change in sample(COUNT, SEED) if change.name not in EQUAL_IN_EFFECT])

    def survivors(number: int) -> list[Mutation]:
        return Copy(tmp_path / f"copy{number}").survivors({change: tests[change] for change in [*tests][number::2]})

    with ThreadPoolExecutor(2) as workers:
        survived = {change for part in workers.map(survivors, range(2)) for change in part}
    for room in ROOMS:
        there = [change for change in tests if change.path.startswith(f"{room}/")]
        print(f"{len(there) - len(survived.intersection(there))} of {len(there)} changes noticed in {room}")
    names = sorted(change.name for change in survived)
    print(f"{len(tests) - len(names)} of {len(tests)} changes noticed; survivors:", *names, sep="\n")
    assert len(names) <= len(tests) // 10, names
