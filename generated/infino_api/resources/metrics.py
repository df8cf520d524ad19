# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `metrics`, sync and async."""

from __future__ import annotations

import builtins
from functools import cached_property
from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions

    from .metrics_raw import AsyncMetricsRawResponse, MetricsRawResponse


class MetricsResource:
    """Samples in Prometheus form.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> MetricsRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .metrics_raw import MetricsRawResponse

        return MetricsRawResponse(self._caller)

    def upload(
        self, dataset: str, exposition: str | bytes, **options: Unpack[CallOptions]
    ) -> builtins.list[str]:
        """Send samples in the Prometheus exposition format.

        One sample a line with labels, value and milliseconds. The dataset's name should end in `.aly`.
        Not repeated once it may have been processed.

        Args:
            dataset: Name of the dataset.
            exposition: The samples as text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            What the service says, one text each.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.metrics.upload("web.aly", 'http_requests_total{code="200"} 1027 1735689600000')
        """
        from ..api.metrics.upload import request

        return self._caller.call(request(dataset, exposition), **options)


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
        self, dataset: str, exposition: str | bytes, **options: Unpack[CallOptions]
    ) -> builtins.list[str]:
        """Send samples in the Prometheus exposition format.

        One sample a line with labels, value and milliseconds. The dataset's name should end in `.aly`.
        Not repeated once it may have been processed.

        Args:
            dataset: Name of the dataset.
            exposition: The samples as text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            What the service says, one text each.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.metrics.upload("web.aly", 'http_requests_total{code="200"} 1027 1735689600000')
        """
        from ..api.metrics.upload import request

        return await self._caller.call(request(dataset, exposition), **options)
