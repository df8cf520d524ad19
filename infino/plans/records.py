"""The calls of `client.records` that take more forms than the service does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infino_api.api.records import delete as _delete

from infino.core.errors import ValidationError
from infino.runtime.call import Call


def delete(dataset: str, query: Mapping[str, Any]) -> Call[int]:
    """Delete the records that a query matches. Not repeated once it may have been processed.

    Args:
        dataset: Name of the dataset.
        query: A QueryDSL query, bare or as `{"query": {...}}`; `{"match_all": {}}` empties the dataset.

    Returns:
        How many records were deleted.

    Raises:
        BadRequestError: It is not a query.
        ValidationError: It is not an object, or there is more in it beside `query`.
        NotFoundError: There is no such dataset.

    Examples:
        >>> client.records.delete("flights", {"term": {"carrier.keyword": "AA"}})
    """
    return _delete.request(dataset, _bare(query))


def _bare(query: Mapping[str, Any]) -> Mapping[str, Any]:
    """Open the whole body of a search, of which the query is the only part."""
    if not isinstance(query, Mapping) or "query" not in query:  # no clause of QueryDSL is called `query`
        return query
    more = ", ".join(sorted(map(str, set(query) - {"query"})))
    if more:
        raise ValidationError(f"pass the query alone; {more} would be ignored", operation="records.delete")
    inner: Mapping[str, Any] = query["query"]
    return inner
