"""Strategies for request bodies: from nearly right to nonsense."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

NAMES = [
    "title", "kind", "kind.keyword", "price", "count", "sold", "day", "tags", "tags.keyword", "parts", "parts.size",
    "nowhere", "_id", "_index", "_score", "", "*", "t*", "a\"b", "x' or 1=1 --", "$.price", "sub.*", "é", "a.b.c",
    "\u0000", "p[0]", "drop table", "price^2", "*.keyword", "{br}ace", "$b", "100%s",
]  # fmt: skip
TEXTS = [
    "quick", "QUICK fox", "", " ", "'", '"', "''; drop table ds_1; --", "10", "-1", "1e400", "nan", "true", "or",
    "2024-03-01", "now-1d/d", "now/", "||", "2024-13-45", "\\", "*", "?", "a*", "[", "(", "(a|", "a{2,1}", "[^a-z]",
    "~", "<1-9>", "\u0000", "AUTO", "75%", "-200%", "1<2 3<4", "title:(quick AND", "a AND OR b", "x" * 300, "a" * 1200,
    '+ - ! ( ) { } [ ] ^ " ~ * ? : \\ /', "_exists_:title", "price:>10", "day:[* TO now]", "quick~", '"a b"~3', "a^2",
    "month", "1d", "0d", "1M", "90061ms", "Europe/Paris", "+25:00", "desc", "asc", "yyyy-MM-dd", "𝔘𝔫𝔦", "ß", "İ",
    "avg", "_count", "_key", "h>s", "$1", "{}", "%s", "((((a{255}){255}){255}){255})", "[0-9]+", ".*",
]  # fmt: skip

numbers = st.integers(-1, 2)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10),
    st.sampled_from([2**31, 2**53 + 1, 2**63, -(2**63) - 1, 2**130, 10**400, 10_000, 65_537]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(TEXTS),
    st.sampled_from(NAMES),
    st.text(max_size=8),
)
json_values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES + TEXTS[:12]), inner, max_size=3)
    ),
    max_leaves=8,
)
names = st.sampled_from(NAMES)
texts = st.sampled_from(TEXTS)
rarely_odd = st.one_of(scalars, json_values)

FIELD_KINDS = [
    "match", "match_phrase", "match_phrase_prefix", "match_bool_prefix", "term", "terms", "range", "prefix", "wildcard",
    "regexp", "fuzzy",
]  # fmt: skip
OPTIONS = [
    "query", "value", "operator", "minimum_should_match", "fuzziness", "slop", "boost", "zero_terms_query", "gte", "lt",
    "gt", "lte", "format", "time_zone", "case_insensitive", "prefix_length", "max_expansions", "lenient", "_name",
]  # fmt: skip


def options_of(keys: list[str], least: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with some of the given members."""
    return st.dictionaries(st.sampled_from(keys), rarely_odd, min_size=least, max_size=4)


def simple_queries() -> st.SearchStrategy[Any]:
    """Return query objects, most of them without another inside."""
    field_query = st.builds(
        lambda kind, name, value: {kind: {name: value}},
        st.sampled_from(FIELD_KINDS),
        names,
        st.one_of(rarely_odd, options_of(OPTIONS), st.lists(scalars, max_size=3)),
    )
    text_query = st.builds(
        lambda kind, text, more: {kind: {"query": text, **more}},
        st.sampled_from(["multi_match", "query_string", "simple_query_string"]),
        st.one_of(texts, scalars),
        options_of(
            ["fields", "default_field", "type", "operator", "default_operator", "tie_breaker", "lenient", "flags"]
        ),
    )
    leaf = st.one_of(
        field_query,
        text_query,
        st.builds(lambda value: {"exists": {"field": value}}, st.one_of(names, scalars)),
        st.builds(lambda value: {"ids": {"values": value}}, rarely_odd),
        st.builds(lambda value: {"match_all": value}, st.one_of(st.just({}), rarely_odd)),
        json_values,
    )
    return st.recursive(leaf, compound, max_leaves=6)


@st.composite
def queries(draw: st.DrawFn) -> Any:
    """Return query objects."""
    return draw(SIMPLE)


def compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return queries made of queries."""
    some = st.one_of(inner, st.lists(inner, max_size=3))
    boosting = lambda a, b, n: {"boosting": {"positive": a, "negative": b, "negative_boost": n}}  # noqa: E731  # one of many
    return st.one_of(
        st.builds(
            lambda parts, minimum: {"bool": {**parts, **minimum}},
            st.dictionaries(st.sampled_from(["must", "should", "filter", "must_not"]), some, max_size=3),
            options_of(["minimum_should_match", "boost"]),
        ),
        st.builds(lambda q: {"constant_score": {"filter": q}}, inner),
        st.builds(lambda q, t: {"dis_max": {"queries": q, "tie_breaker": t}}, some, scalars),
        st.builds(boosting, inner, inner, numbers),
        st.builds(lambda q, p: {"nested": {"path": p, "query": q}}, inner, names),
    )


GOOD_QUERIES: list[Any] = [
    {"match_all": {}},
    {"match": {"title": {"query": "quick fox", "operator": "or", "minimum_should_match": "50%", "fuzziness": "AUTO"}}},
    {"match_phrase": {"title": {"query": "quick brown", "slop": 1}}},
    {"match_phrase_prefix": {"title": {"query": "quick br", "max_expansions": 5}}},
    {"match_bool_prefix": {"title": "brown qu"}},
    {
        "multi_match": {
            "query": "quick a",
            "fields": ["title^2", "ki*", "price"],
            "type": "best_fields",
            "lenient": True,
        }
    },
    {"query_string": {"query": "title:(quick -dog) OR kind:A^2", "fields": ["title"], "default_operator": "and"}},
    {"simple_query_string": {"query": "quick + (fox | dog*)", "fields": ["title", "kind"]}},
    {"term": {"kind.keyword": {"value": "A", "case_insensitive": True, "boost": 2}}},
    {"terms": {"price": [10, 1.5], "boost": 1}},
    {"range": {"day": {"gte": "2024-01-01||/M", "lt": "now", "format": "yyyy-MM-dd", "time_zone": "+01:00"}}},
    {"range": {"price": {"gte": 1, "lte": 20}}},
    {"exists": {"field": "parts"}},
    {"wildcard": {"kind.keyword": {"value": "*", "case_insensitive": False}}},
    {"regexp": {"title": {"value": "qu.*|[a-f]ox", "flags": "ALL"}}},
    {"fuzzy": {"title": {"value": "quikc", "fuzziness": 2, "prefix_length": 1}}},
    {"ids": {"values": ["1", "2"]}},
    {"dis_max": {"queries": [{"match": {"title": "quick"}}, {"term": {"price": 10}}], "tie_breaker": 0.3}},
    {"boosting": {"positive": {"match_all": {}}, "negative": {"term": {"sold": True}}, "negative_boost": 0.2}},
    {"constant_score": {"filter": {"match": {"title": "dog"}}, "boost": 3}},
    {"nested": {"path": "parts", "query": {"term": {"parts.size": 1}}, "score_mode": "max"}},
]
SIMPLE = simple_queries()
AGG_KINDS = [
    "terms", "range", "date_range", "histogram", "date_histogram", "filter", "filters", "missing", "global", "avg",
    "sum", "min", "max", "value_count", "cardinality", "stats", "extended_stats", "percentiles", "top_hits",
    "composite", "cumulative_sum", "derivative", "bucket_sort", "avg_bucket", "max_bucket", "odd", "nested",
]  # fmt: skip
AGG_OPTIONS = [
    "field", "size", "order", "min_doc_count", "missing", "interval", "calendar_interval", "fixed_interval", "offset",
    "time_zone", "format", "keyed", "include", "exclude", "percents", "sigma", "sort", "_source", "from",
    "buckets_path", "extended_bounds", "hard_bounds", "gap_policy", "unit", "after",
]  # fmt: skip
SHAPED: list[dict[str, Any]] = [
    {"terms": {"field": "kind.keyword"}},
    {"terms": {"field": "price"}},
    {"terms": {"field": "tags.keyword", "min_doc_count": 0}},
    {"histogram": {"field": "price", "interval": 7}},
    {"date_histogram": {"field": "day", "calendar_interval": "month"}},
    {"date_histogram": {"field": "day", "fixed_interval": "36h", "time_zone": "Europe/Paris"}},
    {"range": {"field": "price", "ranges": [{"to": 10}, {"from": 10}]}},
    {"filter": {"match": {"title": "quick"}}},
    {"filters": {"filters": [{"match_all": {}}, {"term": {"sold": True}}]}},
    {"missing": {"field": "price"}},
    {"avg": {"field": "price"}},
    {"top_hits": {"size": 1}},
    {"composite": {"sources": [{"k": {"terms": {"field": "kind.keyword", "missing_bucket": True}}}]}},
    {"cumulative_sum": {"buckets_path": "_count"}},
    {"bucket_sort": {"size": 1}},
]


@st.composite
def aggregations(draw: st.DrawFn, depth: int = 0) -> Any:
    """Return `aggs` objects."""
    made: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(["a", "h", "s", "x>y", ""]), max_size=3 - depth, unique=True)):
        kind = draw(st.integers(0, 5))
        if kind < 2:
            one: Any = draw(st.sampled_from(SHAPED))
        elif kind == 2:
            one = {draw(st.sampled_from(AGG_KINDS)): draw(options_of(AGG_OPTIONS))}
        elif kind == 3:
            shape = draw(st.sampled_from(SHAPED))
            one = {name: {**options, **draw(options_of(AGG_OPTIONS))} for name, options in shape.items()}
        elif kind == 4:
            one = {"filter": draw(queries())}
        else:
            one = draw(json_values)
        if isinstance(one, dict) and depth < 2:
            one = {**one, "aggs": draw(aggregations(depth + 1))}
        made[name] = one
    return made


@st.composite
def bodies(draw: st.DrawFn) -> Any:
    """Return request bodies."""
    orders = st.one_of(texts, options_of(["order", "missing", "mode", "unmapped_type", "format"]))
    marking = options_of(["fragment_size", "number_of_fragments", "pre_tags", "order"])
    parts = {
        "query": queries(),
        "aggs": aggregations(),
        "sort": st.one_of(rarely_odd, st.lists(st.dictionaries(names, orders, max_size=2), max_size=2)),
        "_source": json_values,
        "highlight": st.one_of(json_values, st.builds(lambda f, o: {"fields": {f: o}}, names, marking)),
        "size": st.one_of(st.integers(-1, 20), rarely_odd),
        "from": st.one_of(st.integers(-1, 5), rarely_odd),
        "search_after": st.one_of(st.lists(scalars, max_size=3), rarely_odd),
        "track_total_hits": rarely_odd,
        "min_score": scalars,
        "post_filter": queries(),
        "fields": json_values,
        "odd": scalars,
    }  # fmt: skip
    if draw(st.integers(0, 3)):
        return damaged(draw, good(draw))
    if draw(st.integers(0, 4)) == 0:
        return draw(json_values)
    wanted = draw(st.lists(st.sampled_from(sorted(parts)), min_size=1, max_size=3, unique=True))
    return {name: draw(parts[name]) for name in wanted}


def good(draw: st.DrawFn) -> dict[str, Any]:
    """Return a body without a fault."""
    body: dict[str, Any] = {"query": draw(st.sampled_from(GOOD_QUERIES))}
    if draw(st.booleans()):
        body["query"] = {"bool": {draw(st.sampled_from(["must", "should", "filter", "must_not"])): [body["query"]]}}
    if draw(st.booleans()):
        body["sort"] = [{draw(st.sampled_from(["price", "kind.keyword", "day", "count", "sold", "_score"])): "desc"}]
    if draw(st.booleans()):
        shapes = [copy.deepcopy(draw(st.sampled_from(SHAPED[:-2]))) for _ in range(3)]
        shapes[0]["aggs"] = {"b": shapes[1]}
        shapes[1]["aggs"] = {"c": shapes[2]}
        body["aggs"] = {"a": shapes[0]}
    if draw(st.booleans()):
        body["highlight"] = {"fields": {"title": {}, "kind.keyword": {}}, "fragment_size": 10}
    return copy.deepcopy(body)


def damaged(draw: st.DrawFn, body: dict[str, Any]) -> Any:
    """Replace, add or remove something somewhere in a body, up to twice."""
    for _ in range(draw(st.integers(0, 2))):
        spot: Any = body
        while isinstance(spot, dict | list) and spot:
            keys = sorted(spot) if isinstance(spot, dict) else list(range(len(spot)))
            key = draw(st.sampled_from(keys))
            if not isinstance(spot[key], dict | list) or not spot[key] or draw(st.integers(0, 3)) == 0:
                change = draw(st.integers(0, 3))
                if change == 0 and isinstance(spot, dict):
                    spot[draw(st.sampled_from(OPTIONS + AGG_OPTIONS + NAMES))] = draw(scalars)
                elif change == 1 and isinstance(spot, dict):
                    spot[draw(st.sampled_from(NAMES + FIELD_KINDS))] = spot.pop(key)
                else:
                    spot[key] = draw(json_values)
                break
            spot = spot[key]
    return body
