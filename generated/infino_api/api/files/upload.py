"""The call of `files.upload`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.file_upload import FileUpload


def request(*, async_: bool = False) -> Call[FileUpload]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="files.upload",
        method="POST",
        path="/import/file",
        query=encode.pairs((("async", async_),)),
        retry="never",
        parse=shapes.receipt(readers.model("file_upload", "FileUpload")),
    )
