"""`client.jobs`: watch a background job to its end.

Generated from infino/resources/jobs.py; changes belong there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from infino.core.errors import NotFoundError
from infino.resources.jobs import Progress, watch
from infino_api.resources.jobs import JobsResource

if TYPE_CHECKING:
    from infino.caller import SyncCaller
    from infino_api.models.job_status import JobStatus


class Jobs(JobsResource):
    """Background jobs, such as file uploads."""

    def wait(
        self,
        run_id: str,
        *,
        timeout: float | None = None,
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
            >>> job = client.jobs.wait(upload.run_id)
        """
        transport = cast("SyncCaller", self._caller).transport
        steps = watch(run_id, transport.shared.clock, timeout=timeout, interval=interval, progress=progress)
        status: JobStatus | NotFoundError | None = None
        while True:
            try:
                pause = steps.send(status)
            except StopIteration as stop:
                return cast("JobStatus", stop.value)
            if pause is not None:
                transport.sleep(pause)
                status = None
                continue
            try:
                status = self.get(run_id)
            except NotFoundError as error:
                status = error
