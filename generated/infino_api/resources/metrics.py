"""The resource `metrics`, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller

    from .metrics_raw import AsyncMetricsRawResponse, MetricsRawResponse


class MetricsResource:
    """Samples in Prometheus form.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> MetricsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .metrics_raw import MetricsRawResponse

        return MetricsRawResponse(self._caller)

    def upload(
        self,
        dataset: str,
        exposition: str | bytes,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> builtins.list[str]:
        """Send samples in the Prometheus exposition format.

        One sample a line with labels, value and milliseconds. The dataset's name should end in `.aly`.
        Not repeated once it may have been processed.

        Args:
            dataset: Name of the dataset.
            exposition: The samples as text.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            What the service says, one text each.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.metrics.upload("web.aly", 'http_requests_total{code="200"} 1027 1735689600000')
        """
        from ..api.metrics.upload import request

        return self._caller.call(request(dataset, exposition), timeout=timeout, headers=headers, retry=retry)


class AsyncMetricsResource:
    """Samples in Prometheus form.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncMetricsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .metrics_raw import AsyncMetricsRawResponse

        return AsyncMetricsRawResponse(self._caller)

    async def upload(
        self,
        dataset: str,
        exposition: str | bytes,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> builtins.list[str]:
        """Send samples in the Prometheus exposition format.

        One sample a line with labels, value and milliseconds. The dataset's name should end in `.aly`.
        Not repeated once it may have been processed.

        Args:
            dataset: Name of the dataset.
            exposition: The samples as text.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            What the service says, one text each.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.metrics.upload("web.aly", 'http_requests_total{code="200"} 1027 1735689600000')
        """
        from ..api.metrics.upload import request

        return await self._caller.call(
            request(dataset, exposition), timeout=timeout, headers=headers, retry=retry
        )
