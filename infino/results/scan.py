"""Going through any number of hits page by page, without I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infino.core.errors import DecodeError, ValidationError
from infino.results.search import Hit, SearchResult

_TIE: Final = "_id"
_OPERATION: Final = "query.scan"


class Scan:
    """The state of a scan: which page to ask for next, and when it is over.

    Pages are told apart by `search_after`: each asks for what follows the last hit of the one before, in an order
    that `_id` makes total. So no page costs more than the one before, and nothing is skipped or repeated.

    Args:
        body: The search; its `sort` is kept, its aggregations are left out.
        page_size: Hits per page.
        limit: Hits at most, or None for all.

    Raises:
        ValidationError: The body already pages by itself, or a number is less than 1.
    """

    def __init__(self, body: Mapping[str, Any] | None, page_size: int, limit: int | None) -> None:
        given = dict(body or {})
        for name in ("from", "search_after", "size"):
            if name in given:
                problem = f"scan() goes through all pages: leave {name!r} out of the body"
                raise ValidationError(problem, operation=_OPERATION)
        if page_size < 1 or (limit is not None and limit < 0):
            raise ValidationError("page_size must be at least 1, and limit not negative", operation=_OPERATION)
        self._sort = _total_order(given.get("sort"))
        self._body = {name: value for name, value in given.items() if name not in ("aggs", "aggregations", "sort")}
        self._page_size = page_size
        self._left = limit
        self._after: list[Any] | None = None
        self._last_ids: frozenset[str] = frozenset()
        self.done = limit == 0

    def next_body(self) -> dict[str, Any]:
        """The search for the next page."""
        size = self._page_size if self._left is None else min(self._page_size, self._left)
        after = {} if self._after is None else {"search_after": self._after}
        return {**self._body, "size": size, "sort": self._sort, "track_total_hits": False, **after}

    def take(self, page: SearchResult, asked: int) -> list[Hit]:
        """Take in a page.

        Args:
            page: The answer.
            asked: How many hits it was asked for.

        Returns:
            Its hits.

        Raises:
            DecodeError: The service gave the same page again, so that the scan would never end.
        """
        hits = page.hits()
        ids = frozenset(hit.id for hit in hits)
        if ids & self._last_ids:
            problem = "the service repeated hits of the page before: it does not page by search_after"
            raise DecodeError(problem, operation=_OPERATION, status=page.status, path="$.hits.hits")
        self._last_ids = ids
        if self._left is not None:
            hits = hits[: self._left]
            self._left -= len(hits)
        self.done = len(hits) < asked or self._left == 0
        if hits:
            last = hits[-1]
            self._after = list(last.sort) or [_value(last, entry) for entry in self._sort]
        return hits


def _total_order(sort: Any) -> list[Any]:
    entries = list(sort) if isinstance(sort, list | tuple) else [sort] if sort else []
    return entries if any(_field(entry) == _TIE for entry in entries) else [*entries, {_TIE: "asc"}]


def _field(entry: Any) -> str:
    return str(next(iter(entry), "")) if isinstance(entry, Mapping) else str(entry)


def _value(hit: Hit, entry: Any) -> Any:
    """What a hit was sorted by, for a service that does not say."""
    field = _field(entry)
    if field == _TIE:
        return hit.id
    if field == "_score":
        return hit.score
    value: Any = hit.source.get(field)
    if value is None:
        value = hit.source
        for part in field.removesuffix(".keyword").split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    return value
