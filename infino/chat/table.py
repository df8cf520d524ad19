"""The rows of an answer as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas


class Table(Sequence[Mapping[str, Any]]):
    """Rows that share their columns.

    Args:
        rows: One mapping of column name to value per row.

    Example:
        >>> table = Table([{"carrier": "UA", "flights": 3}])
        >>> table.columns
        ('carrier', 'flights')
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = rows

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in the order in which they first appear."""
        return tuple(dict.fromkeys(name for row in self._rows for name in row))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield each row as a tuple in the order of ``columns``."""
        return (tuple(row.get(name) for name in self.columns) for row in self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]

    def __repr__(self) -> str:
        return f"Table({len(self)} rows: {', '.join(self.columns)})"

    def to_pandas(self) -> pandas.DataFrame:
        """Return a DataFrame.

        Raises:
            ImportError: If pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise ImportError("to_pandas() needs pandas: pip install 'infino-sdk[pandas]'") from None
        return pandas.DataFrame(list(self._rows), columns=list(self.columns))
