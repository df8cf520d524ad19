"""The resource `datasets`, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.dataset import Dataset
    from ..models.dataset_created import DatasetCreated
    from ..models.dataset_description import DatasetDescription
    from ..models.enrich_policy import EnrichPolicy
    from ..models.enrich_receipt import EnrichReceipt
    from ..models.field_schema import FieldSchema
    from ..models.shards_receipt import ShardsReceipt
    from .datasets_raw import AsyncDatasetsRawResponse, DatasetsRawResponse


class DatasetsResource:
    """Datasets and what describes them.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> DatasetsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .datasets_raw import DatasetsRawResponse

        return DatasetsRawResponse(self._caller)

    def count(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> int:
        """Count the records of a dataset.

        Only unreleased gateways have this route; the SDK falls back to a query of size zero.
        Experimental: only unreleased gateways answer this.

        Args:
            name: Name of the dataset.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The number of records.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.datasets.count("flights")
        """
        from ..api.datasets.count import request

        return self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def create(
        self,
        name: str,
        *,
        mapping: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> DatasetCreated:
        """Create a dataset.

        Fields need no declaration; a mapping is only known to unreleased gateways. A suffix chooses the
        kind of index: none or `.doc` documents, `.aly` metrics, `.kwd` keywords, `.rel` relational.

        Args:
            name: Name of the dataset.
            mapping: `{"properties": {field: {"type": ...}}}`; experimental.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The dataset exists now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.datasets.create("flights")
        """
        from ..api.datasets.create import request

        return self._caller.call(
            request(name, mapping=mapping), timeout=timeout, headers=headers, retry=retry
        )

    def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Delete a dataset and all its records.

        Can't be undone. For a dataset that does not exist some gateways answer 401 instead of 404.

        Args:
            name: Name of the dataset.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when the dataset is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.datasets.delete("flights")
        """
        from ..api.datasets.delete import request

        return self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def describe(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> DatasetDescription:
        """Read aliases, mappings and settings of a dataset.

        The full index information in the form of the index engine. Experimental: only unreleased
        gateways answer this.

        Args:
            name: Name of the dataset.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The description.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.datasets.describe("flights")
        """
        from ..api.datasets.describe import request

        return self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def enrich(
        self,
        name: str,
        policy: EnrichPolicy | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> EnrichReceipt:
        """Set the enrichment policy of a dataset.

        The service then adds the fields of the policy to matching records.

        Args:
            name: Name of the dataset.
            policy: The policy.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            What the service says of the policy.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.datasets.enrich("flights", {"match_field": "carrier", "enrich_fields": ["name"]})
        """
        from ..api.datasets.enrich import request

        return self._caller.call(request(name, policy), timeout=timeout, headers=headers, retry=retry)

    def flush(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> ShardsReceipt:
        """Write all buffered records to storage.

        Asks every shard to persist what it still holds in memory. Experimental: only unreleased
        gateways answer this.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            How many shards took part.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.datasets.flush()
        """
        from ..api.datasets.flush import request

        return self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Dataset:
        """Read health, size and record count of a dataset.

        Answers the same row that the list of datasets has.

        Args:
            name: Name of the dataset.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The dataset.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.datasets.get("flights").doc_count
        """
        from ..api.datasets.get import request

        return self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> SyncPage[Dataset]:
        """List all datasets.

        Every dataset the credentials may see, with its health and size.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The datasets, one row each.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> for dataset in client.datasets.list():
            ...     print(dataset.name, dataset.doc_count)
        """
        from infino.runtime.page import SyncPage

        from ..api.datasets.list_all import request

        return SyncPage(
            lambda start: self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
        )

    def schema(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> builtins.list[FieldSchema]:
        """List the fields of a dataset.

        Field names with the types the service found in the records.

        Args:
            name: Name of the dataset.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The fields.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> [field.name for field in client.datasets.schema("flights")]
        """
        from ..api.datasets.schema import request

        return self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)


class AsyncDatasetsResource:
    """Datasets and what describes them.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncDatasetsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .datasets_raw import AsyncDatasetsRawResponse

        return AsyncDatasetsRawResponse(self._caller)

    async def count(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> int:
        """Count the records of a dataset.

        Only unreleased gateways have this route; the SDK falls back to a query of size zero.
        Experimental: only unreleased gateways answer this.

        Args:
            name: Name of the dataset.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The number of records.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.datasets.count("flights")
        """
        from ..api.datasets.count import request

        return await self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    async def create(
        self,
        name: str,
        *,
        mapping: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> DatasetCreated:
        """Create a dataset.

        Fields need no declaration; a mapping is only known to unreleased gateways. A suffix chooses the
        kind of index: none or `.doc` documents, `.aly` metrics, `.kwd` keywords, `.rel` relational.

        Args:
            name: Name of the dataset.
            mapping: `{"properties": {field: {"type": ...}}}`; experimental.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The dataset exists now.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.datasets.create("flights")
        """
        from ..api.datasets.create import request

        return await self._caller.call(
            request(name, mapping=mapping), timeout=timeout, headers=headers, retry=retry
        )

    async def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Delete a dataset and all its records.

        Can't be undone. For a dataset that does not exist some gateways answer 401 instead of 404.

        Args:
            name: Name of the dataset.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when the dataset is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.datasets.delete("flights")
        """
        from ..api.datasets.delete import request

        return await self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    async def describe(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> DatasetDescription:
        """Read aliases, mappings and settings of a dataset.

        The full index information in the form of the index engine. Experimental: only unreleased
        gateways answer this.

        Args:
            name: Name of the dataset.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The description.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.datasets.describe("flights")
        """
        from ..api.datasets.describe import request

        return await self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    async def enrich(
        self,
        name: str,
        policy: EnrichPolicy | Mapping[str, Any],
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> EnrichReceipt:
        """Set the enrichment policy of a dataset.

        The service then adds the fields of the policy to matching records.

        Args:
            name: Name of the dataset.
            policy: The policy.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            What the service says of the policy.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.datasets.enrich("flights", {"match_field": "carrier", "enrich_fields": ["name"]})
        """
        from ..api.datasets.enrich import request

        return await self._caller.call(request(name, policy), timeout=timeout, headers=headers, retry=retry)

    async def flush(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> ShardsReceipt:
        """Write all buffered records to storage.

        Asks every shard to persist what it still holds in memory. Experimental: only unreleased
        gateways answer this.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            How many shards took part.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.datasets.flush()
        """
        from ..api.datasets.flush import request

        return await self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Dataset:
        """Read health, size and record count of a dataset.

        Answers the same row that the list of datasets has.

        Args:
            name: Name of the dataset.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The dataset.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> (await client.datasets.get("flights")).doc_count
        """
        from ..api.datasets.get import request

        return await self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPage[Dataset]:
        """List all datasets.

        Every dataset the credentials may see, with its health and size.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The datasets, one row each.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> async for dataset in client.datasets.list():
            ...     print(dataset.name, dataset.doc_count)
        """
        from infino.runtime.page import AsyncPage

        from ..api.datasets.list_all import request

        return AsyncPage(
            lambda start: self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
        )

    async def schema(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> builtins.list[FieldSchema]:
        """List the fields of a dataset.

        Field names with the types the service found in the records.

        Args:
            name: Name of the dataset.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The fields.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> [field.name for field in await client.datasets.schema("flights")]
        """
        from ..api.datasets.schema import request

        return await self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)
