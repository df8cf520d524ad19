"""`client.datasets.load`: make a dataset and fill it, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from infino_api.resources.datasets import AsyncDatasetsResource

from infino.resources.concurrency import async_check_upload, async_upload

if TYPE_CHECKING:
    from infino.bulk.report import BulkReport
    from infino.caller import AsyncCaller
    from infino.resources.records import BulkSettings


class AsyncDatasets(AsyncDatasetsResource):
    """Datasets and what describes them."""

    _caller: AsyncCaller

    async def load(self, name: str, source: Any, **settings: Unpack[BulkSettings]) -> BulkReport:
        """Make a dataset unless it is there, and upload a file or any other source into it.

        Args:
            name: Name of the dataset.
            source: A path, records, or a frame: as for `records.bulk`.
            **settings: As for `records.bulk`.

        Returns:
            What became of every record.

        Raises:
            BulkError: Records were not accepted, and `on_error` is `raise`; `.report` has the counts.
            ValidationError: A setting, the name or the source cannot be used.

        Example:
            >>> await client.datasets.load("flights", "flights.parquet", id="flight_id", progress=True)
        """
        await async_check_upload(self._caller, name, source, settings, "datasets.load")
        await self.create(name, exist_ok=True)
        return await async_upload(self._caller, name, source, settings)
