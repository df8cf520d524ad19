"""The resource `records`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller

    from ..models.bulk_answer import BulkAnswer
    from ..models.record import Record
    from .records_raw import AsyncRecordsRawResponse, RecordsRawResponse


class RecordsResource:
    """The records of a dataset.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> RecordsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .records_raw import RecordsRawResponse

        return RecordsRawResponse(self._caller)

    def bulk_chunk(
        self,
        dataset: str,
        lines: str | bytes,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> BulkAnswer:
        """Send one ready block of bulk action lines.

        One action line per record, followed by its document line where the action has one, each ended
        by a line feed. A 200 can hold rejected items. `records.bulk` makes such blocks from any source.
        Repeated after a lost answer only when every record has an id.

        Args:
            dataset: Name of the dataset.
            lines: The action lines.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            One item for each action, in order.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.records.bulk_chunk("airlines", b'{"index": {"_id": "AA"}}\\n{"name": "American"}\\n')
        """
        from ..api.records.bulk_chunk import request

        return self._caller.call(request(dataset, lines), timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        dataset: str,
        query: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> int:
        """Delete the records that a query matches.

        Takes a QueryDSL query; `{"match_all" = {}}` as the query empties the dataset. Not repeated once
        it may have been processed.

        Args:
            dataset: Name of the dataset.
            query: A QueryDSL query.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            How many records were deleted.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.records.delete("flights", {"term": {"carrier.keyword": "AA"}})
        """
        from ..api.records.delete import request

        return self._caller.call(request(dataset, query), timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        dataset: str,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Record:
        """Read one record by its id.

        Answers the record with its id and version; a missing record is a 404.

        Args:
            dataset: Name of the dataset.
            id: The record's id; it may hold any character.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The record.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.records.get("airlines", "AA").source
        """
        from ..api.records.get import request

        return self._caller.call(request(dataset, id), timeout=timeout, headers=headers, retry=retry)


class AsyncRecordsResource:
    """The records of a dataset.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncRecordsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .records_raw import AsyncRecordsRawResponse

        return AsyncRecordsRawResponse(self._caller)

    async def bulk_chunk(
        self,
        dataset: str,
        lines: str | bytes,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> BulkAnswer:
        """Send one ready block of bulk action lines.

        One action line per record, followed by its document line where the action has one, each ended
        by a line feed. A 200 can hold rejected items. `records.bulk` makes such blocks from any source.
        Repeated after a lost answer only when every record has an id.

        Args:
            dataset: Name of the dataset.
            lines: The action lines.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            One item for each action, in order.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.records.bulk_chunk("airlines", b'{"index": {"_id": "AA"}}\\n{"name": "American"}\\n')
        """
        from ..api.records.bulk_chunk import request

        return await self._caller.call(request(dataset, lines), timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        dataset: str,
        query: Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> int:
        """Delete the records that a query matches.

        Takes a QueryDSL query; `{"match_all" = {}}` as the query empties the dataset. Not repeated once
        it may have been processed.

        Args:
            dataset: Name of the dataset.
            query: A QueryDSL query.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            How many records were deleted.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.records.delete("flights", {"term": {"carrier.keyword": "AA"}})
        """
        from ..api.records.delete import request

        return await self._caller.call(request(dataset, query), timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        dataset: str,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Record:
        """Read one record by its id.

        Answers the record with its id and version; a missing record is a 404.

        Args:
            dataset: Name of the dataset.
            id: The record's id; it may hold any character.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The record.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> (await client.records.get("airlines", "AA")).source
        """
        from ..api.records.get import request

        return await self._caller.call(request(dataset, id), timeout=timeout, headers=headers, retry=retry)
