"""`client.datasets.load` and `export`: a dataset out of a file, and a file out of a dataset."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Unpack

from infino_api.resources.datasets import AsyncDatasetsResource

from infino.core.errors import PermissionDeniedError
from infino.resources.concurrency import async_off_loop, async_upload
from infino.resources.settings import BulkSettings, chosen, with_settings
from infino.runtime.options import CallOptions, check_options

if TYPE_CHECKING:
    from infino.bulk.progress import Progress
    from infino.bulk.report import BulkReport
    from infino.caller import AsyncClientCaller


class AsyncDatasets(AsyncDatasetsResource):
    """Datasets and what describes them."""

    _caller: AsyncClientCaller

    @with_settings
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
            ValidationError: A setting, the name or the source cannot be used; no dataset was made.

        Examples:
            >>> await client.datasets.load("flights", "flights.parquet", id="flight_id", progress=True)
        """
        await async_off_loop(import_module, "infino.plans.datasets")  # what `create` needs
        return await async_upload(
            self._caller, name, source, chosen(**settings), "datasets.load", partial(self._make, name)
        )

    async def _make(self, name: str) -> None:
        try:
            await self.create(name, exist_ok=True)
        except PermissionDeniedError:
            # Who may write records need not be one who may make datasets.
            if not await self.exists(name):
                raise

    async def export(
        self,
        name: str,
        path: str | os.PathLike[str],
        *,
        progress: bool | Callable[[Progress], Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> int:
        """Write a dataset into a file, page by page, whatever its size.

        `load(..., id="_id")` reads the file back equal: each record has its id as `_id`. NDJSON carries everything,
        digit for digit. In the other formats a field that a record lacks comes back as null, and what a column cannot
        carry is refused by its name. The file appears once it is complete.

        Args:
            name: Name of the dataset.
            path: The file: `.ndjson`, `.csv` (both also with `.gz`), `.parquet` or `.arrow`.
            progress: True for a bar, or a function that takes a `Progress`.
            **options: `timeout`, `headers` and `retry` of each call.

        Returns:
            How many records the file holds.

        Raises:
            ValidationError: The suffix does not tell the format, or the format cannot carry a field.
            NotFoundError: There is no such dataset.

        Examples:
            >>> await client.datasets.export("flights", "flights.parquet", progress=True)
            336776
        """
        check_options(options, "datasets.export")
        # Imported here: whoever exports nothing needs none of it.
        from infino_api.resources.query import AsyncQueryResource

        from infino.bulk.export import PAGE, Export
        from infino.results.search import Scan

        scan = Scan(None, PAGE, None)
        # Before the first request, which a suffix or a folder that cannot be used would make for nothing.
        export = await async_off_loop(Export, name, path, progress)
        try:
            export.total = await self.count(name, **options)
            while not scan.done:
                body = scan.next_body()
                page = await AsyncQueryResource(self._caller).dsl(name, body, **options)
                await async_off_loop(scan.take, page, body["size"])
                await async_off_loop(export.add, page.raw)
            return await async_off_loop(export.finish)
        finally:
            export.close()
