"""The call of `query.sql`."""

from __future__ import annotations

from ...runtime import shapes
from ...runtime.call import Call, Json
from ...runtime.encode import body_object


def request(q: str) -> Call[Json]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="query.sql",
        method="POST",
        path=f"/sql",
        json=body_object((((), "query", q, False),)),
        content_type="application/json",
        retry="safe",
        get_with_body=True,
        parse=shapes.raw,
    )
