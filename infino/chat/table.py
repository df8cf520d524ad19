"""The rows of an answer as a table like those of `client.query`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from infino.results.arrays import ListTable, Table
from infino.results.decode import Slot, bare_column
from infino.results.tabular import Tabular


class AnswerTable(Tabular):
    """Rows that came as JSON objects, typed column by column when first asked for.

    Args:
        rows: One mapping of column name to value per row.

    Examples:
        >>> table = AnswerTable([{"carrier": "UA", "flights": 3}])
        >>> table.names, len(table)
        (['carrier', 'flights'], 1)
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.raw = rows

    @cached_property
    def _table(self) -> Table:
        names: dict[str, None] = {}
        for row in self.raw:
            # Most rows have the same keys, and this comparison is cheaper than an update.
            if not names.keys() >= row.keys():
                names.update(dict.fromkeys(row))
        built = [bare_column(Slot(name, name), [row.get(name) for row in self.raw]) for name in names]
        return ListTable(tuple(column for column, _ in built), len(self.raw), [values for _, values in built])
