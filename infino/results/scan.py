"""Going through any number of hits page by page, without I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infino.core.errors import DecodeError, ValidationError
from infino.results.search import Hit, SearchResult

_TIE: Final = "_id"
_OPERATION: Final = "query.scan"
MOST_SLICES: Final = 1024


class Scan:
    """The state of a scan: which page to ask for next, and when it is over.

    Pages are told apart by `search_after`: each asks for what follows the last hit of the one before, in an order
    that `_id` makes total. So no page costs more than the one before, and nothing is skipped or repeated.

    Args:
        body: The search; its `sort` is kept, its aggregations are left out.
        page_size: Hits per page.
        limit: Hits at most, or None for all.
        slice: Number of the slice to go through, and how many there are; None for all records.

    Raises:
        ValidationError: The body already pages by itself, or a number is out of its range.
    """

    def __init__(
        self, body: Mapping[str, Any] | None, page_size: int, limit: int | None, slice: tuple[int, int] | None = None
    ) -> None:
        given = dict(body or {})
        for name in ("from", "search_after", "size", *(["slice"] if slice else [])):
            if name in given:
                problem = f"scan() goes through all pages: leave {name!r} out of the body"
                raise ValidationError(problem, operation=_OPERATION)
        if page_size < 1 or (limit is not None and limit < 0):
            raise ValidationError("page_size must be at least 1, and limit not negative", operation=_OPERATION)
        self._sort = _total_order(given.get("sort"))
        self._body = {name: value for name, value in given.items() if name not in ("aggs", "aggregations", "sort")}
        if slice is not None and slice[1] > 1:
            self._body["slice"] = {"id": slice[0], "max": slice[1]}
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


def scans_of(
    body: Mapping[str, Any] | None, page_size: int, limit: int | None, slices: int, slice: tuple[int, int] | None
) -> list[Scan]:
    """The scans that a call asks for.

    Args:
        body: The search.
        page_size: Hits per page.
        limit: Hits at most, or None for all.
        slices: How many slices go side by side.
        slice: The one slice to go through, and how many there are.

    Raises:
        ValidationError: A number is out of its range, or both slices and one slice are asked for.
    """
    if not _is_count(slices):
        raise ValidationError(f"slices must be a whole number from 1 to {MOST_SLICES}, not {slices!r}")
    if slice is None:
        return [Scan(body, page_size, limit, (number, slices) if slices > 1 else None) for number in range(slices)]
    if slices != 1:
        raise ValidationError("slices= goes through all slices side by side, slice= through one: give one of them")
    match slice:
        case (int(number), int(count)) if _is_count(count) and 0 <= number < count and not isinstance(number, bool):
            return [Scan(body, page_size, limit, (number, count))]
    raise ValidationError(f"slice must be (number, how many), such as (0, 4) for the first of four, not {slice!r}")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_SLICES


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
