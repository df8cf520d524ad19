"""What PEP 249 names: exceptions, with how the errors of the SDK map to them, type objects and constructors.

Warning
Error
├── InterfaceError
└── DatabaseError
    ├── DataError
    ├── OperationalError
    ├── IntegrityError
    ├── InternalError
    ├── ProgrammingError
    └── NotSupportedError
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Final

from infino.core import errors


class Warning(Exception):  # PEP 249 names it so
    """Something important that is not an error."""


class Error(Exception):
    """The base of all errors of this module; `__cause__` is the error of the SDK."""


class InterfaceError(Error):
    """The interface is used wrongly: closed connections, missing settings."""


class DatabaseError(Error):
    """Something about the service or the statement."""


class DataError(DatabaseError):
    """Values that cannot be processed."""


class OperationalError(DatabaseError):
    """The service cannot be reached, refuses the keys, or is overloaded."""


class IntegrityError(DatabaseError):
    """What is to be written is in conflict with what is there."""


class InternalError(DatabaseError):
    """An answer that cannot be understood."""


class ProgrammingError(DatabaseError):
    """A statement that is wrong: syntax, names, placeholders."""


class NotSupportedError(DatabaseError):
    """Something that the service does not have."""


# The first match counts, so subclasses stand before `APIError`.
_MAP: Final[tuple[tuple[type[errors.InfinoError], type[Error]], ...]] = (
    (errors.ConfigError, InterfaceError),
    (errors.ClientClosedError, InterfaceError),
    (errors.ConflictError, IntegrityError),
    (errors.DecodeError, InternalError),
    (errors.AuthenticationError, OperationalError),
    (errors.PermissionDeniedError, OperationalError),
    (errors.RateLimitError, OperationalError),
    (errors.ServerError, OperationalError),
    (errors.TransportError, OperationalError),
    (errors.PayloadTooLargeError, DataError),
    (errors.APIError, ProgrammingError),
    (errors.QueryError, ProgrammingError),
    (errors.ValidationError, ProgrammingError),
)
_NOT_IMPLEMENTED: Final = 501


def translate(error: errors.InfinoError) -> Error:
    """The PEP 249 error that says the same."""
    if getattr(error, "status", None) == _NOT_IMPLEMENTED:
        return NotSupportedError(str(error))
    kind = next((kind for own, kind in _MAP if isinstance(error, own)), DatabaseError)
    return kind(str(error))


@contextmanager
def translated() -> Iterator[None]:
    """Raise errors of the SDK as those of PEP 249."""
    try:
        yield
    except errors.InfinoError as error:
        raise translate(error) from error


class TypeObject:
    """A group of column types; equal to each type code in it."""

    def __init__(self, name: str, *kinds: str) -> None:
        self.name = name
        self.kinds = frozenset(kinds)

    def __eq__(self, other: object) -> bool:
        return other is self or other in self.kinds

    def __hash__(self) -> int:
        return hash(self.kinds)

    def __repr__(self) -> str:
        return self.name


STRING: Final = TypeObject("STRING", "string")
BINARY: Final = TypeObject("BINARY")
NUMBER: Final = TypeObject("NUMBER", "integer", "float", "decimal", "boolean")
DATETIME: Final = TypeObject("DATETIME", "timestamp", "date", "time")
ROWID: Final = TypeObject("ROWID")

Date = date
Time = time
Timestamp = datetime
Binary = bytes


def DateFromTicks(ticks: float) -> date:  # noqa: N802  # PEP 249 names it so
    """The local date of a Unix time."""
    return date.fromtimestamp(ticks)


def TimeFromTicks(ticks: float) -> time:  # noqa: N802  # PEP 249 names it so
    """The local time of day of a Unix time."""
    return datetime.fromtimestamp(ticks).time()


def TimestampFromTicks(ticks: float) -> datetime:  # noqa: N802  # PEP 249 names it so
    """The local date and time of a Unix time."""
    return datetime.fromtimestamp(ticks)
