"""The refusals of the query language, worded and typed as Elasticsearch does."""

from __future__ import annotations

from typing import Any

from infino.local.http import Problem, illegal

__all__ = ["content", "illegal", "parsing", "shard", "token"]


def parsing(reason: str) -> Problem:
    """Return the 400 for a query that cannot be read."""
    return Problem(400, "parsing_exception", reason)


def content(reason: str) -> Problem:
    """Return the 400 for an object with a member it does not know."""
    return Problem(400, "x_content_parse_exception", reason)


def shard(reason: str) -> Problem:
    """Return the 400 for a query that reads well but does not fit the fields of this dataset."""
    return Problem(400, "query_shard_exception", reason)


def token(value: Any) -> str:
    """Name a JSON value as the service's parser names its first token."""
    if isinstance(value, bool):
        return "VALUE_BOOLEAN"
    if value is None:
        return "VALUE_NULL"
    if isinstance(value, dict):
        return "START_OBJECT"
    if isinstance(value, list):
        return "START_ARRAY"
    return "VALUE_STRING" if isinstance(value, str) else "VALUE_NUMBER"
