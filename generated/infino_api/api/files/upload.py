# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `files.upload`."""

from __future__ import annotations

from os import PathLike
from typing import IO, TYPE_CHECKING, Literal

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call
from infino.runtime.multipart import multipart

if TYPE_CHECKING:
    from ...models.file_upload import FileUpload


_READ = shapes.receipt(readers.model("file_upload", "FileUpload"))


def request(
    file: bytes | str | PathLike[str] | IO[bytes],
    *,
    index_name: str,
    async_: bool | None = None,
    format: Literal["json", "jsonl", "csv", "auto"] | str | None = None,
    batch_size: int | None = None,
) -> Call[FileUpload]:
    """Plan the call; see the resource method of the same name.

    Upload a file into a dataset

    The file streams as multipart form data; its hash is not part of the signature. With `async` the
    answer comes at once and the job is followed by its run id.

    On the wire:
        file: The file.
        index_name: Dataset to write to.
        async_: True to answer at once and work on. The service's default is false.
        format: json, jsonl, csv or auto.
        batch_size: Records per batch; the service chooses when it is not given.
        body: The dataset, the format and the file.
        200: The upload, finished or under way. As application/json: For example `{"connector_id":
            "file", "run_id": "3f0a0f4e-0d6c-4a44-8f0e-9a0a6a2d7c11", "status": "submitted",
            "message": "queued", "stats": null, "errors": []}`.
    """
    _body = multipart(
        (("index_name", index_name), ("format", format), ("batch_size", batch_size)), (("file", file),)
    )
    return Call(
        operation="files.upload",
        method="POST",
        path="/import/file",
        query=encode.pairs((("async", async_),)),
        content=_body,
        content_type=_body.content_type,
        retry="never",
        parse=_READ,
    )
