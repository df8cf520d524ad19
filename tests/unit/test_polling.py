"""One policy of looking again, on a simulated clock."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import infino
from infino.core.retry import Polling, end_of
from tests.unit.test_retry import Clock


def pauses(clock: Clock, timeout: float | None, most: int = 1000, **settings: float) -> list[float]:
    polling, taken = Polling(clock, timeout, **settings), []
    while len(taken) < most and (pause := polling.pause()) is not None:
        taken.append(pause)
        clock.passed += pause
    return taken


@pytest.mark.parametrize(("words", "end"), [
    (("completed", "complete", "succeeded", "SUCCESS", "successful", "Done", "finished", " done "), "done"),
    (("failed", "failure", "error", "Errored", "cancelled", "CANCELED", "aborted", "timed out", "killed"), "failed"),
    (("running", "queued", "submitted", "accepted", "unheard of", "", None), None),
])  # fmt: skip
def test_which_words_are_the_last(words: tuple[str | None, ...], end: str | None) -> None:
    assert {end_of(word) for word in words} == {end}


def test_pauses_grow_and_stop_growing() -> None:
    taken = pauses(Clock(), None, most=20)
    assert taken[:3] == [0.5, 0.75, 1.125]
    assert taken[-1] == 15.0
    assert pauses(Clock(), None, most=3, interval=0.1, longest=0.12) == [0.1, 0.12, 0.12]


@given(st.floats(0, 10_000), st.floats(0.001, 30), st.floats(0.001, 30))
def test_the_last_look_is_at_the_end_of_the_time(timeout: float, interval: float, longest: float) -> None:
    clock = Clock()
    taken = pauses(clock, timeout, most=10**7, interval=interval, longest=max(longest, timeout / 1000))
    assert timeout <= clock.passed <= timeout + 0.0011
    assert all(0 < pause <= max(longest, timeout / 1000, 0.001) for pause in taken)


@pytest.mark.parametrize("settings", [
    {"interval": 0}, {"interval": -1}, {"interval": float("nan")}, {"interval": float("inf")}, {"interval": "1"},
    {"interval": True}, {"timeout": -1}, {"timeout": float("nan")}, {"timeout": "60"}, {"timeout": True},
])  # fmt: skip
def test_seconds_that_make_no_sense_are_refused(settings: Any) -> None:
    with pytest.raises(infino.ValidationError, match=next(iter(settings))):
        Polling(Clock(), **{"timeout": 1.0, **settings})


def test_a_service_that_does_not_know_the_work_yet_has_half_a_minute() -> None:
    clock, missing = Clock(), infino.NotFoundError("404", status=404)
    polling = Polling(clock, None)
    clock.passed = 29.9
    polling.unknown(missing)
    clock.passed = 30.0
    with pytest.raises(infino.NotFoundError):
        polling.unknown(missing)
