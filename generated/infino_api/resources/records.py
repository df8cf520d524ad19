# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `records`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.bulk_answer import BulkAnswer
    from ..models.record import Record
    from .records_raw import AsyncRecordsRawResponse, RecordsRawResponse


class RecordsResource:
    """The records of a dataset.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> RecordsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .records_raw import RecordsRawResponse

        return RecordsRawResponse(self._caller)

    def bulk_chunk(self, dataset: str, lines: str | bytes, **options: Unpack[CallOptions]) -> BulkAnswer:
        """Send one ready block of bulk action lines.

        One action line per record, followed by its document line where the action has one, each ended
        by a line feed. A 200 can hold rejected items. `records.bulk` makes such blocks from any source.
        Repeated after a lost answer only when every record has an id.

        Args:
            dataset: Name of the dataset.
            lines: The action lines.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            One item for each action, in order.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.records.bulk_chunk("airlines", b'{"index": {"_id": "AA"}}\\n{"name": "American"}\\n')
        """
        from ..api.records.bulk_chunk import request

        return self._caller.call(request(dataset, lines), **options)

    def delete(self, dataset: str, query: Mapping[str, Any], **options: Unpack[CallOptions]) -> int:
        """Delete the records that a query matches. Not repeated once it may have been processed.

        Args:
            dataset: Name of the dataset.
            query: A QueryDSL query, bare or as `{"query": {...}}`; `{"match_all": {}}` empties the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            How many records were deleted.

        Raises:
            BadRequestError: It is not a query.
            ValidationError: It is not an object, or there is more in it beside `query`.
            NotFoundError: There is no such dataset.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.records.delete("flights", {"term": {"carrier.keyword": "AA"}})
        """
        from infino.plans.records import delete as request

        return self._caller.call(request(dataset, query), **options)

    def get(self, dataset: str, id: str, **options: Unpack[CallOptions]) -> Record:
        """Read one record by its id.

        Answers the record with its id and version; a missing record is a 404.

        Args:
            dataset: Name of the dataset.
            id: The record's id; it may hold any character.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The record.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.records.get("airlines", "AA").source
        """
        from ..api.records.get import request

        return self._caller.call(request(dataset, id), **options)


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
        self, dataset: str, lines: str | bytes, **options: Unpack[CallOptions]
    ) -> BulkAnswer:
        """Send one ready block of bulk action lines.

        One action line per record, followed by its document line where the action has one, each ended
        by a line feed. A 200 can hold rejected items. `records.bulk` makes such blocks from any source.
        Repeated after a lost answer only when every record has an id.

        Args:
            dataset: Name of the dataset.
            lines: The action lines.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            One item for each action, in order.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.records.bulk_chunk("airlines", b'{"index": {"_id": "AA"}}\\n{"name": "American"}\\n')
        """
        from ..api.records.bulk_chunk import request

        return await self._caller.call(request(dataset, lines), **options)

    async def delete(self, dataset: str, query: Mapping[str, Any], **options: Unpack[CallOptions]) -> int:
        """Delete the records that a query matches. Not repeated once it may have been processed.

        Args:
            dataset: Name of the dataset.
            query: A QueryDSL query, bare or as `{"query": {...}}`; `{"match_all": {}}` empties the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            How many records were deleted.

        Raises:
            BadRequestError: It is not a query.
            ValidationError: It is not an object, or there is more in it beside `query`.
            NotFoundError: There is no such dataset.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.records.delete("flights", {"term": {"carrier.keyword": "AA"}})
        """
        from infino.plans.records import delete as request

        return await self._caller.call(request(dataset, query), **options)

    async def get(self, dataset: str, id: str, **options: Unpack[CallOptions]) -> Record:
        """Read one record by its id.

        Answers the record with its id and version; a missing record is a 404.

        Args:
            dataset: Name of the dataset.
            id: The record's id; it may hold any character.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The record.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.records.get("airlines", "AA")).source
        """
        from ..api.records.get import request

        return await self._caller.call(request(dataset, id), **options)
