"""`client.datasets`: what goes beyond one request."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Unpack

import attrs
from infino_api.api.datasets import create, delete
from infino_api.resources.datasets import AsyncDatasetsResource, DatasetsResource
from infino_api.resources.datasets_raw import AsyncDatasetsRawResponse, DatasetsRawResponse

from infino.caller import recover
from infino.core.errors import APIError, AuthenticationError, ConflictError, NotFoundError
from infino.resources.options import CallOptions
from infino.runtime.call import Call, RawResponse

if TYPE_CHECKING:
    from infino_api.models.dataset_created import DatasetCreated

    from infino.bulk.report import BulkReport
    from infino.caller import AsyncCaller, SyncCaller
    from infino.resources.records import BulkSettings

_OLD_GATEWAY: Final = (404, 405, 501)
_MISSING_HINT: Final = "some gateways answer 401 when the dataset does not exist; check its name, then the keys"


def plan_create(name: str, mapping: Mapping[str, Any] | None, exist_ok: bool) -> Call[DatasetCreated]:
    """A new dataset."""
    call = create.request(name, mapping=mapping)

    def existing(error: APIError) -> DatasetCreated:
        # After a lost answer the dataset in our way is the one that we have just created.
        if not isinstance(error, ConflictError) or not (exist_ok or error.after_lost_attempt):
            raise error
        return call.parse({"acknowledged": True, "index": name})

    return attrs.evolve(call, recover=existing)


def plan_delete(name: str, missing_ok: bool) -> Call[bool]:
    """The end of a dataset."""
    call = delete.request(name)

    def missing(error: APIError) -> bool:
        if isinstance(error, AuthenticationError):
            error.hint = _MISSING_HINT
        if missing_ok and isinstance(error, NotFoundError):
            return error.after_lost_attempt  # it was there, and the answer that said so was lost
        return recover(call, error)

    return attrs.evolve(call, recover=missing)


def _count_by_query(name: str) -> Call[int]:
    """Plan the query that counts where the gateway has no route for it: no hits, but their exact number."""
    from infino_api.api.query.dsl import request

    from infino.runtime import shapes

    def total(answer: Any) -> int:
        hits = answer.get("hits", {}) if isinstance(answer, dict) else {}
        found = hits.get("total") if isinstance(hits, dict) else None
        return shapes.count(found["value"] if isinstance(found, dict) and "value" in found else found)

    planned = request(name, {"query": {"match_all": {}}, "size": 0, "track_total_hits": True})
    return Call(
        operation="datasets.count",
        method=planned.method,
        path=planned.path,
        json=planned.json,
        content_type=planned.content_type,
        retry=planned.retry,
        get_with_body=planned.get_with_body,
        parse=total,
    )


class Datasets(DatasetsResource):
    """Datasets and what describes them."""

    _counts_directly = True

    _caller: SyncCaller

    @cached_property
    def with_raw_response(self) -> DatasetsRaw:
        """The same methods, answering with status, headers and the typed value."""
        return DatasetsRaw(self._caller)

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
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            What was acknowledged.

        Raises:
            ConflictError: It exists already, and `exist_ok` is false.
            ValidationError: The name cannot be used.

        Example:
            >>> client.datasets.create("flights", exist_ok=True)
        """
        return self._caller.call(plan_create(name, mapping, exist_ok), **options)

    def delete(self, name: str, *, missing_ok: bool = False, **options: Unpack[CallOptions]) -> bool:
        """Delete a dataset and all its records. This cannot be undone.

        Args:
            name: Name of the dataset.
            missing_ok: Return False when there is no such dataset, instead of raising.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            True when the dataset was deleted.

        Raises:
            NotFoundError: There is no such dataset, and `missing_ok` is false.

        Example:
            >>> client.datasets.delete("flights", missing_ok=True)
        """
        return self._caller.call(plan_delete(name, missing_ok), **options)

    def exists(self, name: str, **options: Unpack[CallOptions]) -> bool:
        """Tell whether there is a dataset of this name.

        Args:
            name: Name of the dataset.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            False only when the service says that it does not exist.

        Raises:
            APIError: The service refused to tell.

        Example:
            >>> client.datasets.exists("flights")
        """
        try:
            self.get(name, **options)
        except NotFoundError:
            return False
        return True

    def count(self, name: str, **options: Unpack[CallOptions]) -> int:
        """Count the records of a dataset; by a query where the gateway has no route for it.

        Args:
            name: Name of the dataset.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            The number of records.

        Raises:
            NotFoundError: There is no such dataset.

        Example:
            >>> client.datasets.count("flights")
        """
        if self._counts_directly:
            try:
                return super().count(name, **options)
            except APIError as error:
                if error.status not in _OLD_GATEWAY:
                    raise
        counted = self._caller.call(_count_by_query(name), **options)
        self._counts_directly = False  # the dataset is there, so it is the route that is not
        return counted

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
        from infino.bulk.loading import load

        return load(self._caller, name, source, **settings)


class AsyncDatasets(AsyncDatasetsResource):
    """Datasets and what describes them."""

    _counts_directly = True

    _caller: AsyncCaller

    @cached_property
    def with_raw_response(self) -> AsyncDatasetsRaw:
        """The same methods, answering with status, headers and the typed value."""
        return AsyncDatasetsRaw(self._caller)

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
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            What was acknowledged.

        Raises:
            ConflictError: It exists already, and `exist_ok` is false.
            ValidationError: The name cannot be used.

        Example:
            >>> await client.datasets.create("flights", exist_ok=True)
        """
        return await self._caller.call(plan_create(name, mapping, exist_ok), **options)

    async def delete(self, name: str, *, missing_ok: bool = False, **options: Unpack[CallOptions]) -> bool:
        """Delete a dataset and all its records. This cannot be undone.

        Args:
            name: Name of the dataset.
            missing_ok: Return False when there is no such dataset, instead of raising.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            True when the dataset was deleted.

        Raises:
            NotFoundError: There is no such dataset, and `missing_ok` is false.

        Example:
            >>> await client.datasets.delete("flights", missing_ok=True)
        """
        return await self._caller.call(plan_delete(name, missing_ok), **options)

    async def exists(self, name: str, **options: Unpack[CallOptions]) -> bool:
        """Tell whether there is a dataset of this name.

        Args:
            name: Name of the dataset.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            False only when the service says that it does not exist.

        Raises:
            APIError: The service refused to tell.

        Example:
            >>> await client.datasets.exists("flights")
        """
        try:
            await self.get(name, **options)
        except NotFoundError:
            return False
        return True

    async def count(self, name: str, **options: Unpack[CallOptions]) -> int:
        """Count the records of a dataset; by a query where the gateway has no route for it.

        Args:
            name: Name of the dataset.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            The number of records.

        Raises:
            NotFoundError: There is no such dataset.

        Example:
            >>> await client.datasets.count("flights")
        """
        if self._counts_directly:
            try:
                return await super().count(name, **options)
            except APIError as error:
                if error.status not in _OLD_GATEWAY:
                    raise
        counted = await self._caller.call(_count_by_query(name), **options)
        self._counts_directly = False  # the dataset is there, so it is the route that is not
        return counted

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
        from infino.bulk.loading import load_async

        return await load_async(self._caller, name, source, **settings)


class DatasetsRaw(DatasetsRawResponse):
    """The methods of `datasets`, answering with status, headers and the typed value."""

    def create(
        self,
        name: str,
        *,
        mapping: Mapping[str, Any] | None = None,
        exist_ok: bool = False,
        **options: Unpack[CallOptions],
    ) -> RawResponse[DatasetCreated]:
        """Create a dataset."""
        return self._caller.raw(plan_create(name, mapping, exist_ok), **options)

    def delete(self, name: str, *, missing_ok: bool = False, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a dataset and all its records."""
        return self._caller.raw(plan_delete(name, missing_ok), **options)

    def count(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[int]:
        """Count the records of a dataset; by a query where the gateway has no route for it."""
        try:
            return super().count(name, **options)
        except APIError as error:
            if error.status not in _OLD_GATEWAY:
                raise
        return self._caller.raw(_count_by_query(name), **options)


class AsyncDatasetsRaw(AsyncDatasetsRawResponse):
    """The methods of `datasets`, answering with status, headers and the typed value."""

    async def create(
        self,
        name: str,
        *,
        mapping: Mapping[str, Any] | None = None,
        exist_ok: bool = False,
        **options: Unpack[CallOptions],
    ) -> RawResponse[DatasetCreated]:
        """Create a dataset."""
        return await self._caller.raw(plan_create(name, mapping, exist_ok), **options)

    async def delete(self, name: str, *, missing_ok: bool = False, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a dataset and all its records."""
        return await self._caller.raw(plan_delete(name, missing_ok), **options)

    async def count(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[int]:
        """Count the records of a dataset; by a query where the gateway has no route for it."""
        try:
            return await super().count(name, **options)
        except APIError as error:
            if error.status not in _OLD_GATEWAY:
                raise
        return await self._caller.raw(_count_by_query(name), **options)
