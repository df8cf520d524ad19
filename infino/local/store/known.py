"""Which rows of the dataset table were read already, in the state of the store that a transaction sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Row = TypeVar("Row")


class KnownRows(Generic[Row]):
    """Rows by name, shared by all transactions that began with no commit between them.

    Examples:
        >>> known = KnownRows[int]()
        >>> known.begin(lambda: None)["flights"] = 17
        >>> known.begin(lambda: None)
        {'flights': 17}
        >>> with known.committing():
        ...     pass
        >>> known.begin(lambda: None)
        {}
    """

    def __init__(self) -> None:
        self._commits = 0  # twice their number, and one more while one is under way
        self._last: tuple[int, dict[str, Row]] = (0, {})

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Hold what changes the state, for the one writer."""
        self._commits += 1
        try:
            yield
        finally:
            self._commits += 1

    def begin(self, begin: Callable[[], object]) -> dict[str, Row]:
        """Begin a transaction, and return the rows that are known in its state, which it may add to.

        Args:
            begin: What makes it see the state of this moment.
        """
        before = self._commits
        begin()
        if before % 2 or before != self._commits:  # which of two states it sees can't be told
            return {}
        if self._last[0] != before:
            self._last = (before, {})
        return self._last[1]
