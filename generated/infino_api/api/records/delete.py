# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `records.delete`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infino.runtime import encode, shapes
from infino.runtime.call import Call

from .._reserved import RESERVED


def request(dataset: str, query: Mapping[str, Any]) -> Call[int]:
    """Plan the call; see the resource method of the same name.

    Delete the records that a query matches

    Takes a QueryDSL query; `{"match_all" = {}}` as the query empties the dataset.

    On the wire:
        dataset: Name of the dataset.
        query: A QueryDSL query.
        dataset: For example `"flights"`.
        body: The query. As application/json: For example `{"query": {"term": {"carrier.keyword":
            "AA"}}}`.
        200: How many records were deleted. As application/json: For example `32729`.
    """
    return Call(
        operation="records.delete",
        method="PATCH",
        path=f"/{encode.segment(dataset, 'dataset', reserved=RESERVED)}",
        json=encode.body_object((((), "query", encode.mapping(query, "query"), False),)),
        content_type="application/json",
        retry="never",
        parse=shapes.count,
    )
