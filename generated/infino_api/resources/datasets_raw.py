"""The resource `datasets` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.dataset import Dataset
    from ..models.dataset_created import DatasetCreated
    from ..models.dataset_description import DatasetDescription
    from ..models.enrich_policy import EnrichPolicy
    from ..models.enrich_receipt import EnrichReceipt
    from ..models.field_schema import FieldSchema
    from ..models.shards_receipt import ShardsReceipt


class DatasetsRawResponse:
    """The methods of `datasets`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def count(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[int]:
        """Count the records of a dataset."""
        from ..api.datasets.count import request

        call = request(name)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def create(
        self,
        name: str,
        *,
        mapping: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[DatasetCreated]:
        """Create a dataset."""
        from ..api.datasets.create import request

        call = request(name, mapping=mapping)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a dataset and all its records."""
        from ..api.datasets.delete import request

        call = request(name)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def describe(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[DatasetDescription]:
        """Read aliases, mappings and settings of a dataset."""
        from ..api.datasets.describe import request

        call = request(name)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def enrich(
        self,
        name: str,
        policy: EnrichPolicy | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[EnrichReceipt]:
        """Set the enrichment policy of a dataset."""
        from ..api.datasets.enrich import request

        call = request(name, policy)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def flush(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[ShardsReceipt]:
        """Write all buffered records to storage."""
        from ..api.datasets.flush import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Dataset]:
        """Read health, size and record count of a dataset."""
        from ..api.datasets.get import request

        call = request(name)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Dataset]]:
        """List all datasets."""
        from ..api.datasets.list_all import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def schema(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[FieldSchema]]:
        """List the fields of a dataset."""
        from ..api.datasets.schema import request

        call = request(name)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncDatasetsRawResponse:
    """The methods of `datasets`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def count(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[int]:
        """Count the records of a dataset."""
        from ..api.datasets.count import request

        call = request(name)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def create(
        self,
        name: str,
        *,
        mapping: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[DatasetCreated]:
        """Create a dataset."""
        from ..api.datasets.create import request

        call = request(name, mapping=mapping)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a dataset and all its records."""
        from ..api.datasets.delete import request

        call = request(name)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def describe(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[DatasetDescription]:
        """Read aliases, mappings and settings of a dataset."""
        from ..api.datasets.describe import request

        call = request(name)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def enrich(
        self,
        name: str,
        policy: EnrichPolicy | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[EnrichReceipt]:
        """Set the enrichment policy of a dataset."""
        from ..api.datasets.enrich import request

        call = request(name, policy)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def flush(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[ShardsReceipt]:
        """Write all buffered records to storage."""
        from ..api.datasets.flush import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Dataset]:
        """Read health, size and record count of a dataset."""
        from ..api.datasets.get import request

        call = request(name)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Dataset]]:
        """List all datasets."""
        from ..api.datasets.list_all import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def schema(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[FieldSchema]]:
        """List the fields of a dataset."""
        from ..api.datasets.schema import request

        call = request(name)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
