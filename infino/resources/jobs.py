"""`client.jobs`: watch a background job to its end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Final, cast

from infino_api.resources.jobs import AsyncJobsResource

from infino.core.clock import Clock
from infino.core.errors import JobFailedError, NotFoundError, Timeout, ValidationError

if TYPE_CHECKING:
    from infino_api.models.job_status import JobStatus

    from infino.caller import AsyncCaller

Progress = Callable[["JobStatus"], object]
_DONE: Final = frozenset({"completed", "succeeded", "success", "done", "finished"})
_FAILED: Final = frozenset({"failed", "error", "errored", "cancelled", "canceled", "aborted"})
_GRACE_SECONDS: Final = 10.0
_SLOWEST_SECONDS: Final = 15.0


def watch(
    run_id: str, clock: Clock, *, timeout: float | None, interval: float, progress: Progress | None
) -> Generator[float | None, JobStatus | NotFoundError | None, JobStatus]:
    """Decide when to ask for the status of a job and when to stop.

    Yields None to be given the status (or the error that there is no such job), and seconds to sleep.

    Args:
        run_id: Id of the run.
        clock: Source of time.
        timeout: Seconds until giving up; None waits for ever.
        interval: Seconds until the second look; each pause is half as long again, up to 15 seconds.
        progress: Called with each status.

    Returns:
        The last status, of a job that completed.

    Raises:
        JobFailedError: The job failed.
        Timeout: It was not over in time.
        NotFoundError: There is no such job.
    """
    if interval <= 0:
        raise ValidationError("interval must be a positive number of seconds", operation="jobs.wait")
    started, pause = clock.monotonic(), interval
    while True:
        found = yield None
        passed = clock.monotonic() - started
        if isinstance(found, NotFoundError):
            # Right after its start a run may not be known everywhere yet.
            if passed >= _GRACE_SECONDS:
                raise found
        elif found is not None:
            if progress is not None:
                progress(found)
            state = (found.status or "").lower()
            if state in _DONE:
                return found
            if state in _FAILED:
                reason = found.error_message or "no reason given"
                raise JobFailedError(f"job {run_id} {state}: {reason}", job=found, operation="jobs.wait")
        if timeout is not None and passed + pause > timeout:
            if passed >= timeout:
                raise Timeout(f"job {run_id} was not over within {timeout:g} s", phase="total", operation="jobs.wait")
            pause = max(timeout - passed, 0.001)
        yield pause
        pause = min(pause * 1.5, _SLOWEST_SECONDS)


class AsyncJobs(AsyncJobsResource):
    """Background jobs, such as file uploads."""

    async def wait(
        self,
        run_id: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # how long to look, not how long to let one await take
        interval: float = 0.5,
        progress: Progress | None = None,
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

        Example:
            >>> job = await client.jobs.wait(upload.run_id)
        """
        transport = cast("AsyncCaller", self._caller).transport
        steps = watch(run_id, transport.shared.clock, timeout=timeout, interval=interval, progress=progress)
        status: JobStatus | NotFoundError | None = None
        while True:
            try:
                pause = steps.send(status)
            except StopIteration as stop:
                return cast("JobStatus", stop.value)
            if pause is not None:
                await transport.sleep(pause)
                status = None
                continue
            try:
                status = await self.get(run_id)
            except NotFoundError as error:
                status = error
