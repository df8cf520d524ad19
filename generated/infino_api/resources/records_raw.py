# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `records` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.bulk_answer import BulkAnswer
    from ..models.record import Record


class RecordsRawResponse:
    """The methods of `records`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def bulk_chunk(
        self, dataset: str, lines: str | bytes, **options: Unpack[CallOptions]
    ) -> RawResponse[BulkAnswer]:
        """Send one ready block of bulk action lines."""
        from ..api.records.bulk_chunk import request

        return self._caller.call(request(dataset, lines), True, **options)

    def delete(
        self, dataset: str, query: Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[int]:
        """Delete the records that a query matches. Not repeated once it may have been processed."""
        from infino.plans.records import delete as request

        return self._caller.call(request(dataset, query), True, **options)

    def get(self, dataset: str, id: str, **options: Unpack[CallOptions]) -> RawResponse[Record]:
        """Read one record by its id."""
        from ..api.records.get import request

        return self._caller.call(request(dataset, id), True, **options)


class AsyncRecordsRawResponse:
    """The methods of `records`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def bulk_chunk(
        self, dataset: str, lines: str | bytes, **options: Unpack[CallOptions]
    ) -> RawResponse[BulkAnswer]:
        """Send one ready block of bulk action lines."""
        from ..api.records.bulk_chunk import request

        return await self._caller.call(request(dataset, lines), True, **options)

    async def delete(
        self, dataset: str, query: Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[int]:
        """Delete the records that a query matches. Not repeated once it may have been processed."""
        from infino.plans.records import delete as request

        return await self._caller.call(request(dataset, query), True, **options)

    async def get(self, dataset: str, id: str, **options: Unpack[CallOptions]) -> RawResponse[Record]:
        """Read one record by its id."""
        from ..api.records.get import request

        return await self._caller.call(request(dataset, id), True, **options)
