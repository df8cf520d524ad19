"""The page on retries says what the code does, row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import infino
from infino.core import retry as polling
from infino.core.compression import too_large
from infino.core.retry import RetryPolicy
from tests.unit.test_retry import answer, request, run

PAGE = (Path(__file__).parents[2] / "docs" / "pages" / "retries.md").read_text(encoding="utf-8")
KINDS = ("safe", "keyed", "never")
FAILURES = {
    "the host is unknown, nothing listens, TLS or the proxy fails": infino.ConnectError("x"),
    "no connection in time": infino.Timeout("x", phase="connect"),
    "all connections are busy for too long": infino.Timeout("x", phase="pool"),
    "a credentials callable gives no keys in time": infino.Timeout("x", phase="keys"),
    "the request cannot be handed over in time": infino.Timeout("x", phase="write"),
    "the answer stops coming": infino.Timeout("x", phase="read"),
    "the connection breaks, or compressed data is damaged": infino.TransportError("x"),
    "the time of the whole call is over": infino.Timeout("x", phase="total"),
    "the answer is too large, or in a coding nobody asked for": too_large(1),
    "no credentials can be had": infino.ConfigError("x"),
}


def rows(head: str) -> Iterator[tuple[str, list[bool], str]]:
    """What happens, whether it is repeated for each kind of call, and what the user sees."""
    table = PAGE.split(f"| {head} | safe | keyed | never |")[1].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        what, *repeated, seen = (cell.strip() for cell in line.strip("|").split("|"))
        assert set(repeated) <= {"yes", "no"}
        yield what, [cell == "yes" for cell in repeated], seen


def statuses(cell: str) -> list[int]:
    found: list[int] = []
    for part in cell.split(", "):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def test_every_status_has_one_row() -> None:
    listed = [status for what, _, _ in rows("answer") for status in statuses(what)]
    assert sorted(listed) == list(range(300, 600))


@pytest.mark.parametrize(("what", "repeated", "seen"), list(rows("answer")))
def test_answers(what: str, repeated: list[bool], seen: str) -> None:
    for status in statuses(what):
        for kind, again in zip(KINDS, repeated, strict=True):
            _, _, sends = run(request(kind), [answer(status), answer(200)])
            assert (len(sends) == 2) == again, (status, kind)
        error, _, _ = run(request(), [answer(status)], policy=RetryPolicy(attempts=1))
        assert f"`{type(error).__name__}`" == seen, status


@pytest.mark.parametrize(("what", "repeated", "seen"), list(rows("failure")))
def test_failures(what: str, repeated: list[bool], seen: str) -> None:
    failure = FAILURES[what]
    for kind, again in zip(KINDS, repeated, strict=True):
        _, _, sends = run(request(kind), [failure, answer(200)])
        assert (len(sends) == 2) == again, kind
    phase = f' (`.phase == "{failure.phase}"`)' if isinstance(failure, infino.Timeout) else ""
    assert seen == f"`{type(failure).__name__}`{phase}"


def test_every_failure_has_its_row() -> None:
    assert [what for what, _, _ in rows("failure")] == list(FAILURES)


def test_the_page_names_the_defaults_and_the_last_words() -> None:
    policy = RetryPolicy()
    named = dict(re.findall(r"(\w+)=(\d[\d.]*)", PAGE.split("RetryPolicy(")[1].split(")")[0]))
    assert named == {name: f"{getattr(policy, name):g}" for name in named}
    assert {"attempts", "deadline", "base", "cap", "retry_after_cap"} == set(named)
    words = PAGE.split("A job is over")[1].split("in any case")[0]
    done, failed = words.split("has failed")
    assert set(re.findall(r"`(\w+)`", done)) <= polling.DONE
    assert set(re.findall(r"`(\w+)`", failed)) <= polling.FAILED
