"""A checkpoint is safe at any byte, and speaks of one upload only."""

from __future__ import annotations

from pathlib import Path

import pytest

from infino.bulk.checkpoint import Checkpoint
from infino.bulk.chunk import Span
from infino.core.errors import ValidationError

WHAT = {"dataset": "d", "op": "index", "id": "id", "source": {"file": "a.csv", "size": 7}}


def written(path: Path) -> bytes:
    checkpoint = Checkpoint(path, WHAT)
    checkpoint.sent(Span(0, 10, 10))
    checkpoint.settled(Span(0, 10, 0, created=9, rejected=1))
    checkpoint.sent(Span(10, 20, 10))
    checkpoint.sent(Span(20, 30, 10))
    checkpoint.settled(Span(20, 30, 0, updated=10))
    checkpoint.close()
    return path.read_bytes()


def test_what_was_settled_is_known_to_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "check"
    written(path)
    again = Checkpoint(path, WHAT)
    assert again.done.pairs == [(0, 10), (20, 30)]
    assert again.possibly_doubled == 10
    assert {name: count for name, count in again.counts.items() if count} == {
        "created": 9,
        "rejected": 1,
        "updated": 10,
    }
    again.close()


def test_what_may_be_doubled_adds_up_over_all_runs(tmp_path: Path) -> None:
    path = tmp_path / "check"
    may_be_doubled = []
    for intervals in ([(0, 10), (10, 20)], [(0, 15), (15, 20)], [(0, 20), (20, 30)], []):
        run = Checkpoint(path, WHAT)
        may_be_doubled.append(run.possibly_doubled)
        for start, stop in intervals:
            run.sent(Span(start, stop, stop - start))
        if intervals and intervals[-1] == (20, 30):
            run.settled(Span(0, 20, 0, created=20))
        run.close()
    # Three runs sent the first twenty, so two copies too many may be there; the last ten are about to be sent again.
    assert may_be_doubled == [0, 20, 40, 2 * 20 + 10]


def test_a_crash_at_any_byte_loses_at_most_the_line_being_written(tmp_path: Path) -> None:
    content = written(tmp_path / "check")
    ends = [at + 1 for at, byte in enumerate(content) if byte == 10]
    for size in range(len(content) + 1):
        path = tmp_path / f"cut-{size}"
        path.write_bytes(content[:size])
        whole = sum(end <= size for end in ends)
        torn = Checkpoint(path, WHAT)
        # A line that only lacks its LF is complete.
        assert len(torn.done) in {
            [0, 0, 0, 10, 10, 10, 20][whole],
            [0, 0, 0, 10, 10, 10, 20][min(whole + (size + 1 in ends), 6)],
        }
        torn.settled(Span(90, 95, 0, noop=5))
        torn.close()
        healed = Checkpoint(path, WHAT)
        assert healed.done.pairs[-1] == (90, 95), f"the line behind a tear at byte {size} was lost"
        assert healed.counts["noop"] == 5
        healed.close()


def test_a_flipped_byte_costs_one_line_and_never_invents_one(tmp_path: Path) -> None:
    content = written(tmp_path / "check")
    first = content.index(b"\n") + 1
    for at in range(first, len(content)):
        path = tmp_path / "flipped"
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        checkpoint = Checkpoint(path, WHAT)
        assert set(checkpoint.done.pairs) <= {(0, 10), (20, 30)}
        checkpoint.close()


@pytest.mark.parametrize("name", ["dataset", "op", "id", "source"])
def test_another_upload_is_refused_and_the_difference_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / "check"
    before = written(path)
    with pytest.raises(ValidationError, match=f"{name} was"):
        Checkpoint(path, {**WHAT, name: "other"})
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"my precious notes", b"{}\n", b"abcdef01 {}\n"])
def test_a_file_that_is_something_else_is_left_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "check"
    path.write_bytes(content)
    with pytest.raises(ValidationError, match="not a checkpoint"):
        Checkpoint(path, WHAT)
    assert path.read_bytes() == content


def test_two_runs_cannot_share_a_checkpoint(tmp_path: Path) -> None:
    first = Checkpoint(tmp_path / "check", WHAT)
    with pytest.raises(ValidationError, match="another upload is using"):
        Checkpoint(tmp_path / "check", WHAT)
    first.close()
    Checkpoint(tmp_path / "check", WHAT).close()
