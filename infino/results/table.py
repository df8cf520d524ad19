"""Decoded columns in two forms: Python lists, or Arrow arrays made without a Python object per value."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

import attrs

from infino.results import arrays
from infino.results.column import Column


class Table(Protocol):
    """What results need of decoded columns."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in order."""
        ...

    @property
    def length(self) -> int:
        """Number of rows."""
        ...

    def values(self, index: int, start: int = 0, stop: int | None = None) -> list[Any]:
        """Python values of one column between two rows."""
        ...

    def array(self, index: int) -> Any:
        """One column as an Arrow array."""
        ...


@attrs.frozen
class ListTable:
    """Columns as Python lists, as the tolerant decoder makes them.

    Args:
        columns: The columns in order.
        length: Number of rows.
        lists: One list of values per column.
    """

    columns: tuple[Column, ...]
    length: int
    lists: Sequence[list[Any]] = attrs.field(repr=False)

    def values(self, index: int, start: int = 0, stop: int | None = None) -> list[Any]:
        """Python values of one column between two rows."""
        values = self.lists[index]
        return values if start == 0 and stop is None else values[start:stop]

    def array(self, index: int) -> Any:
        """One column as an Arrow array."""
        return arrays.from_values(self.columns[index].type, self.lists[index], self.columns[index].declared)


@attrs.frozen
class ArrowTable:
    """Columns as Arrow arrays of what was on the wire: decimals and times are still text.

    Args:
        columns: The columns in order.
        length: Number of rows.
        physical: One chunked array per column.
    """

    columns: tuple[Column, ...]
    length: int
    physical: Sequence[Any] = attrs.field(repr=False)

    def values(self, index: int, start: int = 0, stop: int | None = None) -> list[Any]:
        """Python values of one column between two rows."""
        array = self.physical[index]
        if start or stop is not None:
            array = array.slice(start, None if stop is None else stop - start)
        values: list[Any] = array.to_pylist()
        if self.columns[index].type == "decimal":
            return [None if value is None else Decimal(value) for value in values]
        return values

    def array(self, index: int) -> Any:
        """One column as an Arrow array."""
        return arrays.from_physical(self.columns[index].type, self.physical[index], self.columns[index].declared)
