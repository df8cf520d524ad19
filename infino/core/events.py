"""What a client tells those who watch it."""

from __future__ import annotations

import attrs


@attrs.frozen
class CallEvent:
    """A call begins: a request with all its tries, an upload, or a question.

    Args:
        call: A number that the end of this call has too.
        operation: The operation.
        method: HTTP method; empty for an upload and a question, which send several requests.
    """

    call: int
    operation: str
    method: str = ""


@attrs.define
class EndEvent:
    """A call is over.

    Args:
        call: The number that its beginning had.
        operation: The operation.
        elapsed: Seconds it took.
        status: HTTP status, or None where there is none.
        attempts: How many requests were tried.
        error: Name of the class of the error; None when it went well.
        records: Records that an upload read, or None.
        sent: Bytes of the bodies that an upload sent, or None.
    """

    call: int
    operation: str
    elapsed: float = 0.0
    status: int | None = None
    attempts: int = 1
    error: str | None = None
    records: int | None = None
    sent: int | None = None


@attrs.frozen
class RequestEvent:
    """A request is about to be sent.

    Args:
        operation: The operation.
        method: HTTP method.
        path: Path, without the query.
        attempt: 1 for the first try.
        headers: What a callback puts in here is sent with this try, unsigned: the headers of a trace, say.
    """

    operation: str
    method: str
    path: str
    attempt: int
    headers: dict[str, str] = attrs.field(factory=dict)


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
        error: Name of the class of the error, or None.
    """

    operation: str
    attempt: int
    delay: float
    reason: str
    status: int | None
    error: str | None = None


Event = CallEvent | EndEvent | RequestEvent | ResponseEvent | RetryEvent
