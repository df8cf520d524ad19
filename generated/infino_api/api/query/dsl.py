# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `query.dsl`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json

from .._reserved import RESERVED


def request(dataset: str, body: Mapping[str, Any]) -> Call[Json]:
    """Plan the call; see the resource method of the same name.

    Search a dataset with QueryDSL

    Takes `query`, `aggs`, `size`, `from`, `sort`, `_source` and `track_total_hits`. Old gateways
    only answer this as a GET with a body.

    On the wire:
        dataset: Name of the dataset.
        body: The search.
        dataset: For example `"flights"`.
        body: The search. As application/json: For example `{"query": {"match_all": {}}, "size":
            5}`.
        200: Hits and aggregations. As application/json: For example `{"took": 2, "timed_out":
            false, "hits": {"total": {"value": 1, "relation": "eq"}, "hits": [{"_index": "airlines",
            "_id": "AA", "_score": 1.0, "_source": {"name": "American Airlines Inc."}}]}}`.
    """
    return Call(
        operation="query.dsl",
        method="POST",
        path=f"/{encode.segment(dataset, 'dataset', reserved=RESERVED)}/querydsl",
        json=encode.body_value(encode.mapping(body, "body")),
        content_type="application/json",
        retry="safe",
        get_with_body=True,
        parse=shapes.raw,
    )
