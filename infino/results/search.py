"""The result of a QueryDSL search, and going through any number of hits page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, Final, TypeVar, overload

import attrs

from infino.core.errors import DecodeError, QueryError, ValidationError, check_whole
from infino.core.redaction import safe_repr
from infino.results import hits, native
from infino.results.aggregations import Aggregations
from infino.results.arrays import Table
from infino.results.tabular import Tabular

T = TypeVar("T")
_ERROR = b'"error"'
_SMALL = 65536
"""Bytes up to which an answer is decoded at once when it may tell of a failure; others are when first asked for."""


@attrs.frozen
class Hit:
    """One hit of a search.

    Args:
        id: Identifier of the record.
        score: How well it fits, or None where the search sorted by something else.
        source: The document.
        index: Dataset the record is in.
        sort: Values it was sorted by.
        raw: The hit as it came.
    """

    id: str
    score: float | None
    source: Mapping[str, Any] = attrs.field(repr=safe_repr)
    index: str | None = None
    sort: tuple[Any, ...] = attrs.field(default=(), repr=safe_repr)
    raw: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.source[name]


@attrs.frozen
class SearchStats:
    """What the service says about a search.

    Args:
        took: Milliseconds the service took, or None.
        timed_out: Whether it gave up before it had looked everywhere.
        shards: Counts of shards: `total`, `successful`, `skipped`, `failed`.
    """

    took: int | None
    timed_out: bool
    shards: Mapping[str, Any]


class SearchResult(Tabular):
    """Hits as a table (`_id`, `_score`, and the fields of the documents), and aggregations beside them.

    Where there are no hits, frames, drawings and what is shown hold the aggregations.

    Args:
        content: The body of the answer.

    Raises:
        QueryError: The answer says that the search failed.

    Examples:
        >>> result = client.query.dsl("flights", {"query": {"term": {"carrier.keyword": "UA"}}, "size": 2})
        >>> result.total, [hit.id for hit in result.hits()]
        (58665, ['1', '2'])
    """

    def __init__(self, content: bytes) -> None:
        self.raw = content
        if len(content) <= _SMALL and _ERROR in content:
            self._opened  # noqa: B018  # decoding raises what the answer says

    @cached_property
    def _opened(self) -> hits.OpenedHits:
        with self._decoding():
            opened = hits.open_answer(self.raw)
            _refuse_failure(opened.answer)
        return opened

    @cached_property
    def _native(self) -> tuple[Table, Mapping[str, Any]] | None:
        if native.available(self.raw):
            with suppress(native.NotNative), self._decoding():
                table, answer = hits.native_table(self.raw)
                _refuse_failure(answer)
                return table, answer
        return None

    @cached_property
    def _table(self) -> Table:
        return self._native[0] if self._native else hits.tolerant_table(self._opened.hits)

    def _dicts(self) -> list[dict[str, Any]]:
        rows = None if self._native else hits.rows_of(self._opened.hits)
        return super()._dicts() if rows is None else rows

    @property
    def _shown(self) -> Tabular:
        """The aggregations, where a search asked for no hits."""
        found = self.aggregations
        return found if len(found) and not len(self) else self

    @property
    def _title(self) -> str:
        return "SearchResult" if self._shown is self else "SearchResult without hits, aggregations"

    @property
    def _answer(self) -> Mapping[str, Any]:
        return self._native[1] if self._native else self._opened.answer

    @overload
    def hits(self) -> list[Hit]: ...
    @overload
    def hits(self, as_: Callable[..., T]) -> list[T]: ...
    def hits(self, as_: Callable[..., Any] | None = None) -> list[Any]:
        """The hits in order.

        Args:
            as_: A class to build out of each document: attrs class, dataclass, model with `from_dict`, or any
                callable that takes the fields as keywords. Fields that an attrs class or a dataclass does not
                have are left out; an `id` that the document lacks is that of the record.

        Returns:
            One `Hit`, or one object of the class, per hit.

        Examples:
            >>> client.query.dsl("flights", {"size": 1}).hits()[0].source["carrier"]
            'UA'
        """
        found = [hit_of(hit) for hit in self._opened.hits]
        if as_ is None:
            return found
        build = builder(as_)
        return [build(hit) for hit in found]

    @property
    def total(self) -> int | None:
        """How many records fit the search, which may be more than the hits returned; None where not counted."""
        total = self._answer["hits"].get("total")
        if isinstance(total, Mapping):
            total = total.get("value")
        return total if isinstance(total, int) and not isinstance(total, bool) else None

    @property
    def total_is_exact(self) -> bool:
        """Whether `total` is the exact number, and neither a lower bound nor missing."""
        total = self._answer["hits"].get("total")
        return self.total is not None and (not isinstance(total, Mapping) or total.get("relation", "eq") == "eq")

    @property
    def max_score(self) -> float | None:
        """The highest score."""
        score = self._answer["hits"].get("max_score")
        return float(score) if isinstance(score, int | float) else None

    @property
    def aggregations(self) -> Aggregations:
        """The aggregations.

        Returns:
            A mapping of names to what the service computed, with tables.

        Examples:
            >>> body = {"size": 0, "aggs": {"by": {"terms": {"field": "carrier.keyword"}}}}
            >>> client.query.dsl("flights", body).aggregations.to_dicts()
            [{'by': 'UA', 'doc_count': 58665}]
        """
        found = self._answer.get("aggregations") or self._answer.get("aggs")
        return Aggregations(found if isinstance(found, Mapping) else {})

    aggs = aggregations

    @property
    def stats(self) -> SearchStats:
        """Time taken, and whether the whole dataset was looked at.

        Returns:
            The statistics; what the service did not say is None.

        Examples:
            >>> client.query.dsl("flights", {"size": 0}).stats.timed_out
            False
        """
        took = self._answer.get("took")
        shards = self._answer.get("_shards")
        return SearchStats(
            took=took if isinstance(took, int) else None,
            timed_out=self._answer.get("timed_out") is True,
            shards=shards if isinstance(shards, Mapping) else {},
        )


def _refuse_failure(answer: Mapping[str, Any]) -> None:
    error = answer.get("error")
    if isinstance(error, Mapping):
        error = error.get("reason") or error.get("type")
    if error:
        raise QueryError(str(error), body=answer)


def hit_of(raw: Mapping[str, Any]) -> Hit:
    """One hit out of its JSON."""
    score = raw.get("_score")
    sort = raw.get("sort")
    index = raw.get("_index")
    return Hit(
        id=str(raw.get("_id", "")),
        score=float(score) if isinstance(score, int | float) else None,
        source=hits.source_of(raw),
        index=str(index) if index is not None else None,
        sort=tuple(sort) if isinstance(sort, list) else (),
        raw=raw,
    )


def builder(kind: Callable[..., Any]) -> Callable[[Hit], Any]:
    """How to build an object of a class out of a hit."""
    # A copy, for generated models take what they know out of the mapping.
    from_dict = getattr(kind, "from_dict", None)
    if callable(from_dict):
        return lambda hit: from_dict({**hit.source})
    known = _arguments(kind)
    if known is None:
        return lambda hit: kind(**hit.source)

    def build(hit: Hit) -> Any:
        values = {known[name]: value for name, value in hit.source.items() if name in known}
        if "id" in known and "id" not in hit.source:
            values[known["id"]] = hit.id
        return kind(**values)

    return build


def _arguments(kind: Any) -> dict[str, str] | None:
    """Fields of a class with the name of their argument, or None for any other callable."""
    if isinstance(kind, type) and attrs.has(kind):
        return {
            name: field.alias or field.name
            for field in attrs.fields(kind)
            if field.init
            # A document may use either spelling: attrs strips leading underscores from the name of the argument.
            for name in (field.name, field.alias or field.name)
        }
    fields = getattr(kind, "__dataclass_fields__", None)
    return {name: name for name, field in fields.items() if field.init} if isinstance(fields, dict) else None


_TIE: Final = "_id"
_OPERATION: Final = "query.scan"
# As Elasticsearch by default (`index.max_slices_per_scroll`).
MOST_SLICES: Final = 1024


class Scan:
    """The state of a scan: which page to ask for next, and when it is over.

    Pages are told apart by `search_after`: each asks for what follows the last hit of the one before, in an order that
    `_id` makes total. So no page costs more than the one before, and nothing is skipped or repeated.
    """

    def __init__(
        self, body: Mapping[str, Any] | None, page_size: int, limit: int | None, slice: tuple[int, int] | None = None
    ) -> None:
        given = dict(body or {})
        for name in ("from", "search_after", "size", *(["slice"] if slice else [])):
            if name in given:
                problem = f"scan() goes through all pages: leave {name!r} out of the body"
                raise ValidationError(problem, operation=_OPERATION)
        check_whole("page_size", page_size, 1, _OPERATION)
        if limit is not None:
            check_whole("limit", limit, 0, _OPERATION)
        self._sort = _total_order(given.get("sort"))
        # Aggregations cover all hits, so each page would compute them again.
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
        # Counting all hits for every page is the most expensive part of it, and the count is not used.
        return {**self._body, "size": size, "sort": self._sort, "track_total_hits": False, **after}

    def take(self, page: SearchResult, asked: int) -> list[Hit]:
        """Take in a page; the same one again is an error, for the scan would never end."""
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
            # Elasticsearch: "search_after" takes the `sort` values of the last hit as they came.
            last = hits[-1]
            self._after = list(last.sort) or [_value(last, entry) for entry in self._sort]
        return hits


def scans_of(
    body: Mapping[str, Any] | None, page_size: int, limit: int | None, slices: int, slice: tuple[int, int] | None
) -> list[Scan]:
    """The scans that a call asks for: several slices side by side, or one of them."""
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
        # `.keyword` is the exact form of a text field in the index, and not in the document.
        for part in field.removesuffix(".keyword").split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    return value
