# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `files`, sync and async."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller

    from .files_raw import AsyncFilesRawResponse, FilesRawResponse


class FilesResource:
    """Files that become datasets.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> FilesRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .files_raw import FilesRawResponse

        return FilesRawResponse(self._caller)


class AsyncFilesResource:
    """Files that become datasets.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncFilesRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .files_raw import AsyncFilesRawResponse

        return AsyncFilesRawResponse(self._caller)
