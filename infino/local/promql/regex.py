"""Regular expressions of PromQL, run by the RE2 engine inside DuckDB.

Python's `re` backtracks: `(a+)+b` on forty letters would hold the gateway for hours. RE2 is also the dialect
that PromQL means, so `(?i)` in the middle of a pattern and friends need no translation.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Sequence
from typing import Any

import duckdb

from infino.local.promql.errors import bad_query

# Words with bars between, as dashboards write them: looked up in a set, without an engine.
_PLAIN = re.compile(r"[\w\s\-:/=,@#%&!~<>;'\"]*(\|[\w\s\-:/=,@#%&!~<>;'\"]*)*")
_GROUP = re.compile(
    r"\\Q(?:.*?\\E|.*)|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?P<special>\?(?:P?<(?P<name>[A-Za-z_]\w*)>)?)?", re.DOTALL
)
_MOST_GROUPS = 9  # what DuckDB's regexp_extract can name
_local = threading.local()


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"threads": 1})


def _engine() -> duckdb.DuckDBPyConnection:
    """Give this thread's own cursor: one must not be shared between threads."""
    cursor: duckdb.DuckDBPyConnection | None = getattr(_local, "cursor", None)
    if cursor is None:
        cursor = _database().cursor()
        _local.cursor = cursor
    return cursor


class Pattern:
    """One anchored regular expression.

    Args:
        source: The pattern as written in the query.
        dot_matches_newline: Whether `.` matches a line feed.

    Raises:
        PromQLError: If the pattern is not valid RE2.

    Examples:
        >>> Pattern("a|b.*").matches(["a", "bcd", "ca"])
        [True, True, False]
    """

    def __init__(self, source: str, *, dot_matches_newline: bool = True) -> None:
        self.source = source
        self._anchored = f"^(?{'s' if dot_matches_newline else '-s'}:{source})$"
        self._words = frozenset(source.split("|")) if _PLAIN.fullmatch(source) else None
        if self._words is None:
            # An invalid pattern fails here, whether or not there is data: alone, for `a)|(b` is valid within brackets.
            self._ask("SELECT regexp_matches('', ?)", [source])
            self.matches([""])
            if any(found[0] == r"\C" for found in _GROUP.finditer(source)):  # a byte, which Go's dialect leaves out
                raise bad_query(f"error parsing regexp: invalid escape sequence: `\\C`: `{source}`")

    def matches(self, values: Sequence[str]) -> list[bool]:
        """Tell for each value whether the whole of it matches."""
        if self._words is not None:
            return [value in self._words for value in values]
        sql = "SELECT list_transform(?::VARCHAR[], lambda value: regexp_matches(value, ?))"
        found: list[bool] = self._ask(sql, [list(values), self._anchored])
        return found

    def groups(self, values: Sequence[str], wanted: Sequence[int]) -> dict[int, list[str]]:
        """Give for each wanted capture group its text in every value; all values must match."""
        texts: dict[int, list[str]] = {}
        for number in wanted:
            if number > _MOST_GROUPS:
                raise bad_query(f"capture group {number} is beyond the {_MOST_GROUPS} that can be referenced")
            sql = f"SELECT list_transform(?::VARCHAR[], lambda value: regexp_extract(value, ?, {int(number)}))"
            texts[number] = self._ask(sql, [list(values), self._anchored])
        return texts

    @functools.cached_property
    def group_numbers(self) -> dict[str, int]:
        """Number of each capture group by its name; unnamed groups are named by their number."""
        numbers: dict[str, int] = {}
        count = 0
        for found in _GROUP.finditer(self.source):
            if not found[0].startswith("(") or (found["special"] and not found["name"]):
                continue
            count += 1
            numbers[str(count)] = count
            if found["name"]:
                numbers[found["name"]] = count
        return numbers

    def _ask(self, sql: str, parameters: list[object]) -> Any:
        try:
            row = _engine().execute(sql, parameters).fetchone()
        except duckdb.Error as error:
            detail = str(error).rpartition("Error: ")[2]
            raise bad_query(f"error parsing regexp: {detail}: `{self.source}`") from None
        assert row is not None
        return row[0]


@functools.lru_cache(maxsize=512)
def compile_pattern(source: str, *, dot_matches_newline: bool = True) -> Pattern:
    """Compile a pattern, remembering the last few hundred."""
    return Pattern(source, dot_matches_newline=dot_matches_newline)
