"""Errors and retries as 0.7 had them."""

from __future__ import annotations

from enum import Enum


class InfinoError(Exception):
    """What went wrong, as 0.7 said it.

    Args:
        error_type: Kind of the error.
        message: Text of the answer, or what happened.
        status_code: HTTP status; 0 when no answer came.
        url: Address of the request.
    """

    class Type(Enum):
        """Kinds of errors."""

        REQUEST = "request"
        NETWORK = "network"
        PARSE = "parse"
        RATE_LIMIT = "rate_limit"
        TIMEOUT = "timeout"
        INVALID_REQUEST = "invalid_request"

    def __init__(self, error_type: Type, message: str, status_code: int | None = None, url: str | None = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self._status_code = status_code
        self.url = url

    def status_code(self) -> int | None:
        """The HTTP status."""
        return self._status_code


class RetryConfig:
    """How often and how long to try; times in milliseconds."""

    def __init__(self) -> None:
        self.initial_interval = 1000
        self.max_interval = 15000
        self.max_elapsed_time = 90000
        self.max_retries = 3
