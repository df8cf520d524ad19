"""The resource `records` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.bulk_answer import BulkAnswer
    from ..models.record import Record


class RecordsRawResponse:
    """The methods of `records`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def bulk_chunk(
        self,
        dataset: str,
        lines: str | bytes,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[BulkAnswer]:
        """Send one ready block of bulk action lines."""
        from ..api.records.bulk_chunk import request

        call = request(dataset, lines)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        dataset: str,
        query: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[int]:
        """Delete the records that a query matches."""
        from ..api.records.delete import request

        call = request(dataset, query)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        dataset: str,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Record]:
        """Read one record by its id."""
        from ..api.records.get import request

        call = request(dataset, id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncRecordsRawResponse:
    """The methods of `records`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def bulk_chunk(
        self,
        dataset: str,
        lines: str | bytes,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[BulkAnswer]:
        """Send one ready block of bulk action lines."""
        from ..api.records.bulk_chunk import request

        call = request(dataset, lines)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        dataset: str,
        query: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[int]:
        """Delete the records that a query matches."""
        from ..api.records.delete import request

        call = request(dataset, query)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        dataset: str,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Record]:
        """Read one record by its id."""
        from ..api.records.get import request

        call = request(dataset, id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
