"""Waiting for a job or an import, on a simulated clock."""

from __future__ import annotations

import asyncio

import pytest
from infino_api.blocking.imports import Imports
from infino_api.blocking.jobs import Jobs
from infino_api.models.job_status import JobStatus

import infino
from infino.core.config import resolve
from infino.core.exchange import Shared
from infino.resources.imports import AsyncImports
from infino.resources.jobs import AsyncJobs

MISSING = infino.NotFoundError("404", status=404)


class Clock:
    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        return self.passed


class Caller:
    """Gives the prepared statuses one after the other; sleeping moves the clock."""

    def __init__(self, *statuses: object, asynchronous: bool = False, total: float | None = None) -> None:
        self.statuses, self.asynchronous = iter(statuses), asynchronous
        self.transport = self
        self.shared = Shared()
        self.shared.clock = self.clock = Clock()  # type: ignore[assignment]  # only the passed time is asked for
        self.pauses: list[float] = []
        self.config = resolve(endpoint="http://127.0.0.1:9", credentials=("A", "s"), timeout=total, environment={})

    def sleep(self, seconds: float) -> object:
        self.pauses.append(seconds)
        self.clock.passed += seconds
        return asyncio.sleep(0) if self.asynchronous else None

    def _next(self, timeout: float | None) -> object:
        status = next(self.statuses)
        assert timeout is None or timeout >= 1, "a look needs a moment, the last one too"
        if status == "hangs":
            assert timeout is not None, "nothing would end this look"
            self.clock.passed += timeout
            raise infino.Timeout("hangs", phase="total")
        if isinstance(status, Exception):
            raise status
        return status if isinstance(status, JobStatus) else JobStatus(status=status)

    def call(self, _: object, timeout: float | None = None) -> object:
        if not self.asynchronous:
            return self._next(timeout)

        async def later() -> object:
            return self._next(timeout)

        return later()


@pytest.fixture(params=[Jobs, AsyncJobs, Imports, AsyncImports])
def wait(request):
    """Wait for work with prepared statuses; returns its last state and the pauses."""

    def run(*statuses: object, total: float | None = None, **options: object) -> tuple[object, list[float]]:
        caller = Caller(*statuses, asynchronous=request.param.__name__.startswith("Async"), total=total)
        waited = request.param(caller).wait("r1", **options)
        return asyncio.run(waited) if caller.asynchronous else waited, caller.pauses

    return run


def test_it_ends_when_the_job_ends_and_backs_off(wait):
    seen: list[str] = []
    job, pauses = wait("submitted", "running", "Running", "completed", progress=lambda job: seen.append(job.status))
    assert job.status == "completed"
    assert pauses == [0.5, 0.75, 1.125]
    assert seen == ["submitted", "running", "Running", "completed"]


def test_pauses_stop_growing(wait):
    _, pauses = wait(*["running"] * 30, "completed")
    assert max(pauses) == 15.0


def test_a_failed_job_raises_with_its_status(wait):
    failed = JobStatus(status="failed", error_message="bad csv")
    with pytest.raises(infino.JobFailedError, match="bad csv") as caught:
        wait("running", failed)
    assert caught.value.job is failed


def test_a_job_not_known_yet_is_given_time(wait):
    job, _ = wait(MISSING, MISSING, "completed")
    assert job.status == "completed"
    with pytest.raises(infino.NotFoundError):
        wait(*[MISSING] * 40)


def test_time_runs_out(wait):
    with pytest.raises(infino.Timeout, match="within 3 s"):
        wait(*["running"] * 30, timeout=3)


def test_a_look_that_hangs_takes_no_longer_than_the_waiting(wait):
    with pytest.raises(infino.Timeout, match="r1 was not over within 3 s"):
        wait("running", "hangs", timeout=3)
    assert wait("running", "completed", timeout=0.5)[0].status == "completed"
    with pytest.raises(infino.Timeout, match="hangs"):  # the limit of any call, while there still is time
        wait("hangs", timeout=3, total=1)


def test_the_last_look_is_at_the_end_of_the_time(wait):
    _, pauses = wait("running", "running", "completed", timeout=1.0)
    assert sum(pauses) == 1.0


def test_a_status_that_already_has_an_end_decides_nothing(wait):
    odd = JobStatus.from_dict({"status": "running", "completed_at": "2026-01-01T00:00:00Z"})
    job, pauses = wait(odd, "completed")
    assert job.status == "completed"
    assert len(pauses) == 1


@pytest.mark.parametrize("wrong", [{"interval": 0}, {"timeout": -1}, {"timeout": "soon"}])
def test_what_makes_no_sense_is_refused_before_the_first_look(wait, wrong):
    with pytest.raises(infino.ValidationError):
        wait(**wrong)


@pytest.mark.parametrize("word", ["SUCCEEDED", "done", "Complete"])
def test_every_word_for_the_end_counts(wait, word):
    assert wait("queued", word)[0].status == word


@pytest.mark.parametrize("word", ["cancelled", "ERROR", "timed_out"])
def test_every_word_for_a_failure_counts(wait, word):
    with pytest.raises(infino.JobFailedError, match=rf" r1 {word}: no reason given"):
        wait("queued", word)
