"""Every option of the query language in one table: it acts, is a hint that changes no answer, or is refused by name.

The names are those of Elasticsearch's reference of the search API, of its query language and of its aggregations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infino.local.http import Problem, unsupported
from infino.local.querydsl.problems import content, illegal, parsing
from infino.local.querydsl.reading import short

Rule = Callable[[Any], bool]
"""Tells whether a value asks for nothing beyond what is done anyway; any other value is refused with a 501."""
Table = Mapping[str, Rule]


def acts(value: Any) -> bool:
    """Accept any value: the code that reads it decides."""
    return True


def only(*values: Any) -> Rule:
    """Accept no value but these, which ask for what happens without them."""
    return lambda value: any(value == one and type(value) is type(one) for one in values)


REFUSED = only()


def is_switch(value: Any) -> bool:
    """Accept a boolean that changes no answer."""
    return isinstance(value, bool) or value in ("true", "false")


def is_size(value: Any) -> bool:
    """Accept a number that bounds work and changes no answer."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_method(value: Any) -> bool:
    """Accept the name of a way to count, each of which gives the same answer here."""
    return value in ("map", "global_ordinals", "direct", "depth_first", "breadth_first", "segment_ordinals")


def is_digest(value: Any) -> bool:
    """Accept how exact a percentile may be: here it always is."""
    if not isinstance(value, dict) or not set(value) <= {"compression", "execution_hint"}:
        return False
    compression = value.get("compression", 100)
    exact = value.get("execution_hint", "default") in ("default", "high_accuracy")
    return exact and isinstance(compression, int | float) and not isinstance(compression, bool) and compression >= 0


def is_relation(value: Any) -> bool:
    """Accept the relations that are the same where a value is one point."""
    return isinstance(value, str) and value.lower() in ("intersects", "contains", "within")


SAME_SCORES = only("constant_score", "constant_score_blended", "constant_score_boolean")


def acting(*names: str, **others: Rule) -> Table:
    """Return a table of options that act, and of those with rules of their own."""
    return {**dict.fromkeys(names, acts), **others}


def refused(*names: str) -> Table:
    """Return a table of options that exist and are not supported here."""
    return dict.fromkeys(names, REFUSED)


SEARCH = {
    **acting(
        "query", "from", "size", "sort", "_source", "aggs", "aggregations", "highlight", "track_total_hits",
        "track_scores", "search_after", "min_score", "post_filter", "fields", "docvalue_fields", "timeout",
        "terminate_after", "version", "seq_no_primary_term", "indices_boost", "slice",
        "pit",
        allow_partial_search_results=is_switch, request_cache=is_switch,
    ),
    **dict.fromkeys(("explain", "profile", "include_named_queries_score"), only(False)),
    **dict.fromkeys(
        ("collapse", "derived", "ext", "knn", "pipeline", "rank", "rescore", "retriever", "runtime_mappings",
         "script_fields", "stats", "stored_fields", "suggest"),
        only({}, []),
    ),
}  # fmt: skip

COMMON = acting("boost", "_name")
ANALYSED = {**COMMON, **acting("query", "analyzer", "zero_terms_query", "lenient")}
SYNONYMS = {"auto_generate_synonyms_phrase_query": is_switch}  # there are no synonyms
FUZZY = acting("fuzziness", "prefix_length", "max_expansions", fuzzy_transpositions=only(True), fuzzy_rewrite=REFUSED)
WORDS = acting("operator", "minimum_should_match")
PATTERN = {**COMMON, **acting("value", "case_insensitive", rewrite=SAME_SCORES)}
STRING = {
    **COMMON,
    **SYNONYMS,
    **acting(
        "query", "fields", "default_operator", "lenient", "minimum_should_match", "fuzzy_prefix_length",
        "fuzzy_max_expansions", fuzzy_transpositions=only(True), analyzer=only("standard"),
        analyze_wildcard=only(False), quote_field_suffix=REFUSED,
    ),
}  # fmt: skip

QUERIES: Mapping[str, Table] = {
    "match_all": COMMON,
    "match_none": COMMON,
    "bool": {
        **COMMON,
        **acting("must", "filter", "should", "must_not", "minimum_should_match", adjust_pure_negative=only(True)),
    },
    "constant_score": {**COMMON, **acting("filter")},
    "dis_max": {**COMMON, **acting("queries", "tie_breaker")},
    "boosting": {**COMMON, **acting("positive", "negative", "negative_boost")},
    "nested": {**COMMON, **acting("path", "query", "score_mode", "ignore_unmapped", inner_hits=REFUSED)},
    "match": {**ANALYSED, **FUZZY, **WORDS, **SYNONYMS},
    "match_phrase": {**ANALYSED, **acting("slop")},
    "match_phrase_prefix": {**ANALYSED, **acting("slop", "max_expansions")},
    "match_bool_prefix": {**ANALYSED, **FUZZY, **WORDS},
    "multi_match": {**ANALYSED, **FUZZY, **WORDS, **SYNONYMS, **acting("fields", "type", "tie_breaker", "slop")},
    "query_string": {
        **STRING,
        **acting(
            "default_field", "allow_leading_wildcard", "escape", "fuzziness", "phrase_slop", "tie_breaker",
            "time_zone", "type", quote_analyzer=only("standard"), enable_position_increments=only(True),
            fuzzy_rewrite=REFUSED, max_determinized_states=is_size, rewrite=SAME_SCORES,
        ),
    },
    "simple_query_string": {**STRING, **acting("flags", all_fields=REFUSED)},
    "term": {**COMMON, **acting("value", "case_insensitive")},
    "range": {
        **COMMON,
        **acting("gt", "gte", "lt", "lte", "from", "to", "include_lower", "include_upper", "format", "time_zone",
                 relation=is_relation),
    },
    "exists": {**COMMON, **acting("field")},
    "ids": {**COMMON, **acting("values")},
    "prefix": PATTERN,
    "wildcard": {**PATTERN, **acting("wildcard")},
    "regexp": {**PATTERN, **acting("flags", flags_value=REFUSED, max_determinized_states=is_size)},
    "fuzzy": {
        **COMMON,
        **acting("value", "fuzziness", "prefix_length", "max_expansions", transpositions=only(True), rewrite=REFUSED),
    },
}  # fmt: skip

FIELD = acting("field", "missing", script=REFUSED)
SHOWN = acting("format")
ORDERING = acting("order", "missing_bucket", "missing_order")
HISTOGRAM = {
    **FIELD,
    **SHOWN,
    **acting("min_doc_count", "order", "keyed", "offset", "extended_bounds", "hard_bounds"),
}
METRIC = {**FIELD, **SHOWN}
PIPELINE = acting("buckets_path", "gap_policy", format=REFUSED)

AGGREGATIONS: Mapping[str, Table] = {
    **dict.fromkeys(("avg", "sum", "min", "max", "stats"), METRIC),
    "value_count": {**FIELD, "format": REFUSED},
    "cardinality": {**FIELD, **acting(precision_threshold=is_size, execution_hint=is_method, rehash=is_switch)},
    "extended_stats": {**METRIC, **acting("sigma")},
    "percentiles": {**METRIC, **acting("percents", "keyed", tdigest=is_digest, hdr=REFUSED)},
    "filter": {},
    "global": {},
    "nested": acting("path"),
    "reverse_nested": acting("path"),
    "missing": acting("field", "missing"),
    "filters": acting("filters", "other_bucket", "other_bucket_key", "keyed"),
    "range": {**FIELD, **SHOWN, **acting("ranges", "keyed")},
    "date_range": {**FIELD, **SHOWN, **acting("ranges", "keyed", "time_zone")},
    "ip_range": {**FIELD, **acting("ranges", "keyed")},
    "terms": {
        **FIELD,
        **SHOWN,
        **acting("size", "order", "min_doc_count", "include", "exclude", "show_term_doc_count_error",
                 shard_size=is_size, shard_min_doc_count=only(0), collect_mode=is_method, execution_hint=is_method,
                 value_type=REFUSED),
    },
    "histogram": {**HISTOGRAM, **acting("interval")},
    "date_histogram": {**HISTOGRAM, **acting("calendar_interval", "fixed_interval", "interval", "time_zone")},
    "composite": acting("sources", "size", "after"),
    "composite.terms": {**ORDERING, **acting("field", script=REFUSED, value_type=REFUSED)},
    "composite.histogram": {**ORDERING, **acting("field", "interval", script=REFUSED)},
    "composite.date_histogram": {
        **ORDERING,
        **acting("field", "calendar_interval", "fixed_interval", "interval", "time_zone", "offset", "format",
                 script=REFUSED),
    },
    "top_hits": {
        **acting("from", "size", "sort", "_source", "highlight", "track_scores", "version", "seq_no_primary_term",
                 explain=only(False)),
        **refused("docvalue_fields", "fields", "script_fields", "stored_fields"),
    },
    "cumulative_sum": PIPELINE,
    "derivative": {**PIPELINE, **acting("unit")},
    "bucket_sort": acting("sort", "from", "size", "gap_policy"),
    **dict.fromkeys(("avg_bucket", "sum_bucket", "min_bucket", "max_bucket", "stats_bucket"), PIPELINE),
}  # fmt: skip

OTHERS: Mapping[str, Table] = {
    "sort": {
        **acting("order", "missing", "mode", "unmapped_type", "format"),
        **refused("nested", "nested_filter", "nested_path", "numeric_type", "time_zone"),
    },
    "highlight": {
        **acting("fields", "pre_tags", "post_tags", "fragment_size", "number_of_fragments", "no_match_size",
                 "require_field_match", "order", "encoder", "highlight_query", "max_analyzed_offset", "tags_schema",
                 type=only("unified"), boundary_scanner=only("sentence"), force_source=is_switch),
        **refused("boundary_chars", "boundary_max_scan", "boundary_scanner_locale", "fragment_offset", "fragmenter",
                  "matched_fields", "phrase_limit"),
    },
    "fields": acting("field", "format", include_unmapped=only(False)),
    "slice": acting("id", "max", "field"),
    "pit": acting("id", "keep_alive"),
    "ranges": acting("key", "from", "to"),
    "ip_ranges": acting("key", "from", "to", "mask"),
}  # fmt: skip


def check_query(kind: str, options: Mapping[str, Any]) -> None:
    """Refuse an option of a query that does not exist, or that would not act."""

    def unknown(name: str) -> Problem:
        if kind in ("bool", "match_all", "match_none"):
            return content(f"[{kind}] unknown field [{name}]")
        return parsing(f"[{kind}] query does not support [{name}]")

    check(QUERIES[kind], kind, options, unknown)


def check_search(body: Mapping[str, Any], unknown: Callable[[str], Problem]) -> None:
    """Refuse a member of a search's body that does not exist, or that would not act."""
    check(SEARCH, "search", body, unknown)


def check_options(where: str, options: Mapping[str, Any]) -> None:
    """Refuse an option of an aggregation, a sort or a highlight that does not exist, or that would not act."""
    table = AGGREGATIONS.get(where) or OTHERS.get(where, {})
    check(table, where, options, lambda name: content(f"[{where}] unknown field [{name}]"))


def check(table: Table, where: str, options: Mapping[str, Any], unknown: Callable[[str], Problem]) -> None:
    """Refuse an option outside a table, and a value that its rule does not allow.

    Raises:
        Problem: 400 for a name that does not exist, 501 for what is not supported here.
    """
    for name, value in options.items():
        rule = table.get(name)
        if rule is None:
            raise unknown(short(str(name)))
        if value is not None and not rule(value):
            what = f"[{name}]" if rule is REFUSED else f"[{name}: {short(value)}]"
            raise unsupported(f"{what} in [{where}]")


def lenient_of(options: Mapping[str, Any], implied: bool) -> bool:
    """Return whether values that do not fit a field are passed over: as asked, or where the fields are only implied."""
    given = options.get("lenient")
    if given is None:
        return implied
    if given in (True, "true"):
        return True
    if given in (False, "false"):
        return False
    raise illegal(f"Failed to parse value [{short(given)}] as only [true] or [false] are allowed. (lenient)")
