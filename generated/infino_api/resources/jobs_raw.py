# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `jobs` with raw responses, sync and async."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.job_status import JobStatus


class JobsRawResponse:
    """The methods of `jobs`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def get(self, run_id: str, **options: Unpack[CallOptions]) -> RawResponse[JobStatus]:
        """Read the state of a background job."""
        from ..api.jobs.get import request

        return self._caller.call(request(run_id), True, **options)


class AsyncJobsRawResponse:
    """The methods of `jobs`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get(self, run_id: str, **options: Unpack[CallOptions]) -> RawResponse[JobStatus]:
        """Read the state of a background job."""
        from ..api.jobs.get import request

        return await self._caller.call(request(run_id), True, **options)
