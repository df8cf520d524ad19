"""`client.files`: upload a file and let the service read it.

Generated from infino/resources/files.py; changes belong there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from infino.bulk.progress import Progress
from infino.core.errors import NotFoundError
from infino.resources.files import PATIENCE, FileFormat, _pause, _Watch
from infino_api.models.file_upload import FileUpload
from infino_api.resources.files import FilesResource

if TYPE_CHECKING:
    from infino.caller import SyncCaller


class Files(FilesResource):
    """Files that become datasets.

    Args:
        caller: Makes the calls.
    """

    _caller: SyncCaller

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
            >>> done = client.files.upload("flights", "flights.csv")
        """
        watch = _Watch(dataset, path_or_file, format, batch_size, progress)
        try:
            upload = watch.accepted(self._caller.transport.send(watch.request(timeout)))
            return watch.settle(upload) or (
                self._follow(watch, upload, wait_timeout) if wait else watch.leave(upload)
            )
        finally:
            watch.close()

    def _follow(self, watch: _Watch, upload: FileUpload, limit: float) -> FileUpload:
        """Ask how far the service is until it is done."""
        final, since = None, time.monotonic()
        while final is None:
            watch.check(since, limit)
            try:
                final = watch.settle(upload, self._caller.call(watch.job(upload)))
            except NotFoundError as error:
                watch.unknown(error, since)
            if final is None:
                self._caller.transport.sleep(_pause(since))
        return final
