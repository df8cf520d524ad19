"""The calls of `client.connections` that reach into a store, with its answers as tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, TypeAlias

import attrs
from infino_api.api.connections import query as _query
from infino_api.api.connections import sql as _sql
from infino_api.api.connections import update as _update
from infino_api.models.connection import Connection

from infino.core.codec import loads
from infino.core.errors import ValidationError
from infino.plans.statement import WRITES, reads_only
from infino.results.prom import PromResult
from infino.results.search import SearchResult
from infino.results.sql import SqlResult
from infino.runtime.call import Call

NativeResult: TypeAlias = SqlResult | SearchResult | PromResult
# What also writes where it stands alone, and would else look like the name of a metric.
_VERBS: Final = WRITES | {
    "ANALYZE",
    "BEGIN",
    "CHECKPOINT",
    "COMMIT",
    "FLUSHALL",
    "FLUSHDB",
    "REINDEX",
    "ROLLBACK",
    "SELECT",
}
_STRING: Final = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)"""
_PROMQL = re.compile(
    rf"""\s*(?:
    (?P<joint> (?:by|without|on|ignoring|group_left|group_right)\s*\([\w\s,]*\)
        | (?:group_left|group_right|and|or|unless|atan2|bool|offset)\b
        | [=!<>]=(?!\s*["'`]) | [({{,+*%^<>] | -(?!-) | /(?!\*) )
    | (?P<suffix> \[\s*[0-9][\w\s:.]*\] | @\s*(?:-?[0-9.]+|(?:start|end)\(\s*\)) | (?:=~|!~|!=|=)\s*{_STRING} | [)}}] )
    | (?P<word> [a-z_:][\w:]* )
    | (?P<value> \.?[0-9][\w.]* | {_STRING} )
    | \Z )""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

# To SQL Server a batch that begins with a name calls a procedure, and plain words, signed numbers and words in brackets
# after it are its arguments: `up` and `charge -1` look alike. What may follow here is an error there.
_CALL = re.compile(r"\s*+[a-z_:][\w:]*+\s*+(?![({*/%^=!<>]|(?:and|by|on|or|without)\b)", re.IGNORECASE | re.ASCII)


def query(id: str, dataset: str, query: str | Mapping[str, Any]) -> Call[NativeResult]:
    """Query a connected store in its own language.

    Args:
        id: Id of the connection.
        dataset: Name of an index, or of the database of an SQL store.
        query: SQL or PromQL text, or a QueryDSL object.

    Returns:
        An `SqlResult`, `SearchResult` or `PromResult`, by what the store answered.

    Raises:
        QueryError: The query failed inside a successful answer.

    Examples:
        >>> client.connections.query("c1", "sales", "SELECT count(*) FROM orders").scalar()
        58665
    """
    call = _query.request(id, dataset, query)
    # A write that may have happened is not repeated; QueryDSL has none.
    retry = call.retry if not isinstance(query, str) or never_writes(query) else "never"
    return attrs.evolve(call, retry=retry, accept="bytes", parse=_native)


def sql(id: str, q: str) -> Call[SqlResult]:
    """Run SQL on a connected store, without naming a dataset. Experimental: only unreleased gateways answer this.

    Args:
        id: Id of the connection.
        q: The statement.

    Returns:
        The rows, decoded as they are read.

    Raises:
        QueryError: The statement failed inside a successful answer.

    Examples:
        >>> client.connections.sql("c1", "SELECT 1").scalar()
        1
    """
    call = _sql.request(id, q)
    # A write that may have happened is not repeated.
    retry = call.retry if reads_only(q) else "never"
    return attrs.evolve(call, retry=retry, accept="bytes", parse=partial(SqlResult, statement=q))


def update(id: str, config: Mapping[str, Any]) -> Call[Connection]:
    """Change the configuration of a connection; only the given fields change.

    Args:
        id: Id of the connection.
        config: The fields to change; a whole body `{"config": {...}}`, as older programs sent it, is taken as well.

    Returns:
        The connection as it is now, as far as the gateway tells.

    Raises:
        ValidationError: A whole body stands beside other fields.

    Examples:
        >>> client.connections.update("c1", {"timeout_secs": 30})
    """
    inner = config.get("config") if isinstance(config, Mapping) else None
    if isinstance(inner, Mapping):
        if len(config) > 1:
            others = ", ".join(sorted(str(key) for key in config if key != "config"))
            raise ValidationError(f"config holds a whole body, and {others} beside it; give the fields to change only")
        config = inner
    return _update.request(id, config)


def _native(content: bytes) -> NativeResult:
    """Tell by its form what a store answered: hits of a search, samples of PromQL, or rows of SQL."""
    try:
        body = loads(content)
    except ValueError:
        body = None  # what is not JSON is not rows either, and `SqlResult` says so
    if isinstance(body, dict) and "hits" in body:
        return SearchResult(content)
    # Envelope of Prometheus; JSON of `format=jdbc` has `datarows` instead of `data`.
    if isinstance(body, dict) and "data" in body and "status" in body:
        return PromResult(content)
    return SqlResult(content)


def never_writes(text: str) -> bool:
    """Whether a text in the language of some store certainly changes nothing: SQL that reads, or PromQL."""
    return reads_only(text) or _looks_like_promql(text)


def _looks_like_promql(text: str) -> bool:
    """Whether a text is made of what PromQL is made of, with an operator between any two operands.

    Two words side by side, as in `KILL 5` or `REFRESH VIEW`, are a statement of some other language.
    """
    if _CALL.match(text):
        return False
    position, operand = 0, False
    while position < len(text):
        token = _PROMQL.match(text, position)
        # A semicolon begins another statement, whatever a string says: no selector needs one.
        if token is None or ";" in token[0]:
            return False
        kind = token.lastgroup
        if kind in ("word", "value") and operand:
            return False
        if kind == "word" and token["word"].upper() in _VERBS:
            return False
        # A query in brackets may be a second statement.
        if kind == "joint" and re.search(r"\bSELECT\b", token[0].upper()):
            return False
        operand = kind != "joint"
        position = token.end()
    return True
