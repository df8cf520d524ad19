# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `imports`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from infino.runtime.call import UNSET, Unset

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.import_job import ImportJob
    from .imports_raw import AsyncImportsRawResponse, ImportsRawResponse


class ImportsResource:
    """Scheduled copies from a connection into a dataset.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> ImportsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .imports_raw import ImportsRawResponse

        return ImportsRawResponse(self._caller)

    def create(
        self,
        source_type: str,
        *,
        connection_id: str,
        target_dataset: str,
        query: str | None = None,
        schedule: str | None | Unset = UNSET,
        extra: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> ImportJob:
        """Copy data from a connection into a dataset.

        Runs once, or again and again by a cron schedule. Not repeated once it may have been processed.

        Args:
            source_type: Kind of the store.
            connection_id: Id of the connection to read from.
            target_dataset: Dataset to write to.
            query: What to read, in the store's own language.
            schedule: Cron expression; once when it is not given.
            extra: Further fields of the body, sent as they are.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The new job.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.imports.create("snowflake", connection_id="c1", target_dataset="orders", query="SELECT * FROM orders")
        """
        from ..api.imports.create import request

        return self._caller.call(
            request(
                source_type,
                connection_id=connection_id,
                target_dataset=target_dataset,
                query=query,
                schedule=schedule,
                extra=extra,
            ),
            **options,
        )

    def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete an import job.

        Records that were imported stay.

        Args:
            id: Id of the import job.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the job is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.imports.delete("j1")
        """
        from ..api.imports.delete import request

        return self._caller.call(request(id), **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> ImportJob:
        """Read one import; out of the list where the gateway has no route for it.

        Args:
            id: Id of the import.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The import.

        Raises:
            NotFoundError: There is no such import.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.imports.get("j1").status
        """
        from infino.plans.imports import get as request

        return self._caller.call(request(id), **options)

    def list(self, **options: Unpack[CallOptions]) -> SyncPage[ImportJob]:
        """List the import jobs.

        Every job with its schedule and last run. Further pages are read while iterating, until one is
        empty. What is deleted meanwhile moves what follows it, so that items may be passed over: take
        `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The jobs.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> for job in client.imports.list():
            ...     print(job.id, job.status)
        """
        from infino.runtime.page import SyncPage

        from ..api.imports.list_all import request

        return SyncPage(self._caller.call(request(), **options))


class AsyncImportsResource:
    """Scheduled copies from a connection into a dataset.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncImportsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .imports_raw import AsyncImportsRawResponse

        return AsyncImportsRawResponse(self._caller)

    async def create(
        self,
        source_type: str,
        *,
        connection_id: str,
        target_dataset: str,
        query: str | None = None,
        schedule: str | None | Unset = UNSET,
        extra: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> ImportJob:
        """Copy data from a connection into a dataset.

        Runs once, or again and again by a cron schedule. Not repeated once it may have been processed.

        Args:
            source_type: Kind of the store.
            connection_id: Id of the connection to read from.
            target_dataset: Dataset to write to.
            query: What to read, in the store's own language.
            schedule: Cron expression; once when it is not given.
            extra: Further fields of the body, sent as they are.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The new job.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.imports.create("snowflake", connection_id="c1", target_dataset="orders", query="SELECT * FROM orders")
        """
        from ..api.imports.create import request

        return await self._caller.call(
            request(
                source_type,
                connection_id=connection_id,
                target_dataset=target_dataset,
                query=query,
                schedule=schedule,
                extra=extra,
            ),
            **options,
        )

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> bool:
        """Delete an import job.

        Records that were imported stay.

        Args:
            id: Id of the import job.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the job is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.imports.delete("j1")
        """
        from ..api.imports.delete import request

        return await self._caller.call(request(id), **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> ImportJob:
        """Read one import; out of the list where the gateway has no route for it.

        Args:
            id: Id of the import.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The import.

        Raises:
            NotFoundError: There is no such import.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.imports.get("j1")).status
        """
        from infino.plans.imports import get as request

        return await self._caller.call(request(id), **options)

    def list(self, **options: Unpack[CallOptions]) -> AsyncPage[ImportJob]:
        """List the import jobs.

        Every job with its schedule and last run. Further pages are read while iterating, until one is
        empty. What is deleted meanwhile moves what follows it, so that items may be passed over: take
        `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The jobs.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> async for job in client.imports.list():
            ...     print(job.id, job.status)
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.imports.list_all import request

        check_options(options, "imports.list")
        return AsyncPage(lambda _start: self._caller.call(request(), **options))
