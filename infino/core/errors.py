"""Every error of the SDK.

InfinoError
├── ConfigError                 settings are missing, malformed or contradict each other
├── ValidationError             an argument that must not be sent (also ValueError)
│   └── MissingFileError        a path or pattern that leads to no file (also FileNotFoundError)
├── ClientClosedError           the client was closed (also RuntimeError)
├── TransportError              no answer came (also ConnectionError)
│   ├── ConnectError            nothing was sent: refused, name unknown, TLS failed
│   └── Timeout                 a limit passed (also TimeoutError)
├── APIError                    an answer came, and it is a refusal (.retry_after where it asks to wait)
│   ├── BadRequestError         400
│   ├── AuthenticationError     401
│   ├── PermissionDeniedError   403
│   ├── NotFoundError           404
│   ├── ConflictError           409
│   ├── PayloadTooLargeError    413
│   ├── RateLimitError          429
│   └── ServerError             5xx
├── DecodeError                 an answer came that cannot be understood (also ValueError)
├── QueryError                  a query that failed inside a successful answer
├── BulkError                   records were rejected or their fate is unknown (.report)
├── JobFailedError              a job ended in failure (.job)
└── ChatError                   a conversation broke off (.frame)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal

import attrs

from infino.core.redaction import printable

Category = Literal["request", "network", "parse", "rate_limit", "timeout", "invalid_request"]


@attrs.frozen
class Attempt:
    """One try of a call, as kept in the attempt log of an error.

    Args:
        number: 1 for the first.
        elapsed: Seconds the try took.
        status: HTTP status, or None when no answer came.
        reason: What went wrong, in a few words.
        delay: Seconds waited afterwards, or None when the call ended here.
        lost: Whether the service may have done what was asked although no good answer came.
    """

    number: int
    elapsed: float
    status: int | None
    reason: str
    delay: float | None = None
    lost: bool = False


def _rebuild(kind: type[InfinoError], message: str, state: dict[str, Any]) -> InfinoError:
    # Without `__init__`, whose arguments differ from class to class: copies and pickles carry the attributes.
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


class InfinoError(Exception):
    """The root of all errors of the SDK.

    Args:
        message: What happened, in one line.
        operation: The operation, such as `datasets.get`, where there is one.
        hint: What to do about it, where that is known.
    """

    category: ClassVar[Category] = "request"
    retryable: bool = False

    def __init__(self, message: str, *, operation: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.hint = hint
        self.attempt_log: tuple[Attempt, ...] = ()

    @property
    def attempts(self) -> int:
        """How many times the request was tried."""
        return len(self.attempt_log)

    @property
    def after_lost_attempt(self) -> bool:
        """Whether an earlier try of this call may have been carried out, so that a conflict may be with ourselves."""
        return any(attempt.lost for attempt in self.attempt_log[:-1])

    def _details(self) -> list[str]:
        """What goes into the brackets behind the message."""
        details = [self.operation] if self.operation else []
        if self.attempts > 1:
            details.append(f"{self.attempts} attempts")
        return details

    def __str__(self) -> str:
        details = self._details()
        text = f"{self.message} ({', '.join(details)})" if details else self.message
        text = f"{text}. Hint: {self.hint}" if self.hint else text
        return printable(" ".join(text.split()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, dict(self.__dict__))


class ConfigError(InfinoError):
    """Settings are missing, malformed or contradict each other."""

    category = "invalid_request"


class ValidationError(InfinoError, ValueError):
    """An argument that must not be sent."""

    category = "invalid_request"


class MissingFileError(ValidationError, FileNotFoundError):
    """A path or pattern that leads to no file."""

    # Of two bases with a `__new__`, only this one fits; copies ask for it.
    __new__ = FileNotFoundError.__new__  # type: ignore[assignment]  # typed for any arguments, and given none


class ClientClosedError(InfinoError, RuntimeError):
    """The client was closed before the call."""

    category = "invalid_request"


class TransportError(InfinoError, ConnectionError):
    """No answer came, and the request may or may not have been processed."""

    category: ClassVar[Category] = "network"
    retryable = True


class ConnectError(TransportError):
    """No connection could be made; nothing was sent."""


class Timeout(TransportError, TimeoutError):
    """A time limit passed.

    Args:
        message: What happened, in one line.
        phase: What was being waited for: `keys` (from a callable), `pool`, `connect`, `read`, `write` or `total`.
        operation: The operation.
        hint: What to do about it.
    """

    category = "timeout"

    def __init__(
        self, message: str, *, phase: str = "read", operation: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, operation=operation, hint=hint)
        self.phase = phase


class APIError(InfinoError):
    """The service answered with a refusal.

    Args:
        message: What happened, in one line.
        status: HTTP status.
        code: The service's word for the kind of error, if it gave one.
        reason: The service's explanation, if it gave one.
        body: The body: decoded JSON, or text.
        headers: Headers of the answer; names in lower case.
        request_id: The identifier the service gave.
        operation: The operation.
        method: HTTP method.
        path: Path that was asked for.
        hint: What to do about it.
        retryable: Whether the same request may succeed later.
        retry_after: Seconds the service asked to wait, where it did.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str | None = None,
        reason: str | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        request_id: str | None = None,
        operation: str | None = None,
        method: str | None = None,
        path: str | None = None,
        hint: str | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, operation=operation, hint=hint)
        self.status = status
        self.code = code
        self.reason = reason
        self.body = body
        self.headers = dict(headers or {})
        self.request_id = request_id
        self.method = method
        self.path = path
        self.retryable = retryable
        self.retry_after = retry_after

    def _details(self) -> list[str]:
        details = [self.operation] if self.operation else []
        if self.method and self.path:
            details.append(f"{self.method} {self.path}")
        if self.request_id:
            details.append(f"request {self.request_id}")
        if self.attempts > 1:
            details.append(f"{self.attempts} attempts")
        return details


class BadRequestError(APIError):
    """400: the request is malformed, or asks for what cannot be."""

    category = "invalid_request"


class AuthenticationError(APIError):
    """401: the signature or the keys were not accepted."""


class PermissionDeniedError(APIError):
    """403: the keys are good, but may not do this."""


class NotFoundError(APIError):
    """404: there is no such thing."""


class ConflictError(APIError):
    """409: it exists already, or changed meanwhile."""


class PayloadTooLargeError(APIError):
    """413: the body is larger than the service takes."""


class RateLimitError(APIError):
    """429: too many requests; `retry_after` is in seconds where the service said."""

    category = "rate_limit"


class ServerError(APIError):
    """5xx: the service failed."""


class DecodeError(InfinoError, ValueError):
    """An answer came that cannot be understood.

    Args:
        message: What is wrong with it.
        operation: The operation.
        path: Where in the body, such as `$.items[3].created_at`.
        status: HTTP status of the answer.
        body: The raw body.
        hint: What to do about it.
    """

    category = "parse"

    def __init__(
        self,
        message: str,
        *,
        operation: str | None = None,
        path: str = "$",
        status: int | None = None,
        body: bytes | str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, hint=hint)
        self.path = path
        self.status = status
        self.body = body

    def _details(self) -> list[str]:
        return [*super()._details(), f"at {self.path}"]


class QueryError(InfinoError):
    """A query that failed inside a successful answer.

    Args:
        message: What the engine said.
        code: The engine's word for the kind of error, if it gave one.
        query: The text of the query.
        body: The raw answer.
        operation: The operation.
        hint: What to do about it.
    """

    category = "invalid_request"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        query: str | None = None,
        body: Any = None,
        operation: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, hint=hint)
        self.code = code
        self.reason = message
        self.query = query
        self.body = body


class BulkError(InfinoError):
    """Records were rejected, or their fate is unknown; `report` has every count."""

    def __init__(
        self, message: str, *, report: Any = None, operation: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, operation=operation, hint=hint)
        self.report = report


class JobFailedError(InfinoError):
    """A job ended in failure; `job` is its last status."""

    def __init__(self, message: str, *, job: Any = None, operation: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, operation=operation, hint=hint)
        self.job = job


class ChatError(InfinoError):
    """A conversation broke off; `frame` is the frame that said so, if one did."""

    def __init__(
        self, message: str, *, frame: Any = None, operation: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, operation=operation, hint=hint)
        self.frame = frame


BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    413: PayloadTooLargeError,
    429: RateLimitError,
}


def class_for_status(status: int) -> type[APIError]:
    """Return the class for a status: its own, `ServerError` for 5xx, else `APIError`."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    return ServerError if 500 <= status < 600 else APIError


def check_whole(name: str, value: object, least: int, operation: str | None = None) -> None:
    """Refuse an argument that is not a whole number, or less than it may be."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValidationError(f"{name} must be a whole number of at least {least}, not {value!r}", operation=operation)


def unexpected(function: str, name: str, known: Iterable[str]) -> TypeError:
    """Return the error of a keyword argument that is not known, with the one that was likely meant."""
    from difflib import get_close_matches  # slow to import, and of use to a mistake alone

    likely = get_close_matches(name, list(known), 1)
    hint = f"; did you mean {likely[0]!r}?" if likely else ""
    return TypeError(f"{function}() got an unexpected keyword argument {name!r}{hint}")
