# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `datasets` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.dataset import Dataset
    from ..models.dataset_created import DatasetCreated
    from ..models.dataset_description import DatasetDescription
    from ..models.enrich_policy import EnrichPolicy
    from ..models.enrich_receipt import EnrichReceipt
    from ..models.field_schema import FieldSchema
    from ..models.shards_receipt import ShardsReceipt


class DatasetsRawResponse:
    """The methods of `datasets`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def count(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[int]:
        """Count the records of a dataset; by a query where the gateway has no route for it."""
        from infino.plans.datasets import count as request

        return self._caller.call(request(name), True, **options)

    def create(
        self,
        name: str,
        *,
        mapping: Mapping[str, Any] | None = None,
        exist_ok: bool = False,
        **options: Unpack[CallOptions],
    ) -> RawResponse[DatasetCreated]:
        """Create a dataset."""
        from infino.plans.datasets import create as request

        return self._caller.call(request(name, mapping=mapping, exist_ok=exist_ok), True, **options)

    def delete(
        self, name: str, *, missing_ok: bool = False, **options: Unpack[CallOptions]
    ) -> RawResponse[bool]:
        """Delete a dataset and all its records. This cannot be undone."""
        from infino.plans.datasets import delete as request

        return self._caller.call(request(name, missing_ok=missing_ok), True, **options)

    def describe(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[DatasetDescription]:
        """Read aliases, mappings and settings of a dataset."""
        from ..api.datasets.describe import request

        return self._caller.call(request(name), True, **options)

    def enrich(
        self, name: str, policy: EnrichPolicy | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[EnrichReceipt]:
        """Set the enrichment policy of a dataset."""
        from ..api.datasets.enrich import request

        return self._caller.call(request(name, policy), True, **options)

    def exists(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Tell whether there is a dataset of this name."""
        from infino.plans.datasets import exists as request

        return self._caller.call(request(name), True, **options)

    def flush(self, **options: Unpack[CallOptions]) -> RawResponse[ShardsReceipt]:
        """Write all buffered records to storage."""
        from ..api.datasets.flush import request

        return self._caller.call(request(), True, **options)

    def get(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[Dataset]:
        """Read health, size and record count of a dataset."""
        from ..api.datasets.get import request

        return self._caller.call(request(name), True, **options)

    def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Dataset]]:
        """List all datasets."""
        from ..api.datasets.list_all import request

        return self._caller.call(request(), True, **options)

    def schema(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[FieldSchema]]:
        """List the fields of a dataset."""
        from ..api.datasets.schema import request

        return self._caller.call(request(name), True, **options)


class AsyncDatasetsRawResponse:
    """The methods of `datasets`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def count(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[int]:
        """Count the records of a dataset; by a query where the gateway has no route for it."""
        from infino.plans.datasets import count as request

        return await self._caller.call(request(name), True, **options)

    async def create(
        self,
        name: str,
        *,
        mapping: Mapping[str, Any] | None = None,
        exist_ok: bool = False,
        **options: Unpack[CallOptions],
    ) -> RawResponse[DatasetCreated]:
        """Create a dataset."""
        from infino.plans.datasets import create as request

        return await self._caller.call(request(name, mapping=mapping, exist_ok=exist_ok), True, **options)

    async def delete(
        self, name: str, *, missing_ok: bool = False, **options: Unpack[CallOptions]
    ) -> RawResponse[bool]:
        """Delete a dataset and all its records. This cannot be undone."""
        from infino.plans.datasets import delete as request

        return await self._caller.call(request(name, missing_ok=missing_ok), True, **options)

    async def describe(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[DatasetDescription]:
        """Read aliases, mappings and settings of a dataset."""
        from ..api.datasets.describe import request

        return await self._caller.call(request(name), True, **options)

    async def enrich(
        self, name: str, policy: EnrichPolicy | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> RawResponse[EnrichReceipt]:
        """Set the enrichment policy of a dataset."""
        from ..api.datasets.enrich import request

        return await self._caller.call(request(name, policy), True, **options)

    async def exists(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Tell whether there is a dataset of this name."""
        from infino.plans.datasets import exists as request

        return await self._caller.call(request(name), True, **options)

    async def flush(self, **options: Unpack[CallOptions]) -> RawResponse[ShardsReceipt]:
        """Write all buffered records to storage."""
        from ..api.datasets.flush import request

        return await self._caller.call(request(), True, **options)

    async def get(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[Dataset]:
        """Read health, size and record count of a dataset."""
        from ..api.datasets.get import request

        return await self._caller.call(request(name), True, **options)

    async def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Dataset]]:
        """List all datasets."""
        from ..api.datasets.list_all import request

        return await self._caller.call(request(), True, **options)

    async def schema(
        self, name: str, **options: Unpack[CallOptions]
    ) -> RawResponse[builtins.list[FieldSchema]]:
        """List the fields of a dataset."""
        from ..api.datasets.schema import request

        return await self._caller.call(request(name), True, **options)
