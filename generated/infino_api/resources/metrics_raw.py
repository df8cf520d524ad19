"""The resource `metrics` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse


class MetricsRawResponse:
    """The methods of `metrics`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def upload(
        self,
        dataset: str,
        exposition: str | bytes,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[str]]:
        """Send samples in the Prometheus exposition format."""
        from ..api.metrics.upload import request

        call = request(dataset, exposition)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncMetricsRawResponse:
    """The methods of `metrics`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def upload(
        self,
        dataset: str,
        exposition: str | bytes,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[str]]:
        """Send samples in the Prometheus exposition format."""
        from ..api.metrics.upload import request

        call = request(dataset, exposition)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
