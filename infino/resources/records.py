"""`client.records`: bulk upload from any source, over the generated single-record methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from infino_api.resources.records import AsyncRecordsResource

from infino.resources.concurrency import async_upload, async_uploads
from infino.resources.settings import BulkSettings as BulkSettings
from infino.resources.settings import chosen, with_settings

if TYPE_CHECKING:
    from infino.bulk.report import BulkReport
    from infino.bulk.run_async import AsyncRun
    from infino.caller import AsyncClientCaller


class AsyncRecords(AsyncRecordsResource):
    """The records of a dataset.

    Args:
        caller: Makes the calls.
    """

    _caller: AsyncClientCaller

    @with_settings
    async def bulk(self, dataset: str, source: Any, **settings: Unpack[BulkSettings]) -> BulkReport:
        """Upload records from any source, and account for every one of them.

        Reading and encoding happen in a worker thread, so that the event loop stays free.
        Memory stays flat whatever the size. Records that share an id keep their order. Integers of any size and
        decimals keep their digits; dates become ISO 8601 text and bytes base64; NaN, infinities and NaT become
        null. A record without a JSON form is rejected by its position, and the others go on.

        Args:
            dataset: Name of the dataset.
            source: Records (mappings, objects of attrs, dataclasses or pydantic, rows of database drivers), a frame or
                series of pandas or polars, anything with `__arrow_c_stream__`, a stream of any of these, or the path
                or file object of NDJSON, JSON, CSV, Parquet or Arrow data, also packed with gzip, zstd, bzip2 or xz;
                a folder, a pattern such as `logs/*.csv`, a list of paths, or `-` for what is piped into the process.
                What is not recognised is refused. The stream may be an async iterable.
            **settings: `id` names the field that identifies a record, or is a function of the record; without it
                the service assigns ids, and a lost answer leaves records unknown. `op` is `index`, `create`,
                `update` (with `upsert`), `delete`, or `ready` when the source holds action lines or dead letters.
                `chunk_bytes` (3 MiB), `chunk_records` (5000) and `concurrency` (4) limit the requests.
                `on_error` is `raise` or `collect`. `dead_letter` takes the path for records that were not
                accepted, `checkpoint` the path that lets a killed upload go on. `progress` is True for a bar, or a
                function. `format` names the format of a file that cannot be recognised. `index` says whether the
                index of a pandas frame is written, under its name or as `index`; left out, any is but a plain count.
                Of CSV files, `delimiter`, `quote`, `header`, `columns`, `null`, `comment`, `skip`, `decimal` and
                `types` say what is not found out by itself, and `encoding` of any text.
                `timeout` is in seconds for each request; `retry` says how often and with which pauses to try again.

        Returns:
            The counts: `read == accepted + rejected + unknown`, always.

        Raises:
            BulkError: Records were not accepted, and `on_error` is `raise`; `.report` has the counts.
            ValidationError: A setting or the source cannot be used.
            InfinoError: The upload could not go on; `.report` has the counts so far. An error of the source
                itself surfaces as it is, with `.report` as well.

        Examples:
            >>> report = await client.records.bulk("flights", rows, id="flight_id", dead_letter="rejected.ndjson")
            >>> report.accepted, report.ok
            (336776, True)
        """
        return await async_upload(self._caller, dataset, source, chosen(**settings))

    @with_settings
    def bulk_iter(self, dataset: str, source: Any, **settings: Unpack[BulkSettings]) -> AsyncRun:
        """Upload records, and see the result of each chunk as it arrives.

        The upload advances while you iterate. Leaving early sends nothing more; what was in flight is counted as
        unknown.

        Args:
            dataset: Name of the dataset.
            source: As for `bulk`.
            **settings: As for `bulk`.

        Returns:
            An async iterator of `ChunkResult`; its `report` is there at the end.

        Raises:
            BulkError: At the end, as for `bulk`.
            ValidationError: At the first result: a setting or the source cannot be used.

        Examples:
            >>> async with client.records.bulk_iter("flights", rows, on_error="collect") as run:
            ...     async for chunk in run:
            ...         print(chunk.start, chunk.accepted, chunk.rejections)
            >>> print(run.report)
        """
        return async_uploads(self._caller, dataset, source, chosen(**settings))
