"""The body of a search, read and checked."""

from __future__ import annotations

from typing import Any

import attrs

from infino.local.http import unsupported
from infino.local.querydsl.problems import illegal, parsing, token
from infino.local.querydsl.reading import as_boolean, as_integer, as_number, short

MAX_WINDOW = 10_000
DEFAULT_TRACKED = 10_000
READ = frozenset(
    [
        "query",
        "from",
        "size",
        "sort",
        "_source",
        "aggs",
        "aggregations",
        "highlight",
        "track_total_hits",
        "track_scores",
        "search_after",
        "min_score",
        "post_filter",
        "fields",
        "docvalue_fields",
    ]
)
IGNORED = frozenset(
    [
        "timeout",
        "terminate_after",
        "version",
        "seq_no_primary_term",
        "stats",
        "profile",
        "indices_boost",
        "allow_partial_search_results",
        "ext",
        "request_cache",
    ]
)
ELSEWHERE = frozenset(
    [
        "collapse",
        "explain",
        "knn",
        "pit",
        "rank",
        "rescore",
        "retriever",
        "runtime_mappings",
        "script_fields",
        "slice",
        "stored_fields",
        "suggest",
        "derived",
        "pipeline",
    ]
)


@attrs.frozen
class Request:
    """One search request."""

    query: Any = None
    start: int = 0
    size: int = 10
    sort: Any = None
    source: Any = None
    aggregations: dict[str, Any] | None = None
    highlight: Any = None
    tracked: int | None = DEFAULT_TRACKED
    """Up to how many hits are counted exactly; None counts them not at all."""
    track_scores: bool = False
    search_after: Any = None
    min_score: float | None = None
    post_filter: Any = None
    fields: tuple[str, ...] = ()


def read_request(body: Any) -> Request:
    """Read the body of a search.

    Raises:
        Problem: 400 for a member that is unknown or has a bad value, 501 for one that is not supported here.
    """
    if body is None:
        body = {}
    if not isinstance(body, dict):
        raise parsing(f"Expected [START_OBJECT] but found [{token(body)}]")
    for name, value in body.items():
        if name in ELSEWHERE:
            if value in (None, False, [], {}):
                continue
            raise unsupported(f"the search element [{name}]")
        if name not in READ and name not in IGNORED:
            raise parsing(f"Unknown key for a {token(value)} in [{short(str(name))}].")
    aggregations = body.get("aggs", body.get("aggregations"))
    if aggregations is not None and not isinstance(aggregations, dict):
        raise parsing(f"Unknown key for a {token(aggregations)} in [aggs].")
    start, size = window(body)
    return Request(
        query=body.get("query"),
        start=start,
        size=size,
        sort=body.get("sort"),
        source=body.get("_source"),
        aggregations=aggregations,
        highlight=body.get("highlight"),
        tracked=read_tracked(body.get("track_total_hits", DEFAULT_TRACKED)),
        track_scores=as_boolean(body.get("track_scores", False), "track_scores"),
        search_after=body.get("search_after"),
        min_score=None if body.get("min_score") is None else as_number(body["min_score"], "min_score"),
        post_filter=body.get("post_filter"),
        fields=(*read_names(body.get("fields"), "fields"), *read_names(body.get("docvalue_fields"), "docvalue_fields")),
    )


def window(body: dict[str, Any]) -> tuple[int, int]:
    """Return the checked `from` and `size`."""
    start = 0 if body.get("from") is None else as_integer(body["from"], "from")
    size = 10 if body.get("size") is None else as_integer(body["size"], "size")
    if start < 0:
        raise illegal(f"[from] parameter cannot be negative but was [{start}]")
    if size < 0:
        raise illegal(f"[size] parameter cannot be negative, found [{size}]")
    if start + size > MAX_WINDOW:
        raise illegal(
            f"Result window is too large, from + size must be less than or equal to: [{MAX_WINDOW}] but was "
            f"[{start + size}]. See the scroll api for a more efficient way to request large data sets. This limit can "
            "be set by changing the [index.max_result_window] index level setting."
        )
    if start and body.get("search_after") is not None:
        raise illegal("`from` parameter must be set to 0 when `search_after` is used.")
    return start, size


def read_tracked(value: Any) -> int | None:
    """Return up to how many hits are counted."""
    if value is True or value in ("true", None):
        return 2**62
    if value is False or value == "false":
        return None
    number = as_integer(value, "track_total_hits")
    if number < -1:
        raise illegal(f"[track_total_hits] parameter must be positive or equals to -1, got {number}")
    return 2**62 if number == -1 else number


def read_names(value: Any, where: str) -> tuple[str, ...]:
    """Return the field names of a `fields` list."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise parsing(f"Unknown key for a {token(value)} in [{where}].")
    names: list[str] = []
    for item in value:
        name = item.get("field") if isinstance(item, dict) else item
        if not isinstance(name, str):
            raise parsing(f"[{where}] a field name must be a text")
        names.append(name)
    return tuple(names)
