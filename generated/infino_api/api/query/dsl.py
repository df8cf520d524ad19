# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `query.dsl`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json
from infino.runtime.path import segment

from .._reserved import RESERVED


def request(dataset: str, body: Mapping[str, Any]) -> Call[Json]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="query.dsl",
        method="POST",
        path=f"/{segment(dataset, 'dataset', reserved=RESERVED)}/querydsl",
        json=encode.body_value(encode.mapping(body, "body")),
        content_type="application/json",
        retry="safe",
        get_with_body=True,
        parse=shapes.raw,
    )
