"""`client.files`: upload a file and let the service read it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from infino_api.api.files.upload import request as upload_request
from infino_api.api.jobs.get import request as job_request
from infino_api.models.file_upload import FileUpload
from infino_api.resources.files import AsyncFilesResource

from infino.bulk.multipart import FileBody
from infino.bulk.options import check_progress
from infino.bulk.progress import Progress, display
from infino.caller import decode_call
from infino.core.errors import JobFailedError, NotFoundError, Timeout, ValidationError
from infino.core.request import Request

if TYPE_CHECKING:
    from infino.caller import AsyncCaller
    from infino.core.response import Response
    from infino.runtime.call import Call

FileFormat = Literal["auto", "json", "jsonl", "csv"]
OPERATION = "files.upload"
POLL = 2.0
PATIENCE = 3600.0
NOT_YET = 30.0  # seconds for which the service may not know a run that it has just accepted


class _Watch:
    """Follows one upload for both clients: what to send, when to ask again, and what the answers mean.

    Args:
        dataset: Dataset that takes the records.
        source: Path, bytes or a binary file object.
        format: Format of the file.
        batch_size: Records the service stores at once, or None for its own choice.
        progress: As for `records.bulk`.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(
        self,
        dataset: str,
        source: Any,
        format: FileFormat,
        batch_size: int | None,
        progress: bool | Callable[[Progress], Any] | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if format not in ("auto", "json", "jsonl", "csv"):
            raise ValidationError(f"format must be auto, json, jsonl or csv, not {format!r}")
        if batch_size is not None and not (isinstance(batch_size, int) and batch_size >= 1):
            raise ValidationError(f"batch_size must be a number of at least 1, not {batch_size!r}")
        if not dataset:
            raise ValidationError("the name of the dataset is empty")
        fields = {"index_name": dataset, "format": format}
        if batch_size is not None:
            fields["batch_size"] = str(batch_size)
        check_progress(progress)
        self._dataset, self._clock, self._started = dataset, clock, clock()
        self._display = display(progress)
        self.body = FileBody(source, fields, format, self._sent)
        self._size = self.body.file_size

    def _sent(self, count: int, stats: Any = None, *, finished: bool = False) -> None:
        done = getattr(stats, "documents_processed", None) or 0
        bad = getattr(stats, "documents_failed", None) or 0
        seconds, flying = self._clock() - self._started, 0 if finished else 1
        # Once all of it is there, nobody knows how long the service will read.
        fraction = 1.0 if finished else count / self._size if self._size and stats is None else None
        now = Progress(self._dataset, done + bad, done, bad, 0, 0, count, flying, seconds, None, finished, fraction)
        self._display.update(now)

    def request(self, timeout: float | None) -> Request:
        """Return the request that carries the file."""
        return Request(
            OPERATION,
            "POST",
            "/import/file",
            query=(("async", "true"),),
            content=self.body,
            content_type=self.body.content_type,
            retry="never",
            timeout=timeout,
        )

    def accepted(self, response: Response) -> FileUpload:
        """Read the answer to the upload itself."""
        return decode_call(upload_request(), response)

    def job(self, upload: FileUpload) -> Call[Any]:
        """Return the call that asks how far the service is."""
        return job_request(upload.run_id or "")

    def unknown(self, error: NotFoundError, since: float) -> None:
        """Bear with a service that does not know the run yet, for a while."""
        if self._clock() - since > NOT_YET:
            raise error

    def check(self, since: float, limit: float) -> None:
        """Raise when the service takes longer than the caller wants to wait."""
        if self._clock() - since > limit:
            raise Timeout(
                f"the file was uploaded, but the service had not finished reading it after {limit:g} s",
                phase="total",
                operation=OPERATION,
                hint="client.jobs.get(run_id) tells how far it is; the run goes on",
            )

    def settle(self, upload: FileUpload, job: Any = None) -> FileUpload | None:
        """Return the final state, None while the service is at work.

        Raises:
            JobFailedError: The service could not load the file.
        """
        state = upload if job is None else job
        if state.status not in ("completed", "failed"):
            self._sent(self._size or 0, state.stats)
            return None
        errors = list(state.errors or [])
        message = getattr(state, "error_message", None) or upload.message
        if state.status == "failed":
            first = f": {errors[0]}" if errors else ""
            raise JobFailedError(f"the file was not loaded: {message}{first}", job=state, operation=OPERATION)
        self._sent(self._size or 0, state.stats, finished=True)
        return FileUpload(
            connector_id=state.connector_id,
            run_id=state.run_id or upload.run_id,
            status=state.status,
            message=upload.message,
            stats=state.stats,
            errors=errors,
        )

    def leave(self, upload: FileUpload) -> FileUpload:
        """Show the end where nobody waits for the service."""
        self._sent(self._size or 0, finished=True)
        return upload

    def close(self) -> None:
        """Leave the screen in order."""
        self._display.close()


class AsyncFiles(AsyncFilesResource):
    """Files that become datasets.

    Args:
        caller: Makes the calls.
    """

    _caller: AsyncCaller

    async def upload(
        self,
        dataset: str,
        path_or_file: str | os.PathLike[str] | bytes | Any,
        *,
        format: FileFormat = "auto",
        batch_size: int | None = None,
        wait: bool = True,
        progress: bool | Callable[[Progress], Any] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # kept by the transport, for all attempts together
        wait_timeout: float = PATIENCE,
    ) -> FileUpload:
        """Upload a file as it is; the service reads the records out of it. See `Files.upload`.

        Args:
            dataset: Dataset that takes the records.
            path_or_file: Path, bytes or a binary file object.
            format: `json`, `jsonl`, `csv` or `auto`.
            batch_size: Records the service stores at once, or None for its own choice.
            wait: Whether to wait until the service has read the file.
            progress: True for a bar, or a function that takes a `Progress`.
            timeout: Seconds for the upload itself, or None for the client's limits.
            wait_timeout: Seconds to wait for the service.

        Returns:
            The state of the upload.

        Raises:
            JobFailedError: The service could not load the file.
            Timeout: The service was still at work after `wait_timeout`.

        Example:
            >>> done = await client.files.upload("flights", "flights.csv")
        """
        watch = _Watch(dataset, path_or_file, format, batch_size, progress)
        try:
            upload = watch.accepted(await self._caller.transport.send(watch.request(timeout)))
            return watch.settle(upload) or (
                await self._follow(watch, upload, wait_timeout) if wait else watch.leave(upload)
            )
        finally:
            watch.close()

    async def _follow(self, watch: _Watch, upload: FileUpload, limit: float) -> FileUpload:
        """Ask how far the service is until it is done."""
        final, since = None, time.monotonic()
        while final is None:
            watch.check(since, limit)
            try:
                final = watch.settle(upload, await self._caller.call(watch.job(upload)))
            except NotFoundError as error:
                watch.unknown(error, since)
            if final is None:
                await self._caller.transport.sleep(_pause(since))
        return final


def _pause(since: float) -> float:
    """Ask often at first and every two seconds later."""
    return min(POLL, max(0.02, (time.monotonic() - since) / 4))
