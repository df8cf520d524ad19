"""What a client tells those who watch it."""

from __future__ import annotations

import attrs


@attrs.frozen
class RequestEvent:
    """A request is about to be sent.

    Args:
        operation: The operation.
        method: HTTP method.
        path: Path, without the query.
        attempt: 1 for the first try.
    """

    operation: str
    method: str
    path: str
    attempt: int


@attrs.frozen
class ResponseEvent:
    """An answer was read to its end.

    Args:
        operation: The operation.
        method: HTTP method.
        path: Path, without the query.
        attempt: 1 for the first try.
        status: HTTP status.
        elapsed: Seconds this try took.
        request_id: The identifier the service gave.
    """

    operation: str
    method: str
    path: str
    attempt: int
    status: int
    elapsed: float
    request_id: str | None


@attrs.frozen
class RetryEvent:
    """A try failed and another one follows.

    Args:
        operation: The operation.
        attempt: Number of the try that failed.
        delay: Seconds until the next.
        reason: What went wrong, in a few words.
        status: HTTP status, or None when no answer came.
    """

    operation: str
    attempt: int
    delay: float
    reason: str
    status: int | None


Event = RequestEvent | ResponseEvent | RetryEvent
