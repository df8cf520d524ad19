# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `imports` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from infino.runtime.call import UNSET, Unset

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.import_job import ImportJob


class ImportsRawResponse:
    """The methods of `imports`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
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
        **options: Unpack[CallOptions],
    ) -> RawResponse[ImportJob]:
        """Copy data from a connection into a dataset."""
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
            True,
            **options,
        )

    def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete an import job."""
        from ..api.imports.delete import request

        return self._caller.call(request(id), True, **options)

    def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[ImportJob]:
        """Read one import; out of the list where the gateway has no route for it."""
        from infino.plans.imports import get as request

        return self._caller.call(request(id), True, **options)

    def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[ImportJob]]:
        """List the import jobs."""
        from ..api.imports.list_all import request

        return self._caller.call(request(), True, **options)


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
        **options: Unpack[CallOptions],
    ) -> RawResponse[ImportJob]:
        """Copy data from a connection into a dataset."""
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
            True,
            **options,
        )

    async def delete(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete an import job."""
        from ..api.imports.delete import request

        return await self._caller.call(request(id), True, **options)

    async def get(self, id: str, **options: Unpack[CallOptions]) -> RawResponse[ImportJob]:
        """Read one import; out of the list where the gateway has no route for it."""
        from infino.plans.imports import get as request

        return await self._caller.call(request(id), True, **options)

    async def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[ImportJob]]:
        """List the import jobs."""
        from ..api.imports.list_all import request

        return await self._caller.call(request(), True, **options)
