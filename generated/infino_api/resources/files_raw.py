# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `files` with raw responses, sync and async."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller


class FilesRawResponse:
    """The methods of `files`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller


class AsyncFilesRawResponse:
    """The methods of `files`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller
