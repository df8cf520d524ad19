"""The resource `imports` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime.call import UNSET, Unset

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.import_job import ImportJob


class ImportsRawResponse:
    """The methods of `imports`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        source_type: str,
        *,
        connection_id: str,
        target_dataset: str,
        query: str | None = None,
        schedule: str | None | Unset = UNSET,
        extra: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[ImportJob]:
        """Copy data from a connection into a dataset."""
        from ..api.imports.create import request

        call = request(
            source_type,
            connection_id=connection_id,
            target_dataset=target_dataset,
            query=query,
            schedule=schedule,
            extra=extra,
        )
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete an import job."""
        from ..api.imports.delete import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[ImportJob]:
        """Read an import job."""
        from ..api.imports.get import request

        call = request(id)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[ImportJob]]:
        """List the import jobs."""
        from ..api.imports.list_all import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncImportsRawResponse:
    """The methods of `imports`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self,
        source_type: str,
        *,
        connection_id: str,
        target_dataset: str,
        query: str | None = None,
        schedule: str | None | Unset = UNSET,
        extra: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[ImportJob]:
        """Copy data from a connection into a dataset."""
        from ..api.imports.create import request

        call = request(
            source_type,
            connection_id=connection_id,
            target_dataset=target_dataset,
            query=query,
            schedule=schedule,
            extra=extra,
        )
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete an import job."""
        from ..api.imports.delete import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        id: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[ImportJob]:
        """Read an import job."""
        from ..api.imports.get import request

        call = request(id)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[ImportJob]]:
        """List the import jobs."""
        from ..api.imports.list_all import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
