"""Connections of PEP 249 over a client."""

from __future__ import annotations

from typing import Any, Self

from infino import Infino
from infino.dbapi import errors
from infino.dbapi.cursor import Cursor


class Connection:
    """A client with the face of a database connection.

    Every statement takes effect at once: `commit()` has nothing to do and `rollback()` is refused.

    Args:
        client: The client.
        owned: Whether closing the connection closes the client.
    """

    Warning = errors.Warning
    Error = errors.Error
    InterfaceError = errors.InterfaceError
    DatabaseError = errors.DatabaseError
    DataError = errors.DataError
    OperationalError = errors.OperationalError
    IntegrityError = errors.IntegrityError
    InternalError = errors.InternalError
    ProgrammingError = errors.ProgrammingError
    NotSupportedError = errors.NotSupportedError

    def __init__(self, client: Infino, *, owned: bool) -> None:
        self.client = client
        self._owned = owned
        self._closed = False

    def check(self) -> None:
        """Raise InterfaceError when the connection is closed."""
        if self._closed:
            raise errors.InterfaceError("the connection is closed")

    def cursor(self) -> Cursor:
        """A new cursor.

        Returns:
            The cursor.

        Raises:
            InterfaceError: The connection is closed.

        Examples:
            >>> with connection.cursor() as cursor:
            ...     cursor.execute("SELECT carrier FROM flights").fetchone()
            ('UA',)
        """
        self.check()
        return Cursor(self)

    def commit(self) -> None:
        """Do nothing: every statement has taken effect already."""
        self.check()

    def rollback(self) -> None:
        """Refuse: what a statement did cannot be undone."""
        self.check()
        raise errors.NotSupportedError("the service has no transactions: every statement takes effect at once")

    def close(self) -> None:
        """Close the connection, and the client where the connection made it; closing twice is refused."""
        self.check()
        self._closed = True
        if self._owned:
            self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._closed:
            self.close()


def connect(client: Infino | None = None, **settings: Any) -> Connection:
    """Connect to the service; nothing is sent before the first statement.

    Args:
        client: A client to use; it stays open when the connection closes.
        **settings: Instead of a client, the settings of a new one: `access_key`, `secret_key`, `endpoint`, ...

    Returns:
        The connection.

    Raises:
        InterfaceError: Settings are missing or malformed.

    Examples:
        >>> with connect(endpoint="http://127.0.0.1:8000") as connection:
        ...     connection.cursor().execute("SELECT 1").fetchone()
        (1,)
    """
    if client is not None and settings:
        raise errors.InterfaceError("give a client or the settings of a new one, not both")
    if client is not None:
        return Connection(client, owned=False)
    with errors.translated():
        return Connection(Infino(**settings), owned=True)
