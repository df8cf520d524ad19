"""`client.files`: upload a file and let the service read it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

import attrs
from infino_api.api.files.upload import request as upload_request
from infino_api.api.jobs.get import request as job_request
from infino_api.models.file_upload import FileUpload
from infino_api.resources.files import AsyncFilesResource

from infino.bulk.multipart import FileBody, as_lines_file, refuse_text_mode
from infino.bulk.options import check_progress
from infino.bulk.progress import Progress, display
from infino.caller import decode_call, encode_call
from infino.core.errors import ValidationError
from infino.core.retry import Polling, end_of
from infino.resources.concurrency import async_off_loop
from infino.resources.jobs import check_end, follow
from infino.runtime.options import named

if TYPE_CHECKING:
    from infino.caller import AsyncClientCaller
    from infino.core.messages import Request, Response

FileFormat = Literal["auto", "json", "jsonl", "csv", "tsv", "parquet", "arrow"]
OPERATION = "files.upload"
WHAT = "the upload"
# An hour: the service reads large files for a long time, and says how far it is.
PATIENCE = 3600.0
SOON, LATER = 0.05, 2.0  # seconds: a small file is read at once


class _UploadWatch:
    """Follows one upload for both clients: what to send, when to ask again, and what the answers mean."""

    def __init__(
        self,
        dataset: str,
        source: Any,
        format: FileFormat,
        batch_size: int | None,
        progress: bool | Callable[[Progress], Any] | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if format not in get_args(FileFormat):
            raise ValidationError(f"format must be one of {', '.join(get_args(FileFormat))}, not {format!r}")
        if batch_size is not None and not (isinstance(batch_size, int) and batch_size >= 1):
            raise ValidationError(f"batch_size must be a number of at least 1, not {batch_size!r}")
        if not dataset:
            raise ValidationError("the name of the dataset is empty")
        check_progress(progress)
        refuse_text_mode(source)
        self._lines = as_lines_file(source, format)
        fields = {"index_name": dataset, "format": self._lines.format}
        if batch_size is not None:
            fields["batch_size"] = str(batch_size)
        self._dataset, self._clock, self._started = dataset, clock, clock()
        self._display = display(progress)
        self.body = FileBody(self._lines.source, fields, self._lines.format, self._sent, name=self._lines.name)
        # Planned by the document, so that path, query and reader are those of the generated method.
        planned = upload_request(b"", index_name=dataset, format=self._lines.format, batch_size=batch_size, async_=True)
        # The same call, with a body that tells how far it is.
        self.call = attrs.evolve(planned, content=self.body, content_type=self.body.content_type)
        self._size = self.body.file_size

    def _sent(self, count: int, stats: Any = None, *, finished: bool = False) -> None:
        done = getattr(stats, "documents_processed", None) or 0
        bad = getattr(stats, "documents_failed", None) or 0
        seconds, in_flight = self._clock() - self._started, 0 if finished else 1
        # Once all of it is there, nobody knows how long the service will read.
        fraction = 1.0 if finished else count / self._size if self._size and stats is None else None
        now = Progress(self._dataset, done + bad, done, bad, 0, 0, count, in_flight, seconds, None, finished, fraction)
        self._display.update(now)

    def request(self, timeout: float | None) -> Request:
        """Return the request that carries the file."""
        return encode_call(self.call, timeout=timeout)

    def accepted(self, response: Response) -> FileUpload:
        """Read the answer to the upload itself."""
        return decode_call(self.call, response)

    def seen(self, state: Any) -> None:
        """Show how far the service is."""
        self._sent(self._size or 0, state.stats, finished=end_of(state.status) == "done")

    def final(self, upload: FileUpload, state: Any) -> FileUpload:
        """Return the upload in its final state."""
        return FileUpload(
            connector_id=state.connector_id,
            # The last state of a run need not repeat what the upload was told.
            run_id=state.run_id or upload.run_id,
            status=state.status,
            message=getattr(state, "message", None),  # what was said of a run that is over now says nothing
            stats=state.stats,
            errors=list(state.errors or []),
        )

    def leave(self, upload: FileUpload) -> FileUpload:
        """Show the end where nobody waits for the service."""
        self._sent(self._size or 0, finished=True)
        return upload

    def close(self) -> None:
        """Leave the screen in order, and let go of a file that was made."""
        self._display.close()
        self._lines.close()


class AsyncFiles(AsyncFilesResource):
    """Files that become datasets.

    Args:
        caller: Makes the calls.
    """

    _caller: AsyncClientCaller

    @named("files.upload")
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
        """Upload a file; the service reads the records out of it.

        JSON and NDJSON go as they are. Any other source of `records.bulk` is turned into lines on disk first, by the
        same rules as there, so that CSV has its types by column. The file streams from disk, whatever its size, and
        is opened or rewound for each attempt. A file object that cannot go back is sent once only.

        Args:
            dataset: Dataset that takes the records.
            path_or_file: Path, bytes or a binary file object, also packed, or any other source of `records.bulk`.
            format: `json` (an array of objects), `jsonl` (one object per line), `csv` or `tsv` (with a header),
                `parquet`, `arrow`, or `auto` to recognise it.
            batch_size: Records the service stores at once, or None for its own choice.
            wait: Whether to wait until the service has read the file.
            progress: True for a bar, or a function that takes a `Progress`.
            timeout: Seconds for the upload itself, or None for the client's limits.
            wait_timeout: Seconds to wait for the service.

        Returns:
            The state of the upload; its `stats` count the records once it is completed.

        Raises:
            JobFailedError: The service could not load the file.
            Timeout: The service was still at work after `wait_timeout`.

        Examples:
            >>> done = await client.files.upload("flights", "flights.csv", progress=True)
            >>> done.stats.documents_processed
            336776
        """
        watch = await async_off_loop(_UploadWatch, dataset, path_or_file, format, batch_size, progress)
        transport = self._caller.transport
        Polling(transport.shared.clock, wait_timeout)  # refused before anything is sent, not after it
        try:
            upload = watch.accepted(await transport.send(watch.request(timeout)))
            # An upload that has failed already is raised, even for those who do not wait.
            if not wait and end_of(upload.status) is None:
                return watch.leave(upload)
            watch.seen(upload)
            check_end(upload, WHAT, OPERATION)
            # A service that read it at once has no job to ask for.
            if end_of(upload.status) is not None:
                return watch.final(upload, upload)
            polling = Polling(transport.shared.clock, wait_timeout, interval=SOON, longest=LATER)
            call = job_request(upload.run_id or "")
            state = await follow(self._caller, call, polling, WHAT, operation=OPERATION, progress=watch.seen)
            return watch.final(upload, state)
        finally:
            watch.close()
