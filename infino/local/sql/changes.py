"""INSERT, UPSERT, UPDATE and DELETE cut into their pieces, each of which is then asked as a question.

The engine shows its parse of questions only. A wrong cut gives a piece that is a syntax error or a harmless question,
never a way around the check, for every piece goes through it.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from infino.local.sql.dialect import HINT, check_length, wrong_sql
from infino.local.sql.tokens import SqlToken, find, split, tokens, written

SOURCES = frozenset({"SELECT", "WITH", "FROM", "VALUES", "TABLE", "("})
UNSUPPORTED = ("RETURNING", "FROM", "USING", "ORDER", "LIMIT")


@attrs.frozen
class Assignment:
    """One `column = expression`."""

    column: str
    expression: str


@attrs.frozen
class Conflict:
    """What to do with records that exist.

    Args:
        update: The assignments, or None for DO NOTHING.
        where: The condition, or nothing.
    """

    update: tuple[Assignment, ...] | None
    where: str


@attrs.frozen
class WritingStatement:
    """One statement that writes.

    Args:
        kind: Insert, Upsert, Update or Delete.
        dataset: The dataset's name.
        alias: The name that qualifies its columns.
        columns: The columns that INSERT names, or None.
        source: The rows to insert, as a question.
        width: How many values each row of VALUES has where no columns are named, else None.
        assignments: What UPDATE sets.
        where: The condition of UPDATE and DELETE, or nothing.
        conflict: What INSERT does with records that exist, or None.
    """

    kind: str
    dataset: str
    alias: str
    columns: tuple[str, ...] | None = None
    source: str = ""
    width: int | None = None
    assignments: tuple[Assignment, ...] = ()
    where: str = ""
    conflict: Conflict | None = None


def read_change(text: str) -> WritingStatement:
    """Cut a statement that writes.

    Args:
        text: The SQL.

    Raises:
        Problem: 400 for what can't be cut or is not carried out.

    Examples:
        >>> read_change("DELETE FROM flights WHERE delay IS NULL").where
        'delay IS NULL'
    """
    check_length(text)
    given = tokens(text)
    if find(given, ";") is not None:
        raise wrong_sql("send one statement, not 2")
    return ChangeReader(text, given).read()


class ChangeReader:
    """Reads tokens one after the other.

    Args:
        text: The statement.
        given: Its tokens.
    """

    def __init__(self, text: str, given: Sequence[SqlToken]) -> None:
        self._text = text
        self._given = given
        self._place = 0

    def read(self) -> WritingStatement:
        """Return the statement's pieces."""
        kind = self._next().word
        if kind == "UPDATE":
            return self._read_update()
        if kind == "DELETE":
            return self._read_delete()
        return self._read_insert(kind)

    def _next(self) -> SqlToken:
        if self._place == len(self._given):
            raise wrong_sql("syntax error: the statement ends too early")
        self._place += 1
        return self._given[self._place - 1]

    def _take(self, *words: str) -> bool:
        """Pass over words, if they come next."""
        coming = self._given[self._place : self._place + len(words)]
        found = [token.word for token in coming] == list(words)
        self._place += len(words) if found else 0
        return found

    def _expect(self, *words: str) -> None:
        if not self._take(*words):
            shown = self._given[self._place].text if self._place < len(self._given) else "the end"
            raise wrong_sql(f"syntax error: expected {' '.join(words)} at {shown}")

    def _name(self) -> str:
        """Read a name with or without dots."""
        parts = [self._next().name]
        while self._take("."):
            parts.append(self._next().name)
        if None in parts:
            raise wrong_sql(f"syntax error: expected a name{HINT}")
        return ".".join(filter(None, parts))

    def _target(self, before: str) -> tuple[str, str]:
        """Read the dataset's name and alias; `before` is the word that may follow without an alias."""
        name = self._name()
        coming = self._given[self._place] if self._place < len(self._given) else None
        if self._take("AS") or (coming and coming.name and coming.word not in (before, *UNSUPPORTED)):
            return name, self._name()
        return name, name

    def _until(self, *ends: Sequence[str]) -> Sequence[SqlToken]:
        """Read up to the first of these words outside of brackets, or to the end."""
        rest = self._given[self._place :]
        places = [place for words in ends if (place := find(rest, *words)) is not None]
        taken = rest[: min(places, default=len(rest))]
        self._place += len(taken)
        return taken

    def _refuse_rest(self, kind: str) -> None:
        """Refuse a clause that is not carried out, rather than pass it over."""
        if self._place < len(self._given):
            raise wrong_sql(f"{self._given[self._place].word} is not supported in {kind}")

    def _condition(self, kind: str) -> str:
        """Read WHERE, if it comes next, and nothing behind it."""
        if not self._take("WHERE"):
            self._refuse_rest(kind)
            return ""
        where = self._clause()
        self._refuse_rest(kind)
        if not where:
            raise wrong_sql("syntax error: WHERE without a condition")
        return written(self._text, where)

    def _clause(self) -> Sequence[SqlToken]:
        """Read up to a clause that is not carried out; FROM may also stand in IS DISTINCT FROM."""
        start = self._place
        while self._place < len(self._given):
            self._until(("WHERE",), *((word,) for word in UNSUPPORTED))
            if self._place < len(self._given) and self._given[self._place - 1].word == "DISTINCT":
                self._place += 1
                continue
            break
        return self._given[start : self._place]

    def _assignments(self) -> tuple[Assignment, ...]:
        return tuple(map(self._assignment, split(self._clause())))

    def _assignment(self, given: Sequence[SqlToken]) -> Assignment:
        equals = find(given, "=")
        name = ChangeReader(self._text, given[:equals]) if equals else None
        if not equals or not name or len(given) == equals + 1:
            raise wrong_sql("SET takes column = value")
        column = name._name()
        if name._place != equals:
            raise wrong_sql("SET takes column = value")
        if column.lower() == "_id":
            raise wrong_sql("_id can't be changed; insert a new record and delete the old one")
        return Assignment(column, written(self._text, given[equals + 1 :]))

    def _read_update(self) -> WritingStatement:
        dataset, alias = self._target("SET")
        self._expect("SET")
        assignments = self._assignments()
        return WritingStatement("Update", dataset, alias, assignments=assignments, where=self._condition("UPDATE"))

    def _read_delete(self) -> WritingStatement:
        self._expect("FROM")
        dataset, alias = self._target("WHERE")
        return WritingStatement("Delete", dataset, alias, where=self._condition("DELETE"))

    def _read_insert(self, kind: str) -> WritingStatement:
        self._expect("INTO")
        dataset = self._name()
        alias = self._name() if self._take("AS") else dataset
        columns = self._columns()
        source = self._until(("ON", "CONFLICT"), ("RETURNING",))
        if not source or source[0].word not in SOURCES:
            raise wrong_sql("INSERT takes VALUES or a SELECT")
        width = value_count(columns, source) if source[0].word == "VALUES" else None
        conflict = self._conflict() if self._take("ON", "CONFLICT") else None
        self._refuse_rest(kind)
        return WritingStatement(
            kind.capitalize(), dataset, alias, columns=columns, source=written(self._text, source),
            width=width if columns is None else None, conflict=conflict,
        )  # fmt: skip

    def _columns(self) -> tuple[str, ...] | None:
        """Read the names in brackets, if it is names that come next."""
        behind = self._given[self._place + 1 : self._place + 2]
        if not behind or behind[0].word in SOURCES or not self._take("("):
            return None
        names = [self._name()]
        while self._take(","):
            names.append(self._name())
        self._expect(")")
        return tuple(names)

    def _conflict(self) -> Conflict:
        if self._take("(") and (self._name().lower() != "_id" or not self._take(")")):
            raise wrong_sql("ON CONFLICT works on (_id) only")
        self._expect("DO")
        if self._take("NOTHING"):
            return Conflict(None, "")
        self._expect("UPDATE", "SET")
        assignments = self._assignments()
        return Conflict(assignments, self._condition("ON CONFLICT"))


def value_count(columns: Sequence[str] | None, values: Sequence[SqlToken]) -> int:
    """Return how many values each row of VALUES has, or raise a 400 unless it is as many as columns are named."""
    counts = [len(split(row[1:-1], depth=1)) for row in split(values[1:])]
    expected = len(columns) if columns is not None else counts[0]
    if set(counts) != {expected}:
        raise wrong_sql(f"every row of VALUES must have {expected} values")
    return expected
