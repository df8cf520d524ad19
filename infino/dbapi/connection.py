"""Connections and cursors of PEP 249 over a client."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from types import NoneType
from typing import Any, Self, TypeAlias

from infino import Infino
from infino.dbapi import standard
from infino.dbapi.standard import InterfaceError, NotSupportedError, ProgrammingError, translated
from infino.plans.statement import Params, reads_only
from infino.results.sql import SqlResult


class Connection:
    """A client with the face of a database connection.

    Every statement takes effect at once: `commit()` has nothing to do and `rollback()` is refused.

    Args:
        client: The client.
        owned: Whether closing the connection closes the client.
    """

    # PEP 249's optional extension: a program that handles several drivers catches `connection.Error`.
    Warning = standard.Warning
    Error = standard.Error
    InterfaceError = standard.InterfaceError
    DatabaseError = standard.DatabaseError
    DataError = standard.DataError
    OperationalError = standard.OperationalError
    IntegrityError = standard.IntegrityError
    InternalError = standard.InternalError
    ProgrammingError = standard.ProgrammingError
    NotSupportedError = standard.NotSupportedError

    def __init__(self, client: Infino, *, owned: bool) -> None:
        self.client = client
        self._owned = owned
        self._closed = False

    def check(self) -> None:
        """Raise InterfaceError when the connection is closed."""
        if self._closed:
            raise standard.InterfaceError("the connection is closed")

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
        raise standard.NotSupportedError("the service has no transactions: every statement takes effect at once")

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
        raise standard.InterfaceError("give a client or the settings of a new one, not both")
    if client is not None:
        return Connection(client, owned=False)
    with standard.translated():
        return Connection(Infino(**settings), owned=True)


TOGETHER = 500  # sets of values in one statement
_INSERT = re.compile(
    # No `(`, `)` or quote before VALUES, and only `?` in its brackets: then repeating the brackets is safe.
    r"(?P<head>\s*INSERT\s+INTO\s+[^()'?]+(?:\([^()'?]*\)\s*)?VALUES\s*)(?P<values>\([?,\s]+\))\s*;?\s*\Z",
    re.IGNORECASE,
)
Description: TypeAlias = tuple[str, str, None, None, None, None, bool | None]


class Cursor:
    """Runs statements and gives their rows.

    Args:
        connection: The connection it belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.arraysize = 1
        self.lastrowid: None = None
        self._closed = False
        self._clear()

    def _clear(self) -> None:
        self.description: tuple[Description, ...] | None = None
        self.rowcount = -1
        self.result: SqlResult | None = None
        self._rows: Iterator[tuple[Any, ...]] | None = None
        self._position = 0

    @property
    def rownumber(self) -> int | None:
        """Position of the next row, from 0, or None without rows."""
        return self._position if self._rows is not None else None

    def execute(self, operation: str, parameters: Params | None = None) -> Self:
        """Run a statement.

        Args:
            operation: SQL with `?` or `:name` where values go.
            parameters: A sequence for `?`, a mapping for `:name`.

        Returns:
            The cursor itself.

        Raises:
            Error: The statement could not be run.

        Examples:
            >>> connection.cursor().execute("SELECT 1 AS one").fetchall()
            [(1,)]
        """
        self._check()
        self._clear()
        query = self.connection.client.query
        read = reads_only(operation)
        with translated():
            # `sql` may be sent again after a failure, `execute` never.
            run = query.sql if read else query.execute
            result = run(operation, parameters)
            self._take(result, rows=read or bool(result.columns))
        return self

    def _take(self, result: SqlResult, *, rows: bool) -> None:
        self.result = result
        if not rows:
            affected = result.stats.affected_rows
            self.rowcount = -1 if affected is None else affected
            return
        # All at once: PEP 249 has no way to say later that decoding failed.
        table = [result.column(column.name) for column in result.columns]
        self.description = tuple((column.name, column.type, None, None, None, None, None) for column in result.columns)
        self.rowcount = len(result)
        self._rows = zip(*table, strict=True) if table else iter(())

    def executemany(self, operation: str, seq_of_parameters: Sequence[Params]) -> Self:
        """Run a statement once for each set of parameters; `rowcount` is the sum.

        An INSERT of values goes out as one statement for many sets of like types, which takes effect as a whole.

        Args:
            operation: A statement that writes.
            seq_of_parameters: One sequence or mapping for each run.

        Returns:
            The cursor itself.

        Raises:
            Error: A run failed; those before it took effect.

        Examples:
            >>> cursor.executemany("INSERT INTO airlines (_id, name) VALUES (?, ?)", [("ZZ", "Zed"), ("YY", "Why")])
        """
        self._check()
        if reads_only(operation):
            raise ProgrammingError("executemany() is for statements that write")
        total = 0
        for statement, parameters in _gathered(operation, seq_of_parameters):
            self.execute(statement, parameters)
            # PEP 249: -1 where the number is not known, and a sum with it is not known either.
            total = -1 if self.rowcount < 0 or total < 0 else total + self.rowcount
        self.rowcount = total
        return self

    def _fetch(self) -> Iterator[tuple[Any, ...]]:
        self._check()
        if self._rows is None:
            raise ProgrammingError("there are no rows to fetch: run a statement that reads first")
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row, or None at the end."""
        row = next(self._fetch(), None)
        self._position += row is not None
        return row

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        """The next rows: `size` of them, or `arraysize`."""
        count = self.arraysize if size is None else size
        if count < 0:
            raise ProgrammingError(f"fetchmany() takes a number of rows from 0, not {count}")
        rows = list(islice(self._fetch(), count))
        self._position += len(rows)
        return rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""
        rows = list(self._fetch())
        self._position += len(rows)
        return rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        while (row := self.fetchone()) is not None:
            yield row

    def setinputsizes(self, sizes: Any) -> None:
        """Do nothing, as PEP 249 allows."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing, as PEP 249 allows."""

    def nextset(self) -> None:
        """Refuse: an answer has one set of rows."""
        raise NotSupportedError("an answer has one set of rows")

    def callproc(self, procname: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> None:
        """Refuse: the service has no stored procedures."""
        raise NotSupportedError("the service has no stored procedures")

    def close(self) -> None:
        """Let go of the rows; the cursor cannot be used again, but still tells how many rows there were."""
        self._rows = self.result = None
        self._closed = True

    def _check(self) -> None:
        if self._closed:
            raise InterfaceError("the cursor is closed")
        self.connection.check()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _gathered(operation: str, sets: Iterable[Params]) -> Iterator[tuple[str, Params]]:
    """One INSERT for many sets of values, where the statement is one; else the statement for each set."""
    found = _INSERT.match(operation)
    if found is None:
        yield from ((operation, parameters) for parameters in sets)
        return
    values, count = found["values"], found["values"].count("?")
    rows = iter(sets)
    while part := list(islice(rows, TOGETHER)):
        if all(isinstance(row, Sequence) and not isinstance(row, str | bytes) and len(row) == count for row in part):
            for alike in _alike(part):
                yield found["head"] + ", ".join([values] * len(alike)), [value for row in alike for value in row]
        else:  # the statement itself says what is wrong with them
            yield from ((operation, row) for row in part)


def _alike(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Rows that follow each other, with like values in each place: in one statement 1 and "2" would be made alike."""
    first, kinds = 0, list(map(_kind, rows[0]))
    for at, row in enumerate(rows):
        found = list(map(_kind, row))
        if found == kinds:
            continue
        if any(new != old and NoneType not in (new, old) for new, old in zip(found, kinds, strict=True)):
            yield rows[first:at]
            first, kinds = at, found
        else:
            kinds = [old if new is NoneType else new for new, old in zip(found, kinds, strict=True)]
    yield rows[first:]


def _kind(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value.as_tuple().exponent
    return "wide" if type(value) is int and value.bit_length() > 126 else type(value)
