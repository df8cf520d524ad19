# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `datasets`, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
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

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> DatasetsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .datasets_raw import DatasetsRawResponse

        return DatasetsRawResponse(self._caller)

    def count(self, name: str, **options: Unpack[CallOptions]) -> int:
        """Count the records of a dataset; by a query where the gateway has no route for it.

        Args:
            name: Name of the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The number of records.

        Raises:
            NotFoundError: There is no such dataset.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.datasets.count("flights")
        """
        from infino.plans.datasets import count as request

        return self._caller.call(request(name), **options)

    def create(
        self,
        name: str,
        *,
        mapping: Mapping[str, Any] | None = None,
        exist_ok: bool = False,
        **options: Unpack[CallOptions],
    ) -> DatasetCreated:
        """Create a dataset.

        Args:
            name: Name: lower-case letters, digits, `-`, `_` and `.`; it begins with a letter or digit.
            mapping: Types of fields; experimental, and not needed.
            exist_ok: Take a dataset of this name that exists already as success.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            What was acknowledged.

        Raises:
            ConflictError: It exists already, and `exist_ok` is false.
            ValidationError: The name cannot be used.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.datasets.create("flights", exist_ok=True)
        """
        from infino.plans.datasets import create as request

        return self._caller.call(request(name, mapping=mapping, exist_ok=exist_ok), **options)

    def delete(self, name: str, *, missing_ok: bool = False, **options: Unpack[CallOptions]) -> bool:
        """Delete a dataset and all its records. This cannot be undone.

        Args:
            name: Name of the dataset.
            missing_ok: Return False when there is no such dataset, instead of raising.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            True when the dataset was deleted.

        Raises:
            NotFoundError: There is no such dataset, and `missing_ok` is false.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.datasets.delete("flights", missing_ok=True)
        """
        from infino.plans.datasets import delete as request

        return self._caller.call(request(name, missing_ok=missing_ok), **options)

    def describe(self, name: str, **options: Unpack[CallOptions]) -> DatasetDescription:
        """Read aliases, mappings and settings of a dataset.

        The full index information in the form of the index engine. Experimental: only unreleased
        gateways answer this.

        Args:
            name: Name of the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The description.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.datasets.describe("flights")
        """
        from ..api.datasets.describe import request

        return self._caller.call(request(name), **options)

    def enrich(
        self, name: str, policy: EnrichPolicy | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> EnrichReceipt:
        """Set the enrichment policy of a dataset.

        The service then adds the fields of the policy to matching records.

        Args:
            name: Name of the dataset.
            policy: The policy.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            What the service says of the policy.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.datasets.enrich("flights", {"match_field": "carrier", "enrich_fields": ["name"]})
        """
        from ..api.datasets.enrich import request

        return self._caller.call(request(name, policy), **options)

    def exists(self, name: str, **options: Unpack[CallOptions]) -> bool:
        """Tell whether there is a dataset of this name.

        Args:
            name: Name of the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            False only when the service says that it does not exist.

        Raises:
            APIError: The service refused to tell.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.datasets.exists("flights")
        """
        from infino.plans.datasets import exists as request

        return self._caller.call(request(name), **options)

    def flush(self, **options: Unpack[CallOptions]) -> ShardsReceipt:
        """Write all buffered records to storage.

        Asks every shard to persist what it still holds in memory. Experimental: only unreleased
        gateways answer this.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            How many shards took part.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.datasets.flush()
        """
        from ..api.datasets.flush import request

        return self._caller.call(request(), **options)

    def get(self, name: str, **options: Unpack[CallOptions]) -> Dataset:
        """Read health, size and record count of a dataset.

        Answers the same row that the list of datasets has.

        Args:
            name: Name of the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dataset.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.datasets.get("flights").doc_count
        """
        from ..api.datasets.get import request

        return self._caller.call(request(name), **options)

    def list(self, **options: Unpack[CallOptions]) -> SyncPage[Dataset]:
        """List all datasets.

        Every dataset the credentials may see, with its health and size. Further pages are read while
        iterating, until one is empty. What is deleted meanwhile moves what follows it, so that items
        may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The datasets, one row each.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> for dataset in client.datasets.list():
            ...     print(dataset.name, dataset.doc_count)
        """
        from infino.runtime.page import SyncPage

        from ..api.datasets.list_all import request

        return SyncPage(self._caller.call(request(), **options))

    def schema(self, name: str, **options: Unpack[CallOptions]) -> builtins.list[FieldSchema]:
        """List the fields of a dataset.

        Field names with the types the service found in the records.

        Args:
            name: Name of the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The fields.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [field.name for field in client.datasets.schema("flights")]
        """
        from ..api.datasets.schema import request

        return self._caller.call(request(name), **options)


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

    async def count(self, name: str, **options: Unpack[CallOptions]) -> int:
        """Count the records of a dataset; by a query where the gateway has no route for it.

        Args:
            name: Name of the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The number of records.

        Raises:
            NotFoundError: There is no such dataset.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.datasets.count("flights")
        """
        from infino.plans.datasets import count as request

        return await self._caller.call(request(name), **options)

    async def create(
        self,
        name: str,
        *,
        mapping: Mapping[str, Any] | None = None,
        exist_ok: bool = False,
        **options: Unpack[CallOptions],
    ) -> DatasetCreated:
        """Create a dataset.

        Args:
            name: Name: lower-case letters, digits, `-`, `_` and `.`; it begins with a letter or digit.
            mapping: Types of fields; experimental, and not needed.
            exist_ok: Take a dataset of this name that exists already as success.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            What was acknowledged.

        Raises:
            ConflictError: It exists already, and `exist_ok` is false.
            ValidationError: The name cannot be used.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.datasets.create("flights", exist_ok=True)
        """
        from infino.plans.datasets import create as request

        return await self._caller.call(request(name, mapping=mapping, exist_ok=exist_ok), **options)

    async def delete(self, name: str, *, missing_ok: bool = False, **options: Unpack[CallOptions]) -> bool:
        """Delete a dataset and all its records. This cannot be undone.

        Args:
            name: Name of the dataset.
            missing_ok: Return False when there is no such dataset, instead of raising.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            True when the dataset was deleted.

        Raises:
            NotFoundError: There is no such dataset, and `missing_ok` is false.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.datasets.delete("flights", missing_ok=True)
        """
        from infino.plans.datasets import delete as request

        return await self._caller.call(request(name, missing_ok=missing_ok), **options)

    async def describe(self, name: str, **options: Unpack[CallOptions]) -> DatasetDescription:
        """Read aliases, mappings and settings of a dataset.

        The full index information in the form of the index engine. Experimental: only unreleased
        gateways answer this.

        Args:
            name: Name of the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The description.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.datasets.describe("flights")
        """
        from ..api.datasets.describe import request

        return await self._caller.call(request(name), **options)

    async def enrich(
        self, name: str, policy: EnrichPolicy | Mapping[str, Any], **options: Unpack[CallOptions]
    ) -> EnrichReceipt:
        """Set the enrichment policy of a dataset.

        The service then adds the fields of the policy to matching records.

        Args:
            name: Name of the dataset.
            policy: The policy.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            What the service says of the policy.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.datasets.enrich("flights", {"match_field": "carrier", "enrich_fields": ["name"]})
        """
        from ..api.datasets.enrich import request

        return await self._caller.call(request(name, policy), **options)

    async def exists(self, name: str, **options: Unpack[CallOptions]) -> bool:
        """Tell whether there is a dataset of this name.

        Args:
            name: Name of the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            False only when the service says that it does not exist.

        Raises:
            APIError: The service refused to tell.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.datasets.exists("flights")
        """
        from infino.plans.datasets import exists as request

        return await self._caller.call(request(name), **options)

    async def flush(self, **options: Unpack[CallOptions]) -> ShardsReceipt:
        """Write all buffered records to storage.

        Asks every shard to persist what it still holds in memory. Experimental: only unreleased
        gateways answer this.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            How many shards took part.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.datasets.flush()
        """
        from ..api.datasets.flush import request

        return await self._caller.call(request(), **options)

    async def get(self, name: str, **options: Unpack[CallOptions]) -> Dataset:
        """Read health, size and record count of a dataset.

        Answers the same row that the list of datasets has.

        Args:
            name: Name of the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The dataset.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.datasets.get("flights")).doc_count
        """
        from ..api.datasets.get import request

        return await self._caller.call(request(name), **options)

    def list(self, **options: Unpack[CallOptions]) -> AsyncPage[Dataset]:
        """List all datasets.

        Every dataset the credentials may see, with its health and size. Further pages are read while
        iterating, until one is empty. What is deleted meanwhile moves what follows it, so that items
        may be passed over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The datasets, one row each.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> async for dataset in client.datasets.list():
            ...     print(dataset.name, dataset.doc_count)
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.datasets.list_all import request

        check_options(options, "datasets.list")
        return AsyncPage(lambda _start: self._caller.call(request(), **options))

    async def schema(self, name: str, **options: Unpack[CallOptions]) -> builtins.list[FieldSchema]:
        """List the fields of a dataset.

        Field names with the types the service found in the records.

        Args:
            name: Name of the dataset.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The fields.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [field.name for field in await client.datasets.schema("flights")]
        """
        from ..api.datasets.schema import request

        return await self._caller.call(request(name), **options)
