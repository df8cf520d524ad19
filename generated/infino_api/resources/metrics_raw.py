# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `metrics` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions


class MetricsRawResponse:
    """The methods of `metrics`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def upload(
        self, dataset: str, exposition: str | bytes, **options: Unpack[CallOptions]
    ) -> RawResponse[builtins.list[str]]:
        """Send samples in the Prometheus exposition format."""
        from ..api.metrics.upload import request

        return self._caller.call(request(dataset, exposition), True, **options)


class AsyncMetricsRawResponse:
    """The methods of `metrics`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def upload(
        self, dataset: str, exposition: str | bytes, **options: Unpack[CallOptions]
    ) -> RawResponse[builtins.list[str]]:
        """Send samples in the Prometheus exposition format."""
        from ..api.metrics.upload import request

        return await self._caller.call(request(dataset, exposition), True, **options)
