"""How a turn can break off.

ChatError
├── Interrupted            the turn ended before its answer; what came is in `.answer`
│   ├── Disconnected       the connection went away (also ConnectionError)
│   ├── TurnTimeout        the service fell silent, or the time was up (also TimeoutError)
│   ├── Cancelled          cancelled from this side
│   └── ServiceFailed      the service said that it failed
└── TurnInProgress         a second question before the answer to the first
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infino.core.errors import ChatError

if TYPE_CHECKING:
    from infino.chat.answer import Answer


class Interrupted(ChatError):
    """The turn ended before its answer was complete.

    Args:
        message: What happened, in one line.
        answer: What came until then.
        sent: Whether the question may have reached the service.
        close_code: Close code of the WebSocket, where it closed.
        frame: The frame that said so, where one did.
        hint: How to go on.
        operation: What was asked for.
    """

    def __init__(
        self,
        message: str,
        *,
        answer: Answer | None = None,
        sent: bool = True,
        close_code: int | None = None,
        frame: Any = None,
        hint: str | None = None,
        operation: str = "fino.ask",
    ) -> None:
        super().__init__(message, frame=frame, operation=operation, hint=hint)
        self.answer = answer
        self.sent = sent
        self.close_code = close_code

    @property
    def thread_id(self) -> str | None:
        """The thread in which the question can be asked again."""
        return self.answer.thread_id if self.answer else None


class Disconnected(Interrupted, ConnectionError):
    """The connection went away in the middle of a turn."""

    category = "network"
    retryable = True


class TurnTimeout(Interrupted, TimeoutError):
    """The service fell silent, or the time for the answer was up."""

    category = "timeout"
    retryable = True


class Cancelled(Interrupted):
    """The turn was cancelled from this side."""


class ServiceFailed(Interrupted):
    """The service said that it could not answer."""


class TurnInProgress(ChatError):
    """A second question came before the answer to the first."""

    category = "invalid_request"
