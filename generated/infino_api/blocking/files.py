# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""`client.files`: upload a file and let the service read it.

Generated from infino/resources/files.py; changes belong there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from infino.bulk.progress import Progress
from infino.core.retry import Polling, end_of
from infino.resources.concurrency import off_loop
from infino.resources.files import LATER, OPERATION, PATIENCE, SOON, WHAT, FileFormat, _UploadWatch
from infino.resources.jobs import check_end
from infino.runtime.options import named
from infino_api.api.jobs.get import request as job_request
from infino_api.blocking.jobs import follow
from infino_api.models.file_upload import FileUpload
from infino_api.resources.files import FilesResource

if TYPE_CHECKING:
    from infino.caller import ClientCaller


class Files(FilesResource):
    """Files that become datasets.

    Args:
        caller: Makes the calls.
    """

    _caller: ClientCaller

    @named("files.upload")
    def upload(
        self,
        dataset: str,
        path_or_file: str | os.PathLike[str] | bytes | Any,
        *,
        format: FileFormat = "auto",
        batch_size: int | None = None,
        wait: bool = True,
        progress: bool | Callable[[Progress], Any] | None = None,
        timeout: float | None = None,
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
            >>> done = client.files.upload("flights", "flights.csv", progress=True)
            >>> done.stats.documents_processed
            336776
        """
        watch = off_loop(_UploadWatch, dataset, path_or_file, format, batch_size, progress)
        transport = self._caller.transport
        Polling(transport.shared.clock, wait_timeout)  # refused before anything is sent, not after it
        try:
            upload = watch.accepted(transport.send(watch.request(timeout)))
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
            state = follow(self._caller, call, polling, WHAT, operation=OPERATION, progress=watch.seen)
            return watch.final(upload, state)
        finally:
            watch.close()
