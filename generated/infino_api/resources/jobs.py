# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `jobs`, sync and async."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.job_status import JobStatus
    from .jobs_raw import AsyncJobsRawResponse, JobsRawResponse


class JobsResource:
    """Work that goes on in the background.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> JobsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .jobs_raw import JobsRawResponse

        return JobsRawResponse(self._caller)

    def get(self, run_id: str, **options: Unpack[CallOptions]) -> JobStatus:
        """Read the state of a background job.

        Only the status decides; a running job may already carry an end time.

        Args:
            run_id: Id of the run.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The job.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.jobs.get("3f0a0f4e-0d6c-4a44-8f0e-9a0a6a2d7c11")
        """
        from ..api.jobs.get import request

        return self._caller.call(request(run_id), **options)


class AsyncJobsResource:
    """Work that goes on in the background.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncJobsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .jobs_raw import AsyncJobsRawResponse

        return AsyncJobsRawResponse(self._caller)

    async def get(self, run_id: str, **options: Unpack[CallOptions]) -> JobStatus:
        """Read the state of a background job.

        Only the status decides; a running job may already carry an end time.

        Args:
            run_id: Id of the run.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The job.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.jobs.get("3f0a0f4e-0d6c-4a44-8f0e-9a0a6a2d7c11")
        """
        from ..api.jobs.get import request

        return await self._caller.call(request(run_id), **options)
