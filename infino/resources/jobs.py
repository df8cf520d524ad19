"""`client.jobs`: watch work that the service does by itself to its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from infino_api.resources.jobs import AsyncJobsResource

from infino.bulk.options import check_progress
from infino.core.errors import JobFailedError, NotFoundError, Timeout
from infino.core.retry import INTERVAL, Polling, end_of
from infino.runtime.options import named

if TYPE_CHECKING:
    from infino_api.models.job_status import JobStatus

    from infino.caller import AsyncClientCaller
    from infino.runtime.call import Call


class HasStatus(Protocol):
    """The state of work that the service does by itself."""

    status: str | None


Work = TypeVar("Work", bound=HasStatus)


async def follow(
    caller: AsyncClientCaller,
    call: Call[Work],
    polling: Polling,
    what: str,
    *,
    operation: str,
    progress: Callable[[Work], object] | None,
) -> Work:
    """Look again and again, with a call that asks for its state, until a piece of work is over; return the last state.

    What it is and which method asks is for errors; `progress` is called with each state.
    """
    total = caller.transport.config.timeouts.total
    while True:
        try:
            found = await caller.call(call, timeout=polling.look(total))
        except NotFoundError as error:
            polling.unknown(error)  # right after its start it may not be known everywhere yet
        except Timeout as error:
            # Where the time for waiting ended in the middle of a look, the error below says it better.
            if error.phase != "total" or polling.left != 0:
                raise
        else:
            if progress is not None:
                progress(found)
            if end_of(found.status) is not None:
                check_end(found, what, operation)
                return found
        pause = polling.pause()
        if pause is None:
            raise Timeout(
                f"{what} was not over within {polling.timeout:g} s",
                phase="total",
                operation=operation,
                hint="it goes on without us; ask again later",
            )
        await caller.transport.sleep(pause)


def check_end(state: Any, what: str, operation: str) -> None:
    """Raise where the last state of a piece of work is a failure."""
    if end_of(state.status) == "failed":
        told = state.to_dict()
        runs = told.get("history")  # of an import, whose own state gives no reason
        last = runs[-1] if isinstance(runs, list) and runs and isinstance(runs[-1], dict) else {}
        reason = _reason(told) or _reason(last) or "no reason given"
        raise JobFailedError(f"{what} {state.status}: {reason}", job=state, operation=operation)


def _reason(state: Mapping[str, Any]) -> str:
    """Return why a piece of work failed, or a run of it: the message says what, the first error why."""
    message = state.get("error_message") or state.get("message")
    stats = state.get("stats")
    errors = state.get("errors") or (stats.get("errors") if isinstance(stats, dict) else None)
    first = errors[0] if isinstance(errors, list) and errors else None
    return ": ".join(str(one) for one in (message, first) if one)


class AsyncJobs(AsyncJobsResource):
    """Background jobs, such as file uploads."""

    _caller: AsyncClientCaller

    @named("jobs.wait")
    async def wait(
        self,
        run_id: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # how long to look, not how long to let one await take
        interval: float = INTERVAL,
        progress: Callable[[JobStatus], object] | None = None,
    ) -> JobStatus:
        """Wait until a job is over.

        Args:
            run_id: Id of the run.
            timeout: Seconds to wait at most; None waits for ever.
            interval: Seconds until the second look; later pauses grow up to 15 seconds.
            progress: Called with each status.

        Returns:
            The last status, of a job that completed.

        Raises:
            JobFailedError: The job failed; `.job` is its last status.
            Timeout: It was not over in time; it goes on without us.

        Examples:
            >>> job = await client.jobs.wait(upload.run_id, progress=lambda job: print(job.status))
        """
        from infino_api.api.jobs.get import request

        check_progress(progress, bar=False)
        call, polling = request(run_id), Polling(self._caller.transport.shared.clock, timeout, interval=interval)
        return await follow(self._caller, call, polling, f"job {run_id}", operation="jobs.wait", progress=progress)
