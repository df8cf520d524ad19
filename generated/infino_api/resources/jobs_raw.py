"""The resource `jobs` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.job_status import JobStatus


class JobsRawResponse:
    """The methods of `jobs`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get(
        self,
        run_id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[JobStatus]:
        """Read the state of a background job."""
        from ..api.jobs.get import request

        call = request(run_id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncJobsRawResponse:
    """The methods of `jobs`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get(
        self,
        run_id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[JobStatus]:
        """Read the state of a background job."""
        from ..api.jobs.get import request

        call = request(run_id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
