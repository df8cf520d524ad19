"""The settings that every call takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from infino.core.retry import RetryPolicy
from infino.core.timeouts import Timeouts


class CallOptions(TypedDict, total=False):
    """What can be set for one call; what is not given comes from the client.

    Args:
        timeout: Seconds for the whole call, every attempt included, or `Timeouts`.
        headers: Extra headers, unsigned.
        retry: When to try again.
    """

    timeout: float | Timeouts | None
    headers: Mapping[str, str] | None
    retry: RetryPolicy | None
