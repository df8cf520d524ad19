"""SQL conditions that part the records of a dataset: each record meets exactly one of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from infino.core.errors import ValidationError
from infino.plans.binding import literal

MOST_RANGES: Final = 1024


def identifier(name: str) -> str:
    """Quote a name for SQL.

    Args:
        name: Name of a dataset or a column.

    Raises:
        ValidationError: It is empty or holds a zero character.
    """
    if not isinstance(name, str) or not name or "\x00" in name:
        raise ValidationError(f"a name in SQL is a text of at least one character, not {name!r}")
    return '"' + name.replace('"', '""') + '"'


def ends_of_ranges(table: str, count: int, by: str) -> str:
    """Return the statement that asks where ranges of about equal size begin.

    Args:
        table: SQL for what follows FROM.
        count: How many ranges.
        by: Column that orders the records.

    Raises:
        ValidationError: The number is out of its range.
    """
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_RANGES:
        raise ValidationError(f"slices must be a whole number from 1 to {MOST_RANGES}, not {count!r}")
    column = identifier(by)
    part = f"ntile({count}) OVER (ORDER BY {column}) AS part"
    values = f"SELECT {column} AS value, {part} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608  # quoted
    return f"SELECT min(value) AS low FROM ({values}) AS parts GROUP BY part ORDER BY low"  # noqa: S608  # as above


def conditions(by: str, lows: Sequence[Any]) -> list[str]:
    """Return the condition of each range.

    Args:
        by: Column that orders the records.
        lows: Least value of each range, in order; repeated ones are one range.
    """
    column = identifier(by)
    inner = [literal(low) for low in dict.fromkeys(lows)][1:]
    if not inner:
        return ["1 = 1"]
    found = [f"({column} < {inner[0]} OR {column} IS NULL)"]
    found += [f"({column} >= {low} AND {column} < {high})" for low, high in pairwise(inner)]
    return [*found, f"({column} >= {inner[-1]})"]
