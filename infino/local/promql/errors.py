"""What a PromQL query can fail with: one exception, with the error type the Prometheus HTTP API names."""

from __future__ import annotations


class PromQLError(Exception):
    """A query that cannot be answered, in the terms of the Prometheus HTTP API.

    Args:
        message: What is wrong, for a person.
        error_type: `bad_data` (the query is wrong), `execution` (it failed while running) or `timeout`.

    Examples:
        >>> PromQLError("parse error: unexpected end", "bad_data").status
        400
    """

    def __init__(self, message: str, error_type: str = "execution") -> None:
        super().__init__(message)
        self.message = message
        self.error_type = error_type

    @property
    def status(self) -> int:
        """The HTTP status that goes with the error type."""
        return {"bad_data": 400, "execution": 422, "timeout": 503}.get(self.error_type, 422)


def bad_query(message: str) -> PromQLError:
    """Make the error for a query that is wrong before it runs."""
    return PromQLError(message, "bad_data")


def unsupported(feature: str) -> PromQLError:
    """Make the error for a part of PromQL that this engine leaves out, naming it."""
    return PromQLError(f"{feature} is not supported by the local gateway", "bad_data")
