"""The result of an SQL statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

import attrs

from infino.core.errors import QueryError
from infino.results import native
from infino.results.decode import Decoded, decode
from infino.results.table import Table
from infino.results.tabular import Tabular

_ERROR = b'"error'
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
