"""The result of an SQL statement, whole or cut into results of some thousand rows each while it comes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, Final

import attrs

from infino.core.compression import too_large
from infino.core.errors import DecodeError, QueryError, ValidationError
from infino.results import native
from infino.results.arrays import Table
from infino.results.decode import Decoded, decode
from infino.results.tabular import Tabular

_ERROR = b'"error'
# Connectors write an empty `error_message` into every answer that succeeded.
_NO_ERROR = re.compile(rb'"error(?:_message)?"\s*:\s*(?:null|"")')
_EDGE = 65536


def _may_have_failed(content: bytes) -> bool:
    """Whether the bytes could hold an error, told without decoding them.

    Only the two ends of a large answer are looked at here: it is not read twice, and what comes between the
    rows is checked when they are decoded.
    """
    edges = (content,) if len(content) <= 2 * _EDGE else (content[:_EDGE], content[-_EDGE:])
    for edge in edges:
        at = edge.find(_ERROR)
        while at >= 0:
            if not _NO_ERROR.match(edge, at):
                return True
            at = edge.find(_ERROR, at + 1)
    return False


@attrs.frozen
class SqlStats:
    """What the service says about a statement.

    Args:
        execution_time: Milliseconds the service took, or None.
        statement_type: Kind of statement in lower case, such as `select` or `insert`, or None.
        affected_rows: Rows written; of no use for a SELECT.
    """

    execution_time: float | None
    statement_type: str | None
    affected_rows: int | None


class SqlResult(Tabular):
    """The table an SQL statement gave, decoded when first asked for.

    Args:
        content: The body of the answer, in any shape the service has.
        statement: The statement, for error messages.

    Raises:
        QueryError: The answer says that the statement failed.

    Examples:
        >>> result = SqlResult(b'{"columns": [{"name": "n", "type": "long"}], "rows": [[1], [2]]}')
        >>> result.column("n")
        [1, 2]
    """

    def __init__(self, content: bytes, *, statement: str | None = None) -> None:
        self.raw = content
        self.statement = statement
        if _may_have_failed(content):
            self._decoded  # noqa: B018  # decoding raises what the answer says

    def _refuse_failure(self, envelope: Mapping[str, Any]) -> None:
        message = envelope.get("error_message") or envelope.get("error")
        if isinstance(message, Mapping):
            message = message.get("reason") or message.get("details") or message.get("type")
        if message:
            raise QueryError(str(message), query=self.statement, body=dict(envelope))

    @cached_property
    def _decoded(self) -> Decoded:
        with self._decoding():
            decoded = self._decode()
            self._refuse_failure(decoded.envelope)
        return decoded

    def _decode(self) -> Decoded:
        if native.available(self.raw):
            with suppress(native.NotNative):
                return native.decode(self.raw)
        return decode(self.raw)

    @cached_property
    def _table(self) -> Table:
        return self._decoded.table

    @property
    def stats(self) -> SqlStats:
        """Time, kind of statement and rows written, as the service reports them.

        Returns:
            The statistics; what the service did not say is None.

        Examples:
            >>> client.query.execute("INSERT INTO flights (carrier) VALUES ('UA')").stats.affected_rows
            1
        """
        envelope = self._decoded.envelope
        kind = envelope.get("statement_type")
        return SqlStats(
            execution_time=_number(envelope.get("execution_time", envelope.get("took"))),
            statement_type=kind.lower() if isinstance(kind, str) else None,
            affected_rows=_count(envelope.get("affected_rows")),
        )

    @property
    def envelope(self) -> Mapping[str, Any]:
        """Everything of the answer but the rows."""
        return self._decoded.envelope

    @property
    def unknown_tags(self) -> Mapping[str, frozenset[str]]:
        """Tags that this version does not know, by column; their values were kept."""
        return self._decoded.tags


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


_TEXT: Final = rb'[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# Everything up to the next bracket, whole strings included; a quote at the end opens a string that is not all there.
_NEXT: Final = re.compile(rb'(?:%s)*+([\[\]{}"]?)' % _TEXT, re.DOTALL)


def _row(depth: int) -> bytes:
    """The expression of an object or array that holds others, so many deep; it never goes back."""
    # Possessive quantifiers (`*+`, new in Python 3.11) keep the time linear.
    return rb"[\[{](?:%s%s)*+[\]}]" % (_TEXT, rb"|" + _row(depth - 1) if depth else b"")


# A whole row with what separates it from the one before; deeper ones are followed bracket by bracket.
_ROW: Final = re.compile(rb"[\s,]*+" + _row(3), re.DOTALL)
_ROWS: Final = re.compile(rb'"(?:rows|datarows|data)"\s*:\s*\Z')
_GAP: Final = b", \t\r\n"
_OPENING: Final = (b"[", b"{")
_UNDECIDED: Final = (b"", b'"')  # more bytes have to come


class Batches:
    """Takes the bytes of an answer, gives results.

    The brackets of the answer are followed and nothing is decoded: each batch is a small answer of its own, made of the
    members in front of the rows and some of the rows. The last one has the members behind the rows too.
    """

    def __init__(self, statement: str, rows: int, most: int | None = None) -> None:
        if isinstance(rows, bool) or not isinstance(rows, int) or rows < 1:
            raise ValidationError(f"batch_rows is a whole number, 1 or more, not {rows!r}")
        self._statement, self._rows, self._most = statement, rows, most
        self._buffer = bytearray()
        self._at = 0  # what lies before it has been looked at
        self._enough = 0  # how much must be there before it is worth looking again
        self._depth = 0
        self._head: bytes | None = None  # everything in front of the rows
        self._over = False  # whether the rows are
        self._start, self._whole, self._count = 0, 0, 0  # where the next batch begins, its last row ends; its rows
        self._given = False

    def feed(self, piece: bytes) -> list[SqlResult]:
        """Take some bytes of the answer."""
        self._buffer += piece
        found: list[SqlResult] = []
        row = token = None
        while not self._over and len(self._buffer) >= self._enough:
            row = _ROW.match(self._buffer, self._at) if self._head is not None and not self._depth else None
            if row is not None:
                self._at = self._whole = row.end()
                self._count += 1
                if self._count == self._rows:
                    found.append(self._batch())
                continue
            token = _NEXT.match(self._buffer, self._at)
            assert token is not None  # it matches anything, were it nothing
            bracket = token.group(1)
            if bracket in _UNDECIDED:
                self._at = token.start(1)  # what was looked at is not looked at again with every piece of a long row
                if bracket:  # nor is a long string
                    self._enough = len(self._buffer) + (len(self._buffer) - self._at)
                break
            self._follow(bracket, token.start(1))
            if self._count == self._rows:
                found.append(self._batch())
        # A match keeps its buffer exported, and `bytearray` refuses to change its size as long as one lives.
        del row, token
        self._forget()
        if self._most is not None and len(self._buffer) > self._most:
            raise too_large(self._most)
        return found

    def _follow(self, bracket: bytes, place: int) -> None:
        opening = bracket in _OPENING
        if self._head is None:
            # Enough for the name of the member and blanks; to search everything before would take quadratic time.
            before = bytes(self._buffer[max(place - 200, 0) : place])
            if bracket == b"[" and (self._depth == 0 or (self._depth == 1 and _ROWS.search(before))):
                self._head, self._depth = bytes(self._buffer[: place + 1]), 0
                self._start = self._whole = place + 1
            else:
                self._depth += 1 if opening else -1
        elif opening:
            self._depth += 1
        elif self._depth == 0:
            self._over, self._whole = True, place
            return
        else:
            self._depth -= 1
            if self._depth == 0:
                self._whole, self._count = place + 1, self._count + 1
        self._at = place + 1

    def _batch(self, tail: bytes | None = None) -> SqlResult:
        assert self._head is not None  # rows have a beginning
        if tail is None:
            # Makes the batch a complete answer: it is read by the same decoder as a whole one.
            tail = b"]}" if self._head.lstrip().startswith(b"{") else b"]"
        rows = bytes(self._buffer[self._start : self._whole]).strip(_GAP)
        self._start, self._count, self._given = self._whole, 0, True
        return SqlResult(self._head + rows + tail, statement=self._statement)

    def _forget(self) -> None:
        """Let go of the rows that were given."""
        gone = self._start
        if gone:
            del self._buffer[:gone]
            self._at, self._whole, self._start = max(self._at - gone, 0), self._whole - gone, 0
            self._enough = max(self._enough - gone, 0)

    def finish(self) -> list[SqlResult]:
        """Take the end of the answer: the last batch, with what stood behind the rows, or an empty one."""
        self._enough = 0
        found = self.feed(b"")  # what waited for more to come
        if self._head is None:
            return [SqlResult(bytes(self._buffer), statement=self._statement)]
        if not self._over:
            raise DecodeError("the answer ends in the middle of its rows", operation="query.sql_batches")
        first, rows = not self._given, bool(self._buffer[: self._whole].strip(_GAP))
        last = self._batch(bytes(self._buffer[self._whole :]))
        last.envelope  # noqa: B018  # decoding raises what the members behind the rows say
        return [*found, last] if first or rows else found
