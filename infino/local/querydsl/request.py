"""The body of a search, read and checked."""

from __future__ import annotations

import re
from typing import Any

import attrs

from infino.local.http import unsupported
from infino.local.querydsl.options import check_options, check_search
from infino.local.querydsl.problems import illegal, parsing, token
from infino.local.querydsl.reading import as_boolean, as_boost, as_integer, as_number, listed, short

MAX_WINDOW = 10_000
MAX_SLICES = 1024
DEFAULT_TRACKED = 10_000
TIME = re.compile(r"(\d{1,12})(nanos|micros|ms|s|m|h|d)", re.ASCII)
SECONDS = {"nanos": 1e-9, "micros": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


@attrs.frozen
class Named:
    """A field that the answer shows by its values, and the format of its dates."""

    pattern: str
    format: str | None = None
    sorted: bool = False


@attrs.frozen
class SearchRequest:
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
    fields: tuple[Named, ...] = ()
    version: bool = False
    sequence: bool = False
    terminate_after: int = 0
    """How many documents are matched before the search stops; 0 for all."""
    slice: tuple[int, int] | None = None
    """Which slice of the documents is searched, and of how many; None for all of them."""
    boosts: tuple[tuple[str, float], ...] = ()
    """Patterns of dataset names, each with what the scores are multiplied by."""


def read_request(body: Any) -> SearchRequest:
    """Read the body of a search.

    Raises:
        Problem: 400 for a member that is unknown or has a bad value, 501 for one that is not supported here.
    """
    if body is None:
        body = {}
    if not isinstance(body, dict):
        raise parsing(f"Expected [START_OBJECT] but found [{token(body)}]")
    check_search(body, lambda name: parsing(f"Unknown key for a {token(body.get(name))} in [{name}]."))
    if body.get("aggs") is not None and body.get("aggregations") is not None:
        raise parsing("[aggs] and [aggregations] are the same member; give one of them")
    aggregations = body.get("aggs", body.get("aggregations"))
    if aggregations is not None and not isinstance(aggregations, dict):
        raise parsing(f"Unknown key for a {token(aggregations)} in [aggs].")
    if isinstance(body.get("pit"), dict):  # whoever makes the snapshot reads it
        check_options("pit", body["pit"])
    start, size = window(body)
    return SearchRequest(
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
        version=as_boolean(body.get("version") or False, "version"),
        sequence=as_boolean(body.get("seq_no_primary_term") or False, "seq_no_primary_term"),
        terminate_after=read_limit(body.get("terminate_after")),
        slice=read_slice(body.get("slice")),
        boosts=read_boosts(body.get("indices_boost")),
    )


def read_limit(value: Any) -> int:
    """Return after how many matched documents a search stops."""
    limit = 0 if value is None else as_integer(value, "terminate_after")
    if limit < 0:
        raise illegal("terminateAfter must be > 0")
    return limit


def read_slice(value: Any) -> tuple[int, int] | None:
    """Return the number of a slice and how many there are, if the search is of one."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise parsing(f"Expected [START_OBJECT] in [slice] but found [{token(value)}]")
    check_options("slice", value)
    for name in ("id", "max"):
        if name not in value:
            raise parsing(f"Required [{name}] in [slice]")
    number, count = as_integer(value["id"], "id"), as_integer(value["max"], "max")
    if value.get("field", "_id") != "_id":
        raise unsupported(f"[slice] by the field [{short(value['field'])}]; leave [field] out")
    if not 2 <= count <= MAX_SLICES:
        raise illegal(f"max must be from 2 to {MAX_SLICES}, but was [{count}]")
    if not 0 <= number < count:
        raise illegal(f"id must be from 0 to [{count - 1}], less than max, but was [{number}]")
    return number, count


def read_timeout(body: Any) -> float | None:
    """Return the seconds after which a search is to be stopped, if it says so."""
    value = body.get("timeout") if isinstance(body, dict) else None
    if value is None or value in (-1, "-1"):
        return None
    return read_time(value, "timeout")


def read_time(value: Any, name: str) -> float:
    """Return the seconds that a text such as `5m` means.

    Args:
        value: The text.
        name: What it is given for.
    """
    found = TIME.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise illegal(
            f"failed to parse setting [{name}] with value [{short(value)}] as a time value: "
            "unit is missing or unrecognized"
        )
    return int(found[1]) * SECONDS[found[2]]


def read_boosts(value: Any) -> tuple[tuple[str, float], ...]:
    """Return the pairs of `indices_boost`, an object or a list of them."""
    pairs: list[tuple[str, float]] = []
    for item in [] if value is None else listed(value):
        if not isinstance(item, dict):
            raise parsing(f"Expected [START_OBJECT] in [indices_boost] but found [{token(item)}]")
        pairs += [(name, as_boost(boost)) for name, boost in item.items()]
    return tuple(pairs)


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


def read_names(value: Any, where: str) -> tuple[Named, ...]:
    """Return the field names of a `fields` or `docvalue_fields` list."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise parsing(f"Unknown key for a {token(value)} in [{where}].")
    names: list[Named] = []
    for item in value:
        options = item if isinstance(item, dict) else {"field": item}
        check_options("fields", options)
        name, pattern = options.get("field"), options.get("format")
        if not isinstance(name, str) or not isinstance(pattern, str | None):
            raise parsing(f"[{where}] the name and the format of a field must be texts")
        names.append(Named(name, pattern, where == "docvalue_fields"))
    return tuple(names)
