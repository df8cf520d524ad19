"""Parameters in the query of a stock client's call: each acts, changes nothing here, or is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from infino.local.http import GatewayCall, Problem, illegal

NEUTRAL = frozenset(
    {
        "allow_no_indices", "allow_partial_search_results", "batched_reduce_size", "ccs_minimize_roundtrips",
        "cluster_manager_timeout", "error_trace", "expand_wildcards", "flat_settings", "human", "ignore_throttled",
        "include_type_name", "local", "master_timeout", "max_concurrent_searches", "max_concurrent_shard_requests",
        "pre_filter_shard_size", "preference", "pretty", "realtime", "refresh", "request_cache", "timeout",
        "wait_for_active_shards",
    }
)  # fmt: skip
"""What says how a cluster goes about it, or how the text is laid out: with one node and every write visible at once,
the answer is the same."""


def parameters_of(call: GatewayCall, *acting: str) -> dict[str, str]:
    """Return the parameters that act, after refusing those that would have to.

    Args:
        call: The call.
        acting: Names that the caller reads.

    Raises:
        Problem: 400 for a repeated one, 501 for one that is not served here.
    """
    found: dict[str, str] = {}
    for name, value in parse_qsl(call.raw_query, keep_blank_values=True):
        if name in found:
            raise illegal(f"the parameter [{name}] is given twice")
        if name not in acting and name not in NEUTRAL and not _is_default(name, value):
            raise Problem(501, "not_implemented", f"the local gateway does not support the parameter [{name}] here")
        found[name] = value
    return {name: value for name, value in found.items() if name in acting}


DEFAULTS = {
    "ignore_unavailable": "false", "rest_total_hits_as_int": "false", "typed_keys": "false", "require_alias": "false",
    "search_type": "query_then_fetch", "wait_for_completion": "true", "list_executed_pipelines": "false",
    "include_source_on_error": "true",
}  # fmt: skip


def _is_default(name: str, value: str) -> bool:
    return DEFAULTS.get(name) == value


def boolean(name: str, text: str) -> bool:
    """Read a flag; `?flag` alone is true.

    Args:
        name: The parameter, for the complaint.
        text: Its value.
    """
    if text not in ("true", "false", ""):
        raise illegal(f"[{name}] must be true or false, not [{text}]")
    return text != "false"


def integer(name: str, text: str) -> int:
    """Read a whole number.

    Args:
        name: The parameter, for the complaint.
        text: Its value.
    """
    try:
        return int(text, 10)
    except ValueError:
        raise Problem(400, "number_format_exception", f"[{name}] must be a whole number, not [{text[:80]}]") from None


def _names(name: str, text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _sort(name: str, text: str) -> list[Any]:
    pairs = [part.partition(":") for part in _names(name, text)]
    return [{field: order} if order else field for field, _, order in pairs]


def _tracked(name: str, text: str) -> bool | int:
    return boolean(name, text) if text in ("true", "false", "") else integer(name, text)


def _source(name: str, text: str) -> bool | list[str]:
    return boolean(name, text) if text in ("true", "false") else _names(name, text)


def _plain(name: str, text: str) -> str:
    return text


BODY: Mapping[str, Callable[[str, str], Any]] = {
    "size": integer, "from": integer, "terminate_after": integer, "sort": _sort, "track_total_hits": _tracked,
    "track_scores": boolean, "version": boolean, "seq_no_primary_term": boolean, "explain": boolean,
    "_source": _source, "docvalue_fields": _names, "stored_fields": _names, "timeout": _plain,
}  # fmt: skip
"""Parameters of a search that stand for a member of its body, and how each is read."""
QUERY: Mapping[str, Callable[[str, str], Any]] = {
    "df": _plain, "default_operator": _plain, "analyzer": _plain, "analyze_wildcard": boolean, "lenient": boolean,
}  # fmt: skip
"""Parameters that belong to `q`."""
FILTERS = ("_source_includes", "_source_excludes")
SEARCH = (*BODY, *QUERY, *FILTERS, "q", "rest_total_hits_as_int")


def search_body(body: dict[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of a search with what its parameters say, which count before the body's own members.

    Args:
        body: The body as it came.
        given: The parameters.

    Raises:
        Problem: 400 for a value that is none, or parameters that don't fit together.
    """
    made = {**body, **{name: read(name, given[name]) for name, read in BODY.items() if name in given}}
    options = {name: read(name, given[name]) for name, read in QUERY.items() if name in given}
    if "q" in given:
        if "query" in body:
            raise illegal("give [q] or a query in the body, not both")
        if "df" in options:
            options["default_field"] = options.pop("df")
        made["query"] = {"query_string": {"query": given["q"], **options}}
    elif options:
        raise illegal(f"[{next(iter(options))}] needs [q]")
    filters = {name.removeprefix("_source_"): _names(name, given[name]) for name in FILTERS if name in given}
    if filters:
        if isinstance(made.get("_source"), list):
            filters.setdefault("includes", made["_source"])
        made["_source"] = filters
    return made
