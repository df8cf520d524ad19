"""Whether the tests notice when the source says something else."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.mutation import ROOMS, ROOT, Copy, Mutation, mutations, sample, who_runs

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
# Changes after which everything that can be seen stays as it was, each with the reason.
EQUAL_IN_EFFECT: dict[str, str] = {}


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
    data = tmp_path / "coverage"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "not soak and not slow", "-n", "2", "--dist", "loadfile", "--cov=infino",
         "--cov=scripts/generator", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"],
        cwd=ROOT, env={**os.environ, "COVERAGE_FILE": str(data)}, check=True, timeout=2400,
    )  # fmt: skip
    lines = who_runs(data)

    def survives(part: tuple[int, list[Mutation]]) -> list[str]:
        number, changes = part
        copy = Copy(tmp_path / f"copy{number}")
        return [
            change.name for change in changes
            if not copy.notices(change, lines.get(change.path, {}).get(change.line, ()))
        ]  # fmt: skip

    changes = [change for change in sample(COUNT, SEED) if change.name not in EQUAL_IN_EFFECT]
    with ThreadPoolExecutor(2) as workers:
        survivors = [name for part in workers.map(survives, enumerate((changes[::2], changes[1::2]))) for name in part]
    print(f"{len(changes) - len(survivors)} of {len(changes)} changes noticed", *survivors, sep="\n")
    assert len(survivors) <= len(changes) // 10, survivors
