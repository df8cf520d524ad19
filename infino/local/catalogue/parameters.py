"""The types and parameters of mappings: which there are, and which values of them are carried.

Source: Elasticsearch's reference, sections "Field data types" and "Mapping parameters".
"""

from __future__ import annotations

from collections.abc import Mapping as Given
from typing import Any

from infino.local.catalogue.ranges import RANGES
from infino.local.catalogue.scalars import DATES, NUMBERS
from infino.local.http import Problem, unsupported

TEXTS = frozenset({"text", "match_only_text"})
KEYWORDS = frozenset({"keyword", "wildcard", "ip", "version", "constant_keyword"})
LEAVES = TEXTS | KEYWORDS | NUMBERS | DATES.keys() | RANGES | {"boolean", "binary"}
OBJECTS = frozenset({"object", "nested"})
TYPES = LEAVES | OBJECTS | {"flattened", "alias"}
PARTS = LEAVES - RANGES - {"constant_keyword"}
"""Types that may read the values of another field."""
WHOLE = RANGES | {"flattened"}
"""Types whose values are objects, with nothing in them that is a field."""
KNOWN_ELSEWHERE = frozenset(
    [
        "aggregate_metric_double", "annotated_text", "completion", "cross_cluster", "dense_vector", "derived",
        "flat_object", "geo_point", "geo_shape", "histogram", "icu_collation_keyword", "join", "knn_vector", "murmur3",
        "passthrough", "percolator", "point", "rank_feature", "rank_features", "rank_vectors",
        "search_as_you_type", "semantic", "semantic_text", "shape", "sparse_vector", "star_tree", "string",
        "token_count", "xy_point", "xy_shape",
    ]
)  # fmt: skip
FLAGS = frozenset(
    [
        "coerce", "doc_values", "eager_global_ordinals", "enabled", "fielddata", "ignore_malformed",
        "include_in_parent", "include_in_root", "index", "index_phrases", "norms", "split_queries_on_whitespace",
        "store", "subobjects",
    ]
)  # fmt: skip
"""Parameters that are true or false."""
NOTES = frozenset({"meta", "_meta"})
"""Parameters that only the owner of a mapping reads."""
ANY = object()
"""Stands for every value of a parameter: it acts whatever is given, or changes only how fast an answer comes."""
COMMON: dict[str, Any] = {
    "index": (True,),
    "doc_values": ANY,
    "store": (False,),
    "meta": ANY,
    "copy_to": ANY,
    "fields": ANY,
}
TEXT: dict[str, Any] = {
    "analyzer": ("standard",), "search_analyzer": ("standard",), "search_quote_analyzer": ("standard",),
    "fielddata": (False,), "index_options": ("positions",), "norms": (True,), "similarity": ("BM25",),
    "term_vector": ("no",), "index_prefixes": ANY, "index_phrases": ANY, "eager_global_ordinals": ANY,
    "position_increment_gap": (100,),
}  # fmt: skip
KEYWORD: dict[str, Any] = {
    "ignore_above": ANY, "normalizer": ANY, "null_value": ANY, "eager_global_ordinals": ANY, "norms": (False,),
    "index_options": ("docs",), "similarity": ("BM25",), "split_queries_on_whitespace": (False,),
}  # fmt: skip
RANGE: dict[str, Any] = {"index": (True,), "doc_values": ANY, "store": (False,), "meta": ANY, "coerce": ANY}
PARAMETERS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(TEXTS, COMMON | TEXT),
    "keyword": COMMON | KEYWORD,
    "wildcard": COMMON | {"ignore_above": ANY, "null_value": ANY},
    "ip": COMMON | {"null_value": ANY, "ignore_malformed": ANY},
    **dict.fromkeys(NUMBERS, COMMON | {"coerce": ANY, "ignore_malformed": ANY, "null_value": ANY}),
    "version": COMMON,
    "constant_keyword": {"value": ANY, "meta": ANY},
    **dict.fromkeys(DATES, COMMON | {"format": ANY, "ignore_malformed": ANY, "null_value": ANY}),
    **dict.fromkeys(RANGES, RANGE),
    "boolean": COMMON | {"null_value": ANY, "ignore_malformed": ANY},
    "binary": {"doc_values": ANY, "store": (False,), "meta": ANY},
    "object": {"dynamic": ANY, "properties": ANY, "enabled": (True,), "subobjects": (True,), "meta": ANY},
    "nested": {
        "dynamic": ANY, "properties": ANY, "enabled": (True,), "meta": ANY, "include_in_parent": (False,),
        "include_in_root": (False,),
    },
    "flattened": {
        "ignore_above": ANY, "index": (True,), "doc_values": ANY, "eager_global_ordinals": ANY, "depth_limit": (20,),
        "split_queries_on_whitespace": (False,), "similarity": ("BM25",), "index_options": ("docs",), "meta": ANY,
    },
    "alias": {"path": ANY, "meta": ANY},
}  # fmt: skip
PARAMETERS["date_range"] = PARAMETERS["date_range"] | {"format": ANY}
PARAMETERS["scaled_float"] = PARAMETERS["scaled_float"] | {"scaling_factor": ANY}
OTHER_PARAMETERS = frozenset(
    [
        "analyzer", "boost", "coerce", "copy_to", "depth_limit", "dims", "doc_values", "dynamic",
        "eager_global_ordinals", "element_type", "enabled", "fielddata", "fields", "format", "ignore_above",
        "ignore_malformed", "include_in_parent", "include_in_root", "index", "index_options", "index_phrases",
        "index_prefixes", "locale", "max_input_length", "max_shingle_size", "metric", "normalizer", "norms",
        "null_value", "on_script_error", "orientation", "path", "position_increment_gap",
        "preserve_position_increments", "preserve_separators", "properties", "relations", "scaling_factor", "script",
        "search_analyzer", "similarity", "store", "strategy", "subobjects", "synthetic_source_keep", "term_vector",
        "time_series_dimension", "time_series_metric", "value",
    ]
)  # fmt: skip
"""Parameters of other types, or of options that are not supported here."""
ROOT: dict[str, Any] = {
    "properties": ANY, "dynamic": ANY, "_meta": ANY, "date_detection": (True,), "numeric_detection": (False,),
    "_source": ({"enabled": True}, {}), "_routing": ({"required": False}, {}), "dynamic_templates": ([],),
    "dynamic_date_formats": (["strict_date_optional_time", "yyyy/MM/dd HH:mm:ss Z||yyyy/MM/dd Z"],), "runtime": ({},),
    "_data_stream_timestamp": ({"enabled": False},), "subobjects": (True,), "enabled": (True,),
}  # fmt: skip


def wrong(reason: str) -> Problem:
    """Return the 400 for a mapping that can't be read."""
    return Problem(400, "mapper_parsing_exception", reason)


def check_parameters(where: str, given: Given[str, Any], table: Given[str, Any], others: Any) -> None:
    """Refuse a parameter that does not exist (400), or whose value is not supported (501)."""
    for name, value in given.items():
        if name == "type":
            continue
        if name not in table:
            if name in others and where != "mappings":
                raise unsupported(f"the mapping parameter [{name}] of {where}")
            raise wrong(f"unknown parameter [{name}] on {where}")
        allowed = table[name]
        if name in FLAGS and value not in ("true", "false") and not isinstance(value, bool):
            raise wrong(f"[{name}] of {where} must be true or false")
        if name in NOTES:
            if not isinstance(value, dict):
                raise wrong(f"[{name}] of {where} must be an object")
            if name == "meta" and not all(isinstance(note, str) for note in value.values()):
                raise wrong(f"the values in [meta] of {where} must be texts")
        plain = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
        if allowed is not ANY and plain not in allowed:
            raise unsupported(f"the mapping parameter [{name}] with the value {value!r} on {where}")
