# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.sql`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json
from infino.runtime.path import segment


def request(id: str, q: str) -> Call[Json]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="connections.sql",
        method="POST",
        path=f"/source/{segment(id, 'id')}/sql",
        json=encode.body_object((((), "query", encode.words(q, "q"), False),)),
        content_type="application/json",
        retry="safe",
        experimental=True,
        parse=shapes.raw,
    )
