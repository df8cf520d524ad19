# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""`client.datasets.load`: make a dataset and fill it, in one line.

Generated from infino/resources/datasets.py; changes belong there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from infino.resources.concurrency import check_upload, upload
from infino_api.resources.datasets import DatasetsResource

if TYPE_CHECKING:
    from infino.bulk.report import BulkReport
    from infino.caller import SyncCaller
    from infino.resources.records import BulkSettings


class Datasets(DatasetsResource):
    """Datasets and what describes them."""

    _caller: SyncCaller

    def load(self, name: str, source: Any, **settings: Unpack[BulkSettings]) -> BulkReport:
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
            >>> client.datasets.load("flights", "flights.parquet", id="flight_id", progress=True)
        """
        check_upload(self._caller, name, source, settings, "datasets.load")
        self.create(name, exist_ok=True)
        return upload(self._caller, name, source, settings)
