"""What a client tells those who watch it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

import attrs

from infino.core.errors import ValidationError
from infino.core.redaction import get_logger

EventName = Literal["request", "response", "retry"]
_logger: Final = get_logger("infino")


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


class Listeners:
    """Callbacks by event. A callback that fails is reported to the log and never breaks a call."""

    __slots__ = ("request", "response", "retry")

    def __init__(self) -> None:
        self.request: tuple[Callable[[Any], object], ...] = ()
        self.response: tuple[Callable[[Any], object], ...] = ()
        self.retry: tuple[Callable[[Any], object], ...] = ()

    def add(self, name: str, callback: Callable[[Any], object]) -> Callable[[], None]:
        """Register a callback and return a function that takes it out again."""
        if name not in Listeners.__slots__:
            raise ValidationError(f"there is no event {name!r}; events are request, response and retry")
        if not callable(callback):
            raise ValidationError("an event callback must be callable")
        setattr(self, name, (*getattr(self, name), callback))

        def remove() -> None:
            setattr(self, name, tuple(kept for kept in getattr(self, name) if kept is not callback))

        return remove

    @staticmethod
    def tell(callbacks: tuple[Callable[[Any], object], ...], event: Event) -> None:
        """Call each callback with the event."""
        for callback in callbacks:
            try:
                callback(event)
            except Exception as error:
                _logger.error("a callback for %s failed: %s", type(event).__name__, type(error).__name__)
