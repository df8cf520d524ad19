# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `query.execute`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json


def request(q: str) -> Call[Json]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="query.execute",
        method="POST",
        path="/sql",
        json=encode.body_object((((), "query", encode.words(q, "q"), False),)),
        content_type="application/json",
        retry="never",
        parse=shapes.raw,
    )
